from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "rectification"

    def ready(self):
        """Put what waits into the frame, follow the service of orders, and show seals in the dossier."""
        from django.utils.translation import gettext_lazy as _

        from common.context import provide
        from documents import guards
        from rectification.seal_selectors import standing_seals_on
        from rectification.selectors import waiting_for_answer
        from rectification.services import orders
        from units import guards as units
        from units.registry import Tab, set_tab

        provide("instructions", waiting_for_answer)
        guards.before_serve.append(orders.objection_to_service)
        guards.after_serve.append(orders.note_service)
        units.before_retire.append(standing_seals_on)
        set_tab(Tab("seals", _("Temporary seals"), "lock", "rectification:seals", select="#seal-rows"))
