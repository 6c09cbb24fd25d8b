"""Acts on a visit until it is completed: begin, answer, find, correct, photograph, discard, file whole.

Completing belongs to the app that issues the papers; it asks `refuse_incomplete` here first.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from accounts import roles
from accounts.roles import Role
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from common.files import accept_picture
from inspections import joint, rules, selectors
from inspections.models import (
    ENFORCEMENT_KINDS,
    Answer,
    Finding,
    Inspection,
    Kind,
    Photo,
    Result,
    Status,
    TeamMember,
)
from reference.models import Checklist

MOST_PHOTOS = 12  # of one finding
PHOTOS_FOLLOW_DAYS = 14  # how long after the record a phone without network may still deliver its photos
DETAILS = {
    "kind",
    "started_at",
    "ended_at",
    "on_site_person",
    "on_site_phone",
    "refused_signature",
    "note",
    "joint",
    "longitude",
    "latitude",
}


# --- begin -----------------------------------------------------------------------------------------


def start(
    *,
    unit,
    kind: str,
    by,
    at: datetime,
    officers=(),
    assistants=(),
    client_id=None,
    longitude=None,
    latitude=None,
) -> Inspection:
    """Begin a visit: a draft with the questions of its checklist frozen into it.

    The same `client_id` again returns the draft made before. Raises NotAllowed outside the area or without a
    field post, RuleBroken for somebody named twice, without a card, or without a post there.
    """
    draft = Inspection(
        client_id=client_id or uuid.uuid4(),
        unit=unit,
        region_id=unit.region_id,
        kind=kind,
        started_by=by,
        started_at=at,
        longitude=longitude,
        latitude=latitude,
    )
    try:
        with transaction.atomic():
            return _begin(draft, officers=list(officers) or [by], assistants=list(assistants))
    except IntegrityError:
        return _begun_before(draft)


def _begin(draft: Inspection, *, officers: list, assistants: list) -> Inspection:
    if Inspection.objects.filter(client_id=draft.client_id).exists():
        return _begun_before(draft)
    _open(draft, officers, assistants)
    return draft


def _open(
    draft: Inspection, officers: list, assistants: list, *, answers: list[tuple] | None = None
) -> list[Answer]:
    """Write a new draft with its team and its questions, open (`answers` None) or answered; returns the questions.

    An empty list of answers makes a visit without a checklist.
    """
    refuse_to_begin(draft.unit, draft.kind, by=draft.started_by)
    on = localdate(draft.started_at)
    listed = answers is None or answers
    draft.checklist = selectors.checklist_for(draft.unit, draft.kind, on) if listed else None
    draft.save(force_insert=True)
    TeamMember.objects.bulk_create(_team_of(draft, officers, assistants))
    rows = freeze_questions(draft, draft.checklist, on) if draft.checklist else []
    _put_results(draft, rows, answers or [])
    return Answer.objects.bulk_create(rows)


def _begun_before(draft: Inspection) -> Inspection:
    """The draft that an earlier press of the same button made; somebody else's id is refused."""
    before = Inspection.objects.get(client_id=draft.client_id)
    if before.started_by_id != draft.started_by_id or before.unit_id != draft.unit_id:
        raise RuleBroken(
            _("This form was used for another inspection already. Open it again."), code="client_id_used"
        )
    return before


def refuse_to_begin(unit, kind: str, *, by) -> None:
    """A patrol is walked by township officers and grid workers too, every other kind by inspectors."""
    if unit.is_retired:
        raise RuleBroken(_("This unit is no longer on the register."), code="unit_retired", field="unit")
    if kind not in Kind.values:
        raise RuleBroken(_("Choose the kind of inspection."), field="kind")
    if kind == Kind.GRID and roles.may(by, "inspection.self_check", unit.region_id):
        return
    roles.need(by, "inspection.file", unit.region_id)


def freeze_questions(draft: Inspection, checklist: Checklist, on: date) -> list[Answer]:
    """The questions as the visit will keep them: what was asked that day stays, whatever the list says later."""
    if checklist.first_used_on is None:
        Checklist.objects.filter(pk=checklist.pk, first_used_on=None).update(first_used_on=on)
    return [
        Answer(
            inspection=draft,
            item=item,
            number=item.number,
            group=item.group.name,
            question=item.question,
            category_id=item.category_id,
        )
        for item in checklist.items.select_related("group").order_by("number")
    ]


def _put_results(draft: Inspection, rows: list[Answer], answers: list[tuple]) -> None:
    """Answer the questions before they are written; an item of another list is refused."""
    by_item = {row.item_id: row for row in rows}
    for item, result in answers:
        row = by_item.get(item.pk)
        if row is None:
            raise RuleBroken(
                _("Item %(id)s is not on the checklist of this unit (“%(list)s”).")
                % {"id": item.pk, "list": draft.checklist.label if draft.checklist else "—"},
                code="other_checklist",
                field="answers",
            )
        row.result = result


# --- who went, when, what was said -----------------------------------------------------------------


@transaction.atomic
def set_team(inspection: Inspection, *, officers: Iterable, assistants: Iterable = (), by) -> None:
    """Name the team. Officers have a card valid on the day and a post over the place; helpers stand apart."""
    draft = open_draft(inspection, by=by)
    team = _team_of(draft, list(officers), list(assistants))
    draft.team.all().delete()
    TeamMember.objects.bulk_create(team)


def _team_of(draft: Inspection, officers: list, assistants: list) -> list[TeamMember]:
    """The rows of a team that may go, or what is wrong with it, all at once."""
    on = localdate(draft.started_at)
    enforcing = draft.kind in ENFORCEMENT_KINDS
    people = selectors.persons(officers, on), selectors.persons(assistants, on)
    mistakes = rules.check_team_names(*people)
    if enforcing:
        mistakes += rules.check_cards(people[0])
    mistakes += _check_posts(officers, assistants, draft.unit.region_id, on, enforcing=enforcing)
    rules.refuse(mistakes)
    return [
        TeamMember(inspection=draft, user=person, is_officer=officer, card_number=person.card_number)
        for people, officer in ((officers, True), (assistants, False))
        for person in people
    ]


def _check_posts(officers, assistants, region_code: str, on: date, *, enforcing: bool) -> list[rules.Mistake]:
    """Everybody on the team has a field post over the place that day; officers are inspectors."""
    held = selectors.stationed([person.pk for person in [*officers, *assistants]], region_code, on)
    wanted = {Role.INSPECTOR} if enforcing else set(selectors.FIELD_ROLES)
    mistakes = []
    for people, needed in ((officers, wanted), (assistants, set(selectors.FIELD_ROLES))):
        for person in people:
            if not held[person.pk] & needed:
                sentence = _("%(name)s has no post that covers this unit on that day.") % {
                    "name": person.name
                }
                mistakes.append(rules.Mistake("officers", sentence, "no_post", "team"))
    return mistakes


@transaction.atomic
def set_details(inspection: Inspection, *, by, **facts) -> Inspection:
    """Write what stands around the questions: person on site, refused signature, note, times."""
    unknown = facts.keys() - DETAILS
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}: not a detail of an inspection")
    draft = open_draft(inspection, by=by)
    if facts.get("kind", draft.kind) != draft.kind:
        refuse_other_list(draft.kind, facts["kind"])
    if "joint" in facts:
        facts["joint"] = joint_parties(facts["joint"], draft.kind)
    for name, value in facts.items():
        setattr(draft, name, value.strip() if isinstance(value, str) else value)
    if draft.ended_at and draft.ended_at < draft.started_at:
        raise RuleBroken(
            _("The inspection ends before it begins."), code="ends_before_start", field="ended_at"
        )
    draft.save(update_fields=[*facts, "updated_at"])
    return draft


def joint_parties(parties: list[dict], kind: str) -> list[dict]:
    """The departments that took part, as they are kept; a sentence where one is not named or sent nobody.

    A patrol of the grid is no enforcement, so nobody enforces jointly on it.
    """
    rows = joint.cleaned(parties)
    if rows and kind not in ENFORCEMENT_KINDS:
        raise RuleBroken(_("A patrol is no joint enforcement: leave the departments empty."), field="joint")
    sentences = {
        "unnamed": _("Name each department, one a line."),
        "nobody": _("Say who came from each department: the name, a colon, the people."),
        "twice": _("One department stands there twice."),
        "long": _("The name of a department or of a person is too long."),
        "many": _(
            "Too many departments or people: at most %(parties)s departments with %(people)s people each."
        )
        % {"parties": joint.MOST_PARTIES, "people": joint.MOST_PEOPLE},
    }
    if wrong := joint.wrong_in(rows):
        raise RuleBroken(sentences[wrong], code=f"joint_{wrong}", field="joint")
    return rows


def refuse_other_list(before: str, after: str) -> None:
    """The questions are frozen: a patrol does not become an enforcement record, nor the other way."""
    if (before in ENFORCEMENT_KINDS) != (after in ENFORCEMENT_KINDS):
        raise RuleBroken(
            _("A patrol asks other questions: discard this draft and begin a new one."), field="kind"
        )


@transaction.atomic
def set_around(
    inspection: Inspection, *, officers: Iterable, assistants: Iterable, by, **details
) -> Inspection:
    """The last step before completing: team and details together, or neither."""
    draft = set_details(inspection, by=by, **details)
    set_team(draft, officers=officers, assistants=assistants, by=by)
    return draft


@transaction.atomic
def discard(inspection: Inspection, *, by, reason: str) -> None:
    """Put a draft away with a reason; nothing of it is deleted."""
    draft = open_draft(inspection, by=by)
    if not reason.strip():
        raise RuleBroken(_("Say why the draft is discarded."), field="reason")
    draft.status = Status.DISCARDED
    draft.discard_reason = reason.strip()[:500]
    draft.save(update_fields=["status", "discard_reason", "updated_at"])


# --- answers ---------------------------------------------------------------------------------------


@transaction.atomic
def answer(inspection: Inspection, answer: Answer, result: str, *, by, on: date | None = None) -> Answer:
    """Answer one question. A failing one gets its finding at once; a blank finding goes with it."""
    draft = open_draft(inspection, by=by)
    row = draft.answers.select_related("category", "item", "item__group").get(pk=answer.pk)
    if result not in Result.values:
        raise RuleBroken(_("Choose one of the three answers."), field="result")
    if result == Result.FAIL:
        ensure_finding(draft, row)
    else:
        drop_blank_findings(row)
    row.result = result
    row.save(update_fields=["result"])
    row.inspection = draft
    return row


def ensure_finding(draft: Inspection, row: Answer) -> None:
    """The finding of a failing question: its category comes from the list, its words from the inspector."""
    if not row.category_id or row.findings.exists():
        return
    due_on = None
    if draft.kind in ENFORCEMENT_KINDS:
        due_on = selectors.suggested_deadline(row.category, localdate(draft.started_at))
    Finding.objects.create(inspection=draft, answer=row, category=row.category, due_on=due_on)


def drop_blank_findings(row: Answer) -> None:
    """What nobody has written anything into goes; what holds words or photos is removed by hand."""
    for finding in row.findings.prefetch_related("photos"):
        if not finding.is_blank or finding.photos.all():
            raise RuleBroken(
                _("A finding stands at question %(number)s. Remove the finding first.")
                % {"number": row.number},
                code="has_finding",
            )
        finding.delete()


@transaction.atomic
def answer_all_ok(inspection: Inspection, *, by) -> int:
    """Everything not yet answered passes. What was answered stays. Returns how many were set."""
    draft = open_draft(inspection, by=by)
    return draft.answers.filter(result="").update(result=Result.OK)


# --- findings --------------------------------------------------------------------------------------


@transaction.atomic
def add_finding(
    inspection: Inspection,
    *,
    category,
    description: str = "",
    part: str = "",
    corrected_on_site: bool = False,
    due_on: date | None = None,
    by,
    client_id=None,
    answer: Answer | None = None,
) -> Finding:
    """Write down a hazard. The same `client_id` again returns the finding made before.

    Raises RuleBroken with the field for a deadline before the visit, a deadline beside a correction on the
    spot, or a correction that the category does not allow. What is merely missing is asked for at the end.
    """
    draft = open_draft(inspection, by=by)
    client_id = client_id or uuid.uuid4()
    if before := Finding.objects.filter(client_id=client_id).first():
        if before.inspection_id == draft.pk:
            return before
        raise RuleBroken(_("This finding was sent for another inspection already."), code="client_id_used")
    finding = Finding(
        client_id=client_id,
        inspection=draft,
        answer=answer,
        category=category,
        description=description.strip(),
        part=part.strip(),
        corrected_on_site=corrected_on_site,
        due_on=due_on,
    )
    refuse_wrong(draft, finding)
    finding.save(force_insert=True)
    return finding


@transaction.atomic
def change_finding(finding: Finding, *, by, **facts) -> Finding:
    """Change category, words, part, correction or deadline of a finding of a draft."""
    unknown = facts.keys() - {"category", "description", "part", "corrected_on_site", "due_on"}
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}: not a fact of a finding")
    draft = open_draft(finding.inspection, by=by)
    row = _finding_of(draft, finding)
    for name, value in facts.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    refuse_wrong(draft, row)
    row.save(update_fields=list(facts))
    row.inspection = draft
    return row


@transaction.atomic
def remove_finding(finding: Finding, *, by) -> None:
    """Take a finding out of a draft; the question it stood at is asked again."""
    draft = open_draft(finding.inspection, by=by)
    row = _finding_of(draft, finding)
    asked = row.answer
    row.delete()
    if asked and not asked.findings.exists():
        draft.answers.filter(pk=asked.pk).update(result="")


def refuse_wrong(draft: Inspection, finding: Finding) -> None:
    """A finding that contradicts itself is not written, not even into a draft."""
    enforcing = draft.kind in ENFORCEMENT_KINDS
    rules.refuse(
        rules.wrong_in(selectors.hazard_of(finding), localdate(draft.started_at), enforcing=enforcing)
    )


def _finding_of(draft: Inspection, finding: Finding) -> Finding:
    """The finding as it is now, or a sentence that another tab removed it."""
    row = draft.findings.select_related("category", "answer").filter(pk=finding.pk).first()
    if row is None:
        raise AlreadyDone(_("This finding was removed in the meantime."))
    return row


# --- photos ----------------------------------------------------------------------------------------


def attach_photo(finding: Finding, *, upload, by, at: datetime, client_id=None) -> tuple[Photo, bool]:
    """Keep a photo of a finding; (photo, whether it is new). The same `client_id` again stores nothing.

    A visit that another program filed whole takes its photos for some days after; to a visit completed on the
    page nothing is added. Raises BadFile for what is no picture.
    """
    client_id = client_id or uuid.uuid4()
    if before := _photo_before(client_id, finding):
        return before, False
    refuse_photo(finding.inspection, finding, by=by, at=at)
    picture = accept_picture(upload)
    photo = Photo(
        client_id=client_id,
        finding=finding,
        sha256=picture.sha256,
        taken_at=picture.taken_at,
        uploaded_by=by,
        uploaded_at=at,
    )
    photo.file.save("photo.jpg", picture.file, save=False)
    try:
        with transaction.atomic():
            # Asked again under the lock: the visit may have been completed while the picture was read.
            locked = Inspection.objects.select_for_update().get(pk=finding.inspection_id)
            refuse_photo(locked, finding, by=by, at=at)
            photo.save(force_insert=True)
    except IntegrityError:
        # The same photo from a second request: the first one's row and file stand.
        photo.file.storage.delete(photo.file.name)
        return _photo_before(client_id, finding), False
    except RuleBroken:
        photo.file.storage.delete(photo.file.name)
        raise
    return photo, True


def _photo_before(client_id, finding: Finding) -> Photo | None:
    before = Photo.objects.filter(client_id=client_id).first()
    if before and before.finding_id != finding.pk:
        raise RuleBroken(_("This photo was sent for another finding already."), code="client_id_used")
    return before


def refuse_photo(inspection: Inspection, finding: Finding, *, by, at: datetime) -> None:
    """Who may add a photo, and until when."""
    refuse_stranger(inspection, by)
    if inspection.status == Status.COMPLETED:
        age = localdate(at) - localdate(inspection.completed_at)
        if not inspection.photos_follow or age.days > PHOTOS_FOLLOW_DAYS:
            raise already_completed(inspection)
    elif inspection.status != Status.DRAFT:
        raise already_completed(inspection)
    if finding.photos.count() >= MOST_PHOTOS:
        raise RuleBroken(
            _("At most %(n)s photos of one finding. Remove one first.") % {"n": MOST_PHOTOS}, field="photo"
        )


@transaction.atomic
def remove_photo(photo: Photo, *, by) -> None:
    """Take a photo out of a draft."""
    open_draft(photo.finding.inspection, by=by)
    name, storage = photo.file.name, photo.file.storage
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name))


# --- whole visits, and the last look before completing ---------------------------------------------


def fingerprint(body: dict) -> str:
    """What another program sent, as one hash: the same id with the same words is the same filing."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_whole(
    *,
    by,
    client_id,
    unit,
    kind: str,
    started_at: datetime,
    ended_at: datetime | None,
    officers: list,
    assistants: Iterable = (),
    answers: Iterable[tuple] = (),
    findings: Iterable[dict] = (),
    body_hash: str = "",
    at: datetime | None = None,
    **details,
) -> tuple[Inspection, bool]:
    """A draft with everything that was sent, in one transaction; (inspection, whether it is new).

    `answers` are pairs of checklist item and result, `findings` dicts with the arguments of `add_finding` and
    optionally `item`, the question it belongs to. Without any answers the visit has no checklist. The same
    `client_id` again returns the visit as it is, and is refused where `body_hash` differs. With `at`,
    the instant of filing, a visit in the future is refused here and not only at its completion.
    """
    draft = Inspection(
        client_id=client_id,
        unit=unit,
        region_id=unit.region_id,
        kind=kind,
        started_by=by,
        started_at=started_at,
        ended_at=ended_at,
        body_hash=body_hash,
        photos_follow=True,
        **details,
    )
    draft.joint = joint_parties(draft.joint, kind)
    if before := _filed_before(draft):
        return before, False
    rules.refuse(rules.check_times(started_at, ended_at, at or max(started_at, ended_at or started_at)))
    try:
        with transaction.atomic():
            rows = _open(draft, officers, list(assistants), answers=list(answers))
            _write_findings(draft, findings, rows)
            return draft, True
    except IntegrityError:
        before = _filed_before(draft)
        if before is None:
            raise
        return before, False


def _filed_before(draft: Inspection) -> Inspection | None:
    before = Inspection.objects.filter(client_id=draft.client_id).first()
    if before is None:
        return None
    if before.started_by_id != draft.started_by_id or before.body_hash != draft.body_hash:
        raise RuleBroken(
            _("This client_id was used for an inspection with other contents."),
            code="client_id_used",
            field="client_id",
        )
    return before


def _write_findings(draft: Inspection, findings: Iterable[dict], questions: list[Answer]) -> None:
    """The findings, each at the failing question it names or whose category it has."""
    on, enforcing = localdate(draft.started_at), draft.kind in ENFORCEMENT_KINDS
    failing = [row for row in questions if row.result == Result.FAIL]
    rows, mistakes = [], []
    for facts in findings:
        item = facts.pop("item", None)
        finding = Finding(inspection=draft, **facts)
        finding.answer = next((row for row in failing if item and row.item_id == item.pk), None) or next(
            (row for row in failing if not item and row.category_id == finding.category_id), None
        )
        mistakes += rules.wrong_in(selectors.hazard_of(finding), on, enforcing=enforcing)
        rows.append(finding)
    rules.refuse(mistakes)
    known = [row.client_id for row in rows]
    if len(set(known)) != len(known) or (known and Finding.objects.filter(client_id__in=known).exists()):
        raise RuleBroken(
            _("A client_id of a finding was used already."), code="client_id_used", field="findings"
        )
    Finding.objects.bulk_create(rows)


def refuse_incomplete(inspection: Inspection, *, by, at: datetime) -> None:
    """Everything that must be true before a visit is completed, said at once (Order 120, Art. 14 and 19).

    Raises Incomplete with every mistake, NotAllowed for somebody who may not file here.
    """
    refuse_stranger(inspection, by)
    refuse_to_begin(inspection.unit, inspection.kind, by=by)
    rules.refuse(mistakes_of(inspection, at=at))


def mistakes_of(inspection: Inspection, *, at: datetime) -> list[rules.Mistake]:
    """What is wrong with or missing from a draft at this moment."""
    on = localdate(inspection.started_at)
    enforcing = inspection.kind in ENFORCEMENT_KINDS
    team = list(inspection.team.select_related("user"))
    officers = selectors.persons([member.user for member in team if member.is_officer], on)
    assistants = selectors.persons([member.user for member in team if not member.is_officer], on)
    findings = list(inspection.findings.select_related("category").prefetch_related("photos"))
    mistakes = rules.check_questions(selectors.questions_of(inspection.answers.all(), findings))
    for finding in findings:
        hazard = selectors.hazard_of(finding, photos=len(finding.photos.all()))
        # Its case begins to run today: a deadline that a draft kept overnight has outlived is none.
        mistakes += rules.wrong_in(hazard, max(on, localdate(at)), enforcing=enforcing)
        mistakes += rules.missing_in(hazard, enforcing=enforcing, photos_follow=inspection.photos_follow)
    mistakes += rules.check_team(officers, assistants, enforcing=enforcing)
    return mistakes + rules.check_times(inspection.started_at, inspection.ended_at, at)


# --- the guard of every act ------------------------------------------------------------------------


def open_draft(inspection: Inspection, *, by) -> Inspection:
    """The draft, locked for this transaction. A completed or discarded one answers with a sentence."""
    draft = Inspection.objects.select_for_update(of=("self",)).select_related("unit").get(pk=inspection.pk)
    if draft.status != Status.DRAFT:
        raise already_completed(draft)
    refuse_stranger(draft, by)
    return draft


def already_completed(inspection: Inspection) -> AlreadyDone:
    """What a second tab is told."""
    if inspection.status == Status.DISCARDED:
        return AlreadyDone(_("This draft was discarded: it can no longer be changed."))
    return AlreadyDone(
        _("Inspection %(number)s was completed at %(when)s and can no longer be changed.")
        % {"number": inspection.number, "when": f"{localtime(inspection.completed_at):%Y-%m-%d %H:%M}"}
    )


def refuse_stranger(inspection: Inspection, by) -> None:
    """A draft belongs to its team."""
    if inspection.started_by_id == by.pk or inspection.team.filter(user=by).exists():
        return
    raise NotAllowed(_("Only the team of this inspection can change it."))
