"""The register as a list: filters, search, pages, export."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import may
from common.days import today
from common.errors import NotAllowed
from common.listing import Listing
from units import exports, selectors
from units.filters import ORDERINGS, UnitFilter
from units.models import Unit
from units.views.shared import workbook


def filtered(request):
    """The FilterSet of the page, over what the reader may see."""
    units = Unit.objects.visible_to(request.user)
    return UnitFilter(request.GET, queryset=units, request=request)


@require_safe
def unit_list(request):
    """Units in sight; a search that means exactly one register number goes straight to its dossier."""
    filterset = filtered(request)
    filterset.offer_regions(request.user)
    # A filter that makes no sense narrows nothing: the sentence stands at its field.
    rows = filterset.qs if filterset.is_valid() else filterset.queryset.current()
    listing = Listing(
        request,
        rows.for_rows().defer("search_text", "grams"),
        orderings=ORDERINGS,
        filterset=filterset,
        hidden=("status",) if request.GET.get("status", "current") == "current" else (),
    )
    context = {
        "filter": filterset,
        "listing": listing,
        "units": selectors.with_counts(listing.rows),
        "may_register": may(request.user, "unit.register"),
        "may_import": may(request.user, "unit.import"),
        "may_export": may_export(request.user),
        "today": today(),
    }
    return render(request, "units/list.html", context)


def may_export(user) -> bool:
    """Those who work with the whole register, and those who report figures from it."""
    return may(user, "unit.import") or may(user, "figures.export")


@require_safe
def export(request):
    """The filtered list as a workbook."""
    if not may_export(request.user):
        raise NotAllowed(_("Your post does not carry an export of the register."))
    filterset = filtered(request)
    rows = filterset.qs if filterset.is_valid() else filterset.queryset.current()
    content = exports.register_workbook(rows.order_by("number"))
    return workbook(content, f"单位台账-{today():%Y%m%d}.xlsx")
