"""When the calendar changes: ends that were missing are worked out, other days are proposed, nothing moves silently."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import roles
from common import clocks as arithmetic
from common.days import day_of
from common.errors import AlreadyDone, RuleBroken, StaleForm
from common.workdays import YearNotLoaded
from hazards import clock_panel, states
from hazards.clocks import wind
from hazards.models import Clock, DeadlineEntry, DeadlineProposal, HazardCase
from hazards.services import lock, record
from reference import limits
from reference.selectors import calendar, day_words

ACCEPTED = DeadlineProposal.Decision.ACCEPTED
REJECTED = DeadlineProposal.Decision.REJECTED
PERMISSION = "case.correct_deadline"


@transaction.atomic
def look_again(*, at: datetime | None = None) -> int:
    """After a change of the calendar: give waiting clocks their end, and propose what would be another day.

    Answers how many proposals wait. Running it twice changes nothing more.
    """
    at = at or timezone.now()
    complete_waiting()
    for case, entry, ending in other_deadlines():
        propose(case=case, clock=None, old=entry.due_on, new=ending.due_on, why=ending.why, at=at)
    for clock, ending in other_clocks(day_of(at)):
        propose(case=clock.case, clock=clock, old=clock.due_on, new=ending.due_on, why=ending.why, at=at)
    return DeadlineProposal.objects.undecided().count()


def complete_waiting() -> int:
    """Clocks whose end waited for a year get it: nothing moves, it was never known. Answers how many."""
    done = 0
    waiting = Clock.objects.filter(missing_year__in=calendar().loaded_years).select_related("limit", "added")
    for clock in waiting:
        wind(clock)
        clock.save(update_fields=["due_on", "due_at", "missing_year", "facts"])
        done += clock.due_at is not None
    return done


@dataclass(frozen=True)
class Other:
    """Another day than the one that stands, and why."""

    due_on: date
    why: str


def other_deadlines() -> Iterator[tuple[HazardCase, DeadlineEntry, Other]]:
    """Owners' deadlines that were estimated and now turn out to be another day."""
    standing = DeadlineEntry.objects.filter(
        estimated=True,
        version=F("case__deadline_version"),
        due_on=F("case__due_on"),
        case__state__in=sorted(states.LIVE),
        due_on__year__in=calendar().loaded_years,
    )
    for entry in standing.select_related("case").order_by("pk").iterator(chunk_size=500):
        try:
            other = owner_day(entry)
        except YearNotLoaded:
            continue
        if other.due_on != entry.due_on:
            yield entry.case, entry, other


def owner_day(entry: DeadlineEntry) -> Other:
    """The day by the calendar as it is now: so many working days on, or the day named moved off a day off."""
    with translation.override(
        "zh-hans"
    ):  # what is accepted stands in the ledger, in the language of the office
        if entry.working_days:
            ending = arithmetic.working_days(calendar(), entry.counted_from, entry.working_days)
            return Other(ending.due_on, limits.why(ending, _("service")))
        due = calendar().next_workday(entry.due_on)
        words = {"day": day_words(entry.due_on), "due": day_words(due)}
        return Other(
            due, _("%(day)s is a day off; the deadline moves to the next working day, %(due)s.") % words
        )


def other_clocks(on: date) -> Iterator[tuple[Clock, Other]]:
    """Running clocks that would end on another day by the calendar as it is now; those past their end are left."""
    running = Clock.objects.running().filter(due_on__gte=on).select_related("case", "limit", "added")
    for clock in running.order_by("pk").iterator(chunk_size=500):
        try:
            ending = limits.end(clock.limit, start_of(clock), added=clock.added)
        except YearNotLoaded:
            continue
        if ending.due_on != clock.due_on:
            with translation.override("zh-hans"):
                yield clock, Other(ending.due_on, limits.why(ending, clock_panel.event_of(clock)))


def start_of(clock: Clock) -> date | datetime:
    return clock.began_at if clock.limit.unit == arithmetic.HOURS else clock.began_on


def propose(
    *, case: HazardCase | None, clock: Clock | None, old: date, new: date, why: str, at: datetime
) -> None:
    """Put the other day before a person; what was proposed before and not decided gives way."""
    about = {"clock": clock} if clock else {"case": case, "clock": None}
    DeadlineProposal.objects.update_or_create(
        **about,
        decision="",
        defaults={
            "case": case,
            "region_id": clock.region_id if clock else case.region_id,
            "version": case.deadline_version if case else 0,
            "old": old,
            "new": new,
            "why": why,
            "made_at": at,
        },
    )


def waiting_for(user):
    """The undecided proposals in a person's area, where the post may decide them."""
    rows = DeadlineProposal.objects.visible_to(user).undecided()
    rows = rows if roles.may(user, PERMISSION) else rows.none()
    return rows.select_related("case", "case__unit", "clock", "clock__limit", "clock__unit")


@transaction.atomic
def accept(proposal: DeadlineProposal, *, by, at: datetime) -> DeadlineProposal:
    """Let the proposed day hold. StaleForm where the case or clock moved on since; nothing is written then."""
    roles.need(by, PERMISSION, proposal.region_id)
    take(proposal, ACCEPTED, by=by, at=at)
    if proposal.clock_id:
        begin_anew(proposal, at=at)
    else:
        correct(proposal, by=by, at=at)
    proposal.refresh_from_db()
    return proposal


def correct(proposal: DeadlineProposal, *, by, at: datetime) -> None:
    case = lock([proposal.case])[proposal.case_id]
    if not case.is_live or (case.deadline_version, case.due_on) != (proposal.version, proposal.old):
        raise stale(proposal)
    record(
        case,
        "correct_deadline",
        by=by,
        at=at,
        due_on=proposal.new,
        reason=proposal.why,
        data={"proposal": proposal.pk},
    )


def begin_anew(proposal: DeadlineProposal, *, at: datetime) -> None:
    """Stop the clock and begin the same one again, with the end that the calendar gives now."""
    if proposal.case_id:
        lock([proposal.case])
    clock = (
        Clock.objects.select_for_update(of=["self"])
        .select_related("limit", "added")
        .get(pk=proposal.clock_id)
    )
    if not clock.is_running or clock.due_on != proposal.old:
        raise stale(proposal)
    Clock.objects.filter(pk=clock.pk).update(stopped_at=at, stopped_by="correct_deadline")
    clock.pk = None
    wind(clock)
    if clock.due_on != proposal.new:
        raise stale(proposal)
    clock._state.adding = True
    clock.save()


def stale(proposal: DeadlineProposal) -> StaleForm:
    what = proposal.case.number if proposal.case else proposal.clock.limit.label
    return StaleForm(
        _("%(what)s has moved on since this was proposed; the proposal no longer fits. Set it aside.")
        % {"what": what}
    )


@transaction.atomic
def reject(proposal: DeadlineProposal, *, by, at: datetime, note: str) -> DeadlineProposal:
    """Leave the day as it is, with a reason."""
    roles.need(by, PERMISSION, proposal.region_id)
    if not note.strip():
        raise RuleBroken(_("Say why the day stays."), field="note")
    take(proposal, REJECTED, by=by, at=at, note=note.strip())
    proposal.refresh_from_db()
    return proposal


def take(proposal: DeadlineProposal, decision: str, *, by, at: datetime, note: str = "") -> None:
    """Decide it once: an update that still expects it undecided."""
    undecided = DeadlineProposal.objects.filter(pk=proposal.pk, decision="")
    if not undecided.update(decision=decision, decided_by=by, decided_at=at, note=note):
        raise AlreadyDone(_("Somebody decided this already. Reload to see it."))


@dataclass
class Together:
    """What became of many proposals accepted at once."""

    accepted: int = 0
    refused: list[str] = field(default_factory=list)


def accept_all(*, by, at: datetime, most: int = 1000) -> Together:
    """Accept what waits for a person, each for itself: one that no longer fits holds up nobody else."""
    together = Together()
    for proposal in waiting_for(by).order_by("pk")[:most]:
        try:
            accept(proposal, by=by, at=at)
        except RuleBroken as refusal:
            together.refused.append(str(refusal))
        else:
            together.accepted += 1
    return together
