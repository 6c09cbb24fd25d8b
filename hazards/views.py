"""The list of cases and the page of one case."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from common.days import today
from common.listing import CAP, Listing, count_words
from hazards import selectors, states
from hazards.filters import ORDERINGS, CaseFilter
from hazards.models import HazardCase

TABS = (
    ("live", _("Standing"), {"state": "live", "ordering": "worst"}),
    ("overdue", _("Overdue"), {"overdue": "true", "ordering": "worst"}),
    ("submitted", _("Awaiting re-inspection"), {"state": "submitted", "ordering": "worst"}),
    ("listed", _("Listed"), {"state": "live", "listed": "any", "ordering": "worst"}),
    ("closed", _("Closed"), {"state": "closed", "ordering": "-closed_on"}),
    ("all", _("All"), {"ordering": "-opened_on"}),
)
"""What a person looks for most, as presets of the filter: a preset is a link and nothing more."""

SEARCH_CAP = 100


@require_GET
def case_list(request):
    """Cases in one's area; without any wish the standing ones, the worst first."""
    wishes = request.GET.copy()
    if not set(wishes) - {"page", "size", "ordering"}:
        wishes["state"] = "live"
    on = today()
    cases = HazardCase.objects.visible_to(request.user)
    chosen = CaseFilter(wishes, queryset=cases, request=request, on=on)
    rows = chosen.qs if chosen.is_valid() else cases.none()
    listing = Listing(
        request,
        rows.for_rows(),
        filterset=chosen,
        orderings=orderings_for(wishes),
        keys_first=True,
        # A search is not paged through: whoever finds five hundred looks for something else.
        cap=SEARCH_CAP if wishes.get("q", "").strip() else CAP,
    )
    counts = selectors.desk_counts(request.user, on)
    context = {"filter": chosen, "listing": listing, "tabs": tabs(wishes, counts), "today": on}
    template = "hazards/_case_rows.html" if request.htmx and not request.htmx.boosted else "hazards/list.html"
    return render(request, template, context, status=200 if chosen.is_valid() else 400)


def orderings_for(wishes) -> dict:
    """The orderings, the natural one first: the worst of what stands, the latest of everything else."""
    standing = {"live", *states.LIVE}
    asked = set(wishes.getlist("state"))
    if wishes.get("overdue") == "true" or (asked and asked <= standing):
        return ORDERINGS
    return {"-opened_on": ORDERINGS["-opened_on"], **ORDERINGS}


def tabs(wishes, counts: dict) -> list[dict]:
    """The presets as tabs, with the counts that are worth knowing before pressing."""
    now = {name: wishes.getlist(name) for name in ("state", "overdue", "listed") if wishes.get(name)}
    result = []
    for name, label, preset in TABS:
        same = {key: [value] for key, value in preset.items() if key != "ordering"}
        query = "&".join(f"{key}={value}" for key, value in preset.items())
        result.append(
            {
                "label": label,
                "href": f"{reverse('hazards:list')}?{query}",
                "current": now == same,
                "count": count_words(counts[name]) if counts.get(name) else counts.get(name),
                "tone": "danger" if name == "overdue" else "",
            }
        )
    return result


@require_GET
def case_detail(request, pk: int):
    """One case: what was found, where it stands, who may do what, and everything that happened."""
    cases = HazardCase.objects.visible_to(request.user)
    case = get_object_or_404(
        cases.for_rows().with_recurrence().select_related("inspector", "opened_by", "unit__place_type"), pk=pk
    )
    on = today()
    events = selectors.timeline(case)
    offers = selectors.offers(case, request.user)
    context = {
        "case": case,
        "today": on,
        "possible": [offer for offer in offers if offer.allowed],
        "impossible": [offer for offer in offers if not offer.allowed],
        "events": selectors.timeline_rows(events),
        "acts": frozenset(event.act for event in events),
        "steps": selectors.steps(case, events),
        "before": list(case.found_before()) if case.recurs else [],
        "deadlines": list(case.deadlines.select_related("by", "document").order_by("version")),
    }
    return render(request, "hazards/detail.html", context)
