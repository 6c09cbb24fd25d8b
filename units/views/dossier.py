"""The household file of a unit (户籍化档案), its door plate, and the numbers that are shown for a reason."""

import segno
from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import may
from common.errors import RuleBroken
from units import registry, selectors, services
from units.models import Unit, UnitPerson
from units.views.shared import unit_or_404

OWN_TABS = ("overview", "facts", "changes")


@require_safe
def dossier(request, pk):
    """The file, opened at one tab; the tabs of other apps bring their own rows."""
    unit = unit_or_404(request, pk)
    tabs = tabs_of(unit, request)
    here = next((tab for tab in tabs if tab["current"]), None)
    if here is None:
        raise Http404(_("The file has no such tab."))
    context = selectors.dossier(unit, request.user) | {
        "tabs": tabs,
        "here": here,
        "start_url": start_url(unit),
    }
    clear = may(request.user, "unit.see_phones", unit.region_id)
    if here["slug"] == "changes":
        context["history"] = selectors.history(unit, clear=clear)
    if here["slug"] == "facts":
        context["former"] = selectors.former_people_of(unit)
    if here["slug"] == "overview":
        context["latest"] = selectors.history(unit, clear=clear)[:3]
        context["cases_url"] = next((tab["url"] for tab in tabs if tab["slug"] == "cases"), "")
    return render(request, "units/dossier.html", context)


def tabs_of(unit: Unit, request) -> list[dict]:
    """Overview, the tabs of the apps above that answer, people and building, history."""
    chosen = request.GET.get("tab", "overview")
    rows = [{"slug": "overview", "label": _("The unit in short"), "url": ""}]
    for tab in registry.tabs:
        if url := tab.url(unit):
            rows.append(
                {"slug": tab.slug, "label": tab.title, "url": url, "select": tab.select, "icon": tab.icon}
            )
    rows.append({"slug": "facts", "label": _("People and building"), "url": ""})
    rows.append({"slug": "changes", "label": _("History"), "url": ""})
    for row in rows:
        row["href"] = f"{request.path}?tab={row['slug']}" if row["slug"] != "overview" else request.path
        row["current"] = row["slug"] == chosen
        row["count"] = getattr(unit, "open_cases", None) if row["slug"] == "cases" else None
    return rows


def start_url(unit: Unit) -> str:
    """Where an inspection of this unit begins, or "" while the app is not there."""
    try:
        return f"{reverse('inspections:start')}?unit={unit.pk}"
    except NoReverseMatch:
        return ""


@require_POST
def reveal_phone(request, pk, person):
    """A masked number in clear: only with a reason, and the look is kept."""
    unit = unit_or_404(request, pk)
    who = get_object_or_404(UnitPerson.objects.visible_to(request.user), pk=person, unit=unit)
    phone, sentence = "", ""
    try:
        phone = services.reveal_phone(who, by=request.user, reason=request.POST.get("reason", ""))
    except RuleBroken as error:
        sentence = str(error)
    context = {"unit": unit, "person": who, "phone": phone, "sentence": sentence}
    template = "units/_phone.html" if request.htmx else "units/phone.html"
    return render(request, template, context, status=422 if sentence else 200)


@require_safe
def plate(request, pk):
    """The door plate: an A5 sheet with the QR code of the unit."""
    unit = unit_or_404(request, pk)
    address = f"{settings.PUBLIC_URL}{reverse('door', args=[unit.number])}"
    code = segno.make(address, error="m").svg_inline(
        scale=8, border=0, omitsize=True, svgclass="qr", lineclass=None
    )
    return render(request, "units/plate.html", {"unit": unit, "qr": mark_safe(code), "address": address})


@require_safe
def door(request, number):
    """Where the QR code leads: an inspector with a phone begins an inspection, everybody else reads the file."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), number=number)
    on_phone = request.headers.get("Sec-CH-UA-Mobile") == "?1" or "Mobile" in request.headers.get(
        "User-Agent", ""
    )
    if on_phone and not unit.is_retired and may(request.user, "inspection.file", unit.region_id):
        return redirect(start_url(unit) or unit)
    return redirect(unit)
