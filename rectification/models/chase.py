"""The chase: its ladder as rows, what has been claimed, and each run."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recipient(models.TextChoices):
    """Whom a rung tells; resolved to people through posts on the day of the run."""

    OFFICER = "officer", _("Township officer")
    INSPECTOR = "inspector", _("Inspector in charge")
    TOWNSHIP_HEAD = "township_head", _("Township head")
    LEADER = "leader", _("County leader")


class Rung(models.Model):
    """One step of the ladder: when, counted in working days from the deadline, and whom it tells.

    A negative offset lies before the deadline. `repeat_every` (working days) makes it come again, for as
    long as the hazard stands.
    """

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=60)
    offset = models.SmallIntegerField(_("working days from the deadline"))
    repeat_every = models.PositiveSmallIntegerField(null=True, blank=True)
    recipients = ArrayField(models.CharField(max_length=16, choices=Recipient))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["offset", "code"]

    def __str__(self):
        return self.name


class ChaseRun(models.Model):
    """One run with its counts; `/readyz` asks the last one whether the chase is late."""

    on = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    claimed = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self):
        return f"{self.on}"


class ChaseClaim(models.Model):
    """That a rung was claimed for a case: once per case, deadline, rung and cycle, whoever runs, how often."""

    case = models.ForeignKey("hazards.HazardCase", models.CASCADE, related_name="claims")
    deadline_version = models.PositiveSmallIntegerField()
    rung = models.ForeignKey(Rung, models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField(default=0)
    on = models.DateField()
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "deadline_version", "rung", "cycle"], name="chase_claimed_once"
            )
        ]

    def __str__(self):
        return f"{self.case_id} {self.rung_id}/{self.cycle}"
