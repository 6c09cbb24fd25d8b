from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "hazards"

    def ready(self):
        """Tell the register what stands open on a unit, and let it object to a retirement."""
        from hazards.register import counts_for_units, open_cases_on
        from units import guards, registry

        registry.provide_counts(counts_for_units)
        guards.before_retire.append(open_cases_on)
