"""Government listing (挂牌督办): several levels may list one case, one is the main; who lists delists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hazards.models import Level


class ListingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def standing(self):
        return self.filter(delisted_on=None)


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

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["-listed_on", "-pk"]
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
