"""Requests to take a case out of the books, as no hazard or as a duplicate: decided once, by somebody else."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class VoidRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def undecided(self):
        return self.filter(decision="")

    def waiting(self):
        """Undecided and still worth a decision: where the case was closed meanwhile the request has lapsed."""
        return self.undecided().exclude(case__void_asked_on=None)

    def merged(self):
        return self.filter(decision="granted", into__isnull=False)


class VoidRequest(models.Model):
    class Decision(models.TextChoices):
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        LAPSED = "lapsed", _("Lapsed")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="void_requests")
    into = models.ForeignKey(
        "hazards.HazardCase",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("the case that stays"),
    )
    reason = models.TextField(_("reason"), max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    objects = VoidRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decision=""), name="void_one_undecided_per_case"
            ),
            models.CheckConstraint(condition=Q(into=None) | ~Q(into=F("case")), name="void_not_into_itself"),
            models.CheckConstraint(
                condition=~Q(decision__in=["granted", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="void_decided_by_somebody_else",
                violation_error_message=_("Nobody decides his own request."),
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.decision}"
