"""Pages of complaints: the list, one complaint with its clock and steps, and receiving one."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles
from common.days import now
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing, capped_counts, key_in, tabs_of
from hazards.models import Clock
from rectification import forms, steps
from rectification.models import Complaint
from rectification.models.complaints import URGENT_LIMIT, USUAL_LIMIT
from rectification.views import answer_done
from units.models import Unit


@require_GET
def complaint_list(request):
    """Complaints of one's area, the next to be checked first; with ?unit= those of one unit."""
    unit_id = key_in(request.GET.get("unit", ""))
    rows = Complaint.objects.visible_to(request.user).select_related("unit__region", "inspector")
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    parts = {
        "unchecked": rows.unchecked().order_by("received_at", "pk"),
        "late": rows.filter(pk__in=late(request.user, now())).order_by("received_at", "pk"),
        "checked": rows.unanswered(),
        "done": rows.filter(Q(answered_at__isnull=False) | Q(dropped_at__isnull=False)),
        "all": rows,
    }
    tab = request.GET.get("tab", "")
    tab = tab if tab in parts else "unchecked" if unit_id is None else "all"
    listing = Listing(request, parts[tab], hidden=("unit",))
    clocks = clocks_of(listing)
    context = {
        "listing": listing,
        "lines": [(row, clocks.get(row.clock_subject)) for row in listing],
        "tabs": tabs(capped_counts(**parts), tab, unit_id),
        "now": now(),
    }
    return render(request, "rectification/complaints.html", context)


def late(user, at) -> list[int]:
    """The complaints of one's area whose clock has run out unmet."""
    clocks = Clock.objects.visible_to(user).late(at).filter(code__in=(URGENT_LIMIT, USUAL_LIMIT))
    subjects = clocks.values_list("subject", flat=True)
    return [int(subject.partition(":")[2]) for subject in subjects]


def clocks_of(complaints) -> dict[str, Clock]:
    """The clock of each complaint by its subject, in one statement."""
    subjects = [row.clock_subject for row in complaints]
    return {clock.subject: clock for clock in Clock.objects.kept().filter(subject__in=subjects)}


def tabs(counts: dict[str, int], current: str, unit: int | None) -> list[dict]:
    labels = {
        "unchecked": _("To be checked"),
        "late": _("Check overdue"),
        "checked": _("Result to be told"),
        "done": _("Finished"),
        "all": _("All"),
    }
    more = "" if unit is None else f"&unit={unit}"
    return tabs_of(
        reverse("rectification:complaints"), labels, counts, current, tones={"late": "danger"}, more=more
    )


@require_http_methods(["GET", "POST"])
def receive(request, unit_id: int):
    """Write down what somebody reported about a unit."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=unit_id)
    roles.need(request.user, "complaint.receive", unit.region_id)
    form = forms.ComplaintForm(request.POST or None, user=request.user, unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            made = steps.receive_complaint(unit, form.cleaned_data, by=request.user, at=now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            return answer_done(
                request, made.get_absolute_url(), _("The complaint is received; its clock runs.")
            )
    context = {"unit": unit, "form": form}
    return render(
        request, "rectification/complaint_receive.html", context, status=422 if form.errors else 200
    )


@require_GET
def complaint_detail(request, pk: int):
    """One complaint: what was reported, until when it is checked and why, and what became of it."""
    return complaint_page(request, find(request, pk))


def find(request, pk: int) -> Complaint:
    rows = Complaint.objects.visible_to(request.user).select_related(
        "unit__region", "inspector", "recorded_by", "inspection", "answered_by", "dropped_by"
    )
    return get_object_or_404(rows, pk=pk)


def complaint_page(request, complaint: Complaint, *, bound=None, step: str = "", status: int = 200):
    user, region = request.user, complaint.unit.region_id
    may = {name: roles.may(user, way.permission, region) for name, way in steps.COMPLAINT.items()}
    may["drop"] = may["drop"] and complaint.recorded_by_id != user.pk
    wanted = {"unchecked": "drop", "checked": "answer"}.get(complaint.stage, "")
    form = None
    if step or (wanted and may[wanted]):
        step = step or wanted
        form = bound or steps.COMPLAINT[step].form(user=user, auto_id=f"{step}-%s")
    context = {
        "complaint": complaint,
        "step": step,
        "form": form,
        "cases": list(complaint.inspection.findings.exclude(case=None).select_related("case__category"))
        if complaint.inspection
        else [],
        "may_inspect": complaint.stage == "unchecked" and roles.may(user, "inspection.file", region),
    }
    return render(request, "rectification/complaint.html", context, status=status)


@require_POST
def complaint_step(request, pk: int, step: str):
    """Note the answer, or set the complaint aside."""
    if step not in steps.COMPLAINT:
        raise Http404
    complaint, way = find(request, pk), steps.COMPLAINT[step]
    way.need(request.user, complaint)
    form = way.form(request.POST, user=request.user, auto_id=f"{step}-%s")
    if way.attempt(complaint, form, by=request.user, at=now()):
        words = _("The answer is noted.") if step == "answer" else _("The complaint is set aside.")
        return answer_done(request, reverse("rectification:complaint", args=[pk]), words)
    return complaint_page(request, complaint, bound=form, step=step, status=422)
