"""The landing page of each role, and the language switch."""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe
from django.views.i18n import set_language as django_set_language

from accounts.roles import Role

# Who holds several posts lands on the first that is listed here.
LANDINGS = (
    (Role.INSPECTOR, ("inspections:today", "hazards:list")),
    (Role.ASSISTANT, ("inspections:today", "hazards:list")),
    (Role.TOWNSHIP_OFFICER, ("rectification:mine", "hazards:list")),
    (Role.COUNTY_OFFICE, ("rectification:approvals", "dashboards:leader")),
    (Role.LEADER, ("dashboards:leader",)),
    (Role.AUDITOR, ("dashboards:leader", "accounts:sign_ins")),
    (Role.ADMIN, ("accounts:people",)),
)


@require_safe
def home(request):
    """Sends everybody to their day's work."""
    roles = request.user.roles
    names = [name for role, pages in LANDINGS if role in roles for name in pages]
    return redirect(next(filter(None, map(_url, names)), reverse("accounts:me")))


@login_not_required
def set_language(request):
    """Django's switch; a person who is signed in keeps the choice for the next device."""
    response = django_set_language(request)
    chosen = request.POST.get("language")
    user = request.user
    if user.is_authenticated and chosen in {"zh-hans", "en"} and chosen != user.language:
        get_user_model().objects.filter(pk=user.pk).update(language=chosen)
    return response


def _url(name) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
