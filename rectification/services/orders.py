"""Ordering rectification: one notice to one unit, each hazard with its own deadline."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common import clocks
from common.errors import RuleBroken
from documents.models import Form
from hazards.models import Grade, HazardCase
from hazards.services import Step, record_all
from rectification.models import Order, OrderItem
from rectification.services import papers
from reference.selectors import calendar


@dataclass(frozen=True)
class Item:
    """One hazard to be put on a notice."""

    case: HazardCase
    due_on: date | None
    measure: str = ""
    working_days: int | None = None
    """Instead of a day: so many working days after service, estimated where a year is not loaded."""

    def dated(self, on: date) -> "Item":
        """The same with its day. Raises RuleBroken where a day and a number of working days are both given."""
        if not self.working_days:
            return self
        if self.due_on:
            raise RuleBroken(_("Give a day or a number of working days, not both."), field="working_days")
        return replace(self, due_on=clocks.estimate(calendar(), on, self.working_days).due_on)


@transaction.atomic
def issue(*, unit, items: list[Item], by, at: datetime, inspection=None, client_id=None) -> Order:
    """Issue 责令限期改正 for `items`, or the notice that `form_of` names, and start their clocks.

    Raises RuleBroken for no items, items of another unit, the same hazard twice, or a deadline in the past.
    The same `client_id` again returns the order issued before and writes nothing.
    """
    if client_id and (done := Order.objects.filter(client_id=client_id).first()):
        return done
    on = localdate(at)
    items = [item.dated(on) for item in items]
    refuse_items(unit, items, on)
    papers.read_clauses(item.case for item in items)
    document = papers.issue(
        form_of(items, on),
        unit=unit,
        by=by,
        at=at,
        on=on,
        content={
            "items": [
                papers.case_facts(item.case, due_on=item.due_on.isoformat(), measure=item.measure)
                for item in items
            ],
            "officers": papers.officers_of(inspection) or [papers.signer(by)],
            **determination_facts(items),
        },
    )
    order = Order.objects.create(
        client_id=client_id or uuid.uuid4(),
        unit=unit,
        inspection=inspection,
        document=document,
        issued_by=by,
        issued_at=at,
    )
    OrderItem.objects.bulk_create(
        OrderItem(order=order, case=item.case, due_on=item.due_on, measure=item.measure) for item in items
    )
    steps = [
        Step(
            item.case,
            "order",
            headline={"due_on": item.due_on},
            data={"working_days": item.working_days} if item.working_days else {},
        )
        for item in items
    ]
    record_all(steps, by=by, at=at, document=document)
    return order


def form_of(items: list[Item], on: date) -> str:
    """重大火灾隐患整改 where a meeting found every item major (Order 120, Art. 21); 责令立即改正 where every
    deadline is today; otherwise 责令限期改正."""
    if is_major(items):
        return Form.MAJOR
    return Form.CORRECT_NOW if all(item.due_on == on for item in items) else Form.CORRECT_BY


def is_major(items: list[Item]) -> bool:
    return all(item.case.grade == Grade.MAJOR for item in items)


def determination_facts(items: list[Item]) -> dict:
    """On a notice about major hazards: the meeting and the clauses it relied on, with a copy to the government."""
    meetings = [item.case.determinations.last() for item in items] if is_major(items) else []
    meetings = [meeting for meeting in meetings if meeting]
    if not meetings:
        return {}
    clauses = dict.fromkeys(meeting.clauses for meeting in meetings)
    return {
        "held_on": meetings[-1].held_on.isoformat(),
        "clause_words": "\n".join(clauses),
        "copy_to": "本级人民政府",
    }


def refuse_items(unit, items: list[Item], on: date) -> None:
    if not items:
        raise RuleBroken(_("A notice needs at least one hazard."), field="items")
    if len({item.case.pk for item in items}) != len(items):
        raise RuleBroken(_("One hazard stands on the notice twice."), field="items")
    for item in items:
        if item.case.unit_id != unit.pk:
            raise RuleBroken(
                _("Case %(number)s belongs to another unit.") % {"number": item.case.number}, field="items"
            )
        refuse_deadline(item.due_on, on)


def refuse_deadline(due_on: date | None, on: date) -> None:
    """A deadline is today at the earliest, and within two years: longer is a slip of the pen."""
    if due_on is None:
        raise RuleBroken(_("Set a deadline."), field="due_on")
    if due_on < on:
        raise RuleBroken(_("The deadline lies in the past."), field="due_on")
    if (due_on - on).days > 731:
        raise RuleBroken(_("The deadline is more than two years away."), field="due_on")
