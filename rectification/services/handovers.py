"""Handing over (工作交接): another inspector answers for a case, or for everything that a person had in hand."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from accounts.models import Post, User
from accounts.roles import Role
from common.errors import AlreadyDone, NotAllowed, RuleBroken, StaleForm
from hazards.models import CaseEvent, HazardCase
from hazards.services import Step, lock, record_all
from rectification.models import HandOver, HandOverLine, Instruction, LookBack
from rectification.services.telling import tell

MOST = 5_000
"""Cases in one transaction; more are handed over township by township."""
BATCH = 500
LEVELS = (2, 4, 6, 9, 12)
"""Digits of a region code at which a division ends."""


@transaction.atomic
def hand_over(case: HazardCase, *, to: User, reason: str, by, at: datetime) -> CaseEvent:
    """Let `to` answer for `case` from now on, and tell both."""
    row = lock([case])[case.pk]
    refuse_act(row, by)
    refuse_reason(reason)
    refuse_same(row, to)
    refuse_successor(to, [row.region_id], on=localdate(at), field="inspector")
    before = row.inspector
    people = f"移交人：{before.name if before else '—'}，接收人：{to.name}"
    (event,) = record_all([step(case, before, to, reason)], by=by, at=at)
    for person in (to, before):
        # A person takes over the same case twice at most in a lifetime; the event names the occasion.
        tell(
            person,
            key=f"hand_over:event:{event.pk}:{person.pk if person else 0}",
            on=localdate(at),
            subject=f"工作交接：{case.unit.name}由{to.name}承办",
            body=f"{case.number} {case.unit.name}\n{people}\n{reason.strip()}",
            link=case.get_absolute_url(),
            about=f"case:{case.pk}",
            by=by,
        )
    return event


def step(case: HazardCase, before: User | None, to: User, reason: str, **data) -> Step:
    """The act as `record_all` takes it."""
    data |= {
        "from": before.pk if before else None,
        "from_name": before.name if before else "",
        "to": to.pk,
        "to_name": to.name,
    }
    return Step(case, "hand_over", reason, data, {"inspector": to})


@transaction.atomic
def hand_over_all(
    person: User,
    *,
    to: User,
    reason: str,
    by,
    at: datetime,
    cases: Iterable[HazardCase] = (),
    instructions: Iterable[Instruction] = (),
    look_backs: Iterable[LookBack] = (),
    client_id=None,
) -> HandOver:
    """Hand these things over from `person` to `to`: all of them or none, on one sheet.

    Raises RuleBroken where something is no longer in the person's hands, where the successor does not serve there,
    or where nothing or more than MOST cases are handed over. The same `client_id` again returns the first sheet.
    """
    client_id = client_id or uuid.uuid4()
    if done := HandOver.objects.filter(client_id=client_id).first():
        return done
    cases = sorted(cases, key=lambda case: case.pk)
    instructions, look_backs = list(instructions), list(look_backs)
    on = localdate(at)
    refuse_sheet(person, to, cases, [*instructions, *look_backs], reason)
    rows = lock(cases)
    refuse_taken(person, rows.values())
    everything = [*rows.values(), *(one.case for one in [*instructions, *look_backs])]
    if person.pk != by.pk:
        for region_id in {case.region_id for case in everything}:
            roles.need(by, "case.hand_over_others", region_id)
    refuse_successor(
        to, [row.region_id for row in rows.values()] + [one.case.region_id for one in look_backs], on=on
    )
    refuse_answerer(to, instructions)
    sheet = HandOver.objects.create(
        client_id=client_id,
        person=person,
        to=to,
        reason=reason.strip(),
        by=by,
        at=at,
        region_code=common_region([case.region_id for case in everything]),
        cases=len(cases),
        instructions=len(instructions),
        look_backs=len(look_backs),
    )
    pass_on(person, to, instructions, look_backs)
    for first in range(0, len(cases), BATCH):
        some = cases[first : first + BATCH]
        record_all([step(case, person, to, reason, hand_over=sheet.pk) for case in some], by=by, at=at)
    write_lines(sheet, cases, instructions, look_backs)
    tell_both(sheet, on)
    return sheet


def refuse_act(row: HazardCase, by) -> None:
    """An inspector hands over his own cases, the county office anybody's."""
    if row.inspector_id != by.pk and not roles.may(by, "case.hand_over_others", row.region_id):
        raise NotAllowed(_("The inspector in charge or the county office hands a case over."))


def refuse_reason(reason: str) -> None:
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why it is handed over."), field="reason")


def refuse_same(row: HazardCase, to: User) -> None:
    if row.inspector_id == to.pk:
        raise AlreadyDone(
            _("%(name)s is the inspector of this case already.") % {"name": to.name}, field="inspector"
        )


def refuse_sheet(person: User, to: User, cases: list, others: list, reason: str) -> None:
    refuse_reason(reason)
    if person.pk == to.pk:
        raise RuleBroken(_("Nobody hands over to himself."), field="to")
    if not cases and not others:
        raise RuleBroken(_("Choose what is handed over."), field="which")
    if len(cases) > MOST:
        raise RuleBroken(
            _("At most %(most)s cases go at once. Choose a township and hand over the rest after it.")
            % {"most": MOST},
            field="which",
        )


def refuse_taken(person: User, rows: Iterable[HazardCase]) -> None:
    """Somebody else handed one of them over since the page was opened."""
    if gone := [row.number for row in rows if row.inspector_id != person.pk]:
        raise StaleForm(
            ngettext(
                "Case %(first)s is no longer in these hands. Look at the list again.",
                "%(n)s cases, %(first)s the first, are no longer in these hands. Look at the list again.",
                len(gone),
            )
            % {"first": gone[0], "n": len(gone)}
        )


def refuse_successor(to: User, regions: list[str], *, on: date, field: str = "to") -> None:
    """Whoever takes a case over is active and holds a post as inspector of his own that covers it."""
    if not regions:
        return
    if not to.is_active:
        raise RuleBroken(_("The account of %(name)s is locked.") % {"name": to.name}, field=field)
    posts = Post.objects.current(on).filter(user=to, role=Role.INSPECTOR)
    served = tuple(posts.values_list("region_id", flat=True))
    if not served:
        raise RuleBroken(_("%(name)s holds no post as inspector today.") % {"name": to.name}, field=field)
    outside = [region for region in regions if not region.startswith(served)]
    if outside:
        raise RuleBroken(
            ngettext(
                "%(name)s is not inspector there: %(n)s place lies outside his region.",
                "%(name)s is not inspector there: %(n)s places lie outside his region.",
                len(set(outside)),
            )
            % {"name": to.name, "n": len(set(outside))},
            field=field,
        )


def refuse_answerer(to: User, instructions: list[Instruction]) -> None:
    """Whoever answers an instruction serves there, and did not give it himself."""
    for one in instructions:
        if not to.is_active or not roles.may(to, "instruction.reply", one.case.region_id):
            raise RuleBroken(_("%(name)s does not answer for this place.") % {"name": to.name}, field="to")
        if one.given_by_id == to.pk:
            raise RuleBroken(
                _("%(name)s gave one of these instructions and cannot answer it.") % {"name": to.name},
                field="to",
            )


def pass_on(person: User, to: User, instructions: list, look_backs: list) -> None:
    """Each still in the person's hands, or nothing at all is handed over."""
    asked = Instruction.objects.unanswered().filter(pk__in=[one.pk for one in instructions], addressee=person)
    owed = LookBack.objects.owed_by(person).filter(pk__in=[one.pk for one in look_backs]).values("pk")
    moved = asked.update(addressee=to) == len(instructions)
    moved &= LookBack.objects.filter(pk__in=owed, outcome="").update(assigned_to=to) == len(look_backs)
    if not moved:
        raise StaleForm(_("Something of it was done or handed over meanwhile. Look at the list again."))


def write_lines(sheet: HandOver, cases, instructions, look_backs) -> None:
    lines = [HandOverLine(hand_over=sheet, case=case) for case in cases]
    lines += [HandOverLine(hand_over=sheet, case=one.case, instruction=one) for one in instructions]
    lines += [HandOverLine(hand_over=sheet, case=one.case, look_back=one) for one in look_backs]
    HandOverLine.objects.bulk_create(lines, batch_size=1_000)


def tell_both(sheet: HandOver, on: date) -> None:
    """One letter to each, with the sheet; not one for each case."""
    what = f"隐患{sheet.cases}处、督办{sheet.instructions}件、回头看{sheet.look_backs}件"
    for person, subject in (
        (sheet.to, f"工作交接：接收{sheet.person.name}移交的工作"),
        (sheet.person, f"工作交接：已向{sheet.to.name}移交工作"),
    ):
        if not person.is_active:
            continue
        tell(
            person,
            key=f"hand_over:{sheet.pk}:{person.pk}",
            on=on,
            subject=subject,
            body=f"{what}。\n{sheet.reason}",
            link=sheet.get_absolute_url(),
            about=f"hand_over:{sheet.pk}",
            by=sheet.by,
        )


def common_region(codes: list[str]) -> str:
    """The smallest division that holds them all; "" where they share none."""
    first, last = min(codes), max(codes)  # what the first and the last share in order, all share
    shared = first[
        : next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    ]
    return shared[: max((length for length in LEVELS if length <= len(shared)), default=0)]
