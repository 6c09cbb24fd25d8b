"""The face of a numbered paper, laid out for A4."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from documents import wording
from documents.models import Document, fingerprint


@require_GET
def paper(request, pk: int):
    """One paper as it was issued: its frozen content, not the register of today."""
    document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("issued_by", "voided_by", "region"), pk=pk
    )
    context = {
        "document": document,
        "intact": fingerprint(document.content) == document.content_hash,
        "opening": wording.opening(document),
        "closing": wording.closing(document),
    }
    return render(request, "documents/paper.html", context)
