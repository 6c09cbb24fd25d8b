"""Loads versions of the rules on major fire hazards, each from one CSV file; a version never changes."""

import csv
import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from common.errors import BadFile, RuleBroken
from reference.models import Confidence, CountingRule, PlaceFlag, RuleElement, RuleExclusion, RuleSet
from reference.services.loaded import Loaded
from reference.services.tables import DATA

COLUMNS = (
    "row", "code", "name", "name_en", "kind", "parameter", "limits", "bare", "most", "applies_to", "not_for",
    "yields_to", "by_word", "counts_for", "at_least", "valid_from", "valid_to", "source", "confidence",
)  # fmt: skip
_CODE = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./-]{0,39}")
_LIMIT = re.compile(r"(?:(?P<limb>[a-z_]+)@)?(?:(?P<place>[a-z_|+]+):)?(?P<op><=|>=|<|>)(?P<value>[0-9.]+)")
MOST = {"code": 40, "name": 200, "name_en": 250, "source": 300}


@dataclass
class Sheet:
    """One file as read: the set, its parts, and what is wrong with which line."""

    facts: dict = field(default_factory=dict)
    chapters: list[dict] = field(default_factory=list)
    elements: list[RuleElement] = field(default_factory=list)
    counting: list[CountingRule] = field(default_factory=list)
    exclusions: list[RuleExclusion] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def rows(self) -> int:
        return 1 + len(self.chapters) + len(self.elements) + len(self.counting) + len(self.exclusions)


@transaction.atomic
def load_shipped(folder: Path = DATA / "rule_sets") -> Loaded:
    """Every set that comes with the product; content that some version already has is left alone. Raises BadFile."""
    rows = new = 0
    for path in sorted(folder.glob("*.csv")):
        sheet = read(path)
        rows += sheet.rows
        if not RuleSet.objects.filter(code=sheet.facts["code"], digest=sheet.digest).exists():
            _store(sheet)
            new += sheet.rows
    return Loaded("rule_sets", rows, new, 0)


@transaction.atomic
def load_signed_off(path: Path, *, by: str, on: date, today: date) -> tuple[RuleSet, bool]:
    """The set of a file that `by` compared with the printed standard on the day `on`, and whether anything changed.

    New content becomes the next version of its code; known content that nobody had signed is signed.
    Raises BadFile with every bad row, RuleBroken for a bad sign-off; nothing is written then.
    """
    by = by.strip()
    if not 2 <= len(by) <= 60:
        raise RuleBroken(_("Give the name of the person who signs the set off."), field="signed_off_by")
    if on > today:
        raise RuleBroken(_("The day of the sign-off lies in the future."), field="signed_off_on")
    sheet = read(path)
    if not sheet.elements:
        raise BadFile(_("%(file)s has no element: an empty set cannot be signed off.") % {"file": path.name})
    known = RuleSet.objects.select_for_update().filter(code=sheet.facts["code"], digest=sheet.digest).first()
    if known is not None and known.verified:
        return known, False
    if known is None:
        return _store(sheet, signed_off_by=by, signed_off_on=on), True
    known.signed_off_by, known.signed_off_on = by, on
    known.save(update_fields=["signed_off_by", "signed_off_on"])
    return known, True


def _store(sheet: Sheet, **sign_off) -> RuleSet:
    last = RuleSet.objects.filter(code=sheet.facts["code"]).aggregate(last=Max("version"))["last"]
    made = RuleSet.objects.create(
        **sheet.facts, version=(last or 0) + 1, chapters=sheet.chapters, digest=sheet.digest, **sign_off
    )
    for model, parts in (
        (RuleElement, sheet.elements),
        (CountingRule, sheet.counting),
        (RuleExclusion, sheet.exclusions),
    ):
        for part in parts:
            part.rule_set = made
        model.objects.bulk_create(parts)
    return made


def read(path: Path) -> Sheet:
    """One file, checked row by row. Raises BadFile that names every bad line."""
    sheet = Sheet()
    content = []
    for line, cells in _lines(path):
        content.append([cells[name] for name in COLUMNS])
        try:
            _take(sheet, line, cells)
        except ValueError as error:
            sheet.errors.append(_("line %(line)d: %(problem)s") % {"line": line, "problem": error})
    sheet.errors += _across(sheet)
    if sheet.errors:
        raise BadFile(f"{path.name}: " + "; ".join(sheet.errors))
    sheet.digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return sheet


def _lines(path: Path):
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source, restkey="too many", strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(
                    _("%(file)s lacks the columns: %(columns)s.")
                    % {"file": path.name, "columns": ", ".join(missing)}
                )
            for cells in reader:
                if "too many" in cells or None in cells.values():
                    raise BadFile(
                        _("%(file)s, line %(line)d: %(problem)s.")
                        % {
                            "file": path.name,
                            "line": reader.line_num,
                            "problem": _("the number of columns differs from the first line"),
                        }
                    )
                if "\x00" in "".join(cells.values()):
                    raise csv.Error("NUL")
                yield reader.line_num, {name: cell.strip() for name, cell in cells.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            _("%(file)s cannot be read: %(error)s") % {"file": path.name, "error": error}
        ) from error


def _take(sheet: Sheet, line: int, cells: dict[str, str]) -> None:
    """Put one row where it belongs. Raises ValueError with the column."""
    for name, most in MOST.items():
        if len(cells[name]) > most:
            raise ValueError(_("column %(column)s: too long") % {"column": name})
    if not _CODE.fullmatch(cells["code"]):
        raise _wrong("code", cells)
    if not cells["name"]:
        raise ValueError(_("column %(column)s: empty") % {"column": "name"})
    match cells["row"]:
        case "set":
            _take_set(sheet, cells)
        case "chapter":
            sheet.chapters.append({name: cells[name] for name in ("code", "name", "name_en")})
        case "element":
            sheet.elements.append(_element(line, cells))
        case "count":
            sheet.counting.append(_counting(line, cells))
        case "exclusion":
            sheet.exclusions.append(RuleExclusion(**_common(line, cells), letter=cells["kind"]))
        case _:
            raise _wrong("row", cells)


def _take_set(sheet: Sheet, cells: dict[str, str]) -> None:
    if sheet.facts:
        raise ValueError(_("the file describes one set, not two"))
    first = _day("valid_from", cells)
    if first is None:
        raise ValueError(_("column %(column)s: empty") % {"column": "valid_from"})
    last = _day("valid_to", cells)
    if last is not None and last < first:
        raise ValueError(_("the last day lies before the first"))
    sheet.facts = _named(cells) | {"valid_from": first, "valid_to": last}


def _named(cells: dict[str, str]) -> dict:
    if cells["confidence"] not in Confidence.values:
        raise _wrong("confidence", cells)
    if not cells["source"]:
        raise ValueError(_("column %(column)s: empty") % {"column": "source"})
    return {name: cells[name] for name in ("code", "name", "name_en", "source", "confidence")}


def _common(line: int, cells: dict[str, str]) -> dict:
    return _named(cells) | {"position": line}


def _element(line: int, cells: dict[str, str]) -> RuleElement:
    if cells["kind"] not in RuleElement.Kind.values:
        raise _wrong("kind", cells)
    if cells["parameter"] not in RuleElement.Parameter.values:
        raise _wrong("parameter", cells)
    limits = _limits(cells)
    if bool(limits) is (cells["parameter"] == RuleElement.Parameter.BOOLEAN):
        raise _wrong("limits", cells)
    return RuleElement(
        **_common(line, cells),
        kind=cells["kind"],
        parameter=cells["parameter"],
        limits=limits,
        bare=_flag("bare", cells) or not limits,
        most=_number("most", cells) if cells["most"] else None,
        applies_to=_places("applies_to", cells),
        not_for=_places("not_for", cells),
        yields_to=cells["yields_to"],
        by_word=_flag("by_word", cells),
        counts_for=[part for part in cells["counts_for"].split("|") if part],
    )


def _counting(line: int, cells: dict[str, str]) -> CountingRule:
    if not re.fullmatch(r"[1-9][0-9]?", cells["at_least"]):
        raise _wrong("at_least", cells)
    return CountingRule(
        **_common(line, cells),
        at_least=int(cells["at_least"]),
        applies_to=_places("applies_to", cells),
        not_for=_places("not_for", cells),
    )


def _limits(cells: dict[str, str]) -> list[dict]:
    """`high_rise|underground:>0.30;>0.50` as rows of limb, place, operator and value."""
    found = []
    for part in filter(None, cells["limits"].split(";")):
        match = _LIMIT.fullmatch(part.strip())
        if match is None:
            raise _wrong("limits", cells)
        _number("limits", {"limits": match["value"]})
        place = _alternatives("limits", match["place"] or "")
        found.append(
            {"limb": match["limb"] or "", "place": place, "op": match["op"], "value": match["value"]}
        )
    return found


def _places(name: str, cells: dict[str, str]) -> list[str]:
    return _alternatives(name, cells[name])


def _alternatives(name: str, cell: str) -> list[str]:
    found = [part.strip() for part in cell.split("|") if part.strip()]
    unknown = {flag for part in found for flag in part.split("+")} - set(PlaceFlag.values)
    if unknown:
        raise ValueError(
            _("column %(column)s: %(error)s") % {"column": name, "error": ", ".join(sorted(unknown))}
        )
    return found


def _across(sheet: Sheet) -> list[str]:
    """What only shows when the rows are seen together."""
    problems = [] if sheet.facts or sheet.errors else [_("the file describes no set")]
    for parts in (sheet.elements, sheet.counting, sheet.exclusions):
        codes = [part.code for part in parts]
        problems += [_("%(code)s occurs twice") % {"code": code} for code in sorted(_twice(codes))]
    letters = {rule.code for rule in sheet.counting}
    codes = {element.code for element in sheet.elements}
    for element in sheet.elements:
        unknown = set(element.counts_for) - letters
        if element.yields_to and element.yields_to not in codes:
            unknown.add(element.yields_to)
        if unknown:
            problems.append(
                _("%(code)s refers to %(what)s, which the file does not have")
                % {"code": element.code, "what": ", ".join(sorted(unknown))}
            )
    return problems


def _twice(codes: list[str]) -> set[str]:
    return {code for code in codes if codes.count(code) > 1}


def _day(name: str, cells: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(cells[name]) if cells[name] else None
    except ValueError as error:
        raise _wrong(name, cells) from error


def _number(name: str, cells: dict[str, str]) -> Decimal:
    try:
        value = Decimal(cells[name])
    except InvalidOperation as error:
        raise _wrong(name, cells) from error
    if not 0 < value < 10000:
        raise _wrong(name, cells)
    return value


def _flag(name: str, cells: dict[str, str]) -> bool:
    if cells[name] not in ("", "0", "1"):
        raise _wrong(name, cells)
    return cells[name] == "1"


def _wrong(name: str, cells: dict[str, str]) -> ValueError:
    return ValueError(_("column %(column)s: “%(cell)s” is not known") % {"column": name, "cell": cells[name]})
