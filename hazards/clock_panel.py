"""What a page and the API say about the clocks of a case: whose, from when, until when, met or late, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from common import clocks as arithmetic
from common.days import day_of, end_of
from hazards import states
from hazards.clocks import EXPIRY, FOUND_AGAIN
from hazards.models import Clock, DeadlineEntry, HazardCase
from hazards.words import event_label
from reference import limits
from reference.models import Limit
from reference.selectors import calendar, day_words, year_refusal

OWNER = "OWNER"
"""The code of the owner's own deadline among the clocks."""


@dataclass(frozen=True)
class Row:
    """One clock as it is shown."""

    code: str
    name: str
    whose: str
    began_at: datetime
    began_by: str
    due: date | datetime | None
    met_at: datetime | None
    is_late: bool
    has_begun: bool
    why: str
    article: str = ""
    estimated: bool = False
    halted: bool = False
    """It stands still: the case is discontinued, or lies with a department."""

    @property
    def tone(self) -> str:
        if self.halted:
            return "muted"
        if self.is_late:
            return "danger"
        if self.met_at:
            return "success"
        return "info" if self.has_begun and self.due else "muted"

    @property
    def status(self) -> str:
        if self.halted:
            return _("Stands still")
        if self.met_at:
            return _("Done late") if self.is_late else _("Done in time")
        if self.is_late:
            return _("Past its end")
        if self.due is None:
            return _("Cannot be computed")
        return _("Running") if self.has_begun else _("Not begun")


def rows(case: HazardCase, *, at: datetime, entries: list[DeadlineEntry] | None = None) -> list[Row]:
    """The owner's deadline first, then the authority's clocks, those that run before those that were met."""
    about = Q(case=case) | Q(unit=case.unit_id, case=None)
    found = list(Clock.objects.kept().filter(about).select_related("limit", "added"))
    found.sort(key=lambda clock: (clock.met_at is not None, clock.began_at, clock.pk))
    entries = list(case.deadlines.order_by("version")) if entries is None else entries
    owner = owner_row(case, entries, at=at)
    return [*([owner] if owner else []), *(row_of(clock, at=at) for clock in found)]


def rows_about(subject: str, *, at: datetime) -> list[Row]:
    """The clocks of one measure on a unit, those that run before those that were met."""
    found = list(Clock.objects.kept().filter(subject=subject).select_related("limit", "added"))
    found.sort(key=lambda clock: (clock.met_at is not None, clock.began_at, clock.pk))
    return [row_of(clock, at=at) for clock in found]


def row_of(clock: Clock, *, at: datetime) -> Row:
    ending = clock.ending
    return Row(
        code=clock.code,
        name=clock.limit.label,
        whose=str(clock.limit.get_whose_display()),
        began_at=clock.began_at,
        began_by=began_words(clock),
        due=ending.due if ending else None,
        met_at=clock.met_at,
        is_late=clock.is_late(at),
        has_begun=clock.has_begun(at),
        why=limits.why(ending, event_of(clock)) if ending else year_refusal(clock.missing_year),
        article=" ".join(part for part in (clock.limit.source, clock.limit.article) if part),
    )


def event_of(clock: Clock) -> str:
    """What began it, in the words of the rule, or more exactly where the rule names two events."""
    if clock.began_by == EXPIRY:
        return _("expiry of the deadline")
    if clock.began_by == "submit":
        return _("receipt of the owner's application")
    if clock.began_by == FOUND_AGAIN:
        return _("the day on which the unit was found at work again")
    return clock.limit.event_label


def began_words(clock: Clock) -> str:
    """The act that began a clock, as the timeline calls it; acts on a unit by the words of their rule."""
    if clock.began_by == EXPIRY:
        return _("expiry of the deadline")
    if clock.began_by in states.ACTS or clock.began_by == "open":
        return event_label(clock.began_by)
    return event_of(clock)


def standing_entry(entries: list[DeadlineEntry]) -> DeadlineEntry | None:
    """The line of the ledger that set the day as it is; None where no deadline stands."""
    last = next((one for one in reversed(entries) if one.act not in states.HALTS_DEADLINE), None)
    return last if last and last.due_on else None


def owner_row(case: HazardCase, entries: list[DeadlineEntry], *, at: datetime) -> Row | None:
    """The owner's deadline as a clock: from the order that stands to the end of the day it names."""
    standing = standing_entry(entries)
    if standing is None or case.due_on is None:
        return None
    first = next((one for one in reversed(entries) if one.act in ("order", "reorder", "fail")), standing)
    closed = case.closed_at if case.state == states.CLOSED else None
    due_at = end_of(case.due_on)
    return Row(
        code=OWNER,
        name=_("Rectify the hazard"),
        whose=str(Limit.Whose.OWNER.label),
        began_at=first.at,
        began_by=event_label(first.act),
        due=case.due_on,
        met_at=closed,
        is_late=(closed or at) > due_at and (case.is_live or closed is not None),
        has_begun=True,
        why=owner_why(standing),
        estimated=is_estimated(standing),
        halted=not case.is_live and closed is None,
    )


def owner_why(entry: DeadlineEntry) -> str:
    """Why the owner's deadline is that day: a number of working days, or the day that was named."""
    told = {
        "act": event_label(entry.act),
        "set_on": day_words(day_of(entry.at)),
        "due": day_words(entry.due_on),
    }
    if entry.working_days:
        ending = arithmetic.estimate(calendar(), entry.counted_from, entry.working_days)
        if ending.due == entry.due_on:
            return limits.why(ending, _("service"))
    sentence = _("%(act)s on %(set_on)s: by the end of %(due)s.") % told
    if entry.previous and entry.act not in ("order", "fail"):
        sentence += _(" Before that: %(day)s.") % {"day": day_words(entry.previous)}
    return sentence + (
        _(" Estimated: %(why)s") % {"why": year_refusal(entry.due_on.year)} if is_estimated(entry) else ""
    )


def is_estimated(entry: DeadlineEntry) -> bool:
    """预估: set while its year was not loaded, and the year is not loaded yet."""
    return entry.estimated and entry.due_on is not None and entry.due_on.year not in calendar().loaded_years
