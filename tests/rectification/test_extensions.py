"""Extensions: asking and refusing move nothing; granting moves the deadline and keeps the original."""

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification.services import extensions
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(case, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(15))
    return case


def ask(case, by, until=None, day=2, **more):
    facts = {"reason": "配件未到", "interim": "专人值守"} | more
    return extensions.ask(case, until=until or plus(30), by=by, at=at(plus(day)), **facts)


def test_asking_moves_nothing(ordered, officer_east):
    ask(ordered, officer_east)
    assert (ordered.due_on, ordered.original_due_on, ordered.deadline_version) == (plus(15), plus(15), 1)


def test_refusing_moves_nothing(ordered, officer_east, office):
    extensions.refuse(ask(ordered, officer_east), by=office, at=at(plus(3)), note="理由不充分")
    ordered.refresh_from_db()
    assert (ordered.due_on, ordered.deadline_version) == (plus(15), 1)


def test_granting_moves_the_deadline_and_keeps_the_original(ordered, officer_east, office):
    granted = extensions.grant(ask(ordered, officer_east), by=office, at=at(plus(3)))
    ordered.refresh_from_db()
    assert (ordered.due_on, ordered.original_due_on) == (plus(30), plus(15))
    assert [(row.act, row.previous, row.due_on) for row in ordered.deadlines.all()] == [
        ("order", None, plus(15)),
        ("grant_extension", plus(15), plus(30)),
    ]
    assert granted.document.number == "枣消安办延字〔2026〕第0001号"


def test_it_is_decided_once(ordered, officer_east, office):
    request = ask(ordered, officer_east)
    extensions.grant(request, by=office, at=at(plus(3)))
    with pytest.raises(AlreadyDone):
        extensions.refuse(request, by=office, at=at(plus(3)), note="晚了")


def test_nobody_decides_his_own_request(ordered, inspector_a):
    with pytest.raises(NotAllowed):
        extensions.grant(ask(ordered, inspector_a), by=inspector_a, at=at(plus(3)))


def test_the_township_may_not_decide(ordered, inspector_a, officer_east):
    request = ask(ordered, inspector_a)
    with pytest.raises(NotAllowed):
        extensions.grant(request, by=officer_east, at=at(plus(3)))
    request.refresh_from_db()
    ordered.refresh_from_db()
    assert request.decision == "" and ordered.due_on == plus(15)


def test_a_request_after_the_deadline_is_flagged(ordered, officer_east, office):
    in_time = ask(ordered, officer_east, day=15)
    assert not in_time.is_late
    extensions.refuse(in_time, by=office, at=at(plus(15)), note="不同意")
    ordered.refresh_from_db()
    assert ask(ordered, officer_east, day=16, until=plus(40)).is_late


def test_once_granted_it_is_not_granted_again(ordered, officer_east, office):
    extensions.grant(ask(ordered, officer_east), by=office, at=at(plus(3)))
    ordered.refresh_from_db()
    with pytest.raises(RuleBroken) as refusal:
        ask(ordered, officer_east, until=plus(60))
    assert refusal.value.code == "too_many"


@pytest.mark.parametrize(
    ("more", "field"),
    [({"until": plus(15)}, "until"), ({"reason": " "}, "reason"), ({"interim": ""}, "interim")],
)
def test_what_a_request_must_say(more, field, ordered, officer_east):
    with pytest.raises(RuleBroken) as refusal:
        ask(ordered, officer_east, **more)
    assert refusal.value.field == field


# --- how often, how late, how long -------------------------------------------------------------------


def test_how_often_is_asked_of_one_function(ordered, officer_east, office, monkeypatch):
    monkeypatch.setattr(extensions, "most_granted", lambda on: 2)
    for until, day in ((30, 2), (45, 4)):
        extensions.grant(ask(ordered, officer_east, plus(until), day), by=office, at=at(plus(day + 1)))
        ordered.refresh_from_db()
    with pytest.raises(RuleBroken) as refusal:
        ask(ordered, officer_east, plus(60), 6)
    assert refusal.value.code == "too_many" and "2" in str(refusal.value)


@pytest.mark.parametrize(
    ("until", "day", "count"),
    [
        (40, 2, 0),  # forty days are exactly twice the twenty of the order
        (41, 2, 1),
        (40, 21, 1),  # asked on the day after the deadline
        (41, 21, 2),
    ],
)
def test_whoever_decides_is_warned(until, day, count, case, inspector_a, officer_east, office, as_user):
    journeys.order(case, by=inspector_a, due_on=plus(20))
    asked = ask(case, officer_east, plus(until), day)
    warnings = extensions.warnings(asked)
    assert len(warnings) == count
    page = as_user(office).get(f"/rectification/cases/{case.pk}/decide-extension/").content.decode()
    assert all(str(words) in page for words in warnings) and "配件未到" in page


def test_a_warning_refuses_nothing_and_stays_with_the_decision(case, inspector_a, officer_east, office):
    journeys.order(case, by=inspector_a, due_on=plus(20))
    extensions.grant(ask(case, officer_east, plus(90), 2), by=office, at=at(plus(3)))
    event = case.events.get(act="grant_extension")
    assert event.data["late"] is False and len(event.data["warnings"]) == 1
