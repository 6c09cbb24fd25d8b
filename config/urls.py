"""Which app answers where."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from config import api, health, views
from documents.views import verify
from units.views.dossier import door

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language/", views.set_language, name="set_language"),
    # One door: the lock-out, the log and the first password hold for administrators too.
    path("admin/login/", views.admin_login),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api.urlpatterns)),
]

APPS = {
    "common": "",
    "accounts": "accounts/",
    "reference": "reference/",
    "notifications": "inbox/",
    "documents": "documents/",
    "units": "units/",
    "hazards": "cases/",
    "inspections": "inspections/",
    "rectification": "rectification/",
    "dashboards": "",
    "operations": "status/",
}
urlpatterns += [path("hand-over/", include("rectification.handover_urls"))]
# The QR code on the door of a unit: short, because it is printed.
urlpatterns += [path("u/<str:number>/", door, name="door")]
# The QR code on a paper, which a stranger may open.
urlpatterns += [path("papers/verify/<int:pk>/<str:signature>/", verify, name="verify_paper")]
urlpatterns += [path(at, include(f"{app}.urls")) for app, at in APPS.items() if find_spec(f"{app}.urls")]
