"""Days that the calendar would set otherwise: the county office accepts or rejects them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import roles
from common.errors import RuleBroken
from common.listing import Listing
from common.templatetags.face import day_words
from hazards import recomputing
from hazards.models import DeadlineProposal


@require_GET
def proposals(request):
    """What waits for a decision, the earliest day first."""
    roles.need(request.user, recomputing.PERMISSION)
    listing = Listing(request, recomputing.waiting_for(request.user))
    return render(request, "hazards/proposals.html", {"listing": listing})


@require_POST
def decide(request, pk: int, decision: str):
    """Accept or reject one proposal. A refusal is told above the list."""
    if decision not in ("accept", "reject"):
        raise Http404
    rows = DeadlineProposal.objects.visible_to(request.user).select_related("case", "clock", "clock__limit")
    proposal = get_object_or_404(rows, pk=pk)
    try:
        words = accepted(request, proposal) if decision == "accept" else rejected(request, proposal)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect("hazards:proposals")


def accepted(request, proposal: DeadlineProposal) -> str:
    recomputing.accept(proposal, by=request.user, at=timezone.now())
    return _("Accepted: the day is now %(day)s.") % {"day": day_words(proposal.new)}


def rejected(request, proposal: DeadlineProposal) -> str:
    note = request.POST.get("note", "")[:500]
    recomputing.reject(proposal, by=request.user, at=timezone.now(), note=note)
    return _("Set aside: the day stays %(day)s.") % {"day": day_words(proposal.old)}


@require_POST
def accept_all(request):
    """Accept everything that waits; what no longer fits stays, and is named."""
    roles.need(request.user, recomputing.PERMISSION)
    done = recomputing.accept_all(by=request.user, at=timezone.now())
    if done.accepted:
        words = ngettext("%(n)s proposal accepted.", "%(n)s proposals accepted.", done.accepted)
        messages.success(request, words % {"n": done.accepted})
    for sentence in done.refused[:5]:
        messages.error(request, sentence)
    return redirect("hazards:proposals")


@require_POST
def look_again(request):
    """Compare deadlines and clocks with the calendar once more."""
    roles.need(request.user, recomputing.PERMISSION)
    recomputing.look_again(at=timezone.now())
    messages.success(request, _("Compared with the calendar as it is now."))
    return redirect("hazards:proposals")
