"""What the pages of the register share: the unit in sight, or 404; forms that come back filled."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.roles import may
from units.exports import XLSX
from units.models import Unit


def unit_or_404(request, pk: int) -> Unit:
    """The unit, where the reader's posts reach; anything else does not exist for them."""
    units = Unit.objects.visible_to(request.user).select_related(
        "region__parent", "grid", "place_type", "small_kind", "regulator", "merged_into", "created_by"
    )
    return get_object_or_404(units, pk=pk)


def allowed_or_404(user, permission: str, region_code: str | None = None) -> None:
    """A page that a post does not carry is not there for it."""
    if not may(user, permission, region_code):
        raise Http404(_("This page is not part of your post."))


def refused(request, template: str, context: dict, status: int = 422) -> HttpResponse:
    """A form that comes back, filled, with what is wrong."""
    return render(request, template, context, status=status)


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to download."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response
