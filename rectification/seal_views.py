"""Pages of temporary seals: the list, one seal with its steps, and proposing one."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles
from common.days import now
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing, key_in
from rectification import limits, seal_forms, seal_selectors, steps
from rectification.models import Seal
from rectification.selectors import with_forms
from rectification.services import seals
from rectification.views import answer_done
from units.models import Unit


@require_GET
def seal_list(request):
    """Seals of one's area: those that stand first; with ?unit= those of one unit."""
    tab, rows, tabs = seal_selectors.desk(
        request.user, request.GET.get("tab", ""), now(), request.GET.get("unit", "")
    )
    context = {"listing": Listing(request, rows, hidden=("unit",)), "tabs": tabs, "tab": tab, "now": now()}
    return render(request, "rectification/seals.html", context)


@require_GET
def seal_detail(request, pk: int):
    """One seal: what, why, until when, its papers and the steps that are next."""
    return seal_page(request, find(request, pk))


def find(request, pk: int) -> Seal:
    rows = Seal.objects.visible_to(request.user).select_related(
        "unit",
        "unit__region",
        "document",
        "lifting_document",
        "proposed_by",
        "decided_by",
        "lifted_by",
        "again_of",
    )
    return get_object_or_404(rows, pk=pk)


def seal_page(request, seal: Seal, *, bound=None, step: str = "", status: int = 200):
    moment = now()
    offered = with_forms(
        seal_selectors.steps(seal, request.user, moment),
        lambda name: steps.SEAL[name].form(user=request.user, auto_id=f"{name}-%s"),
        bound=bound,
        step=step,
        label=seal_selectors.step_label,
    )
    context = {
        "seal": seal,
        "steps": offered,
        "first": next((offer for offer in offered if offer.form), None),
        "cases": list(seal.cases.for_rows()),
        "officers": list(seal.officers.select_related("user")),
        "requests": list(seal.requests.select_related("asked_by", "checked_by", "decided_by", "document")),
        "study_by": limits.urgent_study_by(seal.executed_at) if seal.awaits_study else None,
        "is_late": seals.study_is_late(seal, moment),
        "has_run_out": seal.has_run_out(moment),
        "may_seal_again": seal.status == Seal.Status.IN_FORCE
        and seal.document_id
        and roles.may(request.user, "seal.propose", seal.unit.region_id),
        "today": moment.date(),
    }
    return render(request, "rectification/seal.html", context, status=status)


@require_POST
def seal_step(request, pk: int, step: str):
    """One step in the life of a seal."""
    if step not in steps.SEAL:
        raise Http404
    seal, way = find(request, pk), steps.SEAL[step]
    way.need(request.user, seal)
    form = way.form(request.POST, user=request.user, auto_id=f"{step}-%s")
    if way.attempt(seal, form, by=request.user, at=now()):
        return answer_done(request, reverse("rectification:seal", args=[pk]), receipt(step, seal))
    return seal_page(request, seal, bound=form, step=step, status=422)


def receipt(step: str, seal: Seal) -> str:
    """What stands above the seal after one of its steps."""
    seal.refresh_from_db()
    match step:
        case "decide":
            return _("The seal is decided: %(number)s.") % {"number": seal.document.number}
        case "decline":
            return _("Nothing is sealed.")
        case "execute":
            return _("The seal is up.")
        case "ask-to-lift":
            return _("Lifting is asked for; two officers inspect.")
        case "inspect":
            return _("The inspection is recorded; the office decides.")
        case "lift":
            return _("The seal is lifted: %(number)s.") % {"number": seal.lifting_document.number}
    return _("The request is refused; the seal stays.")


@require_http_methods(["GET", "POST"])
def propose_seal(request, unit_id: int):
    """Propose to seal a part of a unit, or record an urgent sealing; with ?again= a seal that is up goes on."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=unit_id)
    again_of = seal_again(request, unit)
    form = seal_forms.ProposeSealForm(request.POST or None, user=request.user, unit=unit, again_of=again_of)
    if request.method == "POST" and form.is_valid():
        try:
            made = steps.propose_seal(unit, form.cleaned_data, again_of, by=request.user, at=now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = (
                _("The seal is recorded: study it within 24 hours.") if made.urgent else _("Seal proposed.")
            )
            return answer_done(request, made.get_absolute_url(), words)
    context = {"unit": unit, "form": form, "again_of": again_of}
    return render(request, "rectification/seal_propose.html", context, status=422 if form.errors else 200)


def seal_again(request, unit) -> Seal | None:
    number = request.GET.get("again", "")
    if not number:
        return None
    return get_object_or_404(unit.seals.in_force(), pk=key_in(number))
