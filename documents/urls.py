from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("", views.paper_list, name="list"),
    path("<int:pk>/", views.paper, name="detail"),
    path("<int:pk>/serve/", views.serve, name="serve"),
    path("receipts/<int:pk>/", views.receipt_photo, name="receipt"),
]
