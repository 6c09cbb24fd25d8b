"""The steps against a stop that is not obeyed: who may take which, what stands in the way, what it calls."""

from django.utils.translation import gettext as _

from accounts import roles
from rectification import enforcement_forms as forms
from rectification.models import Enforcement, EnforcementOfficer, Suspension
from rectification.selectors import Step
from rectification.services import enforcements
from reference.selectors import day_words

STEPS = {
    "find": ("enforcement.find", forms.FindForm),
    "demand": ("enforcement.demand", forms.DemandForm),
    "hear": ("enforcement.hear", forms.HearForm),
    "enforce": ("enforcement.decide", forms.EnforceForm),
    "execute": ("enforcement.execute", forms.ExecuteForm),
    "comply": ("enforcement.comply", forms.ComplyForm),
}


def label(step: str) -> str:
    return {
        "find": _("Record that the stop is not obeyed"),
        "demand": _("Issue the demand to obey"),
        "hear": _("Record what the unit states"),
        "enforce": _("Decide on compulsory execution"),
        "execute": _("Record the execution"),
        "comply": _("Record that the unit obeys"),
    }[step]


def enforcements_of(suspension: Suspension) -> list[Enforcement]:
    """What was done each time, the latest first, with its people and papers."""
    rows = suspension.enforcements.select_related(
        "suspension",
        "demand",
        "document",
        "found_by",
        "demanded_by",
        "decided_by",
        "ended_by",
        "look__seen_by",
    ).prefetch_related("officers__user", "pleas")
    return list(rows.order_by("-found_at", "-pk"))


def offered(suspension: Suspension, user, rows: list[Enforcement], on) -> list[Step]:
    """The steps that `user` may take by the post held, the likeliest first."""
    standing = next((row for row in rows if row.is_open), None)
    steps = [
        Step(name, label(name))
        for name in possible(suspension, standing)
        if roles.may(user, STEPS[name][0], suspension.unit.region_id)
    ]
    for step in steps:
        step.why_not = in_the_way(step.name, suspension, standing, user, on)
    return steps


def possible(suspension: Suspension, standing: Enforcement | None) -> list[str]:
    """The steps that the state allows to somebody."""
    if suspension.status != Suspension.Status.IN_FORCE:
        return []
    if standing is None:
        return ["find"]
    match standing.status:
        case Enforcement.Status.FOUND:
            return ["demand", "comply"] if is_signed(standing) else ["find", "demand", "comply"]
        case Enforcement.Status.DEMANDED:
            return ["enforce", "hear", "comply"]
    return ["execute", "comply"]


def is_signed(enforcement: Enforcement) -> bool:
    """Whether two officers recorded it, and not a watch alone."""
    return any(officer.act == EnforcementOfficer.Act.FIND for officer in enforcement.officers.all())


def in_the_way(step: str, suspension: Suspension, standing: Enforcement | None, user, on) -> str:
    """Why a step is not possible for this person now, or nothing."""
    match step:
        case "find" if suspension.period_ends_on is None:
            return _("The decision was not served: it binds nobody yet (Order 120, Art. 27).")
        case "find" if suspension.period_ends_on >= on:
            return _("The period of performance runs until the end of %(day)s.") % {
                "day": day_words(suspension.period_ends_on)
            }
        case "demand" if not is_signed(standing):
            return _("Only a watch saw it: two officers have to record it first (Order 120, Art. 14).")
        case "demand" | "enforce" if is_own(standing, user):
            return _("Whoever found it does not decide about it.")
        case "enforce" if standing.demand_ends_on is None:
            return _("The demand was not served yet.")
        case "enforce" if standing.demand_ends_on >= on:
            return _("The unit may still obey until the end of %(day)s.") % {
                "day": day_words(standing.demand_ends_on)
            }
        case "execute" if standing.document.served_at is None:
            return _("The decision is served before it is executed.")
    return ""


def is_own(enforcement: Enforcement, user) -> bool:
    return user.pk in {enforcement.found_by_id, *(one.user_id for one in enforcement.officers.all())}


def take(suspension: Suspension, step: str, facts: dict, *, by, at) -> Enforcement:
    """Call the service of the step with what its form asked for; the latest time it was not obeyed is meant."""
    common = {"by": by, "at": at}
    if step == "find":
        wanted = ("words", "officers", "found_on")
        return enforcements.find(suspension, **{name: facts[name] for name in wanted}, **common)
    latest = enforcements.latest(suspension)
    match step:
        case "demand":
            return enforcements.demand(latest, perform_days=facts["perform_days"], **common)
        case "hear":
            wanted = ("said_by", "words", "heard_on", "client_id")
            enforcements.hear(latest, **{name: facts[name] for name in wanted}, **common)
            return latest
        case "enforce":
            wanted = (facts["reason"], facts["way"], facts["execute_on"], facts["view"])
            return enforcements.decide(latest, enforcements.Execution(*wanted), **common)
    act = enforcements.execute if step == "execute" else enforcements.comply
    wanted = ("words", "officers", "held_on")
    return act(latest, **{name: facts[name] for name in wanted}, **common)


def receipt(step: str, suspension: Suspension) -> str:
    """What stands above the suspension after one of these steps."""
    latest = enforcements.latest(suspension)
    match step:
        case "find":
            return _("Recorded: the office demands that the stop is obeyed.")
        case "demand":
            return _("The demand is issued: %(number)s. Serve it.") % {"number": latest.demand.number}
        case "hear":
            return _("What the unit stated is recorded.")
        case "enforce":
            return _("Execution is decided: %(number)s. Serve it.") % {"number": latest.document.number}
        case "execute":
            return _("The execution is recorded.")
    return _("The unit obeys; nothing is enforced.")
