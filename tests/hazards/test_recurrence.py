"""A hazard under the same clause at the same unit again within twelve months: by query, void ones left out."""

from datetime import date

import pytest

from hazards.models import HazardCase
from reference.models import Clause, Limit
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


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [
        # 2028 has a 29 February: twelve months are 366 days then, and the day itself has the 28th for its year before.
        (date(2027, 3, 10), date(2028, 3, 10), True),
        (date(2027, 3, 9), date(2028, 3, 10), False),
        (date(2027, 2, 28), date(2028, 2, 29), True),
        (date(2027, 2, 27), date(2028, 2, 29), False),
        (date(2028, 2, 29), date(2029, 2, 28), True),
        (date(2028, 2, 29), date(2029, 3, 1), False),
        (date(2026, 12, 31), date(2027, 12, 31), True),
        (date(2026, 12, 31), date(2028, 1, 1), False),
    ],
)
def test_twelve_months_over_leap_days_and_the_turn_of_the_year(make_case, first, second, again):
    make_case(day=first)
    later = make_case(day=second)
    assert (recurring() == [later]) is again
    assert later.found_before().exists() is again


@pytest.fixture
def clause(db):
    return Clause.objects.create(
        code="FL-28", name="《消防法》第二十八条", law="消防法", article="28", text="不得占用"
    )


def test_two_hazards_of_the_catalogue_under_one_clause(make_case, catalogue, clause):
    first, other = make_case(), make_case(category="lodging", day=date(2026, 5, 1))
    assert recurring() == [] and not other.found_before().exists()
    catalogue["exit"].clauses.add(clause)
    assert recurring() == [] and not other.found_before().exists()
    catalogue["lodging"].clauses.add(clause)
    assert recurring() == [other]
    assert list(other.found_before()) == [first] and not first.found_before().exists()
    assert list(HazardCase.objects.not_recurring()) == [first]


@pytest.mark.parametrize(("day", "again"), [(date(2027, 3, 10), True), (date(2027, 3, 11), False)])
def test_under_one_clause_the_twelve_months_count_too(make_case, catalogue, clause, day, again):
    for hazard in catalogue.values():
        hazard.clauses.add(clause)
    make_case()
    later = make_case(category="lodging", day=day)
    assert (recurring() == [later]) is again


def test_an_article_that_says_what_a_breach_costs_is_no_clause_in_common(make_case, catalogue):
    penalty = Clause.objects.create(
        code="FL-60-1-3", name="《消防法》第六十条", law="消防法", article="60", text="罚则"
    )
    for hazard in catalogue.values():
        hazard.clauses.add(penalty)
    make_case()
    make_case(category="lodging", day=date(2026, 5, 1))
    assert recurring() == []


def test_one_of_several_clauses_is_enough_and_each_case_is_named_once(make_case, catalogue, clause):
    second = Clause.objects.create(
        code="FL-16", name="《消防法》第十六条", law="消防法", article="16", text="职责"
    )
    for hazard in catalogue.values():
        hazard.clauses.add(clause, second)
    first = make_case()
    later = make_case(category="lodging", day=date(2026, 5, 1))
    assert recurring() == [later] and list(later.found_before()) == [first]


def test_other_clauses_are_another_hazard(make_case, catalogue, clause):
    other = Clause.objects.create(
        code="XF703-4.3", name="XF 703 第4.3条", law="XF 703", article="4.3", text="分隔"
    )
    catalogue["exit"].clauses.add(clause)
    catalogue["lodging"].clauses.add(other)
    make_case()
    make_case(category="lodging", day=date(2026, 5, 1))
    assert recurring() == []


def test_the_same_clause_at_another_unit_is_no_recurrence(make_case, make_unit, catalogue, clause):
    for hazard in catalogue.values():
        hazard.clauses.add(clause)
    make_case()
    make_case(unit=make_unit("别家商店"), category="lodging", day=date(2026, 5, 1))
    assert recurring() == []


def test_a_new_row_of_the_table_holds_for_findings_from_its_day(make_case):
    Limit.objects.create(
        code="RECURRENCE", name="再次发现", amount=6, unit="months", valid_from=date(2026, 10, 1)
    )
    make_case(day=date(2026, 1, 10))
    before = make_case(day=date(2026, 9, 30))
    assert recurring() == [before]
    make_case(day=date(2027, 4, 1))
    assert recurring() == [before]
    last = make_case(day=date(2027, 10, 1))
    assert recurring() == [before, last]


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
