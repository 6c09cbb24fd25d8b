"""Reporting hazards as rectified, with photos after; taking such a report back before anybody looked."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import Post
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from common.files import accept_picture
from hazards.models import HazardCase
from hazards.services import Step, lock, record, record_all
from rectification.models import EvidencePhoto, Submission
from rectification.services.several import about

MOST_PHOTOS = 12  # of one hazard


@dataclass(frozen=True)
class Report:
    """What was done about one hazard of a unit."""

    case: HazardCase
    words: str
    photos: tuple = field(default=())


def submit(case, *, words: str, by, at: datetime, photos=(), client_id=None) -> Submission:
    """Say that `case` is rectified. `photos` are uploaded files; each is checked and re-encoded.

    To submit is to apply for the re-inspection: `submitted_at` is the instant from which its clock runs
    (Order 120, Art. 20). The same `client_id` again returns what was submitted before.
    """
    report = Report(case, words, tuple(photos))
    return submit_several(case.unit, [report], by=by, at=at, client_ids=[client_id])[0]


@transaction.atomic
def submit_several(
    unit, reports: list[Report], *, by, at: datetime, client_id=None, client_ids=None
) -> list[Submission]:
    """整改复函: several hazards of `unit` at once, each with its own words and photos; all of them or none.

    The same `client_id` (or `client_ids`, one for each report) again returns what was submitted before.
    """
    keys = client_ids or keys_of(client_id, reports)
    if done := made_before(keys):
        return done
    refuse_reports(unit, reports)
    pictures = [[accept_picture(photo) for photo in report.photos] for report in reports]
    rows = [
        Submission.objects.create(
            client_id=key or uuid.uuid4(),
            case=report.case,
            words=report.words.strip(),
            submitted_by=by,
            submitted_at=at,
        )
        for key, report in zip(keys, reports, strict=True)
    ]
    for row, shots in zip(rows, pictures, strict=True):
        for picture in shots:
            add_photo(picture, by=by, at=at, submission=row)
    steps = [
        Step(row.case, "submit", row.words, {"submission": row.pk, "photos": len(shots)})
        for row, shots in zip(rows, pictures, strict=True)
    ]
    record_all(steps, by=by, at=at)
    return rows


def made_before(keys: list) -> list[Submission]:
    """What the same form made the first time, in the order of its hazards; [] where it is new."""
    found = Submission.objects.in_bulk([key for key in keys if key], field_name="client_id")
    return [found[key] for key in keys] if found and len(found) == len(keys) else []


def keys_of(client_id, reports: list[Report]) -> list:
    """A key for each hazard of one form, the same whenever the same form comes again."""
    if client_id is None:
        return [None] * len(reports)
    return [uuid.uuid5(client_id, str(report.case.pk)) for report in reports]


def refuse_reports(unit, reports: list[Report]) -> None:
    if not reports:
        raise RuleBroken(_("Choose one hazard at least."), field="items")
    if len({report.case.pk for report in reports}) != len(reports):
        raise RuleBroken(_("One hazard is reported twice."), field="items")
    for report in reports:
        with about(report.case):
            refuse_report(unit, report)
    refuse_waiting([report.case for report in reports])


def refuse_report(unit, report: Report) -> None:
    if report.case.unit_id != unit.pk:
        raise RuleBroken(
            _("Case %(number)s belongs to another unit.") % {"number": report.case.number}, field="items"
        )
    if len(report.words.strip()) < 2:
        raise RuleBroken(_("Say what was done."), field="words")
    if len(report.photos) > MOST_PHOTOS:
        raise RuleBroken(_("At most %(n)s photos of one hazard.") % {"n": MOST_PHOTOS}, field="photos")


def refuse_waiting(cases: list[HazardCase]) -> None:
    waiting = Submission.objects.filter(case__in=cases).awaiting().select_related("submitted_by").first()
    if waiting:
        raise AlreadyDone(
            _("%(name)s has reported this as rectified already; it is awaiting re-inspection.")
            % {"name": waiting.submitted_by.name}
        )


@transaction.atomic
def withdraw(case, *, reason: str, by, at: datetime) -> Submission:
    """Take the submission back before anybody re-inspected: the case is being rectified again, its deadline stays.

    Only whoever submitted it, or somebody of the same office, may.
    """
    if not reason.strip():
        raise RuleBroken(_("Say why it is withdrawn."), field="reason")
    lock([case])  # as a re-inspection does, before it decides about the submission
    row = case.submissions.awaiting().select_related("submitted_by").first()
    if row is None:
        raise RuleBroken(_("No submission of this case waits for a re-inspection."), code="nothing_submitted")
    if row.submitted_by_id != by.pk and not same_office(row.submitted_by, by, localdate(at)):
        raise NotAllowed(
            _("%(name)s submitted it; only this person or the same office withdraws it.")
            % {"name": row.submitted_by.name}
        )
    row.outcome = Submission.Outcome.WITHDRAWN
    row.withdrawn_by, row.withdrawn_at, row.withdrawal_reason = by, at, reason.strip()
    row.save(update_fields=["outcome", "withdrawn_by", "withdrawn_at", "withdrawal_reason"])
    record(case, "withdraw", by=by, at=at, reason=reason, data={"submission": row.pk})
    return row


def same_office(one, other, on) -> bool:
    """Whether two people hold a post in one office that day."""
    posts = Post.objects.current(on).filter(office__isnull=False)
    mine = posts.filter(user=other).values("office")
    return posts.filter(user=one, office__in=mine).exists()


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
