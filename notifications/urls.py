"""The inbox, the choice of channels, and the letters that did not arrive."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read_all"),
    path("unread/", views.unread, name="unread"),
    path("channels/", views.preferences, name="preferences"),
    path("<int:pk>/", views.open_message, name="open"),
    path("<int:pk>/read/", views.read, name="read"),
    path("dead/", views.dead_letters, name="dead_letters"),
    path("dead/retry/", views.retry_alike, name="retry_alike"),
    path("dead/<int:pk>/retry/", views.retry, name="retry"),
    path("dead/<int:pk>/drop/", views.drop, name="drop"),
]
