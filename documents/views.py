"""The list of issued papers, and the face of one, laid out for A4."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from common.listing import Listing
from documents import wording
from documents.filters import DocumentFilter
from documents.models import Document, fingerprint


@require_GET
def paper_list(request):
    """Papers issued in one's area, the latest first; with ?unit= those of one unit."""
    papers = Document.objects.visible_to(request.user).select_related("issued_by")
    chosen = DocumentFilter(request.GET, queryset=papers, request=request)
    rows = chosen.qs if chosen.is_valid() else papers.none()
    context = {"filter": chosen, "listing": Listing(request, rows, filterset=chosen, hidden=("unit",))}
    return render(request, "documents/list.html", context, status=200 if chosen.is_valid() else 400)


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
