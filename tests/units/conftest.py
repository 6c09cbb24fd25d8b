"""Code tables, the townships of the sample ledger, and units registered through the services."""

from datetime import date

import pytest

ON = date(2026, 4, 1)


@pytest.fixture
def on():
    return ON


@pytest.fixture
def tables(divisions):
    """The real code tables, as `load_reference` makes them."""
    from reference.services.tables import load_tables

    load_tables()


@pytest.fixture
def county_regions(tables):
    """Zaoqiang with its eleven townships and all villages."""
    from reference.services.regions import load_regions
    from reference.services.tables import DATA

    load_regions(DATA / "regions" / "zaoqiang-131121.csv")


@pytest.fixture
def make_unit(tables, inspector_a, east_village):
    """`make_unit(name="马屯百货店")`: a unit of East, registered by the inspector."""
    from reference.models import PlaceType
    from units import services

    def make(name="马屯兴旺百货店", region=None, by=None, **facts):
        facts.setdefault("address", "马屯镇东街1号")
        facts.setdefault("place_type", PlaceType.objects.get(code="shop-street"))
        return services.register(
            name=name, region=region or east_village, by=by or inspector_a, on=ON, **facts
        )

    return make
