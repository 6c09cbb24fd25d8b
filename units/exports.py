"""Workbooks that leave the house: the filtered register, and the faulty rows of an import."""

import io

from common.sheets import harmless, workbook
from common.templatetags.face import mask_phone
from units.headings import named_mistake
from units.models import ImportBatch, ImportRow
from units.workbook import LOST

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 50_000
# What a spreadsheet would take for a formula when the cell is typed in again or saved as CSV.
# The headings are those the import knows, so that an export can be corrected and sent back.
COLUMNS = (
    ("单位编号", 16),
    ("单位名称", 30),
    ("所属乡镇", 12),
    ("村(社区)", 14),
    ("详细地址", 34),
    ("场所类型", 16),
    ("监管类别", 12),
    ("标签", 26),
    ("统一社会信用代码", 21),
    ("建筑面积(㎡)", 12),
    ("层数", 7),
    ("从业人数", 9),
    ("住宿人数", 9),
    ("消防安全责任人", 14),
    ("责任人电话", 15),
    ("行业主管部门", 14),
    ("停业", 12),
    ("临时查封", 12),
    ("最近检查", 12),
)


def register_workbook(units) -> bytes:
    """The units of a queryset, at most 50,000; phones stay masked, whoever asks: a file travels on."""
    out = io.BytesIO()
    with workbook(out, row_by_row=True) as book:
        sheet = book.add_worksheet("单位台账")
        head = book.add_format({"bold": True, "bg_color": "#E7EFF8", "border": 1})
        for column, (title, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        sheet.freeze_panes(1, 2)
        rows = units.select_related("region__parent", "place_type", "regulator").prefetch_related("people")
        for line, unit in enumerate(rows[:MOST_ROWS].iterator(chunk_size=2000), 1):
            for column, value in enumerate(_cells(unit)):
                if isinstance(value, int | float):
                    sheet.write_number(line, column, value)
                else:
                    sheet.write_string(line, column, harmless(value))
    return out.getvalue()


def _cells(unit) -> tuple:
    region = unit.region
    is_village = region.level == "village"
    town = region.parent if is_village else region
    first = next((p for p in unit.people.all() if p.ends_on is None and p.duty == "responsible"), None)
    return (
        unit.number,
        unit.name,
        town.short_name,
        region.short_name if is_village else "",
        unit.address,
        unit.place_type.label,
        unit.get_supervision_class_display(),
        "、".join(unit.flag_labels),
        unit.credit_code,
        float(unit.floor_area) if unit.floor_area is not None else "",
        unit.storeys if unit.storeys is not None else "",
        unit.employees if unit.employees is not None else "",
        unit.lodgers if unit.lodgers is not None else "",
        first.name if first else "",
        mask_phone(first.phone) if first else "",
        unit.regulator.label if unit.regulator else "",
        f"{unit.suspended_since:%Y-%m-%d}" if unit.suspended_since else "",
        f"{unit.sealed_since:%Y-%m-%d}" if unit.sealed_since else "",
        f"{unit.last_inspected_on:%Y-%m-%d}" if unit.last_inspected_on else "",
    )


def faulty_rows(batch: ImportBatch) -> bytes:
    """The lines that could not be read, under their own headings, with what is wrong: correct and send again."""
    out = io.BytesIO()
    columns = batch.columns
    width = max((column["column"] for column in columns), default=0) + 1
    fields = {column["field"]: column["column"] for column in columns if column["field"]}
    with workbook(out, row_by_row=True) as book:
        sheet = book.add_worksheet(batch.sheet[:31] or "Sheet1")
        head = book.add_format({"bold": True, "bg_color": "#E7EFF8", "border": 1})
        bad = book.add_format({"bg_color": "#FDEEEE", "border": 1, "border_color": "#C0272D"})
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, width - 1, 14, text)
        sheet.set_column(width, width, 60, book.add_format({"font_color": "#A81D24"}))
        for column in columns:
            if column["field"] != "mistakes":
                sheet.write_string(0, column["column"], harmless(column["heading"]), head)
        sheet.write_string(0, width, "错误说明", head)
        sheet.freeze_panes(1, 0)
        rows = batch.rows.filter(verdict=ImportRow.Verdict.BAD).order_by("line")
        for line, row in enumerate(rows.iterator(), 1):
            marked = {fields.get(error["field"]) for error in row.errors}
            for column, value in enumerate(row.raw[:width]):
                if column != fields.get("mistakes"):
                    shown = "" if value == LOST else harmless(value)
                    sheet.write_string(line, column, shown, bad if column in marked else text)
            words = [named_mistake(error) for error in row.errors]
            sheet.write_string(line, width, harmless("；".join(words)))
    return out.getvalue()
