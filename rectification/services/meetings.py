"""The meeting on a major hazard (集体讨论): its decision and the record that everybody signs."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from documents.models import Form
from hazards import services as cases
from hazards.models import Determination
from rectification.services import papers


@transaction.atomic
def determine(
    case,
    *,
    grade: str,
    clauses: str,
    attendees: Iterable[str],
    held_on: date,
    conclusion: str,
    by,
    at: datetime,
    question: dict | None = None,
    experts: int | None = None,
    expert_votes: int | None = None,
) -> Determination:
    """Record what the meeting decided on `case`, with its numbered record where the office numbers papers.

    Raises RuleBroken where fewer than three people met or a fact is missing (hazards.services.determine).
    """
    people = list(dict.fromkeys(name.strip() for name in attendees if name.strip()))
    document = papers.issue_if_able(
        Form.MEETING,
        unit=case.unit,
        by=by,
        at=at,
        on=localdate(at),
        content={
            "case": papers.case_facts(case),
            "held_on": held_on.isoformat(),
            "attendees": people,
            "clause_words": clauses.strip(),
            "grade": grade,
            "conclusion": conclusion.strip(),
            "experts": experts,
            "expert_votes": expert_votes,
        },
    )
    return cases.determine(
        case,
        grade=grade,
        clauses=clauses,
        attendees=people,
        held_on=held_on,
        conclusion=conclusion,
        by=by,
        at=at,
        document=document,
        question=question,
        experts=experts,
        expert_votes=expert_votes,
    )
