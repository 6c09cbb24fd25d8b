from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self):
        from common import context
        from notifications import selectors

        context.provide("inbox_unread", selectors.unread_count)
