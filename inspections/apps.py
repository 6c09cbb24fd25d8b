from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"

    def ready(self):
        """Put the visits into the frame and into the dossier of a unit."""
        from common.context import provide
        from common.days import today
        from inspections.agenda import waiting_today
        from units.registry import Tab, set_tab, tabs

        provide("today", lambda user: waiting_today(user, today()))
        known = next((tab for tab in tabs if tab.slug == "inspections"), None)
        if known:
            set_tab(Tab(known.slug, known.title, known.icon, known.url_name, select="#inspection-rows"))
