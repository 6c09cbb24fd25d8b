"""What the apps above hang onto a unit: counts of open cases, tabs of the dossier, what may be started from here.

Filled from AppConfig.ready of those apps; the register shows what is there and does without what is not.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

_counters: list[Callable] = []


def provide_counts(count: Callable) -> None:
    """`count(unit_ids)` -> {unit id: {"open": n, "overdue": n, ...}}, one statement for a whole page."""
    _counters.append(count)


def case_counts(unit_ids) -> dict[int, dict]:
    """What is open on each of the units; {} while nobody counts."""
    ids = list(unit_ids)
    found: dict[int, dict] = {}
    for count in _counters if ids else ():
        for pk, numbers in count(ids).items():
            found.setdefault(pk, {}).update(numbers)
    return found


_next_steps: list[Callable] = []


def provide_next_steps(ask: Callable) -> None:
    """`ask(unit, on)` -> list of dicts, the most urgent first: what is to be done next about a unit."""
    _next_steps.append(ask)


def next_steps(unit, on) -> list[dict]:
    """What is to be done next about the unit, by whom and by when; [] while nobody knows."""
    return [step for ask in _next_steps for step in ask(unit, on)]


@dataclass(frozen=True)
class Tab:
    """One tab of the dossier. `url_name` answers a list; where it takes no argument the unit stands in the query.

    `select` names the part of that page to show inside the dossier.
    """

    slug: str
    title: str
    icon: str
    url_name: str
    takes_unit: bool = False
    query: str = "unit"
    select: str = ""

    def url(self, unit) -> str:
        """Where the tab's rows are, or "" while the app is not there."""
        try:
            if self.takes_unit:
                return reverse(self.url_name, args=[unit.pk])
            return f"{reverse(self.url_name)}?{self.query}={unit.pk}"
        except NoReverseMatch:
            return ""


# In the order of the household file. An app above replaces its tab by one with the same slug.
tabs: list[Tab] = [
    Tab("inspections", _("Inspections"), "check-list", "inspections:list"),
    Tab("cases", _("Hazards"), "flame", "hazards:list", select="#case-rows"),
    Tab("papers", _("Papers"), "file", "documents:list", select="#document-rows"),
    Tab(
        "suspensions",
        _("Suspension and resumption"),
        "barrier",
        "rectification:suspensions",
        select="#suspension-rows",
    ),
]


def set_tab(tab: Tab) -> None:
    """Puts a tab in the place of the one with its slug, or at the end."""
    for place, known in enumerate(tabs):
        if known.slug == tab.slug:
            tabs[place] = tab
            return
    tabs.append(tab)
