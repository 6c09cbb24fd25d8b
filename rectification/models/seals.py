"""Temporary seals (临时查封) of a part of a unit, and the requests to lift them."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rectification import limits
from rectification.models.requests import OwnerRequest
from rectification.models.signing import Signing


class Circumstance(models.TextChoices):
    """When a part is sealed: Order 120, Art. 22 para. 1."""

    EXITS = "exits", _("Exits or passages too few or badly blocked: people cannot get out")
    FACILITIES = "facilities", _("Fire facilities so damaged that they no longer work")
    INFLAMMABLES = (
        "inflammables",
        _("Inflammables or explosives kept or used in a crowded place against the rules"),
    )
    DECORATION = "decoration", _("Combustible decoration of a public place against the rules")
    OTHER = "other", _("Another hazard that may gravely threaten the public")


class SealQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))

    def proposed(self):
        return self.filter(status=Seal.Status.PROPOSED)

    def decided(self):
        return self.filter(status=Seal.Status.DECIDED)

    def in_force(self):
        return self.filter(status=Seal.Status.IN_FORCE)

    def standing(self):
        return self.filter(status__in=STANDING)

    def unstudied(self):
        """Sealed on oral consent; the collective study is still owed."""
        return self.in_force().filter(urgent=True, document=None)

    def ending(self, now, until):
        """In force, and at their end by `until`; those that have ended are among them."""
        return self.in_force().filter(ends_at__lte=until)


class Seal(models.Model):
    """One part of one unit under seal by one decision. Sealing again is another decision (`again_of`).

    That it has run out, or that an urgent one was not studied in time, is computed, not stored.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Seal proposed")
        DECIDED = "decided", _("Decided, to be carried out")
        IN_FORCE = "in_force", _("Sealed")
        DECLINED = "declined", _("Declined")
        LIFTED = "lifted", _("Seal lifted")
        REPLACED = "replaced", _("Sealed again by another decision")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="seals")
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, null=True, blank=True, related_name="seals"
    )
    cases = models.ManyToManyField("hazards.HazardCase", related_name="seals", blank=True)
    again_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="renewals")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    part = models.CharField(_("part to be sealed"), max_length=200)
    circumstance = models.CharField(_("circumstance"), max_length=12, choices=Circumstance)
    reason = models.TextField(_("reason"), max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    urgent = models.BooleanField(_("urgent: sealed on oral consent"), default=False)
    consent_by = models.CharField(_("who consented orally"), max_length=60, blank=True)
    studied_at = models.DateTimeField(_("collective study held at"), null=True, blank=True)
    studied_by = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True, related_name="seal")
    starts_at = models.DateTimeField(_("sealed from"), null=True)
    ends_at = models.DateTimeField(_("sealed until"), null=True)
    executed_at = models.DateTimeField(_("seal put up at"), null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_note = models.CharField(max_length=500, blank=True)
    lifting_document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="lifted_seal"
    )

    objects = SealQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "part"],
                condition=Q(status__in=["proposed", "decided"]),
                name="seal_one_undecided_per_part",
                violation_error_message=_("A seal of this part waits already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "part"],
                condition=Q(status="in_force"),
                name="seal_one_in_force_per_part",
                violation_error_message=_("This part is under seal already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="seal_ends_after_it_begins",
                violation_error_message=_("The seal ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(urgent=False) | ~Q(consent_by=""),
                name="seal_urgent_has_consent",
                violation_error_message=_("Name who consented orally."),
            ),
            models.CheckConstraint(
                condition=~Q(status="in_force") | Q(executed_at__isnull=False),
                name="seal_in_force_was_put_up",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="seal_ending", condition=Q(status="in_force")),
        ]

    def __str__(self):
        return f"{self.unit_id} {self.part} {self.status}"

    def get_absolute_url(self):
        return reverse("rectification:seal", args=[self.pk])

    @property
    def is_standing(self) -> bool:
        return self.status in STANDING

    def has_run_out(self, now=None) -> bool:
        """In force past its last instant: it is lifted, or sealed again by a new decision (Art. 22)."""
        now = now or timezone.now()
        return self.status == self.Status.IN_FORCE and self.ends_at is not None and self.ends_at < now

    @property
    def last_day(self) -> date | None:
        return timezone.localdate(self.ends_at) if self.ends_at else None

    @property
    def study_is_late(self) -> bool:
        """Sealed on oral consent, and not studied within 24 clock hours, as of now."""
        return self.awaits_study and timezone.now() > limits.urgent_study_by(self.executed_at)

    @property
    def clock_subject(self) -> str:
        """What the clocks of a seal are about."""
        return f"seal:{self.pk}"

    @property
    def awaits_study(self) -> bool:
        return self.status == self.Status.IN_FORCE and self.urgent and self.document_id is None


STANDING = (Seal.Status.PROPOSED, Seal.Status.DECIDED, Seal.Status.IN_FORCE)


class SealOfficer(Signing):
    """Who put the seal up: two certificated officers."""

    seal = models.ForeignKey(Seal, models.CASCADE, related_name="officers")

    class Meta(Signing.Meta):
        constraints = [models.UniqueConstraint(fields=["seal", "user"], name="seal_officer_once")]


class UnsealRequest(OwnerRequest):
    """One request to lift a seal: asked, inspected within 3 working days, decided within 3 more (Art. 25)."""

    class Outcome(models.TextChoices):
        PASS = "pass", _("The hazard is gone")
        FAIL = "fail", _("The hazard still stands")

    class Decision(models.TextChoices):
        LIFTED = "lifted", _("Lifted")
        REFUSED = "refused", _("Refused")

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="requests")
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)
    note = models.CharField(_("what was seen"), max_length=1000, blank=True)
    officers = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="unseal_request"
    )

    class Meta(OwnerRequest.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["seal"],
                condition=Q(decision=""),
                name="unseal_one_undecided_per_seal",
                violation_error_message=_("A request to lift this seal waits already."),
            )
        ]

    def __str__(self):
        return f"{self.seal_id} {self.asked_at:%Y-%m-%d}"
