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
        self.follow_what_happens_below()

    def follow_what_happens_below(self):
        """A closed case gets its look-back, a unit that closes down its watch; both stand in the unit's dossier."""
        from django.utils.translation import gettext_lazy as _

        from hazards import followers
        from rectification.services import lookbacks, watches
        from units import guards, registry

        followers.after_record.append(lookbacks.schedule)
        guards.after_retire.append(watches.follow_retirement)
        guards.after_restore.append(watches.follow_restoring)
        registry.set_tab(
            registry.Tab(
                "lookbacks", _("Look-back"), "eye", "rectification:lookbacks", select="#lookback-rows"
            )
        )
