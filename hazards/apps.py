from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "hazards"

    def ready(self):
        """Tell the register what stands open on a unit, let it object to a retirement and follow a move; look again at
        days when the calendar changes."""
        from hazards.moving import follow_move
        from hazards.recomputing import look_again
        from hazards.register import counts_for_units, open_cases_on
        from reference.services import calendar
        from units import guards, registry

        registry.provide_counts(counts_for_units)
        guards.before_retire.append(open_cases_on)
        guards.after_move.append(follow_move)
        calendar.when_changed.append(look_again)
