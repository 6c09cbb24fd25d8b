"""What the tests of the chase share: the default ladder, a calendar, and an oracle that shares no code with it."""

import importlib
from datetime import date, timedelta

import chinese_calendar
import pytest

from rectification.models import ChaseClaim, Matter
from tests.factories import at

YEARS = (2025, 2026)


def load_ladder():
    """The rungs that the migrations leave behind, in their words, also where a test has emptied all tables."""
    from django.apps import apps
    from django.db import connection

    for name in ("0002_default_ladder", "0009_following", "0014_complaints", "0017_relapse"):
        importlib.import_module(f"rectification.migrations.{name}").load(apps, None)
    words = importlib.import_module("rectification.migrations.0016_one_word_for_the_inspector")
    with connection.cursor() as cursor:
        cursor.execute(words.replace(words.OLD, words.NEW))


@pytest.fixture
def ladder(full_ladder):
    """The five rungs that every owner's deadline climbs, and no other."""
    from rectification.models import Rung

    Rung.objects.exclude(code__in=RUNGS).delete()
    return {rung.code: rung for rung in Rung.objects.all()}


@pytest.fixture
def full_ladder(db):
    """The default rungs by code, also where an earlier test has emptied all tables; 2025 and 2026 are loaded."""
    from rectification.models import Rung
    from reference.models import CalendarDay
    from reference.selectors import forget_calendar

    load_ladder()
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    CalendarDay.objects.bulk_create(
        (CalendarDay(date=day, is_workday=chinese_calendar.is_workday(day)) for day in days),
        ignore_conflicts=True,
    )
    CalendarDay.objects.exclude(date__range=(first, last)).delete()
    forget_calendar()
    yield {rung.code: rung for rung in Rung.objects.all()}
    forget_calendar()


@pytest.fixture
def posts(inspector_a, officer_east, head_east, office, leader):
    """Everybody whom the ladder knows, by the name of their rung."""
    return {
        "inspector": inspector_a,
        "officer": officer_east,
        "head": head_east,
        "office": office,
        "leader": leader,
    }


@pytest.fixture
def chased_case(make_case, ladder, posts):
    """`chased_case(due_on, ordered_on)`: a case with an order, as the chase finds it."""
    from hazards.services import record

    def make(due_on, ordered_on=date(2026, 1, 5), **facts):
        case = make_case(day=ordered_on, **facts)
        record(case, "order", by=posts["inspector"], at=at(ordered_on), due_on=due_on)
        return case

    return make


def extended(case, until, *, asked_by, granted_by, on):
    """The deadline moves as it does in life: asked for, then granted."""
    from rectification.services import extensions

    asked = extensions.ask(
        case, until=until, reason="设备未到货", interim="专人值守", by=asked_by, at=at(on, 9)
    )
    extensions.grant(asked, by=granted_by, at=at(on, 10))


def next_look(case):
    """The day from which the chase looks at the deadline of a case again; None: never."""
    return Matter.objects.get(watched="deadline", subject=case.pk).next_on


def looked_at(on):
    """The open deadlines whose day has come and that are still to be looked at."""
    return Matter.objects.filter(watched="deadline", next_on__lte=on)


# --- the oracle: day by day, without the product's calendar, ladder or SQL ------------------------------
RUNGS = {
    "before-3": (-3, None),
    "after-1": (1, None),
    "after-3": (3, None),
    "after-7": (7, None),
    "again-5": (12, 5),
}


def works(day: date) -> bool:
    return chinese_calendar.is_workday(day)


def walked(day: date, workdays: int) -> date:
    """The day reached by walking so many working days forward, or backward."""
    step = timedelta(days=1 if workdays > 0 else -1)
    left = abs(workdays)
    while left:
        day += step
        left -= works(day)
    return day


class Oracle:
    """What a clerk with a wall calendar and a notebook would have sent."""

    def __init__(self, due_on: date, known_from: date):
        self.due_on, self.known_from = due_on, known_from
        self.sent: list[tuple[str, int, date]] = []
        self.passed: set[tuple[str, int]] = set()

    def has(self, rung: str, cycle: int) -> bool:
        return (rung, cycle) in self.passed or any((r, c) == (rung, cycle) for r, c, _on in self.sent)

    def run(self, on: date) -> int:
        """One morning; returns how many letters (not people) were written."""
        if on < self.known_from:
            return 0
        written = 0
        for rung, (offset, repeat) in RUNGS.items():
            missing, cycle = [], 0
            while walked(self.due_on, offset + cycle * (repeat or 0)) <= on:
                if not self.has(rung, cycle):
                    missing.append(cycle)
                if not repeat:
                    break
                cycle += 1
            if missing:
                self.sent.append((rung, missing.pop(), on))
                self.passed.update((rung, cycle) for cycle in missing)
                written += 1
        return written


def told(case) -> list[tuple[str, int, date]]:
    """What was said about the deadline of a case, each rung and cycle once whoever heard it."""
    claims = claims_on(case).filter(outcome="told").select_related("rung").order_by("on", "rung", "cycle")
    return list(dict.fromkeys((claim.rung.code, claim.cycle, claim.on) for claim in claims))


def claims_on(case):
    return ChaseClaim.objects.filter(watched="deadline", subject=case.pk, version=case.deadline_version)


def passed(case) -> set[tuple[str, int]]:
    claims = claims_on(case).filter(outcome="passed").select_related("rung")
    return {(claim.rung.code, claim.cycle) for claim in claims}
