"""Papers as PDF, set by typst from one template per form (documents/typeset, or the county's own).

What people wrote reaches the templates as JSON in `sys.inputs` and is never part of a template. Nothing is set
when a paper is issued: the first look sets it and the result is kept under what it was made of.
"""

import hashlib
import io
import json
import re
from functools import lru_cache
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from documents import glyphs
from documents.face import face
from documents.models import Form
from documents.verification import address

OURS = Path(__file__).parent / "typeset"
KEPT_SECONDS = 7 * 24 * 3600
A_DAY_KEPT_SECONDS = 3600
"""A day's papers are megabytes and asked for once or twice."""
TITLING = ("小标宋", "XiaoBiaoSong", "FZXBS")
"""Fonts of headings alone, where a county has one."""

MAIN = """
#set document(title: sys.inputs.title, date: datetime({day}))
#import "base.typ": framed
{imports}
#let forms = ({forms})
#for (n, p) in json(bytes(sys.inputs.papers)).enumerate() {{
  framed(n, p, (forms.at(p.form).sheet)(p))
}}
"""


def pdf(documents: list) -> bytes:
    """One PDF of the papers in their order, each with its own page numbers."""
    made = [printed(document) for document in documents]
    key = f"papers:{fingerprint(made)}"
    found = cache.get(key)
    if found is None:
        found = typeset(made, day=documents[0].issued_at.date())
        cache.set(key, found, KEPT_SECONDS if len(documents) == 1 else A_DAY_KEPT_SECONDS)
    return found


def printed(document) -> dict:
    """The face of a paper with what only print needs: the frozen content for a county's own template, and the code."""
    return face(document) | {"content": document.content, "qr": code(address(document))}


def code(link: str) -> str:
    """A QR code as SVG."""
    written = io.BytesIO()
    segno.make(link, error="m").save(written, kind="svg", border=0, scale=4, xmldecl=False, nl=False)
    return written.getvalue().decode()


def fingerprint(made: list[dict]) -> str:
    """What a PDF depends on: the papers, the templates, the fonts."""
    digest = hashlib.sha256(json.dumps(made, ensure_ascii=False, sort_keys=True).encode())
    for name, text in sorted(sources().items()):
        digest.update(name.encode() + b"\0" + text)
    digest.update(repr([(path.name, size, changed) for path, size, changed in glyphs.files()]).encode())
    return digest.hexdigest()


def typeset(made: list[dict], *, day, form: str = "pdf") -> bytes:
    """Set the papers; raises RuleBroken with the place where a county's template cannot be read."""
    fonts, families = lettering(glyphs.files())
    main = MAIN.format(
        day=f"year: {day.year}, month: {day.month}, day: {day.day}",
        imports="\n".join(f'#import "{name}.typ" as {_name(name)}' for name in Form.values),
        forms=", ".join(f'"{name}": {_name(name)}' for name in Form.values),
    )
    try:
        return typst.compile(
            sources() | {"main": main.encode()},
            font_paths=fonts,
            ignore_system_fonts=True,
            format=form,
            ppi=110 if form == "png" else None,
            sys_inputs={
                "papers": json.dumps(made, ensure_ascii=False),
                "families": json.dumps(families, ensure_ascii=False),
                "title": made[0]["number"],
            },
        )
    except typst.TypstError as error:
        raise RuleBroken(
            _("The template of this paper cannot be used: %(why)s") % {"why": str(error)}, code="template"
        ) from error


def _name(form: str) -> str:
    return "f-" + form.replace("_", "-")


def sources() -> dict[str, bytes]:
    """The templates by file name; one of the county's takes the place of ours of the same name."""
    return {path.name: path.read_bytes() for path in _files()}


def _files() -> list[Path]:
    own = Path(settings.PAPER_TEMPLATE_DIR) if settings.PAPER_TEMPLATE_DIR else None
    return [*sorted(OURS.glob("*.typ")), *(sorted(own.glob("*.typ")) if own and own.is_dir() else ())]


@lru_cache(maxsize=4)
def lettering(files) -> tuple[typst.Fonts, dict[str, list[str]]]:
    """The fonts, and the families of body and headings: the county's before ours."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in glyphs.folders()])
    found = [font for font in fonts.fonts() if font.path]
    rank = {str(path): n for n, (path, *_) in enumerate(files)}
    found.sort(key=lambda font: rank.get(font.path, len(rank)))
    names = list(dict.fromkeys(font.family for font in found))
    titling = [name for name in names if re.search("|".join(TITLING), name)]
    body = [name for name in names if name not in titling]
    return fonts, {"body": body, "title": [*titling, *body]}
