"""Temporary seal (临时查封) and its lifting: Order 120, Art. 22 to 25.

Proposed, studied by at least three and decided by somebody else, put up by two certificated officers; in danger
sealed at once on oral consent and studied within 24 hours. Lifted on request after an inspection, or at its end.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.days import end_of
from common.errors import AlreadyDone, RuleBroken
from documents.models import Document, Form
from hazards import clocks, states
from hazards.clock_rules import SEAL_LASTS, SERVE_SEAL, UNSEAL_DECIDE, UNSEAL_INSPECT, URGENT_SEAL
from rectification import limits
from rectification.models import Circumstance, Seal, SealOfficer, UnsealRequest
from rectification.services import papers
from rectification.services.on_units import answer, refuse_standing, take
from rectification.services.teams import refuse_team, write_team
from reference.selectors import day_words
from units.services import mark_sealed

PROPOSED, DECIDED = Seal.Status.PROPOSED, Seal.Status.DECIDED
IN_FORCE, DECLINED = Seal.Status.IN_FORCE, Seal.Status.DECLINED
LIFTED, REPLACED = Seal.Status.LIFTED, Seal.Status.REPLACED

# Papers are Chinese: the circumstances as Art. 22 has them.
CIRCUMSTANCES = {
    Circumstance.EXITS: "疏散通道、安全出口数量不足或者严重堵塞，已不具备安全疏散条件",
    Circumstance.FACILITIES: "建筑消防设施严重损坏，不再具备防火灭火功能",
    Circumstance.INFLAMMABLES: "人员密集场所违反消防安全规定，使用、储存易燃易爆危险品",
    Circumstance.DECORATION: "公众聚集场所违反消防技术标准，采用易燃、可燃材料装修，可能导致重大人员伤亡",
    Circumstance.OTHER: "其他可能严重威胁公共安全的火灾隐患",
}


@dataclass(frozen=True)
class Cause:
    """What is to be sealed and why."""

    part: str
    circumstance: str
    reason: str
    cases: tuple = ()


@dataclass(frozen=True)
class Study:
    """The collective study (集体研究): who sat together, and when it ended."""

    names: tuple[str, ...]
    held_at: datetime

    @property
    def people(self) -> list[str]:
        """The different names, in order."""
        return list(dict.fromkeys(name.strip() for name in self.names if name.strip()))


# --- proposing and deciding --------------------------------------------------------------------------------


@transaction.atomic
def propose(
    unit, cause: Cause, *, by, at: datetime, inspection=None, again_of: Seal | None = None, client_id=None
) -> Seal:
    """Propose to seal a part of `unit`; `again_of` is the seal in force that a new decision would follow."""
    roles.need(by, "seal.propose", unit.region_id)
    if client_id and (done := Seal.objects.filter(client_id=client_id).first()):
        return done
    facts = refuse_cause(unit, cause)
    refuse_again(unit, facts["part"], again_of)
    seal = create(
        unit=unit,
        inspection=inspection,
        again_of=again_of,
        proposed_by=by,
        proposed_at=at,
        client_id=client_id or uuid.uuid4(),
        **facts,
    )
    seal.cases.set(cause.cases)
    seen = localdate(inspection.started_at) if inspection else None
    clocks.begin(SERVE_SEAL, unit=unit, subject=subject_of(seal), at=at, on=seen, by="propose")
    return seal


@transaction.atomic
def seal_at_once(
    unit,
    cause: Cause,
    *,
    consent_by: str,
    officers: Iterable,
    sealed_at: datetime,
    by,
    at: datetime,
    client_id=None,
) -> Seal:
    """Seal a part in danger on oral consent; the study and the decision follow within 24 clock hours (Art. 23)."""
    roles.need(by, "seal.propose", unit.region_id)
    if client_id and (done := Seal.objects.filter(client_id=client_id).first()):
        return done
    facts = refuse_cause(unit, cause)
    refuse_again(unit, facts["part"], None)
    if not consent_by.strip():
        raise RuleBroken(_("Name who consented orally."), field="consent_by")
    refuse_moment(sealed_at, at, field="sealed_at")
    if at > limits.urgent_study_by(sealed_at):
        raise RuleBroken(_("An urgent sealing is recorded within 24 hours."), field="sealed_at")
    team = refuse_team(officers, localdate(sealed_at))
    refuse_absent(by, team)
    seal = create(
        unit=unit,
        status=IN_FORCE,
        urgent=True,
        consent_by=consent_by.strip(),
        proposed_by=by,
        proposed_at=at,
        starts_at=sealed_at,
        executed_at=sealed_at,
        client_id=client_id or uuid.uuid4(),
        **facts,
    )
    seal.cases.set(cause.cases)
    write_team(SealOfficer, team, seal=seal)
    mark(unit, by=by)
    for code in (URGENT_SEAL, SEAL_LASTS):
        clocks.begin(code, unit=unit, subject=subject_of(seal), at=sealed_at, by="seal")
    return seal


def create(**facts) -> Seal:
    try:
        with transaction.atomic():
            return Seal.objects.create(**facts)
    except IntegrityError as error:
        raise AlreadyDone(_("A seal of this part stands or waits already.")) from error


@transaction.atomic
def decide(
    seal: Seal,
    study: Study,
    *,
    ends_on: date,
    by,
    at: datetime,
    note: str = "",
    starts_on: date | None = None,
) -> Seal:
    """Decide after the collective study: the paper is issued, for 30 calendar days at most (Art. 22, 23).

    A seal proposed begins on `starts_on`, today where it is not given; an urgent one began when it was put up,
    and its decision comes within 24 hours or not at all.
    """
    roles.need(by, "seal.decide", seal.unit.region_id)
    current = locked(seal)
    refuse_own(current, by)
    people = refuse_study(study, current, at)
    waits = current.status == PROPOSED or current.awaits_study
    if not waits:
        raise AlreadyDone(_("Somebody decided this already. Reload to see it."))
    if current.urgent and at > limits.urgent_study_by(current.executed_at):
        raise RuleBroken(
            _("The 24 hours for the collective study have passed: the seal must be lifted."), code="too_late"
        )
    starts_at = current.starts_at or moment_of(starts_on, at)
    refuse_period(localdate(starts_at), ends_on, localdate(at))
    document = papers.issue(
        Form.SEAL,
        unit=current.unit,
        by=by,
        at=at,
        on=localdate(at),
        content=content_of(current, localdate(starts_at), ends_on, study, people),
    )
    Seal.objects.filter(pk=current.pk).update(
        status=IN_FORCE if current.urgent else DECIDED,
        studied_at=study.held_at,
        studied_by=people,
        decided_by=by,
        decided_at=at,
        decision_note=note.strip(),
        starts_at=starts_at,
        ends_at=end_of(ends_on),
        document=document,
    )
    seal.refresh_from_db()
    return seal


def moment_of(starts_on: date | None, at: datetime) -> datetime:
    """The beginning: now, or the first instant of a later day."""
    if starts_on is None or starts_on == localdate(at):
        return at
    if starts_on < localdate(at):
        raise RuleBroken(_("The seal would begin before it is decided."), field="starts_on")
    return end_of(starts_on).replace(hour=0, minute=0, second=0, microsecond=0)


def content_of(seal: Seal, starts_on: date, ends_on: date, study: Study, people: list[str]) -> dict:
    """What stands on the decision: part, circumstance, period, study, hazards."""
    again = seal.again_of.document.number if seal.again_of_id and seal.again_of.document_id else ""
    return {
        "place": seal.part,
        "circumstance": CIRCUMSTANCES[seal.circumstance],
        "reason": seal.reason,
        "from": starts_on.isoformat(),
        "until": ends_on.isoformat(),
        "held_on": localdate(study.held_at).isoformat(),
        "studied_by": people,
        "seal": again,
        "items": facts_behind(seal),
        "officers": [papers.signer(seal.proposed_by)],
    }


def facts_behind(seal: Seal, **which) -> list[dict]:
    """The hazards behind the seal as papers carry them."""
    cases = seal.cases.filter(**which).select_related("category").prefetch_related("category__clauses")
    return [papers.case_facts(case) for case in cases]


def team_of(request: UnsealRequest | None) -> list[dict]:
    """Who inspected for a request, each with the card shown."""
    pairs = [person.rsplit(" ", 1) for person in (request.officers if request else ())]
    return [{"name": pair[0], "card": pair[-1] if len(pair) > 1 else ""} for pair in pairs]


@transaction.atomic
def decline(seal: Seal, *, by, at: datetime, note: str) -> Seal:
    """Decline the proposal. An urgent seal whose study says no comes off at once (Art. 23)."""
    roles.need(by, "seal.decide", seal.unit.region_id)
    current = locked(seal)
    refuse_own(current, by)
    if not note.strip():
        raise RuleBroken(_("Say why nothing is sealed."), field="note")
    if current.status != PROPOSED and not current.awaits_study:
        raise AlreadyDone(_("Somebody decided this already. Reload to see it."))
    was_up = current.status == IN_FORCE
    Seal.objects.filter(pk=current.pk).update(
        status=DECLINED,
        decided_by=by,
        decided_at=at,
        decision_note=note.strip(),
        lifted_by=by if was_up else None,
        lifted_at=at if was_up else None,
    )
    clocks.stop(subject_of(current), at=at, by="decline")
    if was_up:
        mark(current.unit, by=by)
    seal.refresh_from_db()
    return seal


# --- putting it up ---------------------------------------------------------------------------------------


@transaction.atomic
def execute(seal: Seal, *, officers: Iterable, by, at: datetime, executed_at: datetime | None = None) -> Seal:
    """Put the seal up: two certificated officers, inside its period; the unit is marked from now on.

    Where it follows an earlier seal of the part, that one is replaced.
    """
    roles.need(by, "seal.execute", seal.unit.region_id)
    executed_at = executed_at or at
    team = refuse_team(officers, localdate(executed_at))
    refuse_absent(by, team)
    current = locked(seal)
    if current.status != DECIDED:
        raise AlreadyDone(_("This seal was put up already, or is not decided."))
    refuse_moment(executed_at, at, field="executed_at")
    if executed_at < current.starts_at.replace(second=0, microsecond=0):
        raise RuleBroken(
            _("The seal begins later: not before the time on the decision."), field="executed_at"
        )
    if executed_at > current.ends_at:
        raise RuleBroken(
            _("The time of the decision has run out; a new decision is needed."), field="executed_at"
        )
    if current.again_of_id:
        replaced = Seal.objects.filter(pk=current.again_of_id, status=IN_FORCE)
        replaced.update(status=REPLACED, lifted_at=at, lifted_by=by)
        clocks.stop(subject_of(current.again_of), at=at, by="replace")
    take(current, DECIDED, status=IN_FORCE, executed_at=executed_at)
    write_team(SealOfficer, team, seal=current)
    clocks.begin(SEAL_LASTS, unit=current.unit, subject=subject_of(current), at=executed_at, by="seal")
    mark(current.unit, by=by)
    seal.refresh_from_db()
    return seal


# --- lifting ---------------------------------------------------------------------------------------------


@transaction.atomic
def ask_to_lift(seal: Seal, *, words: str, by, at: datetime) -> UnsealRequest:
    """The owner's side asks to have it off: inspected within 3 working days, decided within 3 more (Art. 25)."""
    roles.need(by, "seal.ask_to_lift", seal.unit.region_id)
    if not words.strip():
        raise RuleBroken(_("Say what was done."), field="words")
    current = locked(seal)
    refuse_not_up(current)
    if current.requests.undecided().exists():
        raise AlreadyDone(_("The unit has asked already; that request waits for its decision."))
    clocks.begin(UNSEAL_INSPECT, unit=current.unit, subject=subject_of(current), at=at, by="ask_to_lift")
    return UnsealRequest.objects.create(seal=current, words=words.strip(), asked_by=by, asked_at=at)


@transaction.atomic
def inspect(seal: Seal, *, outcome: str, note: str, officers: Iterable, by, at: datetime) -> UnsealRequest:
    """Two officers look whether the hazard is gone. It is only where every case behind the seal is closed."""
    roles.need(by, "seal.inspect", seal.unit.region_id)
    if outcome not in UnsealRequest.Outcome.values:
        raise RuleBroken(_("Say whether the hazard is gone."), field="outcome")
    if not note.strip():
        raise RuleBroken(_("Write what was seen."), field="note")
    team = refuse_team(officers, localdate(at))
    refuse_absent(by, team)
    current = locked(seal)
    refuse_not_up(current)
    request = current.requests.undecided().first()
    if request is None:
        raise RuleBroken(_("Nobody has asked to lift this seal."), code="nothing_asked")
    if outcome == UnsealRequest.Outcome.PASS:
        refuse_standing(current)
    UnsealRequest.objects.filter(pk=request.pk).update(
        outcome=outcome,
        note=note.strip(),
        officers=[f"{person.name} {person.card_number}" for person in team],
        checked_by=by,
        checked_at=at,
    )
    if clocks.meet(subject_of(current), UNSEAL_INSPECT, at=at, by="inspect"):
        clocks.begin(UNSEAL_DECIDE, unit=current.unit, subject=subject_of(current), at=at, by="inspect")
    request.refresh_from_db()
    return request


@transaction.atomic
def lift(seal: Seal, *, by, at: datetime, note: str = "") -> Seal:
    """Take the seal off, with its paper: after a passed inspection, at its end, or where the study is late."""
    roles.need(by, "seal.lift", seal.unit.region_id)
    current = locked(seal)
    refuse_not_up(current)
    request = current.requests.undecided().first()
    if not must_come_off(current, at):
        if request is None or request.outcome != UnsealRequest.Outcome.PASS:
            raise RuleBroken(
                _("No inspection has found the hazard gone: the seal stays."), code="not_inspected"
            )
        if request.checked_by_id == by.pk:
            raise RuleBroken(_("Whoever inspected does not decide."), code="own_work")
        refuse_standing(current)
    elif not note.strip():
        raise RuleBroken(_("Say why the seal comes off."), field="note")
    document = papers.issue(
        Form.UNSEAL,
        unit=current.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "seal": current.document.number if current.document_id else "",
            "place": current.part,
            "circumstance": CIRCUMSTANCES[current.circumstance],
            "grounds": grounds(current, at),
            "reason": note.strip(),
            "officers": team_of(request),
        },
    )
    take(
        current,
        IN_FORCE,
        status=LIFTED,
        lifted_by=by,
        lifted_at=at,
        lift_note=note.strip(),
        lifting_document=document,
    )
    answer(
        current.requests, UnsealRequest.Decision.LIFTED, by=by, at=at, document=document, reason=note.strip()
    )
    clocks.meet(subject_of(current), SEAL_LASTS, UNSEAL_DECIDE, at=at, by="lift")
    clocks.stop(subject_of(current), at=at, by="lift")
    mark(current.unit, by=by)
    seal.refresh_from_db()
    return seal


@transaction.atomic
def refuse_to_lift(seal: Seal, *, reason: str, by, at: datetime) -> UnsealRequest:
    """Refuse the request after an inspection that found the hazard standing, with the reason on a paper."""
    roles.need(by, "seal.lift", seal.unit.region_id)
    if not reason.strip():
        raise RuleBroken(_("Say why the seal stays."), field="reason")
    current = locked(seal)
    refuse_not_up(current)
    request = current.requests.undecided().first()
    if request is None:
        raise AlreadyDone(_("No request to lift this seal waits for a decision."))
    if request.outcome != UnsealRequest.Outcome.FAIL:
        raise RuleBroken(
            _("A request is refused after an inspection that found the hazard standing."),
            code="not_inspected",
        )
    document = papers.issue(
        Form.UNSEAL_REFUSED,
        unit=current.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "seal": current.document.number if current.document_id else "",
            "place": current.part,
            "circumstance": CIRCUMSTANCES[current.circumstance],
            "reason": reason.strip(),
            "items": facts_behind(current, state__in=states.LIVE),
            "officers": team_of(request),
        },
    )
    answer(
        current.requests,
        UnsealRequest.Decision.REFUSED,
        by=by,
        at=at,
        document=document,
        reason=reason.strip(),
    )
    clocks.meet(subject_of(current), UNSEAL_DECIDE, at=at, by="refuse_to_lift")
    request.refresh_from_db()
    return request


# --- what is refused -------------------------------------------------------------------------------------


def refuse_cause(unit, cause: Cause) -> dict:
    """Part, circumstance and reason as they are stored."""
    if not cause.part.strip():
        raise RuleBroken(_("Say which part is to be sealed."), field="part")
    if cause.circumstance not in Circumstance.values:
        raise RuleBroken(_("Choose the circumstance of Article 22."), field="circumstance")
    if not cause.reason.strip():
        raise RuleBroken(_("Say why it must be sealed."), field="reason")
    for case in cause.cases:
        if case.unit_id != unit.pk:
            raise RuleBroken(
                _("Case %(number)s belongs to another unit.") % {"number": case.number}, field="cases"
            )
    return {
        "part": cause.part.strip(),
        "circumstance": cause.circumstance,
        "reason": cause.reason.strip(),
    }


def refuse_again(unit, part: str, again_of: Seal | None) -> None:
    """One seal per part; another decision follows only the seal that is up (Art. 22 para. 2)."""
    up = unit.seals.filter(status=IN_FORCE, part=part).first()
    if again_of is None and up is not None:
        raise AlreadyDone(
            _("This part is under seal already. Propose to seal it again from the page of that seal.")
        )
    if again_of is not None and (up is None or up.pk != again_of.pk):
        raise RuleBroken(_("Only a part that is under seal is sealed again."), code="not_sealed")


def refuse_study(study: Study, seal: Seal, at: datetime) -> list[str]:
    people = study.people
    if len(people) < limits.STUDY_PEOPLE:
        raise RuleBroken(_("At least three different people study it together."), field="names")
    if any(len(name) > 60 for name in people):
        raise RuleBroken(_("A name has at most 60 characters."), field="names")
    refuse_moment(study.held_at, at, field="held_at")
    begun = seal.executed_at if seal.urgent else seal.proposed_at
    if study.held_at < begun.replace(second=0, microsecond=0):
        raise RuleBroken(_("The collective study is earlier than the proposal."), field="held_at")
    return people


def refuse_period(starts_on: date, ends_on: date | None, on: date) -> None:
    """30 calendar days at most, the day of the beginning not counted."""
    if ends_on is None:
        raise RuleBroken(_("Say until when it is sealed."), field="ends_on")
    if ends_on < on or ends_on < starts_on:
        raise RuleBroken(_("The seal would end before it begins."), field="ends_on")
    last = limits.seal_last_day(starts_on)
    if ends_on > last:
        raise RuleBroken(
            _("A seal lasts %(days)d calendar days at most: until %(day)s.")
            % {"days": limits.seal_days(starts_on), "day": day_words(last)},
            field="ends_on",
        )


def refuse_own(seal: Seal, by) -> None:
    if seal.proposed_by_id == by.pk:
        raise RuleBroken(_("Whoever proposed the seal does not decide it."), code="own_work")


def refuse_absent(by, team: list) -> None:
    if by not in team:
        raise RuleBroken(_("Only a member of the team records this."), field="officers")


def refuse_moment(moment: datetime, at: datetime, *, field: str) -> None:
    if moment > at:
        raise RuleBroken(_("This lies in the future."), field=field)


def refuse_not_up(seal: Seal) -> None:
    if seal.status != IN_FORCE:
        raise RuleBroken(_("The seal is not up."), code="wrong_state")


# --- the clocks of a seal --------------------------------------------------------------------------------


def subject_of(seal: Seal) -> str:
    """What the clocks of a seal are about."""
    return seal.clock_subject


def note_service(document: Document, *, on: date, by, at: datetime) -> None:
    """The decision is served: nothing waits for that any longer (Art. 23)."""
    for seal in Seal.objects.filter(document=document):
        clocks.meet(subject_of(seal), SERVE_SEAL, URGENT_SEAL, at=at, by="serve", on=on)


# --- the state of a seal ---------------------------------------------------------------------------------


def study_is_late(seal: Seal, at: datetime) -> bool:
    """Sealed on oral consent, and not studied within 24 clock hours."""
    return seal.awaits_study and at > limits.urgent_study_by(seal.executed_at)


def must_come_off(seal: Seal, at: datetime) -> bool:
    """Whether nothing lawful holds the seal any longer: it has run out, or its study is late."""
    return seal.has_run_out(at) or study_is_late(seal, at)


def grounds(seal: Seal, at: datetime) -> str:
    """Why a seal comes off without an inspection that passed; "" where there was one."""
    if not must_come_off(seal, at):
        return ""
    return "expired" if seal.has_run_out(at) else "unstudied"


def locked(seal: Seal) -> Seal:
    """The row as it is now, held until the transaction ends: of two decisions the later one sees the earlier."""
    return Seal.objects.select_for_update(of=("self",)).select_related("unit").get(pk=seal.pk)


def mark(unit, *, by) -> None:
    """Keep the unit's headline: sealed since the earliest seal that is up, or not at all."""
    up = unit.seals.filter(status=IN_FORCE).order_by("executed_at")
    first = up.first()
    mark_sealed(
        unit,
        since=localdate(first.executed_at) if first else None,
        by=by,
        note="、".join(up.values_list("part", flat=True)),
    )
