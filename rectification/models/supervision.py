"""What a listing is held to: the six things in place (六到位), a plan with dated milestones, progress reports."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hazards import states
from rectification.models.listings import Listing

PERSON = settings.AUTH_USER_MODEL


class Flag(models.TextChoices):
    """The six yes/no fields of the exchange between governments: 目标、责任、措施、资金、时限、预案到位."""

    GOALS = "goals", _("Goals in place")
    DUTY = "duty", _("Duty in place")
    MEASURES = "measures", _("Measures in place")
    FUNDS = "funds", _("Funds in place")
    TIME = "time", _("Time limit in place")
    EMERGENCY = "emergency", _("Emergency plan in place")


class FlagEntry(models.Model):
    """One finding on one flag; the newest counts, the older ones stay."""

    listing = models.ForeignKey(Listing, models.PROTECT, related_name="flags")
    flag = models.CharField(_("what is in place"), max_length=12, choices=Flag)
    is_met = models.BooleanField(_("in place"))
    on = models.DateField(_("since"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    set_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.listing_id} {self.flag} {self.is_met}"


class MilestoneQuerySet(models.QuerySet):
    def open(self):
        """Neither reached nor dropped."""
        return self.filter(done_on=None, dropped_at=None)

    def late(self, on):
        """Open past the end of their day, on a board that hangs over a standing hazard."""
        live = Q(listing__case__state__in=sorted(states.LIVE), listing__delisted_on=None)
        return self.open().filter(live, due_on__lt=on)


class Milestone(models.Model):
    """One dated step of the rectification plan. Moving its day keeps the first one."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="milestones")
    title = models.CharField(_("milestone"), max_length=120)
    due_on = models.DateField(_("due on"))
    original_due_on = models.DateField()
    done_on = models.DateField(_("reached on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    done_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(dropped_at=None),
                name="milestone_done_or_dropped",
                violation_error_message=_("A milestone is either reached or dropped."),
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="milestone_open",
                condition=Q(done_on=None, dropped_at=None),
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.done_on is None and self.dropped_at is None

    def is_late(self, on) -> bool:
        """Open past its day, or reached after it."""
        return self.dropped_at is None and self.due_on < (self.done_on or on)


class ProgressReport(models.Model):
    """How far a listed hazard has come: for which period, in words, per cent and 万元, by whom."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="reports")
    period_from = models.DateField(_("period from"))
    period_to = models.DateField(_("period to"))
    due_on = models.DateField(_("was due on"), null=True)
    words = models.TextField(_("progress"), max_length=2000)
    percent = models.PositiveSmallIntegerField(
        _("per cent done"), validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    funds = models.DecimalField(
        _("funds spent so far (10,000 yuan)"), max_digits=12, decimal_places=3, default=0
    )
    reported_on = models.DateField(_("reported on"))
    reported_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__lte=100) & Q(funds__gte=0),
                name="report_percent_and_funds",
                violation_error_message=_("Per cent lie between 0 and 100; funds are not negative."),
            )
        ]

    def __str__(self):
        return f"{self.listing_id} {self.period_to} {self.percent} %"

    @property
    def is_late(self) -> bool:
        """Given after the end of the day on which it was due."""
        return self.due_on is not None and self.reported_on > self.due_on
