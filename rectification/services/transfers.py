"""Referring a case to the body that can act on it; what that body answers; taking the case back."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from common.workdays import YearNotLoaded
from documents.models import Form
from hazards import states
from hazards.services import lock, record, refuse_by_state
from rectification import limits
from rectification.models import Transfer
from rectification.services import papers
from reference.selectors import calendar

WEEK = 5
"""Working days of a week without holidays, for years whose calendar is not loaded."""


def reply_due(on: date) -> date:
    """The day by which a reply is expected where none was named; estimated by weeks beyond the loaded calendar."""
    try:
        return calendar().shift(on, limits.reply_days(on))
    except YearNotLoaded:
        return on + timedelta(weeks=limits.reply_days(on) / WEEK)


def is_late(kind: str, case, on: date) -> bool:
    """Whether the police station refers later than its working days after the finding, as they were then."""
    days = limits.police_days(case.opened_on)
    if kind != Transfer.Kind.FIRE or days is None:
        return False
    try:
        return on > calendar().shift(case.opened_on, days)
    except YearNotLoaded:
        return on - case.opened_on > timedelta(weeks=days / WEEK)


@transaction.atomic
def transfer(
    case,
    *,
    reason: str,
    by,
    at: datetime,
    department: str = "",
    regulator=None,
    kind: str = Transfer.Kind.DEPARTMENT,
    clause: str = "",
    reply_due_on: date | None = None,
) -> Transfer:
    """Refer `case` to `regulator`, or to the body named in `department`, with the referral paper.

    The reply is due on `reply_due_on`, ten working days where nobody says otherwise.
    """
    on = localdate(at)
    name = department.strip() or (regulator.name if regulator else "")
    reply_due_on = reply_due_on or reply_due(on)
    refuse_transfer(name, kind, reason, reply_due_on, on)
    # Before the paper: a second referral must meet the table's sentence, not the one row that may stand.
    case.refresh_from_db()
    refuse_by_state(case, states.ACTS["transfer"])
    document = papers.issue(
        Form.REFERRAL,
        unit=case.unit,
        by=by,
        at=at,
        on=on,
        content={
            "case": papers.case_facts(case),
            "department": name,
            "reason": reason.strip(),
            "clause": clause.strip(),
            "reply_by": reply_due_on.isoformat(),
        },
    )
    row = Transfer.objects.create(
        case=case,
        kind=kind,
        regulator=regulator,
        department=name,
        clause=clause.strip(),
        reason=reason.strip(),
        sent_by=by,
        sent_at=at,
        is_late=is_late(kind, case, on),
        reply_due_on=reply_due_on,
        document=document,
    )
    data = {"department": name, "kind": str(kind), "reply_by": reply_due_on.isoformat(), "referral": row.pk}
    record(case, "transfer", by=by, at=at, reason=reason, document=document, data=data)
    return row


def refuse_transfer(name: str, kind: str, reason: str, reply_due_on: date, on: date) -> None:
    if kind not in Transfer.Kind.values:
        raise RuleBroken(_("Choose the kind of referral."), field="kind")
    if not name:
        raise RuleBroken(_("Name the department."), field="department")
    if not reason.strip():
        raise RuleBroken(_("Say why it is transferred."), field="reason")
    if reply_due_on < on:
        raise RuleBroken(_("The day for the reply lies in the past."), field="reply_due_on")
    if (reply_due_on - on).days > 366:
        raise RuleBroken(_("The day for the reply is more than a year away."), field="reply_due_on")


@transaction.atomic
def accept(
    case, *, accepted_on: date, accepted_by: str, by, at: datetime, their_number: str = ""
) -> Transfer:
    """Write down that the department took it: on which day, who there, under which number of theirs."""
    row = standing(case)
    if row.accepted_on:
        raise AlreadyDone(_("%(department)s has accepted it already.") % {"department": row.department})
    refuse_day(accepted_on, row, localdate(at), "accepted_on")
    if not accepted_by.strip():
        raise RuleBroken(_("Say who accepted it there."), field="accepted_by")
    row.accepted_on, row.accepted_by, row.their_number = (
        accepted_on,
        accepted_by.strip(),
        their_number.strip(),
    )
    row.save(update_fields=["accepted_on", "accepted_by", "their_number"])
    data = {"referral": row.pk, "accepted_on": accepted_on.isoformat(), "number": row.their_number}
    record(case, "accept_referral", by=by, at=at, reason=row.accepted_by, data=data)
    return row


@transaction.atomic
def answer(case, *, result: str, answered_on: date, by, at: datetime) -> Transfer:
    """Write down what the department did. The case stays there until two officers verify it, or it is taken back."""
    if len(result.strip()) < 2:
        raise RuleBroken(_("Say what the department did."), field="result")
    row = standing(case)
    if row.answered_on:
        raise AlreadyDone(_("The result is written down already."))
    refuse_day(answered_on, row, localdate(at), "answered_on")
    if row.accepted_on and answered_on < row.accepted_on:
        raise RuleBroken(_("That is earlier than the acceptance."), field="answered_on")
    row.result, row.answered_on = result.strip(), answered_on
    row.save(update_fields=["result", "answered_on"])
    data = {"referral": row.pk, "answered_on": answered_on.isoformat()}
    record(case, "answer_referral", by=by, at=at, reason=row.result, data=data)
    return row


def refuse_unanswered(cases: list) -> None:
    """Before two officers verify referred cases: the department must have said what it did."""
    if row := Transfer.objects.unanswered().filter(case__in=cases).first():
        raise RuleBroken(
            _("%(department)s has not reported its result yet. Write it down first, or take the case back.")
            % {"department": row.department},
            code="not_answered",
        )


@transaction.atomic
def take_back(case, *, reason: str, by, at: datetime) -> None:
    """The department sent it back, or nothing came of it: the case stands here again and waits for an order."""
    lock([case])
    Transfer.objects.standing().filter(case=case).update(returned_at=at, return_reason=reason.strip())
    record(case, "take_back", by=by, at=at, reason=reason)


def standing(case) -> Transfer:
    """The referral under which the case lies elsewhere, with the case locked; refused where there is none."""
    lock([case])
    row = case.transfers.standing().first()
    if row is None:
        raise RuleBroken(_("This case is not with another department."), code="wrong_state")
    return row


def refuse_day(day: date, row: Transfer, on: date, field: str) -> None:
    if day > on:
        raise RuleBroken(_("That day lies in the future."), field=field)
    if day < localdate(row.sent_at):
        raise RuleBroken(_("That is earlier than the referral."), field=field)
