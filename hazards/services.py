"""Opening cases, and the only place that moves one: `record`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import NotAllowed, RuleBroken
from documents.services import next_serial
from hazards import states
from hazards.models import CaseEvent, DeadlineEntry, Determination, HazardCase, State
from hazards.words import act_label, condition_words

HEADLINE = {"due_on", "asked_until", "grade", "listed_levels", "main_level"}
"""Columns an act may set besides the state that the table gives."""


@transaction.atomic
def open_case(
    *,
    unit,
    category,
    description: str,
    by,
    at: datetime,
    part: str = "",
    source: str = "inspection",
    inspector=None,
) -> HazardCase:
    """Register one hazard at `unit`; its region is the unit's on that day and stays so."""
    on = localdate(at)
    county = unit.region_id[:6]
    case = HazardCase.objects.create(
        number=f"{county}-{on.year}-{next_serial(county, 'case', on.year):06d}",
        unit=unit,
        region_id=unit.region_id,
        category=category,
        description=description.strip(),
        part=part.strip(),
        source=source,
        inspector=inspector,
        opened_by=by,
        opened_at=at,
        opened_on=on,
        state_on=on,
    )
    CaseEvent.objects.create(
        case=case, act="open", from_state="", to_state=states.REGISTERED, by=by, at=at, on=on
    )
    return case


@transaction.atomic
def record(
    case: HazardCase,
    act: str,
    *,
    by,
    at: datetime,
    reason: str = "",
    document=None,
    data: dict | None = None,
    **headline,
) -> CaseEvent:
    """Let `by` do `act` to `case` at `at`, and leave the event that says so.

    Locks the case row, asks the table, writes the headline, appends the event and, where the deadline
    changes, its row in the deadline ledger. `by=None` is the product itself. The caller's `case` is
    brought up to date.

    Raises RuleBroken where the state does not allow the act or a fact is missing, NotAllowed where the
    person may not do it here.
    """
    unknown = headline.keys() - HEADLINE
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}: not a headline of a case")
    row = HazardCase.objects.select_for_update().get(pk=case.pk)
    step = states.ACTS[act]
    if by is not None and not roles.may(by, step.permission, row.region_id):
        raise NotAllowed(_("Your post does not allow “%(act)s” here.") % {"act": act_label(act)})
    refuse_by_state(row, step)
    refuse_missing(step, {"reason": reason.strip(), **headline})
    event = CaseEvent(
        case=row,
        act=act,
        from_state=row.state,
        to_state=step.leads_to(row.state),
        by=by,
        at=at,
        on=localdate(at),
        reason=reason.strip(),
        document=document,
        data=data or {},
    )
    write_headline(row, event, headline)
    event.save()
    case.refresh_from_db()
    return event


def refuse_by_state(case: HazardCase, step: states.Act) -> None:
    """The sentence a user gets when the table says no."""
    if case.state not in step.froms:
        raise RuleBroken(
            _("Case %(number)s is “%(state)s”: “%(act)s” is not possible now.")
            % {"number": case.number, "state": case.get_state_display(), "act": act_label(step.name)},
            code="wrong_state",
        )
    if not states.condition_holds(step.name, case):
        raise RuleBroken(condition_words(step.name), code="not_now")


def refuse_missing(step: states.Act, facts: dict) -> None:
    for need in step.needs:
        if facts.get(need) in (None, ""):
            raise RuleBroken(_("This is needed: %(what)s.") % {"what": need_label(need)}, field=need)


def need_label(need: str) -> str:
    return {
        "reason": _("reason"),
        "due_on": _("deadline"),
        "asked_until": _("deadline asked for"),
        "grade": _("grade"),
        "listed_levels": _("level of listing"),
    }[need]


def write_headline(row: HazardCase, event: CaseEvent, headline: dict) -> None:
    """Write what the act changed; the state comes from the table, dates from the event."""
    if event.act in states.CLEARS_DEADLINE:
        headline = {**headline, "due_on": None}
    if "due_on" in headline and headline["due_on"] != row.due_on:
        change_deadline(row, event, headline["due_on"])
    for name in headline.keys() - {"due_on"}:
        setattr(row, name, headline[name])
    if event.act in states.SETTLES_REQUEST:
        row.asked_until = None
    if event.to_state != event.from_state:
        row.state = event.to_state
        row.state_on = event.on
    if event.act == "reopen":
        row.round += 1
        row.original_due_on = None
        row.on_site = False
    if event.act == "correct_on_site":
        row.on_site = True
    closed = row.state == states.CLOSED
    if closed and event.from_state != states.CLOSED:
        row.closed_at, row.closed_on = event.at, event.on
    elif not closed:
        row.closed_at = row.closed_on = None
    if row.state not in states.LIVE or row.due_on is None:
        row.next_chase_on = None
    elif event.from_state not in states.LIVE:
        row.next_chase_on = event.on
    row.version += 1
    row.save()


def change_deadline(row: HazardCase, event: CaseEvent, due_on: date | None) -> None:
    """A new deadline, its ledger row, and the chase told to look again. The original is kept."""
    if due_on is not None and due_on < row.opened_on:
        raise RuleBroken(_("The deadline is earlier than the day of the finding."), field="due_on")
    row.deadline_version += 1
    DeadlineEntry.objects.create(
        case=row,
        version=row.deadline_version,
        due_on=due_on,
        previous=row.due_on,
        act=event.act,
        reason=event.reason,
        by=event.by,
        at=event.at,
    )
    row.due_on = due_on
    if row.original_due_on is None:
        row.original_due_on = due_on
    row.next_chase_on = event.on if due_on else None


@transaction.atomic
def determine(
    case: HazardCase,
    *,
    grade: str,
    clauses: str,
    attendees: Iterable[str],
    held_on: date,
    conclusion: str,
    by,
    at: datetime,
    document=None,
) -> Determination:
    """Record the meeting that found the hazard major, or not major any longer (at least three people)."""
    people = list(dict.fromkeys(name.strip() for name in attendees if name.strip()))
    if len(people) < 3:
        raise RuleBroken(_("A meeting of at least three different people decides."), field="attendees")
    if held_on > localdate(at):
        raise RuleBroken(_("The meeting lies in the future."), field="held_on")
    if held_on < case.opened_on:
        raise RuleBroken(_("The meeting is earlier than the finding."), field="held_on")
    if not clauses.strip():
        raise RuleBroken(_("Name the clauses that the meeting relied on."), field="clauses")
    if not conclusion.strip():
        raise RuleBroken(_("Write down the conclusion."), field="conclusion")
    decision = Determination.objects.create(
        case=case,
        grade=grade,
        held_on=held_on,
        attendees=people,
        clauses=clauses.strip(),
        conclusion=conclusion.strip(),
        document=document,
        recorded_by=by,
        recorded_at=at,
    )
    record(
        case,
        "determine",
        by=by,
        at=at,
        grade=grade,
        reason=conclusion,
        document=document,
        data={"clauses": clauses.strip(), "attendees": people, "held_on": held_on.isoformat()},
    )
    return decision


def state_label(state: str) -> str:
    return str(State(state).label)
