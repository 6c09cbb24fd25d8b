"""What keeps papers of this installation from printing well, for `manage.py doctor`."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from documents import glyphs, typesetting, word
from documents.models import Document, Form, fingerprint


def faults() -> Iterator[str]:
    """Folders that are not there, fonts that cannot be read, templates that cannot be used."""
    for name in ("PAPER_FONT_DIR", "PAPER_TEMPLATE_DIR"):
        folder = getattr(settings, name)
        if folder and not Path(folder).is_dir():
            yield _("%(name)s points at %(folder)s, which is no folder.") % {"name": name, "folder": folder}
    for path, _size, _changed in glyphs.files():
        if not glyphs.characters(path.read_bytes()):
            yield _("The font %(file)s cannot be read.") % {"file": path}
    yield from broken_templates()


def broken_templates() -> Iterator[str]:
    """Try each form once, as PDF and as Word file; the same fault is told once."""
    told = set()
    for form in Form.values:
        for attempt in (lambda paper: typesetting.pdf([paper]), word.docx):
            try:
                attempt(blank(form))
            except RuleBroken as error:
                told.add(str(error))
    yield from sorted(told)


def blank(form: str) -> Document:
    """An empty paper that is in no register."""
    return Document(
        pk=0,
        form=form,
        number="0",
        body="0",
        about="0",
        content_hash=fingerprint({}),
        issued_at=timezone.now(),
    )
