"""Eight runs at the same time on connections of their own, and a case that somebody is saving meanwhile."""

import threading
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, transaction

from hazards.models import HazardCase
from hazards.services import lock, record
from notifications.models import Message
from rectification.chase import engine
from rectification.models import ChaseClaim, Matter, Rung, Suggestion
from tests.factories import at
from tests.rectification.chasing import (  # noqa: F401
    chased_case,
    extended,
    full_ladder,
    ladder,
    looked_at,
    next_look,
    posts,
    told,
)

pytestmark = pytest.mark.django_db(transaction=True)

DUE, ON = date(2026, 6, 10), date(2026, 6, 22)


def copies(case, count):
    """More cases like this one, without walking each through its services."""
    rows = []
    for n in range(count):
        row = HazardCase.objects.get(pk=case.pk)
        row.pk, row.number = None, f"{case.number}-{n}"
        rows.append(row)
    HazardCase.objects.bulk_create(rows)


def in_threads(count, work):
    """Run `work` so many times at once; what each returned. An exception in one fails the test."""
    results, errors = [], []
    gate = threading.Barrier(count)

    def body():
        try:
            gate.wait()
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=body) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    return results


def test_eight_runs_at_once_tell_everybody_once(chased_case, monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 25)
    case = chased_case(DUE)
    copies(case, 199)
    tallies = in_threads(8, lambda: engine.run(on=ON, at=at(ON, 8)))
    # 200 cases, six lines each: two people by two rungs, head and leader by one. Each person gets one digest.
    assert sum(tally.claimed for tally in tallies) == ChaseClaim.objects.count() == 1200
    assert sum(tally.messages for tally in tallies) == Message.objects.count() == 4
    assert all(message.subject.startswith("6月22日隐患催办 200 件") for message in Message.objects.all())
    assert not looked_at(ON).exists()


def test_without_the_lock_claims_are_still_made_once(chased_case, monkeypatch):
    """The lock keeps a morning in one digest; that nobody is told twice rests on the claims alone."""

    @contextmanager
    def everybody(what):
        yield True

    monkeypatch.setattr(engine, "BATCH", 25)
    monkeypatch.setattr(engine, "alone", everybody)
    copies(chased_case(DUE), 199)
    in_threads(8, lambda: engine.run(on=ON, at=at(ON, 8)))
    assert ChaseClaim.objects.count() == 1200
    assert not looked_at(ON).exists()


def test_a_case_that_is_being_saved_is_left_for_the_next_run(chased_case, monkeypatch):
    monkeypatch.setattr(engine, "PAUSE", 0.01)
    busy, free = chased_case(DUE), chased_case(DUE)
    with transaction.atomic():
        Matter.objects.select_for_update().get(watched="deadline", subject=busy.pk)
        [tally] = in_threads(1, lambda: engine.run(on=ON, at=at(ON, 8)))
    assert len(told(free)) == 4
    assert told(busy) == []
    assert (tally.locked, tally.skipped) == (1, 1)
    assert tally.notes() == {"locked": 1}
    engine.run(on=ON, at=at(ON, 9))
    assert len(told(busy)) == 4


def test_a_deadline_that_changes_during_the_run_is_chased_by_the_new_one(chased_case, posts):
    """The case is locked before it is looked at: what was granted a moment ago counts."""
    case = chased_case(DUE)
    with transaction.atomic():
        extended(case, date(2026, 7, 15), asked_by=posts["officer"], granted_by=posts["office"], on=DUE)
        waiting = threading.Thread(target=lambda: (engine.run(on=ON, at=at(ON, 8)), connection.close()))
        waiting.start()
        waiting.join(0.3)
    waiting.join(30)
    assert told(case) == []
    assert not Message.objects.filter(kind="chase").exists()


def test_a_run_does_not_wait_for_somebody_who_holds_a_case(chased_case):
    """What it writes about the case would wait for the act, and the act for the matters that the run holds."""
    Rung.objects.filter(code="after-1").update(follow_ups=["interview"])
    case = chased_case(DUE)
    with transaction.atomic():
        lock([case])
        (tally,) = in_threads(1, lambda: engine.run(on=ON, at=at(ON, 8)))
        assert (tally.claimed, tally.locked) == (6, 0)
        record(case, "pass", by=case.inspector, at=at(ON, 9))
    assert Suggestion.objects.filter(case=case, what="interview").exists()
    assert next_look(case) is None
