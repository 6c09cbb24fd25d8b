"""The list of issued papers, the face of one, laid out for A4, and its service."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import roles
from common.days import now, today
from common.errors import RuleBroken
from common.files import serve_private
from common.forms import put_refusal
from common.listing import Listing
from documents import selectors, services, wording
from documents.filters import DocumentFilter
from documents.forms import ServeForm
from documents.models import NOT_SERVED, Document, ReceiptPhoto, fingerprint


@require_GET
def paper_list(request):
    """Papers issued in one's area, the latest first; with ?unit= those of one unit."""
    papers = Document.objects.visible_to(request.user).select_related("issued_by")
    chosen = DocumentFilter(request.GET, queryset=papers, request=request)
    rows = chosen.qs if chosen.is_valid() else papers.none()
    context = {"filter": chosen, "listing": Listing(request, rows, filterset=chosen, hidden=("unit",))}
    return render(request, "documents/list.html", context, status=200 if chosen.is_valid() else 400)


def find(request, pk: int) -> Document:
    rows = Document.objects.visible_to(request.user).select_related("issued_by", "voided_by", "region")
    return get_object_or_404(rows, pk=pk)


@require_GET
def paper(request, pk: int):
    """One paper as it was issued: its frozen content, not the register of today."""
    return paper_page(request, find(request, pk))


def paper_page(request, document: Document, *, form=None, status: int = 200):
    may_serve = (
        document.served_at is None
        and not document.is_void
        and document.form not in NOT_SERVED
        and roles.may(request.user, "document.serve", document.region_id)
    )
    context = {
        "document": document,
        "intact": fingerprint(document.content) == document.content_hash,
        "opening": wording.opening(document),
        "closing": wording.closing(document),
        "services": document.services.select_related("recorded_by").prefetch_related("photos"),
        "form": form or (ServeForm() if may_serve else None),
        "serve_by": selectors.serve_by(document),
        "today": today(),
    }
    return render(request, "documents/paper.html", context, status=status)


@require_POST
def serve(request, pk: int):
    """Record the service of a paper, or a failed attempt. A refused form comes back filled."""
    document = find(request, pk)
    roles.need(request.user, "document.serve", document.region_id)
    form = ServeForm(request.POST, request.FILES)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            services.serve(
                document,
                form.delivery,
                served_at=facts["served_at"],
                by=request.user,
                at=now(),
                client_id=facts["client_id"],
            )
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = (
                _("The service is recorded.") if form.delivery.succeeded else _("The attempt is recorded.")
            )
            messages.success(request, words)
            return redirect(document)
    return paper_page(request, document, form=form, status=422)


@require_GET
def receipt_photo(request, pk: int):
    """The photo of a receipt, for those who see its paper."""
    shot = get_object_or_404(ReceiptPhoto.objects.select_related("service"), pk=pk)
    get_object_or_404(Document.objects.visible_to(request.user), pk=shot.service.document_id)
    return serve_private(shot.file.name)
