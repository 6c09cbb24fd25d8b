"""A visit: who went, what was asked, what was found. Locked once completed."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.pictures import Picture
from reference.models import in_chinese


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

# What the page offers to start with. A re-inspection and an acceptance check start from the case and the
# suspension, whose pages record them.
STARTED_BY_HAND = (
    Kind.SPOT,
    Kind.SPECIAL,
    Kind.COMPLAINT,
    Kind.PREOPEN,
    Kind.EVENT,
    Kind.LOOKBACK,
    Kind.POLICE,
)


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    COMPLETED = "completed", _("Completed")
    DISCARDED = "discarded", _("Discarded")


# What of a completed visit nobody changes any more, not even by hand in the database.
FROZEN = (
    "status",
    "number",
    "unit_id",
    "region_id",
    "kind",
    "checklist_id",
    "started_by_id",
    "started_at",
    "ended_at",
    "completed_at",
    "on_site_person",
    "on_site_phone",
    "refused_signature",
    "note",
    "joint",
)


def belongs_to_locked(
    name: str, *, inspection: str = "OLD.inspection_id", only_if: str = ""
) -> pgtrigger.Trigger:
    """A trigger that refuses to change or delete a row of a completed visit."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF {only_if or "TRUE"} THEN
                IF EXISTS (SELECT 1 FROM inspections_inspection
                           WHERE id = {inspection} AND status = 'completed') THEN
                    RAISE EXCEPTION 'the inspection is completed: nothing of it is changed';
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


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
        """The unfinished visits of a person, begun by them or with them on the team."""
        mine = TeamMember.objects.filter(user=user).values("inspection")
        return self.filter(Q(started_by=user) | Q(pk__in=mine), status=Status.DRAFT)

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
    # 联合执法: departments that took part, [{"department": name, "people": [names]}]. One visit all the same:
    # it is one row, and every figure counts rows.
    joint = models.JSONField(_("departments taking part"), default=list, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, blank=True)
    # Where the inspector does not propose to stop a 三合一 site, the reason stands here.
    no_suspension_reason = models.CharField(max_length=500, blank=True)
    discard_reason = models.CharField(_("why it was discarded"), max_length=500, blank=True)
    # Filed whole by another program: what it sent, so that the same id with other words is refused, and
    # whether its photos are sent after the record.
    body_hash = models.CharField(max_length=64, blank=True, editable=False)
    photos_follow = models.BooleanField(default=False, editable=False)
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
        triggers = [
            pgtrigger.Protect(
                name="completed_inspection_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.status = 'completed'"),
            ),
            # The paper and the reason are written once, in the transaction that completes the visit.
            pgtrigger.Protect(
                name="completed_inspection_is_locked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status = 'completed' AND ("
                    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FROZEN)
                    + " OR (OLD.document_id IS NOT NULL AND OLD.document_id IS DISTINCT FROM NEW.document_id)"
                    " OR (OLD.no_suspension_reason <> '' AND"
                    " OLD.no_suspension_reason IS DISTINCT FROM NEW.no_suspension_reason))"
                ),
            ),
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
        triggers = [belongs_to_locked("team_of_completed_is_locked")]

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
        triggers = [belongs_to_locked("answer_of_completed_is_locked")]

    def __str__(self):
        return f"{self.number}. {self.label}"

    @property
    def label(self):
        """The question as it was asked; readers of English get the item's English words, frozen with it."""
        return self.question if in_chinese() else self.item.label


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The findings of the visits that a person sees."""
        return self.filter(inspection__in=Inspection.objects.visible_to(user))


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

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrected_on_site=False) | Q(due_on=None),
                name="finding_corrected_or_due",
                violation_error_message=_("Corrected on the spot, or a deadline: not both."),
            )
        ]
        triggers = [
            # Completing links the case; nothing else is written afterwards.
            belongs_to_locked(
                "finding_of_completed_is_locked",
                only_if="TG_OP = 'DELETE' OR OLD.case_id IS NOT NULL OR NEW.case_id IS NULL",
            )
        ]

    def __str__(self):
        return self.description[:40]

    @property
    def is_blank(self) -> bool:
        """Nothing was written for it yet."""
        return not (self.description or self.part or self.corrected_on_site)


class PhotoQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The photos of the visits that a person sees."""
        return self.filter(finding__inspection__in=Inspection.objects.visible_to(user))


class Photo(Picture):
    """A photo of a finding, before rectification."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="photos")

    objects = PhotoQuerySet.as_manager()

    class Meta(Picture.Meta):
        triggers = [
            belongs_to_locked(
                "photo_of_completed_is_locked",
                inspection="(SELECT inspection_id FROM inspections_finding WHERE id = OLD.finding_id)",
            )
        ]

    def __str__(self):
        return f"{self.finding_id}/{self.pk}"
