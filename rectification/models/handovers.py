"""Hand-overs (工作交接): what passed from one person to another, as it stood that day. Never changed."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

KEPT = pgtrigger.Protect(name="hand_over_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)


class HandOverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those inside one's area, and those that one had a part in."""
        part = Q(person=user) | Q(to=user) | Q(by=user)
        return self.filter(part | user.scope.q("region_code"))


class HandOver(models.Model):
    """One hand-over from one person to another, with a reason."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("hands over")
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("takes over")
    )
    reason = models.TextField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The smallest division that holds everything handed over: who sees that one sees the sheet.
    region_code = models.CharField(max_length=24)
    cases = models.PositiveIntegerField(default=0)
    instructions = models.PositiveIntegerField(default=0)
    look_backs = models.PositiveIntegerField(default=0)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("to")),
                name="hand_over_to_another",
                violation_error_message=_("Nobody hands over to himself."),
            )
        ]
        indexes = [models.Index(fields=["region_code", "-at"], name="hand_over_by_region")]
        triggers = [KEPT]

    def __str__(self):
        return f"{self.person} → {self.to}"

    def get_absolute_url(self):
        return reverse("handovers:sheet", args=[self.pk])


class HandOverLine(models.Model):
    """One thing handed over: the case, or an instruction or a look-back about it."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="lines")
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="+")
    instruction = models.ForeignKey(
        "rectification.Instruction", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    look_back = models.ForeignKey(
        "rectification.LookBack", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="hand_over_line_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.hand_over_id}: {self.case_id}"
