from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Outgoing messages")

    def ready(self):
        from common import context
        from notifications import selectors

        context.provide("inbox_unread", selectors.unread_count)
