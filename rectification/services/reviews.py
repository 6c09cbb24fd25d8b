"""Re-inspection (复查): pass closes, fail goes back with a new deadline."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from common.files import accept_picture
from documents.models import Form
from hazards.models import Grade, HazardCase
from hazards.services import Step, lock, record_all
from rectification.models import Extension, Review, ReviewItem, ReviewOfficer, Submission
from rectification.services import papers
from rectification.services.orders import refuse_deadline
from rectification.services.submissions import add_photo
from rectification.services.teams import refuse_team
from rectification.services.telling import day_words, tell_about

PASS = ReviewItem.Outcome.PASS
FAIL = ReviewItem.Outcome.FAIL


@dataclass(frozen=True)
class Verdict:
    """What the officers saw of one hazard; a failed one gets its new deadline."""

    case: HazardCase
    outcome: str
    note: str = ""
    due_on: date | None = None
    photos: tuple = field(default=())


@transaction.atomic
def review(
    *, unit, verdicts: list[Verdict], officers, by, at: datetime, held_on: date | None = None, client_id=None
) -> Review:
    """Record one re-inspection of `unit`: each verdict closes its case or sends it back.

    Raises RuleBroken where fewer than two different officers with a card went, where a verdict is missing
    its facts, and where somebody verifies his own work on a major or listed hazard.
    """
    if client_id and (done := Review.objects.filter(client_id=client_id).first()):
        return done
    on = localdate(at)
    held_on = held_on or on
    team = refuse_team(officers, held_on)
    if by not in team:
        raise RuleBroken(_("Only a member of the team records the re-inspection."), field="officers")
    refuse_verdicts(unit, verdicts, team, held_on, on)
    papers.read_clauses(verdict.case for verdict in verdicts)
    document = papers.issue(
        Form.RECHECK,
        unit=unit,
        by=by,
        at=at,
        on=held_on,
        content={
            "officers": [papers.signer(person) for person in team],
            "items": [
                papers.case_facts(
                    verdict.case,
                    outcome=verdict.outcome,
                    note=verdict.note,
                    due_on=verdict.due_on.isoformat() if verdict.due_on else "",
                )
                for verdict in verdicts
            ],
        },
    )
    sitting = Review.objects.create(
        client_id=client_id or uuid.uuid4(),
        unit=unit,
        document=document,
        held_on=held_on,
        recorded_by=by,
        recorded_at=at,
    )
    ReviewOfficer.objects.bulk_create(
        ReviewOfficer(review=sitting, user=person, card_number=person.card_number) for person in team
    )
    decide(sitting, verdicts, by=by, at=at)
    return sitting


def decide(sitting: Review, verdicts: list[Verdict], *, by, at: datetime) -> None:
    """Write the verdicts: their rows, what becomes of the submissions and requests, and last the cases."""
    cases = [verdict.case for verdict in verdicts]
    lock(cases)  # before counting: two reviews of one case must not both be its first
    held = Counter(ReviewItem.objects.filter(case__in=cases).values_list("case_id", flat=True))
    items = ReviewItem.objects.bulk_create(
        ReviewItem(
            review=sitting,
            case=verdict.case,
            sequence=held[verdict.case.pk] + 1,
            outcome=verdict.outcome,
            note=verdict.note.strip(),
            due_on=None if verdict.outcome == PASS else verdict.due_on,
        )
        for verdict in verdicts
    )
    for verdict, item in zip(verdicts, items, strict=True):
        for photo in verdict.photos:
            add_photo(accept_picture(photo), by=by, at=at, review_item=item)
    for outcome, answer in ((PASS, Submission.Outcome.PASSED), (FAIL, Submission.Outcome.FAILED)):
        if decided := [verdict.case for verdict in verdicts if verdict.outcome == outcome]:
            Submission.objects.filter(case__in=decided).awaiting().update(outcome=answer)
    Extension.objects.filter(case__in=cases).undecided().update(
        decision="refused", decided_by=by, decided_at=at, decision_note=_("Settled by the re-inspection.")
    )
    steps = [
        Step(
            verdict.case,
            "pass" if verdict.outcome == PASS else "fail",
            reason=verdict.note,
            data={
                "review": sitting.pk,
                "sequence": item.sequence,
                "held_on": sitting.held_on.isoformat(),
            },
            headline={} if verdict.outcome == PASS else {"due_on": verdict.due_on},
        )
        for verdict, item in zip(verdicts, items, strict=True)
    ]
    record_all(steps, by=by, at=at, document=sitting.document)
    tell_submitters(items, by=by, on=localdate(at))


def tell_submitters(items: list[ReviewItem], *, by, on: date) -> None:
    """Whoever reported a hazard as rectified hears that it was not."""
    failed = {item.case_id: item for item in items if item.outcome == FAIL}
    last = Submission.objects.filter(case__in=failed).order_by("case_id", "-submitted_at", "-pk")
    for submission in last.distinct("case_id").select_related("submitted_by"):
        item = failed[submission.case_id]
        tell_about(
            item.case,
            submission.submitted_by,
            key=f"review:{item.pk}:failed",
            on=on,
            what="复查不合格",
            body=f"{item.note}\n新的整改期限：{day_words(item.due_on)}",
            by=by,
        )


def refuse_verdicts(unit, verdicts: list[Verdict], team: list, held_on: date, on: date) -> None:
    if not verdicts:
        raise RuleBroken(_("A re-inspection looks at one hazard at least."), field="items")
    if len({verdict.case.pk for verdict in verdicts}) != len(verdicts):
        raise RuleBroken(_("One hazard is decided twice."), field="items")
    if held_on > on:
        raise RuleBroken(_("The re-inspection lies in the future."), field="held_on")
    for verdict in verdicts:
        case = verdict.case
        if case.unit_id != unit.pk:
            raise RuleBroken(_("Case %(number)s belongs to another unit.") % {"number": case.number})
        if held_on < case.opened_on:
            raise RuleBroken(_("The re-inspection is earlier than the finding."), field="held_on")
        if verdict.outcome == FAIL:
            refuse_deadline(verdict.due_on, on)
            if not verdict.note.strip():
                raise RuleBroken(_("Say what is not rectified yet."), field="note")
        elif verdict.outcome != PASS:
            raise RuleBroken(_("Each hazard is either rectified or not."), field="outcome")
        elif not (verdict.photos or verdict.note.strip() or has_evidence(case)):
            raise RuleBroken(
                _("Nothing shows that it is rectified: add a photo or write what was seen."), field="note"
            )
        refuse_own_work(case, team)


def has_evidence(case: HazardCase) -> bool:
    return Submission.objects.filter(case=case, photos__isnull=False).awaiting().exists()


def refuse_own_work(case: HazardCase, team: list) -> None:
    """On a major or listed hazard nobody who submitted it may verify it."""
    if case.grade != Grade.MAJOR and not case.listed_levels:
        return
    hands = set(case.submissions.values_list("submitted_by", flat=True))
    for person in team:
        if person.pk in hands:
            raise RuleBroken(
                _("%(name)s submitted this rectification; somebody else must verify it.")
                % {"name": person.name},
                code="own_work",
                field="officers",
            )
