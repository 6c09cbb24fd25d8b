"""What every answer passes: the browser's permissions, a limit on size, and refusals said in words."""

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.errors import NotAllowed, RuleBroken

DRAIN_CHUNK = 1024 * 1024


class PermissionsPolicyMiddleware:
    """Tells the browser which devices our pages may ask for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class RequestSizeMiddleware:
    """Refuses a request that is too large before a byte of it is kept in memory or on disk."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _length(request) <= _limit(request):
            return self.get_response(request)
        _drain(request)
        megabytes = _limit(request) // (1024 * 1024)
        message = _("What was sent is too large: at most %(size)s MB are accepted. Choose a smaller file.")
        error = RuleBroken(message % {"size": megabytes}, code="too_large")
        response = refuse(request, error, status=413)
        response["Connection"] = "close"
        return response


class RefusalMiddleware:
    """Turns a rule broken inside a view into an answer that says so: page, fragment or JSON."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        """The refusal as an answer; anything else is left to Django."""
        if isinstance(exception, RuleBroken):
            return refuse(request, exception)
        return None


def refuse(request, error: RuleBroken, *, status: int | None = None):
    """The answer to a refused act, in the shape that its asker can show."""
    status = status or (403 if isinstance(error, NotAllowed) else 409)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": error.code, "detail": str(error)}, status=status)
    context = {"message": str(error), "code": error.code, "status": status, "back": _way_back(request)}
    if request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted"):
        response = render(request, "components/_refusal.html", context, status=409)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        return response
    return render(request, "refused.html", context, status=status)


def _length(request) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _limit(request) -> int:
    """Files have their own limit; a form or a JSON body is never that large."""
    if request.META.get("CONTENT_TYPE", "").startswith("multipart/"):
        return settings.MAX_UPLOAD_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _drain(request) -> None:
    """Reads the body and drops it: a browser shows our sentence only once it has finished sending."""
    left = min(_length(request), settings.MAX_DRAINED_BYTES)
    while left > 0:
        chunk = request.META["wsgi.input"].read(min(DRAIN_CHUNK, left))
        if not chunk:
            return
        left -= len(chunk)


def _way_back(request) -> str:
    """Where the reader came from, if that was one of our own pages."""
    came_from = request.headers.get("Referer", "")
    own = f"{request.scheme}://{request.get_host()}/"
    return came_from if came_from.startswith(own) else "/"
