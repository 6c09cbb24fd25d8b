"""Completing an inspection: the record is locked, cases open, orders go out, a stop is proposed. All or nothing."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from documents.models import Form, Method, Relation
from documents.services import Delivery, next_serial
from documents.wording import day_on_paper, moment_on_paper
from hazards.models import HazardCase
from hazards.services import Hazard, Step, open_cases, record_all
from inspections.models import ENFORCEMENT_KINDS, Finding, Inspection, Status
from inspections.services import refuse_incomplete
from rectification.models import Order, Suspension
from rectification.services import complaints, orders, papers, suspensions
from units.combined_use_words import headline, to_do_words
from units.lodging import verdict_for
from units.services import mark_inspected

COMBINED_USE = "combined_use"


@dataclass
class Filing:
    """What completing one inspection brought about."""

    inspection: Inspection
    cases: list[HazardCase] = field(default_factory=list)
    order: Order | None = None
    suspension: Suspension | None = None


@dataclass(frozen=True)
class Handing:
    """How the order is handed over on the spot (当场送达). Without a choice the person on site signs, if named."""

    choice: str = ""
    receiver: str = ""
    relation: str = ""
    refusal_reason: str = ""
    witness_1: str = ""
    witness_2: str = ""

    def delivery(self, visit: Inspection) -> Delivery | None:
        """The service that follows, or None where the order waits for it. RuleBroken for an unknown choice."""
        receiver = self.receiver.strip() or visit.on_site_person.strip()
        match self.choice:
            case "":
                return Delivery(receiver=receiver, relation=Relation.HEAD) if signs(visit, receiver) else None
            case "later":
                return None
            case "signed":
                return Delivery(receiver=receiver, relation=self.relation or Relation.HEAD)
            case "refused":
                return Delivery(
                    method=Method.LEFT,
                    refused=True,
                    refusal_reason=self.refusal_reason,
                    witness_1=self.witness_1,
                    witness_2=self.witness_2,
                )
        raise RuleBroken(_("Say whether the order is handed over now."), field="hand_over")


def signs(visit: Inspection, receiver: str) -> bool:
    return bool(receiver) and not visit.refused_signature


@transaction.atomic
def complete(
    inspection: Inspection,
    *,
    by,
    at: datetime,
    suspend: bool = True,
    no_suspension_reason: str = "",
    handing: Handing | None = None,
) -> Filing:
    """Complete the visit at `at`: lock and number it, open a case per finding, order what must be ordered,
    and propose to stop a 三合一 site where anything was left standing.

    The order is served on the spot where somebody of the unit signs for it (`handing`; the person on site unless
    it says otherwise), or where two witnesses see the refusal; otherwise it waits for its service.
    A grid patrol (kind grid) is no enforcement: its findings open cases that wait for an order.
    Raises RuleBroken with the field where something is missing; nothing is written then. Completing a
    completed inspection again returns what it brought about.
    """
    visit = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if visit.status == Status.COMPLETED:
        return outcome_of(visit)
    if visit.status != Status.DRAFT:
        raise AlreadyDone(_("This inspection was discarded."))
    refuse_incomplete(visit, by=by, at=at)
    enforcing = visit.kind in ENFORCEMENT_KINDS
    if enforcing:
        roles.need(by, "inspection.file", visit.unit.region_id)
    found = visit.findings.select_related("category").prefetch_related("category__clauses")
    findings = list(found.order_by("created_at", "pk"))
    lock_and_number(visit, by=by, at=at, findings=findings, enforcing=enforcing)
    filing = Filing(visit)
    filing.cases = open_for(findings, visit, by=by, at=at)
    if enforcing:
        order_standing(filing, findings, delivery=(handing or Handing()).delivery(visit), by=by, at=at)
        propose_stop(filing, suspend, no_suspension_reason, by=by, at=at)
    complaints.follow_visit(visit, at=at)
    mark_inspected(visit.unit, on=localdate(visit.started_at))
    return filing


def lock_and_number(visit: Inspection, *, by, at: datetime, findings: list, enforcing: bool) -> None:
    """Give the visit its number and, where it is an enforcement record, its paper."""
    on = localdate(at)
    county = visit.unit.region_id[:6]
    visit.status = Status.COMPLETED
    visit.number = f"{county}-J{on.year}-{next_serial(county, 'visit', on.year):06d}"
    visit.ended_at = visit.ended_at or at
    visit.completed_at = at
    if enforcing:
        visit.document = papers.issue(
            Form.INSPECTION,
            unit=visit.unit,
            by=by,
            at=at,
            on=localdate(visit.started_at),
            content={
                "kind": visit.kind,
                "kind_words": papers.KINDS.get(visit.kind, ""),
                "visit": visit.number,
                "began": moment_on_paper(visit.started_at),
                "ended": moment_on_paper(visit.ended_at),
                "on_site_person": visit.on_site_person,
                "refused_signature": visit.refused_signature,
                "remark": visit.note.strip(),
                "checklist": visit.checklist.name if visit.checklist else "",
                "unit": papers.unit_facts(visit.unit) | papers.people_facts(visit.unit),
                "team": [
                    {"name": member.user.name, "card": member.card_number, "officer": member.is_officer}
                    for member in visit.team.select_related("user")
                ],
                "joint": visit.joint,
                "answers": list(visit.answers.values("number", "question", "result")),
                "findings": [
                    {
                        "category": finding.category.name,
                        "description": finding.description,
                        "part": finding.part,
                        "clauses": papers.clause_facts(finding.category),
                        "corrected_on_site": finding.corrected_on_site,
                        "due_on": finding.due_on.isoformat() if finding.due_on else "",
                    }
                    for finding in findings
                ],
            },
        )
    visit.save()


def open_for(findings: list, visit: Inspection, *, by, at: datetime) -> list[HazardCase]:
    """The case of each finding, closed at once where it was corrected before the inspector's eyes."""
    cases = open_cases(
        [Hazard(finding.category, finding.description, finding.part) for finding in findings],
        unit=visit.unit,
        by=by,
        at=at,
        inspector=by if visit.kind in ENFORCEMENT_KINDS else None,
        data={"kind": visit.kind, "inspected_on": localdate(visit.started_at).isoformat()},
    )
    for finding, case in zip(findings, cases, strict=True):
        finding.case = case
    Finding.objects.bulk_update(findings, ["case"])
    corrected = [Step(finding.case, "correct_on_site") for finding in findings if finding.corrected_on_site]
    if corrected:
        record_all(corrected, by=by, at=at, document=visit.document)
    return cases


def order_standing(filing: Filing, findings: list, *, delivery: Delivery | None, by, at: datetime) -> None:
    """One notice for all that was not corrected on the spot, each item with its own deadline."""
    items = [
        orders.Item(finding.case, finding.due_on) for finding in findings if not finding.corrected_on_site
    ]
    if items:
        filing.order = orders.issue(
            unit=filing.inspection.unit,
            items=items,
            by=by,
            at=at,
            inspection=filing.inspection,
            delivery=delivery
            and replace(delivery, colleague=companion(filing.inspection, by, localdate(at))),
        )


def companion(visit: Inspection, by, on: date):
    """The other officer of the visit, who signs the receipt of service beside whoever files it."""
    team = visit.team.select_related("user").filter(is_officer=True).exclude(user=by).order_by("pk")
    region = visit.unit.region_id
    people = (member.user for member in team)
    return next(
        (one for one in people if one.is_certificated(on) and roles.may(one, "document.serve", region)), None
    )


def propose_stop(filing: Filing, suspend: bool, reason_not: str, *, by, at: datetime) -> None:
    """A 三合一 site with a standing hazard stops until it passes; leaving that out needs a reason."""
    unit = filing.inspection.unit
    standing = [case for case in filing.cases if case.is_live]
    if COMBINED_USE not in unit.flags or not standing:
        return
    if unit.suspensions.filter(status__in=["proposed", "in_force"]).exists():
        return
    if not suspend:
        if not reason_not.strip():
            raise RuleBroken(
                _("Say why this combined-use site is not to stop."), field="no_suspension_reason"
            )
        filing.inspection.no_suspension_reason = reason_not.strip()
        filing.inspection.save(update_fields=["no_suspension_reason"])
        return
    filing.suspension = suspensions.propose(
        unit,
        reason=reason_to_stop(unit, standing, localdate(at)),
        by=by,
        at=at,
        cases=standing,
        inspection=filing.inspection,
    )


def reason_to_stop(unit, standing: list[HazardCase], on: date) -> str:
    """What was found, what XF 703 says of the site, and what it asks for before work resumes."""
    parts = [
        _("Combined-use site with hazards found on %(day)s: %(what)s")
        % {"day": day_on_paper(on.isoformat()), "what": "；".join(case.category.name for case in standing)}
    ]
    verdict = verdict_for(unit, on)
    if verdict is not None:
        parts.append(headline(verdict))
        if to_do := to_do_words(verdict):
            parts.append(_("Before work resumes: %(what)s") % {"what": to_do})
    return "\n".join(parts)


def outcome_of(visit: Inspection) -> Filing:
    """What a completed inspection brought about, read back."""
    return Filing(
        visit,
        cases=[finding.case for finding in visit.findings.select_related("case") if finding.case],
        order=visit.orders.first(),
        suspension=visit.suspensions.first(),
    )
