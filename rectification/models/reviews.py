"""Re-inspections (复查): numbered per unit visit, decided item by item."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rectification.models.signing import Signing


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))


class Review(models.Model):
    """One re-inspection of one unit by two officers; it may pass some items and fail others."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="reviews")
    document = models.OneToOneField("documents.Document", models.PROTECT, related_name="review")
    held_on = models.DateField(_("re-inspected on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-pk"]

    def __str__(self):
        return str(self.document)

    def get_absolute_url(self):
        return reverse("rectification:review", args=[self.pk])


class ReviewOfficer(Signing):
    review = models.ForeignKey(Review, models.CASCADE, related_name="officers")

    class Meta(Signing.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["review", "user"],
                name="review_officer_once",
                violation_error_message=_("One person cannot be on the team twice."),
            )
        ]


class ReviewItem(models.Model):
    class Outcome(models.TextChoices):
        PASS = "pass", _("Rectified")
        PARTLY = "partly", _("Partly rectified")
        FAIL = "fail", _("Not rectified")

    class NoPhoto(models.TextChoices):
        """Why an item is closed without a photo."""

        PAPERS = "papers", _("Training, drills, duty or papers: nothing to photograph")
        GONE = "gone", _("The thing was removed and the place is used otherwise")
        FORBIDDEN = "forbidden", _("Photographs are forbidden there")
        OTHER = "other", _("Another reason, said in the words")

    review = models.ForeignKey(Review, models.CASCADE, related_name="items")
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="review_items")
    sequence = models.PositiveSmallIntegerField(_("which re-inspection of this case"))
    outcome = models.CharField(max_length=6, choices=Outcome)
    note = models.CharField(_("what was seen"), max_length=500, blank=True)
    no_photo = models.CharField(
        _("why there is no photo"), max_length=10, choices=NoPhoto, blank=True, default=""
    )
    due_on = models.DateField(_("new deadline"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "case"], name="review_item_once"),
            models.UniqueConstraint(fields=["case", "sequence"], name="review_sequence_once_per_case"),
            models.CheckConstraint(
                condition=Q(outcome="pass", due_on=None)
                | Q(outcome__in=["partly", "fail"], due_on__isnull=False),
                name="review_open_has_new_deadline",
                violation_error_message=_("An item that is not rectified gets a new deadline."),
            ),
        ]

    def __str__(self):
        return f"{self.case_id}-{self.sequence}"

    @property
    def number(self) -> str:
        """The re-inspection as the field numbers it: the case's number and -1, -2, -3."""
        return review_number(self.case.number, self.sequence)


def review_number(case_number: str, sequence: int) -> str:
    return f"{case_number}-{sequence}"
