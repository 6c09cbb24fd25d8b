"""Reading a PDF back: its text, its fonts, and whether any character was printed without a glyph."""

import io
import re

from pypdf import PdfReader
from pypdf.generic import ContentStream


def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def pages(data: bytes) -> list[str]:
    """The text of each page without white space and break marks."""
    return [re.sub(r"[\s\u200b]+", "", page.extract_text()) for page in reader(data).pages]


def text(data: bytes) -> str:
    return "".join(pages(data))


def fonts(data: bytes) -> dict[str, bool]:
    """Every font of a PDF by name, and whether its outlines are embedded."""
    found = {}
    for page in reader(data).pages:
        for font in page["/Resources"]["/Font"].values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"].get_object()
            found[below["/BaseFont"]] = "/FontFile2" in descriptor or "/FontFile3" in descriptor
    return found


def boxes(data: bytes) -> int:
    """How many characters were printed with glyph 0, the empty box."""
    pdf, count = reader(data), 0
    for page in pdf.pages:
        for operands, operator in ContentStream(page.get_contents(), pdf).operations:
            if operator in (b"Tj", b"TJ"):
                parts = operands[0] if operator == b"TJ" else operands
                for part in parts:
                    codes = as_bytes(part)
                    count += sum(codes[n : n + 2] == b"\0\0" for n in range(0, len(codes), 2))
    return count


def as_bytes(part) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.original_bytes if hasattr(part, "original_bytes") else b""


def lowest(data: bytes) -> float:
    """How far above the foot of its page the lowest word stands, in millimetres."""
    found = []

    def see(text, outer, inner, _font, _size):
        if text.strip():
            found.append(inner[4] * outer[1] + inner[5] * outer[3] + outer[5])

    for page in reader(data).pages:
        page.extract_text(visitor_text=see)
    return min(found) / 72 * 25.4
