"""What comes next on a unit: which act, by whom, by when, the most urgent first."""

from datetime import date

import pytest

from common.workdays import Calendar, Day
from rectification import unit_now
from rectification.services import extensions, instructions, suspensions, transfers
from reference import limits
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendar(monkeypatch):
    """2026 with its working days from Monday to Friday."""
    first = date(2026, 1, 1).toordinal()
    days = [date.fromordinal(first + n) for n in range(365)]
    known = Calendar([Day(day, day.weekday() < 5) for day in days])
    monkeypatch.setattr(unit_now, "calendar", lambda: known)


def steps(unit, on):
    return [(step.step, step.by) for step in unit_now.now(unit, on).steps]


def test_nothing_stands(unit):
    now = unit_now.now(unit, plus(0))
    assert (now.counts, now.suspension, now.steps) == ([], None, [])


def test_a_registered_hazard_waits_for_its_order(case, unit):
    # Found on Tuesday 10 March: the notice is due within three working days.
    assert steps(unit, plus(0)) == [("order", date(2026, 3, 13))]


def test_the_owner_acts_until_the_deadline_then_the_inspector(case, unit, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(3))
    assert steps(unit, plus(3)) == [("submit", plus(3))]
    # The deadline was Friday 13 March: three working days end on Wednesday 18 March (Order 120, Art. 20).
    assert steps(unit, plus(4)) == [("review", date(2026, 3, 18))]


def test_a_submission_starts_the_clock_of_the_reinspection(case, unit, inspector_a, officer_east):
    journeys.order(case, by=inspector_a, due_on=plus(15))
    journeys.submit(case, by=officer_east)
    # Submitted on Friday 13 March.
    assert steps(unit, plus(3)) == [("review", date(2026, 3, 18))]


def test_a_submission_after_the_deadline_does_not_restart_the_clock(case, unit, inspector_a, officer_east):
    journeys.order(case, by=inspector_a, due_on=plus(1))
    journeys.submit(case, by=officer_east)
    # The deadline was Wednesday 11 March, two days before the submission.
    assert steps(unit, plus(3)) == [("review", date(2026, 3, 16))]


def test_the_most_urgent_comes_first_and_a_decision_about_stopping_before_all(
    make_case, unit, inspector_a, officer_east, office, leader
):
    late, asked, sent = make_case(), make_case(), make_case()
    journeys.order(late, by=inspector_a, due_on=plus(2))
    journeys.order(asked, by=inspector_a, due_on=plus(20))
    extensions.ask(asked, until=plus(30), reason="配件", interim="看护", by=officer_east, at=at(plus(1)))
    instructions.give(
        asked, words="尽快整改", addressee=officer_east, due_on=plus(8), by=leader, at=at(plus(1))
    )
    transfers.transfer(
        sent, department="住建局", reason="职责", reply_due_on=plus(14), by=office, at=at(plus(1))
    )
    suspensions.propose(unit, reason="住人", by=inspector_a, at=at(plus(1)), cases=[late])
    assert steps(unit, plus(4)) == [
        ("decide_suspension", None),
        ("review", date(2026, 3, 17)),
        ("reply", plus(8)),
        ("accept_referral", plus(14)),
        ("submit", plus(20)),
        ("decide_extension", plus(20)),
    ]
    counts = unit_now.now(unit, plus(4)).counts
    assert [(row["case"].state, row["count"], row["overdue"], row["due_on"]) for row in counts] == [
        ("ordered", 2, 1, plus(2)),
        ("transferred", 1, 0, None),
    ]


def test_a_closed_case_under_a_board_waits_for_the_board(case, unit, office, cast):
    journeys.make_major(case, by=office)
    journeys.list_(case, by=office)
    journeys.reach(case, "closed", cast)
    assert steps(unit, plus(9)) == [("delist", None)]


def test_an_answered_referral_is_to_be_verified(case, unit, office):
    transfers.transfer(case, department="住建局", reason="职责", by=office, at=at(plus(1)))
    transfers.answer(case, result="已拆除", answered_on=plus(2), by=office, at=at(plus(3)))
    assert steps(unit, plus(3)) == [("close_referral", None)]


def test_beyond_the_calendar_no_day_is_guessed(case, unit, monkeypatch):
    monkeypatch.setattr(unit_now, "calendar", lambda: Calendar([]))
    assert steps(unit, plus(0)) == [("order", None)]


def test_it_costs_three_statements_however_much_stands(
    make_case, unit, inspector_a, django_assert_num_queries
):
    for _ in range(5):
        journeys.order(make_case(), by=inspector_a)
    limits.find("C4", plus(0))  # the table of limits is read once in a process
    with django_assert_num_queries(3):
        assert len(unit_now.now(unit, plus(0)).steps) == 5


def test_page_and_api_show_it(as_user, api_as, case, unit, inspector_a, officer_west):
    page = as_user(inspector_a).get(unit.get_absolute_url()).content.decode()
    assert "下达责令整改" in page and f"/rectification/units/{unit.pk}/review/" in page
    body = api_as(inspector_a).get(f"/api/v1/units/{unit.pk}/").json()
    (step,) = body["next_steps"]
    assert (step["step"], step["case"], step["url"]) == (
        "order",
        case.pk,
        f"/rectification/cases/{case.pk}/order/",
    )
    assert step["by"] == "2026-03-13" and step["overdue"] is True
    assert "next_steps" not in api_as(inspector_a).get("/api/v1/units/").json()["results"][0]
    assert api_as(officer_west).get(f"/api/v1/units/{unit.pk}/").status_code == 404
