"""What the register is told about cases: how many stand on a unit, and that it cannot leave before they are closed."""

from django.db.models import Count, Q
from django.utils.translation import ngettext

from common.days import today
from hazards.models import HazardCase


def counts_for_units(unit_ids) -> dict[int, dict[str, int]]:
    """Open, major and overdue cases of each unit of a page, in one statement."""
    rows = (
        HazardCase.objects.filter(unit_id__in=list(unit_ids))
        .live()
        .order_by()
        .values("unit_id")
        .annotate(
            open=Count("pk"),
            major=Count("pk", filter=Q(grade="major")),
            overdue=Count("pk", filter=Q(due_on__lt=today())),
        )
    )
    return {row.pop("unit_id"): row for row in rows}


def open_cases_on(unit, on) -> str:
    """A sentence in the way of a retirement, or "" where nothing stands open."""
    count = HazardCase.objects.filter(unit=unit).live().count()
    if not count:
        return ""
    words = ngettext(
        "%(n)s hazard on this unit is not closed.", "%(n)s hazards on this unit are not closed.", count
    )
    return words % {"n": count}
