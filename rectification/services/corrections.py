"""Correcting a deadline: a slip of the pen, or a day that turned out otherwise. The original deadline stays."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from hazards.services import lock, record

LONGEST = 731
"""Days after the finding; a deadline beyond is a slip of the pen itself."""


@transaction.atomic
def correct(case, *, due_on: date, reason: str, by, at: datetime):
    """Put another day in the place of the deadline that stands; `record` keeps both in the ledger.

    The day may have passed: whoever wrote 2027 for 2026 is overdue from the day that was meant.
    """
    row = lock([case])[case.pk]
    if row.due_on == due_on:
        raise RuleBroken(_("The deadline is that day already."), field="due_on")
    if due_on and (due_on - row.opened_on).days > LONGEST:
        raise RuleBroken(_("The deadline is more than two years away."), field="due_on")
    return record(case, "correct_deadline", by=by, at=at, due_on=due_on, reason=reason)
