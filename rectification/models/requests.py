"""What the owner's side asks for while a measure stands: to resume, or to have a seal off."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestQuerySet(models.QuerySet):
    def undecided(self):
        """Those that wait: one at most for each measure."""
        return self.filter(decision="")


class OwnerRequest(models.Model):
    """Asked, checked within 3 working days, decided within 3 more, with reasons where refused (Order 120, Art. 25, 29).

    The measure, the paper of the decision and what can be decided are added below; the instants start the clocks.
    """

    words = models.TextField(_("what was done"), max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=8, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["asked_at", "pk"]
