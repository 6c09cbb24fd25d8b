"""Import of a ledger: send a file, look at what would happen, confirm, take it back within the hour."""

from pathlib import Path

from django.contrib import messages
from django.db.models import Case, When
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.days import today
from common.errors import BadFile
from common.files import accept_workbook
from common.forms import put_refusal
from common.listing import Listing
from units import exports, selectors
from units.forms import WorkbookForm
from units.headings import FIELDS, SKIPPED, label_of, named_mistake
from units.models import ImportBatch, ImportRow
from units.services import imports
from units.views.shared import allowed_or_404, refused, workbook
from units.workbook import read

SAMPLE = Path(__file__).parent.parent / "data" / "sample-register.xlsx"
SHOWN = (
    "name",
    "township",
    "village",
    "address",
    "place_type",
    "responsible",
    "responsible_phone",
    "credit_code",
)
WORST_FIRST = ("bad", "update", "new", "unchanged")
KINDS = {"new": "new", "update": "changed", "unchanged": "same", "bad": "bad"}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """A file to read; nothing is written to the register here."""
    allowed_or_404(request.user, "unit.import")
    form = WorkbookForm(request.POST or None, request.FILES or None)
    context = {
        "form": form,
        "recent": ImportBatch.objects.visible_to(request.user)[:8],
        "fields": _known_fields(),
    }
    if request.method != "POST":
        return render(request, "units/import.html", context)
    if not form.is_valid():
        return refused(request, "units/import.html", context)
    try:
        sent = accept_workbook(form.cleaned_data["file"])
        batch = imports.stage(read(sent.data, sent.name), by=request.user, on=today())
    except BadFile as error:
        put_refusal(form, error)
        return refused(request, "units/import.html", context)
    return redirect(batch)


def _known_fields() -> list[str]:
    return [label_of(name) for name in FIELDS if name not in SKIPPED]


@require_safe
def batch(request, pk):
    """What would happen line by line; after the confirmation, what happened."""
    batch = _batch_or_404(request, pk)
    kind = request.GET.get("show", "")
    rows = batch.rows.select_related("unit")
    wanted = next((verdict for verdict, name in KINDS.items() if name == kind), "")
    if wanted:
        rows = rows.filter(verdict=wanted)
    # What a person must look at comes first: faults, then changes, then what is new.
    rank = Case(*[When(verdict=verdict, then=place) for place, verdict in enumerate(WORST_FIRST)])
    rows = rows.annotate(rank=rank)
    listing = Listing(request, rows, orderings={"worst": ("", ("rank", "line"))}, sizes=(50, 100))
    changes = selectors.changes_in_words(listing, clear=request.user.may("unit.see_phones"))
    counts = {name: batch.rows.filter(verdict=verdict).count() for verdict, name in KINDS.items()}
    columns = sorted((c for c in batch.columns if c["field"] in SHOWN), key=lambda c: SHOWN.index(c["field"]))
    context = {
        "batch": batch,
        "listing": listing,
        "counts": counts,
        "columns": [column["heading"] for column in columns],
        "rows": [_row(row, columns, changes[row.pk]) for row in listing],
        "unknown": [column["heading"] for column in batch.columns if not column["field"]],
        "matched": [(c["heading"], label_of(c["field"])) for c in batch.columns if c["field"]],
        "may_undo": imports.may_undo(batch),
        "show": kind,
        "to_write": counts["new"] + counts["changed"],
    }
    return render(request, "units/import_batch.html", context)


def _batch_or_404(request, pk) -> ImportBatch:
    allowed_or_404(request.user, "unit.import")
    return get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)


def _row(row: ImportRow, columns, changes: list[dict]) -> dict:
    """A line as the preview shows it: sentences at their cell, or beside the verdict where the cell is not shown."""
    shown = {column["field"] for column in columns}
    at_cell = {error["field"]: error["message"] for error in row.errors if error["field"] in shown}
    beside = [named_mistake(error) for error in row.errors if error["field"] not in shown]
    return {
        "number": row.line,
        "kind": KINDS[row.verdict],
        "errors": beside,
        "changes": changes if row.verdict == ImportRow.Verdict.UPDATE else [],
        "unit": row.unit,
        "cells": [
            {
                "text": "" if row.raw[c["column"]].startswith("#LOST") else row.raw[c["column"]],
                "error": at_cell.get(c["field"], ""),
            }
            for c in columns
            if c["column"] < len(row.raw)
        ],
    }


@require_POST
def confirm(request, pk):
    """Writes the good lines; the faulty ones stay to be downloaded, corrected and sent again."""
    batch = _batch_or_404(request, pk)
    done = imports.commit(batch, by=request.user, on=today())
    words = _("%(new)s added, %(update)s updated, %(unchanged)s unchanged, %(bad)s left out.")
    messages.success(request, words % done)
    return redirect(batch)


@require_POST
def undo(request, pk):
    """Within the hour."""
    batch = _batch_or_404(request, pk)
    done = imports.undo(batch, by=request.user, on=today())
    messages.success(request, _("Taken back: %(undone)s. Kept, as worked on since: %(kept)s.") % done)
    return redirect(batch)


@require_safe
def faulty(request, pk):
    """The faulty rows as a workbook."""
    batch = _batch_or_404(request, pk)
    return workbook(exports.faulty_rows(batch), f"待更正-{batch.filename.rsplit('.', 1)[0]}.xlsx")


@require_safe
def sample(request):
    """A ledger as it should look."""
    allowed_or_404(request.user, "unit.import")
    return FileResponse(SAMPLE.open("rb"), as_attachment=True, filename="单位台账样表.xlsx")
