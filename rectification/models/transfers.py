"""Transfers (移送) of a case to the department that can act on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))


class Transfer(models.Model):
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="transfers")
    department = models.CharField(_("department"), max_length=120)
    reason = models.TextField(_("reason"), max_length=1000)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True, related_name="transfer")
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(max_length=1000, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(returned_at=None), name="transfer_one_standing_per_case"
            )
        ]

    def __str__(self):
        return f"{self.case_id} → {self.department}"
