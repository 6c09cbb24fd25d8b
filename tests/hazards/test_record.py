"""A case is moved by `record` alone: the table, the person, the deadline ledger, the events."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from common.errors import NotAllowed, RuleBroken
from hazards import clock_panel, services, states
from hazards.models import CaseEvent, HazardCase
from tests import journeys
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db


def test_opening_registers_a_numbered_case_in_the_units_region(case, unit):
    assert case.number == "131121-2026-000001"
    assert (case.state, case.region_id, case.opened_on) == ("registered", unit.region_id, DAY)
    assert case.due_on is None and not case.is_overdue(plus(400))
    assert [event.act for event in case.events.all()] == ["open"]


def test_numbers_follow_each_other_without_a_gap(make_case):
    assert [make_case().number[-6:] for _ in range(3)] == ["000001", "000002", "000003"]


def test_a_rolled_back_opening_gives_its_number_back(make_case):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_case()
        raise ZeroDivisionError
    assert make_case().number == "131121-2026-000001"


def test_ordering_sets_deadline_original_and_ledger(case, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(15))
    assert (case.state, case.due_on, case.original_due_on) == ("ordered", plus(15), plus(15))
    assert [(row.version, row.due_on, row.previous, row.act) for row in case.deadlines.all()] == [
        (1, plus(15), None, "order")
    ]


def test_overdue_begins_the_day_after_the_deadline(case, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(15))
    assert not case.is_overdue(plus(15))
    assert case.is_overdue(plus(16)) and case.overdue_days(plus(16)) == 1
    assert list(HazardCase.objects.overdue(plus(15))) == []
    assert list(HazardCase.objects.overdue(plus(16))) == [case]


def test_a_case_without_a_deadline_is_never_overdue(case):
    assert list(HazardCase.objects.overdue(plus(3650))) == []


def test_failing_returns_the_case_with_a_new_deadline_and_keeps_the_original(case, cast):
    journeys.reach(case, states.SUBMITTED, cast)
    journeys.review(
        case, officers=[cast["inspector_a"], cast["inspector_b"]], outcome="fail", due_on=plus(30)
    )
    case.refresh_from_db()
    assert (case.state, case.due_on, case.original_due_on) == ("ordered", plus(30), plus(15))
    assert [row.act for row in case.deadlines.all()] == ["order", "fail"]


def test_closing_sets_the_day_and_stops_the_chase(case, cast):
    journeys.reach(case, states.CLOSED, cast)
    assert case.closed_on == plus(5)


def test_reopening_begins_a_new_round_without_a_deadline(case, cast):
    journeys.reach(case, states.CLOSED, cast)
    services.record(case, "reopen", by=cast["office"], at=at(plus(20)), reason="回头看发现反弹")
    assert (case.state, case.round, case.due_on, case.original_due_on) == ("registered", 2, None, None)
    assert case.closed_on is None
    journeys.order(case, by=cast["inspector_a"], due_on=plus(40), day=plus(20))
    assert (case.due_on, case.original_due_on) == (plus(40), plus(40))


def test_a_deadline_before_the_finding_is_refused_and_nothing_is_written(case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        services.record(case, "order", by=inspector_a, at=at(), due_on=plus(-1))
    assert refusal.value.field == "due_on"
    case.refresh_from_db()
    assert case.state == "registered" and case.events.count() == 1 and case.deadlines.count() == 0


def test_an_act_without_its_fact_is_refused_by_name(case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        services.record(case, "order", by=inspector_a, at=at())
    assert refusal.value.field == "due_on"


def test_outside_the_table_the_refusal_names_case_state_and_act(case, officer_east):
    with pytest.raises(RuleBroken) as refusal:
        services.record(case, "submit", by=officer_east, at=at())
    assert refusal.value.code == "wrong_state"
    assert case.number in str(refusal.value)


def test_somebody_of_another_township_may_not_act(case, inspector_a, officer_west):
    journeys.order(case, by=inspector_a)
    with pytest.raises(NotAllowed):
        services.record(case, "submit", by=officer_west, at=at())


def test_events_and_ledger_are_append_only_in_the_database(case, inspector_a):
    journeys.order(case, by=inspector_a)
    event = case.events.first()
    for change in (
        lambda: CaseEvent.objects.filter(pk=event.pk).update(reason="改"),
        lambda: CaseEvent.objects.filter(pk=event.pk).delete(),
        lambda: case.deadlines.update(due_on=plus(90)),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_the_database_refuses_a_closed_case_without_a_day(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        HazardCase.objects.filter(pk=case.pk).update(state="closed")


def test_unknown_headlines_are_a_programming_error(case, inspector_a):
    with pytest.raises(TypeError, match="state"):
        services.record(case, "order", by=inspector_a, at=at(), due_on=plus(3), state="closed")


def test_a_meeting_of_two_decides_nothing(case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        services.determine(
            case,
            grade="major",
            clauses="7.3.1",
            attendees=["周安", "吴平", "周安"],
            held_on=DAY,
            conclusion="重大",
            by=inspector_a,
            at=at(),
        )
    assert refusal.value.field == "attendees"
    case.refresh_from_db()
    assert case.grade == "general"


def test_visible_only_inside_ones_jurisdiction(
    case, officer_east, officer_west, leader, leader_quzhou, stranger
):
    seen = {person.username: HazardCase.objects.visible_to(person).count() for person in
            (officer_east, officer_west, leader, leader_quzhou, stranger)}  # fmt: skip
    assert seen == {"officer_east": 1, "officer_west": 0, "leader": 1, "leader_quzhou": 0, "stranger": 0}


def test_the_state_column_is_written_in_one_module():
    """Architecture: HazardCase.state is written in hazards/services.py alone."""
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    pattern = re.compile(r"\b(case|row|self)\.state\s*=[^=]|[Cc]ases?[^\n]*update\([^)]*\bstate\s*=")
    writers = {
        str(path.relative_to(root))
        for app in ("hazards", "inspections", "rectification", "dashboards", "devtools", "units")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"hazards/services.py"}
    assert connection.vendor == "postgresql"


def test_one_paper_moves_several_cases_or_none(make_case, inspector_a):
    cases = [make_case(), make_case()]
    late = [services.Step(cases[0], "order", headline={"due_on": plus(5)}), services.Step(cases[1], "order")]
    with pytest.raises(RuleBroken):
        services.record_all(late, by=inspector_a, at=at())
    assert set(HazardCase.objects.values_list("state", flat=True)) == {"registered"}
    both = [services.Step(case, "order", headline={"due_on": plus(5)}) for case in cases]
    events = services.record_all(both, by=inspector_a, at=at())
    assert [(event.case_id, event.act) for event in events] == [(case.pk, "order") for case in cases]
    assert [(case.state, case.due_on, case.deadlines.count()) for case in cases] == [
        ("ordered", plus(5), 1)
    ] * 2


def test_the_same_case_twice_in_one_paper_is_refused(case, inspector_a):
    twice = [services.Step(case, "order", headline={"due_on": plus(5)})] * 2
    with pytest.raises(HazardCase.DoesNotExist):
        services.record_all(twice, by=inspector_a, at=at())


def test_recording_brings_the_callers_case_up_to_date(case, inspector_a):
    services.record(case, "order", by=inspector_a, at=at(), due_on=plus(5))
    fresh = HazardCase.objects.get(pk=case.pk)
    assert services.facts_of(case) == services.facts_of(fresh)


def test_hazards_of_one_visit_are_numbered_in_their_order(unit, catalogue, inspector_a):
    found = [services.Hazard(catalogue["exit"], "甲"), services.Hazard(catalogue["exit"], " 乙 ", "二层")]
    cases = services.open_cases(found, unit=unit, by=inspector_a, at=at())
    assert [(case.number[-6:], case.description, case.part) for case in cases] == [
        ("000001", "甲", ""),
        ("000002", "乙", "二层"),
    ]
    assert CaseEvent.objects.filter(act="open").count() == 2
    assert services.open_cases([], unit=unit, by=inspector_a, at=at()) == []


def test_discontinuing_has_its_line_in_the_deadline_ledger(case, inspector_a, office):
    services.record(case, "order", by=inspector_a, at=at(plus(1)), due_on=plus(20))
    services.record(case, "suspend", by=office, at=at(plus(3)), reason="单位停业装修")
    last = case.deadlines.last()
    assert (last.act, last.due_on, last.previous, last.reason, last.by) == (
        "suspend", plus(20), plus(20), "单位停业装修", office,
    )  # fmt: skip
    (row,) = [one for one in clock_panel.rows(case, at=at(plus(30))) if one.code == clock_panel.OWNER]
    assert (row.halted, row.is_late) == (True, False)
    services.record(case, "resume", by=office, at=at(plus(9)), reason="恢复营业")
    assert [(one.act, one.due_on) for one in case.deadlines.all()] == [
        ("order", plus(20)), ("suspend", plus(20)), ("resume", None),
    ]  # fmt: skip
    assert (case.due_on, case.original_due_on) == (None, plus(20))


def test_a_case_without_a_deadline_has_nothing_to_halt(case, office):
    services.record(case, "suspend", by=office, at=at(plus(3)), reason="单位拆除")
    assert not case.deadlines.exists()
