from django.urls import path

from hazards import views

app_name = "hazards"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("<int:pk>/", views.case_detail, name="detail"),
]
