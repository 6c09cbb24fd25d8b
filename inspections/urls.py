from django.urls import path

from inspections import views

app_name = "inspections"
urlpatterns = [
    path("", views.inspection_list, name="list"),
    path("today/", views.today_page, name="today"),
    path("start/", views.start, name="start"),
    path("start/find/", views.find, name="find"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/answers/<int:answer_pk>/", views.answer, name="answer"),
    path("<int:pk>/all-ok/", views.all_ok, name="all_ok"),
    path("<int:pk>/catalogue/", views.catalogue, name="catalogue"),
    path("<int:pk>/finish/", views.finish, name="finish"),
    path("<int:pk>/discard/", views.discard, name="discard"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("findings/<int:pk>/remove/", views.remove_finding, name="remove_finding"),
    path("findings/<int:pk>/photos/", views.finding_photos, name="finding_photos"),
    path("photos/<int:pk>/", views.photo, name="photo"),
    path("photos/<int:pk>/remove/", views.remove_photo, name="remove_photo"),
]
