"""The authority's clocks over a seal: three working days or 24 hours to serve it, 30 days, three and three to lift."""

from datetime import date, datetime

import pytest

from documents import services as documents
from hazards.models import Clock
from rectification.services import seals, suspensions
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests import journeys
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db

CAUSE = seals.Cause("东侧仓库", "exits", "安全出口封堵")
STUDY = seals.Study(("周某", "吴某", "郑某"), at(hour=10))
MARCH = {day: date(2026, 3, day) for day in range(1, 32)}


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    yield
    forget_calendar()


def told(seal, code):
    clock = Clock.objects.filter(subject=f"seal:{seal.pk}", code=code).order_by("-pk").first()
    return clock.began_on, clock.due_on, clock.met_by or clock.stopped_by


def running(seal):
    return set(Clock.objects.running().filter(subject=f"seal:{seal.pk}").values_list("code", flat=True))


@pytest.fixture
def sealed(unit, inspector_a, inspector_b, office):
    seal = seals.propose(unit, CAUSE, by=inspector_a, at=at(hour=9))
    seals.decide(seal, STUDY, ends_on=plus(30), by=office, at=at(hour=11))
    return seals.execute(seal, officers=[inspector_a, inspector_b], by=inspector_a, at=at(hour=14))


def serve(document, by, day):
    documents.serve(document, journeys.HANDED_OVER, served_at=at(day, 15), by=by, at=at(day, 15))


def test_the_decision_is_made_and_served_in_three_working_days(sealed, inspector_a):
    assert told(sealed, "C9") == (DAY, MARCH[13], "")
    assert told(sealed, "C11") == (DAY, date(2026, 4, 9), "")
    serve(sealed.document, inspector_a, MARCH[12])
    assert told(sealed, "C9") == (DAY, MARCH[13], "serve")
    assert running(sealed) == {"C11"}


def test_what_is_declined_waits_for_no_service(unit, inspector_a, office):
    seal = seals.propose(unit, CAUSE, by=inspector_a, at=at(hour=9))
    seals.decline(seal, by=office, at=at(hour=11), note="可以当场改正")
    assert told(seal, "C9") == (DAY, MARCH[13], "decline")


def test_an_urgent_seal_has_24_hours_to_its_served_decision(unit, inspector_a, inspector_b, office):
    team = [inspector_a, inspector_b]
    seal = seals.seal_at_once(
        unit, CAUSE, consent_by="大队长", officers=team, sealed_at=at(hour=22), by=inspector_a, at=at(hour=23)
    )
    clock = Clock.objects.get(subject=f"seal:{seal.pk}", code="C10")
    assert clock.due_at == datetime.fromisoformat("2026-03-11T22:00:00+08:00")
    study = seals.Study(STUDY.names, at(plus(1), 8))
    seals.decide(seal, study, ends_on=plus(30), by=office, at=at(plus(1), 9))
    assert running(seal) == {"C10", "C11"}  # decided, and not served
    serve(seal.document, inspector_a, MARCH[11])
    clock.refresh_from_db()
    assert clock.met_by == "serve" and not clock.is_late(at(plus(9)))


def test_three_and_three_to_lift(sealed, inspector_a, inspector_b, officer_east, office):
    team = [inspector_a, inspector_b]
    seals.ask_to_lift(sealed, words="已清理", by=officer_east, at=at(MARCH[16]))
    assert told(sealed, "C12") == (MARCH[16], MARCH[19], "")
    seals.inspect(sealed, outcome="fail", note="仍堵塞", officers=team, by=inspector_a, at=at(MARCH[17]))
    assert told(sealed, "C12")[2] == "inspect"
    assert told(sealed, "C12-2") == (MARCH[17], MARCH[20], "")
    refused = seals.refuse_to_lift(sealed, reason="安全出口仍堵塞", by=office, at=at(MARCH[18]))
    assert told(sealed, "C12-2")[2] == "refuse_to_lift"
    assert refused.document.content["officers"] == [
        {"name": person.name, "card": person.card_number} for person in team
    ]
    seals.ask_to_lift(sealed, words="已全部清理", by=officer_east, at=at(MARCH[20]))
    assert told(sealed, "C12") == (MARCH[20], MARCH[25], "")
    seals.inspect(sealed, outcome="pass", note="已畅通", officers=team, by=inspector_a, at=at(MARCH[23]))
    seals.lift(sealed, by=office, at=at(MARCH[24]))
    assert told(sealed, "C11")[2] == told(sealed, "C12-2")[2] == "lift"
    assert Clock.objects.get(subject=f"seal:{sealed.pk}", code="C9").stopped_by == "lift"
    assert not running(sealed)


def test_refusing_to_resume_is_the_decision_that_was_owed(
    unit, inspector_a, inspector_b, officer_east, office
):
    stop = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at())
    suspensions.decide(stop, by=office, at=at(plus(1)))
    suspensions.ask_to_resume(stop, words="已搬离", by=officer_east, at=at(MARCH[12]))
    team = [inspector_a, inspector_b]
    suspensions.accept(stop, outcome="fail", note="仍住两人", officers=team, by=inspector_a, at=at(MARCH[16]))
    suspensions.refuse_to_resume(stop, reason="仍住两人", by=office, at=at(MARCH[17]))
    assert not Clock.objects.running().filter(subject=f"suspension:{stop.pk}").exists()
    suspensions.ask_to_resume(stop, words="已全部搬离", by=officer_east, at=at(MARCH[18]))
    again = Clock.objects.running().get(subject=f"suspension:{stop.pk}")
    assert (again.code, again.began_on, again.due_on) == ("C13", MARCH[18], MARCH[23])
