"""Instructions: given with a day for the answer, answered once, and pressed where the answer is late."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents.models import Document, Form
from hazards.models import HazardCase
from hazards.services import record
from rectification.models import Instruction
from rectification.services import papers
from rectification.services.telling import day_words, tell


@transaction.atomic
def give(case, *, words: str, addressee: User, due_on: date, by, at: datetime, client_id=None) -> Instruction:
    """Ask `addressee` about `case` and tell them; the answer is due by the end of `due_on`."""
    client_id = client_id or uuid.uuid4()
    if done := Instruction.objects.filter(client_id=client_id).first():
        return done
    on = localdate(at)
    refuse_instruction(case, words, addressee, due_on, by=by, on=on)
    instruction = Instruction.objects.create(
        client_id=client_id,
        case=case,
        words=words.strip(),
        addressee=addressee,
        due_on=due_on,
        given_by=by,
        given_at=at,
        document=paper(case, words.strip(), addressee, due_on, by=by, at=at),
    )
    data = {"instruction": instruction.pk, "to": addressee.name, "due_on": due_on.isoformat()}
    record(case, "instruct", by=by, at=at, reason=words, data=data, document=instruction.document)
    tell_of(
        instruction,
        to=addressee,
        what="given",
        on=on,
        subject=f"督办：{case.unit.name}，请于{due_on.month}月{due_on.day}日前回复",
        body=f"{by.name}：{instruction.words}",
    )
    return instruction


def paper(case, words: str, addressee: User, due_on: date, *, by, at: datetime) -> Document | None:
    """督办单, numbered where the office of `by` numbers papers; addressed to the office of whoever answers."""
    on = localdate(at)
    posts = [post for post in addressee.office_posts if post.is_current(on)]
    office = next((post.office.name for post in posts if case.region_id.startswith(post.region_id)), "")
    return papers.issue_if_able(
        Form.SUPERVISION,
        unit=case.unit,
        by=by,
        at=at,
        on=on,
        content={
            "case": papers.case_facts(case),
            "department": f"{office}（{addressee.name}）" if office else addressee.name,
            "instruction": words,
            "leader_name": by.name,
            "due_on": due_on.isoformat(),
        },
    )


def refuse_instruction(case, words: str, addressee: User, due_on: date, *, by, on: date) -> None:
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what is to be done."), field="words")
    if due_on < on:
        raise RuleBroken(_("The day for the answer lies in the past."), field="due_on")
    if addressee.pk == by.pk:
        raise RuleBroken(_("Nobody instructs himself."), field="addressee")
    if not may(addressee, "instruction.reply", case.region_id):
        raise RuleBroken(
            _("%(name)s does not answer for this place.") % {"name": addressee.name}, field="addressee"
        )


@transaction.atomic
def reply(instruction: Instruction, *, words: str, by, at: datetime) -> Instruction:
    """Answer it, once; whoever gave it is told. Whoever was asked answers, or who holds the same post today."""
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was done."), field="words")
    case = instruction.case
    if by.pk == instruction.given_by_id:
        raise NotAllowed(_("Nobody answers his own instruction."))
    answered = Instruction.objects.filter(pk=instruction.pk, replied_at=None).update(
        reply=words.strip(), replied_by=by, replied_at=at
    )
    if not answered:
        raise AlreadyDone(_("This instruction was answered already."))
    record(case, "reply", by=by, at=at, reason=words, data={"instruction": instruction.pk})
    instruction.refresh_from_db()
    tell_of(
        instruction,
        to=instruction.given_by,
        what="answered",
        on=localdate(at),
        subject=f"督办回复：{case.unit.name}",
        body=f"{by.name}：{instruction.reply}",
    )
    return instruction


def press(*, on: date) -> int:
    """Tell both sides of every answer that is late, once; how many there were. Safe to run twice, or days late."""
    late = Instruction.objects.late(on).exclude(case__state="void")
    rows = late.select_related("case__unit", "addressee", "given_by")
    for instruction in rows:
        subject = f"督办逾期未回复：{instruction.case.unit.name}"
        people = f"{instruction.given_by.name}要求{instruction.addressee.name}"
        body = f"{people}于{day_words(instruction.due_on)}前回复：{instruction.words}"
        for person, side in ((instruction.addressee, "to"), (instruction.given_by, "by")):
            tell_of(instruction, to=person, what=f"late-{side}", on=on, subject=subject, body=body)
    return len(rows)


def tell_of(instruction: Instruction, *, to, what: str, on: date, subject: str, body: str) -> None:
    case = instruction.case
    tell(
        to,
        key=f"instruction:{instruction.pk}:{what}",
        on=on,
        subject=subject,
        body=f"{case.number} {case.unit.name}\n{body}",
        link=case.get_absolute_url(),
        about=f"case:{case.pk}",
    )


def open_for(case: HazardCase, user) -> Instruction | None:
    """The instruction on `case` that `user` would answer now: the own first, then the one that is due first."""
    rows = Instruction.objects.unanswered().filter(case=case).exclude(given_by=user)
    mine = rows.filter(Q(addressee=user)).order_by("due_on", "pk").first()
    return mine or rows.order_by("due_on", "pk").first()
