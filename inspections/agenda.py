"""The inspector's day: what hurts most first, each place with the reason why it is on the list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Role
from common.listing import capped_counts
from common.workdays import YearNotLoaded
from documents.models import Document
from hazards import states
from hazards.clock_rules import REINSPECT
from hazards.models import HazardCase
from inspections.models import Inspection
from inspections.selectors import with_cases
from reference import limits
from reference.selectors import calendar
from units.flags import Flag
from units.models import Unit

YEARLY = timedelta(days=365)
HALF_YEARLY = timedelta(days=182)
MOST = 40  # cases read for one section
CAP = 1_000
# What a card shows: forty cases with everything that is known of their units would be most of the page's time.
ON_CARD = (
    *("number", "description", "state", "state_on", "grade", "due_on", "listed_levels"),
    *("unit__name", "unit__address", "unit__flags", "unit__suspended_since", "unit__sealed_since"),
)
EVERY = 100_000  # nobody has as many hazards of their own: counted to the last


@dataclass
class Visit:
    """One place to go to: a unit, the hazards that take one there, and why it stands where it stands."""

    unit: Unit
    why: str
    tone: str
    cases: list[HazardCase] = field(default_factory=list)
    act: str = "inspect"  # or "reinspect"

    @property
    def first(self) -> HazardCase | None:
        return self.cases[0] if self.cases else None


class Day:
    """The lists and counts of one person's day. Each count is the length of the list behind it."""

    def __init__(self, user, on: date):
        self.user, self.on = user, on

    # --- the hazards that wait for this person

    @cached_property
    def cases(self):
        """An inspector's own cases; everybody else sees those of their area."""
        cases = HazardCase.objects.visible_to(self.user)
        if Role.INSPECTOR in self.user.roles:
            cases = cases.filter(inspector=self.user)
        return cases

    @property
    def overdue(self):
        """Past the deadline and not reported as rectified: the longest first."""
        return self.cases.filter(state=states.ORDERED, due_on__lt=self.on).order_by("-grade", "due_on", "pk")

    @property
    def submitted(self):
        """Reported as rectified, waiting to be looked at: the longest waiting first."""
        return self.cases.filter(state=states.SUBMITTED).order_by("state_on", "due_on", "pk")

    @property
    def due_today(self):
        return self.cases.filter(state=states.ORDERED, due_on=self.on).order_by("-grade", "pk")

    # --- the places that nobody has seen

    @cached_property
    def unseen(self):
        """Units of the area that are due: never seen, not for a year, the grave ones not for half a year."""
        units = Unit.objects.visible_to(self.user).current().filter(suspended_since=None)
        grave = Q(flags__overlap=[Flag.COMBINED_USE.value, Flag.MULTI_USE.value, Flag.KEY_UNIT.value])
        late = Q(last_inspected_on=None) | Q(last_inspected_on__lt=self.on - YEARLY)
        late |= grave & Q(last_inspected_on__lt=self.on - HALF_YEARLY)
        rank = Case(
            When(flags__overlap=[Flag.COMBINED_USE.value, Flag.MULTI_USE.value], then=Value(0)),
            When(flags__overlap=[Flag.KEY_UNIT.value], then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return units.filter(late).annotate(rank=rank)

    @property
    def unseen_first(self):
        return self.unseen.order_by("rank", "last_inspected_on", "number")

    @property
    def drafts(self):
        return (
            Inspection.objects.drafts_of(self.user)
            .select_related("unit", "unit__region")
            .order_by("-started_at")
        )

    @property
    def unserved(self):
        """Papers that bind nobody yet, for those who serve them."""
        papers = Document.objects.visible_to(self.user)
        return papers.awaiting_service() if self.user.may("document.serve") else papers.none()

    # --- the strip and the cards

    @cached_property
    def counts(self) -> dict[str, int]:
        # By day: thousands may wait, but they were reported on a few days.
        submitted = dict(self.submitted.order_by().values_list("state_on").annotate(n=Count("pk")))
        counts = capped_counts(
            cap=EVERY,
            caps={"inspect": CAP - 1},
            overdue=self.overdue,
            due_today=self.due_today,
            inspect=self.unseen,
            drafts=self.drafts,
            unserved=self.unserved,
        )
        return counts | {
            "reinspect": sum(submitted.values()),
            "reinspect_today": sum(
                n for day, n in submitted.items() if (until := self.statutory_day(day)) and until <= self.on
            ),
        }

    def statutory_day(self, reported_on: date) -> date | None:
        """Until when the authority must look again at what was reported on a day (Order 120, Art. 20).

        None where no rule holds that day, and where the calendar of the year is not loaded.
        """
        within = limits.amount(REINSPECT, reported_on)
        if within is None:
            return None
        try:
            return calendar().shift(reported_on, within)
        except YearNotLoaded:
            return None

    def overdue_visits(self, most: int = MOST) -> list[Visit]:
        return self.by_unit(self.overdue, self.why_overdue, "danger", most)

    def reinspect_visits(self, most: int = MOST) -> list[Visit]:
        return self.by_unit(self.submitted, self.why_submitted, "warning", most)

    def due_visits(self, most: int = MOST) -> list[Visit]:
        return self.by_unit(self.due_today, lambda case: _("The deadline ends today."), "warning", most)

    def inspect_visits(self, most: int = 20) -> list[Visit]:
        # Thousands may be due: they are sorted by their keys alone, the rest is read for the few that are shown.
        first = self.unseen.filter(pk__in=self.unseen_first.values("pk")[:most])
        first = first.order_by("rank", "last_inspected_on", "number")
        units = with_cases(list(first.for_rows().defer("search_text", "grams")), self.on)
        return [Visit(unit, self.why_unseen(unit), "info") for unit in units]

    def by_unit(self, cases, why: Callable, tone: str, most: int) -> list[Visit]:
        """One card per unit, where its worst case stands: several hazards are one way."""
        visits: dict[int, Visit] = {}
        for case in cases.select_related("unit").only(*ON_CARD)[:MOST]:
            if case.unit_id not in visits:
                visits[case.unit_id] = Visit(case.unit, why(case), tone, act="reinspect")
            visits[case.unit_id].cases.append(case)
        return list(visits.values())[:most]

    # --- the reasons

    def why_overdue(self, case: HazardCase) -> str:
        days = case.overdue_days(self.on)
        words = ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": days}
        if case.listed_levels:
            words = _("Listed, %(late)s") % {"late": words}
        return words

    def why_submitted(self, case: HazardCase) -> str:
        until = self.statutory_day(case.state_on)
        if until is None:
            return _("Reported as rectified.")
        left = (until - self.on).days
        if left < 0:
            return ngettext(
                "Reported as rectified; the re-inspection is %(n)s day late.",
                "Reported as rectified; the re-inspection is %(n)s days late.",
                -left,
            ) % {"n": -left}
        if left == 0:
            return _("Reported as rectified; the re-inspection is due today.")
        return ngettext(
            "Reported as rectified; %(n)s day left to re-inspect.",
            "Reported as rectified; %(n)s days left to re-inspect.",
            left,
        ) % {"n": left}

    def why_unseen(self, unit: Unit) -> str:
        if unit.last_inspected_on is None:
            return _("Never inspected.")
        days = (self.on - unit.last_inspected_on).days
        return ngettext("Not inspected for %(n)s day.", "Not inspected for %(n)s days.", days) % {"n": days}


def waiting_today(user, on: date) -> int:
    """The number beside 今日 in the navigation: overdue, waiting for a re-inspection, unfinished drafts."""
    day = Day(user, on)
    cases = day.cases.filter(Q(state=states.ORDERED, due_on__lt=on) | Q(state=states.SUBMITTED))
    return sum(capped_counts(cap=EVERY, cases=cases, drafts=day.drafts).values())


def unit_ids(visits: Iterable[Visit]) -> set[int]:
    """The units that already have a card."""
    return {visit.unit.pk for visit in visits}
