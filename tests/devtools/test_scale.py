"""The county of the benchmarks: as many rows as asked for, the same for the same seed, and none against the rules."""

from datetime import date

import pytest
from django.db.models import Count, F, Q

from common.errors import RuleBroken
from devtools import scale
from hazards.models import CaseEvent, DeadlineEntry, HazardCase
from rectification.models import Listing, Matter
from tests.rectification.chasing import full_ladder, ladder  # noqa: F401
from units.models import Unit

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 15)


@pytest.fixture
def county_tables(divisions, catalogue, ladder):
    """What `load_reference` would have loaded, in small."""
    return divisions


def sown(**options):
    return scale.sow(**{"cases": 2000, "units": 100, "on": ON} | options)


def facts():
    rows = HazardCase.objects.order_by("number").values_list(
        "number", "state", "opened_on", "due_on", "description"
    )
    return list(rows)


def test_it_has_the_size_and_the_shape_that_was_asked_for(county_tables):
    assert sown() == scale.Sown(units=100, cases=2000)
    assert (Unit.objects.count(), HazardCase.objects.count()) == (100, 2000)
    states = dict(HazardCase.objects.values_list("state").annotate(n=Count("pk")))
    assert 1500 < states["closed"] < 1700
    assert 200 < states["ordered"] < 320
    assert set(states) == {"closed", "ordered", "submitted", "registered", "transferred", "suspended", "void"}
    assert 20 < HazardCase.objects.overdue(ON).count() < 250


def test_the_same_seed_makes_the_same_county(county_tables):
    from django.db import transaction

    def made(seed):
        with transaction.atomic():
            sown(cases=300, seed=seed)
            found = facts(), list(Unit.objects.order_by("number").values_list("name", "region_id"))
            transaction.set_rollback(True)
        return found

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_headline_and_history_agree(county_tables):
    sown()
    live = Q(state__in=["ordered", "submitted"])
    watched = Matter.objects.filter(watched="deadline")
    assert watched.count() == HazardCase.objects.filter(live, due_on__isnull=False).count()
    assert not watched.filter(next_on=None).exists()
    assert not HazardCase.objects.filter(opened_on__gt=ON).exists()
    assert not HazardCase.objects.filter(closed_on__gt=ON).exists()
    assert not HazardCase.objects.filter(closed_on__lt=F("opened_on")).exists()
    assert HazardCase.objects.filter(due_on__isnull=False).count() == DeadlineEntry.objects.count()
    assert CaseEvent.objects.filter(act="open").count() == 2000
    assert Listing.objects.count() == HazardCase.objects.listed().count() > 0


def test_the_serial_goes_on_behind_it(county_tables, make_case):
    sown()
    last = HazardCase.objects.filter(number__startswith="131121-2026-").order_by("-number").first()
    following = make_case(day=ON)
    assert int(following.number[-6:]) == int(last.number[-6:]) + 1


def test_a_second_county_comes_beside_the_first(county_tables):
    sown(cases=300)
    sown(cases=100, seed=2)
    assert HazardCase.objects.count() == 400


def test_without_reference_tables_it_says_what_to_do(divisions):
    with pytest.raises(RuleBroken, match="load_reference"):
        sown()
