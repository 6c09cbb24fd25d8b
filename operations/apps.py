from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self):
        """Put what does not work into the frame of those who can do something about it."""
        from common.context import provide
        from operations.selectors import alarm_for

        provide("alarm", alarm_for)
