"""Taking a case out of the books: one person asks with a reason, somebody else of the office decides, once.

A duplicate goes into the other case: its own papers and photos stay where they are and are reached from there.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from hazards.models import HazardCase
from hazards.services import Step, lock, record, record_all
from hazards.words import condition_words
from rectification.models import VoidRequest

GRANTED = VoidRequest.Decision.GRANTED
REFUSED = VoidRequest.Decision.REFUSED


@transaction.atomic
def ask(
    case, *, reason: str, by, at: datetime, into: HazardCase | None = None, client_id=None
) -> VoidRequest:
    """Ask to make `case` void; `into` is the case that it repeats. Moves nothing."""
    client_id = client_id or uuid.uuid4()
    if done := VoidRequest.objects.filter(client_id=client_id).first():
        return done
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why the case is to be void."), field="reason")
    if into is not None:
        refuse_target(case, into)
    row = lock([case])[case.pk]
    if row.void_asked_on is None:
        # What nobody decided before the case closed in another round.
        row.void_requests.undecided().update(decision="lapsed", decided_at=at)
    elif row.void_requests.undecided().exists():
        raise RuleBroken(condition_words("ask_void"), code="not_now")
    request = VoidRequest.objects.create(
        client_id=client_id, case=case, into=into, reason=reason.strip(), asked_by=by, asked_at=at
    )
    data = {"request": request.pk} | facts_of(into)
    record(case, "ask_merge" if into else "ask_void", by=by, at=at, reason=reason, data=data)
    return request


def may_decide_alone(case, by) -> bool:
    """Whether `by` is the second pair of eyes already: of the office, and the hazard was registered by others."""
    registered = {case.opened_by_id, case.inspector_id}
    return (
        case.void_asked_on is None and by.pk not in registered and roles.may(by, "case.void", case.region_id)
    )


@transaction.atomic
def decide_alone(case, *, reason: str, by, at: datetime) -> None:
    """Make void what somebody else registered; nobody needs to ask the office first."""
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why the case is to be void."), field="reason")
    record(case, "ask_void", by=None, at=at, reason=reason, data={"alone": True})
    record(case, "void", by=by, at=at, reason=reason, data={"alone": True})


def facts_of(into: HazardCase | None) -> dict:
    return {"into": into.pk, "into_number": into.number} if into else {}


def refuse_target(case, into: HazardCase) -> None:
    """A duplicate repeats another standing case of the same unit, which is not itself about to go."""
    if into.pk == case.pk:
        raise RuleBroken(_("A case is no duplicate of itself."), field="into")
    if into.unit_id != case.unit_id:
        raise RuleBroken(
            _("Case %(number)s belongs to another unit.") % {"number": into.number}, field="into"
        )
    if not into.is_live:
        raise RuleBroken(
            _("Case %(number)s does not stand any longer: nothing can go into it.") % {"number": into.number},
            field="into",
        )
    if into.void_asked_on is not None:
        raise RuleBroken(
            _("Case %(number)s waits to be void itself.") % {"number": into.number}, field="into"
        )


@transaction.atomic
def grant(request: VoidRequest, *, by, at: datetime, note: str = "") -> VoidRequest:
    """Make the case void; the case that it repeats gets a line that says so."""
    take(request, GRANTED, by=by, at=at, note=note)
    case, into = request.case, request.into
    rows = lock([case, into] if into else [case])
    if into is not None:
        refuse_target(rows[case.pk], rows[into.pk])
    data = {"request": request.pk, "asked_by": request.asked_by_id} | facts_of(into)
    steps = [Step(case, "void", reason=note or request.reason, data=data)]
    if into is not None:
        steps.append(Step(into, "absorb", reason=case.number, data={"case": case.pk, "number": case.number}))
    record_all(steps, by=by, at=at)
    request.refresh_from_db()
    return request


@transaction.atomic
def refuse(request: VoidRequest, *, by, at: datetime, note: str) -> VoidRequest:
    """Refuse it with a reason: the case stands as before."""
    if not note.strip():
        raise RuleBroken(_("Say why it is refused."), field="note")
    take(request, REFUSED, by=by, at=at, note=note)
    record(request.case, "refuse_void", by=by, at=at, reason=note)
    request.refresh_from_db()
    return request


def take(request: VoidRequest, decision: str, *, by, at: datetime, note: str) -> None:
    """Decide the request once: an update that still expects it undecided."""
    if request.asked_by_id == by.pk:
        raise NotAllowed(_("Nobody decides his own request."))
    changed = VoidRequest.objects.filter(pk=request.pk, decision="").update(
        decision=decision, decided_by=by, decided_at=at, decision_note=note.strip()
    )
    if not changed:
        raise AlreadyDone(_("This request was decided already."))
