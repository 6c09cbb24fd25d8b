"""Import of a unit ledger: read and compared first, written only when confirmed, taken back within the hour."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import need
from common.errors import AlreadyDone, RuleBroken
from reference.models import PlaceType, Region, Regulator, SmallKind
from units import guards
from units.models import LINKS, ImportBatch, ImportRow, OperatingStatus, Unit, UnitChange, UnitPerson
from units.services import entries, records
from units.services import people as persons
from units.services.codes import Codes
from units.services.places import Places
from units.services.reading import NUMBERS, Reader
from units.text import fold
from units.workbook import Table

Verdict = ImportRow.Verdict
UNDO_WITHIN = timedelta(hours=1)
PLAIN = ("name", "credit_code", "address", "supervision_class", "note")
DECIMALS = ("floor_area", "height", "longitude", "latitude")
LINKED = {"place_type": PlaceType, "small_kind": SmallKind, "regulator": Regulator}


@dataclass
class Line:
    """A line as understood and compared with the register."""

    line: int
    cells: list
    data: dict
    errors: list
    notes: list = field(default_factory=list)
    verdict: str = ""
    unit: Unit | None = None
    changes: dict = field(default_factory=dict)


# --- read and compare ------------------------------------------------------------------------------------


@transaction.atomic
def stage(table: Table, *, by, on) -> ImportBatch:
    """Keeps a table as an import in waiting, each line with its verdict. The register is not touched.

    `by` is None for the operator at the command line, whose area is the whole register.
    """
    if by is not None:
        need(by, "unit.import")
    batch = ImportBatch.objects.create(
        by=by,
        filename=table.filename,
        sheet=table.sheet,
        header_line=table.header_line,
        columns=table.columns,
        ignored_lines=table.ignored,
        created_at=timezone.now(),
    )
    _keep(batch, compare(table.rows, table.columns, by=by, on=on))
    return batch


def _keep(batch: ImportBatch, lines) -> None:
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                batch=batch,
                line=line.line,
                raw=line.cells,
                data=line.data,
                verdict=line.verdict,
                errors=line.errors,
                notes=line.notes,
                changes=line.changes,
                unit=line.unit,
            )
            for line in lines
        ],
        batch_size=1000,
    )


def compare(rows, columns, *, by, on) -> list[Line]:
    """Each row as new, update, unchanged or bad."""
    area = None if by is None else by.scope.codes_for("unit.import")
    reader = Reader(columns, codes=Codes(on), places=Places(area, on))
    lines = [Line(number, cells, *reader.read(cells)) for number, cells in rows]
    _find_doubles(lines)
    _match(lines, area)
    for line in lines:
        _judge(line)
    return lines


def _identity(data: dict) -> tuple:
    return (data["region"][:9], fold(data["name"]), fold(data.get("address", "")))


def _find_doubles(lines) -> None:
    """The same unit twice in one file: the second line is to be corrected, never written over the first."""
    seen, codes = {}, {}
    for line in lines:
        if not line.data.get("region") or not line.data.get("name"):
            continue
        first = seen.setdefault(_identity(line.data), line.line)
        if first != line.line:
            message = _("The same name and address as in line %(line)s.") % {"line": first}
            line.errors.append({"field": "name", "message": message})
            continue
        if code := line.data.get("credit_code"):
            first = codes.setdefault(code, line.line)
            if first != line.line:
                message = _("The same credit code as in line %(line)s.") % {"line": first}
                line.errors.append({"field": "credit_code", "message": message})


def _match(lines, area) -> None:
    """Ties each line to the unit it means: by register number, credit code, or name within the township."""
    towns = sorted({line.data["region"][:9] for line in lines if line.data.get("region")})
    units = Unit.objects.exclude(operating_status=OperatingStatus.MISTAKEN).prefetch_related("people")
    by_name: dict[tuple, list[Unit]] = {}
    for town in towns:
        for unit in units.under(town).defer("search_text", "grams"):
            by_name.setdefault((town, fold(unit.name)), []).append(unit)
    wanted = {line.data[key] for line in lines for key in ("number", "credit_code") if line.data.get(key)}
    by_code = {}
    for unit in units.filter(number__in=wanted) | units.filter(credit_code__in=wanted):
        by_code[unit.number] = unit
        if unit.credit_code and not unit.is_retired:
            by_code[unit.credit_code] = unit
    names_in_file: dict[tuple, int] = {}
    for line in lines:
        if line.data.get("region") and line.data.get("name"):
            key = _identity(line.data)[:2]
            names_in_file[key] = names_in_file.get(key, 0) + 1
    for line in lines:
        line.unit = _unit_of(line, by_code, by_name, names_in_file)
        if line.unit and area is not None and not any(line.unit.region_id.startswith(code) for code in area):
            line.unit = None
            message = _("A unit with this code stands on the register outside your area.")
            line.errors.append({"field": "credit_code", "message": message})


def _unit_of(line: Line, by_code, by_name, names_in_file) -> Unit | None:
    data = line.data
    if number := data.get("number"):
        if number not in by_code:
            line.errors.append(
                {"field": "number", "message": _("There is no unit with this register number.")}
            )
        return by_code.get(number)
    if data.get("credit_code") in by_code:
        return by_code[data["credit_code"]]
    if not data.get("region") or not data.get("name"):
        return None
    key = _identity(data)
    namesakes = by_name.get(key[:2], [])
    same_address = [unit for unit in namesakes if fold(unit.address) == key[2]]
    for group in (same_address, namesakes if names_in_file[key[:2]] == 1 else []):
        current = [unit for unit in group if not unit.is_retired] or group
        if len(current) == 1:
            return current[0]
    return None


def _judge(line: Line) -> None:
    unit = line.unit
    if unit is not None and unit.is_retired:
        words = {"day": unit.retired_on, "why": unit.get_operating_status_display()}
        message = (
            _("Taken off the register on %(day)s (%(why)s). Restore it there, or leave the line out.") % words
        )
        line.errors.append({"field": "name", "message": message})
    if line.errors:
        line.verdict = Verdict.BAD
    elif unit is None:
        line.verdict = Verdict.NEW
    else:
        line.changes = _changes(unit, line.data)
        line.verdict = Verdict.UPDATE if line.changes else Verdict.UNCHANGED


def _changes(unit: Unit, data: dict) -> dict:
    """{field: [before, after]} as the history keeps them; empty cells never wipe out what is known."""
    changes = {}
    for name, after in _facts(data, unit.flags).items():
        column = f"{name}_id" if name in LINKS else name
        before = getattr(unit, column)
        after = getattr(after, "pk", after)
        differs = sorted(before) != sorted(after) if isinstance(before, list) else before != after
        if differs:
            changes[name] = [records.plain(before), records.plain(after)]
    if _region_after(unit, data) != unit.region_id:
        changes["region"] = [unit.region_id, data["region"]]
    held = {p.duty: [p.duty, p.name, p.phone] for p in unit.people.all() if p.ends_on is None}
    after = _people_after(held, data)
    if after != held:
        changes["people"] = [list(held.values()), list(after.values())]
    return changes


def _region_after(unit: Unit, data: dict) -> str:
    """A ledger that knows only the township does not make us forget the village."""
    return unit.region_id if unit.region_id.startswith(data["region"]) else data["region"]


def _people_after(held: dict, data: dict) -> dict:
    after = dict(held)
    for duty, name, phone in data.get("people", []):
        known = held.get(duty)
        same = known is not None and known[1] == name
        after[duty] = [duty, name, phone or (known[2] if same else "")]
    return after


def _facts(data: dict, flags=None) -> dict:
    """The line as facts of a unit. `flags` are those it has; None for a new unit."""
    facts = {name: data[name] for name in PLAIN if name in data}
    for name in NUMBERS:
        if name in data:
            facts[name] = Decimal(data[name]) if name in DECIMALS else data[name]
    for name, model in LINKED.items():
        if data.get(name):
            facts[name] = model(pk=data[name])
    known = set(flags) if flags is not None else set(data.get("flags_usual", []))
    facts["flags"] = sorted((known | set(data.get("flags_on", []))) - set(data.get("flags_off", [])))
    return facts


# --- write --------------------------------------------------------------------------------------------------


@transaction.atomic
def commit(batch: ImportBatch, *, by, on) -> dict:
    """Writes the good lines of an import; compares them again first, as the register goes on meanwhile.

    Returns {"new", "update", "unchanged", "bad"}. AlreadyDone where the import was written before.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status != ImportBatch.Status.PREVIEW:
        raise AlreadyDone(_("This import was written to the register already."))
    if by is not None:
        need(by, "unit.import")
    raw = list(batch.rows.values_list("line", "raw", "data__region"))
    for county in sorted({region[:6] for _line, _cells, region in raw if region}):
        # One import per county at a time: two presses, or two clerks with one file, must not make twins.
        records.take_numbers(county, 0)
    lines = compare([(line, cells) for line, cells, _region in raw], batch.columns, by=by, on=on)
    _write_new([line for line in lines if line.verdict == Verdict.NEW], by=by, on=on)
    for line in lines:
        if line.verdict == Verdict.UPDATE:
            _write_update(line, by=by, on=on)
    batch.rows.all().delete()
    _keep(batch, lines)
    batch.status, batch.committed_at = ImportBatch.Status.COMMITTED, timezone.now()
    batch.save(update_fields=["status", "committed_at"])
    return {str(verdict): sum(line.verdict == verdict for line in lines) for verdict in Verdict}


def _write_new(lines, *, by, on) -> None:
    """Many at once: what `entries.register` does for one, with the same parts."""
    regions = Region.objects.in_bulk({line.data["region"] for line in lines})
    by_county: dict[str, list[Line]] = {}
    for line in lines:
        by_county.setdefault(line.data["region"][:6], []).append(line)
    units, people, changes = [], [], []
    for county, group in by_county.items():
        for line, number in zip(group, records.take_numbers(county, len(group)), strict=True):
            facts = {name: value for name, value in _facts(line.data).items() if name not in LINKED}
            unit = entries.build(region=regions[line.data["region"]], by=by, source="import", **facts)
            for name in LINKED:
                setattr(unit, f"{name}_id", line.data.get(name) or None)
            unit.number = number
            records.index(unit, [name for _duty, name, _phone in line.data.get("people", [])])
            line.unit = unit
            units.append(unit)
    Unit.objects.bulk_create(units, batch_size=500)
    for line in lines:
        rows = [{"duty": d, "name": n, "phone": p} for d, n, p in line.data.get("people", [])]
        people += [persons.in_duty(line.unit, row, on) for row in rows]
        changes.append(
            UnitChange(
                unit=line.unit, act=UnitChange.Act.IMPORTED, by=by, at=line.unit.created_at, changes={}
            )
        )
    UnitPerson.objects.bulk_create(people, batch_size=1000)
    UnitChange.objects.bulk_create(changes, batch_size=1000)


def _write_update(line: Line, *, by, on) -> None:
    unit = records.lock(line.unit)
    for name, (_before, after) in line.changes.items():
        if name != "people":
            column = f"{name}_id" if name in LINKS else name
            setattr(unit, column, Decimal(after) if name in DECIMALS and after is not None else after)
    if "people" in line.changes:
        rows = [{"duty": d, "name": n, "phone": p} for d, n, p in line.changes["people"][1]]
        persons.write(unit, rows, on=on)
    _save(unit, UnitChange.Act.IMPORTED, line.changes, by=by)
    if "region" in line.changes:
        for follow in guards.after_move:
            follow(unit, by=by, on=on)
    line.unit = unit


def _save(unit: Unit, act: str, changes: dict, *, by, reason="") -> None:
    records.index(unit, records.names_of(unit))
    unit.updated_at = timezone.now()
    unit.save()
    records.log(unit, act, by=by, changes=changes, reason=reason)


# --- take back ------------------------------------------------------------------------------------------------


def may_undo(batch: ImportBatch, at=None) -> bool:
    """Whether the hour is not over."""
    at = at or timezone.now()
    return batch.status == ImportBatch.Status.COMMITTED and at <= batch.committed_at + UNDO_WITHIN


@transaction.atomic
def undo(batch: ImportBatch, *, by, on) -> dict:
    """Takes an import back within the hour: new units leave the register, updated ones get their old facts.

    What somebody has worked on since stays. Returns {"undone", "kept"}.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not may_undo(batch):
        raise RuleBroken(_("An import can be taken back within an hour, and only once."), code="too_late")
    if by is not None:
        need(by, "unit.import")
    undone = kept = 0
    rows = batch.rows.filter(verdict__in=(Verdict.NEW, Verdict.UPDATE), unit__isnull=False)
    for row in rows.select_related("unit"):
        if _take_back(row, batch, by=by, on=on):
            undone += 1
        else:
            kept += 1
    batch.status, batch.undone_at = ImportBatch.Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    return {"undone": undone, "kept": kept}


def _take_back(row: ImportRow, batch: ImportBatch, *, by, on) -> bool:
    unit = records.lock(row.unit)
    touched = unit.updated_at > batch.committed_at or unit.is_retired
    if touched or (row.verdict == Verdict.NEW and _is_in_use(unit, on)):
        return False
    if row.verdict == Verdict.NEW:
        unit.operating_status, unit.retired_on = OperatingStatus.MISTAKEN, on
        changes = {"operating_status": ["operating", str(OperatingStatus.MISTAKEN)]}
    else:
        changes = {name: [after, before] for name, (before, after) in row.changes.items()}
        for name, (_after, before) in changes.items():
            if name != "people":
                column = f"{name}_id" if name in LINKS else name
                setattr(unit, column, Decimal(before) if name in DECIMALS and before is not None else before)
        if "people" in changes:
            persons.write(
                unit, [{"duty": d, "name": n, "phone": p} for d, n, p in changes["people"][1]], on=on
            )
    _save(unit, UnitChange.Act.UNDONE, changes, by=by)
    return True


def _is_in_use(unit: Unit, on) -> bool:
    """Somebody inspected, suspended or reported it already."""
    return bool(unit.last_inspected_on or unit.suspended_since or guards.objections(unit, on))
