"""What the chase suggested: the list of one's area, and what becomes of each."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import need
from common.errors import RuleBroken
from common.forms import put_refusal
from common.listing import Listing
from rectification import suggested
from rectification.chase_forms import SettleForm
from rectification.models import Suggestion
from rectification.services import suggestions
from rectification.views import answer_done


@require_GET
def suggestion_list(request):
    """What is suggested for cases of one's area; what was settled, by whom, why."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in ("open", "settled") else "open"
    rows, tabs = suggested.desk(request.user, tab)
    listing = Listing(request, rows)
    context = {
        "listing": listing,
        "tabs": tabs,
        "tab": tab,
        "rows": suggested.dressed(listing.rows, request.user),
    }
    return render(request, "rectification/chase/suggestions.html", context)


@require_http_methods(["GET", "POST"])
def settle(request, pk: int):
    """Set a suggestion aside with a reason, or note that the talk was held."""
    rows = Suggestion.objects.visible_to(request.user).select_related("case__unit", "rung")
    suggestion = get_object_or_404(rows, pk=pk)
    need(request.user, suggestions.PERMISSION, suggestion.case.region_id)
    form = SettleForm(
        request.POST if request.method == "POST" else None, initial={"done": "done" in request.GET}
    )
    if request.method == "POST" and form.is_valid():
        verb = suggestions.take_up if form.cleaned_data["done"] else suggestions.set_aside
        try:
            verb(suggestion, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            put_refusal(form, refusal)
        else:
            words = _("Noted.") if form.cleaned_data["done"] else _("The suggestion is set aside.")
            return answer_done(
                request, suggestion.case.get_absolute_url() or reverse("rectification:suggestions"), words
            )
    context = {"suggestion": suggestion, "form": form, "is_done": form.is_talk}
    return render(request, "rectification/chase/settle.html", context, status=422 if form.errors else 200)
