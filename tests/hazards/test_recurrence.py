"""The same hazard at the same unit again within twelve months: by query, void ones left out."""

from datetime import date

import pytest

from hazards.models import HazardCase
from tests import journeys
from tests.factories import DAY

pytestmark = pytest.mark.django_db


def recurring():
    return list(HazardCase.objects.recurring().order_by("opened_on", "pk"))


def test_same_unit_and_hazard_within_twelve_months(make_case, make_unit):
    first = make_case()
    make_case(category="lodging")
    make_case(unit=make_unit("别家商店"))
    again = make_case(day=date(2026, 9, 1))
    third = make_case(day=date(2027, 3, 1))
    assert recurring() == [again, third]
    assert list(third.found_before()) == [first, again]
    assert list(first.found_before()) == []


@pytest.mark.parametrize(("day", "again"), [(date(2027, 3, 10), True), (date(2027, 3, 11), False)])
def test_twelve_months_by_the_calendar(make_case, day, again):
    make_case(day=DAY)
    later = make_case(day=day)
    assert (recurring() == [later]) is again
    assert later.found_before().exists() is again


def test_of_two_on_one_day_the_later_row_recurs(make_case):
    make_case()
    second = make_case()
    assert recurring() == [second]


def test_a_void_case_was_never_found(make_case, inspector_a, office):
    first, second = make_case(), make_case(day=date(2026, 5, 1))
    journeys.void(first, asked_by=inspector_a, decided_by=office)
    assert recurring() == [] and list(second.found_before()) == []


def test_list_page_and_api_narrow_by_it(make_case, as_user, api_as, office):
    first, second = make_case(), make_case(day=date(2026, 5, 1))

    def found(query):
        answer = api_as(office).get(f"/api/v1/cases/?{query}").json()
        return {row["id"] for row in answer["results"]}

    assert found("recurrence=true") == {second.pk}
    assert found("recurrence=false") == {first.pk}
    assert api_as(office).get("/api/v1/cases/?recurrence=abc").status_code == 400
    page = as_user(office).get("/cases/?recurrence=true&state=live").content.decode()
    assert second.number in page and first.number not in page
    assert "同一单位12个月内第2次" in as_user(office).get(second.get_absolute_url()).content.decode()
    assert "12个月内第" not in as_user(office).get(first.get_absolute_url()).content.decode()
