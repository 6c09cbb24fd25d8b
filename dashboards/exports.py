"""Figures as a workbook: the numbers as numbers, the words as words, the definition below."""

from io import BytesIO

from django.utils.translation import gettext as _

from common import sheets
from dashboards.forms import BY_LABELS
from dashboards.selectors import Area, Figures
from dashboards.selectors.figures import stretch


def columns(cohort: str) -> list[tuple[str, str]]:
    """(name of the value, heading); a rate is a number that Excel shows as per cent."""
    is_due = cohort == "due"
    # Two cohorts, two rates, two names: the leader's page speaks of what fell due.
    found = _("Due") if is_due else _("Found")
    on_time_rate = _("On-time rate") if is_due else _("Closed on time of those found")
    return [
        ("found", found),
        ("closed", _("Closed")),
        ("rate", _("Rectification rate")),
        ("on_time", _("On time")),
        ("on_time_rate", on_time_rate),
        ("overdue", _("Overdue")),
        ("live", _("Standing")),
        ("transferred", _("Transferred")),
        ("discontinued", _("Discontinued")),
    ]


def workbook(figures: Figures, area: Area, *, as_of, by) -> bytes:
    """The table of the figures page; `by` is the person who exports, whose name stands in it."""
    target = BytesIO()
    with sheets.workbook(target) as book:
        faces = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
            "rate": book.add_format({"num_format": "0.0%"}),
            "total": book.add_format({"bold": True, "top": 1}),
            "total_rate": book.add_format({"bold": True, "top": 1, "num_format": "0.0%"}),
            "note": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        write(book.add_worksheet(_("Rectification figures")[:31]), figures, area, faces, as_of, by)
    return target.getvalue()


def write(sheet, figures: Figures, area: Area, faces: dict, as_of, by) -> None:
    heads = columns(figures.cohort)
    title = _("%(area)s: rectification of fire hazards") % {"area": area.name}
    sheet.write_string(0, 0, sheets.harmless(title), faces["title"])
    facts = _("%(stretch)s · as of %(as_of)s · exported by %(name)s")
    facts %= {"stretch": stretch(figures.period), "as_of": f"{as_of:%Y-%m-%d %H:%M}", "name": by.name}
    sheet.write_string(1, 0, sheets.harmless(facts))
    sheet.write_string(3, 0, str(BY_LABELS[figures.by]), faces["head"])
    for place, (_name, label) in enumerate(heads, 1):
        sheet.write_string(3, place, label, faces["head"])
    for line, row in enumerate(figures.rows, 4):
        write_row(sheet, line, row, heads, None, faces["rate"])
    bottom = 4 + len(figures.rows)
    write_row(sheet, bottom, figures.total, heads, faces["total"], faces["total_rate"])
    sheet.merge_range(bottom + 2, 0, bottom + 2, len(heads), figures.definition, faces["note"])
    sheet.set_row(bottom + 2, 90)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(heads), 11)
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)


def write_row(sheet, line: int, row, heads, face, rate_face) -> None:
    sheet.write_string(line, 0, sheets.harmless(row.name), face)
    for place, (name, _label) in enumerate(heads, 1):
        value = getattr(row, name)
        if value is None:
            sheet.write_string(line, place, "—", face)
        else:
            sheet.write_number(line, place, float(value), rate_face if "rate" in name else face)
