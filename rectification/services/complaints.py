"""Complaints: received, checked on the spot in time, the result told to whoever complained (Order 120, Art. 18)."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from hazards import clocks
from inspections.models import Inspection, Kind
from rectification.models import Complaint

OLDEST = timedelta(days=366)
"""A complaint that is written down later than this was mistyped."""


@transaction.atomic
def receive(
    unit, *, received_at: datetime, matter: str, words: str, inspector, by, at: datetime, client_id=None
) -> Complaint:
    """Write a complaint down; from its receipt `inspector` has 24 hours or three working days to check it."""
    client_id = client_id or uuid.uuid4()
    if done := Complaint.objects.filter(client_id=client_id).first():
        return done
    roles.need(by, "complaint.receive", unit.region_id)
    refuse_complaint(unit, matter, words, received_at, at)
    if inspector is None or not roles.may(inspector, "inspection.file", unit.region_id):
        raise RuleBroken(_("Choose an inspector who serves there."), field="inspector")
    complaint = Complaint.objects.create(
        client_id=client_id,
        unit=unit,
        received_at=received_at,
        matter=matter,
        words=words.strip(),
        inspector=inspector,
        recorded_by=by,
        recorded_at=at,
    )
    clocks.begin(
        complaint.limit_code, unit=unit, subject=complaint.clock_subject, at=received_at, by="complaint"
    )
    return complaint


def refuse_complaint(unit, matter: str, words: str, received_at: datetime, at: datetime) -> None:
    if unit.is_retired:
        raise RuleBroken(_("This unit is off the register."), code="retired")
    if matter not in Complaint.Matter.values:
        raise RuleBroken(_("Say what the complaint is about."), field="matter")
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was reported."), field="words")
    if received_at > at:
        raise RuleBroken(_("That moment lies in the future."), field="received_at")
    if at - received_at > OLDEST:
        raise RuleBroken(_("That is more than a year ago."), field="received_at")


def follow_visit(visit: Inspection, *, at: datetime) -> int:
    """A completed visit of this kind checks what had been received before it began. Answers how many."""
    if visit.kind != Kind.COMPLAINT:
        return 0
    waiting = Complaint.objects.unchecked().filter(unit=visit.unit, received_at__lte=visit.started_at)
    found = list(waiting.select_for_update())
    for complaint in found:
        complaint.inspection, complaint.checked_at = visit, visit.started_at
        complaint.save(update_fields=["inspection", "checked_at"])
        clocks.meet(complaint.clock_subject, complaint.limit_code, at=visit.started_at, by="complaint")
    return len(found)


@transaction.atomic
def answer(complaint: Complaint, *, told: str, words: str, by, at: datetime) -> Complaint:
    """Note that whoever complained was told the result, or why that was impossible."""
    roles.need(by, "complaint.answer", complaint.unit.region_id)
    current = locked(complaint)
    if current.answered_at:
        raise AlreadyDone(_("The answer is noted already."))
    if current.checked_at is None:
        raise RuleBroken(
            _("The complaint has to be checked on the spot first (Order 120, Art. 18)."), code="not_checked"
        )
    if told not in Complaint.Told.values:
        raise RuleBroken(_("Say whether the result was told."), field="told")
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was told, or why it could not be."), field="words")
    current.told, current.answer, current.answered_by, current.answered_at = told, words.strip(), by, at
    current.save(update_fields=["told", "answer", "answered_by", "answered_at"])
    return current


@transaction.atomic
def drop(complaint: Complaint, *, reason: str, by, at: datetime) -> Complaint:
    """Set aside what was written down twice or does not concern fire safety; its clock stops. Not by its recorder."""
    roles.need(by, "complaint.drop", complaint.unit.region_id)
    current = locked(complaint)
    if current.dropped_at or current.checked_at:
        raise AlreadyDone(_("The complaint was checked or set aside already."))
    if current.recorded_by_id == by.pk:
        raise RuleBroken(_("Somebody else than its recorder sets a complaint aside."), code="same_person")
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why it is set aside."), field="reason")
    current.drop_reason, current.dropped_by, current.dropped_at = reason.strip(), by, at
    current.save(update_fields=["drop_reason", "dropped_by", "dropped_at"])
    clocks.stop(current.clock_subject, at=at, by="drop")
    return current


def locked(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_for_update().select_related("unit").get(pk=complaint.pk)
