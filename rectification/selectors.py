"""The questions that worklists ask."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import roles
from accounts.roles import Role
from common.listing import capped_counts, tabs_of
from documents.models import Form
from hazards import recomputing, states
from hazards.filters import WORST_FIRST
from hazards.models import Grade, HazardCase, Level
from rectification.models import (
    AcceptanceCheck,
    Extension,
    Instruction,
    OrderItem,
    ReviewItem,
    Suspension,
    Transfer,
    VoidRequest,
)
from rectification.next_measures import after_failing

SOON_DAYS = 3
"""Calendar days ahead that a desk calls soon; the chase itself counts working days."""

TABS = ("overdue", "soon", "submitted", "to_order", "listed", "stopped", "all")


def worklist_conditions(on) -> dict[str, Q]:
    """What each tab of the township's worklist counts and lists: one condition for both."""
    live = Q(state__in=states.LIVE)
    return {
        "overdue": live & Q(due_on__lt=on),
        "soon": live & Q(due_on__range=(on, on + timedelta(days=SOON_DAYS))),
        "submitted": Q(state=states.SUBMITTED),
        "to_order": Q(state=states.REGISTERED),
        "listed": live & Q(listed_levels__overlap=Level.values),
        "stopped": live & Q(unit__suspended_since__isnull=False),
        "all": live,
    }


def worklist(user, tab: str, on):
    """The tab shown (the first that has something, where none was chosen), its cases, worst first, and all counts."""
    conditions = worklist_conditions(on)
    cases = HazardCase.objects.visible_to(user)
    counts = worklist_counts(cases, conditions)
    if tab not in TABS:
        tab = next((name for name in TABS if counts[name]), "all")
    return tab, cases.filter(conditions[tab]).order_by(*WORST_FIRST, "pk").for_rows(), counts


def worklist_counts(cases, conditions: dict[str, Q]) -> dict[str, int]:
    """The number on each tab, in one statement, capped as the lists are."""
    return capped_counts(**{name: cases.filter(condition) for name, condition in conditions.items()})


def worklist_tabs(counts: dict[str, int], current: str) -> list[dict]:
    labels = {
        "overdue": _("Overdue"),
        "soon": _("Due within 3 days"),
        "submitted": _("Awaiting re-inspection"),
        "to_order": _("Waiting for an order"),
        "listed": _("Listed"),
        "stopped": _("Units under suspension"),
        "all": _("All standing"),
    }
    return tabs_of(
        reverse("rectification:mine"), labels, counts, current, tones={"overdue": "danger", "soon": "warning"}
    )


def orderable(unit) -> list[HazardCase]:
    """Hazards of a unit that an order may be put on: those never ordered, those whose order was never served, and
    major ones whose notice is still to come."""
    live = unit.cases.filter(state__in=(states.REGISTERED, states.ORDERED))
    cases = list(live.select_related("category", "unit").order_by("opened_on", "pk"))
    latest = latest_items([case for case in cases if case.state == states.ORDERED])
    return [
        case for case in cases if case.state == states.REGISTERED or may_order_anew(case, latest.get(case.pk))
    ]


def may_order_anew(case: HazardCase, item: OrderItem | None) -> bool:
    """Whether an ordered hazard may stand on another notice; `item` is its line on the latest one."""
    if item is None:
        return True
    is_unserved = item.order.document.served_at is None
    return is_unserved or (case.grade == Grade.MAJOR and item.order.document.form != Form.MAJOR)


def latest_items(cases) -> dict[int, OrderItem]:
    """The item on the latest standing notice of each case, by case."""
    rows = OrderItem.objects.filter(case__in=cases, order__document__voided_at=None)
    return {row.case_id: row for row in rows.select_related("order__document").order_by("pk")}


def suspended_units(user):
    return (
        Suspension.objects.visible_to(user)
        .filter(status__in=["proposed", "in_force"])
        .select_related("unit", "unit__region", "document")[:50]
    )


def waiting_for_office(user) -> dict:
    """Everything that waits for a decision, the oldest first."""
    suspensions = Suspension.objects.visible_to(user).select_related("unit", "unit__region", "proposed_by")
    accepted = AcceptanceCheck.objects.filter(outcome="pass").values("suspension")
    return {
        "extensions": list(
            Extension.objects.visible_to(user)
            .undecided()
            .filter(case__state=states.ORDERED)
            .select_related("case", "case__unit", "asked_by")
            .order_by("asked_at")[:100]
        ),
        "voids": list(
            VoidRequest.objects.visible_to(user)
            .waiting()
            .select_related("case", "case__unit", "into", "asked_by")
            .order_by("asked_at")[:100]
        ),
        "proposed": list(suspensions.proposed().order_by("proposed_at")[:100]),
        "accepted": list(suspensions.in_force().filter(pk__in=accepted).order_by("proposed_at")[:100]),
        "boards": list(
            HazardCase.objects.visible_to(user).closed().listed("any").for_rows().order_by("closed_on")[:100]
        ),
        "other_days": recomputing.waiting_for(user).count(),
    }


def instruction_desk(user, tab: str, on):
    """The tab shown, its instructions and all tabs with their counts. Whoever is asked sees what is theirs first."""
    rows = Instruction.objects.visible_to(user).select_related(
        "case__unit", "case__region", "case__category", "addressee", "given_by", "replied_by", "document"
    )
    parts = {
        "open": rows.unanswered().order_by("due_on", "pk"),
        "late": rows.late(on).order_by("due_on", "pk"),
        "answered": rows.exclude(replied_at=None).order_by("-replied_at", "-pk"),
        "all": rows,
    }
    tab = tab if tab in parts else "open"
    return tab, parts[tab], instruction_tabs(capped_counts(**parts), tab)


def instruction_tabs(counts: dict[str, int], current: str) -> list[dict]:
    labels = {
        "open": _("Unanswered"),
        "late": _("Answer overdue"),
        "answered": _("Answered"),
        "all": _("All"),
    }
    return tabs_of(reverse("rectification:instructions"), labels, counts, current, tones={"late": "danger"})


def referral_desk(user, tab: str, on):
    """The tab shown, its referrals and all tabs with their counts; the reply that is due first comes first."""
    rows = Transfer.objects.visible_to(user).select_related(
        "case__unit", "case__region", "case__category", "sent_by", "document"
    )
    parts = {
        "waiting": rows.unaccepted().order_by("reply_due_on", "pk"),
        "accepted": rows.at_work().order_by("reply_due_on", "pk"),
        "overdue": rows.late(on).order_by("reply_due_on", "pk"),
        "answered": rows.answered().order_by("answered_on", "pk"),
        "all": rows,
    }
    tab = tab if tab in parts else "waiting"
    return tab, parts[tab], referral_tabs(capped_counts(**parts), tab)


def referral_tabs(counts: dict[str, int], current: str) -> list[dict]:
    labels = {
        "waiting": _("Waiting for acceptance"),
        "accepted": pgettext("referral", "Accepted"),
        "overdue": _("Reply overdue"),
        "answered": pgettext("referral", "Result reported"),
        "all": _("All"),
    }
    return tabs_of(reverse("rectification:referrals"), labels, counts, current, tones={"overdue": "danger"})


def reviews_held(cases) -> dict[int, int]:
    """How many re-inspections each case has had."""
    rows = ReviewItem.objects.filter(case__in=cases).order_by().values_list("case").annotate(Count("pk"))
    return dict(rows)


def review_items(sitting, on) -> list[ReviewItem]:
    """The items of one re-inspection; what was not passed and still stands with the measures that may follow."""
    items = list(sitting.items.select_related("case__unit", "case__category").prefetch_related("photos"))
    for item in items:
        stands = item.outcome != ReviewItem.Outcome.PASS and item.case.is_live
        item.measures = after_failing(item.case, on) if stands else []
    return items


def asked_of(user, on) -> dict[str, int]:
    """Instructions of one's area that wait for an answer, and those whose day has passed."""
    rows = Instruction.objects.visible_to(user).unanswered()
    return rows.aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)))


def waiting_for_answer(user) -> int:
    """How many instructions wait for this person's answer: the number in the navigation of those who are asked."""
    if not user.roles & {Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICE}:
        return 0
    return Instruction.objects.addressed_to(user).unanswered().count()


def suspension_tabs(user, current: str) -> list[dict]:
    counts = Suspension.objects.visible_to(user).aggregate(
        **{status: Count("pk", filter=Q(status=status)) for status in Suspension.Status.values}
    )
    url = reverse("rectification:suspensions")
    rows = [{"label": _("All"), "href": url, "current": not current, "count": sum(counts.values())}]
    for status in Suspension.Status:
        rows.append(
            {
                "label": status.label,
                "href": f"{url}?status={status}",
                "current": current == status,
                "count": counts[status],
                "tone": "danger" if status == Suspension.Status.IN_FORCE else "",
            }
        )
    return rows


def step_label(step: str) -> str:
    return {
        "decide": _("Put the suspension in force"),
        "decline": _("Decline the proposal"),
        "ask-to-resume": _("Ask for the acceptance check"),
        "accept": _("Record the acceptance check"),
        "lift": _("Allow the unit to resume"),
        "refuse": _("Refuse resumption"),
    }[step]


@dataclass
class Step:
    """One step in the life of a suspension as it stands for one person: its form, or why it is not possible."""

    name: str
    label: str
    why_not: str = ""
    form: object = None


def with_forms(steps: list[Step], blank, *, bound=None, step: str = "", label=step_label) -> list[Step]:
    """The steps, each that is possible with its form; `bound` is the refused one of `step`, as it was filled in.

    Where somebody else took that step meanwhile, what was typed stays on the page all the same, with the sentence.
    """
    for one in steps:
        if bound is not None and one.name == step:
            one.form, one.why_not = bound, ""
        elif not one.why_not:
            one.form = blank(one.name)
    lost = bound is not None and step not in [one.name for one in steps]
    return [Step(step, label(step), form=bound), *steps] if lost else steps


def suspension_steps(suspension: Suspension, user, *, checks: list, cases: list) -> list[Step]:
    """The steps that `user` may take by the post held, the likeliest first, each with what stands in its way."""
    region = suspension.unit.region_id
    standing = any(case.is_live for case in cases)
    accepted = bool(checks) and checks[-1].outcome == AcceptanceCheck.Outcome.PASS
    steps = {
        Suspension.Status.PROPOSED: [("decide", "suspension.decide"), ("decline", "suspension.decide")],
        Suspension.Status.IN_FORCE: [
            ("accept", "acceptance.record"),
            ("lift", "suspension.lift"),
            ("refuse", "suspension.lift"),
            ("ask-to-resume", "suspension.ask_to_resume"),
        ],
    }
    rows = [
        Step(name, step_label(name))
        for name, permission in steps.get(suspension.status, [])
        if roles.may(user, permission, region)
    ]
    for row in rows:
        if row.name == "lift" and standing:
            row.why_not = _("Hazards behind it still stand. Close them first.")
        elif row.name == "lift" and not accepted:
            row.why_not = _("No acceptance check has passed: the unit may not resume.")
        elif row.name == "ask-to-resume" and suspension.resume_asked_at and not checks:
            row.why_not = _("Asked for already; the inspector makes the check.")
        elif row.name == "ask-to-resume" and suspension.resume_asked_at:
            row.why_not = _("Asked for already; the office decides.")
    failed = bool(checks) and not accepted and suspension.resume_asked_at is not None
    if not (failed and checks[-1].recorded_at >= suspension.resume_asked_at):
        rows = [row for row in rows if row.name != "refuse"]
    # Once the check has passed the next step is the office's: nobody is asked to check again.
    return [
        row for row in rows if not (accepted and not standing and row.name in ("accept", "ask-to-resume"))
    ]
