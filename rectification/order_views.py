"""One order over several hazards of a unit, from a page."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts import roles
from common.days import now, today
from common.errors import RuleBroken
from common.forms import put_refusal
from rectification import steps
from rectification.order_forms import UnitOrderForm
from rectification.selectors import orderable
from rectification.views import answer_done
from units.models import Unit


@require_http_methods(["GET", "POST"])
def unit_order(request, unit_id: int):
    """Choose hazards of one unit, each with its own deadline, and issue one notice; its service is recorded next."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("region"), pk=unit_id)
    roles.need(request.user, "case.order", unit.region_id)
    cases = orderable(unit)
    form = UnitOrderForm(request.POST or None, cases=cases, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = steps.issue_order(unit, form, by=request.user, at=now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            return answer_done(request, made.document.get_absolute_url() + "#service")
    context = {"unit": unit, "form": form, "cases": cases, "today": today()}
    return render(request, "rectification/unit_order.html", context, status=422 if form.errors else 200)
