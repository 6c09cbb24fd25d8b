from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "rectification"

    def ready(self):
        """Put the number of instructions that wait for this person into the frame."""
        from common.context import provide
        from rectification.selectors import waiting_for_answer

        provide("instructions", waiting_for_answer)
