"""What the case page and the unit page show from this app, read once per page."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from inspections.models import Photo
from rectification.models import EvidencePhoto, Suspension


def case_papers(case) -> dict:
    """Extensions, listings and submissions of a case, for its page."""
    return {
        "extensions": list(case.extensions.select_related("asked_by", "decided_by", "document")),
        "listings": list(case.listings.all()),
        "submissions": list(case.submissions.select_related("submitted_by")),
        "suspension": standing_suspension(case.unit),
    }


def standing_suspension(unit) -> Suspension | None:
    return unit.suspensions.filter(status__in=["proposed", "in_force"]).first()


def photo_pair(case) -> dict:
    """Photos before and after, as the photo component shows them."""
    before = Photo.objects.filter(finding__case=case).select_related("uploaded_by")
    after = EvidencePhoto.objects.filter(Q(submission__case=case) | Q(review_item__case=case)).select_related(
        "uploaded_by"
    )
    return {
        "before": [shown(photo, "inspections:photo", _("Photo before rectification")) for photo in before],
        "after": [shown(photo, "rectification:photo", _("Photo after rectification")) for photo in after],
    }


def shown(photo, url_name: str, alt: str) -> dict:
    return {
        "url": reverse(url_name, args=[photo.pk]),
        "taken": photo.taken_at or photo.uploaded_at,
        "by": photo.uploaded_by.name,
        "alt": alt,
    }
