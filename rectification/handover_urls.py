"""Handing over, under an address of its own: /hand-over/."""

from django.urls import path

from rectification import handover_views as views

app_name = "handovers"
urlpatterns = [
    path("", views.start, name="start"),
    path("<int:pk>/", views.person, name="person"),
    path("sheets/<int:pk>/", views.sheet, name="sheet"),
]
