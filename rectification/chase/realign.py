"""What a change of the ladder moves: the open things whose next day comes earlier by it, counted before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from common.workdays import Calendar
from hazards.models import HazardCase
from rectification.chase.engine import applies, step_of
from rectification.chase.ladder import plan
from rectification.chase.sources import Profile, columns
from rectification.models import Matter, Rung
from rectification.watched import Watched
from reference.selectors import calendar as loaded_calendar

STANDING = f"""
    SELECT m.watched, CASE m.watched WHEN '{Watched.CLOCK}' THEN m.code ELSE '' END, coalesce(c.grade, ''),
           coalesce(c.main_level, ''), m.due_on, true, count(*)
    FROM {Matter._meta.db_table} m LEFT JOIN {HazardCase._meta.db_table} c ON c.id = m.case_id
    WHERE m.ended_at IS NULL GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Touched:
    """How many open things a change concerns: those that climb the rung before or after it."""

    before: int
    after: int


def touched(before: Rung | None, after: Rung | None) -> Touched:
    """How many open things climb the old rung, and how many would climb the new one."""
    found = standing()
    return Touched(
        *(sum(n for one, n in found.items() if rung and applies(rung, one)) for rung in (before, after))
    )


def standing() -> dict[Profile, int]:
    """The open things by what decides their ladder."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        return {Profile(*facts): number for *facts, number in cursor.fetchall()}


@transaction.atomic
def realign(*, on: date, calendar: Calendar | None = None) -> int:
    """Move every open thing to the next day that the ladder as it is now gives it, where that is earlier.

    How many were moved. Later days need no move: the next look finds nothing and moves on by itself.
    """
    calendar = calendar or loaded_calendar()
    rungs = list(Rung.objects.since(on))
    nexts = [(*profile.key, day) for profile in standing() if (day := next_day(profile, rungs, on, calendar))]
    values = dict(zip("wcglda", columns(nexts, 6), strict=True))
    rows = "unnest(%(w)s::text[], %(c)s::text[], %(g)s::text[], %(l)s::text[], %(d)s::date[], %(a)s::date[])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Matter._meta.db_table} m SET next_on = n.day
            FROM {rows} n(watched, clock, grade, level, due_on, day), {Matter._meta.db_table} o
            LEFT JOIN {HazardCase._meta.db_table} c ON c.id = o.case_id
            WHERE o.id = m.id AND m.ended_at IS NULL AND n.watched = m.watched
              AND n.clock = CASE m.watched WHEN '{Watched.CLOCK}' THEN m.code ELSE '' END
              AND n.grade = coalesce(c.grade, '') AND n.level = coalesce(c.main_level, '') AND n.due_on = m.due_on
              AND (m.next_on IS NULL OR m.next_on > n.day)
            """,
            values,
        )
        return cursor.rowcount


def next_day(profile: Profile, rungs: Iterable[Rung], on: date, calendar: Calendar) -> date | None:
    steps = [step_of(rung) for rung in rungs if applies(rung, profile)]
    found = plan(steps, profile.due, on, calendar)
    return on if found.missing_year else found.next_on
