"""Handing a case to the department that can act on it, and taking it back."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from documents.models import Form
from hazards.services import record
from rectification.models import Transfer
from rectification.services import papers


@transaction.atomic
def transfer(case, *, department: str, reason: str, by, at: datetime) -> Transfer:
    """Transfer `case` to `department` with the referral paper."""
    if not department.strip():
        raise RuleBroken(_("Name the department."), field="department")
    if not reason.strip():
        raise RuleBroken(_("Say why it is transferred."), field="reason")
    document = papers.issue(
        Form.REFERRAL,
        unit=case.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={"case": papers.case_facts(case), "department": department.strip(), "reason": reason.strip()},
    )
    row = Transfer.objects.create(
        case=case,
        department=department.strip(),
        reason=reason.strip(),
        sent_by=by,
        sent_at=at,
        document=document,
    )
    record(
        case,
        "transfer",
        by=by,
        at=at,
        reason=reason,
        document=document,
        data={"department": department.strip()},
    )
    return row


@transaction.atomic
def take_back(case, *, reason: str, by, at: datetime) -> None:
    """The department sent it back: the case stands here again and waits for an order."""
    Transfer.objects.filter(case=case, returned_at=None).update(returned_at=at, return_reason=reason.strip())
    record(case, "take_back", by=by, at=at, reason=reason)
