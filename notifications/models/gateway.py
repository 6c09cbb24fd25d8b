"""The ways out of the house that a county sets up itself, and the state of every way."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

BOT_SCHEMES = ("wecombot", "dingtalk", "feishu", "lark")


class GatewayQuerySet(models.QuerySet):
    """Gateways, picked by whom they serve."""

    def in_use(self):
        """Those that carry letters at present."""
        return self.filter(enabled=True)


class Gateway(models.Model):
    """A server of somebody else that takes our letters: an SMS or government gateway, or the robot of a group chat."""

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", _("SMS (signed webhook)")
        BOT = "bot", _("Group-chat robot")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    name = models.CharField(_("name of the gateway"), max_length=60, unique=True)
    url = models.CharField(
        _("address"),
        max_length=300,
        help_text=_(
            "Webhook: http:// or https://, the final address (a redirect is never followed). "
            "Robot: wecombot://, dingtalk://, feishu:// or lark://, and its key in the field below."
        ),
    )
    secret = models.CharField(
        _("secret"),
        max_length=200,
        help_text=_(
            "Webhook: what signs each request, 16 characters or more. Robot: its key. Never shown again."
        ),
    )
    region = models.ForeignKey(
        "reference.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gateways",
        verbose_name=_("region"),
        help_text=_("Whose people it serves; empty: everybody whom no nearer gateway serves."),
    )
    enabled = models.BooleanField(_("in use"), default=True)
    rate_per_minute = models.PositiveIntegerField(
        _("letters per minute at most"), default=0, help_text=_("0: no limit.")
    )
    timeout = models.PositiveSmallIntegerField(
        _("seconds that an answer may take"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("From the first byte sent to the last byte read, 1 to 60."),
    )
    connections = models.PositiveSmallIntegerField(
        _("connections at once"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
        help_text=_("How many letters one worker may have under way with it, 1 to 8."),
    )

    objects = GatewayQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "name"]
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")

    def __str__(self):
        return self.name

    @property
    def line_name(self) -> str:
        """Under which name its state is kept (`Line`)."""
        return f"gateway:{self.pk}"

    def clean(self):
        """An address that could never be called is refused where it is typed."""
        problem = address_problem(self.channel, self.url)
        if problem:
            raise ValidationError({"url": problem})
        if self.channel == self.Channel.WEBHOOK and len(self.secret) < 16:
            raise ValidationError({"secret": _("A secret that signs needs at least 16 characters.")})


def address_problem(channel: str, url: str) -> str:
    """What is wrong with the address of a gateway, in words; "" where nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        return _("This is no address: check the brackets and the port.")
    if channel == Gateway.Channel.BOT:
        known = parts.scheme in BOT_SCHEMES
        return (
            ""
            if known
            else _("A robot's address begins with wecombot://, dingtalk://, feishu:// or lark://.")
        )
    if parts.scheme not in ("http", "https"):
        return _("Only http:// and https:// addresses are called.")
    if not parts.hostname or port == 0 or any(ch.isspace() or ord(ch) < 32 for ch in url):
        return _("The address names no server.")
    if parts.username or parts.password:
        return _("Put no password into the address; the secret signs each request.")
    return ""


class Line(models.Model):
    """The state of one way out, kept for all workers together: "email", or "gateway:<number>".

    `free_at` is a token bucket in one column: the instant at which the next letter may leave by the database's
    clock. `broken_until` is a circuit breaker: until then nobody tries.
    """

    name = models.CharField(max_length=40, primary_key=True)
    free_at = models.DateTimeField(null=True)
    broken_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    last_error = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("way out")
        verbose_name_plural = _("ways out")

    def __str__(self):
        return self.name
