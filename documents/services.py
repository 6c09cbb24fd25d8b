"""Acts on papers: take the next number, issue, serve, void."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from common.files import accept_picture
from documents import guards, limits, receipts
from documents.models import (
    FORM_MARK,
    NOT_SERVED,
    Document,
    Form,
    Method,
    ReceiptPhoto,
    Relation,
    Service,
    fingerprint,
)
from reference.selectors import day_words

NEXT_SERIAL = """
    INSERT INTO documents_serial (body, form, year, last) VALUES (%s, %s, %s, %s)
    ON CONFLICT (body, form, year) DO UPDATE SET last = documents_serial.last + excluded.last
    RETURNING last
"""


def next_serial(body: str, form: str, year: int) -> int:
    """The next number of `body` for `form` in `year`."""
    return next_serials(body, form, year, 1)[0]


def next_serials(body: str, form: str, year: int, count: int) -> range:
    """The next `count` numbers of `body` for `form` in `year`.

    Gapless because the row stays locked until the surrounding transaction ends: a number whose paper is
    rolled back is handed to the next one. Call it inside the transaction that uses the number.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a serial is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SERIAL, [body, form, year, count])
        last = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


@transaction.atomic
def issue(
    *, form: str, body: str, region_id: str, about: str, content: dict, by, at: datetime, subject: str = ""
) -> Document:
    """Issue one paper in the name of `body` (an office's short name, e.g. 枣消).

    The number reads 枣消限字〔2026〕第0001号; the year is the year of `at` in Shanghai.
    """
    if not body:
        raise RuleBroken(_("Your office has no short name for document numbers. Ask the administrator."))
    year = localtime(at).year
    serial = next_serial(body, form, year)
    return Document.objects.create(
        form=form,
        number=f"{body}{FORM_MARK[form]}字〔{year}〕第{serial:04d}号",
        body=body,
        year=year,
        serial=serial,
        region_id=region_id,
        about=about,
        subject=subject,
        content=content,
        content_hash=fingerprint(content),
        issued_by=by,
        issued_at=at,
    )


def void(document: Document, *, by, at: datetime, reason: str) -> Document:
    """Void a paper with a reason; its number is never used again."""
    if not reason.strip():
        raise RuleBroken(_("Say why the paper is void."), field="reason")
    changed = Document.objects.filter(pk=document.pk, voided_at=None).update(
        voided_at=at, voided_by=by, void_reason=reason.strip()
    )
    if not changed:
        raise AlreadyDone(_("The paper %(number)s is void already.") % {"number": document.number})
    document.refresh_from_db()
    return document


@dataclass(frozen=True)
class Delivery:
    """What happened when a paper was brought to its addressee.

    `refused` means that nobody signed: the paper stays on the premises before two witnesses. `succeeded=False`
    is an attempt that failed, kept with its reason; the paper still waits.
    """

    method: str = Method.DIRECT
    receiver: str = ""
    relation: str = ""
    refused: bool = False
    refusal_reason: str = ""
    witness_1: str = ""
    witness_2: str = ""
    succeeded: bool = True
    colleague: object = None
    """The officer who came along: a receipt of service names two."""
    photos: tuple = field(default=())


@transaction.atomic
def serve(
    document: Document, delivery: Delivery, *, served_at: datetime, by, at: datetime, client_id=None
) -> Service:
    """Record that `document` was served, or that an attempt failed. What runs from service begins here.

    The same `client_id` again returns what was recorded before. Raises NotAllowed, AlreadyDone for a paper
    that was served, RuleBroken with the field for what is missing or cannot be.
    """
    roles.need(by, "document.serve", document.region_id)
    paper = Document.objects.select_for_update().get(pk=document.pk)
    if client_id and (done := Service.objects.filter(client_id=client_id).first()):
        return done
    refuse_paper(paper)
    facts = clean(delivery)
    refuse_long(facts)
    refuse_moment(paper, delivery, served_at, at)
    refuse_delivery(delivery, facts)
    on = localdate(served_at)
    refuse_colleague(delivery.colleague, paper, by, on)
    if delivery.succeeded and (objections := guards.objections(paper, on)):
        raise RuleBroken(" ".join(objections), code="too_late", field="served_at")
    service = write(paper, delivery, facts, served_at=served_at, by=by, at=at, client_id=client_id)
    if delivery.succeeded:
        Document.objects.filter(pk=paper.pk).update(served_at=served_at)
        document.served_at = served_at
        for follow in guards.after_serve:
            follow(paper, on=on, by=by, at=at)
    return service


def write(paper: Document, delivery: Delivery, facts: dict, *, served_at, by, at, client_id) -> Service:
    """The row of a service and the photos of its receipt."""
    pictures = [accept_picture(photo) for photo in delivery.photos]
    receipt = None
    if delivery.succeeded:
        receipt = issue_receipt(paper, delivery, facts, served_at=served_at, by=by, at=at)
    service = Service.objects.create(
        client_id=client_id or uuid.uuid4(),
        document=paper,
        method=delivery.method,
        succeeded=delivery.succeeded,
        refused=delivery.refused or delivery.method == Method.LEFT,
        served_at=served_at,
        recorded_by=by,
        recorded_at=at,
        colleague=delivery.colleague,
        receipt=receipt,
        **facts,
    )
    for picture in pictures:
        ReceiptPhoto.objects.create(
            service=service,
            file=picture.file,
            sha256=picture.sha256,
            taken_at=picture.taken_at,
            uploaded_by=by,
            uploaded_at=at,
        )
    return service


def issue_receipt(
    paper: Document, delivery: Delivery, facts: dict, *, served_at, by, at: datetime
) -> Document:
    """The numbered receipt (送达回证) of a service that succeeded, in the name of the body of the paper served.

    It is issued with the service and not on its first print: numbers then follow the order of the services, a
    service that is rolled back gives its number to the next, and a look at a page never takes one.
    """
    team = [by, *([delivery.colleague] if delivery.colleague else [])]
    return issue(
        form=Form.SERVICE,
        body=paper.body,
        region_id=paper.region_id,
        about=paper.about,
        subject=paper.subject,
        content=receipts.content(paper, facts, way=way_of(delivery), served_at=served_at, officers=team),
        by=by,
        at=at,
    )


def way_of(delivery: Delivery) -> str:
    """How it reached the addressee: what nobody signed for was left."""
    return Method.LEFT if delivery.refused else delivery.method


def clean(delivery: Delivery) -> dict:
    """The words of a delivery without blanks around them."""
    names = ("receiver", "relation", "refusal_reason", "witness_1", "witness_2")
    return {name: (getattr(delivery, name) or "").strip() for name in names}


def refuse_long(facts: dict) -> None:
    """Words that the table does not hold."""
    for name, words in facts.items():
        most = Service._meta.get_field(name).max_length
        if len(words) > most:
            raise RuleBroken(_("At most %(n)s characters.") % {"n": most}, field=name)


def refuse_paper(paper: Document) -> None:
    if paper.is_void:
        raise RuleBroken(_("The paper %(number)s is void.") % {"number": paper.number}, code="void")
    if paper.form in NOT_SERVED:
        raise RuleBroken(_("This kind of paper stays in the file; it is not served."), code="not_served")
    if paper.served_at is not None:
        raise AlreadyDone(
            _("The paper %(number)s was served already on %(day)s.")
            % {"number": paper.number, "day": day_words(localdate(paper.served_at))}
        )


def refuse_moment(paper: Document, delivery: Delivery, served_at: datetime, at: datetime) -> None:
    """A paper is served after it was issued and before now; a public notice counts only after its days."""
    if served_at > at:
        raise RuleBroken(_("The service lies in the future."), field="served_at")
    # Papers carry the second, clocks on pages the minute.
    if served_at < paper.issued_at.replace(second=0, microsecond=0):
        raise RuleBroken(_("The service is earlier than the paper."), field="served_at")
    first = limits.notice_counts_from(localdate(paper.issued_at))
    if delivery.succeeded and delivery.method == Method.NOTICE and localdate(served_at) < first:
        raise RuleBroken(
            _("A public notice counts as served after %(days)d days, on %(day)s at the earliest.")
            % {"days": limits.notice_days(localdate(paper.issued_at)), "day": day_words(first)},
            field="served_at",
        )


def refuse_colleague(colleague, paper: Document, by, on) -> None:
    """The second officer is another one of the place, with a card valid that day."""
    if colleague is None:
        return
    if colleague.pk == by.pk:
        raise RuleBroken(_("The second officer is somebody else."), field="colleague")
    if not colleague.is_certificated(on):
        raise RuleBroken(
            _("%(name)s holds no enforcement card that is valid that day.") % {"name": colleague.name},
            field="colleague",
        )
    if not roles.may(colleague, "document.serve", paper.region_id):
        raise RuleBroken(
            _("%(name)s does not serve papers here.") % {"name": colleague.name}, field="colleague"
        )


def refuse_delivery(delivery: Delivery, facts: dict) -> None:
    """Who received it; or why not, and before whom."""
    if delivery.method not in Method.values:
        raise RuleBroken(_("Say how it was served."), field="method")
    if facts["relation"] and facts["relation"] not in Relation.values:
        raise RuleBroken(_("Say what the receiver is to the addressee."), field="relation")
    if not delivery.succeeded:
        if not facts["refusal_reason"]:
            raise RuleBroken(_("Say why it could not be served."), field="refusal_reason")
        if not delivery.refused:
            return
    if delivery.refused or delivery.method == Method.LEFT:
        refuse_witnesses(facts)
    elif delivery.method != Method.NOTICE:
        refuse_receiver(facts)


def refuse_witnesses(facts: dict) -> None:
    """Left after a refusal: the reason, and two witnesses who are not one person (Civil Procedure Law, Art. 89)."""
    if not facts["refusal_reason"]:
        raise RuleBroken(_("Say why nobody signed."), field="refusal_reason")
    for name in ("witness_1", "witness_2"):
        if not facts[name]:
            raise RuleBroken(_("A refusal needs two witnesses by name."), field=name)
    if facts["witness_1"] == facts["witness_2"]:
        raise RuleBroken(_("The two witnesses are one person."), field="witness_2")


def refuse_receiver(facts: dict) -> None:
    if not facts["receiver"]:
        raise RuleBroken(_("Say who received it."), field="receiver")
    if not facts["relation"]:
        raise RuleBroken(_("Say what the receiver is to the addressee."), field="relation")
