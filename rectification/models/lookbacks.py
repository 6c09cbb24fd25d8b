"""Look-backs (回头看): a dated second look after closing, scheduled by grade or drawn by lot; and the draws."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rectification.models.signing import Signing


class LookBackQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def pending(self):
        """Waiting to be made: not decided, and the case has not moved on since it was closed."""
        return self.filter(outcome="", case__state="closed", case__round=F("round"))

    def owed_by(self, user):
        """Pending, and to be made by this person: the inspector of the case, unless it was given to somebody else."""
        own = Q(assigned_to=None, case__inspector=user)
        return self.pending().filter(own | Q(assigned_to=user))

    def late(self, on):
        """Pending past their day: a day means its end."""
        return self.pending().filter(due_on__lt=on)

    def relapsed(self):
        """What 反弹数 counts: each look-back found one relapse of one round."""
        return self.filter(outcome="relapse")


class Draw(models.Model):
    """One random draw: who drew when, with which seed and percentage, from which cases."""

    region = models.ForeignKey("reference.Region", models.PROTECT, related_name="+")
    quarter = models.CharField(_("quarter"), max_length=6)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    seed = models.BigIntegerField(_("seed"))
    # {township: [case numbers]}: what was in the drum, kept because it changes with every look-back.
    pool = models.JSONField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-drawn_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "quarter", "percent", "seed"], name="draw_once_by_its_seed"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100),
                name="draw_percent_makes_sense",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
        ]

    def __str__(self):
        return f"{self.region_id} {self.quarter} {self.percent}% {self.seed}"

    def get_absolute_url(self):
        return reverse("rectification:draw", args=[self.pk])

    @property
    def quarter_words(self) -> str:
        """2026Q3 as people say it: 2026年第3季度."""
        year, number = self.quarter.split("Q")
        return gettext("quarter %(number)s of %(year)s") % {"number": number, "year": year}


class LookBack(models.Model):
    """One look at one closed round of one case. A case that relapses and closes again gets another."""

    class Why(models.TextChoices):
        CLOSED = "closed", _("After closing")
        DRAW = "draw", _("Drawn by lot")
        CHANCE = "chance", _("Seen on another visit")

    class Outcome(models.TextChoices):
        HOLDS = "holds", _("Holds")
        RELAPSE = "relapse", _("Relapse")

    client_id = models.UUIDField(null=True, blank=True, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="look_backs")
    round = models.PositiveSmallIntegerField(_("round"))
    why = models.CharField(_("why"), max_length=8, choices=Why)
    due_on = models.DateField(_("look back by"))
    # Who is to look where it is not the inspector of the case any longer: set by a hand-over.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who looks"),
    )
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="look_backs")
    made_at = models.DateTimeField()
    outcome = models.CharField(_("result"), max_length=8, choices=Outcome, blank=True)
    held_on = models.DateField(_("looked back on"), null=True, blank=True)
    note = models.CharField(_("what was seen"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True, blank=True)
    document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="look_back"
    )

    objects = LookBackQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="look_back_once_a_round"),
            models.CheckConstraint(
                condition=Q(outcome="", held_on=None) | (~Q(outcome="") & Q(held_on__isnull=False)),
                name="look_back_result_has_day",
                violation_error_message=_("A result has the day on which it was seen."),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="look_back_pending", condition=Q(outcome=""))]

    def __str__(self):
        return f"{self.case_id} {self.round} {self.due_on}"

    def is_late(self, on) -> bool:
        return not self.outcome and self.due_on < on


class LookBackOfficer(Signing):
    look_back = models.ForeignKey(LookBack, models.CASCADE, related_name="officers")

    class Meta(Signing.Meta):
        constraints = [
            models.UniqueConstraint(fields=["look_back", "user"], name="look_back_officer_once"),
        ]
