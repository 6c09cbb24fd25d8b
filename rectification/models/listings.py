"""Government listing (挂牌督办): several levels may list one case, one is the main; who lists delists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hazards import states
from hazards.models import Level
from rectification import reporting


class ReportEvery(models.TextChoices):
    """How often the government that listed wants to hear."""

    WEEKLY = reporting.WEEKLY, _("Every week")
    HALF_MONTHLY = reporting.HALF_MONTHLY, _("Every half month")
    MONTHLY = reporting.MONTHLY, _("Every month")


class ListingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def standing(self):
        return self.filter(delisted_on=None)

    def pressing(self):
        """Boards that hang over a hazard that stands: only these owe milestones and reports."""
        return self.standing().filter(case__state__in=sorted(states.LIVE))

    def report_late(self, on):
        """No report by the end of the day on which it was due."""
        return self.pressing().filter(report_due_on__lt=on)


class Listing(models.Model):
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="listings")
    level = models.CharField(_("level"), max_length=8, choices=Level)
    is_main = models.BooleanField(_("main listing"), default=False)
    paper_number = models.CharField(_("government document number"), max_length=80)
    leader_name = models.CharField(_("supervising leader"), max_length=60)
    department = models.CharField(_("supervising department"), max_length=120, blank=True)
    responsible = models.CharField(_("person responsible for rectification"), max_length=60, blank=True)
    requirement = models.TextField(_("what is required"), max_length=1000, blank=True)
    listed_on = models.DateField(_("listed on"))
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    registrar_code = models.CharField(
        max_length=24, help_text=_("Region of the body that listed; nobody of a narrower one delists.")
    )
    document = models.OneToOneField("documents.Document", models.PROTECT, null=True, related_name="listing")
    delisted_on = models.DateField(_("board taken down on"), null=True, blank=True)
    delisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    delisting_paper = models.CharField(_("document number of the delisting"), max_length=80, blank=True)
    delisting_document = models.OneToOneField(
        "documents.Document", models.PROTECT, null=True, related_name="delisted_listing"
    )

    report_every = models.CharField(_("reports"), max_length=12, choices=ReportEvery, blank=True)
    report_from = models.DateField(
        null=True, blank=True, help_text=_("The day from which periods of reporting count.")
    )
    report_due_on = models.DateField(_("next report due"), null=True, blank=True)
    interviewed_on = models.DateField(_("called in on"), null=True, blank=True)
    interview_note = models.TextField(_("what was said"), max_length=1000, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["-listed_on", "-pk"]
        indexes = [
            models.Index(fields=["report_due_on"], name="listing_report_due", condition=Q(delisted_on=None))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "level"],
                condition=Q(delisted_on=None),
                name="listing_stands_once_per_level",
                violation_error_message=_("This level has listed the case already."),
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(delisted_on=None, is_main=True),
                name="listing_one_main_per_case",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.level}"

    def get_absolute_url(self):
        return reverse("rectification:listing", args=[self.pk])

    @property
    def is_pressing(self) -> bool:
        """The board hangs and the hazard stands."""
        return self.delisted_on is None and self.case.is_live
