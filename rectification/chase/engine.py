"""One run of the chase: set-based, in batches, each batch one transaction with its claims, letters and next dates.

Work is in proportion to what is due: a partial index finds the cases whose `next_chase_on` has come; the ladder is
computed once per distinct deadline (a few hundred days, not thousands of cases); the database writes the rest.
A rung is claimed by a unique row in the transaction that writes its letters, so a run may be repeated, late,
killed at any statement, or started eight times at once.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from common.workdays import Calendar
from rectification.chase import sql
from rectification.chase.ladder import Plan, Step, plan
from rectification.chase.people import Directory
from rectification.chase.reasons import sentences
from rectification.models import ChaseRun, Rung
from reference.selectors import calendar as loaded_calendar

BATCH = 20_000
# A case that somebody is saving just now is tried again this often, with pauses, before the next run gets it.
PASSES = 5
PAUSE = 0.2


@dataclass
class Tally:
    """What a run did, and why it left things out."""

    on: date
    due: int = 0
    claimed: int = 0
    messages: int = 0
    passed_over: int = 0
    """Missed letters of a repeating rung, replaced by its latest."""
    orphans: int = 0
    """Letters that nobody can be sent: no holder, no deputy, no office. Their cases stay due."""
    nobody: Counter = field(default_factory=Counter)
    """The same by rung and township."""
    years: Counter = field(default_factory=Counter)
    """Cases that wait for the working days of a year, by year."""
    locked: int = 0
    """Cases that somebody was changing the whole time; the next run has them."""

    @property
    def skipped(self) -> int:
        return self.passed_over + self.orphans + sum(self.years.values()) + self.locked

    def counts(self) -> dict:
        """The line that the command prints."""
        return {
            "on": self.on.isoformat(),
            "due": self.due,
            "claimed": self.claimed,
            "messages": self.messages,
            "skipped": self.skipped,
        }

    def notes(self) -> dict:
        """Why things were skipped, as the run keeps it; reasons that did not occur are left out."""
        notes = {
            "passed_over": self.passed_over,
            "orphans": self.orphans,
            "nobody": {f"{rung} {township}": n for (rung, township), n in sorted(self.nobody.items())},
            "years": {str(year): n for year, n in sorted(self.years.items())},
            "locked": self.locked,
        }
        return {name: value for name, value in notes.items() if value}

    def reasons(self) -> Iterator[str]:
        """Why things were skipped, where somebody has to do something about it."""
        return sentences(self.notes())

    def forget_standing(self) -> None:
        """Before another pass: what stands in the way is counted anew, what was done stays counted."""
        self.orphans = self.locked = 0
        self.nobody.clear()
        self.years.clear()


def run(*, on: date, at: datetime, dry_run: bool = False, calendar: Calendar | None = None) -> Tally:
    """Tell everybody who is owed a letter up to `on`. A dry run counts and writes nothing."""
    chase = Chase(on=on, at=at, dry_run=dry_run, calendar=calendar or loaded_calendar())
    return chase.run()


def rest(*, on: date, at: datetime) -> Tally:
    """A day off: nothing is sent, and the run is on record, so that nobody takes the silence for a failure."""
    ChaseRun.objects.create(on=on, started_at=at, finished_at=at, notes={"day_off": True})
    return Tally(on)


class Chase:
    """A run under way: the ladder, the people and the plans of the deadlines met so far."""

    def __init__(self, *, on: date, at: datetime, dry_run: bool, calendar: Calendar):
        self.on, self.at, self.dry_run, self.calendar = on, at, dry_run, calendar
        self.rungs = {rung.code: rung for rung in Rung.objects.current(on)}
        self.steps = [Step(rung.code, rung.offset, rung.repeat_every) for rung in self.rungs.values()]
        self.directory = Directory(on)
        self.plans: dict[date, Plan] = {}
        self.tally = Tally(on)
        self.stuck = 0
        self.record: ChaseRun | None = None

    def run(self) -> Tally:
        if not self.dry_run:
            self.record = ChaseRun.objects.create(on=self.on, started_at=self.at)
        # No rung in force that day: nobody is owed a letter, and the cases stay due for the day there is one.
        for attempt in range(PASSES if self.rungs else 0):
            self.walk()
            self.tally.locked = 0 if self.dry_run else max(sql.count_due(self.on) - self.stuck, 0)
            if not self.tally.locked or attempt == PASSES - 1:
                break
            time.sleep(PAUSE * 2**attempt)
            self.tally.forget_standing()
        self.finish()
        return self.tally

    def walk(self) -> None:
        """One pass over everything that is due and not locked by somebody else."""
        self.stuck = 0
        after = (date.min, 0)
        while after:
            with transaction.atomic():
                after = self.batch(after)

    def batch(self, after: tuple[date, int]) -> tuple[date, int] | None:
        """The next cases in one transaction; where the following batch begins, or None after the last."""
        with connection.cursor() as cursor:
            taken = sql.take(cursor, on=self.on, after=after, size=BATCH, lock=not self.dry_run)
            if taken.cases:
                self.work(cursor, taken)
            sql.drop(cursor)
        if self.record and taken.cases:
            self.save_counts()
        return taken.last if taken.cases == BATCH else None

    def work(self, cursor, taken: sql.Taken) -> None:
        plans = {due_on: self.plan(due_on) for due_on in taken.deadlines}
        owed = [
            (due_on, self.rungs[step.code].pk, latest)
            for due_on, found in plans.items()
            for step, latest in found.owed
        ]
        people = self.addressees(taken.places)
        self.tally.due += sql.find_owed(cursor, owed=owed, rungs=self.rungs.values(), people=people)
        for code, township, letters in sql.orphans(cursor):
            self.tally.nobody[code, township] += letters
            self.tally.orphans += letters
        if self.dry_run:
            done = sql.count_letters(cursor, people=people, rungs=self.rungs.values())
        else:
            done = sql.write_letters(
                cursor,
                people=people,
                rungs=self.rungs.values(),
                on=self.on,
                at=self.at,
                run_id=self.record.pk,
            )
            sql.move_on(cursor, {due_on: found for due_on, found in plans.items() if not found.missing_year})
        self.tally.claimed += done.claimed
        self.tally.messages += done.messages
        self.tally.passed_over += done.passed_over
        waiting = {due_on: found.missing_year for due_on, found in plans.items() if found.missing_year}
        for due_on, cases in sql.count_by_deadline(cursor, waiting):
            self.tally.years[waiting[due_on]] += cases
        self.stuck += sql.count_stuck(cursor, waiting)

    def plan(self, due_on: date) -> Plan:
        if due_on not in self.plans:
            self.plans[due_on] = plan(self.steps, due_on, self.on, self.calendar)
        return self.plans[due_on]

    def addressees(self, places: list[tuple[str, int | None]]) -> list[tuple[str, str, int, str]]:
        """(kind, key of the place, person, why) for every place of the batch; sql.PLACE_KEY makes the same keys."""
        self.directory.read_inspectors(inspector for _township, inspector in places)
        kinds = {kind for rung in self.rungs.values() for kind in rung.recipients}
        found = {}
        for township, inspector in places:
            for kind in kinds:
                key = (kind, sql.place_key(kind, township, inspector))
                if key not in found:
                    found[key] = self.directory.told(kind, township, inspector)
        return [(*key, person.user_id, person.why) for key, people in found.items() for person in people]

    def save_counts(self) -> None:
        """In the batch's transaction: a run that is killed shows what it did, no more and no less."""
        self.record.due, self.record.claimed = self.tally.due, self.tally.claimed
        self.record.messages, self.record.skipped = self.tally.messages, self.tally.skipped
        self.record.notes = self.tally.notes()
        self.record.save(update_fields=["due", "claimed", "messages", "skipped", "notes"])

    def finish(self) -> None:
        if self.record:
            self.save_counts()
            self.record.finished_at = timezone.now()
            self.record.save(update_fields=["finished_at"])
