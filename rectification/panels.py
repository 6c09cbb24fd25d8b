"""What the case page and the unit page show from this app, read once per page."""

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from common.days import today
from hazards import states
from hazards.selectors import LOOKED
from inspections.models import Photo
from rectification import supervised
from rectification.models import EvidencePhoto, OrderItem, ReviewItem, Seal, Suspension, VoidRequest
from rectification.selectors import may_order_anew
from rectification.services import extensions, instructions

ORDERING = frozenset({"order", "reorder"})


def case_papers(case, acts: frozenset[str] | None = None) -> dict:
    """Extensions, listings and submissions of a case, for its page.

    Every paper leaves an event: where `acts`, the acts of all its events, are known, only what can be there is read.
    """

    def read(act: str, rows) -> list:
        return list(rows) if acts is None or act in acts else []

    is_listed = bool(case.listed_levels or case.main_level)
    listings = list(case.listings.all()) if is_listed else read("list", case.listings.all())
    for listing in listings:
        listing.case = case
    return {
        "extensions": read(
            "ask_extension", case.extensions.select_related("asked_by", "decided_by", "document")
        ),
        "determinations": read("determine", case.determinations.select_related("recorded_by")),
        "boards": supervised.boards(listings, today(), acts),
        "submissions": read("submit", case.submissions.select_related("submitted_by")),
        "instructions": read(
            "instruct", case.instructions.select_related("addressee", "given_by", "replied_by", "document")
        ),
        "reversals": read("reverse", case.reversals.select_related("reversed_by", "document")),
        "look_backs": look_backs_of(case, acts),
        "void_requests": read("ask_void", void_rows(case)) or read("ask_merge", void_rows(case)),
        "duplicates": duplicates_of(case) if acts is None or "absorb" in acts else [],
        "suspension": standing_suspension(case.unit),
        "seals": standing_seals(case.unit),
        "order_items": order_items(case) if acts is None or acts & ORDERING else [],
        "transfers": read("transfer", case.transfers.select_related("sent_by", "document")),
        "reviews": reviews_of(case) if acts is None or acts & LOOKED else [],
    }


def order_items(case) -> list[OrderItem]:
    """The lines of notices over the case, the latest first, each with whether it may still be replaced."""
    rows = list(case.order_items.select_related("order__document").order_by("-pk"))
    if rows and case.state == states.ORDERED:
        rows[0].may_order_anew = may_order_anew(case, rows[0])
    return rows


def standing_seals(unit) -> list[Seal]:
    return list(unit.seals.standing().select_related("document")) if unit.sealed_since else []


def reviews_of(case) -> list:
    """The re-inspections of a case, the latest first."""
    rows = case.review_items.select_related("review__document", "review__recorded_by").order_by("-sequence")
    for row in (found := list(rows)):
        row.case = case
    return found


def before_act(case, name: str, user) -> dict:
    """What whoever does an act must have before their eyes: what was asked, reported, listed or closed."""
    reader = BEFORE.get(name)
    return reader(case, user) if reader else {}


def asked_extension(case, _user) -> dict:
    asked = case.extensions.undecided().select_related("asked_by").first()
    if asked is None:
        return {}
    asked.case = case
    return {"extension": asked, "warnings": extensions.warnings(asked)}


def asked_void(case, _user) -> dict:
    return {"void_request": void_rows(case).waiting().first()}


def asked_answer(case, user) -> dict:
    """The instruction that `user` would answer now, or a sentence that there is none."""
    row = instructions.open_for(case, user)
    return {"instruction": row} if row else {"nothing": _("No instruction on this case waits for an answer.")}


def standing_referral(case, _user) -> dict:
    return {"referral": case.transfers.standing().select_related("sent_by", "document").first()}


def waiting_submission(case, _user) -> dict:
    """The owner's word that a re-inspection tests; there is none where the deadline alone brings the officers."""
    rows = case.submissions.awaiting().select_related("submitted_by").prefetch_related("photos")
    return {"submission": rows.order_by("pk").last()}


def hanging_boards(case, _user) -> dict:
    return {"boards": list(case.listings.standing().select_related("listed_by"))}


def last_closing(case, _user) -> dict:
    """The re-inspection that closed the case, of which a look-back or a reversal speaks."""
    passed = case.review_items.filter(outcome=ReviewItem.Outcome.PASS).select_related("review__document")
    return {"closing": passed.prefetch_related("review__officers__user").order_by("sequence").last()}


BEFORE = {
    "decide_extension": asked_extension,
    "decide_void": asked_void,
    "reply": asked_answer,
    "accept_referral": standing_referral,
    "answer_referral": standing_referral,
    "close_referral": standing_referral,
    "take_back": standing_referral,
    "review": waiting_submission,
    "withdraw": waiting_submission,
    "delist": hanging_boards,
    "report": hanging_boards,
    "look_back": last_closing,
    "reopen": last_closing,
    "reverse": last_closing,
}
"""What stands above the form of an act."""


def look_backs_of(case, acts: frozenset[str] | None) -> list:
    """The look-backs of a case; one that was never closed has none."""
    if acts is not None and not acts & {"pass", "correct_on_site"}:
        return []
    rows = case.look_backs.select_related("recorded_by", "draw", "document").prefetch_related(
        "officers__user"
    )
    return list(rows.order_by("-round"))


def void_rows(case):
    return case.void_requests.select_related("asked_by", "decided_by", "into")


def duplicates_of(case) -> list:
    """The cases that went into this one, and those that had gone into them before."""
    found, frontier = [], [case.pk]
    while frontier:
        rows = VoidRequest.objects.merged().filter(into__in=frontier).select_related("case", "asked_by")
        rows = list(rows.order_by("decided_at", "pk"))
        found += rows
        frontier = [row.case_id for row in rows]
    return found


def standing_suspension(unit) -> Suspension | None:
    return unit.suspensions.filter(status__in=["proposed", "in_force"]).first()


def photo_pair(case, acts: frozenset[str] | None = None) -> dict:
    """Photos before and after, as the photo component shows them; those of duplicates among them."""
    twins = [row.case for row in duplicates_of(case)] if acts is None or "absorb" in acts else []
    pairs = photos_of([case, *twins])
    return {when: [shot for pair in pairs.values() for shot in pair[when]] for when in ("before", "after")}


def photos_of(cases) -> dict[int, dict]:
    """Photos before and after of each case, in one statement: {case id: {"before": [...], "after": [...]}}."""
    before = Photo.objects.filter(finding__case__in=cases)
    after = EvidencePhoto.objects.filter(
        Q(submission__case__in=cases) | Q(review_item__case__in=cases) | Q(look_back__case__in=cases)
    )
    of_after = Coalesce("submission__case", "review_item__case", "look_back__case")
    rows = photo_rows(before, False, F("finding__case")).union(photo_rows(after, True, of_after), all=True)
    pairs = {case.pk: {"before": [], "after": []} for case in cases}
    for uploaded_at, pk, taken_at, name, is_after, case_id in sorted(rows, key=lambda row: row[:2]):
        when, url_name, alt = (
            ("after", "rectification:photo", _("Photo after rectification"))
            if is_after
            else ("before", "inspections:photo", _("Photo before rectification"))
        )
        pairs[case_id][when].append(
            {"url": reverse(url_name, args=[pk]), "taken": taken_at or uploaded_at, "by": name, "alt": alt}
        )
    return pairs


def photo_rows(photos, is_after: bool, case_id):
    """Both kinds of photo in one shape, so that one statement reads them."""
    return photos.order_by().values_list(
        "uploaded_at", "pk", "taken_at", "uploaded_by__name", Value(is_after), case_id
    )
