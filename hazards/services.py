"""Opening cases, and the only place that moves one: `record`."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import NotAllowed, RuleBroken
from documents.services import next_serials
from hazards import clocks, followers, meetings, states
from hazards.models import CaseEvent, DeadlineEntry, Determination, Grade, HazardCase, State
from hazards.words import act_label, condition_words
from reference.models import HazardCategory
from reference.selectors import calendar

HEADLINE = {"due_on", "asked_until", "grade", "listed_levels", "main_level", "inspector"}
"""Columns an act may set besides the state that the table gives."""


@dataclass(frozen=True)
class Hazard:
    """One hazard as it is registered."""

    category: HazardCategory
    description: str
    part: str = ""


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
    hazard = Hazard(category, description, part)
    return open_cases([hazard], unit=unit, by=by, at=at, source=source, inspector=inspector)[0]


@transaction.atomic
def open_cases(
    hazards: Iterable[Hazard],
    *,
    unit,
    by,
    at: datetime,
    source: str = "inspection",
    inspector=None,
    data: dict | None = None,
) -> list[HazardCase]:
    """Register the hazards found at `unit` on one occasion, numbered in their order.

    `data` is kept with the opening: `inspected_on`, the day of the visit where it was not that of `at`, begins the
    clocks; `kind`, the kind of the visit, says which.
    """
    hazards = list(hazards)
    on = localdate(at)
    county = unit.region_id[:6]
    serials = next_serials(county, "case", on.year, len(hazards)) if hazards else ()
    cases = HazardCase.objects.bulk_create(
        HazardCase(
            number=f"{county}-{on.year}-{serial:06d}",
            unit=unit,
            region_id=unit.region_id,
            category=hazard.category,
            description=hazard.description.strip(),
            part=hazard.part.strip(),
            source=source,
            inspector=inspector,
            opened_by=by,
            opened_at=at,
            opened_on=on,
            state_on=on,
        )
        for serial, hazard in zip(serials, hazards, strict=True)
    )
    events = CaseEvent.objects.bulk_create(
        CaseEvent(
            case=case,
            act="open",
            from_state="",
            to_state=states.REGISTERED,
            by=by,
            at=at,
            on=on,
            data=data or {},
        )
        for case in cases
    )
    clocks.follow(zip(cases, events, strict=True), opening=True)
    return cases


@dataclass(frozen=True)
class Step:
    """One act on one case, as `record_all` takes it; `headline` are the columns that the act sets."""

    case: HazardCase
    act: str
    reason: str = ""
    data: dict = field(default_factory=dict)
    headline: dict = field(default_factory=dict)


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
    return record_all([Step(case, act, reason, data or {}, headline)], by=by, at=at, document=document)[0]


@transaction.atomic
def record_all(steps: Iterable[Step], *, by, at: datetime, document=None) -> list[CaseEvent]:
    """`record` for several cases that one paper decides, each once: all of them or none."""
    steps = list(steps)
    rows = lock([step.case for step in steps])
    events, ledger, changes = [], [], []
    for step in steps:
        row = rows[step.case.pk]
        before = facts_of(row)
        event = do(step, row, by=by, at=at, document=document)
        if entry := write_headline(row, event, step.headline):
            ledger.append(entry)
        changed = {name: value for name, value in facts_of(row).items() if value != before[name]}
        changes.append((row, changed))
        events.append(event)
    write_rows(changes)
    DeadlineEntry.objects.bulk_create(ledger)
    CaseEvent.objects.bulk_create(events)
    clocks.follow([(rows[step.case.pk], event) for step, event in zip(steps, events, strict=True)])
    for follow in followers.after_record:
        follow(events)
    for step in steps:
        bring_up_to_date(step.case, rows[step.case.pk])
    return events


def write_rows(changes: list[tuple[HazardCase, dict]]) -> None:
    """Write what changed. Rows that change alike (but for their version, which counts up by one) go in one statement.

    They are locked, so that counting up in the database gives what stands in memory.
    """
    alike = defaultdict(list)
    for row, changed in changes:
        alike[repr(sorted((name, value) for name, value in changed.items() if name != "version"))].append(row)
    facts = {row.pk: changed for row, changed in changes}
    now = timezone.now()
    for rows in alike.values():
        if len(rows) == 1:
            rows[0].save(update_fields=[*facts[rows[0].pk], "updated_at"])
            continue
        same = facts[rows[0].pk] | {"version": F("version") + 1, "updated_at": now}
        HazardCase.objects.filter(pk__in=[row.pk for row in rows]).update(**same)
        for row in rows:
            row.updated_at = now


def lock(cases: list[HazardCase]) -> dict[int, HazardCase]:
    """The rows as they are now, held until the transaction ends; in one order, so that two never wait in a ring.

    Held against change, not against being pointed at: the chase, which holds the matters of a case, writes rows that
    refer to the case, and an act that holds the case changes its matters.
    """
    wanted = {case.pk for case in cases}
    rows = HazardCase.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != len(cases):
        raise HazardCase.DoesNotExist
    return found


def facts_of(case: HazardCase) -> dict:
    """The columns of a case by name."""
    return {field.attname: getattr(case, field.attname) for field in HazardCase._meta.concrete_fields}


def bring_up_to_date(case: HazardCase, row: HazardCase) -> None:
    """Give the caller's `case` what was just written; the row is locked, so nothing else can have changed it."""
    for name, value in facts_of(row).items():
        setattr(case, name, value)
    case._prefetched_objects_cache = {}


def do(step: Step, row: HazardCase, *, by, at: datetime, document) -> CaseEvent:
    """The event of one act, where the table, the person's post and the facts allow it."""
    unknown = step.headline.keys() - HEADLINE
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}: not a headline of a case")
    act = states.ACTS[step.act]
    if by is not None and not roles.may(by, act.permission, row.region_id):
        raise NotAllowed(_("Your post does not allow “%(act)s” here.") % {"act": act_label(step.act)})
    refuse_by_state(row, act)
    refuse_missing(act, {"reason": step.reason.strip(), **step.headline})
    return CaseEvent(
        case=row,
        act=step.act,
        from_state=row.state,
        to_state=act.leads_to(row.state),
        by=by,
        at=at,
        on=localdate(at),
        reason=step.reason.strip(),
        document=document,
        data=step.data,
    )


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
        "inspector": _("inspector in charge"),
    }[need]


def write_headline(row: HazardCase, event: CaseEvent, headline: dict) -> DeadlineEntry | None:
    """Put what the act changed into the row, and return the line of the deadline ledger where one is due.

    The state comes from the table, dates from the event.
    """
    entry = None
    if event.act in states.CLEARS_DEADLINE:
        headline = {**headline, "due_on": None}
    if "due_on" in headline and headline["due_on"] != row.due_on:
        entry = change_deadline(row, event, headline["due_on"])
    elif event.act in states.HALTS_DEADLINE and row.due_on is not None:
        # The day is the same; the ledger says that it no longer counts, by whom and why.
        entry = change_deadline(row, event, row.due_on)
    for name in headline.keys() - {"due_on"}:
        setattr(row, name, headline[name])
    if event.act in states.SETTLES_REQUEST:
        row.asked_until = None
    if event.act in states.ASKS_VOID:
        row.void_asked_on = event.on
    elif event.act == "refuse_void" or event.to_state not in states.LIVE:
        row.void_asked_on = None
    if event.to_state != states.TRANSFERRED:
        row.referral_stage = ""
    else:
        row.referral_stage = states.REFERRED.get(event.act, row.referral_stage)
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
    row.version += 1
    return entry


def change_deadline(row: HazardCase, event: CaseEvent, due_on: date | None) -> DeadlineEntry:
    """A new deadline and the ledger's line for it. The original is kept."""
    if due_on is not None and due_on < row.opened_on:
        raise RuleBroken(_("The deadline is earlier than the day of the finding."), field="due_on")
    row.deadline_version += 1
    entry = DeadlineEntry(
        case=row,
        version=row.deadline_version,
        due_on=due_on,
        previous=row.due_on,
        act=event.act,
        reason=event.reason,
        document=event.document,
        by=event.by,
        at=event.at,
        working_days=event.data.get("working_days"),
        counted_from=event.on if event.data.get("working_days") else None,
        estimated=due_on is not None and due_on.year not in calendar().loaded_years,
    )
    row.due_on = due_on
    if row.original_due_on is None:
        row.original_due_on = due_on
    return entry


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
    question: dict | None = None,
    experts: int | None = None,
    expert_votes: int | None = None,
) -> Determination:
    """Record the meeting that found the hazard major, or not major any longer (at least three people).

    `question` is what was put to the rules (place, elements, exclusions, as in `determine FILE.json`): it is
    kept with the version of the rules and their answer, which binds nobody. `experts` and `expert_votes` are
    the panel, where one was asked (GB 35181-2017, 4.3).
    Raises RuleBroken with the field; nothing is written then.
    """
    people = meetings.people(attendees, on=held_on)
    meetings.refuse_panel(experts, expert_votes, on=held_on)
    if held_on > localdate(at):
        raise RuleBroken(_("The meeting lies in the future."), field="held_on")
    if held_on < case.opened_on:
        raise RuleBroken(_("The meeting is earlier than the finding."), field="held_on")
    if not clauses.strip():
        raise RuleBroken(_("Name the clauses that the meeting relied on."), field="clauses")
    if not conclusion.strip():
        raise RuleBroken(_("Write down the conclusion."), field="conclusion")
    (row,) = lock([case]).values()
    if row.listed_levels and grade != Grade.MAJOR:
        # A board comes down by its own road: re-inspection, closing, then the government that listed. A meeting of
        # the brigade must neither take a government's board away nor leave it hanging over a general hazard.
        raise RuleBroken(
            _(
                "A government's board hangs for this case, so its grade cannot be lowered: first it is rectified and"
                " closed, then whoever listed it takes the board down. Was it judged wrongly, void the case."
            ),
            code="listed",
            field="grade",
        )
    decision = Determination.objects.create(
        case=case,
        grade=grade,
        previous_grade=lock([case])[case.pk].grade,
        held_on=held_on,
        attendees=people,
        clauses=clauses.strip(),
        conclusion=conclusion.strip(),
        experts=experts,
        expert_votes=expert_votes,
        document=document,
        recorded_by=by,
        recorded_at=at,
        **meetings.frozen(question, on=held_on),
    )
    record(
        case,
        "determine",
        by=by,
        at=at,
        grade=grade,
        reason=conclusion,
        document=document,
        data=meetings.facts(decision),
    )
    return decision


def state_label(state: str) -> str:
    return str(State(state).label)
