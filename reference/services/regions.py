"""Loads divisions set by set, and moves a village or grid with its history kept."""

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from common.errors import BadFile, RuleBroken
from reference import region_file
from reference.models import Region, RegionMembership
from reference.pinyin import initials
from reference.services.loaded import Loaded

# From the county down: what tells two villages apart on a page of one county or city.
_PATH_FROM = {"county", "township", "village", "grid"}


@transaction.atomic
def load_regions(path: Path) -> Loaded:
    """Add and correct divisions from a CSV file, packed or not. Never deletes; a second run changes nothing.

    Raises BadFile, with the line, before anything is written.
    """
    try:
        rows = region_file.read(Path(path))
        paths = _paths(rows)
    except region_file.BadLine as bad:
        raise BadFile(_sentence(bad), field="regions") from bad
    known = _known(rows)
    new, changed = [], []
    for row in rows:
        short = region_file.short_name(row.name, row.level)
        wanted = (row.name, short, paths[row.code], row.level, row.parent or None)
        before = known.get(row.code)
        if before is None:
            new.append((row.code, *wanted))
        elif before != wanted:
            changed.append((row.code, *wanted))
    if new or changed:
        _write(new, changed)
    if changed:
        _refresh_below(changed)
    return Loaded("regions", len(rows), len(new), len(changed))


@transaction.atomic
def move_region(*, region: Region, to: Region, on: date, code: str | None = None) -> dict[str, str]:
    """From `on`, the region and all inside it belong to `to` under new codes; the old end the day before.

    A code says where a region lies, so a move gives a new one: `code`, or the next free one below `to`.
    The old row stays for old cases and points at its successor. Answers {old code: new code}, the region
    first, so that callers can re-home what refers to it. Raises RuleBroken.
    """
    region = Region.objects.select_for_update().get(pk=region.pk)
    Region.objects.select_for_update().get(pk=to.pk)
    _refuse_move(region, to, on)
    code = code or next_code(to, len(region.code) - len(region.parent_id))
    if not code.startswith(to.code) or code == to.code or Region.objects.filter(code=code).exists():
        raise RuleBroken(
            _("%(code)s is not a free code below %(region)s.") % {"code": code, "region": to.label},
            code="bad_code",
            field="code",
        )
    moved = list(Region.objects.under(region.code).current(on).order_by("code"))
    codes = {old.code: code + old.code.removeprefix(region.code) for old in moved}
    longest = Region._meta.get_field("code").max_length
    if any(len(new) > longest for new in codes.values()):
        raise RuleBroken(
            _("The codes below the new place would become too long."), code="bad_code", field="to"
        )
    above = to.path_name if to.level in _PATH_FROM else ""
    for old in moved:
        _reborn(old, codes, to, on, above)
    return codes


def next_code(parent: Region, digits: int = 3) -> str:
    """The first free code of `digits` more digits below `parent`."""
    taken = set(Region.objects.filter(parent=parent).values_list("code", flat=True))
    for number in range(1, 10**digits):
        code = f"{parent.code}{number:0{digits}d}"
        if code not in taken:
            return code
    raise RuleBroken(_("%(region)s has no free code left.") % {"region": parent.label}, code="no_code")


@transaction.atomic
def add_grid(*, parent: Region, name: str, on: date) -> Region:
    """A new grid inside a village or another grid, from `on`. Raises RuleBroken."""
    if parent.level not in {Region.Level.VILLAGE, Region.Level.GRID}:
        raise RuleBroken(_("A grid lies in a village or in another grid."), code="bad_parent", field="parent")
    Region.objects.select_for_update().get(pk=parent.pk)
    if Region.objects.filter(parent=parent, name=name).current(on).exists():
        raise RuleBroken(
            _("%(region)s already has a grid of this name.") % {"region": parent.label},
            code="duplicate",
            field="name",
        )
    grid = Region.objects.create(
        code=next_code(parent),
        name=name,
        short_name=name,
        path_name=f"{parent.path_names} {name}",
        initials=initials(name)[:100],
        level=Region.Level.GRID,
        parent=parent,
        valid_from=on,
    )
    RegionMembership.objects.create(region=grid, parent=parent, starts_on=on)
    return grid


def _refuse_move(region: Region, to: Region, on: date) -> None:
    if region.level not in {Region.Level.VILLAGE, Region.Level.GRID}:
        raise RuleBroken(
            _("Only villages and grids are moved; a township is loaded from a file."), field="region"
        )
    allowed = {"township"} if region.level == Region.Level.VILLAGE else {"village", "grid"}
    if to.level not in allowed:
        raise RuleBroken(_("A village moves to a township, a grid to a village or another grid."), field="to")
    if to.code == region.parent_id:
        raise RuleBroken(_("%(region)s lies there already.") % {"region": region.label}, field="to")
    if to.code.startswith(region.code):
        raise RuleBroken(_("A region cannot be moved into itself."), field="to")
    if region.valid_to or region.successor_id:
        raise RuleBroken(_("%(region)s has ended already.") % {"region": region.label}, field="region")
    if region.valid_from and on <= region.valid_from:
        raise RuleBroken(_("The move must come after the region's first day."), field="on")


def _reborn(old: Region, codes: dict[str, str], to: Region, on: date, above: str) -> None:
    """End `old` and make its successor."""
    eve = on - timedelta(days=1)
    parent = codes.get(old.parent_id, to.code)
    path = (
        f"{Region.objects.get(pk=parent).path_names if parent != to.code else above} {old.short_name}".strip()
    )
    new = Region.objects.create(
        code=codes[old.code],
        name=old.name,
        short_name=old.short_name,
        path_name=path,
        initials=old.initials,
        level=old.level,
        parent_id=parent,
        valid_from=on,
    )
    old.valid_to, old.successor = eve, new
    old.save(update_fields=["valid_to", "successor"])
    if not RegionMembership.objects.filter(region=old, ends_on__isnull=True).update(ends_on=eve):
        RegionMembership.objects.create(
            region=old, parent_id=old.parent_id, starts_on=old.valid_from, ends_on=eve
        )
    RegionMembership.objects.create(region=new, parent_id=parent, starts_on=on)


def _paths(rows: list[region_file.Row]) -> dict[str, str]:
    """The path name of every row. Raises BadLine for a parent that is known nowhere."""
    missing = region_file.outside_parents(rows)
    outside = {
        code: path if level in _PATH_FROM else ""
        for code, path, level in Region.objects.filter(code__in=missing).values_list(
            "code", "path_name", "level"
        )
    }
    for code, line in missing.items():
        if code not in outside:
            raise region_file.BadLine(line, "orphan", code)
    paths = {}
    below = dict(outside)  # what a child puts in front of its own name
    for row in sorted(rows, key=lambda row: len(row.code)):
        short = region_file.short_name(row.name, row.level)
        path = f"{below[row.parent]} {short}".strip() if row.parent else short
        paths[row.code] = path
        below[row.code] = path if row.level in _PATH_FROM else ""
    return paths


def _known(rows: list[region_file.Row]) -> dict[str, tuple]:
    fields = ("code", "name", "short_name", "path_name", "level", "parent_id")
    with connection.cursor() as cursor:
        # Two loads at a time would both find a row missing.
        cursor.execute("LOCK TABLE reference_region IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"SELECT {', '.join(fields)} FROM reference_region WHERE code = ANY(%s)",
            [[row.code for row in rows]],
        )
        return {code: tuple(rest) for code, *rest in cursor.fetchall()}


@lru_cache(maxsize=500_000)
def _initials(name: str) -> str:
    return initials(name)[:100]


def _write(new: list[tuple], changed: list[tuple]) -> None:
    """COPY what is new straight into the table and what changed into a temporary one: 665,276 rows in a minute."""
    columns = "code, name, short_name, path_name, level, parent_id, initials"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY reference_region ({columns}) FROM STDIN", _CopyLines(new))
        if changed:
            cursor.execute(
                "CREATE TEMP TABLE region_load (code text, name text, short_name text, path_name text,"
                " level text, parent_id text, initials text) ON COMMIT DROP"
            )
            cursor.copy_expert(f"COPY region_load ({columns}) FROM STDIN", _CopyLines(changed))
            cursor.execute(
                "UPDATE reference_region r SET name = l.name, short_name = l.short_name,"
                " path_name = l.path_name, level = l.level, parent_id = l.parent_id, initials = l.initials"
                " FROM region_load l WHERE r.code = l.code"
            )
            cursor.execute("DROP TABLE region_load")
        cursor.execute("ANALYZE reference_region")
    _initials.cache_clear()


class _CopyLines:
    """A file-like view of rows in COPY's text format, made as it is read."""

    def __init__(self, rows):
        self._lines = map(self._line, rows)
        self._rest = ""

    @staticmethod
    def _line(row: tuple) -> str:
        cells = (*row, _initials(row[2]))
        return "\t".join("\\N" if cell is None else _escaped(cell) for cell in cells) + "\n"

    def read(self, size: int = -1) -> str:
        chunk, self._rest = [self._rest], ""
        length = len(chunk[0])
        for line in self._lines:
            chunk.append(line)
            length += len(line)
            if 0 < size <= length:
                break
        text = "".join(chunk)
        if size > 0:
            # psycopg2 counts bytes of what it is handed: stay below by characters of up to four bytes.
            text, self._rest = text[: size // 4], text[size // 4 :]
        return text


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ")


def _refresh_below(changed: list[tuple]) -> None:
    """A renamed region is part of the path of all below it, also of what the file does not hold (grids)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below AS ("
            " SELECT code, CASE WHEN level IN ('province', 'city') THEN '' ELSE path_name || ' ' END"
            " AS prefix, path_name::text FROM reference_region WHERE code = ANY(%s)"
            " UNION"
            " SELECT r.code, CASE WHEN r.level = 'city' THEN '' ELSE b.prefix || r.short_name || ' ' END,"
            "        b.prefix || r.short_name FROM reference_region r JOIN below b ON r.parent_id = b.code)"
            " UPDATE reference_region r SET path_name = below.path_name FROM below"
            " WHERE r.code = below.code AND r.path_name <> below.path_name",
            [[row[0] for row in changed]],
        )


def _sentence(bad: region_file.BadLine) -> str:
    problem = {
        "missing": _("there is no such file: %(value)s"),
        "unreadable": _("the file cannot be read or unpacked: %(value)s"),
        "too_big": _("the file is larger than any list of divisions"),
        "empty": _("the file holds no division"),
        "encoding": _("the text is neither UTF-8 nor GBK"),
        "header": _("the first line must be code,name,level,parent_code, not “%(value)s”"),
        "csv": _("the quotation marks do not match"),
        "columns": _("4 columns are expected, %(value)s found"),
        "level": _("the level “%(value)s” is unknown; use province, city, county, township, village or grid"),
        "code": _("the code “%(value)s” does not fit its level"),
        "name": _("the name “%(value)s” is empty or longer than 100 characters"),
        "parent": _("a province has no parent and everything else has one; found “%(value)s”"),
        "prefix": _("the code does not begin with the code of its parent %(value)s"),
        "duplicate": _("the code %(value)s occurs twice"),
        "orphan": _("the parent %(value)s is neither in the file nor loaded"),
    }[bad.problem] % {"value": bad.value}
    if not bad.line:
        return _("Nothing was loaded: %(problem)s.") % {"problem": problem}
    return _("Nothing was loaded. Line %(line)d: %(problem)s.") % {"line": bad.line, "problem": problem}
