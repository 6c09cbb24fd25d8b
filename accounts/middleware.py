"""Who passes before any view runs: strangers to the sign-in page, idle sessions out, first passwords changed."""

import time
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

# The session is written at most once a minute, not at every request.
SEEN_EVERY = 60


class IdleSessionMiddleware:
    """Ends a session that nobody used for SESSION_IDLE_SECONDS."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            self.look(request)
        return self.get_response(request)

    def look(self, request):
        """Note that the person was here, or sign them out."""
        at = int(time.time())
        seen = request.session.get("seen", at)
        if at - seen > settings.SESSION_IDLE_SECONDS:
            logout(request)
            request.idle_expired = True
        elif at - seen >= SEEN_EVERY or "seen" not in request.session:
            request.session["seen"] = at


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """LoginRequiredMiddleware that sends a whole page, not a fragment, to the sign-in page."""

    def handle_no_permission(self, request, view_func):
        """A redirect; for htmx the same as a header, with the page (not the fragment) to return to."""
        query = {"idle": 1} if getattr(request, "idle_expired", False) else {}
        if request.headers.get("HX-Request") == "true":
            page = request.headers.get("HX-Current-URL", "/")
            return _moved(_login_url(page.partition(request.get_host())[2] or "/", query), status=401)
        if query and request.method == "GET":
            return redirect(_login_url(request.get_full_path(), query))
        return super().handle_no_permission(request, view_func)


class FirstPasswordMiddleware:
    """Nobody works under a password that somebody else has seen."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view_func, _args, _kwargs):
        """To the password page, until a new one is chosen; the API says so as a code."""
        if not getattr(request.user, "must_change_password", False) or self.is_free(request, view_func):
            return None
        if request.path.startswith("/api/"):
            detail = _("Choose a new password on the web page before using the API.")
            return JsonResponse({"code": "must_change_password", "detail": detail}, status=403)
        if request.headers.get("HX-Request") == "true":
            return _moved(reverse("accounts:password"), status=403)
        return redirect("accounts:password")

    def is_free(self, request, view_func) -> bool:
        """The password page itself, signing out, the language switch, and what strangers may see."""
        free = {"accounts:password", "accounts:logout", "set_language"}
        if request.resolver_match.view_name in free:
            return True
        # A view of the API asks for the sign-in itself, so that its mark says nothing here.
        return not getattr(view_func, "login_required", True) and not request.path.startswith("/api/")


def _login_url(page: str, query: dict) -> str:
    return f"{reverse('accounts:login')}?{urlencode({'next': page, **query})}"


def _moved(url: str, *, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["HX-Redirect"] = url
    return response
