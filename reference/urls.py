"""The one page fragment of reference data."""

from django.urls import path

from reference import views

app_name = "reference"

urlpatterns = [path("regions/select/", views.region_select, name="region_select")]
