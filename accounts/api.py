"""The token door: user name and password in, token out."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.authentication import is_expired
from accounts.models import User


class Credentials(serializers.Serializer):
    """What a client signs in with."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class TokenAnswer(serializers.Serializer):
    """What it gets."""

    token = serializers.CharField()


class TokenView(APIView):
    """A token for a person's programs; counted by the same lock as the sign-in page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"

    @extend_schema(request=Credentials, responses=TokenAnswer)
    def post(self, request):
        """200 with the token; 400 where name or password is wrong; 403 before the first password is changed."""
        sent = Credentials(data=request.data)
        sent.is_valid(raise_exception=True)
        user = authenticate(
            request._request,
            username=User.normalize_username(sent.validated_data["username"]),
            password=sent.validated_data["password"],
        )
        if user is None:
            return refusal(
                "wrong_credentials", _("User name or password is wrong."), status.HTTP_400_BAD_REQUEST
            )
        if user.must_change_password:
            detail = _("Choose a new password on the web page before using the API.")
            return refusal("must_change_password", detail, status.HTTP_403_FORBIDDEN)
        user_logged_in.send(sender=User, request=request._request, user=user)
        return Response({"token": token_for(user)})


def token_for(user) -> str:
    """The person's token; one that has run out is replaced."""
    token = Token.objects.filter(user=user).first()
    if token and is_expired(token):
        token.delete()
        token = None
    return (token or Token.objects.get_or_create(user=user)[0]).key


def refusal(code, detail, code_http) -> Response:
    """Code and sentence."""
    return Response({"code": code, "detail": detail}, status=code_http)
