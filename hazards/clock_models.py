"""The authority's own clocks, and proposals to set a day anew when the calendar changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from common import clocks
from common.clocks import Ending


class ClockQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("region_id"))

    def running(self):
        """Neither met nor stopped; those of a deadline ahead run from the day it expires."""
        return self.filter(met_at=None, stopped_at=None)

    def kept(self):
        """What a reader is shown: running or met. A stopped clock is history."""
        return self.filter(stopped_at=None)

    def late(self, at):
        """Running past their end."""
        return self.running().filter(due_at__lt=at)


class Clock(models.Model):
    """One statutory limit that somebody has to keep: when it began, by what, when it ends, when it was met.

    Its end is worked out once, by the row of limits and the calendar of the day it began, and never moves; a clock
    that must end on another day is stopped and begins anew. Late is not stored: it is `met_at > due_at`, or `due_at`
    gone by. `due_at` is empty while a year on the way is not loaded: a statutory clock is never estimated.
    """

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="clocks")
    case = models.ForeignKey("hazards.HazardCase", models.CASCADE, null=True, related_name="clocks")
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+")
    subject = models.CharField(
        max_length=40,
        help_text="What it is about: case:5, suspension:7, seal:3; each has one clock of a code.",
    )
    code = models.CharField(max_length=40)
    limit = models.ForeignKey("reference.Limit", models.PROTECT, related_name="+")
    added = models.ForeignKey("reference.Limit", models.PROTECT, null=True, related_name="+")
    began_on = models.DateField(_("began on"))
    began_at = models.DateTimeField(_("began at"))
    began_by = models.CharField(
        max_length=24, help_text="The act; `expiry` where the deadline itself begins it."
    )
    due_on = models.DateField(_("ends on"), null=True)
    due_at = models.DateTimeField(_("ends at"), null=True)
    missing_year = models.PositiveSmallIntegerField(null=True)
    facts = models.JSONField(default=dict)
    met_at = models.DateTimeField(_("met at"), null=True)
    met_by = models.CharField(max_length=24, blank=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=24, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["began_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code"],
                condition=Q(met_at=None, stopped_at=None),
                name="clock_one_running_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None, due_on=None, missing_year__isnull=False)
                | Q(due_at__isnull=False, due_on__isnull=False, missing_year=None),
                name="clock_ends_or_waits_for_a_year",
            ),
            models.CheckConstraint(
                condition=Q(met_at=None) | Q(stopped_at=None), name="clock_met_or_stopped_not_both"
            ),
        ]
        indexes = [
            # A worklist of an area: what ends next.
            models.Index(
                fields=["region", "due_at"], name="clock_running", condition=Q(met_at=None, stopped_at=None)
            ),
            models.Index(
                fields=["missing_year"], name="clock_waiting", condition=Q(missing_year__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="clock_never_moves",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (NEW.subject, NEW.code, NEW.limit_id, NEW.added_id, NEW.began_on, NEW.began_at)
                        IS DISTINCT FROM
                       (OLD.subject, OLD.code, OLD.limit_id, OLD.added_id, OLD.began_on, OLD.began_at)
                       OR (OLD.due_at IS NOT NULL AND NEW.due_at IS DISTINCT FROM OLD.due_at)
                       OR (OLD.met_at IS NOT NULL AND NEW.met_at IS DISTINCT FROM OLD.met_at)
                       OR (OLD.stopped_at IS NOT NULL AND NEW.stopped_at IS DISTINCT FROM OLD.stopped_at) THEN
                        RAISE EXCEPTION 'clock % never moves: stop it and begin another', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="clock_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.subject} {self.code}: {self.due_on or '?'}"

    def is_late(self, at) -> bool:
        """Met too late, or not met and past its end at the instant `at`."""
        return self.due_at is not None and self.due_at < (self.met_at or at)

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.stopped_at is None

    def has_begun(self, at) -> bool:
        return self.began_at <= at

    @property
    def amount(self) -> int:
        return self.limit.amount + (self.added.amount if self.added else 0)

    @property
    def ending(self) -> Ending | None:
        """The end as it was worked out, with what lay on the way; None while a year is missing."""
        if self.due_at is None:
            return None
        is_hours = self.limit.unit == clocks.HOURS
        hours = localtime(self.began_at), localtime(self.due_at)
        start, due = hours if is_hours else (self.began_on, self.due_on)
        return clocks.remembered(self.limit.unit, self.amount, start, due, self.facts)


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("region_id"))

    def undecided(self):
        return self.filter(decision="")


class DeadlineProposal(models.Model):
    """The calendar says another day than a deadline or a clock has. A person accepts or rejects it."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")

    case = models.ForeignKey(
        "hazards.HazardCase", models.CASCADE, null=True, related_name="deadline_proposals"
    )
    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+")
    clock = models.ForeignKey(Clock, models.CASCADE, null=True, related_name="proposals")
    version = models.PositiveSmallIntegerField(default=0, help_text="Of the deadline that it was made for.")
    old = models.DateField()
    new = models.DateField()
    why = models.TextField()
    made_at = models.DateTimeField()
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["old", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decision="", clock=None), name="proposal_one_undecided_per_case"
            ),
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(decision="", clock__isnull=False),
                name="proposal_one_undecided_per_clock",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(clock__isnull=False), name="proposal_is_about_something"
            ),
        ]
        indexes = [models.Index(fields=["region"], name="proposal_undecided", condition=Q(decision=""))]

    def __str__(self):
        return f"{self.case_id}: {self.old} → {self.new}"

    @property
    def is_stale(self) -> bool:
        """Whether the case or the clock has moved on since: then only a rejection makes sense."""
        if self.clock is not None:
            return not self.clock.is_running
        return not self.case.is_live or self.case.deadline_version != self.version
