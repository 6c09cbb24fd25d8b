"""The demo's own time: acts happen on their day, in their order, and never later than now."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from common.errors import RuleBroken
from reference.selectors import calendar


@contextmanager
def clock_at(moment: datetime):
    """Let the product believe that it is `moment`."""
    with patch.object(timezone, "now", lambda: moment):
        yield


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())


@contextmanager
def light_transactions():
    """No savepoints inside an act: each is a transaction of its own, and a refusal ends it whole."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    features = connection.features
    before, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = before


class Times:
    """The days of the demo: the first, today, and the instant beyond which nothing has happened yet."""

    def __init__(self, today: date, now: datetime):
        self.today = today
        # Today ends now; another day that is called today has reached its evening.
        self.now = min(now, at(today, 18)) if timezone.localdate(now) == today else at(today, 18)
        self.first = today - timedelta(days=365)
        self.calendar = calendar()

    def works(self, day: date) -> bool:
        if day.year in self.calendar.loaded_years:
            return self.calendar.is_workday(day)
        return day.weekday() < 5

    def working_day(self, day: date) -> date:
        """The first working day from `day` on."""
        while not self.works(day):
            day += timedelta(days=1)
        return day

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.today - self.first).days + 1))

    def chases(self) -> list[date]:
        """The days of the chase: now and then through the year, weekly of late, daily in the last week.

        What a run has missed it catches up with; the inboxes of the last weeks are as they would be.
        """
        found: list[date] = []
        for day in self.days():
            ago = (self.today - day).days
            pause = 1 if ago <= 7 else 7 if ago <= 35 else 21
            is_due = not found or (day - found[-1]).days >= pause
            if is_due and day.year in self.calendar.loaded_years and self.works(day):
                found.append(day)
        return found


@dataclass(order=True)
class Step:
    when: datetime
    order: int
    act: Callable = field(compare=False)


class Queue:
    """Acts in the order of their instants, each in its own transaction."""

    def __init__(self, times: Times):
        self.times = times
        self.steps: list[Step] = []
        self.order = itertools.count()
        self.refused: list[str] = []

    def plan(self, day: date, hour: int, act: Callable, minute: int = 0, takes: int = 1) -> None:
        """Do `act` on the first working day from `day` on; what would not be over by now never begins."""
        if day > self.times.today:
            return
        moment = at(self.times.working_day(day), hour, minute)
        if moment + timedelta(hours=takes) <= self.times.now:
            heapq.heappush(self.steps, Step(moment, next(self.order), act))

    def play(self, until: date) -> None:
        """Do everything that is planned up to that day."""
        while self.steps and self.steps[0].when.date() <= until:
            step = heapq.heappop(self.steps)
            with clock_at(step.when):
                try:
                    with transaction.atomic():
                        step.act(step.when)
                except RuleBroken as refusal:
                    self.refused.append(f"{step.when:%Y-%m-%d} {step.act.__qualname__}: {refusal}")
