"""Extensions: asked before the deadline, decided once, by somebody else. Asking moves nothing."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def undecided(self):
        return self.filter(decision="")


class Extension(models.Model):
    class Decision(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="extensions")
    until = models.DateField(_("extend until"))
    reason = models.TextField(_("reason"), max_length=1000)
    interim = models.TextField(_("measures until then"), max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_late = models.BooleanField(_("asked after the deadline"), default=False)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decision=""), name="extension_one_undecided_per_case"
            )
        ]

    def __str__(self):
        return f"{self.case_id} → {self.until}"
