"""The status page: every part, how old its last sign of life is, the last runs, and what was down."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.roles import need
from operations import selectors, telling, words


@never_cache
@require_GET
def status(request):
    """For those who can do something about it."""
    if not selectors.may_see_status(request.user):
        need(request.user, "status.view")
    now = timezone.now()
    on = timezone.localdate(now)
    lines = selectors.lines()
    context = {
        "lines": lines,
        "down": [line for line in lines if not line.ok],
        "runs": selectors.last_runs(),
        "outages": selectors.outages(),
        "looked_at": selectors.last_look(),
        "watchdog_sleeps": selectors.watchdog_sleeps(now),
        "told": telling.addresses(on),
        "now": now,
        "mends": selectors.mends(request.user),
        "help": words.ask_for_help(),
    }
    return render(request, "operations/status.html", context)
