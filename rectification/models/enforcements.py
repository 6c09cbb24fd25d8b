"""A stop that is not obeyed: found, demanded (催告), heard, decided, executed, or obeyed after all."""

import uuid
from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

OPEN = ("found", "demanded", "decided")


class EnforcementQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("suspension__unit__region_id"))

    def open(self):
        """Neither executed nor obeyed."""
        return self.filter(status__in=OPEN)


class Enforcement(models.Model):
    """One time that a stop in force was not obeyed, and what the authority did about it (Order 120, Art. 27)."""

    class Status(models.TextChoices):
        FOUND = "found", _("Not obeyed")
        DEMANDED = "demanded", _("Demand issued")
        DECIDED = "decided", _("Execution decided")
        EXECUTED = "executed", _("Executed")
        COMPLIED = "complied", _("Obeyed")

    suspension = models.ForeignKey("rectification.Suspension", models.PROTECT, related_name="enforcements")
    status = models.CharField(max_length=10, choices=Status, default=Status.FOUND)
    # The watch that saw it at work; two officers have to record it all the same (Order 120, Art. 14).
    look = models.OneToOneField(
        "rectification.WatchLook", models.PROTECT, null=True, related_name="enforcement"
    )
    period_ended_on = models.DateField(_("end of the period of performance"))
    found_on = models.DateField(_("found on"))
    found_words = models.CharField(_("what was seen"), max_length=1000)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    perform_days = models.PositiveSmallIntegerField(_("days to obey"), null=True)
    demanded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    demanded_at = models.DateTimeField(null=True)
    demand = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="enforcement_demanded"
    )

    reason = models.CharField(_("why it is executed"), max_length=1000, blank=True)
    way = models.CharField(_("how it is executed"), max_length=500, blank=True)
    execute_on = models.DateField(_("executed on"), null=True)
    view = models.CharField(_("view on what the unit stated"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="enforcement"
    )

    ended_on = models.DateField(_("ended on"), null=True)
    ended_words = models.CharField(_("how it ended"), max_length=1000, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = EnforcementQuerySet.as_manager()

    class Meta:
        ordering = ["found_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["suspension"],
                condition=Q(status__in=OPEN),
                name="enforcement_one_open_per_suspension",
                violation_error_message=_("That the stop is not obeyed is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(found_on__gt=models.F("period_ended_on")),
                name="enforcement_after_the_period",
                violation_error_message=_("The period of performance had not ended."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["decided", "executed"]) | Q(demand__isnull=False),
                name="enforcement_decided_after_demand",
                violation_error_message=_("Nothing is enforced without a demand before."),
            ),
        ]

    def __str__(self):
        return f"{self.suspension_id} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def demand_ends_on(self) -> date | None:
        """The last day to obey: so many calendar days after the demand was served; None until it is."""
        if self.demand_id is None or self.demand.served_at is None:
            return None
        return localdate(self.demand.served_at) + timedelta(days=self.perform_days)


class EnforcementOfficer(models.Model):
    """An officer who found it, executed it or saw it obeyed, with the card shown."""

    class Act(models.TextChoices):
        FIND = "find", _("Found it")
        EXECUTE = "execute", _("Executed it")
        COMPLY = "comply", _("Saw it obeyed")

    enforcement = models.ForeignKey(Enforcement, models.CASCADE, related_name="officers")
    act = models.CharField(max_length=8, choices=Act)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    card_number = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["enforcement", "act", "user"], name="enforcement_officer_once")
        ]

    def __str__(self):
        return str(self.user)


class Plea(models.Model):
    """陈述申辩: what the unit stated after the demand (Administrative Compulsion Law, Art. 36). Append-only."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    enforcement = models.ForeignKey(Enforcement, models.PROTECT, related_name="pleas")
    said_by = models.CharField(_("stated by"), max_length=60)
    words = models.TextField(_("what was stated"), max_length=2000)
    heard_on = models.DateField(_("heard on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "pk"]
        triggers = [pgtrigger.Protect(name="plea_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.enforcement_id} {self.heard_on}"
