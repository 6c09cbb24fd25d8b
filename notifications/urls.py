"""The inbox and the dead letters."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read, name="read_all"),
    path("unread/", views.unread, name="unread"),
    path("<int:pk>/", views.open_message, name="open"),
    path("<int:pk>/read/", views.read, name="read"),
    path("dead/", views.dead_letters, name="dead_letters"),
    path("dead/<int:pk>/retry/", views.retry, name="retry"),
]
