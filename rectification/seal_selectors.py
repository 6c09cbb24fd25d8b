"""The questions that pages ask about seals."""

from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from common.days import end_of
from common.listing import key_in, tabs_of
from rectification import limits
from rectification.models import Seal, UnsealRequest
from rectification.selectors import Step
from rectification.services import seals

NEEDED = {"ending", "unstudied"}


def conditions(now) -> dict[str, Q]:
    """What each tab counts and lists: one condition for both."""
    until = end_of(now.date() + timedelta(days=limits.expiry_warning_days(now.date())))
    up = Q(status=Seal.Status.IN_FORCE)
    return {
        "standing": Q(status__in=["proposed", "decided", "in_force"]),
        "proposed": Q(status=Seal.Status.PROPOSED),
        "decided": Q(status=Seal.Status.DECIDED),
        "in_force": up,
        "ending": up & Q(ends_at__lte=until),
        "unstudied": up & Q(urgent=True, document=None),
        "lifted": Q(status__in=["lifted", "replaced", "declined"]),
        "all": Q(),
    }


def desk(user, tab: str, now, unit: str = ""):
    """The tab shown, its seals and all tabs with their counts; with `unit` those of one unit."""
    parts = conditions(now)
    seen = Seal.objects.visible_to(user)
    if (unit_id := key_in(unit)) is not None:
        seen = seen.filter(unit_id=unit_id)
    counts = seen.aggregate(**{f"n_{name}": Count("pk", filter=part) for name, part in parts.items()})
    tab = tab if tab in parts else ("all" if unit else "standing")
    rows = for_rows(seen.filter(parts[tab]))
    if tab in NEEDED:
        rows = rows.order_by("ends_at", "executed_at", "pk")
    return tab, rows, tabs({name: counts[f"n_{name}"] for name in parts}, tab)


def for_rows(rows):
    return rows.select_related("unit", "unit__region", "document", "proposed_by")


def tabs(counts: dict[str, int], current: str) -> list[dict]:
    labels = {
        "standing": _("Standing"),
        "proposed": _("To be decided"),
        "decided": _("To be put up"),
        "in_force": _("Sealed"),
        "ending": _("Ending within 7 days"),
        "unstudied": _("Study still owed"),
        "lifted": _("Over"),
        "all": _("All"),
    }
    return tabs_of(
        reverse("rectification:seals"), labels, counts, current, tones=dict.fromkeys(NEEDED, "danger")
    )


def for_office(user, now) -> dict[str, list]:
    """What waits for the office: proposals and studies owed, seals about to end, requests that were inspected."""
    rows = for_rows(Seal.objects.visible_to(user))
    parts = conditions(now)
    inspected = UnsealRequest.objects.undecided().exclude(outcome="").values("seal")
    return {
        "seals_proposed": list(
            rows.filter(parts["proposed"] | parts["unstudied"]).order_by("proposed_at")[:100]
        ),
        "seals_ending": list(rows.filter(parts["ending"]).order_by("ends_at")[:100]),
        "seals_inspected": list(rows.in_force().filter(pk__in=inspected).order_by("proposed_at")[:100]),
    }


def ending_for(user, now) -> list[Seal]:
    """Seals of one's area that end soon or have run out, and those whose study is owed: the worklist's warning."""
    parts = conditions(now)
    rows = for_rows(Seal.objects.visible_to(user))
    return list(rows.filter(parts["ending"] | parts["unstudied"]).order_by("ends_at")[:20])


def standing_seals_on(unit, on) -> str:
    """What stands in the way of taking the unit off the register."""
    n = unit.seals.standing().count()
    return ngettext("%(n)s seal stands on it", "%(n)s seals stand on it", n) % {"n": n} if n else ""


def step_label(step: str) -> str:
    return {
        "decide": _("Decide to seal"),
        "decline": _("Do not seal"),
        "execute": _("Record that the seal was put up"),
        "ask-to-lift": _("Ask to lift the seal"),
        "inspect": _("Record the inspection"),
        "lift": _("Lift the seal"),
        "refuse": _("Refuse to lift it"),
    }[step]


PERMISSIONS = {
    "decide": "seal.decide",
    "decline": "seal.decide",
    "execute": "seal.execute",
    "ask-to-lift": "seal.ask_to_lift",
    "inspect": "seal.inspect",
    "lift": "seal.lift",
    "refuse": "seal.lift",
}


def steps(seal: Seal, user, now) -> list[Step]:
    """The steps that `user` may take by the post held, the likeliest first, each with what stands in its way."""
    names = possible(seal, now)
    rows = [
        Step(name, step_label(name))
        for name in names
        if roles.may(user, PERMISSIONS[name], seal.unit.region_id)
    ]
    for row in rows:
        row.why_not = in_the_way(row.name, seal, user, now)
    return rows


def possible(seal: Seal, now) -> list[str]:
    """The steps that the state of the seal allows to somebody."""
    match seal.status:
        case Seal.Status.PROPOSED:
            return ["decide", "decline"]
        case Seal.Status.DECIDED:
            return ["execute"]
        case Seal.Status.IN_FORCE:
            pass
        case _:
            return []
    if seals.study_is_late(seal, now):
        return ["lift"]
    owed = ["decide", "decline"] if seal.awaits_study else []
    request = seal.requests.undecided().first()
    if request is None:
        return [*owed, *(["lift"] if seal.has_run_out(now) else []), "ask-to-lift"]
    return [*owed, "lift", "refuse", "inspect"] if request.outcome else [*owed, "inspect", "lift"]


def in_the_way(step: str, seal: Seal, user, now) -> str:
    """Why a step is not possible for this person now, or nothing."""
    if step in ("decide", "decline") and seal.proposed_by_id == user.pk:
        return _("Whoever proposed the seal does not decide it.")
    if step == "lift" and not seals.must_come_off(seal, now):
        request = seal.requests.undecided().first()
        if request is None or request.outcome != UnsealRequest.Outcome.PASS:
            return _("No inspection has found the hazard gone: the seal stays.")
    if step == "refuse":
        request = seal.requests.undecided().first()
        if request is None or request.outcome != UnsealRequest.Outcome.FAIL:
            return _("A request is refused after an inspection that found the hazard standing.")
    return ""
