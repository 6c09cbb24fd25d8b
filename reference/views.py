"""The hazard catalogue, and the cascading region select that is swapped in place as somebody chooses."""

from itertools import groupby

from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.days import today
from reference import selectors
from reference.models import HazardGroup
from reference.picker import LEVELS, chosen_of, picker


@require_safe
def region_select(request):
    """The picker `name`, opened at what its own selects say, or at the region picked from the search."""
    asked = request.GET
    name, under, until = asked.get("picker", "region"), asked.get("under", ""), asked.get("until", "village")
    if not name.isidentifier() or len(name) > 40 or until not in LEVELS or not (under + "0").isdigit():
        raise BadRequest(_("This is not a region picker."))
    chosen = asked.get(f"{name}_found") or chosen_of(asked, name)
    q = asked.get(f"{name}_q", "")[:50]
    if asked.get(f"{name}_found"):
        q = ""
    shown = picker(name=name, on=today(), chosen=chosen, under=under, until=until, q=q)
    return render(request, "reference/_region_select.html", {"picker": shown})


@require_safe
def catalogue(request):
    """What may be found, on what legal ground, and how long it may take; for whoever signed in."""
    asked = {"q": request.GET.get("q", "").strip()[:50], "group": request.GET.get("group", "")}
    entries = list(selectors.catalogue(today(), **asked))
    context = {
        "asked": asked,
        "count": len(entries),
        "all_groups": HazardGroup.objects.current(today()),
        "groups": [(group, list(rows)) for group, rows in groupby(entries, key=lambda entry: entry.group)],
    }
    return render(request, "reference/catalogue.html", context)
