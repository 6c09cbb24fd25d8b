"""Reads a file of divisions (code,name,level,parent_code) and says at which line it is wrong."""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

HEADER = ["code", "name", "level", "parent_code"]
# How long a code of each level is: GB/T 2260 to the county, GB/T 10114 for the township, then the statistics
# bureau's three digits for the village. A grid adds three digits to what it lies in, at any depth.
LENGTHS = {"province": (2,), "city": (4,), "county": (6,), "township": (9,), "village": (12,)}
GRID_LENGTHS = (15, 18, 21, 24)
MOST_NAME = 100
_MOST_BYTES = 400 * 1024 * 1024


class BadLine(Exception):
    """What is wrong, and in which line (0 for the file as a whole). `problem` is a key of `PROBLEMS`."""

    def __init__(self, line: int, problem: str, value: str = ""):
        super().__init__(line, problem, value)
        self.line, self.problem, self.value = line, problem, value


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    code: str
    name: str
    level: str
    parent: str


def read(path: Path) -> list[Row]:
    """Every row of a CSV file, packed with gzip or not, in UTF-8 or GBK. Raises BadLine."""
    rows = list(_rows(_text(path)))
    if not rows:
        raise BadLine(0, "empty")
    _check_links(rows)
    return rows


def outside_parents(rows: list[Row]) -> dict[str, int]:
    """The parents that the file names without holding them, each with the first line that needs it."""
    inside = {row.code for row in rows}
    missing: dict[str, int] = {}
    for row in rows:
        if row.parent and row.parent not in inside:
            missing.setdefault(row.parent, row.line)
    return missing


def short_name(name: str, level: str) -> str:
    """The name as people say it: 陈吕木村民委员会 is 陈吕木村, 社区居民委员会 is 社区."""
    if level != "village":
        return name
    for suffix in ("村民委员会", "村委会"):
        if name.endswith(suffix) and len(name) > len(suffix):
            stem = name.removesuffix(suffix)
            return stem if stem.endswith("村") else stem + "村"
    for suffix in ("居民委员会", "居委会"):
        if name.endswith(suffix) and len(name) > len(suffix):
            stem = name.removesuffix(suffix)
            return stem if stem.endswith("社区") else stem + "居委会"
    return name


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise BadLine(0, "missing", str(path)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadLine(0, "unreadable", str(path)) from error
    if len(raw) > _MOST_BYTES:
        raise BadLine(0, "too_big")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as not_utf8:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError as error:
            line = raw[: not_utf8.start].count(b"\n") + 1
            raise BadLine(line, "encoding") from error


def _rows(text: str):
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if [cell.strip().lower() for cell in header] != HEADER:
            raise BadLine(1, "header", ",".join(header)[:80])
        for cells in reader:
            if not any(cells):
                continue
            yield _row(reader.line_num, cells)
    except csv.Error as error:
        raise BadLine(reader.line_num, "csv") from error


def _row(line: int, cells: list[str]) -> Row:
    if len(cells) != len(HEADER):
        raise BadLine(line, "columns", str(len(cells)))
    code, name, level, parent = (cell.strip() for cell in cells)
    if level not in LENGTHS and level != "grid":
        raise BadLine(line, "level", level)
    if not (code.isascii() and code.isdigit()) or len(code) not in LENGTHS.get(level, GRID_LENGTHS):
        raise BadLine(line, "code", code)
    if not name or len(name) > MOST_NAME or "\x00" in name:
        raise BadLine(line, "name", name[:40])
    if (not parent) != (level == "province"):
        raise BadLine(line, "parent", parent)
    if parent and (not code.startswith(parent) or parent == code):
        raise BadLine(line, "prefix", parent)
    return Row(line, code, name, level, parent)


def _check_links(rows: list[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.code in seen:
            raise BadLine(row.line, "duplicate", row.code)
        seen[row.code] = row.line
