"""Suspension (三停) of a unit and its end: proposed, decided, asked to resume, checked, allowed or refused.

No production while the hazard stands, no reopening until the rectification passes.
"""

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.days import begin_of
from common.errors import AlreadyDone, RuleBroken
from documents.models import Form
from hazards import clocks
from hazards.clock_rules import RESUME_DECIDE, RESUME_INSPECT
from rectification import limits
from rectification.models import (
    AcceptanceCheck,
    AcceptanceOfficer,
    Enforcement,
    Resumption,
    Suspension,
)
from rectification.services import papers, suggestions, watches
from rectification.services.on_units import answer, refuse_standing, standing_cases, take
from rectification.services.orders import refuse_deadline
from rectification.services.teams import refuse_team, write_team
from rectification.services.telling import officers_of, tell
from units.services import mark_suspended

PROPOSED = Suspension.Status.PROPOSED
IN_FORCE = Suspension.Status.IN_FORCE
DECLINED = Suspension.Status.DECLINED
LIFTED = Suspension.Status.LIFTED

# Papers are Chinese: what stands on top of each, by what is stopped.
TITLES = {
    Suspension.Kind.BUSINESS: ("责令停产停业决定书", "同意恢复生产经营决定书", "不同意恢复生产经营决定书"),
    Suspension.Kind.USE: ("责令停止使用决定书", "同意恢复使用决定书", "不同意恢复使用决定书"),
    Suspension.Kind.WORK: ("责令停止施工决定书", "同意恢复施工决定书", "不同意恢复施工决定书"),
}
STOPPED = {
    Suspension.Kind.BUSINESS: "停产停业",
    Suspension.Kind.USE: "停止使用",
    Suspension.Kind.WORK: "停止施工",
}


@transaction.atomic
def propose(
    unit,
    *,
    reason: str,
    by,
    at: datetime,
    cases=(),
    inspection=None,
    kind: str = Suspension.Kind.BUSINESS,
) -> Suspension:
    """Propose to stop production or business, use, or construction work at `unit` because of `cases`.

    One more within 12 months is marked as a repetition.
    """
    roles.need(by, "suspension.propose", unit.region_id)
    if kind not in Suspension.Kind.values:
        raise RuleBroken(_("Choose what is to be stopped."), field="kind")
    if not reason.strip():
        raise RuleBroken(_("Say why production or business must stop."), field="reason")
    if unit.suspensions.filter(status__in=[PROPOSED, IN_FORCE]).exists():
        raise AlreadyDone(_("A suspension of this unit stands already."))
    try:
        with transaction.atomic():
            suspension = Suspension.objects.create(
                unit=unit,
                kind=kind,
                inspection=inspection,
                reason=reason.strip(),
                proposed_by=by,
                proposed_at=at,
                is_repeat=stopped_before(unit, localdate(at)),
            )
    except IntegrityError as error:
        raise AlreadyDone(_("A suspension of this unit stands already.")) from error
    suspension.cases.set(cases)
    return suspension


def stopped_before(unit, on: date) -> bool:
    """Whether a suspension of the unit was decided within the last 12 months."""
    decided = unit.suspensions.filter(status__in=[IN_FORCE, LIFTED], decided_at__isnull=False)
    return decided.filter(decided_at__gte=begin_of(limits.repeats_since(on))).exists()


@transaction.atomic
def decide(
    suspension: Suspension,
    *,
    by,
    at: datetime,
    note: str = "",
    large_effect: bool = False,
    government_number: str = "",
    perform_by: date | None = None,
) -> Suspension:
    """Put the suspension in force, with its paper; the unit is marked everywhere from now on.

    The unit obeys by the end of `perform_by`, from the service on where nobody names a day. Where stopping weighs
    heavily on economy and daily life the government of the same level decides, and its document is named (Fire
    Law, Art. 70).
    """
    roles.need(by, "suspension.decide", suspension.unit.region_id)
    if suspension.proposed_by_id == by.pk:
        raise RuleBroken(_("Whoever proposed the suspension does not decide it."), code="own_work")
    if large_effect and not government_number.strip():
        raise RuleBroken(
            _("The government of the same level decides this: give the number of its document."),
            field="government_number",
        )
    if perform_by is not None:
        refuse_deadline(perform_by, localdate(at), field="perform_by")
    take(
        suspension,
        PROPOSED,
        status=IN_FORCE,
        perform_by=perform_by,
        decided_by=by,
        decided_at=at,
        decision_note=note.strip(),
        large_effect=large_effect,
        government_number=government_number.strip() if large_effect else "",
    )
    unit = suspension.unit
    on = localdate(at)
    behind = suspension.cases.select_related("category").prefetch_related("category__clauses")
    document = papers.issue(
        Form.SUSPENSION,
        unit=unit,
        by=by,
        at=at,
        on=on,
        content={
            "title": TITLES[suspension.kind][0],
            "stop": suspension.kind,
            "government_number": government_number.strip() if large_effect else "",
            "perform_by": perform_by.isoformat() if perform_by else "",
            "reason": suspension.reason,
            "items": [papers.case_facts(case) for case in behind],
            "officers": papers.officers_of(suspension.inspection),
        },
    )
    Suspension.objects.filter(pk=suspension.pk).update(document=document)
    mark_suspended(unit, since=on, by=by, note=document.number)
    watches.begin(suspension, on=on)
    suggestions.stopped(unit, by=by, at=at)
    suspension.refresh_from_db()
    for person in (suspension.proposed_by, *officers_of(unit.region_id, on)):
        words = f"{STOPPED[suspension.kind]}决定已作出：{document.number}"
        tell_step(suspension, person, "decided", words, by=by, on=on)
    return suspension


@transaction.atomic
def decline(suspension: Suspension, *, by, at: datetime, note: str) -> Suspension:
    """Decline the proposal, with a reason."""
    roles.need(by, "suspension.decide", suspension.unit.region_id)
    if not note.strip():
        raise RuleBroken(_("Say why the unit may go on."), field="note")
    take(suspension, PROPOSED, status=DECLINED, decided_by=by, decided_at=at, decision_note=note.strip())
    suspension.refresh_from_db()
    words = f"未同意{STOPPED[suspension.kind]}：{suspension.decision_note}"
    tell_step(suspension, suspension.proposed_by, "declined", words, by=by, on=localdate(at))
    return suspension


@transaction.atomic
def ask_to_resume(suspension: Suspension, *, words: str, by, at: datetime) -> Suspension:
    """The owner's side asks for the acceptance check, which is due within three working days (Order 120, Art. 29).

    Each request is decided before the next.
    """
    roles.need(by, "suspension.ask_to_resume", suspension.unit.region_id)
    if not words.strip():
        raise RuleBroken(_("Say what was done."), field="words")
    take(suspension, IN_FORCE, resume_asked_by=by, resume_asked_at=at, resume_words=words.strip())
    if suspension.resumptions.undecided().exists():
        raise AlreadyDone(_("The unit has asked to resume already; that request waits for its decision."))
    Resumption.objects.create(suspension=suspension, words=words.strip(), asked_by=by, asked_at=at)
    subject = subject_of(suspension)
    clocks.begin(RESUME_INSPECT, unit=suspension.unit, subject=subject, at=at, by="ask_to_resume")
    suspension.refresh_from_db()
    asked = f"申请复工验收：{suspension.resume_words}"
    tell_step(suspension, suspension.proposed_by, f"resume-{at.isoformat()}", asked, by=by, on=localdate(at))
    return suspension


@transaction.atomic
def accept(
    suspension: Suspension,
    *,
    outcome: str,
    note: str,
    officers,
    by,
    at: datetime,
    held_on: date | None = None,
    client_id=None,
) -> AcceptanceCheck:
    """Record the acceptance check (复工验收). A pass needs every hazard behind the suspension closed."""
    client_id = client_id or uuid.uuid4()
    if done := AcceptanceCheck.objects.filter(client_id=client_id).first():
        return done
    roles.need(by, "acceptance.record", suspension.unit.region_id)
    on = localdate(at)
    held_on = held_on or on
    if held_on > on:
        raise RuleBroken(_("The check lies in the future."), field="held_on")
    team = refuse_team(officers, held_on)
    if by not in team:
        raise RuleBroken(_("Only a member of the team records the check."), field="officers")
    if not note.strip():
        raise RuleBroken(_("Write what was seen."), field="note")
    current = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if current.status != IN_FORCE:
        raise RuleBroken(_("The suspension is not in force."), code="wrong_state")
    if outcome == AcceptanceCheck.Outcome.PASS:
        refuse_standing(current)
    document = papers.issue(
        Form.RECHECK,
        unit=current.unit,
        by=by,
        at=at,
        on=held_on,
        content={
            "acceptance": outcome,
            "stop": current.kind,
            "suspension": current.document.number if current.document else "",
            "note": note.strip(),
            "officers": [papers.signer(person) for person in team],
        },
    )
    check = AcceptanceCheck.objects.create(
        client_id=client_id,
        suspension=current,
        held_on=held_on,
        outcome=outcome,
        note=note.strip(),
        recorded_by=by,
        recorded_at=at,
        document=document,
    )
    current.resumptions.undecided().update(checked_at=at)
    write_team(AcceptanceOfficer, team, check_record=check)
    if clocks.meet(subject_of(current), RESUME_INSPECT, at=at, by="accept", on=held_on):
        clocks.begin(
            RESUME_DECIDE, unit=current.unit, subject=subject_of(current), at=at, on=held_on, by="accept"
        )
    return check


@transaction.atomic
def lift(suspension: Suspension, *, by, at: datetime) -> Suspension:
    """Let the unit resume: only after the latest acceptance check passed and no hazard behind it stands."""
    roles.need(by, "suspension.lift", suspension.unit.region_id)
    current = Suspension.objects.select_for_update().get(pk=suspension.pk)
    last = current.checks.last()
    if last is None or last.outcome != AcceptanceCheck.Outcome.PASS:
        raise RuleBroken(_("No acceptance check has passed: the unit may not resume."), code="not_accepted")
    refuse_standing(current)
    take(current, IN_FORCE, status=LIFTED, lifted_by=by, lifted_at=at)
    document = papers.issue(
        Form.RESUMPTION,
        unit=current.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "title": TITLES[current.kind][1],
            "stop": current.kind,
            "suspension": current.document.number,
            "acceptance": last.document.number,
            "accepted_on": last.held_on.isoformat(),
        },
    )
    Suspension.objects.filter(pk=current.pk).update(lifting_document=document)
    answer(current.resumptions, Resumption.Decision.ALLOWED, by=by, at=at, document=document)
    # What may go on again need not be enforced any longer.
    current.enforcements.open().update(
        status=Enforcement.Status.COMPLIED,
        ended_on=localdate(at),
        ended_words=f"同意恢复：{document.number}",
        ended_by=by,
        ended_at=at,
    )
    clocks.meet(subject_of(current), RESUME_DECIDE, at=at, by="lift")
    clocks.stop(subject_of(current), at=at, by="lift")
    mark_suspended(current.unit, since=None, by=by, note=document.number)
    watches.end(current, on=localdate(at))
    suspension.refresh_from_db()
    for person in {current.resume_asked_by, current.proposed_by}:
        tell_step(suspension, person, "lifted", f"同意恢复：{document.number}", by=by, on=localdate(at))
    return suspension


@transaction.atomic
def refuse_to_resume(suspension: Suspension, *, reason: str, by, at: datetime) -> Resumption:
    """Refuse the request after a failed acceptance check, with reasons on a paper of its own (Order 120, Art. 29).

    The unit stays stopped and may ask again.
    """
    roles.need(by, "suspension.lift", suspension.unit.region_id)
    if not reason.strip():
        raise RuleBroken(_("Say why the unit may not resume."), field="reason")
    current = Suspension.objects.select_for_update().get(pk=suspension.pk)
    request = current.resumptions.undecided().first()
    if current.status != IN_FORCE or request is None:
        raise AlreadyDone(_("No request to resume waits for a decision."))
    last = current.checks.last()
    if last is None or request.checked_at is None or last.outcome != AcceptanceCheck.Outcome.FAIL:
        raise RuleBroken(_("A request is refused after an acceptance check that failed."), code="not_checked")
    document = papers.issue(
        Form.RESUMPTION_REFUSED,
        unit=current.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "title": TITLES[current.kind][2],
            "stop": current.kind,
            "suspension": current.document.number,
            "acceptance": last.document.number,
            "accepted_on": last.held_on.isoformat(),
            "reason": reason.strip(),
            "items": [papers.case_facts(case) for case in standing_cases(current).select_related("category")],
        },
    )
    answer(
        current.resumptions,
        Resumption.Decision.REFUSED,
        by=by,
        at=at,
        document=document,
        reason=reason.strip(),
    )
    Suspension.objects.filter(pk=current.pk).update(
        resume_asked_by=None, resume_asked_at=None, resume_words=""
    )
    clocks.meet(subject_of(current), RESUME_DECIDE, at=at, by="refuse_to_resume")
    suspension.refresh_from_db()
    request.refresh_from_db()
    for person in {suspension.proposed_by, request.asked_by}:
        words = f"不同意恢复：{document.number}"
        tell_step(suspension, person, f"refused-{request.pk}", words, by=by, on=localdate(at))
    return request


def tell_step(suspension: Suspension, person, step: str, words: str, *, by, on: date) -> None:
    """A letter about one step, once for each person."""
    if person is None:
        return
    tell(
        person,
        key=f"suspension:{suspension.pk}:{step}:{person.pk}",
        on=on,
        subject=f"{suspension.unit.name}：{words}",
        body=suspension.reason,
        link=reverse("rectification:suspension", args=[suspension.pk]),
        about=f"suspension:{suspension.pk}",
        by=by,
    )


def subject_of(suspension: Suspension) -> str:
    """What the clocks of a suspension are about."""
    return suspension.clock_subject
