from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("", views.paper_list, name="list"),
    path("day.pdf", views.day_pdf, name="day"),
    path("<int:pk>/", views.paper, name="detail"),
    path("<int:pk>/serve/", views.serve, name="serve"),
    path("receipts/<int:pk>/", views.receipt_photo, name="receipt"),
    path("<int:pk>/pdf/", views.paper_pdf, name="pdf"),
    path("<int:pk>/word/", views.paper_word, name="word"),
]
