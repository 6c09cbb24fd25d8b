"""Every attempt to sign in, at whichever door, becomes a row of the sign-in log."""

from accounts import services
from accounts.network import client_ip


def signed_in(sender, request, user, **kwargs):
    """Somebody was let in."""
    services.note_sign_in(
        username=user.username, user=user, ip=client_ip(request), ok=True, door=_door(request)
    )


def turned_away(sender, credentials, request=None, **kwargs):
    """Somebody was not let in."""
    if request is not None:
        username = str(credentials.get("username") or "").replace("\0", "")[:150]
        services.note_sign_in(username=username, ip=client_ip(request), ok=False, door=_door(request))


def _door(request) -> str:
    return "api" if request.path.startswith("/api/") else "page"
