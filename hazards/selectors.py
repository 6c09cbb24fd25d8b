"""The questions that pages ask about cases."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import roles
from common.listing import capped_counts
from hazards import states
from hazards.models import CaseTally, HazardCase
from hazards.tally import REGION_DIGITS
from hazards.words import button_label, condition_words, event_label

OFFERED = (
    "order",
    "review",
    "submit",
    "withdraw",
    "urge",
    "ask_extension",
    "decide_extension",
    "decide_void",
    "look_back",
    "instruct",
    "determine",
    "list",
    "report",
    "delist",
    "transfer",
    "accept_referral",
    "answer_referral",
    "close_referral",
    "take_back",
    "suspend",
    "resume",
    "correct_deadline",
    "hand_over",
    "merge",
    "void",
    "reopen",
    "reverse",
)
"""What a person can press, the likeliest first. TABLE_ACTS names those that stand for other acts of the table."""

TABLE_ACTS = {
    "review": ("pass", "partly", "fail"),
    "decide_extension": ("grant_extension", "refuse_extension"),
    "look_back": ("look_back", "reopen"),
    "void": ("ask_void",),
    "merge": ("ask_merge",),
    "decide_void": ("void", "refuse_void"),
}
RARE = frozenset(
    {"correct_deadline", "merge", "void", "reopen", "reverse", "take_back", "suspend", "transfer"}
)
"""Acts that undo, divert or put away: possible, but never what the page urges a person to press first."""

SLUGS = {name: name.replace("_", "-") for name in OFFERED}


@dataclass(frozen=True)
class Offer:
    """One act as it stands for one person and one case: possible, or why not."""

    name: str
    label: str
    allowed: bool
    why_not: str = ""

    @property
    def slug(self) -> str:
        return SLUGS[self.name]

    @property
    def is_rare(self) -> bool:
        return self.name in RARE


def offers(case: HazardCase, user) -> list[Offer]:
    """Every act a person might look for on this case, with the reason where it is not possible."""
    return [offer(case, user, name) for name in OFFERED]


def offer(case: HazardCase, user, name: str) -> Offer:
    step = states.ACTS[TABLE_ACTS.get(name, (name,))[0]]
    label = button_label(name)
    if not roles.may(user, step.permission, case.region_id):
        return Offer(name, label, False, _("Not for your post."))
    if not is_for(case, user, name):
        return Offer(name, label, False, _("The inspector in charge or the county office hands a case over."))
    if case.state not in step.froms:
        return Offer(
            name, label, False, _("Not while the case is “%(state)s”.") % {"state": case.get_state_display()}
        )
    if not states.condition_holds(step.name, case):
        return Offer(name, label, False, condition_words(step.name))
    return Offer(name, label, True)


def likeliest(case: HazardCase, user, most: int) -> list[Offer]:
    """The first acts that `user` may do now, for a list where a case stands among others.

    A look-back that is owed is asked for by looking: no list offers to start a closed case again unseen.
    """
    allowed = [one for one in offers(case, user) if one.allowed]
    return [one for one in allowed if case.is_live or one.name == "look_back"][:most]


def is_for(case: HazardCase, user, name: str) -> bool:
    """What hangs on the person besides the post: an inspector hands over what is his own, the office what is not."""
    if name != "hand_over" or case.inspector_id == user.pk:
        return True
    return roles.may(user, "case.hand_over_others", case.region_id)


def acts_for(case: HazardCase, user) -> list[str]:
    """The acts `user` may do to `case` now, by the names of the API."""
    return [one.slug for one in offers(case, user) if one.allowed]


def case_counts(unit_ids) -> dict[int, dict[str, int]]:
    """Open and major cases of each unit, for lists of units: {unit id: {"open": n, "major": n}}."""
    rows = (
        HazardCase.objects.filter(unit_id__in=list(unit_ids))
        .live()
        .values("unit_id")
        .annotate(open=Count("pk"), major=Count("pk", filter=Q(grade="major")))
    )
    return {row["unit_id"]: {"open": row["open"], "major": row["major"]} for row in rows}


def desk_counts(user, on) -> dict[str, int]:
    """What a desk shows above its list: how many cases stand, are overdue, wait, and hang on a board."""
    cases = HazardCase.objects.visible_to(user)
    listed = {"listed": cases.live().listed("any")}
    if all(len(code) <= REGION_DIGITS for code in user.scope.codes):
        return standing_sums(user, on) | capped_counts(**listed)
    return capped_counts(
        live=cases.live(),
        overdue=cases.overdue(on),
        submitted=cases.filter(state=states.SUBMITTED),
        **listed,
    )


def standing_sums(user, on) -> dict[str, int]:
    """Standing, overdue and submitted cases of the person's area, from the running sums."""
    cells = CaseTally.objects.filter(user.scope.q("region_code"), kind=CaseTally.Kind.STANDING)
    # `live` comes last: from then on the name is the sum, no longer the column.
    return cells.aggregate(
        overdue=Coalesce(Sum("live", filter=Q(day__lt=on)), 0),
        submitted=Coalesce(Sum("submitted"), 0),
        live=Coalesce(Sum("live"), 0),
    )


def timeline(case: HazardCase) -> list:
    """Every event of the case, the newest first, with who and which paper."""
    return list(case.events.select_related("by", "document").order_by("-at", "-pk"))


EVENT_FACE = {
    "open": ("clipboard", "info"),
    "order": ("gavel", "info"),
    "reorder": ("gavel", "info"),
    "submit": ("upload", "info"),
    "withdraw": ("undo", "muted"),
    "pass": ("ok", "success"),
    "partly": ("refresh", "warning"),
    "correct_on_site": ("ok", "success"),
    "fail": ("fail", "danger"),
    "urge": ("bell", "info"),
    "instruct": ("stamp", "warning"),
    "reply": ("mail", "info"),
    "reopen": ("refresh", "danger"),
    "determine": ("urgent", "warning"),
    "ask_extension": ("calendar-time", "warning"),
    "grant_extension": ("calendar-time", "info"),
    "refuse_extension": ("calendar-off", "muted"),
    "correct_deadline": ("edit", "warning"),
    "hand_over": ("users", "info"),
    "transfer": ("transfer", "muted"),
    "accept_referral": ("transfer", "info"),
    "answer_referral": ("mail", "info"),
    "close_referral": ("ok", "success"),
    "take_back": ("undo", "info"),
    "suspend": ("pause", "muted"),
    "resume": ("play", "info"),
    "ask_void": ("ban", "warning"),
    "ask_merge": ("ban", "warning"),
    "void": ("ban", "muted"),
    "refuse_void": ("undo", "info"),
    "absorb": ("clipboard", "muted"),
    "moved": ("route", "info"),
    "look_back": ("eye", "success"),
    "list": ("flag", "listed"),
    "delist": ("flag", "muted"),
    "reverse": ("rotate", "danger"),
    "plan": ("route", "info"),
    "assure": ("list-check", "info"),
    "achieve": ("ok", "info"),
    "report": ("trend-up", "info"),
}


LOOKED = frozenset({"pass", "partly", "fail", "close_referral"})
"""Acts that a re-inspection leaves."""


def timeline_rows(events: list) -> list[dict]:
    """Events as the timeline component shows them."""
    rows = []
    for event in events:
        icon, tone = EVENT_FACE.get(event.act, ("circle", "muted"))
        rows.append(
            {
                "at": event.at,
                "title": event_label(event.act),
                "by": event.by.name if event.by else _("The system"),
                "text": words_of(event),
                "icon": icon,
                "tone": tone,
                "paper": event.document.number if event.document else "",
                "paper_url": event.document.get_absolute_url() if event.document else "",
            }
        )
    return rows


def words_of(event) -> str:
    """The reason of an act; a hand-over says from whom to whom as well."""
    if event.act != "hand_over":
        return event.reason
    return f"{event.data.get('from_name') or '—'} → {event.data.get('to_name')}\n{event.reason}"


def steps(case: HazardCase, events: list) -> list[dict]:
    """登记 → 下达 → 整改 → 复查 → 销号, with the day of each in the present round."""
    first, looked = {}, None
    for event in events:  # the newest first: stop where the present round began
        if event.act == "pass" and "reverse" in first:
            continue  # what was passed by mistake was not passed
        first[event.act] = event
        looked = looked or (event if event.act in LOOKED else None)
        if event.act in ("open", "reopen"):
            break
    began = first.get("open") or first.get("reopen")
    marks = [
        (pgettext("step", "Register"), began),
        (_("Ordered"), first.get("order")),
        (_("Rectification"), first.get("submit")),
        (_("Re-inspection"), looked),
        (pgettext("step", "Close"), None),
    ]
    rows = [
        {"label": label, "on": event.on if event else None, "state": "done" if event else "todo", "note": ""}
        for label, event in marks
    ]
    if case.state == states.CLOSED:
        rows[-1] |= {"on": case.closed_on, "state": "done"}
        for row in rows:
            row["state"] = "done" if row["on"] else "skipped"
    elif case.is_live:
        now = {states.REGISTERED: 1, states.ORDERED: 2, states.SUBMITTED: 3}[case.state]
        for place, row in enumerate(rows):
            row["state"] = "done" if place < now else "now" if place == now else "todo"
        if case.state == states.ORDERED and looked:
            note = _("partly rectified") if looked.act == "partly" else _("not passed")
            rows[3] |= {"state": "failed", "note": note}
    return rows
