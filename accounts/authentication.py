"""Who calls the API: a token that runs out, of a person who may still sign in."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class PersonToken(TokenAuthentication):
    """`Authorization: Token ...`, for API_TOKEN_DAYS after it was given out."""

    def authenticate_credentials(self, key):
        """The person and the token, or 401 with a sentence."""
        user, token = super().authenticate_credentials(key)
        if is_expired(token):
            raise AuthenticationFailed(_("The token has run out; ask for a new one."), code="token_expired")
        if user.must_change_password:
            raise AuthenticationFailed(
                _("Choose a new password on the web page before using the API."), code="must_change_password"
            )
        return user, token


def is_expired(token) -> bool:
    """Older than API_TOKEN_DAYS."""
    return token.created + timedelta(days=settings.API_TOKEN_DAYS) < timezone.now()
