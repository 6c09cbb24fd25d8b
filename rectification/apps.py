from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "rectification"

    def ready(self):
        """Put the instructions that wait for this person into the frame, and what comes next into a unit's file."""
        from common.context import provide
        from rectification.selectors import waiting_for_answer
        from rectification.unit_now import steps_for_api
        from units.registry import provide_next_steps

        provide("instructions", waiting_for_answer)
        provide_next_steps(steps_for_api)
