"""What the case page and the unit page show from this app, read once per page."""

from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from hazards import states
from inspections.models import Photo
from rectification.models import EvidencePhoto, OrderItem, Seal, Suspension
from rectification.selectors import may_order_anew

ORDERING = frozenset({"order", "reorder"})


def case_papers(case, acts: frozenset[str] | None = None) -> dict:
    """Extensions, listings and submissions of a case, for its page.

    Every paper leaves an event: where `acts`, the acts of all its events, are known, only what can be there is read.
    """

    def read(act: str, rows) -> list:
        return list(rows) if acts is None or act in acts else []

    is_listed = bool(case.listed_levels or case.main_level)
    return {
        "extensions": read(
            "ask_extension", case.extensions.select_related("asked_by", "decided_by", "document")
        ),
        "listings": list(case.listings.all()) if is_listed else read("list", case.listings.all()),
        "submissions": read("submit", case.submissions.select_related("submitted_by")),
        "instructions": read(
            "instruct", case.instructions.select_related("addressee", "given_by", "replied_by", "document")
        ),
        "suspension": standing_suspension(case.unit),
        "seals": standing_seals(case.unit),
        "order_items": order_items(case) if acts is None or acts & ORDERING else [],
    }


def order_items(case) -> list[OrderItem]:
    """The lines of notices over the case, the latest first, each with whether it may still be replaced."""
    rows = list(case.order_items.select_related("order__document").order_by("-pk"))
    if rows and case.state == states.ORDERED:
        rows[0].may_order_anew = may_order_anew(case, rows[0])
    return rows


def standing_seals(unit) -> list[Seal]:
    return list(unit.seals.standing().select_related("document")) if unit.sealed_since else []


def standing_suspension(unit) -> Suspension | None:
    return unit.suspensions.filter(status__in=["proposed", "in_force"]).first()


def photo_pair(case) -> dict:
    """Photos before and after, as the photo component shows them."""
    before = Photo.objects.filter(finding__case=case)
    after = EvidencePhoto.objects.filter(Q(submission__case=case) | Q(review_item__case=case))
    rows = photo_rows(before, False).union(photo_rows(after, True), all=True)
    pair = {"before": [], "after": []}
    for uploaded_at, pk, taken_at, name, is_after in sorted(rows, key=lambda row: row[:2]):
        when, url_name, alt = (
            ("after", "rectification:photo", _("Photo after rectification"))
            if is_after
            else ("before", "inspections:photo", _("Photo before rectification"))
        )
        pair[when].append(
            {"url": reverse(url_name, args=[pk]), "taken": taken_at or uploaded_at, "by": name, "alt": alt}
        )
    return pair


def photo_rows(photos, is_after: bool):
    """Both kinds of photo in one shape, so that one statement reads them."""
    return photos.order_by().values_list(
        "uploaded_at", "pk", "taken_at", "uploaded_by__name", Value(is_after)
    )
