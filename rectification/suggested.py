"""What the chase suggests, as pages show it: each with the act that takes it up, where the reader may do it."""

from dataclasses import dataclass, replace

from django.db.models import Case, F, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import roles
from common.listing import capped_counts, count_words
from hazards import selectors as case_selectors
from rectification.models import Suggestion
from rectification.models.chase import FollowUp

MOST_ON_DESK = 50
WORST_FIRST = (
    # "major" comes after "general"; a case that is not listed has no main level.
    F("case__grade").desc(),
    Case(When(case__main_level="", then=Value(1)), default=Value(0)),
    F("case__due_on").asc(nulls_last=True),
    "case",
    "made_on",
    "pk",
)


def titles() -> dict[str, str]:
    return {
        FollowUp.LIST: _("Suggested: list it publicly"),
        FollowUp.SUSPEND: _("Suggested: order the unit to stop"),
        FollowUp.INTERVIEW: _("Suggested: call the person responsible in"),
        FollowUp.INSTRUCT: _("Suggested: ask for an answer by a day"),
    }


@dataclass(frozen=True)
class Way:
    """The button that takes a suggestion up."""

    label: str
    href: str


@dataclass(frozen=True)
class Dressed:
    """One suggestion with its words and what this reader may do with it."""

    row: Suggestion
    title: str
    way: Way | None
    may_settle: bool

    @property
    def is_talk(self) -> bool:
        return self.row.what == FollowUp.INTERVIEW


def rows_for(user):
    return Suggestion.objects.visible_to(user).select_related(
        "case__unit", "case__region", "case__category__group", "rung", "settled_by"
    )


def desk(user, tab: str):
    """The rows of a tab and all tabs with their counts; the worst case first."""
    rows = rows_for(user)
    parts = {
        "open": rows.open().order_by(*WORST_FIRST),
        "settled": rows.exclude(settled_at=None).order_by("-settled_at", "-pk"),
    }
    counts = capped_counts(**parts)
    labels = {"open": _("Open"), "settled": _("Settled")}
    url = reverse("rectification:suggestions")
    tabs = [
        {
            "label": labels[name],
            "href": f"{url}?tab={name}",
            "current": name == tab,
            "count": count_words(counts[name]) if counts[name] else 0,
        }
        for name in parts
    ]
    return parts[tab], tabs


def on_desk(user) -> list[Dressed]:
    """What stands on a worklist: the worst case first, fifty at most."""
    if not roles.may(user, "suggestion.settle"):
        return []
    return dressed(rows_for(user).open().order_by(*WORST_FIRST)[:MOST_ON_DESK], user)


def of_case(case, user) -> list[Dressed]:
    """What is suggested for one case."""
    rows = list(case.suggestions.open().select_related("rung"))
    for row in rows:
        row.case = case
    return dressed(rows, user)


def open_for(user) -> int:
    """How many are open in one's area: the number on a worklist."""
    return Suggestion.objects.visible_to(user).open().count() if roles.may(user, "suggestion.settle") else 0


def dressed(rows, user) -> list[Dressed]:
    words = titles()
    return [
        Dressed(
            row, words[row.what], way_of(row, user), roles.may(user, "suggestion.settle", row.case.region_id)
        )
        for row in rows
    ]


def way_of(row: Suggestion, user) -> Way | None:
    """Where the suggestion is taken up; None where this person may not, or it is settled."""
    case = row.case
    if row.settled_at is not None:
        return None
    if row.what == FollowUp.SUSPEND and case.unit.suspended_since is None:
        if roles.may(user, "suspension.propose", case.region_id):
            return Way(_("Propose to stop the unit"), reverse("rectification:propose", args=[case.unit_id]))
        # The office decides what others propose; it may ask for the proposal.
        asked = way_by_act(case, user, "instruct")
        return replace(asked, label=_("Ask for the proposal")) if asked else None
    if row.what in (FollowUp.LIST, FollowUp.INSTRUCT):
        return way_by_act(case, user, str(row.what))
    if row.what != FollowUp.INTERVIEW:
        return None
    if case.main_level and roles.may(user, "listing.plan", case.region_id):
        # A talk about a listed hazard is noted on its listing, and that takes the suggestion up.
        board = case.listings.standing().filter(is_main=True).first()
        return Way(_("Note the talk"), f"{board.get_absolute_url()}#call-in") if board else None
    if not roles.may(user, "suggestion.settle", case.region_id):
        return None
    return Way(_("Note the talk"), f"{reverse('rectification:suggestion-settle', args=[row.pk])}?done")


def way_by_act(case, user, name: str) -> Way | None:
    offer = case_selectors.offer(case, user, name)
    return (
        Way(offer.label, reverse("rectification:act", args=[case.pk, offer.slug])) if offer.allowed else None
    )
