"""Who signs what is recorded at a unit."""

from django.conf import settings
from django.db import models


class Signing(models.Model):
    """One officer of a team, with the card as it was that day; the row that is signed is added below."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    card_number = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self):
        return str(self.user)
