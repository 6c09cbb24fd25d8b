"""Suspension (停产停业) of a unit, and the acceptance check without which it may not resume."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from rectification.models.requests import OwnerRequest
from rectification.models.signing import Signing


class SuspensionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))

    def proposed(self):
        return self.filter(status=Suspension.Status.PROPOSED)

    def in_force(self):
        return self.filter(status=Suspension.Status.IN_FORCE)


class Suspension(models.Model):
    """A measure on the unit, not a state of its cases: no production while the hazard stands."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        IN_FORCE = "in_force", _("In force")
        DECLINED = "declined", _("Declined")
        LIFTED = "lifted", _("Lifted: the unit may resume")

    class Kind(models.TextChoices):
        """三停: what is stopped (Fire Law, Art. 58, Art. 60 and Art. 70)."""

        BUSINESS = "business", _("Stop production or business")
        USE = "use", _("Stop use")
        WORK = "work", _("Stop construction work")

    kind = models.CharField(_("what is stopped"), max_length=8, choices=Kind, default=Kind.BUSINESS)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="suspensions")
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, null=True, blank=True, related_name="suspensions"
    )
    cases = models.ManyToManyField("hazards.HazardCase", related_name="suspensions", blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    reason = models.TextField(_("reason"), max_length=1000)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    is_repeat = models.BooleanField(_("stopped before within 12 months"), default=False)
    # 对经济和社会生活影响较大: the government of the same level decides (Fire Law, Art. 70).
    large_effect = models.BooleanField(_("large economic or social effect"), default=False)
    government_number = models.CharField(_("government document number"), max_length=80, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)
    # 履行期限; without one the unit obeys from the day of service on.
    perform_by = models.DateField(_("obey by"), null=True)
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="suspension"
    )
    resume_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resume_asked_at = models.DateTimeField(null=True)
    resume_words = models.TextField(_("what was done"), max_length=1000, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifting_document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="lifted_suspension"
    )

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(status__in=["proposed", "in_force"]),
                name="suspension_one_standing_per_unit",
                violation_error_message=_("A suspension of this unit stands already."),
            ),
            models.CheckConstraint(
                condition=Q(large_effect=False) | ~Q(government_number="") | Q(document=None),
                name="suspension_large_effect_decided_by_government",
                violation_error_message=_(
                    "The government of the same level decides this; give its document."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.unit_id} {self.status}"

    @property
    def clock_subject(self) -> str:
        """What the clocks of a suspension are about."""
        return f"suspension:{self.pk}"

    @property
    def period_ends_on(self) -> date | None:
        """The last day of the period of performance (履行期限); None while the decision binds nobody: not served."""
        if self.document is None or self.document.served_at is None:
            return None
        served_on = localdate(self.document.served_at)
        return max(served_on, self.perform_by) if self.perform_by else served_on


class Resumption(OwnerRequest):
    """One request to resume (恢复): asked, checked, decided with its own paper; the instants start the clocks.

    3 working days from asking to the check, 3 more to the decision, reasons where refused (Order 120, Art. 29).
    """

    class Decision(models.TextChoices):
        ALLOWED = "allowed", _("Allowed to resume")
        REFUSED = "refused", _("Resumption refused")

    suspension = models.ForeignKey(Suspension, models.PROTECT, related_name="resumptions")
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="resumption"
    )

    class Meta(OwnerRequest.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["suspension"],
                condition=Q(decision=""),
                name="resumption_one_undecided_per_suspension",
                violation_error_message=_("A request to resume waits already."),
            ),
            models.CheckConstraint(
                condition=~Q(decision="refused") | ~Q(reason=""),
                name="resumption_refused_has_reason",
                violation_error_message=_("A refusal has its reasons."),
            ),
        ]

    def __str__(self):
        return f"{self.suspension_id} {self.asked_at:%Y-%m-%d}"


class AcceptanceCheck(models.Model):
    """复工验收: two officers look again; only a pass lets the office lift the suspension."""

    class Outcome(models.TextChoices):
        PASS = "pass", _("Accepted")
        FAIL = "fail", _("Not accepted")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    suspension = models.ForeignKey(Suspension, models.CASCADE, related_name="checks")
    held_on = models.DateField(_("checked on"))
    outcome = models.CharField(max_length=4, choices=Outcome)
    note = models.CharField(_("what was seen"), max_length=1000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True)

    class Meta:
        ordering = ["recorded_at", "pk"]

    def __str__(self):
        return f"{self.suspension_id} {self.outcome}"


class AcceptanceOfficer(Signing):
    check_record = models.ForeignKey(AcceptanceCheck, models.CASCADE, related_name="officers")

    class Meta(Signing.Meta):
        constraints = [
            models.UniqueConstraint(fields=["check_record", "user"], name="acceptance_officer_once")
        ]
