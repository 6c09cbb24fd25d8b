"""A unit that moves takes its standing hazards along; what is closed stays where it was dealt with."""

import pytest

from common.errors import NotAllowed
from hazards import services, states
from hazards.models import Clock, HazardCase
from hazards.selectors import timeline, timeline_rows
from rectification.models import Matter
from tests import journeys
from tests.factories import at, plus
from units.services import move

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(unit, make_case, cast, inspector_a, west_village):
    """One ordered and one closed case of a unit of East that has gone to West."""
    standing, closed = make_case(), make_case()
    journeys.reach(closed, states.CLOSED, cast)
    journeys.order(standing, by=inspector_a)
    before = standing.version
    move(unit, region=west_village, address="西街2号", by=inspector_a, on=plus(6), reason="搬迁")
    standing.refresh_from_db(), closed.refresh_from_db()
    assert standing.version == before + 1
    return standing, closed


def test_standing_hazards_go_along_and_closed_ones_stay(moved):
    standing, closed = moved
    assert (standing.region_id, closed.region_id) == ("131121101201", "131121104201")
    assert (standing.state, standing.due_on) == ("ordered", standing.original_due_on)
    event = standing.events.last()
    assert (event.act, event.data) == ("moved", {"from": "131121104201", "to": "131121101201"})
    assert timeline_rows(timeline(standing))[0]["title"]


def test_the_new_township_acts_and_the_old_one_no_longer(moved, officer_east, officer_west):
    standing, _closed = moved
    assert not HazardCase.objects.visible_to(officer_east).filter(pk=standing.pk).exists()
    assert HazardCase.objects.visible_to(officer_west).filter(pk=standing.pk).exists()
    with pytest.raises(NotAllowed):
        services.record(standing, "submit", by=officer_east, at=at(plus(7)))
    services.record(standing, "submit", by=officer_west, at=at(plus(7)))
    assert standing.state == "submitted"


def test_what_is_owed_is_owed_there(moved, unit):
    standing, closed = moved
    running = Clock.objects.running().filter(case=standing)
    assert running and {clock.region_id for clock in running} == {"131121101201"}
    owed = Matter.objects.filter(case=standing, ended_at=None)
    assert owed and set(owed.values_list("region_id", flat=True)) == {"131121101201"}
    looks = Matter.objects.filter(case=closed, ended_at=None)
    assert looks and set(looks.values_list("region_id", flat=True)) == {"131121104201"}


def test_a_move_within_the_village_changes_no_case(unit, make_case, inspector_a, east_village):
    case = make_case()
    move(unit, region=east_village, address="主街9号", by=inspector_a, on=plus(6), reason="搬迁")
    case.refresh_from_db()
    assert case.region_id == "131121104201" and case.events.last().act == "open"
