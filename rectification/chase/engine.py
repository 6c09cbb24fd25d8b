"""One run of the chase: set-based, in batches, each batch one transaction with its claims and next dates.

Work is in proportion to what is due: partial indexes find the rows whose day has come; the ladder is computed once per
distinct kind, grade and day (some hundreds, not thousands of cases); the database writes the rest. A rung is claimed by
a unique row, so a run may be repeated, late, killed at any statement, or started eight times at once. Letters that
cannot wait are written with their claims; the morning's digests in the transaction that ends the run: until then the
claims themselves are what is owed, and the next run takes up an unfinished one where it stopped.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from common.days import day_of
from common.workdays import Calendar
from notifications.services import Letter, post_many
from rectification.chase import digest, orphans, sources, sql
from rectification.chase.audience import Audience
from rectification.chase.ladder import Plan, Step, plan, plan_by_hour
from rectification.chase.reasons import sentences
from rectification.chase.sound import faults, sound
from rectification.chase.sources import EVERY_FEW_MINUTES, MORNING, Profile, Source
from rectification.models import ChaseRun, Rung
from rectification.models.chase import Measure, Recipient
from reference.selectors import calendar as loaded_calendar

BATCH = 20_000
# A case that somebody is saving just now is tried again this often, with pauses, before the next run gets it.
PASSES = 5
PAUSE = 0.2
SAID_LATE_FOR = timedelta(days=2)
"""How long a letter that could not be brought is still worth bringing: the next rung, or the next digest, says more."""


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
    """Things that must tell somebody where nobody is: no holder, no deputy, no office. They stay due."""
    nobody: Counter = field(default_factory=Counter)
    """The same by rung and township."""
    years: Counter = field(default_factory=Counter)
    """Things that wait for the working days of a year, by year."""
    faulty: dict[str, dict[str, str]] = field(default_factory=dict)
    """What is wrong with rungs that were owed, by rung: their letters went out all the same."""
    locked: int = 0
    """Things that somebody was changing the whole time; the next run has them."""
    busy: bool = False
    """Another run was at work: this one left at once."""
    rungs: Counter = field(default_factory=Counter)
    """Of a run that only counts: lines by the code of the rung."""
    townships: Counter = field(default_factory=Counter)
    held: bool = False
    """Too much at once: counted, and waiting for a person."""

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
            "faulty": dict(sorted(self.faulty.items())),
            "locked": self.locked,
            "rungs": dict(self.rungs.most_common()),
            "townships": dict(self.townships.most_common()),
        }
        return {name: value for name, value in notes.items() if value}

    def reasons(self) -> Iterator[str]:
        """Why things were skipped, where somebody has to do something about it."""
        return sentences({**self.notes(), "busy": self.busy, "held": self.claimed if self.held else 0})

    def forget_standing(self) -> None:
        """Before another pass: what stands in the way is counted anew, what was done stays counted."""
        self.orphans = self.locked = 0
        self.nobody.clear()
        self.years.clear()


@dataclass(frozen=True)
class Guard:
    """How much a run may say without a person: claims above it are held. The first run ever has a limit of its own."""

    usual: int
    first: int

    def limit(self) -> int:
        return self.usual if ChaseRun.objects.finished().exists() else self.first


def run(
    *,
    on: date,
    at: datetime,
    dry_run: bool = False,
    calendar: Calendar | None = None,
    guard: Guard | None = None,
) -> Tally:
    """Tell everybody who is owed a letter up to `on`. A dry run counts and writes nothing.

    With a `guard`, a run that would say more than it allows is held: counted, kept, and released by a person.
    """
    days = calendar or loaded_calendar()
    if dry_run:
        return rehearse(on=on, at=at, calendar=days)
    with alone("morning") as is_alone:
        if not is_alone:
            return Tally(on, busy=True)
        # Before the guard counts: cases that nobody answers for are as much of a flood as any other.
        orphans.follow(on=on)
        if guard and (found := too_much(guard, on=on, at=at, calendar=days)):
            return hold(found, at=at)
        return Chase(on=on, at=at, calendar=days).run()


@transaction.atomic
def rehearse(*, on: date, at: datetime, calendar: Calendar) -> Tally:
    """What a run would do, the cases that nobody answers for included; everything is taken back."""
    orphans.follow(on=on)
    found = Chase(on=on, at=at, calendar=calendar).count()
    transaction.set_rollback(True)
    return found


def run_hourly(*, at: datetime, calendar: Calendar | None = None) -> Tally:
    """Tell everybody about the clocks counted in hours, whatever the hour. Nothing due: nothing is written."""
    on = day_of(at)
    with alone("hourly") as is_alone:
        if not is_alone:
            return Tally(on, busy=True)
        with connection.cursor() as cursor:
            if not sources.count_due(cursor, sources.BY_HOUR, {"on": on, "at": at}):
                return Tally(on)
        return Chase(on=on, at=at, calendar=calendar or loaded_calendar(), hourly=True).run()


def rest(*, on: date, at: datetime) -> Tally:
    """A day off: nothing is sent, and the run is on record, so that nobody takes the silence for a failure."""
    ChaseRun.objects.create(on=on, started_at=at, finished_at=at, notes={"day_off": True})
    return Tally(on)


@contextmanager
def alone(what: str) -> Iterator[bool]:
    """Whether no other run of the kind is at work. The database gives the place back when the line breaks.

    Claims are unique with or without it; it keeps a morning's letters in one digest.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"chase {what}"])
        got = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"chase {what}"])


def too_much(guard: Guard, *, on: date, at: datetime, calendar: Calendar) -> Tally | None:
    """What a run would do, where that is more than the guard lets through; None where it may go ahead."""
    limit = guard.limit()
    with connection.cursor() as cursor:
        due = sum(sources.count_due(cursor, source, {"on": on, "at": at}) for source in MORNING)
    # Everything due tells a few people: far below the limit nothing has to be counted.
    if due * len(Recipient) <= limit or unfinished():
        return None
    found = Chase(on=on, at=at, calendar=calendar).count()
    return found if found.claimed > limit else None


def hold(found: Tally, *, at: datetime) -> Tally:
    """Keep the counts, once a day, and say nothing."""
    waiting = ChaseRun.objects.waiting().filter(on=found.on).first() or ChaseRun(on=found.on, started_at=at)
    waiting.held, waiting.finished_at = True, at
    waiting.due, waiting.claimed = found.due, found.claimed
    waiting.messages, waiting.skipped, waiting.notes = found.messages, found.skipped, found.notes()
    waiting.save()
    found.held = True
    return found


def unfinished() -> ChaseRun | None:
    """The run that was cut off and has to be taken up."""
    return ChaseRun.objects.mornings().filter(finished_at=None).order_by("-started_at").first()


class Chase:
    """A run under way: the ladder, who hears it, and the plans of the days met so far."""

    def __init__(self, *, on: date, at: datetime, calendar: Calendar, hourly: bool = False):
        self.on, self.at, self.calendar, self.hourly = on, at, calendar, hourly
        rungs = list(Rung.objects.order_by("pk"))
        self.faulty = {rung.pk: found for rung in rungs if (found := faults(rung))}
        self.rungs = {rung.pk: sound(rung) for rung in rungs}
        self.urgent = [rung.pk for rung in rungs if rung.urgent]
        self.special = [rung.pk for rung in rungs if rung.urgent or rung.follow_ups or tells_owner(rung)]
        self.steps = {rung.pk: step_of(rung) for rung in rungs}
        self.audience = Audience(self.rungs, on)
        self.plans: dict[tuple, Plan] = {}
        self.tally = Tally(on)
        self.readers: set[int] = set()
        self.stuck = 0
        self.record: ChaseRun | None = None

    @property
    def when(self) -> dict:
        return {"on": self.on, "at": self.at}

    @property
    def walked(self) -> tuple[Source, ...]:
        return EVERY_FEW_MINUTES if self.hourly else MORNING

    # --- the run -------------------------------------------------------------------------------------
    def run(self) -> Tally:
        self.record = self.begin()
        for attempt in range(PASSES):
            self.walk()
            self.tally.locked = max(self.count_due() - self.stuck, 0)
            if not self.tally.locked or attempt == PASSES - 1:
                break
            time.sleep(PAUSE * 2**attempt)
            self.tally.forget_standing()
        self.finish()
        return self.tally

    def begin(self) -> ChaseRun:
        """The run's row; one that was cut off is taken up, with the claims it has made."""
        if not self.hourly and (cut_off := unfinished()):
            cut_off.on = self.on
            cut_off.save(update_fields=["on"])
            self.tally.due, self.tally.claimed = cut_off.due, cut_off.claimed
            self.tally.messages = cut_off.messages
            self.tally.passed_over = cut_off.notes.get("passed_over", 0)
            return cut_off
        return ChaseRun.objects.create(on=self.on, started_at=self.at, hourly=self.hourly)

    def count(self) -> Tally:
        """What a run would do."""
        self.walk()
        self.tally.messages += len(self.readers)
        return self.tally

    @property
    def counts_only(self) -> bool:
        return self.record is None

    def count_due(self) -> int:
        with connection.cursor() as cursor:
            return sum(sources.count_due(cursor, source, self.when) for source in self.walked)

    def walk(self) -> None:
        """One pass over everything that is due and not locked by somebody else."""
        self.stuck = 0
        for source in self.walked:
            after = sources.FIRST
            while after:
                with transaction.atomic():
                    after = self.batch(source, after)

    def batch(self, source: Source, after: tuple) -> tuple | None:
        """The next rows in one transaction; where the following batch begins, or None after the last."""
        with connection.cursor() as cursor:
            taken = sources.take(
                cursor, source, when=self.when, after=after, size=BATCH, lock=not self.counts_only
            )
            if taken.rows:
                self.work(cursor, source, taken)
            sources.drop(cursor)
        if self.record and taken.rows:
            self.save_counts()
        return taken.last if taken.rows == BATCH else None

    def work(self, cursor, source: Source, taken: sources.Taken) -> None:
        plans = [self.plan(profile, hourly=source.hourly) for profile in taken.profiles]
        numbered = list(enumerate(zip(taken.profiles, plans, strict=True)))
        owed = [
            (number, one.step.rung, one.first, one.latest)
            for number, (profile, found) in numbered
            if profile.stands
            for one in found.owed
        ]
        rungs, owing = {rung for _number, rung, *_cycles in owed}, {number for number, *_rest in owed}
        self.tally.due += sum(rows for number, rows in enumerate(taken.profiles.values()) if number in owing)
        self.tally.faulty |= {
            self.rungs[rung].code: self.faulty[rung] for rung in rungs if rung in self.faulty
        }
        columns = sql.owed_columns(owed)
        stuck = self.find_stuck(cursor, taken, rungs, columns)
        if owed:
            told = sql.told_columns(self.audience.at(taken.places, rungs))
            self.tell(cursor, source, rungs, {**columns, **told, "urgent": self.urgent})
        self.wait_for_years(taken, plans)
        if not self.counts_only:
            nexts = [
                (number, found.next if profile.stands else None)
                for number, (profile, found) in numbered
                if not (profile.stands and found.missing_year)
            ]
            sources.move_on(cursor, source, nexts, stuck)

    def tell(self, cursor, source: Source, rungs: set[int], values: dict) -> None:
        if self.counts_only:
            self.foresee(sql.count_claims(cursor, values))
        else:
            values.update(on=self.on, at=self.at, run=self.record.pk, special=self.special)
            done = sql.claim(cursor, source, values)
            self.tally.claimed += done.told
            self.tally.passed_over += done.passed_over
            self.tally.messages += self.follow_up(cursor, source, rungs)

    def foresee(self, found: list[sql.Would]) -> None:
        for one in found:
            self.tally.claimed += one.told
            self.tally.passed_over += one.passed_over
            self.tally.messages += one.singles
            self.tally.rungs[self.rungs[one.rung].code] += one.told
            self.tally.townships[one.township] += one.told
            self.readers.update(one.readers)

    def follow_up(self, cursor, source: Source, owed: set[int]) -> int:
        """The letters that cannot wait, those to the units, and what the rungs suggest; how many letters."""
        if not owed.intersection(self.special):
            return 0
        written = 0
        urgent = [self.rungs[rung] for rung in self.urgent if rung in owed]
        if urgent:
            whys = self.audience.whys(owed)
            rows = sql.singles(cursor, source, urgent, whys=whys, on=self.on, at=self.at)
            written += post_many((self.single(*row) for row in rows), now=self.at)
        owners = [rung for rung in self.rungs.values() if rung.pk in owed and tells_owner(rung)]
        if owners:
            rows = sql.to_owners(cursor, source, owners, on=self.on, at=self.at)
            written += post_many((self.single(*row) for row in rows), now=self.at)
        if suggesting := [self.rungs[rung] for rung in owed if self.rungs[rung].follow_ups]:
            sql.suggest(cursor, suggesting, self.on)
        return written

    def single(
        self,
        watched,
        subject,
        version,
        rung,
        cycle,
        person,
        title,
        body,
        case,
        unit,
        name="",
        phone="",
        region="",
    ) -> Letter:
        return Letter(
            recipient_id=person,
            kind=digest.KIND,
            subject=title[:200],
            body=body,
            key=f"chase:{watched}:{subject}:{version}:{rung}:{cycle}:{person or 'owner'}",
            on=self.on,
            link=digest.link(case, unit) if person else "",
            about=digest.about(case, unit),
            must=("in_app", *self.rungs[rung].channels) if person else ("webhook",),
            expires_at=self.at + SAID_LATE_FOR,
            to_name=name,
            to_phone=phone,
            region=region,
            urgent=self.rungs[rung].urgent,
        )

    # --- plans ---------------------------------------------------------------------------------------
    def plan(self, profile: Profile, *, hourly: bool):
        key = (hourly, profile.key)
        if key not in self.plans:
            steps = [
                self.steps[rung.pk] for rung in self.rungs.values() if applies(rung, profile, hourly=hourly)
            ]
            if hourly:
                self.plans[key] = plan_by_hour(steps, profile.due, self.at, day_of)
            else:
                self.plans[key] = plan(steps, profile.due, self.on, self.calendar)
        return self.plans[key]

    def wait_for_years(self, taken: sources.Taken, plans: list) -> None:
        for (profile, rows), found in zip(taken.profiles.items(), plans, strict=True):
            if profile.stands and (year := found.missing_year):
                self.tally.years[year] += rows
                self.stuck += rows

    # --- what reaches nobody ----------------------------------------------------------------------------
    def find_stuck(self, cursor, taken: sources.Taken, rungs: set[int], owed: dict) -> dict | None:
        """The columns that pick the rows of the batch with a rung that reaches nobody; None: all reach somebody."""
        nobody = self.audience.missing(taken.places, rungs)
        if not nobody:
            return None
        stuck = {**owed, **dict(zip(("s_places", "s_rungs"), sources.columns(nobody, 2), strict=True))}
        number = sources.count_stuck(cursor, stuck)
        if not number:
            return None
        self.tally.orphans += number
        self.stuck += number
        for place, rung, rows in sources.count_stuck_by_place(cursor, stuck):
            township = taken.places[place][0]
            self.tally.nobody[self.rungs[rung].code, township] += rows
        return stuck

    # --- the end ---------------------------------------------------------------------------------------
    def save_counts(self) -> None:
        """In the batch's transaction: a run that is killed shows what it did, no more and no less."""
        self.record.due, self.record.claimed = self.tally.due, self.tally.claimed
        self.record.messages, self.record.skipped = self.tally.messages, self.tally.skipped
        self.record.notes = self.tally.notes()
        self.record.save(update_fields=["due", "claimed", "messages", "skipped", "notes"])

    def finish(self) -> None:
        """The digests and the end of the run, in one transaction: a run without an end has none of them.

        A look by the hour that said nothing leaves no run: it comes every five minutes, and what reaches nobody stays
        due and stands in the notes of the morning.
        """
        if self.hourly and not self.tally.claimed and not self.tally.passed_over:
            self.record.delete()
            return
        with transaction.atomic():
            if not self.hourly:
                self.tally.messages += self.write_digests()
            self.save_counts()
            self.record.finished_at = timezone.now()
            self.record.save(update_fields=["finished_at"])

    def write_digests(self) -> int:
        if not self.tally.claimed:
            return 0
        with connection.cursor() as cursor:
            letters = digest.write(cursor, self.record, list(self.rungs.values()), at=self.at)
        return post_many(letters, now=self.at)


def step_of(rung: Rung) -> Step:
    return Step(
        rung.code, rung.offset, rung.repeat_every, rung.pk, rung.valid_from, rung.valid_to or date.max
    )


def tells_owner(rung: Rung) -> bool:
    return Recipient.OWNER in rung.recipients


def applies(rung: Rung, profile: Profile, *, hourly: bool = False) -> bool:
    """Whether a rung watches things of this kind, grade and listing."""
    return (
        rung.watched == profile.watched
        and (rung.measure == Measure.HOURS) == hourly
        and (not rung.clocks or profile.clock in rung.clocks)
        and (not rung.grades or profile.grade in rung.grades)
        and (not rung.levels or (profile.level or "none") in rung.levels)
    )
