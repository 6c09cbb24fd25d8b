"""The arithmetic of the ladder: which rung is owed for a day on a day. Plain Python, no Django, no database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, islice

from common.workdays import Calendar, YearNotLoaded


@dataclass(frozen=True)
class Step:
    """One rung: `offset` working days from the day, and every `repeat_every` again where that is set.

    It owes only what falls between `valid_from` and `valid_to`, both included.
    """

    code: str
    offset: int
    repeat_every: int | None = None
    rung: int = 0
    """The row; two versions of one code are two rungs."""
    valid_from: date = date.min
    valid_to: date = date.max

    def at(self, cycle: int) -> int:
        """How many working days (or hours) from the day the given cycle lies."""
        return self.offset + cycle * (self.repeat_every or 0)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to

    @property
    def cycles(self) -> Iterable[int]:
        """Every cycle there is: without end where the step repeats."""
        return count() if self.repeat_every else (0,)


@dataclass(frozen=True)
class Owed:
    """The cycles of one rung that have come: `first` is the earliest its validity allows, `latest` the last."""

    step: Step
    first: int
    latest: int


@dataclass(frozen=True)
class Plan:
    """What one day owes on one day.

    `owed` holds each rung of which something has come. `next_on` is the first day after `on` on which something
    more is owed: None where the ladder has ended or where `missing_year`, a year whose working days are not
    loaded, hides it.
    """

    owed: tuple[Owed, ...]
    next_on: date | None
    missing_year: int | None = None

    @property
    def next(self) -> date | None:
        return self.next_on


def plan(steps: Iterable[Step], due_on: date, on: date, calendar: Calendar) -> Plan:
    """What the day `due_on` owes up to and including `on`, and when it owes the next thing.

    A rung whose day cannot be computed is not guessed. Until the first day on which it could fall, that day is
    when to look again; from then on the year to load is named.
    """
    owed, later, missing = [], [], set()
    for step in steps:
        try:
            found, following = reached(step, due_on, on, calendar)
        except _Beyond as beyond:
            found, following = beyond.owed, earliest(due_on, step.at(beyond.cycle))
            if following <= on:
                following = None
                missing.add(beyond.year)
        if found:
            owed.append(found)
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
    """The calendar ended at `cycle` of a step; `owed` is what is known to be owed."""

    def __init__(self, owed: Owed | None, year: int, cycle: int):
        super().__init__(year)
        self.owed, self.year, self.cycle = owed, year, cycle


LONGEST_HOLIDAY = 14
"""Days off beyond ordinary weekends that a stretch of the calendar may hold, generously."""


def earliest(due_on: date, offset: int) -> date:
    """The first day on which a rung `offset` working days from the day could fall, whatever the calendar.

    After the deadline every day may turn out to be a working day; before it, weekends and one long holiday
    may lie between.
    """
    if offset >= 0:
        return due_on + timedelta(days=offset)
    return due_on - timedelta(days=-(offset * 7 // 5) + LONGEST_HOLIDAY)


def reached(step: Step, due_on: date, on: date, calendar: Calendar) -> tuple[Owed | None, date | None]:
    """What of `step` has come by `on`, and the day of the next cycle."""
    owed = None
    try:
        for cycle, day in days(step, due_on, calendar):
            if day > step.valid_to:
                break
            if day > on:
                return owed, max(day, step.valid_from) if step.repeat_every else _within(step, day)
            if step.holds_on(day):
                owed = Owed(step, owed.first if owed else cycle, cycle)
    except _Beyond as beyond:
        raise _Beyond(owed, beyond.year, beyond.cycle) from beyond
    return owed, None


def _within(step: Step, day: date) -> date | None:
    return day if step.holds_on(day) else None


def days(step: Step, due_on: date, calendar: Calendar) -> Iterator[tuple[int, date]]:
    """Each cycle with its day, without end where the step repeats."""
    for cycle in step.cycles:
        try:
            day = calendar.shift(due_on, step.at(cycle))
        except YearNotLoaded as unknown:
            raise _Beyond(None, unknown.year, cycle) from unknown
        yield cycle, day


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
                if day > step.valid_to:
                    break
                if day > on and day >= step.valid_from:
                    found.append((day, step, cycle))
                    shown += 1
                if shown == cycles:
                    break
        except _Beyond as beyond:
            missing = min(missing or beyond.year, beyond.year)
    return sorted(found, key=lambda item: (item[0], item[1].at(item[2]))), missing


# --- by the hour ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class HourPlan:
    """What a clock of hours owes at an instant, and the next instant at which it owes more."""

    owed: tuple[Owed, ...]
    next_at: datetime | None
    missing_year: None = None
    """Hours need no calendar."""

    @property
    def next(self) -> datetime | None:
        return self.next_at


def plan_by_hour(steps: Iterable[Step], due_at: datetime, at: datetime, day_of=datetime.date) -> HourPlan:
    """As `plan`, for rungs counted in clock hours: nights and holidays are hours like any other.

    `day_of` says on which day an instant lies, for the validity of the rungs.
    """
    owed, later = [], []
    for step in steps:
        found, following = _reached_by_hour(step, due_at, at, day_of)
        if found:
            owed.append(found)
        if following:
            later.append(following)
    return HourPlan(tuple(owed), min(later, default=None))


def moments(step: Step, due_at: datetime, day_of) -> Iterator[tuple[int, datetime, date]]:
    """Each cycle with its instant and day, up to the last day of the rung; without end where it repeats."""
    for cycle in step.cycles:
        moment = due_at + timedelta(hours=step.at(cycle))
        if (day := day_of(moment)) > step.valid_to:
            return
        yield cycle, moment, day


def _reached_by_hour(
    step: Step, due_at: datetime, at: datetime, day_of
) -> tuple[Owed | None, datetime | None]:
    owed = None
    for cycle, moment, day in moments(step, due_at, day_of):
        if moment > at:
            return owed, moment if step.repeat_every or step.holds_on(day) else None
        if step.holds_on(day):
            owed = Owed(step, owed.first if owed else cycle, cycle)
    return owed, None


def upcoming_by_hour(
    steps: Iterable[Step], due_at: datetime, at: datetime, day_of=datetime.date, cycles: int = 3
) -> list[tuple[datetime, Step, int]]:
    """As `upcoming`, for rungs counted in clock hours: (instant, rung, cycle) in order."""
    found = []
    for step in steps:
        coming = (
            (moment, step, cycle)
            for cycle, moment, day in moments(step, due_at, day_of)
            if moment > at and day >= step.valid_from
        )
        found += islice(coming, cycles)
    return sorted(found, key=lambda item: (item[0], item[1].code))
