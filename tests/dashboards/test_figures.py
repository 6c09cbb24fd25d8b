"""Rectification figures, cell by cell, against a county counted by hand."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from dashboards.periods import Period
from dashboards.selectors import area_of, rectification_figures
from hazards.filters import CaseFilter
from hazards.models import HazardCase
from hazards.services import record
from rectification.services import listings
from reference.models import Region
from tests import journeys
from tests.cast import COUNTY, EAST, EAST_VILLAGE, EAST_VILLAGE_2, QUZHOU, WEST
from tests.dashboards.conftest import ON, day
from tests.factories import at

pytestmark = pytest.mark.django_db
MARCH = Period(day("3-01"), ON)
COLUMNS = ("found", "closed", "on_time", "overdue", "live", "transferred", "discontinued")


def figures(user, code=COUNTY, *, period=MARCH, **asked):
    return rectification_figures(user, area_of(user, code, ON), period=period, on=ON, **asked)


def table(found):
    """{key: the numbers of the row}."""
    return {row.key: tuple(row.counts[name] for name in COLUMNS) for row in [*found.rows, found.total]}


def listed(url, user):
    """How many cases the list behind a number shows."""
    wishes = QueryDict(urlsplit(url).query)
    chosen = CaseFilter(wishes, queryset=HazardCase.objects.visible_to(user), on=ON)
    assert chosen.is_valid(), chosen.errors
    return chosen.qs.count()


def assert_every_cell_opens_its_cases(found, user):
    for row in [*found.rows, found.total]:
        for name, url in row.urls.items():
            assert listed(url, user) == row.counts[name], (row.name, name, url)


def test_found_in_march_by_township(march, leader):
    found = figures(leader)
    assert table(found) == {
        WEST: (1, 0, 0, 1, 1, 0, 0),
        EAST: (9, 4, 2, 1, 3, 1, 1),
        "": (10, 4, 2, 2, 4, 1, 1),
    }
    assert [row.name for row in found.rows] == ["恩察镇", "马屯镇"]


def test_due_in_march_by_township(march, leader):
    assert table(figures(leader, cohort="due")) == {
        WEST: (1, 0, 0, 1, 1, 0, 0),
        EAST: (6, 4, 2, 1, 2, 0, 0),
        "": (7, 4, 2, 2, 3, 0, 0),
    }


def test_rates_have_four_places_half_up(march, leader):
    west, east = figures(leader).rows
    assert (east.rate, east.on_time_rate) == (Decimal("0.4444"), Decimal("0.2222"))
    assert (west.rate, west.on_time_rate) == (Decimal("0.0000"), Decimal("0.0000"))


def test_nothing_found_has_no_rate_and_keeps_its_line(march, leader):
    found = figures(leader, period=Period(date(2026, 1, 1), date(2026, 1, 31)))
    assert [row.key for row in found.rows] == [WEST, EAST]
    assert [row.rate for row in [*found.rows, found.total]] == [None, None, None]


def test_fewer_than_ten_are_marked(march, leader):
    found = figures(leader)
    assert [row.is_small for row in found.rows] == [True, True]
    assert not found.total.is_small


def test_an_extension_does_not_make_a_late_closing_punctual(march, leader):
    assert march.extended.due_on == day("3-20") and march.extended.closed_on == day("3-18")
    assert not HazardCase.objects.closed_on_time().filter(pk=march.extended.pk).exists()


def test_corrected_on_the_spot_is_on_time(march):
    assert HazardCase.objects.closed_on_time().filter(pk=march.on_site.pk).exists()


def test_due_today_is_not_overdue_and_tomorrow_it_is(march, leader):
    area = area_of(leader, COUNTY, ON)
    tomorrow = rectification_figures(leader, area, period=MARCH, on=date(2026, 4, 1))
    assert (figures(leader).total.overdue, tomorrow.total.overdue) == (2, 3)


def test_closed_counts_for_the_month_of_the_finding_whenever_it_was_closed(march, leader):
    february = figures(leader, period=Period(day("2-01"), day("2-28")))
    assert (february.total.found, february.total.closed) == (2, 1)


@pytest.mark.parametrize("cohort", ["found", "due"])
@pytest.mark.parametrize("by", ["region", "place_type", "grade", "listed"])
@pytest.mark.parametrize("period", [MARCH, Period(), Period(day("3-05"), None), Period(None, day("3-09"))])
def test_every_number_opens_exactly_its_cases(march, leader, by, cohort, period):
    assert_every_cell_opens_its_cases(figures(leader, by=by, cohort=cohort, period=period), leader)


def test_by_grade(march, leader):
    assert table(figures(leader, by="grade")) == {
        "general": (9, 4, 2, 1, 3, 1, 1),
        "major": (1, 0, 0, 1, 1, 0, 0),
        "": (10, 4, 2, 2, 4, 1, 1),
    }


def test_by_place_type(march, leader):
    assert table(figures(leader, by="place_type")) == {
        "t-shop": (10, 4, 2, 2, 4, 1, 1),
        "": (10, 4, 2, 2, 4, 1, 1),
    }


def test_by_listing_counts_the_highest_level_that_ever_listed(march, leader, make_person):
    city = make_person("city_office", "市安办", "county_office", "1311")
    journeys.list_(march.overdue, by=city, level="city", day=day("3-08"))
    found = {row.key: row.found for row in figures(leader, by="listed").rows}
    assert found == {"province": 0, "city": 1, "county": 0, "none": 9}


def test_a_board_that_came_down_still_counts_as_listed(march, leader):
    record(march.overdue, "pass", by=None, at=at(day("3-20")))
    listing = march.overdue.listings.get()
    listings.delist(listing, paper_number="枣政函〔2026〕9号", by=leader, at=at(day("3-25")))
    found = figures(leader, by="listed")
    assert {row.key: (row.found, row.closed) for row in found.rows} == {
        "province": (0, 0),
        "city": (0, 0),
        "county": (1, 1),
        "none": (9, 4),
    }
    assert_every_cell_opens_its_cases(found, leader)


def test_a_township_is_broken_down_by_village(march, leader, make_unit, make_hazard, east):
    make_hazard(make_unit("无村名小店", region=east), "3-20")
    found = figures(leader, EAST)
    assert {row.key: (row.name, row.found) for row in found.rows} == {
        EAST_VILLAGE: ("张仓口村", 9),
        EAST_VILLAGE_2: ("单仓口村", 0),
        EAST: ("马屯镇（未登记到下一级）", 1),
    }
    assert_every_cell_opens_its_cases(found, leader)


def test_a_township_of_former_times_keeps_its_line(march, leader, divisions):
    Region.objects.filter(code=WEST).update(valid_to=day("3-20"))
    assert {row.key: row.found for row in figures(leader).rows} == {WEST: 1, EAST: 9}


def test_a_village_has_one_line(march, leader):
    assert table(figures(leader, EAST_VILLAGE))[""] == (9, 4, 2, 1, 3, 1, 1)


def test_each_sees_the_own_area_only(march, officer_west, leader, leader_quzhou):
    own = figures(officer_west, WEST)
    assert own.total.found == 1
    assert_every_cell_opens_its_cases(own, officer_west)
    for user, code in (
        (officer_west, EAST),
        (officer_west, COUNTY),
        (leader_quzhou, COUNTY),
        (leader, QUZHOU),
    ):
        with pytest.raises(Region.DoesNotExist):
            area_of(user, code, ON)


def test_without_a_code_the_own_area_is_meant(divisions, officer_east, leader_quzhou, stranger):
    assert area_of(officer_east, "", ON).code == EAST
    assert area_of(leader_quzhou, "", ON).code == QUZHOU
    with pytest.raises(Region.DoesNotExist):
        area_of(stranger, "", ON)


def test_one_statement_counts(march, leader, django_assert_num_queries):
    area = area_of(leader, COUNTY, ON)
    with django_assert_num_queries(1):
        rectification_figures(leader, area, period=MARCH, on=ON)


def test_a_relapse_is_open_again(march, leader):
    record(march.last_day, "reopen", by=None, at=at(day("3-25")), reason="回头看发现反弹")
    assert table(figures(leader))[EAST] == (9, 3, 1, 1, 4, 1, 1)
    assert_every_cell_opens_its_cases(figures(leader), leader)
