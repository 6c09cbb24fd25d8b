"""The hazard catalogue and the region picker."""

from django.urls import path

from reference import views

app_name = "reference"

urlpatterns = [
    path("catalogue/", views.catalogue, name="catalogue"),
    path("regions/select/", views.region_select, name="region_select"),
]
