from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("", views.paper_list, name="list"),
    path("<int:pk>/", views.paper, name="detail"),
]
