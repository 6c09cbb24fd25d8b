"""/api/v1/: one router for all apps, the token door, the schema and its page, which works offline.

An app's `api.py` offers `routes` (tuples of prefix, viewset, basename) and, for what is no viewset, `urlpatterns`.
"""

from importlib import import_module
from importlib.util import find_spec

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from accounts.api import TokenView

APPS = (
    "reference",
    "accounts",
    "notifications",
    "documents",
    "units",
    "hazards",
    "inspections",
    "rectification",
    "dashboards",
)

modules = [import_module(f"{app}.api") for app in APPS if find_spec(f"{app}.api")]

router = DefaultRouter()
for module in modules:
    for prefix, viewset, basename in getattr(module, "routes", ()):
        router.register(prefix, viewset, basename=basename)

urlpatterns = [
    path("token/", TokenView.as_view(), name="api-token"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
for module in modules:
    urlpatterns += getattr(module, "urlpatterns", [])
urlpatterns += router.urls
