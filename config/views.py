"""The landing page of each role, and the language switch."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe
from django.views.i18n import set_language as django_set_language

from accounts import roles
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
    held = request.user.roles
    names = [name for role, pages in LANDINGS if role in held for name in pages]
    return redirect(next(filter(None, map(_url, names)), reverse("accounts:me")))


@login_not_required
def admin_login(request):
    """A stranger goes to the product's door; who is signed in and has no business here is told so, once."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
    if not admin.site.has_permission(request):
        roles.need(request.user, "reference.manage")
    return redirect("admin:index")


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
