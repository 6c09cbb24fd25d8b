"""Watching units that must not produce: stopped ones until the stop is lifted, closed ones for a time."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))

    def standing(self, on):
        """Watched on that day: not ended, and not beyond the last day where there is one."""
        return self.filter(Q(until=None) | Q(until__gte=on), ended_on=None)

    def due(self, on):
        return self.standing(on).filter(next_on__lte=on)

    def late(self, on):
        return self.standing(on).filter(next_on__lt=on)


class Watch(models.Model):
    """One unit that somebody looks at every so many days, until its stop is lifted or it is back on the register."""

    class Why(models.TextChoices):
        SUSPENDED = "suspended", _("Under suspension")
        RETIRED = "retired", _("Closed down")

    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="watches")
    why = models.CharField(_("why"), max_length=10, choices=Why)
    suspension = models.OneToOneField(
        "rectification.Suspension", models.PROTECT, null=True, blank=True, related_name="watch"
    )
    since = models.DateField(_("since"))
    next_on = models.DateField(_("next look"))
    until = models.DateField(_("watched until"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["next_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "why"], condition=Q(ended_on=None), name="watch_one_standing_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(why="suspended", suspension__isnull=False) | Q(why="retired", suspension=None),
                name="watch_of_a_stop_names_it",
            ),
        ]
        indexes = [models.Index(fields=["next_on"], name="watch_next", condition=Q(ended_on=None))]

    def __str__(self):
        return f"{self.unit_id} {self.why}"

    def stands(self, on) -> bool:
        return self.ended_on is None and (self.until is None or self.until >= on)

    def is_late(self, on) -> bool:
        return self.stands(on) and self.next_on < on


class WatchLook(models.Model):
    """What somebody saw at the unit."""

    class Outcome(models.TextChoices):
        STOPPED = "stopped", _("Still stopped")
        PRODUCING = "producing", _("Producing again")

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    watch = models.ForeignKey(Watch, models.CASCADE, related_name="looks")
    outcome = models.CharField(_("result"), max_length=10, choices=Outcome)
    held_on = models.DateField(_("looked on"))
    note = models.CharField(_("what was seen"), max_length=500, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return f"{self.watch_id} {self.held_on} {self.outcome}"
