"""Where a request comes from, also behind a balancer."""

from django.conf import settings


def client_ip(request) -> str | None:
    """The address of the client: NUM_PROXIES hops to the left in X-Forwarded-For, which nobody else may write."""
    proxies = settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if proxies and forwarded:
        return forwarded[-min(proxies, len(forwarded))]
    return request.META.get("REMOTE_ADDR") or None
