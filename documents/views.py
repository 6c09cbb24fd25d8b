"""The list of issued papers, the face of one, its files to print, its service, and the page behind its code."""

from itertools import chain

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import roles
from accounts.network import client_ip
from common.days import now, today
from common.errors import RuleBroken
from common.files import serve_private
from common.forms import put_refusal
from common.listing import Listing
from documents import glyphs, selectors, services, typesetting, verification, word
from documents.face import face, texts
from documents.filters import DayFilter, DocumentFilter
from documents.forms import ServeForm
from documents.models import NOT_SERVED, Document, ReceiptPhoto, fingerprint

MOST_PER_DAY = 400
"""Papers in one file; more are printed form by form."""


@require_GET
def paper_list(request):
    """Papers issued in one's area, the latest first; with ?unit= those of one unit."""
    papers = Document.objects.visible_to(request.user).select_related("issued_by")
    chosen = DocumentFilter(request.GET, queryset=papers, request=request)
    rows = chosen.qs if chosen.is_valid() else papers.none()
    context = {
        "filter": chosen,
        "listing": Listing(request, rows, filterset=chosen, hidden=("unit",)),
        "today": today(),
        "form": request.GET.get("form", "") if chosen.is_valid() else "",
    }
    return render(request, "documents/list.html", context, status=200 if chosen.is_valid() else 400)


def visible(request, pk: int) -> Document:
    papers = Document.objects.visible_to(request.user).select_related("issued_by", "voided_by", "region")
    return get_object_or_404(papers, pk=pk)


@require_GET
def paper(request, pk: int):
    """One paper as it was issued: its frozen content, not the register of today."""
    return paper_page(request, visible(request, pk))


def paper_page(request, document: Document, *, form=None, status: int = 200):
    may_serve = (
        document.served_at is None
        and not document.is_void
        and document.form not in NOT_SERVED
        and roles.may(request.user, "document.serve", document.region_id)
    )
    shown = face(document)
    context = {
        "document": document,
        "face": shown,
        "intact": fingerprint(document.content) == document.content_hash,
        "missing": glyphs.missing(texts(shown)),
        "services": document.services.select_related("recorded_by", "colleague", "receipt").prefetch_related(
            "photos"
        ),
        "form": form or (ServeForm(user=request.user) if may_serve else None),
        "serve_by": selectors.serve_by(document),
        "today": today(),
    }
    return render(request, "documents/paper.html", context, status=status)


@require_POST
def serve(request, pk: int):
    """Record the service of a paper, or a failed attempt. A refused form comes back filled."""
    document = visible(request, pk)
    roles.need(request.user, "document.serve", document.region_id)
    form = ServeForm(request.POST, request.FILES, user=request.user)
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


@require_GET
def paper_pdf(request, pk: int):
    """The paper as PDF."""
    document = visible(request, pk)
    return file(typesetting.pdf([document]), f"{document.number}.pdf", "application/pdf")


@require_GET
def paper_word(request, pk: int):
    """The paper as Word file."""
    document = visible(request, pk)
    return file(word.docx(document), f"{document.number}.docx", word.CONTENT_TYPE)


@require_GET
def day_pdf(request):
    """All papers of one day in one PDF, in the order in which they were issued; with ?form= those of one form."""
    papers = Document.objects.visible_to(request.user).order_by("issued_at", "pk")
    chosen = DayFilter(request.GET, queryset=papers, request=request)
    if not chosen.is_valid():
        raise RuleBroken(" ".join(chain(*chosen.errors.values())), field="on")
    rows = list(chosen.qs[: MOST_PER_DAY + 1])
    if not rows:
        raise RuleBroken(_("No paper was issued on that day."), code="empty")
    if len(rows) > MOST_PER_DAY:
        raise RuleBroken(
            _("More than %(most)s papers were issued on that day. Choose a form.") % {"most": MOST_PER_DAY},
            code="too_many",
        )
    on = chosen.form.cleaned_data["on"]
    return file(typesetting.pdf(rows), f"{on.isoformat()}.pdf", "application/pdf")


def file(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file that the browser saves under `name`; it holds personal data, so nothing on the way keeps it."""
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@never_cache
@require_safe
def verify(request, pk: int, signature: str):
    """Whether such a paper was issued and stands: no addressee, no content, no personal data."""
    if verification.is_hasty(client_ip(request) or ""):
        return render(request, "documents/verify.html", {"is_hasty": True}, status=429)
    document = Document.objects.filter(pk=pk).first()
    if document is None or not verification.is_signed(document, signature):
        return render(request, "documents/verify.html", {"document": None}, status=404)
    context = {"document": document, "face": face(document)}
    return render(request, "documents/verify.html", context)
