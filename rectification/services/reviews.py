"""Re-inspection (复查): pass closes; partly and fail go back with a new deadline.

Of a grave hazard nobody who submitted or ordered it takes part, and nothing is closed without evidence.
"""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from common.files import accept_picture
from documents.models import Form
from hazards.models import HazardCase
from hazards.services import Step, lock, record_all
from rectification.models import Extension, OrderItem, Review, ReviewItem, ReviewOfficer, Submission, Transfer
from rectification.services import papers
from rectification.services.orders import refuse_deadline
from rectification.services.several import about
from rectification.services.submissions import add_photo
from rectification.services.teams import refuse_team, write_team
from rectification.services.telling import day_words, tell_about
from rectification.services.transfers import refuse_unanswered

PASS = ReviewItem.Outcome.PASS
PARTLY = ReviewItem.Outcome.PARTLY
FAIL = ReviewItem.Outcome.FAIL
ANSWERS = {
    PASS: Submission.Outcome.PASSED,
    PARTLY: Submission.Outcome.PARTLY,
    FAIL: Submission.Outcome.FAILED,
}
"""What each outcome makes of the submission that waited for it."""


@dataclass(frozen=True)
class Verdict:
    """What the officers saw of one hazard; what is not rectified gets its new deadline.

    `no_photo` says why a closed hazard has no photo; `sequence` is which re-inspection the page said this
    is, where it said so.
    """

    case: HazardCase
    outcome: str
    note: str = ""
    due_on: date | None = None
    photos: tuple = field(default=())
    no_photo: str = ""
    sequence: int | None = None


@transaction.atomic
def review(
    *,
    unit,
    verdicts: list[Verdict],
    officers,
    by,
    at: datetime,
    held_on: date | None = None,
    client_id=None,
    referred: bool = False,
) -> Review:
    """Record one re-inspection of `unit`: each verdict closes its case or sends it back.

    `referred` is the look at what a department reported as dealt with; it only closes.

    Raises RuleBroken where fewer than two different officers with a card went, where a verdict is missing
    its facts or its evidence, and where somebody verifies his own work on a major or listed hazard;
    AlreadyDone where somebody else re-inspected meanwhile.
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
    if referred:
        refuse_unanswered([verdict.case for verdict in verdicts])
    numbers = sequences(verdicts)
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
                    sequence=numbers[verdict.case.pk],
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
    write_team(ReviewOfficer, team, review=sitting)
    decide(sitting, verdicts, numbers, by=by, at=at, referred=referred)
    return sitting


def sequences(verdicts: list[Verdict]) -> dict[int, int]:
    """Which re-inspection of its case each verdict is, counted from one."""
    cases = [verdict.case.pk for verdict in verdicts]
    held = Counter(ReviewItem.objects.filter(case__in=cases).values_list("case_id", flat=True))
    return {pk: held[pk] + 1 for pk in cases}


def decide(
    sitting: Review, verdicts: list[Verdict], numbers: dict[int, int], *, by, at: datetime, referred: bool
) -> None:
    """Write the verdicts: their rows, what becomes of the submissions and requests, and last the cases."""
    cases = [verdict.case for verdict in verdicts]
    rows = lock(cases)
    refuse_overtaken(verdicts, rows, numbers)
    items = ReviewItem.objects.bulk_create(
        ReviewItem(
            review=sitting,
            case=verdict.case,
            sequence=numbers[verdict.case.pk],
            outcome=verdict.outcome,
            note=verdict.note.strip(),
            due_on=None if verdict.outcome == PASS else verdict.due_on,
            no_photo=verdict.no_photo if verdict.outcome == PASS and not verdict.photos else "",
        )
        for verdict in verdicts
    )
    for verdict, item in zip(verdicts, items, strict=True):
        for photo in verdict.photos:
            add_photo(accept_picture(photo), by=by, at=at, review_item=item)
    for outcome, answer in ANSWERS.items():
        if decided := [verdict.case for verdict in verdicts if verdict.outcome == outcome]:
            Submission.objects.filter(case__in=decided).awaiting().update(outcome=answer)
    Extension.objects.filter(case__in=cases).undecided().update(
        decision="refused", decided_by=by, decided_at=at, decision_note=_("Settled by the re-inspection.")
    )
    if referred:
        Transfer.objects.standing().filter(case__in=cases).update(settled_at=at)
    steps = [
        Step(
            verdict.case,
            "close_referral" if referred and verdict.outcome == PASS else str(verdict.outcome),
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


def refuse_overtaken(verdicts: list[Verdict], rows: dict[int, HazardCase], numbers: dict[int, int]) -> None:
    """Under the lock: nobody re-inspected, withdrew or closed the case since it was read for this verdict."""
    now = sequences(verdicts)
    for verdict in verdicts:
        case, row = verdict.case, rows[verdict.case.pk]
        moved = row.version != case.version and (row.state, row.due_on) != (case.state, case.due_on)
        if moved or now[case.pk] != numbers[case.pk] or verdict.sequence not in (None, now[case.pk]):
            raise AlreadyDone(
                _("Case %(number)s was changed by somebody else meanwhile. Open it again.")
                % {"number": case.number}
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
        refuse_own_work(case, team)
        with about(case):
            refuse_outcome(verdict, on)


def refuse_outcome(verdict: Verdict, on: date) -> None:
    """Each outcome has its facts: a deadline and words for what remains, evidence for what is closed."""
    if verdict.outcome == PASS:
        refuse_unproven(verdict)
    elif verdict.outcome in (PARTLY, FAIL):
        refuse_deadline(verdict.due_on, on)
        if not verdict.note.strip():
            remains = _("Say what remains to be done.")
            raise RuleBroken(
                remains if verdict.outcome == PARTLY else _("Say what is not rectified yet."), field="note"
            )
    else:
        raise RuleBroken(_("Each hazard is rectified, partly rectified, or not."), field="outcome")


def refuse_unproven(verdict: Verdict) -> None:
    """Nothing is closed without evidence: a photo, or what two officers saw, in words.

    The words for a major or listed hazard are an account, not a mark; for what cannot be photographed the reason is
    ticked.
    """
    if verdict.photos or has_evidence(verdict.case):
        return
    if verdict.no_photo and verdict.no_photo not in ReviewItem.NoPhoto.values:
        raise RuleBroken(_("Choose why there is no photo to take."), code="no_evidence", field="no_photo")
    fewest = settings.WORDS_WITHOUT_PHOTO if is_grave(verdict.case) or verdict.no_photo else 2
    if len(verdict.note.strip()) < fewest:
        raise RuleBroken(
            _("Nothing shows that it is rectified: add a photo, or describe it in at least %(n)s characters.")
            % {"n": fewest},
            code="no_evidence",
            field="note",
        )


def has_evidence(case: HazardCase) -> bool:
    """Whether the submission that waits for this re-inspection brought a photo."""
    return Submission.objects.filter(case=case, photos__isnull=False).awaiting().exists()


def is_grave(case: HazardCase) -> bool:
    """Major, listed, or of another grade that the county verifies by other hands."""
    return case.grade in settings.INDEPENDENT_GRADES or bool(case.listed_levels)


def submitters_of(case: HazardCase) -> set[int]:
    return set(case.submissions.values_list("submitted_by", flat=True))


def orderers_of(case: HazardCase) -> set[int]:
    return set(OrderItem.objects.filter(case=case).values_list("order__issued_by", flat=True))


def hands_on(case: HazardCase) -> set[int]:
    """Who ordered it or reported it as rectified: they do not verify it where it is grave."""
    return submitters_of(case) | orderers_of(case)


def refuse_own_work(case: HazardCase, team: list) -> None:
    """Of a grave hazard nobody who submitted or ordered it may verify it.

    The re-inspection is that of Order 120, Art. 20; that other hands do it is this product's rule, so that a
    major hazard is never closed by one pair of eyes.
    """
    if not is_grave(case):
        return
    submitted, ordered = submitters_of(case), orderers_of(case)
    for person in team:
        if person.pk in submitted:
            words = _("%(name)s submitted this rectification; somebody else must verify it.")
        elif person.pk in ordered:
            words = _("%(name)s ordered this rectification; somebody else must verify it.")
        else:
            continue
        grave = _("Re-inspection of a major or listed hazard (Order 120, Art. 20).")
        raise RuleBroken(words % {"name": person.name} + " " + grave, code="own_work", field="officers")
