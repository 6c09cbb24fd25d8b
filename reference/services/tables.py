"""Loads the code tables from the reviewed CSV files in reference/data; a second run changes nothing."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import models, transaction
from django.utils.translation import gettext as _

from common.errors import BadFile
from reference.models import (
    Checklist,
    ChecklistItem,
    Clause,
    CombinedUseLimit,
    HazardCategory,
    HazardGroup,
    Limit,
    PlaceType,
    Regulator,
    SmallKind,
)
from reference.services.loaded import Loaded

DATA = Path(__file__).resolve().parent.parent / "data"
_THRESHOLD = re.compile(r"^([a-z_0-9]+)(<=|>=|<|>)([0-9.]+)$")


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _flag(cell: str) -> bool:
    return {"1": True, "0": False, "": False}[cell]


def _thresholds(cell: str) -> list[dict]:
    """`area_m2<300|beds<50` as rows of measure, operator and value."""
    found = []
    for part in _listed(cell):
        measure, op, value = _THRESHOLD.match(part).groups()
        found.append({"measure": measure, "op": op, "value": float(value) if "." in value else int(value)})
    return found


@dataclass(frozen=True)
class Table:
    """One CSV file and the model it fills; `read` turns cells into values, `many` are links.

    What is `kept` never changes in a row that stands: a new number is a new row.
    """

    file: str
    model: type[models.Model]
    read: dict[str, Callable] = field(default_factory=dict)
    many: tuple[str, ...] = ()
    key: tuple[str, ...] = ("code",)
    kept: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.file.removesuffix(".csv")


_DATES = {"valid_from": _day, "valid_to": _day}
TABLES = (
    Table("regulators.csv", Regulator, _DATES),
    Table("place_types.csv", PlaceType, _DATES | {"default_flags": _listed}),
    Table("small_kinds.csv", SmallKind, _DATES | {"thresholds": _thresholds}, ("place_types",)),
    Table("clauses.csv", Clause, _DATES),
    Table("combined_use_limits.csv", CombinedUseLimit, _DATES | {"value": Decimal}),
    Table("hazard_groups.csv", HazardGroup, _DATES),
    Table(
        "hazard_categories.csv",
        HazardCategory,
        _DATES
        | {
            "on_site": _flag,
            "for_suspension": _flag,
            "default_days": int,
            "phrases": _listed,
            "parts": _listed,
        },
        ("clauses",),
    ),
    Table("checklists.csv", Checklist, _DATES | {"version": int}, ("place_types",), ("code", "version")),
    Table(
        "limits.csv",
        Limit,
        _DATES | {"amount": int, "rolls": _flag},
        key=("code", "valid_from"),
        kept=("amount", "unit", "rolls"),
    ),
)


@transaction.atomic
def load_tables(folder: Path = DATA) -> list[Loaded]:
    """Every code table, in the order in which they refer to one another. Raises BadFile, writing nothing."""
    return [*(load_table(table, folder) for table in TABLES), load_checklist_items(folder)]


@transaction.atomic
def load_table(table: Table, folder: Path = DATA) -> Loaded:
    """Add and correct the rows of one table; rows that the file lacks are left alone. Raises BadFile."""
    known = {tuple(getattr(row, k) for k in table.key): row for row in table.model.objects.all()}
    links = {name: _links(table.model, name) for name in table.many}
    held = {}  # what each linked table holds; this table itself grows while it is read
    rows = new = changed = 0
    for line, cells in _lines(folder / table.file):
        values, many = _values(table, line, cells, held)
        if "position" in {f.name for f in table.model._meta.fields}:
            values["position"] = line
        rows += 1
        row = known.get(tuple(values[k] for k in table.key))
        touched = row is not None and any(getattr(row, name) != value for name, value in values.items())
        if row is None:
            row = table.model(**values)
            row.save(force_insert=True)
            held.get(table.model, set()).add(row.pk)
            new += 1
            fresh = True
        else:
            fresh = False
            if touched:
                if any(getattr(row, name) != values.get(name) for name in table.kept):
                    raise _bad(
                        Path(table.file),
                        line,
                        _("a row in use keeps its number; add a row with a new first day"),
                    )
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
        for name, codes in many.items():
            if links[name].get(row.pk, set()) != codes:
                getattr(row, name).set(codes)
                touched = True
        changed += touched and not fresh
    return Loaded(table.name, rows, new, changed)


@transaction.atomic
def load_checklist_items(folder: Path = DATA) -> Loaded:
    """The questions of every checklist. A list in use is not changed: BadFile asks for a new version."""
    path = folder / "checklist_items.csv"
    lists = {(c.code, c.version): c for c in Checklist.objects.all()}
    groups = dict(HazardCategory.objects.values_list("code", "group_id"))
    known = {(i.checklist_id, i.number): i for i in ChecklistItem.objects.all()}
    seen, new, changed = set(), [], []
    for line, cells in _lines(path):
        checklist = lists.get((cells.pop("checklist"), int(cells.pop("version"))))
        category = cells.pop("category")
        if checklist is None or category not in groups:
            raise _bad(path, line, _("the checklist or the category is unknown"))
        values = cells | {
            "category_id": category,
            "group_id": groups[category],
            "number": int(cells["number"]),
        }
        key = (checklist.pk, values["number"])
        if key in seen:
            raise _bad(path, line, _("the number occurs twice"))
        seen.add(key)
        item = known.get(key)
        if item is not None and all(getattr(item, name) == value for name, value in values.items()):
            continue
        if checklist.first_used_on:
            raise _bad(
                path,
                line,
                _("version %(version)d of %(list)s has been used and stays as it is; add a version %(next)d")
                % {"version": checklist.version, "list": checklist.code, "next": checklist.version + 1},
            )
        if item is None:
            new.append(ChecklistItem(checklist=checklist, **values))
            continue
        for name, value in values.items():
            setattr(item, name, value)
        changed.append(item)
    ChecklistItem.objects.bulk_create(new)
    for item in changed:
        item.save()
    return Loaded("checklist_items", len(seen), len(new), len(changed))


def _lines(path: Path):
    """Line number and cells, stripped. Raises BadFile where the file is missing or not UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source, restkey="too many", strict=True)
            for cells in reader:
                if "too many" in cells or None in cells.values():
                    raise _bad(path, reader.line_num, _("the number of columns differs from the first line"))
                yield reader.line_num, {name: cell.strip() for name, cell in cells.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            _("%(file)s cannot be read: %(error)s") % {"file": path.name, "error": error}
        ) from error


def _values(table: Table, line: int, cells: dict[str, str], known: dict) -> tuple[dict, dict[str, set]]:
    values, many = {}, {}
    for name, cell in cells.items():
        try:
            if name in table.many:
                target = table.model._meta.get_field(name).related_model
                many[name] = set(_listed(cell))
                unknown = many[name] - _codes(target, known)
                if unknown:
                    raise ValueError(", ".join(sorted(unknown)))
                continue
            if name in table.read:
                values[name] = table.read[name](cell)
                continue
            column = table.model._meta.get_field(name)
            if column.is_relation:
                if cell and cell not in _codes(column.related_model, known):
                    raise ValueError(cell)
                values[column.attname] = cell or None
            else:
                values[name] = cell
                if column.choices and cell not in dict(column.choices):
                    raise ValueError(cell)
        except (ValueError, KeyError, AttributeError, LookupError, InvalidOperation) as error:
            problem = _("column %(column)s: %(error)s") % {"column": name, "error": error or cell}
            raise _bad(Path(table.file), line, problem) from error
    return values, many


def _codes(model: type[models.Model], known: dict) -> set[str]:
    if model not in known:
        known[model] = set(model.objects.values_list("pk", flat=True))
    return known[model]


def _links(model: type[models.Model], name: str) -> dict:
    """{row: set of linked codes} of a many-to-many column, in one query."""
    link = model._meta.get_field(name)
    through = link.remote_field.through
    found: dict = {}
    for row, target in through.objects.values_list(
        f"{link.m2m_field_name()}_id", f"{link.m2m_reverse_field_name()}_id"
    ):
        found.setdefault(row, set()).add(target)
    return found


def _bad(path: Path, line: int, problem: str) -> BadFile:
    return BadFile(
        _("%(file)s, line %(line)d: %(problem)s.") % {"file": path.name, "line": line, "problem": problem}
    )
