"""What the case page and the unit page show from this app, read once per page."""

from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from inspections.models import Photo
from rectification.models import EvidencePhoto, Suspension, VoidRequest


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
        "look_backs": look_backs_of(case, acts),
        "void_requests": read("ask_void", void_rows(case)) or read("ask_merge", void_rows(case)),
        "duplicates": duplicates_of(case) if acts is None or "absorb" in acts else [],
        "suspension": standing_suspension(case.unit),
    }


def look_backs_of(case, acts: frozenset[str] | None) -> list:
    """The look-backs of a case; one that was never closed has none."""
    if acts is not None and not acts & {"pass", "correct_on_site"}:
        return []
    rows = case.look_backs.select_related("recorded_by", "draw").prefetch_related("officers__user")
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
    cases = [case.pk]
    if acts is None or "absorb" in acts:
        cases += [row.case_id for row in duplicates_of(case)]
    before = Photo.objects.filter(finding__case__in=cases)
    after = EvidencePhoto.objects.filter(
        Q(submission__case__in=cases) | Q(review_item__case__in=cases) | Q(look_back__case__in=cases)
    )
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
