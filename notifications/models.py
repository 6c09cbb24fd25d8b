"""The outbox: what was said to whom, and how far each way of saying it has come.

Columns have database defaults, so that a job may write thousands of rows with one INSERT ... SELECT.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet):
    """Messages, picked by reader and by whether they were read."""

    def visible_to(self, user):
        """One's own and nobody else's."""
        return self.filter(recipient=user)

    def unread(self):
        """Not opened yet."""
        return self.filter(read_at__isnull=True)


class Message(models.Model):
    """One thing said to one person, once: `key` names the occasion, and a second row with it cannot exist."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name=_("recipient")
    )
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


class DeliveryQuerySet(models.QuerySet):
    """Deliveries, picked by what remains to be done."""

    def due(self, now):
        """Those whose next attempt has come."""
        return self.filter(state__in=["pending", "failed"], next_attempt_at__lte=now)

    def dead(self):
        """Those given up: somebody must look."""
        return self.filter(state="dead")

    def visible_to(self, user):
        """The deliveries to the people whom a person with the right to dead letters looks after."""
        people = user.posts.model.objects.filter(user.scope.q("region_id", "message.dead_letters"))
        return self.filter(message__recipient_id__in=people.values("user_id"))


class Delivery(models.Model):
    """One way of bringing one message: tried until it is sent, or given up where everybody can see it."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("Inbox")
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Will be tried again")
        DEAD = "dead", _("Given up")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default="pending", db_default="pending"
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    last_error = models.CharField(_("last error"), max_length=300, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

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
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["pending", "failed"]),
            ),
            models.Index(fields=["id"], name="delivery_dead", condition=Q(state="dead")),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} · {self.message}"
