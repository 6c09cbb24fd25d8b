from django.urls import path

from rectification import chase_views, listing_views, order_views, revisit_views, seal_views, unit_views, views

app_name = "rectification"
urlpatterns = [
    path("mine/", views.mine, name="mine"),
    path("approvals/", views.approvals, name="approvals"),
    path("instructions/", views.instruction_list, name="instructions"),
    path("listings/<int:pk>/", listing_views.listing, name="listing"),
    path("listings/<int:pk>/<slug:step>/", listing_views.listing_step, name="listing-step"),
    path("referrals/", views.referral_list, name="referrals"),
    path("chase/", chase_views.runs, name="chase_runs"),
    path("chase/<int:pk>/release/", chase_views.release, name="chase_release"),
    path("chase/<int:pk>/digest/", chase_views.digest, name="digest"),
    path("lookbacks/", revisit_views.lookback_list, name="lookbacks"),
    path("lookbacks/draw/", revisit_views.draw_page, name="draw-lots"),
    path("lookbacks/draws/<int:pk>/", revisit_views.draw_detail, name="draw"),
    path("watches/", revisit_views.watch_list, name="watches"),
    path("watches/<int:pk>/look/", revisit_views.watch_look, name="watch-look"),
    path("suspensions/", views.suspension_list, name="suspensions"),
    path("suspensions/<int:pk>/", views.suspension_detail, name="suspension"),
    path("suspensions/<int:pk>/<slug:step>/", views.suspension_step, name="suspension-step"),
    path("seals/", seal_views.seal_list, name="seals"),
    path("seals/<int:pk>/", seal_views.seal_detail, name="seal"),
    path("seals/<int:pk>/<slug:step>/", seal_views.seal_step, name="seal-step"),
    path("units/<int:unit_id>/seal/", seal_views.propose_seal, name="propose-seal"),
    path("units/<int:unit_id>/order/", order_views.unit_order, name="unit-order"),
    path("units/<int:unit_id>/stop/", views.propose_suspension, name="propose"),
    path("units/<int:unit_id>/submit/", unit_views.submit, name="unit-submit"),
    path("units/<int:unit_id>/review/", unit_views.review, name="unit-review"),
    path("reviews/<int:pk>/", unit_views.review_result, name="review"),
    path("cases/<int:pk>/outlook/", views.outlook, name="outlook"),
    path("cases/<int:pk>/<slug:slug>/", views.act, name="act"),
    path("inspections/<int:pk>/complete/", views.file, name="file"),
    path("inspections/<int:pk>/filed/", views.filed, name="filed"),
    path("photos/<int:pk>/", views.photo, name="photo"),
]
