"""Reporting a hazard as rectified, with photos after."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from common.files import accept_picture
from hazards.services import record
from rectification.models import EvidencePhoto, Submission


@transaction.atomic
def submit(case, *, words: str, by, at: datetime, photos=(), client_id=None) -> Submission:
    """Say that `case` is rectified. `photos` are uploaded files; each is checked and re-encoded.

    At least one photo is needed, or words that say why there is none to take. The same `client_id` again
    returns what was submitted before.
    """
    if client_id and (done := Submission.objects.filter(client_id=client_id).first()):
        return done
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was done."), field="words")
    if waiting := case.submissions.awaiting().select_related("submitted_by").first():
        raise AlreadyDone(
            _("%(name)s has reported this as rectified already; it is awaiting re-inspection.")
            % {"name": waiting.submitted_by.name}
        )
    pictures = [accept_picture(photo) for photo in photos]
    submission = Submission.objects.create(
        client_id=client_id or uuid.uuid4(), case=case, words=words.strip(), submitted_by=by, submitted_at=at
    )
    for picture in pictures:
        add_photo(picture, by=by, at=at, submission=submission)
    record(
        case,
        "submit",
        by=by,
        at=at,
        reason=words,
        data={"submission": submission.pk, "photos": len(pictures)},
    )
    return submission


def add_photo(picture, *, by, at: datetime, **of) -> EvidencePhoto:
    """Keep a photo of `submission=`, `review_item=` or `look_back=`, one of them."""
    return EvidencePhoto.objects.create(
        **of,
        file=picture.file,
        sha256=picture.sha256,
        taken_at=picture.taken_at,
        uploaded_by=by,
        uploaded_at=at,
    )
