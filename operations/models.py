"""What was down, from when to when, and who was told; and that the watchdog itself still looks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from operations.words import PART_LABELS


class OutageQuerySet(models.QuerySet):
    def standing(self):
        """Not over yet."""
        return self.filter(over_at=None)


class Outage(models.Model):
    """One part of the product that did not work: told once, again every few hours, and once more when it is over."""

    part = models.CharField(_("part"), max_length=12, choices=list(PART_LABELS.items()))
    reason = models.CharField(_("reason"), max_length=300)
    began_at = models.DateTimeField(_("began at"))
    told_at = models.DateTimeField(_("last told"), null=True, blank=True)
    times_told = models.PositiveSmallIntegerField(_("times told"), default=0)
    told_by = models.CharField(_("told by"), max_length=300, blank=True)
    over_at = models.DateTimeField(_("over"), null=True, blank=True)

    objects = OutageQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints = [
            models.UniqueConstraint(
                fields=["part"], condition=Q(over_at=None), name="outage_once_while_it_lasts"
            ),
            models.CheckConstraint(
                condition=Q(over_at=None) | Q(over_at__gte=F("began_at")), name="outage_ends_after_it_began"
            ),
        ]

    def __str__(self):
        return f"{self.part} {self.began_at:%Y-%m-%d %H:%M}"


class Look(models.Model):
    """When the watchdog looked last: one row, so that a dead watchdog is seen as well."""

    at = models.DateTimeField()
    people = models.PositiveSmallIntegerField(default=0)

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"
