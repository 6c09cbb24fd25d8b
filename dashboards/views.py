"""The leader's page, the table of figures with its export, and the boards behind the numbers."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import roles
from common.days import today
from common.listing import Listing
from dashboards import exports, selectors
from dashboards.forms import BY_LABELS, PERIODS, FiguresForm, PeriodForm
from dashboards.selectors import boards
from dashboards.selectors.figures import stretch
from hazards.models import Level
from reference.models import Region

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def area_for(user, code: str, on) -> selectors.Area:
    """The division asked for; 404 where it lies outside one's jurisdiction."""
    try:
        return selectors.area_of(user, code, on)
    except Region.DoesNotExist:
        raise Http404 from None


@require_safe
def leader(request, office: bool = False):
    """One screen: how far rectification is, who is late, what governments listed, what was stopped."""
    roles.need(request.user, "figures.view")
    on = today()
    form = PeriodForm(request.GET)
    period = form.stretch(on)
    page = selectors.leader_page(
        request.user, area_for(request.user, request.GET.get("region", ""), on), period=period, on=on
    )
    context = {
        "page": page,
        "form": form,
        "office": office,
        "periods": period_links(request, page.area, period),
        "stretch": stretch(period),
        "up": up_links(request, page.area, period),
        "keep": urlencode({k: v for k, v in query_of(page.area, period).items() if k != "region"}),
    }
    template = (
        "dashboards/_leader.html" if request.htmx and not request.htmx.boosted else "dashboards/leader.html"
    )
    return render(request, template, context, status=200 if form.is_valid() else 400)


@require_safe
def office(request):
    """The same figures for the county office, which first looks at what waits for its decision."""
    return leader(request, office=True)


def query_of(area, period) -> dict[str, str]:
    """The area and period as a query string carries them."""
    query = {"region": area.code, "period": period.kind}
    if period.kind == "own":
        query |= {name: day.isoformat() for name, day in (("from", period.first), ("to", period.last)) if day}
    return query


def period_links(request, area, period) -> list[dict]:
    """The running periods as links; own dates have their form."""
    return [
        {
            "label": label,
            "href": f"{request.path}?{urlencode({'region': area.code, 'period': kind})}",
            "current": kind == period.kind,
        }
        for kind, label in PERIODS
        if kind != "own"
    ]


def up_links(request, area, period) -> list[dict]:
    """The divisions above, as far as the person sees."""
    query = query_of(area, period)
    return [
        {"label": region.short_name, "href": f"{request.path}?{urlencode({**query, 'region': region.code})}"}
        for region in area.above
    ]


@require_safe
def figures(request):
    """The plain table, by division, kind of place, grade or listing."""
    roles.need(request.user, "figures.view")
    form, area, found = asked_figures(request)
    context = {
        "form": form,
        "area": area,
        "figures": found,
        "as_of": timezone.localtime(),
        "by_label": BY_LABELS[found.by],
        "columns": exports.columns(found.cohort),
        "may_export": roles.may(request.user, "figures.export", area.code),
        "export_url": f"{reverse('dashboards:export')}?{request.GET.urlencode()}",
        "movements_url": f"{reverse('dashboards:movements')}?{urlencode(query_of(area, found.period))}",
        "stretch": stretch(found.period),
    }
    template = (
        "dashboards/_figures.html" if request.htmx and not request.htmx.boosted else "dashboards/figures.html"
    )
    return render(request, template, context, status=200 if form.is_valid() else 400)


def asked_figures(request):
    """The form, the area and the table that the query string asks for."""
    on = today()
    form = FiguresForm(request.GET)
    area = area_for(request.user, request.GET.get("region", ""), on)
    period = form.stretch(on)
    return (
        form,
        area,
        selectors.rectification_figures(request.user, area, period=period, on=on, **form.answers),
    )


@require_safe
def export(request):
    """The same table as a workbook."""
    form, area, found = asked_figures(request)
    roles.need(request.user, "figures.export", area.code)
    if not form.is_valid():
        return figures(request)
    content = exports.workbook(found, area, as_of=timezone.localtime(), by=request.user)
    response = HttpResponse(content, content_type=XLSX)
    name = f"figures-{area.code}-{found.on:%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def movements(request):
    """How the stock came about, with its check; a fragment of the table's page that takes longer than the rest."""
    roles.need(request.user, "figures.view")
    on = today()
    area = area_for(request.user, request.GET.get("region", ""), on)
    period = PeriodForm(request.GET).stretch(on)
    context = {
        "moves": selectors.movements(request.user, area, period=period, on=on),
        "area": area,
        "stretch": stretch(period.until(on)),
    }
    return render(request, "dashboards/_movements.html", context)


class Rows(list):
    """Units in memory that `Listing` can page; those of the page get all that a line of the board shows."""

    def __init__(self, shorts, show=list):
        super().__init__(shorts)
        self.show = show

    def __getitem__(self, part):
        return self.show(super().__getitem__(part))

    def order_by(self, *_fields):
        return Rows(self, Rows)

    def count(self):
        return len(self)


@require_safe
def listings(request):
    """The units that governments listed, each once, with its main listing."""
    on = today()
    area = area_for(request.user, request.GET.get("region", ""), on)
    level = request.GET.get("level", "")
    level = level if level in Level.values else ""
    state = request.GET.get("state", "")
    state = state if state in boards.STATES else "all"
    units = selectors.listed_units(request.user, area, on)
    shown = [one for one in units if one.is_in(level, state)]
    lines, total = selectors.listing_lines(units, area)
    context = {
        "area": area,
        "lines": [*lines, total],
        "total": total,
        "level": level,
        "state": state,
        "listing": Listing(
            request, Rows(shown, lambda part: boards.board_with_plans(request.user, area, on, part))
        ),
        "today": on,
    }
    return render(request, "dashboards/listings.html", context)


@require_safe
def combined(request):
    """The 三合一 sites: found, stopped, resumed, and those that nobody stopped."""
    on = today()
    area = area_for(request.user, request.GET.get("region", ""), on)
    counts = selectors.combined_counts(request.user, area)
    state = request.GET.get("state", "found")
    state = state if state in counts else "found"
    sites = selectors.combined_sites(request.user, area).filter(selectors.combined_conditions()[state])
    rows = (
        sites.select_related("region")
        .prefetch_related("suspensions__document")
        .order_by("suspended_since", "number")
    )
    tabs = [
        {
            "label": one["label"],
            "href": one["url"],
            "current": one["name"] == state,
            "count": one["count"],
            "tone": "danger" if one["name"] == "running" else "",
        }
        for one in counts.values()
    ]
    context = {"area": area, "tabs": tabs, "state": state, "listing": Listing(request, rows), "today": on}
    return render(request, "dashboards/combined.html", context)
