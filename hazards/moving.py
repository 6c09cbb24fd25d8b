"""What follows when a unit moves to another village or township: its standing hazards are answered for there."""

from datetime import date

from django.db.models import F, Q
from django.utils import timezone

from hazards import states
from hazards.models import CaseEvent, Clock, DeadlineProposal, HazardCase

FOLLOWS = frozenset(states.STATES) - {states.CLOSED, states.VOID}
"""Cases in these states go with the unit. What is closed or void stays with the township that dealt with it."""


def follow_move(unit, *, by, on: date) -> None:
    """Let the standing cases of `unit`, their running clocks and proposals go where it went, each with its event.

    The version counts up, so that a page opened before the move is stale.
    """
    here = unit.region_id
    cases = list(
        HazardCase.objects.select_for_update()
        .filter(unit=unit, state__in=FOLLOWS)
        .exclude(region_id=here)
        .order_by("pk")
    )
    at = timezone.now()
    HazardCase.objects.filter(pk__in=[case.pk for case in cases]).update(
        region_id=here, version=F("version") + 1, updated_at=at
    )
    Clock.objects.running().filter(Q(case__in=cases) | Q(case=None), unit=unit).update(region_id=here)
    DeadlineProposal.objects.undecided().filter(
        Q(case__in=cases) | Q(clock__case=None, clock__unit=unit)
    ).update(region_id=here)
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case=case,
            act="moved",
            from_state=case.state,
            to_state=case.state,
            by=by,
            at=at,
            on=on,
            data={"from": case.region_id, "to": here},
        )
        for case in cases
    )
