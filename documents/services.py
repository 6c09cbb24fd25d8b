"""Acts on papers: take the next number, issue, void."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from documents.models import FORM_MARK, Document, fingerprint

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
