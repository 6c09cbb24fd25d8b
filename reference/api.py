"""Divisions, hazard categories, place types and checklists: read only, for whoever signed in."""

from rest_framework.viewsets import ReadOnlyModelViewSet

from common.days import today
from reference import selectors
from reference.filters import CategoryFilter, PlaceTypeFilter, RegionFilter
from reference.models import Checklist, HazardCategory, PlaceType, Region
from reference.serializers import (
    CategorySerializer,
    ChecklistSerializer,
    ChecklistWithItemsSerializer,
    PlaceTypeSerializer,
    RegionSerializer,
)


class RegionViewSet(ReadOnlyModelViewSet):
    """The divisions that exist today. A division that has ended is still found by its code."""

    queryset = Region.objects.order_by("code")
    serializer_class = RegionSerializer
    filterset_class = RegionFilter
    lookup_value_regex = "[0-9]+"

    def get_queryset(self):
        regions = super().get_queryset()
        return regions.current(today()) if self.action == "list" else regions


class CategoryViewSet(ReadOnlyModelViewSet):
    """The hazard catalogue of today, with the legal basis of each entry."""

    queryset = HazardCategory.objects.all()
    serializer_class = CategorySerializer
    filterset_class = CategoryFilter

    def get_queryset(self):
        return selectors.categories(today())


class PlaceTypeViewSet(ReadOnlyModelViewSet):
    """The kinds of place of today."""

    queryset = PlaceType.objects.all()
    serializer_class = PlaceTypeSerializer
    filterset_class = PlaceTypeFilter

    def get_queryset(self):
        return super().get_queryset().current(today())


class ChecklistViewSet(ReadOnlyModelViewSet):
    """The checklists of today; one alone comes with its questions."""

    queryset = Checklist.objects.prefetch_related("place_types")
    filterset_fields = ("audience", "code", "place_types")

    def get_serializer_class(self):
        return ChecklistSerializer if self.action == "list" else ChecklistWithItemsSerializer

    def get_queryset(self):
        lists = super().get_queryset()
        return lists.current(today()) if self.action == "list" else lists.prefetch_related("items")


routes = [
    ("regions", RegionViewSet, "region"),
    ("categories", CategoryViewSet, "category"),
    ("place-types", PlaceTypeViewSet, "place-type"),
    ("checklists", ChecklistViewSet, "checklist"),
]
