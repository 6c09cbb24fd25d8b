"""A township's own rate beside its county's."""

from decimal import Decimal

import pytest

from dashboards.selectors.own import own_rate
from tests.cast import EAST
from tests.dashboards.conftest import ON, day

pytestmark = pytest.mark.django_db


def test_the_rate_of_the_year_beside_that_of_the_county(
    march, officer_east, make_unit, make_hazard, west_village
):
    west = make_unit("西街旅馆", region=west_village)
    for n in range(1, 9):
        make_hazard(west, f"3-0{n}", closed=f"3-0{n}")
    own = own_rate(officer_east, ON)
    assert (own.township.code, own.found, own.closed) == (EAST, 11, 5)
    assert own.rate == Decimal("0.4545")
    # 5 of 11 here and 8 of 9 in West: 13 of 20.
    assert own.county_rate == Decimal("0.6500")
    assert (own.ahead, own.behind) == (Decimal("-19.6"), Decimal("19.6"))


def test_nothing_found_is_no_rate(officer_east):
    own = own_rate(officer_east, ON)
    assert (own.rate, own.county_rate, own.ahead) == (None, None, None)


def test_whoever_answers_for_a_county_has_no_township(march, office, stranger):
    assert own_rate(office, ON) is None
    assert own_rate(stranger, ON) is None


def test_the_worklist_shows_it(as_user, officer_east, make_unit, make_hazard):
    page = as_user(officer_east).get("/rectification/mine/").content.decode()
    assert "今年整改率" in page and "—" in page
    assert day("3-01")
