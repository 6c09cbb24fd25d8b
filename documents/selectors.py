"""The questions that pages ask about papers."""

from datetime import date

from django.utils.timezone import localdate

from common.workdays import YearNotLoaded
from documents import limits
from documents.models import Document
from reference.selectors import calendar


def serve_by(document: Document) -> date | None:
    """The last day to serve a paper that waits; None where nothing waits or the year is not loaded."""
    if not document.awaits_service:
        return None
    try:
        return limits.serve_by(localdate(document.issued_at), calendar())
    except YearNotLoaded:
        return None
