"""The outbox: what was said to whom, and how far each way of saying it has come.

Columns have database defaults, so that a job may write thousands of rows with one INSERT ... SELECT.
"""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

OPENING_LINES = 4


class MessageQuerySet(models.QuerySet):
    """Messages, picked by reader and by whether they were read."""

    def visible_to(self, user):
        """One's own and nobody else's; a letter that is to wait is not there before its hour."""
        shown = Q(not_before__isnull=True) | Q(not_before__lte=Now())
        return self.filter(shown, recipient=user)

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """One thing said to one person, once: `key` names the occasion, and a second row with it cannot exist.

    A person without an account (the owner of a unit) is `to_name` and `to_phone` instead of a recipient.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("recipient"),
    )
    to_name = models.CharField(_("name"), max_length=60, blank=True, db_default="")
    to_phone = models.CharField(_("phone"), max_length=30, blank=True, db_default="")
    # The region whose office looks after a letter to somebody without an account.
    region = models.CharField(_("region"), max_length=12, blank=True, db_default="")
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True, db_default="")
    link = models.CharField(_("link"), max_length=300, blank=True, db_default="")
    about = models.CharField(_("about"), max_length=60, blank=True, db_default="")
    key = models.CharField(max_length=200, unique=True)
    on = models.DateField(_("day"))
    created_at = models.DateTimeField(_("written"), db_default=Now())
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="message_inbox"),
            models.Index(fields=["recipient"], name="message_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["about"], name="message_about", condition=~Q(about="")),
        ]

    def __str__(self):
        return self.subject

    @property
    def to(self) -> str:
        """Whom it is for, in words."""
        return str(self.recipient) if self.recipient_id else (self.to_name or self.to_phone)

    @property
    def opening(self) -> list[str]:
        """The first lines of the text, for a list: the inbox shows them one below the other."""
        lines = (line.strip() for line in self.body.splitlines())
        return [line for line in lines if line][:OPENING_LINES]


class DeliveryQuerySet(models.QuerySet):
    """Deliveries, picked by what remains to be done."""

    def due(self, now):
        """Those whose next attempt has come."""
        return self.filter(state__in=["pending", "failed"], next_attempt_at__lte=now)

    def open(self):
        """Those on which more will be tried."""
        return self.filter(state__in=["pending", "failed"])

    def dead(self):
        """Those given up: somebody must look."""
        return self.filter(state="dead")

    def stuck(self):
        """Those that will not arrive unless somebody mends something."""
        return self.filter(state__in=["dead", "impossible"])

    def visible_to(self, user):
        """The deliveries to the people whom a person with the right to dead letters looks after.

        A letter to somebody without an account belongs to the region it names; one that names none, to all of them.
        """
        people = user.posts.model.objects.filter(user.scope.q("region_id", "message.dead_letters"))
        nameless = Q(message__region="") if user.may("message.dead_letters") else Q(pk__in=[])
        without_account = Q(message__recipient__isnull=True) & (
            nameless | user.scope.q("message__region", "message.dead_letters")
        )
        return self.filter(Q(message__recipient_id__in=people.values("user_id")) | without_account)


class Delivery(models.Model):
    """One way of bringing one message: tried until it is sent, or given up where everybody can see it."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("Inbox")
        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("SMS")
        BOT = "bot", _("Group-chat robot")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Will be tried again")
        DEAD = "dead", _("Given up")
        DROPPED = "dropped", _("Written off")
        IMPOSSIBLE = "impossible", _("No way to the person")
        EXPIRED = "expired", _("Expired before it could be sent")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default="pending", db_default="pending"
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    last_error = models.CharField(_("last error"), max_length=300, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    gateway = models.ForeignKey(
        "notifications.Gateway",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("gateway"),
    )
    # The worker that has it in hand (services/claims.py); empty once it has said what became of it.
    holder = models.PositiveBigIntegerField(null=True, editable=False)
    # The same on each attempt: a server that has seen it knows that this is no second letter.
    token = models.UUIDField(editable=False, db_default=RandomUUID())
    # What was wrong, in one word for grouping: no-address, smtp-550, http-500, timeout ...
    fault = models.CharField(_("kind of error"), max_length=40, blank=True, default="", db_default="")
    expires_at = models.DateTimeField(_("of use until"), null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dropped by"),
    )
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)
    drop_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["next_attempt_at", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel"],
                name="delivery_once_per_channel",
                violation_error_message=_("This message already goes this way."),
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""),
                name="delivery_dropped_says_why",
                violation_error_message=_("Say why the letter is dropped."),
            ),
        ]
        indexes = [
            # One lane after another, each in the order of its queue.
            models.Index(
                fields=["channel", "gateway", "next_attempt_at", "id"],
                name="delivery_lane",
                condition=Q(state__in=["pending", "failed"]),
            ),
            models.Index(
                fields=["expires_at"],
                name="delivery_expires",
                condition=Q(state__in=["pending", "failed"], expires_at__isnull=False),
            ),
            models.Index(
                fields=["state", "-id"],
                name="delivery_stuck",
                condition=Q(state__in=["dead", "impossible", "dropped", "expired"]),
            ),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} · {self.message}"
