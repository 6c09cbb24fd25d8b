"""Papers as Word files, filled by docxtpl from documents/word, or from the county's own template.

The template is sandboxed: jinja2 as it comes would run `''.__class__...` from a template file. What people
wrote is data and escaped; nothing of it is read as template.
"""

import io
from pathlib import Path

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from common.errors import RuleBroken
from documents.face import face
from documents.verification import address

OURS = Path(__file__).parent / "word"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(document) -> bytes:
    """The paper as Word file; raises RuleBroken where a county's template cannot be used."""
    file = DocxTemplate(template(document.form))
    filled = face(document) | {
        "content": document.content,
        "code": InlineImage(file, code(address(document)), width=Mm(17)),
    }
    try:
        file.render(filled, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
    except TemplateError as error:
        raise RuleBroken(
            _("The template of this paper cannot be used: %(why)s") % {"why": str(error)}, code="template"
        ) from error
    properties = file.docx.core_properties
    properties.title, properties.author = document.number, filled["office"]
    properties.created = properties.modified = document.issued_at.replace(tzinfo=None)
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


def template(form: str) -> Path:
    """The county's template of the form, the county's for all forms, or ours."""
    own = Path(settings.PAPER_TEMPLATE_DIR) if settings.PAPER_TEMPLATE_DIR else None
    wanted = [own / f"{form}.docx", own / "paper.docx"] if own else []
    wanted += [OURS / f"{form}.docx", OURS / "paper.docx"]
    return next(path for path in wanted if path.is_file())


def code(link: str) -> io.BytesIO:
    """A QR code as PNG."""
    written = io.BytesIO()
    segno.make(link, error="m").save(written, kind="png", scale=6, border=0)
    written.seek(0)
    return written
