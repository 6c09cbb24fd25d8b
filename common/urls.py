"""The search of the frame, and the page on which each component shows itself."""

from django.urls import path

from common import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
