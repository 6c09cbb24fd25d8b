"""Reversal of a wrong closing (反销号): the paper behind it, and the boards that it hung up again."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from rectification.models.listings import Listing

PERSON = settings.AUTH_USER_MODEL


class Reversal(models.Model):
    """A closing that was wrong: which one, why, who says so. The case keeps its round and its deadline."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="reversals")
    closed_on = models.DateField(_("closed on"))
    closed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"), max_length=1000)
    reversed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField()
    document = models.OneToOneField("documents.Document", models.PROTECT, related_name="reversal")

    class Meta:
        ordering = ["-reversed_at", "-pk"]

    def __str__(self):
        return f"{self.case_id} {self.closed_on}"


class RehungBoard(models.Model):
    """A delisting that fell with the closing on which it rested: its facts stay here, the listing stands again."""

    reversal = models.ForeignKey(Reversal, models.PROTECT, related_name="boards")
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="rehung")
    delisted_on = models.DateField()
    delisted_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    delisting_paper = models.CharField(max_length=80)
    delisting_document = models.ForeignKey("documents.Document", models.PROTECT, null=True, related_name="+")

    def __str__(self):
        return f"{self.listing_id} {self.delisted_on}"
