"""Orders: one notice, many items, each its own deadline."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user.scope.q("unit__region_id"))


class Order(models.Model):
    """责令立即改正 / 责令限期改正 / 重大火灾隐患整改: the notice that obliges the unit, from its service on."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="orders")
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    document = models.OneToOneField("documents.Document", models.PROTECT, related_name="order")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    interim = models.TextField(_("measures until then"), max_length=1000, blank=True)
    # Set by the service of its paper; the clocks of the unit run from here.
    served_on = models.DateField(_("served on"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]

    def __str__(self):
        return str(self.document)


class OrderItem(models.Model):
    """One hazard on a notice with its own deadline."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    case = models.ForeignKey("hazards.HazardCase", models.PROTECT, related_name="order_items")
    due_on = models.DateField(_("rectification deadline"))
    # Notices of the field hold two days: one for the hazard, one for the breach (违法行为).
    breach_due_on = models.DateField(_("deadline for the breach"), null=True, blank=True)
    measure = models.CharField(_("what must be done"), max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["order", "case"], name="order_item_once")]

    def __str__(self):
        return f"{self.order_id}: {self.case_id}"
