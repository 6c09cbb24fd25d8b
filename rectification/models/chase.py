"""The chase: its ladder as rows, what has been claimed, and each run."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rectification import wording
from reference.models import in_chinese


class Recipient(models.TextChoices):
    """Whom a rung tells; resolved to people through posts on the day of the run."""

    OFFICER = "officer", _("Township officer")
    INSPECTOR = "inspector", _("Inspector in charge")
    TOWNSHIP_HEAD = "township_head", _("Township head")
    LEADER = "leader", _("County leader")


def check_template(template: str) -> None:
    """Refuse a letter that asks for a fact which no case has; it would stop the chase in the morning."""
    try:
        unknown = wording.unknown_names(template)
    except ValueError as bad:
        raise ValidationError(
            gettext("Write facts as one name in braces, such as {unit}. Not understood: %(what)s")
            % {"what": bad}
        ) from bad
    if unknown:
        raise ValidationError(
            gettext("No such fact: %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(wording.FACTS)}
        )


class RungQuerySet(models.QuerySet):
    def current(self, on):
        """The rungs in force on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


class Rung(models.Model):
    """One step of the ladder: when, counted in working days from the deadline, whom it tells, in which words.

    A negative offset lies before the deadline. `repeat_every` (working days) makes it come again, for as
    long as the hazard stands.
    """

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    offset = models.SmallIntegerField(_("working days from the deadline"))
    repeat_every = models.PositiveSmallIntegerField(_("again every … working days"), null=True, blank=True)
    recipients = ArrayField(
        models.CharField(max_length=16, choices=Recipient),
        size=len(Recipient),
        verbose_name=_("whom it tells"),
    )
    subject = models.CharField(_("subject"), max_length=200, validators=[check_template])
    body = models.TextField(_("text"), max_length=2000, validators=[check_template])
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = RungQuerySet.as_manager()

    class Meta:
        ordering = ["offset", "code"]
        verbose_name = _("rung of the chase")
        verbose_name_plural = _("rungs of the chase")
        constraints = [
            models.CheckConstraint(
                condition=Q(recipients__len__gte=1),
                name="rung_tells_somebody",
                violation_error_message=_("Say whom this rung tells."),
            ),
            models.CheckConstraint(
                condition=Q(repeat_every=None) | Q(repeat_every__gte=1),
                name="rung_repeats_by_days",
                violation_error_message=_("A rung comes again after one working day at the earliest."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="rung_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self):
        """The name in the language of the reader."""
        return self.name if in_chinese() else self.name_en or self.name


class ChaseRunQuerySet(models.QuerySet):
    def finished(self):
        return self.filter(finished_at__isnull=False)


class ChaseRun(models.Model):
    """One run with its counts; `/readyz` asks the last one whether the chase is late.

    `notes` says why things were skipped, for people: see `rectification.chase.engine.Tally`.
    """

    on = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    claimed = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=dict)

    objects = ChaseRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["on"], name="chase_run_on")]

    def __str__(self):
        return f"{self.on}"


class ChaseClaim(models.Model):
    """That a rung was claimed for a case: once per case, deadline, rung and cycle, whoever runs, how often."""

    class Outcome(models.TextChoices):
        TOLD = "told", _("Told")
        PASSED_OVER = "passed", _("Passed over: a later letter of the same rung was due as well")

    case = models.ForeignKey("hazards.HazardCase", models.CASCADE, related_name="claims", db_index=False)
    deadline_version = models.PositiveSmallIntegerField()
    rung = models.ForeignKey(Rung, models.PROTECT, related_name="+", db_index=False)
    cycle = models.PositiveSmallIntegerField(default=0)
    run = models.ForeignKey(ChaseRun, models.PROTECT, related_name="claims", db_index=False)
    due_on = models.DateField()
    on = models.DateField()
    claimed_at = models.DateTimeField()
    outcome = models.CharField(max_length=6, choices=Outcome, default=Outcome.TOLD)

    class Meta:
        ordering = ["claimed_at", "pk"]
        # The unique index begins with the case, so it serves the case page and the foreign key too.
        constraints = [
            models.UniqueConstraint(
                fields=["case", "deadline_version", "rung", "cycle"], name="chase_claimed_once"
            )
        ]

    def __str__(self):
        return f"{self.case_id} {self.rung_id}/{self.cycle}"
