"""Pages for looking again: look-backs, draws by lot, and units that are watched."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import roles
from common.days import today
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing, key_in
from rectification import drawing, forms, revisits
from rectification.models import Watch
from rectification.services import draws
from rectification.steps import WATCH
from rectification.views import answer_done

USUAL_PERCENT = 5


@require_GET
def lookback_list(request):
    """Closed hazards that are to be looked at again, and what was seen."""
    on = today()
    unit_id = key_in(request.GET.get("unit", ""))
    tab, rows, tabs = revisits.look_back_desk(request.user, request.GET.get("tab", ""), on, unit_id)
    context = {
        "listing": Listing(request, rows),
        "tabs": tabs,
        "tab": tab,
        "today": on,
        "unit_id": unit_id,
        "watches": revisits.watches_of(unit_id, request.user) if unit_id else [],
        "may_look": roles.may(request.user, "case.look_back"),
        "may_draw": roles.may(request.user, "lookback.draw"),
    }
    return render(request, "rectification/lookbacks.html", context)


@require_http_methods(["GET", "POST"])
def draw_page(request):
    """Draw look-backs by lot: what would be drawn first, and only then, confirmed, the draw."""
    roles.need(request.user, "lookback.draw")
    on = today()
    start = {"quarter": drawing.quarter_before(on), "percent": USUAL_PERCENT, "seed": draws.any_seed()}
    form = forms.DrawForm(request.POST or None, user=request.user, initial=start)
    context = {"form": form, "draws": revisits.draws_of(request.user)[:20], "today": on}
    if request.method == "POST" and form.is_valid():
        facts = {**form.cleaned_data, "by": request.user}
        try:
            if "confirm" in request.POST:
                made = draws.draw(**facts, at=timezone.now())
                words = _("Drawn: %(n)s cases.") % {"n": made.look_backs.count()}
                return answer_done(request, made.get_absolute_url(), words)
            lots = draws.preview(**facts, on=on)
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            context |= {"lots": lots, "lines": revisits.lines_of(lots.pool, lots.drawn)}
    return render(request, "rectification/draw.html", context, status=422 if form.errors else 200)


@require_GET
def draw_detail(request, pk: int):
    """One draw with everything that is needed to draw it again, and whether that gives the same."""
    made = get_object_or_404(revisits.draws_of(request.user), pk=pk)
    context = {
        "draw": made,
        "lines": revisits.lines_of(made.pool, draws.lots_of(made).drawn),
        "is_true": draws.is_true(made),
        "look_backs": made.look_backs.select_related("case__unit", "case__category").order_by("case__number"),
        "today": today(),
    }
    return render(request, "rectification/drawn.html", context)


@require_GET
def watch_list(request):
    """Units that must not produce, and when somebody looked last."""
    on = today()
    tab, rows, tabs = revisits.watch_desk(request.user, request.GET.get("tab", ""), on)
    context = {
        "listing": Listing(request, rows),
        "tabs": tabs,
        "tab": tab,
        "today": on,
        "may_look": roles.may(request.user, "watch.look"),
    }
    return render(request, "rectification/watches.html", context)


@require_http_methods(["GET", "POST"])
def watch_look(request, pk: int):
    """Note what was seen at a unit that must not produce."""
    watched = Watch.objects.visible_to(request.user).select_related("unit__region")
    watch = get_object_or_404(watched, pk=pk)
    way = WATCH["look"]
    way.need(request.user, watch)
    form = way.form(request.POST or None, user=request.user)
    if request.method == "POST" and (seen := way.attempt(watch, form, by=request.user, at=timezone.now())):
        told = seen.outcome == seen.Outcome.PRODUCING
        words = _("Noted; the office and the leader are told.") if told else _("Noted: still stopped.")
        return answer_done(request, watch.unit.get_absolute_url(), words)
    context = {
        "watch": watch,
        "form": form,
        "looks": watch.looks.select_related("seen_by"),
        "today": today(),
    }
    return render(request, "rectification/watch_look.html", context, status=422 if form.errors else 200)
