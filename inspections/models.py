"""A visit: who went, what was asked, what was found. Locked once completed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.pictures import Picture


class Kind(models.TextChoices):
    """Kinds of inspection (检查形式), Order 120; a self-check of the grid is no enforcement record."""

    SPOT = "spot", _("Supervisory spot check")
    PREOPEN = "preopen", _("Check before opening")
    COMPLAINT = "complaint", _("Check of a complaint")
    EVENT = "event", _("Check before a large event")
    SPECIAL = "special", _("Special campaign")
    RECHECK = "recheck", _("Re-inspection")
    RELEASE = "release", _("Acceptance before resuming")
    LOOKBACK = "lookback", _("Look-back")
    POLICE = "police", _("Routine check by the police station")
    GRID = "grid", _("Grid patrol")


ENFORCEMENT_KINDS = frozenset(Kind.values) - {Kind.GRID}
"""Kinds whose record needs two certificated officers (Order 120, Art. 14). A grid patrol is no 行政检查."""


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    COMPLETED = "completed", _("Completed")
    DISCARDED = "discarded", _("Discarded")


class InspectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Completed visits of one's area; drafts only for the people on the team."""
        return self.filter(user.scope.q("region_id")).filter(
            Q(status=Status.COMPLETED)
            | Q(started_by=user)
            | Q(pk__in=TeamMember.objects.filter(user=user).values("inspection"))
        )

    def completed(self):
        return self.filter(status=Status.COMPLETED)

    def drafts_of(self, user):
        return self.filter(status=Status.DRAFT, started_by=user)

    def for_rows(self):
        return self.select_related("unit", "region", "region__parent").prefetch_related("team__user")


class Inspection(models.Model):
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    number = models.CharField(_("number"), max_length=32, unique=True, null=True, blank=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="inspections", verbose_name=_("unit"))
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of inspection"), max_length=12, choices=Kind, default=Kind.SPOT)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    checklist = models.ForeignKey("reference.Checklist", models.PROTECT, null=True, blank=True)
    on_site_person = models.CharField(_("person on site"), max_length=60, blank=True)
    on_site_phone = models.CharField(_("phone of the person on site"), max_length=30, blank=True)
    refused_signature = models.BooleanField(_("refused to sign"), default=False)
    note = models.TextField(_("note"), blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, blank=True)
    # Where the inspector does not propose to stop a 三合一 site, the reason stands here.
    no_suspension_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="inspection_ends_after_start",
                violation_error_message=_("The inspection ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(status="completed")
                | Q(number__isnull=False, ended_at__isnull=False, completed_at__isnull=False),
                name="inspection_completed_is_numbered",
                violation_error_message=_("A completed inspection has a number and an end."),
            ),
        ]
        indexes = [
            models.Index(fields=["region", "-started_at"], name="inspection_by_region"),
            models.Index(fields=["unit", "-started_at"], name="inspection_by_unit"),
            models.Index(fields=["started_by", "status"], name="inspection_drafts"),
        ]

    def __str__(self):
        return self.number or str(self.client_id)

    def get_absolute_url(self):
        return reverse("inspections:detail", args=[self.pk])

    @property
    def is_locked(self) -> bool:
        return self.status != Status.DRAFT


class TeamMember(models.Model):
    """Somebody on the team: officers with a card, assistants listed apart. The card is as it was that day."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_officer = models.BooleanField(default=True)
    card_number = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-is_officer", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "user"],
                name="team_member_once",
                violation_error_message=_("One person cannot be on the team twice."),
            )
        ]

    def __str__(self):
        return f"{self.user}"


class Result(models.TextChoices):
    OK = "ok", _("Passes")
    FAIL = "fail", _("Fails")
    NA = "na", _("Not applicable")


class Answer(models.Model):
    """One question of the checklist, frozen with the visit: its words as they were asked."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers")
    item = models.ForeignKey("reference.ChecklistItem", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    group = models.CharField(max_length=60)
    question = models.CharField(max_length=300)
    category = models.ForeignKey("reference.HazardCategory", models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=4, choices=Result, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="answer_once_per_item"),
        ]

    def __str__(self):
        return f"{self.number}. {self.question}"


class Finding(models.Model):
    """One hazard found on the visit; completing the visit opens its case."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="findings")
    answer = models.ForeignKey(Answer, models.SET_NULL, null=True, blank=True, related_name="findings")
    category = models.ForeignKey("reference.HazardCategory", models.PROTECT, related_name="+")
    description = models.TextField(_("what was found"), max_length=2000)
    part = models.CharField(_("part of the premises"), max_length=200, blank=True)
    corrected_on_site = models.BooleanField(_("corrected on the spot"), default=False)
    due_on = models.DateField(_("rectification deadline"), null=True, blank=True)
    case = models.OneToOneField(
        "hazards.HazardCase", models.PROTECT, null=True, blank=True, related_name="finding"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self):
        return self.description[:40]


class Photo(Picture):
    """A photo of a finding, before rectification."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="photos")

    def __str__(self):
        return f"{self.finding_id}/{self.pk}"
