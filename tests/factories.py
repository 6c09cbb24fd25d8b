"""The small world that tests act in: a catalogue, units and cases, each made by the product's own services."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

DAY = date(2026, 3, 10)
"""A Tuesday; the working days around it are ordinary."""


def at(day: date = DAY, hour: int = 10) -> datetime:
    """An instant of `day` in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_default_timezone())


def plus(days: int, day: date = DAY) -> date:
    return day + timedelta(days=days)


def picture(name: str = "after.jpg", colour: str = "green") -> SimpleUploadedFile:
    """A small photo, as a phone would send it."""
    data = BytesIO()
    Image.new("RGB", (32, 24), colour).save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), content_type="image/jpeg")


@pytest.fixture
def catalogue(db):
    """Two hazards of the catalogue by code: a blocked exit (on the spot) and lodging in a workshop."""
    from reference.models import HazardCategory, HazardGroup, PlaceType

    group, _ = HazardGroup.objects.get_or_create(
        code="T3", defaults={"name": "安全疏散", "name_en": "Evacuation"}
    )
    PlaceType.objects.get_or_create(code="t-shop", defaults={"name": "小商店", "name_en": "Small shop"})
    exit_, _ = HazardCategory.objects.get_or_create(
        code="T301",
        defaults={
            "group": group,
            "name": "疏散通道、安全出口被占用、堵塞",
            "name_en": "Exit blocked",
            "on_site": True,
            "default_days": 3,
        },
    )
    lodging, _ = HazardCategory.objects.get_or_create(
        code="T901",
        defaults={
            "group": group,
            "name": "生产车间内违规住人",
            "name_en": "People sleeping in a workshop",
            "on_site": False,
            "default_days": 15,
        },
    )
    return {"exit": exit_, "lodging": lodging}


@pytest.fixture
def make_unit(catalogue, east_village, officer_east, west_village, officer_west):
    """`make_unit("兴旺百货店", region=west_village, flags=["combined_use"])`; East is the default."""
    from reference.models import PlaceType
    from units.services import register

    def make(name="兴旺百货店", *, region=None, by=None, **facts):
        region = region or east_village
        by = by or (officer_west if region.code.startswith(west_village.code[:9]) else officer_east)
        facts.setdefault("place_type", PlaceType.objects.get(code="t-shop"))
        facts.setdefault("address", f"{region.short_name}主街1号")
        return register(region=region, by=by, on=DAY, name=name, **facts)

    return make


@pytest.fixture
def unit(make_unit):
    return make_unit()


@pytest.fixture
def make_case(unit, catalogue, inspector_a):
    """`make_case(category="lodging", unit=other)`: a registered case."""
    from hazards.services import open_case

    def make(*, unit=unit, category="exit", description="安全出口上锁", by=None, day=DAY):
        return open_case(
            unit=unit,
            category=catalogue[category],
            description=description,
            by=by or inspector_a,
            at=at(day),
            inspector=inspector_a,
        )

    return make


@pytest.fixture
def case(make_case):
    return make_case()
