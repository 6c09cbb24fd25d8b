from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "rectification"

    def ready(self):
        """Put what waits into the frame, follow what happens below, and show it in a unit's file."""
        from common.context import provide
        from rectification.selectors import waiting_for_answer
        from rectification.unit_now import steps_for_api
        from units.registry import provide_next_steps

        provide("instructions", waiting_for_answer)
        provide_next_steps(steps_for_api)
        self.follow_what_happens_below()
        self.follow_service_and_seals()

    def follow_service_and_seals(self):
        """Orders follow the service of their papers; a seal keeps its unit on the register and has its tab."""
        from django.utils.translation import gettext_lazy as _

        from documents import guards
        from rectification.seal_selectors import standing_seals_on
        from rectification.services import enforcements, orders, seals
        from units import guards as units
        from units.registry import Tab, set_tab

        guards.before_serve.append(orders.objection_to_service)
        guards.after_serve += [orders.note_service, seals.note_service, enforcements.note_service]
        units.before_retire.append(standing_seals_on)
        set_tab(
            Tab("complaints", _("Complaints"), "mail", "rectification:complaints", select="#complaint-rows")
        )
        set_tab(Tab("seals", _("Temporary seals"), "lock", "rectification:seals", select="#seal-rows"))

    def follow_what_happens_below(self):
        """A closed case gets its look-back, a unit that closes down its watch; both stand in the unit's dossier."""
        from django.utils.translation import gettext_lazy as _

        from accounts.followers import after_deputy
        from hazards import followers
        from rectification.chase import moving
        from rectification.services import lookbacks, standing_in, suggestions, watches
        from units import guards, registry

        followers.after_record += [lookbacks.schedule, suggestions.follow]
        after_deputy.append(standing_in.tell_both)
        guards.after_move.append(moving.follow_move)
        guards.after_retire.append(watches.follow_retirement)
        guards.after_restore.append(watches.follow_restoring)
        registry.set_tab(
            registry.Tab(
                "lookbacks", _("Look-back"), "eye", "rectification:lookbacks", select="#lookback-rows"
            )
        )
