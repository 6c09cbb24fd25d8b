"""The arithmetic of the ladder: which rung is owed for a deadline on a day. Plain Python, no Django, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from common.workdays import Calendar, YearNotLoaded


@dataclass(frozen=True)
class Step:
    """One rung: `offset` working days from the deadline, and every `repeat_every` again where that is set."""

    code: str
    offset: int
    repeat_every: int | None = None

    def at(self, cycle: int) -> int:
        """How many working days from the deadline the given cycle lies."""
        return self.offset + cycle * (self.repeat_every or 0)


@dataclass(frozen=True)
class Plan:
    """What one deadline owes on one day.

    `owed` holds for each rung that is owed the latest cycle; earlier cycles are implied. `next_on` is the first
    day after `on` on which something more is owed: None where the ladder has ended or where `missing_year`, a
    year whose working days are not loaded, hides it.
    """

    owed: tuple[tuple[Step, int], ...]
    next_on: date | None
    missing_year: int | None = None


def plan(steps: Iterable[Step], due_on: date, on: date, calendar: Calendar) -> Plan:
    """What the deadline `due_on` owes up to and including `on`, and when it owes the next thing.

    A rung whose day cannot be computed is not guessed. Until the first day on which it could fall, that day is
    when to look again; from then on the year to load is named.
    """
    owed, later, missing = [], [], set()
    for step in steps:
        try:
            latest, following = reached(step, due_on, on, calendar)
        except _Beyond as beyond:
            latest, following = beyond.latest, earliest(due_on, step.at(beyond.cycle))
            if following <= on:
                following = None
                missing.add(beyond.year)
        if latest is not None:
            owed.append((step, latest))
        if following:
            later.append(following)
    # While a day is hidden, no other day may be trusted to be the next, unless every hidden one lies in a later
    # year than it.
    next_on = min(later, default=None)
    year = min(missing, default=None)
    if year is not None and next_on is not None and next_on.year < year:
        year = None
    elif year is not None:
        next_on = None
    return Plan(tuple(owed), next_on, year)


class _Beyond(Exception):
    """The calendar ended at `cycle` of a step; `latest` is the last cycle known to be owed."""

    def __init__(self, latest: int | None, year: int, cycle: int):
        super().__init__(year)
        self.latest, self.year, self.cycle = latest, year, cycle


LONGEST_HOLIDAY = 14
"""Days off beyond ordinary weekends that a stretch of the calendar may hold, generously."""


def earliest(due_on: date, offset: int) -> date:
    """The first day on which a rung `offset` working days from the deadline could fall, whatever the calendar.

    After the deadline every day may turn out to be a working day; before it, weekends and one long holiday
    may lie between.
    """
    if offset >= 0:
        return due_on + timedelta(days=offset)
    return due_on - timedelta(days=-(offset * 7 // 5) + LONGEST_HOLIDAY)


def reached(step: Step, due_on: date, on: date, calendar: Calendar) -> tuple[int | None, date | None]:
    """The latest cycle of `step` whose day has come, and the day of the next one."""
    latest = None
    for cycle, day in days(step, due_on, calendar):
        if day > on:
            return latest, day
        latest = cycle
    return latest, None


def days(step: Step, due_on: date, calendar: Calendar) -> Iterable[tuple[int, date]]:
    """Each cycle with its day, without end where the step repeats."""
    latest = None
    for cycle in count() if step.repeat_every else (0,):
        try:
            day = calendar.shift(due_on, step.at(cycle))
        except YearNotLoaded as unknown:
            raise _Beyond(latest, unknown.year, cycle) from unknown
        yield cycle, day
        latest = cycle


def upcoming(
    steps: Iterable[Step], due_on: date, on: date, calendar: Calendar, cycles: int = 3
) -> tuple[list[tuple[date, Step, int]], int | None]:
    """What comes after `on` if nothing is done: (day, rung, cycle) in order, and the year that hides the rest.

    A repeating rung is shown `cycles` times.
    """
    found, missing = [], None
    for step in steps:
        shown = 0
        try:
            for cycle, day in days(step, due_on, calendar):
                if day > on:
                    found.append((day, step, cycle))
                    shown += 1
                if shown == cycles:
                    break
        except _Beyond as beyond:
            missing = min(missing or beyond.year, beyond.year)
    return sorted(found, key=lambda item: (item[0], item[1].at(item[2]))), missing
