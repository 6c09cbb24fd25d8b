"""What pages show of the chase: what a case has coming, what was said about it, and how the last runs went."""

from dataclasses import dataclass, field
from datetime import date

from accounts.models import User
from common.workdays import Calendar
from hazards.models import HazardCase
from hazards.states import LIVE
from notifications.models import Message
from rectification.chase.ladder import Step, plan, upcoming
from rectification.chase.people import Directory
from rectification.chase.reasons import sentences
from rectification.models import ChaseClaim, ChaseRun, Rung
from reference.selectors import calendar as loaded_calendar


@dataclass(frozen=True)
class Coming:
    """One thing that will be said if nothing is done: the day, the rung, the people as the posts stand now."""

    day: date
    rung: Rung
    cycle: int
    people: tuple[User, ...]

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

    def __len__(self):
        return len(self.coming)


def preview(case: HazardCase, on: date, *, cycles: int = 3, calendar: Calendar | None = None) -> Outlook:
    """If nothing is done: who hears what about `case` on which day, from `on` onwards.

    What is owed by `on` and not yet said comes first, on `on` itself. A repeating rung is shown `cycles` times.
    """
    if case.state not in LIVE or case.due_on is None:
        return Outlook()
    calendar = calendar or loaded_calendar()
    rungs = {rung.code: rung for rung in Rung.objects.current(on)}
    steps = [Step(rung.code, rung.offset, rung.repeat_every) for rung in rungs.values()]
    claimed = _latest_claims(case)
    owed = [
        (on, step, latest)
        for step, latest in plan(steps, case.due_on, on, calendar).owed
        if latest > claimed.get(rungs[step.code].pk, -1)
    ]
    later, missing_year = upcoming(steps, case.due_on, on, calendar, cycles)
    later = [(day, step, cycle) for day, step, cycle in later if cycle > claimed.get(rungs[step.code].pk, -1)]
    people = _people(case, on, rungs.values())
    coming = [Coming(day, rungs[step.code], cycle, people[step.code]) for day, step, cycle in owed + later]
    return Outlook(tuple(coming), missing_year)


def _latest_claims(case: HazardCase) -> dict[int, int]:
    latest: dict[int, int] = {}
    claims = ChaseClaim.objects.filter(case=case, deadline_version=case.deadline_version)
    for rung, cycle in claims.values_list("rung_id", "cycle"):
        latest[rung] = max(cycle, latest.get(rung, -1))
    return latest


def _people(case: HazardCase, on: date, rungs) -> dict[str, tuple[User, ...]]:
    """The people of each rung, each once, in two queries."""
    directory = Directory(on)
    told = {
        rung.code: list(
            dict.fromkeys(
                person.user_id
                for kind in rung.recipients
                for person in directory.told(kind, case.region_id[:9], case.inspector_id)
            )
        )
        for rung in rungs
    }
    users = User.objects.in_bulk({user_id for ids in told.values() for user_id in ids})
    return {code: tuple(users[user_id] for user_id in ids) for code, ids in told.items()}


@dataclass
class Told:
    """One claim of a case's ledger with its letters; a claim passed over has none."""

    claim: ChaseClaim
    letters: list[Message] = field(default_factory=list)

    @property
    def days(self) -> int:
        """Days past the deadline on the day of the run; negative before it."""
        return (self.claim.on - self.claim.due_on).days


def claims_of(case: HazardCase) -> list[Told]:
    """What the chase did about `case`, oldest first: which rung, when, to whom, through what, read or not.

    Letters come with recipient and deliveries; four queries however many there are.
    """
    told = {
        (claim.deadline_version, claim.rung_id, claim.cycle): Told(claim)
        for claim in ChaseClaim.objects.filter(case=case).select_related("rung").order_by("claimed_at", "pk")
    }
    letters = Message.objects.filter(about=f"case:{case.pk}", kind="chase")
    for letter in letters.select_related("recipient").prefetch_related("deliveries").order_by("pk"):
        _chase, _case, version, rung, cycle, _person = letter.key.split(":")
        if entry := told.get((int(version), int(rung), int(cycle))):
            entry.letters.append(letter)
    return list(told.values())


def last_run() -> ChaseRun | None:
    """The last run that came to its end."""
    return ChaseRun.objects.finished().order_by("-finished_at").first()


def troubles() -> list[str]:
    """What the last run could not do, in sentences that say what to do about it."""
    run = last_run()
    return list(sentences(run.notes)) if run else []
