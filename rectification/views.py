"""Doing acts on cases and suspensions from a page; worklists of the township and the county office."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles
from common.days import now, today
from common.errors import RuleBroken
from common.files import serve_private
from common.forms import put_refusal
from common.listing import Listing, key_in
from hazards import selectors as case_selectors
from hazards.models import HazardCase
from inspections.models import Inspection
from inspections.views import finish_page
from rectification import (
    enforcement_steps,
    forms,
    handing_over,
    panels,
    receipts,
    seal_selectors,
    selectors,
    suggested,
)
from rectification.acts import DOINGS
from rectification.chase import selectors as chase
from rectification.models import EvidencePhoto, Suspension
from rectification.services import filing, holding
from rectification.steps import SUSPENSION, propose_stop
from units.models import Unit


def answer_done(request, url: str, words: str = ""):
    """After an act: the page again with a sentence what happened, told to htmx as to everybody else."""
    if words:
        messages.success(request, words)
    response = redirect(url)
    if request.htmx:
        response.status_code = 204
        response["HX-Redirect"] = url
        del response["Location"]
    return response


@require_http_methods(["GET", "POST"])
def act(request, pk: int, slug: str):
    """The form of one act on one case, and doing it. A refused form comes back filled, with its sentence."""
    doing = DOINGS.get(slug)
    if doing is None:
        raise Http404
    cases = HazardCase.objects.visible_to(request.user).for_rows()
    case = get_object_or_404(cases, pk=pk)
    offer = case_selectors.offer(case, request.user, doing.name)
    form = doing.form(request.POST or None, request.FILES or None, case=case, user=request.user)
    context = {
        "case": case,
        "doing": doing,
        "offer": offer,
        "form": form,
        "today": today(),
        "before_act": panels.before_act(case, doing.name, request.user) if offer.allowed else {},
    }
    if request.method == "POST" and "preview" in request.POST and hasattr(form, "preview"):
        context["proposal"], context["proposal_error"] = form.preview()
    elif request.method == "POST" and form.is_valid():
        try:
            made = doing.do(case, form.cleaned_data, request.user, timezone.now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = receipts.of_act(doing.name, case, form.cleaned_data)
            return answer_done(request, page_after(doing.name, made, case), words)
    # An act that is not possible now is a refusal, even before anything is sent.
    status = 422 if form.errors else 200 if offer.allowed else 409
    template = (
        "rectification/_act.html" if request.htmx and not request.htmx.boosted else "rectification/act.html"
    )
    return render(request, template, context, status=status)


def page_after(name: str, made, case) -> str:
    """Where an act leads: a re-inspection that was not passed to what may follow it, everything else to the case."""
    return made.get_absolute_url() if name == "review" and case.is_live else case.get_absolute_url()


@require_GET
def outlook(request, pk: int):
    """If nothing is done, who hears of the case on which day; and who has heard already."""
    case = get_object_or_404(HazardCase.objects.visible_to(request.user).for_rows(), pk=pk)
    context = {"case": case, "outlook": chase.preview(case, today()), "told": chase.claims_of(case)}
    return render(request, "rectification/outlook.html", context)


@require_POST
def file(request, pk: int):
    """Complete an inspection: everything it brings about happens here, or nothing does."""
    visit = get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    try:
        outcome = filing.complete(
            visit,
            by=request.user,
            at=timezone.now(),
            suspend=request.POST.get("suspend", "yes") != "no",
            no_suspension_reason=request.POST.get("no_suspension_reason", ""),
            handing=handing_of(request.POST),
        )
    except RuleBroken as refusal:
        return refused_filing(request, visit, refusal)
    return answer_done(request, reverse("rectification:filed", args=[outcome.inspection.pk]))


def handing_of(data) -> filing.Handing:
    """What the page says about handing the order over. RuleBroken with the field for what cannot be read."""
    form = forms.HandingForm(data)
    if not form.is_valid():
        field, (message, *_rest) = next(iter(form.errors.items()))
        raise RuleBroken(message, field=field)
    facts = form.cleaned_data
    return filing.Handing(choice=facts.pop("hand_over"), **facts)


def refused_filing(request, visit, refusal: RuleBroken):
    """Back to the last step of the visit with the sentence; what was typed is kept in the draft."""
    return finish_page(request, visit, refusal=refusal, status=422)


@require_GET
def filed(request, pk: int):
    """What the inspection brought about: numbers, papers, and where to go next."""
    visit = get_object_or_404(
        Inspection.objects.visible_to(request.user).completed().select_related("unit", "document"), pk=pk
    )
    return render(request, "rectification/filed.html", {"filing": filing.outcome_of(visit), "visit": visit})


@require_GET
def photo(request, pk: int):
    """A photo after rectification, for those who may see its case."""
    shot = get_object_or_404(
        EvidencePhoto.objects.select_related("submission", "review_item", "look_back"), pk=pk
    )
    owner = shot.submission or shot.review_item or shot.look_back
    get_object_or_404(HazardCase.objects.visible_to(request.user), pk=owner.case_id)
    return serve_private(shot.file.name)


@require_GET
def mine(request):
    """The township officer's day: what is late, what falls due, what waits, what is stopped."""
    on = today()
    name, rows, counts = selectors.worklist(request.user, request.GET.get("tab", ""), on)
    listing = Listing(request, rows)
    context = {
        "listing": listing,
        "tabs": selectors.worklist_tabs(counts, name),
        "tab": name,
        "today": on,
        "suspensions": selectors.suspended_units(request.user) if name == "stopped" else [],
        "asked": selectors.asked_of(request.user, on),
        "seals_ending": seal_selectors.ending_for(request.user, now()),
        "suggested": suggested.open_for(request.user),
    }
    template = (
        "rectification/_mine.html" if request.htmx and not request.htmx.boosted else "rectification/mine.html"
    )
    return render(request, template, context)


@require_GET
def approvals(request):
    """What waits for a decision of the county office."""
    context = selectors.waiting_for_office(request.user) | seal_selectors.for_office(request.user, now())
    context |= {
        "now": now(),
        "suggested": suggested.on_desk(request.user),
        "orphans": handing_over.orphan_count(request.user, today()),
    }
    context["held"] = chase.held_run() if request.user.may(holding.PERMISSION) else None
    return render(request, "rectification/approvals.html", context)


@require_GET
def instruction_list(request):
    """What leaders and the office asked about cases of one's area, and what was answered: unanswered first."""
    on = today()
    name, rows, tabs = selectors.instruction_desk(request.user, request.GET.get("tab", ""), on)
    context = {
        "listing": Listing(request, rows),
        "tabs": tabs,
        "tab": name,
        "today": on,
        "may_reply": roles.may(request.user, "instruction.reply"),
    }
    return render(request, "rectification/instructions.html", context)


@require_GET
def referral_list(request):
    """Cases that lie with other departments: not yet accepted, at work, without their reply, answered."""
    on = today()
    name, rows, tabs = selectors.referral_desk(request.user, request.GET.get("tab", ""), on)
    context = {
        "listing": Listing(request, rows),
        "tabs": tabs,
        "tab": name,
        "today": on,
        "may_transfer": roles.may(request.user, "case.transfer"),
    }
    return render(request, "rectification/referrals.html", context)


@require_GET
def suspension_list(request):
    """Units that are stopped, that are to be stopped, and that resumed."""
    rows = Suspension.objects.visible_to(request.user).select_related("unit", "unit__region", "document")
    status = request.GET.get("status", "")
    if (unit_id := key_in(request.GET.get("unit", ""))) is not None:
        rows = rows.filter(unit_id=unit_id)
    if status in Suspension.Status.values:
        rows = rows.filter(status=status)
    context = {
        "listing": Listing(request, rows),
        "tabs": selectors.suspension_tabs(request.user, status),
        "today": today(),
    }
    return render(request, "rectification/suspensions.html", context)


@require_GET
def suspension_detail(request, pk: int):
    """One suspension: why, since when, what still stands, and the steps back to work."""
    return suspension_page(request, find_suspension(request, pk))


def find_suspension(request, pk: int) -> Suspension:
    rows = Suspension.objects.visible_to(request.user).select_related(
        "unit", "unit__region", "document", "lifting_document", "proposed_by", "decided_by", "inspection"
    )
    return get_object_or_404(rows, pk=pk)


def suspension_page(request, suspension: Suspension, *, bound=None, step: str = "", status: int = 200):
    checks = list(
        suspension.checks.select_related("document", "recorded_by").prefetch_related("officers__user")
    )
    cases = list(suspension.cases.for_rows())
    offered = selectors.suspension_steps(suspension, request.user, checks=checks, cases=cases)
    disobeyed = enforcement_steps.enforcements_of(suspension)
    against = enforcement_steps.offered(suspension, request.user, disobeyed, today())
    # What is not obeyed comes before the way back to work.
    is_open = bool(disobeyed) and disobeyed[0].is_open
    offered = selectors.with_forms(
        [*against, *offered] if is_open else [*offered, *against],
        lambda name: SUSPENSION[name].form(user=request.user, auto_id=f"{name}-%s"),
        bound=bound,
        step=step,
        label=label_of,
    )
    context = {
        "suspension": suspension,
        "steps": offered,
        "first": next((offer for offer in offered if offer.form), None),
        "cases": cases,
        "checks": checks,
        "resumptions": list(suspension.resumptions.select_related("asked_by", "decided_by", "document")),
        "enforcements": disobeyed,
        "today": today(),
    }
    return render(request, "rectification/suspension.html", context, status=status)


@require_POST
def suspension_step(request, pk: int, step: str):
    """One step in the life of a suspension."""
    if step not in SUSPENSION:
        raise Http404
    suspension, way = find_suspension(request, pk), SUSPENSION[step]
    way.need(request.user, suspension)
    form = way.form(request.POST, user=request.user, auto_id=f"{step}-%s")
    if way.attempt(suspension, form, by=request.user, at=timezone.now()):
        if step in enforcement_steps.STEPS:
            words = enforcement_steps.receipt(step, suspension)
        else:
            words = receipts.of_step(step, suspension, form.cleaned_data)
        return answer_done(request, reverse("rectification:suspension", args=[pk]), words)
    return suspension_page(request, suspension, bound=form, step=step, status=422)


def label_of(step: str) -> str:
    return enforcement_steps.label(step) if step in enforcement_steps.STEPS else selectors.step_label(step)


@require_http_methods(["GET", "POST"])
def propose_suspension(request, unit_id: int):
    """Propose to stop a unit outside an inspection."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=unit_id)
    form = forms.ProposeStopForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = propose_stop(unit, form.cleaned_data, by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = _("Suspension proposed: the county office decides")
            return answer_done(request, reverse("rectification:suspension", args=[made.pk]), words)
    context = {"unit": unit, "form": form, "title": _("Propose to stop production, use or work")}
    return render(request, "rectification/propose.html", context, status=422 if form.errors else 200)
