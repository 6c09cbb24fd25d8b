"""What is owed at a unit follows it to another place: from then on the people there are told."""

from datetime import date

from django.db.models import Q

from rectification.models import Matter


def follow_move(unit, *, by, on: date) -> None:
    """After the cases went with the unit: what is owed for them, and for the unit itself, lies where it is now."""
    owed = Matter.objects.filter(Q(case=None) | Q(case__region_id=unit.region_id), unit=unit, ended_at=None)
    owed.update(region_id=unit.region_id)
