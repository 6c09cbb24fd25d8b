"""What stands on one unit now, and what is to be done next: which paper or act, by whom, by when."""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, Max, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.workdays import YearNotLoaded
from hazards import states
from hazards.clock_rules import (
    DEMAND,
    REINSPECT,
    RESUME_DECIDE,
    RESUME_INSPECT,
    SERVE_ENFORCEMENT,
    SERVE_ORDER,
)
from hazards.models import Clock, HazardCase, Level
from rectification.models import Complaint, Enforcement, Suspension, Transfer
from reference import limits
from reference.selectors import calendar

MOST = 60


@dataclass(frozen=True)
class NextStep:
    """One thing to be done. `by` is None where no rule names a day; `case` is None for what concerns the whole unit."""

    step: str
    label: str
    about: str
    who: str
    by: date | None
    url: str
    case: HazardCase | None = None
    first: bool = False
    """Stands above everything with a day: a decision that keeps people out of a dangerous place."""

    def is_overdue(self, on: date) -> bool:
        return self.by is not None and self.by < on


@dataclass(frozen=True)
class Now:
    """The panel: how many cases in which state, the suspension that stands, and the steps, the most urgent first."""

    counts: list[dict]
    suspension: Suspension | None
    steps: list[NextStep]
    on: date


def now(unit, on: date) -> Now:
    """What stands on `unit`, read in three statements."""
    cases = list(standing_cases(unit))
    suspension = standing_suspension(unit)
    steps = [step for case in cases for step in steps_of(case, on)]
    steps += steps_of_complaints(unit)
    if suspension:
        steps += steps_of_suspension(suspension, cases)
    steps.sort(key=lambda step: (not step.first, step.by or date.max, step.case is not None and step.case.pk))
    return Now(counts_of(cases, on), suspension, steps, on)


def standing_cases(unit):
    """Cases that somebody must act on: standing ones, those with a department, those closed under a board."""
    referral = Transfer.objects.standing().filter(case=OuterRef("pk"))
    open_instruction = Q(instructions__replied_at=None, instructions__isnull=False)
    wanted = Q(state__in=[*states.LIVE, states.TRANSFERRED]) | Q(
        state=states.CLOSED, listed_levels__overlap=Level.values
    )
    return (
        HazardCase.objects.filter(wanted, unit=unit)
        .select_related("category")
        .annotate(
            department=Subquery(referral.values("department")[:1]),
            reply_due_on=Subquery(referral.values("reply_due_on")[:1]),
            accepted_on=Subquery(referral.values("accepted_on")[:1]),
            answered_on=Subquery(referral.values("answered_on")[:1]),
            answer_by=Min("instructions__due_on", filter=open_instruction),
        )
        .order_by("-grade", "due_on", "pk")[:MOST]
    )


def standing_suspension(unit) -> Suspension | None:
    rows = unit.suspensions.filter(status__in=["proposed", "in_force"]).select_related("document")
    passed = Count("checks", filter=Q(checks__outcome="pass"))
    against = Enforcement.objects.open().filter(suspension=OuterRef("pk"))
    return rows.annotate(
        passed=passed,
        looked=Max("checks__recorded_at"),
        disobeyed=Subquery(against.values("status")[:1]),
        demand_by=Subquery(running_clocks().values("due_on")[:1]),
    ).first()


def running_clocks():
    """The clocks that run against a stop that is not obeyed: to the demand, or to the service of the decision."""
    subject = Concat(Value("suspension:"), Cast(OuterRef("pk"), CharField()))
    return Clock.objects.running().filter(subject=subject, code__in=(DEMAND, SERVE_ENFORCEMENT))


def counts_of(cases: list, on: date) -> list[dict]:
    """How many cases stand in each state, and the first deadline among them."""
    rows = []
    for state in (states.REGISTERED, states.ORDERED, states.SUBMITTED, states.TRANSFERRED):
        here = [case for case in cases if case.state == state]
        if here:
            due = min((case.due_on for case in here if case.due_on and case.is_live), default=None)
            overdue = sum(case.is_overdue(on) for case in here)
            rows.append({"case": here[0], "count": len(here), "due_on": due, "overdue": overdue})
    return rows


def shifted(day: date, code: str) -> date | None:
    """Where the limit of that code ends that began on `day`, as it was that day.

    None where no rule names a number, and beyond the loaded calendar: no day is guessed.
    """
    days = limits.amount(code, day)
    if days is None:
        return None
    try:
        return calendar().shift(day, days)
    except YearNotLoaded:
        return None


def steps_of(case, on: date) -> list[NextStep]:
    """The next act on one case, and what else waits on it."""
    found = [main_step(case, on)]
    if case.asked_until:
        who = pgettext("who acts", "Office")
        found.append(step_of(case, "decide_extension", _("Decide the extension"), who, case.due_on))
    if case.answer_by:
        who = pgettext("who acts", "Whoever was asked")
        found.append(step_of(case, "reply", _("Answer the instruction"), who, case.answer_by))
    return [step for step in found if step]


def main_step(case, on: date) -> NextStep | None:
    inspector, office = pgettext("who acts", "Inspector"), pgettext("who acts", "Office")
    match case.state:
        case states.REGISTERED:
            label = _("Issue the order to rectify")
            return step_of(case, "order", label, inspector, shifted(case.state_on, SERVE_ORDER))
        case states.ORDERED if case.due_on < on:
            label = _("Re-inspect: the deadline has passed")
            return step_of(case, "review", label, inspector, shifted(case.due_on, REINSPECT))
        case states.ORDERED:
            return step_of(case, "submit", _("Rectify and report"), pgettext("who acts", "Unit"), case.due_on)
        case states.SUBMITTED:
            began = min(case.state_on, case.due_on)
            return step_of(case, "review", _("Re-inspect"), inspector, shifted(began, REINSPECT))
        case states.TRANSFERRED if case.answered_on:
            return step_of(case, "close_referral", _("Verify what the department did"), inspector, None)
        case states.TRANSFERRED:
            label = _("Result of the referral") if case.accepted_on else _("Acceptance by the department")
            slug = "answer_referral" if case.accepted_on else "accept_referral"
            return step_of(case, slug, label, case.department or "", case.reply_due_on)
        case states.CLOSED:
            return step_of(case, "delist", _("Take the board down"), office, None)
    return None


def step_of(case, name: str, label: str, who: str, by: date | None) -> NextStep:
    url = reverse("rectification:act", args=[case.pk, name.replace("_", "-")])
    return NextStep(name, label, case.category.label, str(who), by, url, case)


def steps_of_suspension(suspension: Suspension, cases: list) -> list[NextStep]:
    """Deciding a proposal comes before everything; afterwards the way back to work."""
    url = reverse("rectification:suspension", args=[suspension.pk])
    about = _("Suspension from production or business")
    office, inspector = pgettext("who acts", "Office"), pgettext("who acts", "Inspector")

    def step(name, label, who, by=None, first=False):
        return [NextStep(name, label, about, str(who), by, url, first=first)]

    if suspension.status == Suspension.Status.PROPOSED:
        return step("decide_suspension", _("Decide the proposed suspension"), office, first=True)
    if suspension.disobeyed:
        label, who = enforcement_step(suspension.disobeyed)
        return step("enforce_suspension", label, who, suspension.demand_by)
    if suspension.passed and not any(case.is_live for case in cases):
        by = shifted(localdate(suspension.looked), RESUME_DECIDE) if suspension.looked else None
        return step("lift_suspension", _("Decide whether the unit may resume"), office, by)
    if suspension.resume_asked_at and not suspension.looked:
        by = shifted(localdate(suspension.resume_asked_at), RESUME_INSPECT)
        return step("accept_suspension", _("Acceptance check before resuming"), inspector, by)
    return step(
        "ask_to_resume", _("Rectify, then ask for the acceptance check"), pgettext("who acts", "Unit")
    )


def steps_of_complaints(unit) -> list[NextStep]:
    """Complaints that nobody has checked, each until the end of its clock; those checked wait for the answer."""
    inspector = str(pgettext("who acts", "Inspector"))
    subject = Concat(Value("complaint:"), Cast(OuterRef("pk"), CharField()))
    ends = Clock.objects.running().filter(subject=subject).values("due_on")[:1]
    open_ones = Complaint.objects.filter(unit=unit, dropped_at=None, answered_at=None)
    return [
        NextStep(
            "answer_complaint" if row.checked_at else "check_complaint",
            _("Tell the result of the check") if row.checked_at else _("Check the complaint on the spot"),
            row.get_matter_display(),
            inspector,
            None if row.checked_at else row.due_on,
            row.get_absolute_url(),
        )
        for row in open_ones.annotate(due_on=Subquery(ends)).order_by("received_at", "pk")[:MOST]
    ]


def enforcement_step(status: str) -> tuple[str, str]:
    """What comes next where the stop is not obeyed, and who does it."""
    office, inspector = pgettext("who acts", "Office"), pgettext("who acts", "Inspector")
    return {
        Enforcement.Status.FOUND: (_("Issue the demand to obey"), office),
        Enforcement.Status.DEMANDED: (_("Decide on compulsory execution"), office),
        Enforcement.Status.DECIDED: (_("Serve and execute the decision"), inspector),
    }[Enforcement.Status(status)]


def steps_for_api(unit, on: date) -> list[dict]:
    """The steps as the API of a unit answers them."""
    return [
        {
            "step": step.step,
            "label": step.label,
            "about": step.about,
            "who": step.who,
            "by": step.by,
            "overdue": step.is_overdue(on),
            "case": step.case.pk if step.case else None,
            "url": step.url,
        }
        for step in now(unit, on).steps
    ]
