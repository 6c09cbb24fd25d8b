"""Instructions (批示、督办单): a leader or the office asks one person about one case, and gets an answer by a day."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class InstructionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def unanswered(self):
        return self.filter(replied_at=None)

    def late(self, on):
        """Unanswered past their day: a day means its end."""
        return self.unanswered().filter(due_on__lt=on)

    def addressed_to(self, user):
        return self.filter(addressee=user)


class Instruction(models.Model):
    """What was asked, of whom, by when; answered once."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="instructions")
    words = models.TextField(_("what is to be done"), max_length=1000)
    addressee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who answers")
    )
    due_on = models.DateField(_("answer by"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="instruction"
    )
    reply = models.TextField(_("answer"), max_length=1000, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    replied_at = models.DateTimeField(null=True, blank=True)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replied_at=None, reply="") | (Q(replied_at__isnull=False) & ~Q(reply="")),
                name="instruction_answered_in_words",
                violation_error_message=_("An answer has words."),
            )
        ]
        indexes = [
            models.Index(
                fields=["addressee", "due_on"],
                name="instruction_unanswered",
                condition=Q(replied_at=None),
            )
        ]

    def __str__(self):
        return f"{self.case_id}: {self.words[:40]}"

    @property
    def is_open(self) -> bool:
        return self.replied_at is None

    def is_late(self, on) -> bool:
        return self.is_open and self.due_on < on
