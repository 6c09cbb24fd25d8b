from django.urls import path

from hazards import proposal_views, views

app_name = "hazards"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("<int:pk>/", views.case_detail, name="detail"),
    path("proposals/", proposal_views.proposals, name="proposals"),
    path("proposals/accept-all/", proposal_views.accept_all, name="proposals-accept-all"),
    path("proposals/look-again/", proposal_views.look_again, name="proposals-look-again"),
    path("proposals/<int:pk>/<slug:decision>/", proposal_views.decide, name="proposal-decide"),
]
