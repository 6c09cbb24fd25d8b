"""Complaints (举报投诉) about fire hazards at a unit: checked within 24 hours or three working days, then answered."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hazards import clock_rules

URGENT_LIMIT, USUAL_LIMIT = clock_rules.CHECK_URGENT_COMPLAINT, clock_rules.CHECK_COMPLAINT


class ComplaintQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))

    def unchecked(self):
        """Received, and nobody has been there yet."""
        return self.filter(checked_at=None, dropped_at=None)

    def unanswered(self):
        """Checked, and whoever complained does not know the result yet."""
        return self.filter(checked_at__isnull=False, answered_at=None)


class Complaint(models.Model):
    """What somebody reported about a unit. Who it was is confidential and stands nowhere here (Order 120, Art. 18)."""

    class Matter(models.TextChoices):
        EXITS = "exits", _("Exits or passages occupied, blocked or closed, evacuation obstructed")
        FACILITIES = "facilities", _("Fire facilities switched off without leave")
        OTHER = "other", _("Another breach of fire safety")

    class Told(models.TextChoices):
        TOLD = "told", _("Whoever complained was told the result")
        IMPOSSIBLE = "impossible", _("The result could not be told")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="complaints")
    received_at = models.DateTimeField(_("received at"))
    matter = models.CharField(_("what it is about"), max_length=12, choices=Matter)
    words = models.TextField(_("what was reported"), max_length=1000)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    told = models.CharField(_("answer"), max_length=12, choices=Told, blank=True)
    answer = models.CharField(_("what was told, or why not"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    drop_reason = models.CharField(max_length=500, blank=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_at=None, inspection=None)
                | Q(checked_at__isnull=False, inspection__isnull=False),
                name="complaint_checked_by_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, told="")
                | Q(answered_at__isnull=False, checked_at__isnull=False),
                name="complaint_answered_after_the_check",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(checked_at=None), name="complaint_checked_or_dropped"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit"], name="complaint_unchecked", condition=Q(checked_at=None, dropped_at=None)
            )
        ]

    def __str__(self):
        return f"{self.unit_id} {self.received_at:%F %R}"

    def get_absolute_url(self):
        return reverse("rectification:complaint", args=[self.pk])

    @property
    def is_urgent(self) -> bool:
        """Whether 24 clock hours run instead of three working days (Order 120, Art. 18)."""
        return self.matter in (self.Matter.EXITS, self.Matter.FACILITIES)

    @property
    def limit_code(self) -> str:
        return URGENT_LIMIT if self.is_urgent else USUAL_LIMIT

    @property
    def clock_subject(self) -> str:
        """What the clock of a complaint is about."""
        return f"complaint:{self.pk}"

    @property
    def stage(self) -> str:
        """Where it stands, in one word: unchecked, checked, answered, dropped."""
        if self.dropped_at:
            return "dropped"
        if self.answered_at:
            return "answered"
        return "checked" if self.checked_at else "unchecked"

    @property
    def stage_label(self) -> str:
        return {
            "unchecked": _("To be checked"),
            "checked": _("Result to be told"),
            "answered": _("Result told or noted"),
            "dropped": _("Set aside"),
        }[self.stage]

    @property
    def stage_tone(self) -> str:
        return {"unchecked": "warning", "checked": "info", "answered": "success", "dropped": "muted"}[
            self.stage
        ]
