"""Which characters the fonts of the papers hold, so that a missing one is said and never printed as a box.

The fonts are ours (documents/fonts, OFL-1.1) and those that a county puts into PAPER_FONT_DIR. The table of
characters (cmap) is read here directly: formats 4 and 12 of the OpenType specification cover every font with
Chinese in it, and no font library is needed at run time.
"""

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

from django.conf import settings

OURS = Path(__file__).parent / "fonts"
SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}


def folders() -> list[Path]:
    """The county's folder first, then ours."""
    own = [Path(settings.PAPER_FONT_DIR)] if settings.PAPER_FONT_DIR else []
    return [*(folder for folder in own if folder.is_dir()), OURS]


def files() -> tuple[tuple[Path, int, int], ...]:
    """Every font file with its size and time of change, by which a new font is noticed."""
    found = [
        path
        for folder in folders()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    return tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in found)


def held() -> frozenset[int]:
    """The code points that at least one font holds."""
    return _held(files())


@lru_cache(maxsize=4)
def _held(found) -> frozenset[int]:
    return frozenset().union(*(characters(path.read_bytes()) for path, *_ in found))


def missing(text: str) -> list[str]:
    """The characters of `text` that no font holds, each once, in their order."""
    known = held()
    unknown = (one for one in text if ord(one) not in known and not is_invisible(one))
    return list(dict.fromkeys(unknown))


def is_invisible(character: str) -> bool:
    """White space, controls, joiners and selectors have no glyph and need none."""
    return character.isspace() or unicodedata.category(character) in {"Cc", "Cf", "Mn"}


# --- OpenType ----------------------------------------------------------------------------------------
def characters(data: bytes) -> set[int]:
    """The code points of a font file, or of every font in a collection; none for what is no font."""
    try:
        if data[:4] == b"ttcf":
            count = struct.unpack_from(">I", data, 8)[0]
            starts = struct.unpack_from(f">{count}I", data, 12)
        else:
            starts = (0,)
        return set().union(*(_of_font(data, start) for start in starts))
    except (struct.error, IndexError):
        return set()


def _of_font(data: bytes, start: int) -> set[int]:
    cmap = _table(data, start, b"cmap")
    if cmap is None:
        return set()
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    offsets = {struct.unpack_from(">I", data, cmap + 4 + 8 * n + 4)[0] for n in range(count)}
    return set().union(*(_of_subtable(data, cmap + offset) for offset in offsets))


def _table(data: bytes, start: int, tag: bytes) -> int | None:
    count = struct.unpack_from(">H", data, start + 4)[0]
    for n in range(count):
        name, _sum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * n)
        if name == tag:
            return offset
    return None


def _of_subtable(data: bytes, at: int) -> set[int]:
    reader = {4: _format_4, 12: _format_12}.get(struct.unpack_from(">H", data, at)[0])
    return reader(data, at) if reader else set()


def _format_12(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">I", data, at + 12)[0]
    found = set()
    for n in range(count):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * n)
        found.update(range(first + (glyph == 0), min(last, 0x10FFFF) + 1))
    return found


def _format_4(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    row = f">{count}H"
    ends = struct.unpack_from(row, data, at + 14)
    starts = struct.unpack_from(row, data, at + 16 + 2 * count)
    deltas = struct.unpack_from(row, data, at + 16 + 4 * count)
    ranges_at = at + 16 + 6 * count
    offsets = struct.unpack_from(row, data, ranges_at)
    found = set()
    for n, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            glyph = code + delta
            if offset:
                place = ranges_at + 2 * n + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", data, place)[0]
            if glyph & 0xFFFF and code != 0xFFFF:
                found.add(code)
    return found
