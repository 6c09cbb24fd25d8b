"""What the register is told about cases: how many stand on a unit, and that it cannot leave before they are closed."""

from django.utils.translation import ngettext

from common.days import today
from hazards.models import HazardCase
from hazards.selectors import case_counts


def counts_for_units(unit_ids) -> dict[int, dict[str, int]]:
    """Open, major and overdue cases of each unit of a page."""
    counts = case_counts(unit_ids)
    late = HazardCase.objects.filter(unit_id__in=list(counts)).overdue(today()).values_list("unit_id", flat=True)
    for unit_id in late if counts else ():
        counts[unit_id]["overdue"] = counts[unit_id].get("overdue", 0) + 1
    return counts


def open_cases_on(unit, on) -> str:
    """A sentence in the way of a retirement, or "" where nothing stands open."""
    count = HazardCase.objects.filter(unit=unit).live().count()
    if not count:
        return ""
    words = ngettext("%(n)s hazard on this unit is not closed.", "%(n)s hazards on this unit are not closed.", count)
    return words % {"n": count}
