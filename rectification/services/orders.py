"""Ordering rectification: one notice to one unit, each hazard with its own deadline; the notice binds from service."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clocks
from common.errors import RuleBroken
from documents import services as documents
from documents.models import Document, Form
from hazards import clocks as case_clocks
from hazards import states
from hazards.clock_rules import SERVE_MAJOR, SERVE_ORDER
from hazards.models import Grade, HazardCase
from hazards.services import Step, record_all
from rectification.models import Order, OrderItem
from rectification.selectors import latest_items
from rectification.services import papers
from reference.selectors import calendar, day_words


class Kind(models.TextChoices):
    """责令立即改正 / 责令限期改正 / 重大火灾隐患整改 (Order 120, Art. 19 and 21)."""

    NOW = "now", gettext_lazy("To correct at once")
    BY = "by", gettext_lazy("To correct by a deadline")
    MAJOR = "major", gettext_lazy("Notice on a major fire hazard")


FORM_OF = {Kind.NOW: Form.CORRECT_NOW, Kind.BY: Form.CORRECT_BY, Kind.MAJOR: Form.MAJOR}


@dataclass(frozen=True)
class Item:
    """One hazard to be put on a notice; `breach_due_on` where the breach (违法行为) ends on a day of its own."""

    case: HazardCase
    due_on: date | None
    measure: str = ""
    working_days: int | None = None
    """Instead of a day: so many working days after service, estimated where a year is not loaded."""
    breach_due_on: date | None = None

    def dated(self, on: date) -> "Item":
        """The same with its day. Raises RuleBroken where a day and a number of working days are both given."""
        if not self.working_days:
            return self
        if self.due_on:
            raise RuleBroken(_("Give a day or a number of working days, not both."), field="working_days")
        return replace(self, due_on=clocks.estimate(calendar(), on, self.working_days).due_on)


@transaction.atomic
def issue(
    *,
    unit,
    items: list[Item],
    by,
    at: datetime,
    inspection=None,
    client_id=None,
    kind: str = "",
    interim: str = "",
    delivery: documents.Delivery | None = None,
    may_replace: bool = True,
) -> Order:
    """Issue one notice for `items` and start their clocks; without `kind` it follows from the hazards (`kind_of`).

    An ordered hazard is put on a new notice only where the earlier one was never served, or where its notice
    as a major hazard is still to come, and not at all without `may_replace`: a page that did not know of the
    earlier order does not replace it. With `delivery` the notice is served on the spot.
    Raises RuleBroken for no items, items of another unit, the same hazard twice, a deadline in the past or
    before service, and for what the kind asks for. The same `client_id` again returns the order issued
    before and writes nothing.
    """
    if client_id and (done := Order.objects.filter(client_id=client_id).first()):
        return done
    on = localdate(at)
    items = [item.dated(on) for item in items]
    refuse_items(unit, items, on)
    refuse_kind(kind, items, interim, on)
    kind = kind or kind_of(items, on)
    anew = [item.case for item in items if may_replace and item.case.state == states.ORDERED]
    replaced = replaced_by(anew, kind)
    papers.read_clauses(item.case for item in items)
    document = papers.issue(
        FORM_OF[Kind(kind)],
        unit=unit,
        by=by,
        at=at,
        on=on,
        content={
            "items": [facts_of(item) for item in items],
            "officers": papers.officers_of(inspection) or [papers.signer(by)],
            "interim": interim.strip(),
            **(determination_facts(items) if kind == Kind.MAJOR else {}),
        },
    )
    for paper in replaced:
        reason = _("Replaced by %(number)s before it was served.") % {"number": document.number}
        documents.void(paper, by=by, at=at, reason=reason)
    order = Order.objects.create(
        client_id=client_id or uuid.uuid4(),
        unit=unit,
        inspection=inspection,
        document=document,
        issued_by=by,
        issued_at=at,
        interim=interim.strip(),
    )
    write_items(order, items)
    record_all(steps_of(items, anew, kind), by=by, at=at, document=document)
    if delivery is not None:
        documents.serve(document, delivery, served_at=at, by=by, at=at)
        order.refresh_from_db(fields=["served_on"])
    return order


def kind_of(items: list[Item], on: date) -> str:
    """重大火灾隐患整改 where a meeting found every item major (Order 120, Art. 21); 责令立即改正 where every
    deadline is today; otherwise 责令限期改正."""
    if is_major(items):
        return Kind.MAJOR
    return Kind.NOW if all(item.due_on == on for item in items) else Kind.BY


def is_major(items: list[Item]) -> bool:
    return all(item.case.grade == Grade.MAJOR for item in items)


def facts_of(item: Item) -> dict:
    """One line of the notice."""
    breach = {"breach_due_on": item.breach_due_on.isoformat()} if item.breach_due_on else {}
    return papers.case_facts(item.case, due_on=item.due_on.isoformat(), measure=item.measure, **breach)


def determination_facts(items: list[Item]) -> dict:
    """On a notice about major hazards: the meeting and the clauses it relied on, with a copy to the government."""
    meetings = [item.case.determinations.filter(grade=Grade.MAJOR).last() for item in items]
    meetings = [meeting for meeting in meetings if meeting]
    if not meetings:
        return {}
    clauses = dict.fromkeys(meeting.clauses for meeting in meetings)
    return {
        "held_on": meetings[-1].held_on.isoformat(),
        "clause_words": "\n".join(clauses),
        "copy_to": "本级人民政府",
    }


def write_items(order: Order, items: list[Item]) -> None:
    OrderItem.objects.bulk_create(
        OrderItem(
            order=order,
            case=item.case,
            due_on=item.due_on,
            measure=item.measure,
            breach_due_on=item.breach_due_on,
        )
        for item in items
    )


def steps_of(items: list[Item], anew: list, kind: str) -> list[Step]:
    """The acts on the cases: a first order, or another in its place."""
    reason = (
        _("Determined as a major fire hazard.") if kind == Kind.MAJOR else _("The order was never served.")
    )
    again = {case.pk for case in anew}
    return [
        Step(
            item.case,
            "reorder" if item.case.pk in again else "order",
            reason=reason if item.case.pk in again else "",
            headline={"due_on": item.due_on},
            data={"working_days": item.working_days} if item.working_days else {},
        )
        for item in items
    ]


def replaced_by(cases: list[HazardCase], kind: str) -> list[Document]:
    """The unserved papers that a new notice on `cases` makes void, or a refusal."""
    if not cases:
        return []
    latest = latest_items(cases)
    # Held until the end: nobody serves the old paper while the new one takes its place.
    orders = list(
        Document.objects.select_for_update(of=("self",))
        .filter(pk__in={item.order.document_id for item in latest.values()}, served_at=None)
        .order_by("pk")
    )
    unserved = {paper.pk for paper in orders}
    for case in cases:
        item = latest.get(case.pk)
        if item is None or item.order.document_id in unserved:
            continue
        if kind != Kind.MAJOR or item.order.document.form == Form.MAJOR:
            raise RuleBroken(
                _("The order %(order)s on case %(number)s was served; it stands.")
                % {"order": item.order.document.number, "number": case.number},
                code="served",
                field="items",
            )
    refuse_left_behind(orders, cases)
    return orders


def refuse_left_behind(papers_: list[Document], cases: list[HazardCase]) -> None:
    """A paper that is void leaves no hazard behind: what stands on it is ordered anew together."""
    others = OrderItem.objects.filter(order__document__in=papers_, case__state=states.ORDERED).exclude(
        case__in=cases
    )
    # A case that has a newer notice since does not hang on this one.
    for item in others.select_related("case", "order__document"):
        if latest_items([item.case])[item.case_id].pk == item.pk:
            raise RuleBroken(
                _("The order %(order)s also holds case %(number)s: order them anew together.")
                % {"order": item.order.document.number, "number": item.case.number},
                field="items",
            )


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
        if item.breach_due_on is not None:
            refuse_deadline(item.breach_due_on, on, field="breach_due_on")


def refuse_kind(kind: str, items: list[Item], interim: str, on: date) -> None:
    """What each kind asks for: the same day, or a meeting that found every hazard major and measures until then."""
    if kind and kind not in Kind.values:
        raise RuleBroken(_("Choose the kind of order."), field="kind")
    if kind == Kind.NOW and any(item.due_on != on for item in items):
        raise RuleBroken(_("What is to be corrected at once is due today."), field="due_on")
    if kind != Kind.MAJOR:
        return
    for item in items:
        if item.case.grade != Grade.MAJOR:
            raise RuleBroken(
                _("Case %(number)s is not determined as a major fire hazard. Record the meeting first.")
                % {"number": item.case.number},
                field="kind",
            )
    if not interim.strip():
        raise RuleBroken(_("Say which measures keep people safe until then."), field="interim")


def refuse_deadline(due_on: date | None, on: date, field: str = "due_on") -> None:
    """A deadline is today at the earliest, and within two years: longer is a slip of the pen."""
    if due_on is None:
        raise RuleBroken(_("Set a deadline."), field=field)
    if due_on < on:
        raise RuleBroken(_("The deadline lies in the past."), field=field)
    if (due_on - on).days > 731:
        raise RuleBroken(_("The deadline is more than two years away."), field=field)


# --- the service of a notice -----------------------------------------------------------------------------


def objection_to_service(document: Document, on: date) -> str:
    """A notice served after one of its deadlines obliges to nothing: it is issued anew with later ones."""
    # A reopened or refused hazard has its own deadline meanwhile; what the paper says is what counts.
    late = OrderItem.objects.filter(order__document=document, due_on__lt=on).select_related("case").first()
    if late is None:
        return ""
    return _(
        "The deadline %(day)s of case %(number)s ends before the service. Issue the order anew with later deadlines."
    ) % {"day": day_words(late.due_on), "number": late.case.number}


def note_service(document: Document, *, on: date, by, at: datetime) -> None:
    """The clocks of the order run from the day of its service, which the authority's own clock waited for."""
    order = Order.objects.filter(document=document).first()
    if order is None:
        return
    Order.objects.filter(pk=order.pk).update(served_on=on)
    # The notice on a major hazard is an order to correct by a deadline as well.
    codes = (SERVE_ORDER, SERVE_MAJOR) if document.form == Form.MAJOR else (SERVE_ORDER,)
    for case in HazardCase.objects.filter(order_items__order=order):
        case_clocks.meet(case_clocks.subject_of(case), *codes, at=at, by="serve", on=on)
