"""Reads a unit ledger out of an Excel file as clerks keep it: finds the heading row, drops titles and totals."""

import io
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from common.errors import BadFile
from units.headings import FILLED_DOWN, REQUIRED, field_of
from units.text import fold

MAX_ROWS = 20_000
MAX_COLUMNS = 80
MAX_CELL = 500
HEADING_DEPTH = 20
TOTALS = ("合计", "总计", "小计", "共计", "total")


@dataclass
class Table:
    """One sheet as read: headings with their fields, rows with their line numbers, and what was left out."""

    filename: str
    sheet: str
    header_line: int
    columns: list[dict]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    ignored: list[dict] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        """The fields that have a column."""
        return {column["field"] for column in self.columns if column["field"]}


def read(content: bytes, filename: str) -> Table:
    """The first sheet that has a heading for the name of the unit; BadFile with a sentence otherwise.

    `content` has passed common.files.accept_workbook, which refuses what is no workbook or unpacks too far.
    """
    workbook = _open(content)
    seen = []
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.height > MAX_ROWS + HEADING_DEPTH + 1000:
            raise _too_long()
        grid = sheet.to_python(skip_empty_area=False)
        if (line := _heading_line(grid)) is not None:
            table = _table(grid, line, name, filename, getattr(sheet, "merged_cell_ranges", None) or [])
            if len(table.rows) > MAX_ROWS:
                raise _too_long()
            return table
        seen.append(name)
    message = _(
        "No row of headings with the name of the unit (单位名称) was found. Sheets looked at: %(sheets)s."
    )
    raise BadFile(message % {"sheets": ", ".join(seen) or "—"}, field="file")


def _too_long() -> BadFile:
    message = _("The sheet has too many rows: at most %(most)s are read at once. Divide it by township.")
    return BadFile(message % {"most": f"{MAX_ROWS:,}"}, field="file")


def _open(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError, ValueError) as error:
        message = _(
            "The workbook cannot be read. Open it, save it again as .xlsx without a password, and send that."
        )
        raise BadFile(message, field="file") from error


def _heading_line(grid) -> int | None:
    """The row, among the first twenty, that names the unit and at least one more column we know."""
    for line, row in enumerate(grid[:HEADING_DEPTH]):
        found = {field_of(cell) for cell in row[:MAX_COLUMNS]} - {""}
        if found.issuperset(REQUIRED) and len(found) >= 2:
            return line
    return None


def _table(grid, heading: int, sheet: str, filename: str, merged) -> Table:
    width = min(max(len(row) for row in grid), MAX_COLUMNS)
    columns, taken = [], set()
    for index, cell in enumerate(grid[heading][:width]):
        words, name = text_of(cell), field_of(cell)
        # The first column of a meaning counts; a second one is shown as not understood.
        columns.append({"column": index, "heading": words, "field": "" if name in taken else name})
        taken.add(name)
    _fill_down(grid, columns, merged)
    table = Table(filename[-200:], sheet[:100], heading + 1, [c for c in columns if c["heading"]])
    for line, row in enumerate(grid[heading + 1 :], heading + 2):
        cells = [text_of(cell) for cell in row[:width]]
        if reason := _left_out(cells, columns):
            if reason != "empty":
                table.ignored.append(
                    {"line": line, "why": reason, "text": " ".join(c for c in cells if c)[:80]}
                )
        else:
            table.rows.append((line, cells))
    return table


def _fill_down(grid, columns, merged) -> None:
    """A merged cell holds its words in its first row only; townships and villages are often merged down."""
    fillable = {c["column"] for c in columns if c["field"] in FILLED_DOWN}
    for (top, left), (bottom, _right) in merged:
        if left in fillable:
            for line in range(top + 1, min(bottom + 1, len(grid))):
                grid[line][left] = grid[top][left]


def _left_out(cells, columns) -> str:
    """Why a row is no unit: "empty", "total", "heading"; or ""."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return "empty"
    if any(
        fold(cell).replace(" ", "").rstrip(":：").startswith(TOTALS) and len(cell) <= 12
        for cell in filled[:3]
    ):
        return "total"
    known = [c for c in columns if c["field"]]
    if sum(field_of(cells[c["column"]]) == c["field"] for c in known if c["column"] < len(cells)) >= 3:
        return "heading"
    by_field = {c["field"]: cells[c["column"]] for c in known if c["column"] < len(cells)}
    if not by_field.get("name") and len([c for c in filled if len(c) < 40]) <= 1:
        return "remark"
    return ""


def text_of(cell) -> str:
    """A cell as text: whole numbers without ".0", a long number that Excel has rounded marked as lost."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else ("是" if cell else "否")
    if isinstance(cell, float | int):
        # Beyond fifteen digits Excel keeps zeroes for what was typed: a credit code typed as a number is lost.
        if abs(cell) >= 1e15:
            return LOST
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    # Zero bytes do not fit into the database, control characters into no sheet.
    text = "".join(c for c in str(cell) if c >= " " or c in "\n\t")
    return text.strip()[:MAX_CELL]


LOST = "#LOST#"
