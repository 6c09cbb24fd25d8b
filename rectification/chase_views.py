"""Pages of the chase: one person's digest, and the runs."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import need
from common.listing import Listing
from rectification.chase import ledger
from rectification.models import ChaseRun
from rectification.services import holding
from rectification.views import answer_done


@require_GET
def digest(request, pk):
    """Everything that one morning's digest was about, for the person who got it."""
    run = get_object_or_404(ChaseRun, pk=pk)
    listing = Listing(request, ledger.digest_of(run, request.user))
    return render(request, "rectification/chase/digest.html", {"run": run, "listing": listing})


@require_GET
def runs(request):
    """The runs, the latest first; one that is held waits here for a person."""
    need(request.user, "chase.ledger")
    context = {
        "listing": Listing(request, ChaseRun.objects.mornings().select_related("released_by")),
        "may_release": request.user.may(holding.PERMISSION),
    }
    return render(request, "rectification/chase/runs.html", context)


@require_POST
def release(request, pk):
    """Let a held run go ahead."""
    run = get_object_or_404(ChaseRun.objects.filter(held=True), pk=pk)
    holding.release(run, by=request.user, at=timezone.now())
    return answer_done(request, "rectification:chase_runs", "")
