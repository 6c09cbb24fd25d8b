"""Changing the ladder: new rungs, new versions of a rung, and their end. Nothing is ever changed in place.

A version that is in force was promised to people and stands in the ledger; what changes is from when on another one
takes its place, tomorrow at the earliest. The ladder of a kind of thing never falls silent: for every grade and
listing there remains a rung that comes again while the thing stands.
"""

import re
import time
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.roles import need
from common.errors import AlreadyDone, RuleBroken
from common.templatetags.face import day_words
from hazards import clock_rules
from rectification import wording
from rectification.chase.engine import applies
from rectification.chase.realign import realign
from rectification.chase.sources import Profile
from rectification.models import Matter, Rung
from rectification.models.chase import Measure, Recipient, Watched
from rectification.watched import BY_HOUR, WAITING

PERMISSION = "chase.ladder"
DAY = timedelta(days=1)
FARTHEST = timedelta(days=3650)
SHORT_NAME = re.compile(r"[A-Za-z0-9_-]{1,24}")
OF_UNITS = frozenset(clock_rules.OF_UNITS)
GRADES, LEVELS = ("general", "major"), ("", "county", "city", "province")
CASE_FACTS = frozenset({"number", "category", "part", "description", "inspector"})
"""Facts that only a case has; a thing of a unit alone would leave a gap in the letter."""
FACTS = (
    "name",
    "name_en",
    "watched",
    "grades",
    "levels",
    "clocks",
    "offset",
    "measure",
    "repeat_every",
    "recipients",
    "urgent",
    "channels",
    "follow_ups",
    "subject",
    "body",
)


# --- the acts -----------------------------------------------------------------------------------------------
@transaction.atomic
def add(*, code: str, facts: dict, valid_from: date, by, at: datetime) -> Rung:
    """A rung that was not there before, from a day on."""
    need(by, PERMISSION)
    hold_ladder()
    code = code.strip()
    if not SHORT_NAME.fullmatch(code):
        raise RuleBroken(_("Give the rung a short name of its own, such as after-15."), field="code")
    if Rung.objects.filter(code=code).exists():
        raise RuleBroken(_("There is a rung of this short name already."), field="code")
    rung = Rung(code=code, valid_from=valid_from, changed_by=by, changed_at=at, **facts)
    refuse_rung(rung, on=localdate(at))
    rung.save()
    climb(rung, at=at)
    return rung


@transaction.atomic
def change(rung: Rung, *, facts: dict, valid_from: date, by, at: datetime) -> Rung:
    """A new version of `rung` from a day on; the old one ends the day before.

    Raises AlreadyDone where somebody else saved a version or an end meanwhile.
    """
    need(by, PERMISSION)
    hold_ladder()
    old = still_open(rung)
    new = Rung(
        code=old.code,
        valid_from=valid_from,
        changed_by=by,
        changed_at=at,
        **{**facts, "watched": old.watched},
    )
    refuse_change(new, old, on=localdate(at))
    close(old, valid_from - DAY, by=by, at=at)
    new.save()
    climb(new, at=at)
    return new


@transaction.atomic
def end(rung: Rung, *, last_day: date, by, at: datetime) -> Rung:
    """Let `rung` go: its last day, today at the earliest. What it said stays in the ledger."""
    need(by, PERMISSION)
    hold_ladder()
    old, on = still_open(rung), localdate(at)
    if last_day < on:
        raise RuleBroken(_("The last day lies in the past; today is the earliest."), field="last_day")
    refuse_far(last_day, on, "last_day")
    if last_day < old.valid_from:
        raise RuleBroken(
            _("This version has not begun yet; it ends on its first day at the earliest."), field="last_day"
        )
    refuse_silence(old, last_day, None, on=on, field="last_day")
    close(old, last_day, by=by, at=at)
    return old


def close(rung: Rung, last_day: date, *, by, at: datetime) -> None:
    rung.valid_to, rung.ended_by, rung.ended_at = last_day, by, at
    rung.save(update_fields=["valid_to", "ended_by", "ended_at"])


def climb(rung: Rung, *, at: datetime) -> None:
    """Have the chase look at everything that the new rung may reach, on its day."""
    realign(on=localdate(at))
    if rung.measure == Measure.HOURS:
        # A look that finds nothing moves on by itself, so too early costs nothing.
        things = Matter.objects.filter(watched=rung.watched, ended_at=None, next_at__gt=at)
        (things.filter(code__in=rung.clocks) if rung.clocks else things).update(next_at=at)


# --- one at a time ------------------------------------------------------------------------------------------
RUNS = ("chase morning", "chase hourly")


def hold_ladder() -> None:
    """Only one person changes the ladder at a time, and nobody while a run is at work.

    A run reads the ladder once, and sets the next day of everything it looks at by what it has read; a rung saved
    under its feet would be missed. Until the transaction ends, a run that begins leaves at once and is caught up with
    (chase.engine.alone, tasks.catch_up).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('chase ladder'))")
        for run in RUNS:
            if not keep_out(cursor, run):
                raise RuleBroken(
                    _("The chase is at work just now. Save again in a few minutes; what you typed is kept."),
                    code="busy",
                )


TRIES, PAUSE = 5, 0.05


def keep_out(cursor, run: str) -> bool:
    """Takes the place of a run until the transaction ends; False where one is at work.

    Asked a few times: whoever saved just before gives its locks back one after another, the ladder's perhaps first.
    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [run])
        if cursor.fetchone()[0]:
            return True
    return False


def still_open(rung: Rung) -> Rung:
    """The version as it stands, locked; AlreadyDone where it is no longer the latest."""
    row = Rung.objects.select_for_update().get(pk=rung.pk)
    refuse_replaced(row)
    return row


def refuse_replaced(rung: Rung) -> None:
    if rung.valid_to is not None:
        raise AlreadyDone(
            _("Somebody changed or ended this rung meanwhile. Look at its versions, and begin again.")
        )


# --- what is refused ----------------------------------------------------------------------------------------
def refuse_change(new: Rung, old: Rung | None, *, on: date) -> None:
    """Everything that stands against `new` in the place of `old`; without `old` it is a rung that was not there."""
    refuse_rung(new, on=on)
    if old is None:
        return
    refuse_replaced(old)
    refuse_overlap(new, old)
    refuse_silence(old, new.valid_from - DAY, new, on=on, field="repeat_every")


def refuse_rung(rung: Rung, *, on: date) -> None:
    """Everything that can be said of one version by itself, at its field."""
    if rung.valid_from <= on:
        raise RuleBroken(
            _("Tomorrow at the earliest: today's letters are promised already."), field="valid_from"
        )
    refuse_far(rung.valid_from, on, "valid_from")
    if not rung.recipients:
        raise RuleBroken(_("Say whom this rung tells."), field="recipients")
    refuse_distance(rung)
    for name in ("subject", "body"):
        refuse_words(rung, name)
    try:
        rung.clean_fields(exclude=["code", "valid_from", "valid_to", "changed_by", "changed_at"])
    except ValidationError as bad:
        raise_first(bad)


def refuse_far(day: date, on: date, field: str) -> None:
    if day > on + FARTHEST:
        raise RuleBroken(_("That day lies more than ten years ahead."), field=field)


def refuse_distance(rung: Rung) -> None:
    if rung.measure == Measure.HOURS and rung.watched not in BY_HOUR:
        raise RuleBroken(_("Only statutory clocks and relapses are counted in hours."), field="measure")
    if rung.measure == Measure.HOURS and not rung.urgent:
        raise RuleBroken(
            _("A rung counted in hours cannot wait for the morning: mark it so."), field="urgent"
        )
    if rung.clocks and rung.watched != Watched.CLOCK:
        raise RuleBroken(_("Only rungs of statutory clocks name clocks."), field="clocks")
    if rung.repeat_every is not None and rung.repeat_every < 1:
        raise RuleBroken(_("A rung comes again after one working day at the earliest."), field="repeat_every")
    if rung.watched in WAITING and rung.offset < 0:
        raise RuleBroken(
            _("The day of this is the one on which the waiting began: nothing can be said before it."),
            field="offset",
        )


def refuse_words(rung: Rung, name: str) -> None:
    """A letter that asks for a fact which its thing does not have."""
    text = getattr(rung, name)
    try:
        names = wording.names_in(text)
    except ValueError as bad:
        raise RuleBroken(
            _("Write facts as one name in braces, such as {unit}. Not understood: %(what)s") % {"what": bad},
            field=name,
        ) from bad
    if unknown := [one for one in names if one not in wording.FACTS]:
        raise RuleBroken(
            _("No such fact: %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(known_facts(rung))},
            field=name,
        )
    if missing := [one for one in names if one not in known_facts(rung)]:
        raise RuleBroken(
            _("%(names)s: this concerns a unit and no case, so there is no such fact. There are: %(known)s.")
            % {"names": ", ".join("{" + one + "}" for one in missing), "known": ", ".join(known_facts(rung))},
            field=name,
        )


def known_facts(rung: Rung) -> list[str]:
    """The facts that a letter of `rung` may name."""
    return [name for name in wording.FACTS if not (of_units(rung) and name in CASE_FACTS)]


def of_units(rung: Rung) -> bool:
    """Whether the thing may concern a unit without a case."""
    if rung.watched == Watched.CLOCK:
        return not rung.clocks or not OF_UNITS.isdisjoint(rung.clocks)
    return rung.watched == Watched.PATROL


def raise_first(bad: ValidationError) -> None:
    """The first fault of the row as a refusal at its field."""
    field, faults = next(iter(bad.message_dict.items()))
    field = field if field in FACTS or field == "valid_from" else None
    raise RuleBroken(str(faults[0]), field=field) from bad


def refuse_overlap(new: Rung, old: Rung) -> None:
    """Two versions of one rung on the same day would say everything twice."""
    if new.valid_from <= old.valid_from:
        raise RuleBroken(
            _("The present version begins on %(day)s; the next one begins after it.")
            % {"day": day_words(old.valid_from, weekday=False)},
            field="valid_from",
        )
    others = Rung.objects.filter(code=new.code).exclude(pk=old.pk).since(new.valid_from)
    if others.exists():
        raise RuleBroken(_("This rung has another version on that day."), field="valid_from")


# --- never silent -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Kind:
    """A kind of thing as the ladder distinguishes it."""

    watched: str
    clock: str
    grade: str
    level: str

    @property
    def profile(self) -> Profile:
        return Profile(self.watched, self.clock, self.grade, self.level, date.max, True)


def refuse_silence(old: Rung, last_day: date, new: Rung | None, *, on: date, field: str) -> None:
    """Refuse a change after which some kind of thing would no longer be spoken of while it stands."""
    before = list(Rung.objects.all())
    ended = copy(old)
    ended.valid_to = last_day
    after = [ended if rung.pk == old.pk else rung for rung in before] + ([new] if new else [])
    lost = first_silent(before, after, on)
    if lost is None:
        return
    which = f"{Watched(lost.watched).label} {lost.clock}".strip()
    if lost.grade:
        which = _("%(what)s (%(grade)s)") % {"what": which, "grade": dict(grade_names())[lost.grade]}
    raise RuleBroken(
        _("%(which)s would fall silent: keep a rung there that comes again every few working days.")
        % {"which": which},
        field=field,
    )


def grade_names() -> list[tuple[str, str]]:
    return list(Rung._meta.get_field("grades").base_field.choices)


def first_silent(before: list[Rung], after: list[Rung], on: date) -> Kind | None:
    """A kind that `before` never leaves alone and `after` does, on one of the days on which `after` changes."""
    days = {on + DAY} | {rung.valid_from for rung in after if rung.valid_from > on}
    days |= {rung.valid_to + DAY for rung in after if rung.valid_to and rung.valid_to >= on}
    for kind in kinds([*before, *after]):
        for day in sorted(days):
            if speaks(before, kind, day) and not speaks(after, kind, day):
                return kind
    return None


def kinds(rungs: Iterable[Rung]) -> Iterator[Kind]:
    clocks = sorted({code for rung in rungs for code in rung.clocks} | {""})
    for watched in Watched.values:
        for clock in clocks if watched == Watched.CLOCK else ("",):
            unit_only = watched == Watched.PATROL or clock in OF_UNITS
            for grade in ("",) if unit_only else GRADES:
                for level in ("",) if unit_only else LEVELS:
                    yield Kind(watched, clock, grade, level)


def speaks(rungs: list[Rung], kind: Kind, day: date) -> bool:
    """Whether a rung that comes again holds on `day` and tells somebody of the authorities."""
    return any(
        rung.repeat_every
        and rung.valid_from <= day <= (rung.valid_to or date.max)
        and any(who != Recipient.OWNER for who in rung.recipients)
        and applies(rung, kind.profile, hourly=rung.measure == Measure.HOURS)
        for rung in rungs
    )
