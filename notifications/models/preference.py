"""How a person wants to be reached, within what a letter demands. Without a row: inbox and e-mail, at any hour."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.quiet import Quiet


class Preference(models.Model):
    """One person's choice. The inbox is not among the choices: it always has everything."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preference"
    )
    email = models.BooleanField(_("E-mail"), default=True)
    webhook = models.BooleanField(_("SMS"), default=False)
    bot = models.BooleanField(_("Group-chat robot"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    quiet_days_off = models.BooleanField(_("quiet on days off"), default=False)

    class Meta:
        verbose_name = _("how to reach a person")
        verbose_name_plural = _("how to reach people")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="preference_quiet_has_both_ends",
                violation_error_message=_("Give both ends of the quiet hours, or neither."),
            ),
        ]

    def __str__(self):
        return f"{self.user}"

    @property
    def channels(self) -> frozenset[str]:
        """The channels chosen, besides the inbox."""
        return frozenset(name for name in ("email", "webhook", "bot") if getattr(self, name))

    @property
    def quiet(self) -> Quiet:
        """When the person wants to hear nothing that can wait."""
        return Quiet(self.quiet_from, self.quiet_to, self.quiet_days_off)
