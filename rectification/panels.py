"""What the case page and the unit page show from this app, read once per page."""

from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from common.days import today
from inspections.models import Photo
from rectification import supervised
from rectification.models import EvidencePhoto, Suspension


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
        "boards": supervised.boards(listings, today()),
        "submissions": read("submit", case.submissions.select_related("submitted_by")),
        "instructions": read(
            "instruct", case.instructions.select_related("addressee", "given_by", "replied_by", "document")
        ),
        "reversals": read("reverse", case.reversals.select_related("reversed_by", "document")),
        "suspension": standing_suspension(case.unit),
    }


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
