from django.urls import path

from dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("leader/", views.leader, name="leader"),
    path("office/", views.office, name="office"),
    path("figures/", views.figures, name="figures"),
    path("figures/export/", views.export, name="export"),
    path("figures/movements/", views.movements, name="movements"),
    path("leader/listings/", views.listings, name="listings"),
    path("leader/combined/", views.combined, name="combined"),
]
