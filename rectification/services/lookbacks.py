"""Look-backs (回头看): scheduled when a case closes, made by two officers; a relapse opens a new round."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import AlreadyDone, RuleBroken
from common.files import accept_picture
from documents.models import Document, Form
from hazards import states
from hazards.services import lock, record
from rectification.limits import lookback_days
from rectification.models import LookBack, LookBackOfficer
from rectification.services import papers
from rectification.services.reviews import refuse_own_work
from rectification.services.submissions import add_photo
from rectification.services.teams import refuse_team, write_team

HOLDS = LookBack.Outcome.HOLDS
RELAPSE = LookBack.Outcome.RELAPSE


def schedule(events) -> None:
    """Give every case that these events closed the day of its look-back, where its grade asks for one."""
    rows = []
    for event in events:
        case = event.case
        if event.to_state != states.CLOSED or event.from_state == states.CLOSED:
            continue
        listed = bool(case.listed_levels)
        days = lookback_days(case.grade, listed, event.on, on_site=case.on_site)
        if days is not None:
            due_on = event.on + timedelta(days=days)
            rows.append(LookBack(case=case, round=case.round, why="closed", due_on=due_on, made_at=event.at))
    LookBack.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def look_back(
    case,
    *,
    outcome: str,
    officers,
    by,
    at: datetime,
    held_on: date | None = None,
    note: str = "",
    photos=(),
    client_id=None,
) -> LookBack:
    """Record that two officers looked at a closed hazard again: it holds, or it is back and a new round begins.

    A case that no day was set for may be looked back as well. Each round is looked back once. The same
    `client_id` again returns what was recorded before.

    Raises RuleBroken where fewer than two different officers with a card went, where a relapse has no words, and
    where somebody looks back at his own work on a major or listed hazard.
    """
    if client_id and (done := LookBack.objects.filter(client_id=client_id).first()):
        return done
    roles.need(by, "case.look_back", case.region_id)
    on = localdate(at)
    held_on = held_on or on
    team = refuse_team(officers, held_on)
    refuse_look(case, outcome, team, held_on, note, by=by, on=on)
    pictures = [accept_picture(photo) for photo in photos]
    document = issue_paper(case, outcome, team, note.strip(), by=by, at=at, held_on=held_on)
    facts = {"outcome": outcome, "held_on": held_on, "note": note.strip(), "document": document}
    done = take(case, by=by, at=at, client_id=client_id, **facts)
    write_team(LookBackOfficer, team, look_back=done)
    for picture in pictures:
        add_photo(picture, by=by, at=at, look_back=done)
    act = "look_back" if outcome == HOLDS else "reopen"
    record(case, act, by=by, at=at, reason=note, document=document, data={"look_back": done.pk})
    return done


def refuse_passed(row: LookBack, client_id) -> None:
    """Whoever answers to a look-back of an earlier round would record it on the present one."""
    if row.round != row.case.round and row.client_id != client_id:
        raise RuleBroken(_("The hazard is in a later round: this look-back is over."), code="wrong_state")


def issue_paper(case, outcome: str, team: list, note: str, *, by, at: datetime, held_on: date) -> Document:
    """The record of what two officers saw (消防监督检查记录（回头看）)."""
    return papers.issue(
        Form.LOOK_BACK,
        unit=case.unit,
        by=by,
        at=at,
        on=held_on,
        content={
            "case": papers.case_facts(case),
            "held_on": held_on.isoformat(),
            "closed_on": case.closed_on.isoformat() if case.closed_on else "",
            "outcome": str(outcome),
            "note": note,
            "officers": [papers.signer(person) for person in team],
        },
    )


def refuse_look(case, outcome: str, team: list, held_on: date, note: str, *, by, on: date) -> None:
    if by not in team:
        raise RuleBroken(_("Only a member of the team records the look-back."), field="officers")
    if held_on > on:
        raise RuleBroken(_("The look-back lies in the future."), field="held_on")
    if case.closed_on and held_on < case.closed_on:
        raise RuleBroken(_("The look-back is earlier than the closing."), field="held_on")
    if outcome not in LookBack.Outcome.values:
        raise RuleBroken(_("The rectification either holds or has relapsed."), field="outcome")
    if outcome == RELAPSE and len(note.strip()) < 2:
        raise RuleBroken(_("Say what has come back."), field="note")
    refuse_own_work(case, team)


def take(case, *, by, at: datetime, client_id, **result) -> LookBack:
    """Decide the look-back of the present round once: the one that waits, or one made on this occasion."""
    row = lock([case])[case.pk]
    if row.state != states.CLOSED:
        raise RuleBroken(_("Only a closed hazard is looked back at."), code="wrong_state")
    made, _new = LookBack.objects.get_or_create(
        case=row, round=row.round, defaults={"why": "chance", "due_on": result["held_on"], "made_at": at}
    )
    facts = result | {"recorded_by": by, "recorded_at": at, "client_id": client_id}
    if not LookBack.objects.filter(pk=made.pk, outcome="").update(**facts):
        raise AlreadyDone(_("This hazard was looked back at already."))
    made.refresh_from_db()
    return made
