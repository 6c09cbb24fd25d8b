"""The survey of a combined-use site, and the verdict it leads to."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import RuleBroken
from common.forms import put_refusal
from units import selectors, services
from units.forms import LodgingSurveyForm
from units.lodging import is_combined_use
from units.models import SEEN_ON_SITE, LodgingSurvey
from units.views.shared import allowed_or_404, refused, unit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def survey(request, pk: int):
    """What was seen there, beginning with what the last survey saw; each is kept."""
    unit = unit_or_404(request, pk)
    allowed_or_404(request.user, "unit.correct", unit.region_id)
    if not is_combined_use(unit):
        raise Http404(_("Only combined-use sites are surveyed so."))
    last = LodgingSurvey.objects.latest_of(unit)
    before = {name: getattr(last, name) for name in SEEN_ON_SITE} if last else {}
    form = LodgingSurveyForm(request.POST or None, initial=before)
    context = {
        "unit": unit,
        "form": form,
        "last": last,
        "combined_use": selectors.combined_use_panel(unit),
        "back": back_of(request),
    }
    if request.method != "POST":
        return render(request, "units/lodging.html", context)
    if not form.is_valid():
        return refused(request, "units/lodging.html", context)
    try:
        seen = {name: form.cleaned_data[name] for name in SEEN_ON_SITE}
        services.survey(
            unit, by=request.user, at=timezone.now(), client_id=form.cleaned_data["client_id"], **seen
        )
    except RuleBroken as refusal:
        put_refusal(form, refusal)
        return refused(request, "units/lodging.html", context, status=409)
    messages.success(request, _("The survey is kept; the verdict follows from it."))
    return redirect(context["back"] or unit.get_absolute_url())


def back_of(request) -> str:
    """The page of this product that the survey was begun from, such as a visit; "" for none."""
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if is_ours else ""
