"""Headlines that the apps above keep on a unit: under suspension or seal since when, last inspected when."""

from django.db import transaction
from django.db.models import Q

from units.models import Unit, UnitChange
from units.services import records


@transaction.atomic
def mark_suspended(unit: Unit, *, since, by, note="") -> Unit:
    """Says that the unit stands under 停产停业 since a day, or with None that it may work again.

    Called by the service that issues or lifts the order, inside its transaction. The same again changes nothing.
    """
    row = records.lock(unit)
    changes = records.differences(row, {"suspended_since": since})
    row.suspended_since, row.suspension_note = since, (note.strip()[:200] if since else "")
    row.save(update_fields=["suspended_since", "suspension_note"])
    if changes:
        act = UnitChange.Act.SUSPENDED if since else UnitChange.Act.RESUMED
        records.log(row, act, by=by, changes=changes, reason=note[:500])
    return row


@transaction.atomic
def mark_sealed(unit: Unit, *, since, by, note="") -> Unit:
    """Says that a part of the unit stands under a temporary seal since a day, or with None that none does.

    Called by the service that puts a seal up or takes it off, inside its transaction. The same again changes nothing.
    """
    row = records.lock(unit)
    changes = records.differences(row, {"sealed_since": since})
    row.sealed_since, row.seal_note = since, (note.strip()[:200] if since else "")
    row.save(update_fields=["sealed_since", "seal_note"])
    if changes:
        act = UnitChange.Act.SEALED if since else UnitChange.Act.UNSEALED
        records.log(row, act, by=by, changes=changes, reason=note[:500])
    return row


@transaction.atomic
def mark_producing(unit: Unit, *, by, note: str) -> None:
    """Leaves in the unit's history that it was found at work although it is stopped or closed down."""
    records.log(unit, UnitChange.Act.PRODUCING, by=by, reason=note[:500])


def mark_inspected(unit: Unit, *, on) -> None:
    """Moves the day of the last inspection forward, never back: records may arrive late from a phone."""
    earlier = Q(last_inspected_on=None) | Q(last_inspected_on__lt=on)
    Unit.objects.filter(earlier, pk=unit.pk).update(last_inspected_on=on)
