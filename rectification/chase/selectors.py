"""What pages show of the chase: what a case has coming, what was said about it, and how the last runs went."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone

from accounts.models import User
from common.days import begin_of, day_of
from common.workdays import Calendar
from hazards.models import HazardCase
from hazards.states import LIVE
from notifications.models import Message
from rectification.chase.engine import applies, step_of
from rectification.chase.ladder import Step, plan, plan_by_hour, upcoming, upcoming_by_hour
from rectification.chase.people import Directory, Place
from rectification.chase.reasons import sentences
from rectification.chase.sources import Profile
from rectification.models import ChaseClaim, ChaseRun, Matter, Rung
from rectification.models.chase import Recipient
from rectification.watched import Watched
from reference.selectors import calendar as loaded_calendar


@dataclass(frozen=True)
class Coming:
    """One thing that will be said if nothing is done: the day, the rung, the people as the posts stand now."""

    day: date
    rung: Rung
    cycle: int
    people: tuple[User, ...]
    about: str = ""
    """What is owed, where it is not the owner's deadline."""
    moment: datetime | None = None
    """Of a rung counted in hours that is still to come."""
    roles: tuple[str, ...] = ()
    """In which role each of the people is told."""

    @property
    def told(self) -> list[tuple[User, str]]:
        return list(zip(self.people, self.roles, strict=True))

    @property
    def reaches_nobody(self) -> bool:
        return not self.people


@dataclass(frozen=True)
class Outlook:
    """What a case has coming, in order; `missing_year` where the days beyond cannot be computed."""

    coming: tuple[Coming, ...] = ()
    missing_year: int | None = None

    def __iter__(self):
        return iter(self.coming)

    @property
    def days(self) -> list[tuple[date, list[Coming]]]:
        """What comes, by day."""
        return [(day, list(group)) for day, group in groupby(self.coming, key=lambda one: one.day)]

    def __len__(self):
        return len(self.coming)


@dataclass(frozen=True)
class Thing:
    """One thing of a case that the ladder watches, with what decides who is told."""

    watched: str
    subject: int
    version: int
    profile: Profile
    place: Place
    about: str = ""
    due_at: datetime | None = None
    """Of a thing that is looked at by the hour as well."""


def things_of(case: HazardCase) -> list[Thing]:
    """Everything of `case` that is owed by a day: the owner's deadline and the open matters, the next first."""
    matters = Matter.objects.filter(case=case, ended_at=None).order_by("due_on", "pk")
    return [thing_of(matter, case) for matter in matters if stands(matter, case)]


def thing_of(matter: Matter, case: HazardCase) -> Thing:
    clock = matter.code if matter.watched == Watched.CLOCK else ""
    department = matter.code if matter.watched == Watched.REFERRAL else ""
    profile = Profile(matter.watched, clock, case.grade, case.main_level, matter.due_on, True)
    due_at = matter.due_at if matter.next_at else None
    place = Place(
        matter.region_id[:9],
        case.inspector_id,
        matter.person_id,
        matter.asker_id,
        case.main_level,
        department,
    )
    about = "" if matter.watched == Watched.DEADLINE else matter.title
    return Thing(matter.watched, matter.subject, matter.version, profile, place, about, due_at)


def stands(matter: Matter, case: HazardCase) -> bool:
    """As sources.STANDS, for one case."""
    match matter.watched:
        case Watched.LOOK_BACK:
            return case.state == "closed" and case.round == matter.round
        case Watched.REFERRAL:
            return case.state == "transferred"
        case Watched.INSTRUCTION:
            return case.state != "void"
        case Watched.CLOCK | Watched.PATROL:
            return True
    return case.state in LIVE


def preview(
    case: HazardCase,
    on: date,
    *,
    at: datetime | None = None,
    cycles: int = 3,
    calendar: Calendar | None = None,
) -> Outlook:
    """If nothing is done: who hears what about `case` on which day, from `on` onwards.

    What is owed by `on` and not yet said comes first, on `on` itself; by the hour, what is owed by `at` (now). A
    repeating rung is shown `cycles` times.
    """
    things = things_of(case)
    if not things:
        return Outlook()
    calendar = calendar or loaded_calendar()
    rungs = {rung.pk: rung for rung in Rung.objects.since(on)}
    claimed = _latest_claims(things)
    found, missing = [], set()
    for thing in things:
        steps = [step_of(rung) for rung in rungs.values() if applies(rung, thing.profile)]
        later, year = _by_day(thing, steps, on, calendar, cycles)
        found += later
        missing |= {year} - {None}
        if thing.due_at:
            steps = [step_of(rung) for rung in rungs.values() if applies(rung, thing.profile, hourly=True)]
            found += _by_hour(thing, steps, on, at or timezone.now(), cycles)
    found = [
        one
        for one in found
        if one.cycle > claimed.get((one.thing.watched, one.thing.subject, one.step.rung), -1)
    ]
    found.sort(key=_Said.order)
    people = _people(found, rungs, on)
    coming = [
        Coming(
            one.day,
            rungs[one.step.rung],
            one.cycle,
            people[one.thing, one.step.rung][0],
            one.thing.about,
            one.moment,
            people[one.thing, one.step.rung][1],
        )
        for one in found
    ]
    return Outlook(tuple(coming), min(missing, default=None))


@dataclass(frozen=True)
class _Said:
    """One cycle of a rung about a thing, said or to be said."""

    day: date
    step: Step
    cycle: int
    thing: Thing
    moment: datetime | None = None

    def order(self) -> tuple:
        moment = self.moment or begin_of(self.day)
        return self.day, moment, self.thing.watched != Watched.DEADLINE, self.step.at(self.cycle)


def _by_day(
    thing: Thing, steps: list[Step], on: date, calendar: Calendar, cycles: int
) -> tuple[list[_Said], int | None]:
    due_on = thing.profile.due
    owed = [_Said(on, one.step, one.latest, thing) for one in plan(steps, due_on, on, calendar).owed]
    later, year = upcoming(steps, due_on, on, calendar, cycles)
    return owed + [_Said(day, step, cycle, thing) for day, step, cycle in later], year


def _by_hour(thing: Thing, steps: list[Step], on: date, at: datetime, cycles: int) -> list[_Said]:
    owed = plan_by_hour(steps, thing.due_at, at, day_of).owed
    later = upcoming_by_hour(steps, thing.due_at, at, day_of, cycles)
    return [_Said(on, one.step, one.latest, thing) for one in owed] + [
        _Said(max(day_of(moment), on), step, cycle, thing, moment) for moment, step, cycle in later
    ]


def _latest_claims(things: list[Thing]) -> dict[tuple, int]:
    latest: dict[tuple, int] = {}
    for claim in _claims(things):
        key = claim.watched, claim.subject, claim.rung_id
        latest[key] = max(claim.cycle, latest.get(key, -1))
    return latest


def _claims(things: list[Thing]) -> Iterator[ChaseClaim]:
    versions = {(thing.watched, thing.subject): thing.version for thing in things}
    for claim in ChaseClaim.objects.filter(subject__in={subject for _watched, subject in versions}):
        if versions.get((claim.watched, claim.subject)) == claim.version:
            yield claim


def _people(
    found: list["_Said"], rungs: dict, on: date
) -> dict[tuple, tuple[tuple[User, ...], tuple[str, ...]]]:
    """The people of each rung, each once, and the role of each, in a few queries."""
    directory = Directory(on)
    told: dict[tuple, dict[int, str]] = {}
    for thing, rung in {(one.thing, one.step.rung) for one in found}:
        roles = told[thing, rung] = {}
        for kind in rungs[rung].recipients:
            if kind != Recipient.OWNER:
                for person in directory.told(kind, thing.place):
                    roles.setdefault(person.user_id, str(Recipient(kind).label))
    users = User.objects.in_bulk({user_id for roles in told.values() for user_id in roles})
    return {key: (tuple(users[pk] for pk in roles), tuple(roles.values())) for key, roles in told.items()}


# --- the ledger -----------------------------------------------------------------------------------------
@dataclass
class Entry:
    """One rung of one thing on one day: everybody who was told by it, with the letter that brought it."""

    claim: ChaseClaim
    about: str = ""
    claims: list[ChaseClaim] = field(default_factory=list)

    @property
    def days(self) -> int:
        """Days past the day on the day of the run; negative before it."""
        return (self.claim.on - self.claim.due_on).days

    @property
    def letters(self) -> list[Message]:
        return [claim.letter for claim in self.claims if claim.letter]


def claims_of(case: HazardCase) -> list[Entry]:
    """What the chase did about `case`, oldest first: which rung, when, to whom, through what, read or not."""
    matters = Matter.objects.filter(case=case)
    titles = {(one.watched, one.subject): thing_of(one, case).about for one in matters}
    found = ChaseClaim.objects.filter(subject__in={subject for _watched, subject in titles})
    rows = found.select_related("rung", "person", "run").order_by("claimed_at", "pk")
    claims = with_letters([claim for claim in rows if (claim.watched, claim.subject) in titles])
    entries: dict[tuple, Entry] = {}
    for claim in claims:
        key = claim.watched, claim.subject, claim.version, claim.rung_id, claim.cycle
        entry = entries.setdefault(key, Entry(claim, titles[claim.watched, claim.subject]))
        entry.claims.append(claim)
    return list(entries.values())


def letter_key(claim: ChaseClaim) -> str:
    """The key of the message that brought a claim to its person: a letter of its own, or the digest of the run."""
    if claim.rung.urgent or claim.recipient == "owner":
        facts = (claim.watched, claim.subject, claim.version, claim.rung_id, claim.cycle)
        return "chase:" + ":".join(map(str, (*facts, claim.person_id or "owner")))
    return f"digest:{claim.run_id}:{claim.person_id}"


def with_letters(claims: Iterable[ChaseClaim]) -> list[ChaseClaim]:
    """The claims, each with `letter`: the message with its deliveries, None where nothing was said."""
    claims = list(claims)
    keys = {letter_key(claim) for claim in claims if claim.outcome == ChaseClaim.Outcome.TOLD}
    letters = Message.objects.filter(key__in=keys).select_related("recipient").prefetch_related("deliveries")
    by_key = {letter.key: letter for letter in letters}
    for claim in claims:
        told = claim.outcome == ChaseClaim.Outcome.TOLD
        claim.letter = by_key.get(letter_key(claim)) if told else None
    return claims


# --- the runs -------------------------------------------------------------------------------------------
def last_run() -> ChaseRun | None:
    """The last run that came to its end."""
    return ChaseRun.objects.finished().order_by("-finished_at").first()


def held_run() -> ChaseRun | None:
    """The run that waits for a person, the latest; None where nothing waits."""
    return ChaseRun.objects.waiting().order_by("-started_at").first()


def troubles() -> list[str]:
    """What the last run could not do, in sentences that say what to do about it."""
    run, held = last_run(), held_run()
    found = list(sentences({"held": held.claimed})) if held else []
    return found + (list(sentences(run.notes)) if run else [])
