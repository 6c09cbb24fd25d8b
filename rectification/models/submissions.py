"""Submissions: what the owner's side says it has done, with photos after rectification."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.pictures import Picture


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("case__region_id"))

    def awaiting(self):
        return self.filter(outcome="")


class Submission(models.Model):
    """整改复函: one case reported as rectified; a re-inspection decides it once."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Passed")
        PARTLY = "partly", _("Partly rectified")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="submissions")
    words = models.TextField(_("what was done"), max_length=2000)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(_("why it was withdrawn"), max_length=1000, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(outcome=""), name="submission_one_awaiting_per_case"
            ),
            models.CheckConstraint(
                condition=Q(outcome="withdrawn", withdrawn_at__isnull=False)
                | (~Q(outcome="withdrawn") & Q(withdrawn_at=None)),
                name="submission_withdrawn_has_moment",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.submitted_at:%Y-%m-%d}"


class EvidencePhoto(Picture):
    """A photo after rectification, from a submission, the re-inspection or the look-back."""

    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="photos")
    review_item = models.ForeignKey(
        "rectification.ReviewItem", models.CASCADE, null=True, blank=True, related_name="photos"
    )

    look_back = models.ForeignKey(
        "rectification.LookBack", models.CASCADE, null=True, blank=True, related_name="photos"
    )

    class Meta(Picture.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(submission__isnull=False, review_item=None, look_back=None)
                | Q(submission=None, review_item__isnull=False, look_back=None)
                | Q(submission=None, review_item=None, look_back__isnull=False),
                name="evidence_belongs_to_one",
            )
        ]

    def __str__(self):
        return str(self.pk)
