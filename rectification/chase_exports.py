"""Lines of the ledger as a workbook: what the page shows, a row each, nothing that a spreadsheet would run."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common import sheets
from rectification.chase import ledger

MOST_LINES = 20_000
AT_ONCE = 1_000


def columns() -> list[tuple[str, int]]:
    """Headings with their widths."""
    return [
        (_("Day"), 12),
        (_("Time"), 8),
        (_("Rung"), 26),
        (_("What is owed"), 26),
        (_("Due day"), 12),
        (_("Days past the day"), 10),
        (_("Case"), 18),
        (_("Unit"), 28),
        (_("Division"), 22),
        (_("Person"), 12),
        (_("Role"), 16),
        (_("In whose place"), 26),
        (_("Outcome"), 22),
        (_("Channels"), 40),
        (_("Read"), 18),
        (_("Why not"), 60),
    ]


def workbook(claims, *, title: str, by, now: datetime) -> bytes:
    """The lines of a queryset, at most 20,000; the sheet says so where there are more."""
    target = BytesIO()
    with sheets.workbook(target, row_by_row=True) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        sheet = book.add_worksheet(_("Ledger of the chase")[:31])
        for at, (_label, width) in enumerate(columns()):
            sheet.set_column(at, at, width)
        sheet.write_string(0, 0, sheets.harmless(title), book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, sheets.harmless(head(claims, by=by, now=now)))
        for at, (label, _width) in enumerate(columns()):
            sheet.write_string(3, at, label, bold)
        for row, line in enumerate(read(claims, now=now), 4):
            for at, value in enumerate(cells(line)):
                if isinstance(value, int):
                    sheet.write_number(row, at, value)
                else:
                    sheet.write_string(row, at, sheets.harmless(value))
        sheet.freeze_panes(4, 3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(3)
    return target.getvalue()


def head(claims, *, by, now: datetime) -> str:
    """Who exported, when; and that there is more, where there is."""
    words = _("As of %(moment)s, exported by %(name)s") % {
        "moment": f"{localtime(now):%Y-%m-%d %H:%M}",
        "name": by.name,
    }
    if claims.order_by()[: MOST_LINES + 1].count() > MOST_LINES:
        words += " · " + _(
            "Only the newest %(n)d lines are here: narrow the days or the filter for the rest."
        ) % {"n": MOST_LINES}
    return words


def read(claims, *, now: datetime) -> Iterator[ledger.Line]:
    """The newest first, in pages: a long ledger is never held as a whole."""
    keys = list(ledger.in_order(claims).values_list("pk", flat=True)[:MOST_LINES])
    model = claims.model
    for start in range(0, len(keys), AT_ONCE):
        page = keys[start : start + AT_ONCE]
        rows = ledger.with_people(model.objects.filter(pk__in=page)).in_bulk()
        yield from ledger.lines([rows[key] for key in page if key in rows], now=now)


def cells(line: ledger.Line) -> Iterable[str | int]:
    claim = line.claim
    place = line.case.region if line.case else line.unit.region if line.unit else None
    return (
        f"{claim.on:%Y-%m-%d}",
        f"{localtime(claim.claimed_at):%H:%M}",
        claim.rung.label,
        line.title,
        f"{claim.due_on:%Y-%m-%d}",
        line.days,
        line.case.number if line.case else "",
        line.unit.name if line.unit else "",
        (place.path_name or place.name) if place else "",
        line.whom,
        line.role,
        line.stands_in,
        str(claim.get_outcome_display()),
        "；".join(f"{one.get_channel_display()} {one.get_state_display()}" for one in line.deliveries),
        f"{localtime(line.read_at):%Y-%m-%d %H:%M}" if line.read_at else "",
        "；".join(line.why_not),
    )
