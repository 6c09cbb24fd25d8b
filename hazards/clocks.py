"""Beginning, meeting and stopping the authority's clocks, in the transaction of the act that does it.

`follow` is called by `hazards.services` for every act on a case. Measures on a unit (a suspension, a seal) call
`begin`, `meet` and `stop` with their own `subject`.
"""

from collections.abc import Iterable
from datetime import date, datetime

from common import clocks
from common.days import begin_of, day_of, end_of
from common.workdays import YearNotLoaded
from hazards import clock_rules as rules
from hazards import states
from hazards.models import CaseEvent, Clock, Grade, HazardCase, Source
from reference import limits
from reference.models import Limit

EXPIRY = "expiry"
"""What began a re-inspection clock that nobody asked for: the deadline itself."""

FOUND_AGAIN = "find_again"
"""What began the clock of a demand where the unit had obeyed at first."""

Happened = tuple[HazardCase, CaseEvent]


def begin(
    code: str, *, unit, subject: str, at: datetime, by: str, on: date | None = None, case=None
) -> Clock | None:
    """Begin one clock about `subject` by the act `by`; `on` where its day is not that of `at`.

    One that runs already goes on as it is. None where no limit of that code is in force that day.
    """
    if running := Clock.objects.running().filter(subject=subject, code=code).first():
        return running
    limit = limits.find(code, on or day_of(at))
    if limit is None:
        return None
    clock = made(
        limit, unit_id=unit.pk, region_id=unit.region_id, subject=subject, case=case, at=at, on=on, by=by
    )
    clock.save()
    return clock


def meet(subject: str, *codes: str, at: datetime, by: str, on: date | None = None) -> int:
    """What these clocks waited for was done at `at`, or on the earlier day `on`. Answers how many."""
    running = Clock.objects.running().filter(subject=subject, code__in=codes)
    return running.update(met_at=moment(on, at), met_by=by)


def stop(subject: str, *codes: str, at: datetime, by: str) -> int:
    """Nobody waits any longer; without `codes` all of `subject`. Answers how many."""
    running = Clock.objects.running().filter(subject=subject)
    if codes:
        running = running.filter(code__in=codes)
    return running.update(stopped_at=at, stopped_by=by)


def suspect_major(case: HazardCase, *, at: datetime, inspected_on: date | None = None) -> Clock | None:
    """Somebody holds that the hazard may be major: from the inspection on, seven working days for the meeting.

    For the engine's proposal and for an officer's written report (Order 120, Art. 21).
    """
    return begin(
        rules.STUDY_MAJOR,
        unit=case.unit,
        subject=subject_of(case),
        case=case,
        at=at,
        on=inspected_on or case.opened_on,
        by="open",
    )


def made(
    limit: Limit,
    *,
    unit_id: int,
    region_id: str,
    subject: str,
    at: datetime,
    by: str,
    on: date | None = None,
    case=None,
    added: Limit | None = None,
) -> Clock:
    """A clock with its end, not saved yet. A year that is not loaded leaves the end open and is noted."""
    clock = Clock(
        unit_id=unit_id,
        region_id=region_id,
        case=case,
        subject=subject,
        code=limit.code,
        limit=limit,
        added=added,
        began_on=on or day_of(at),
        began_at=at if by == EXPIRY else moment(on, at),
        began_by=by,
    )
    wind(clock)
    return clock


def wind(clock: Clock) -> None:
    """Work out where the clock ends, by its own limit and the calendar as loaded."""
    start = clock.began_at if clock.limit.unit == clocks.HOURS else clock.began_on
    try:
        ending = limits.end(clock.limit, start, added=clock.added)
    except YearNotLoaded as missing:
        clock.due_on = clock.due_at = None
        clock.missing_year = missing.year
        return
    clock.due_on, clock.due_at, clock.facts = ending.due_on, ending.due_at, ending.facts
    clock.missing_year = None


def moment(on: date | None, at: datetime) -> datetime:
    """The instant of something done on `on` and recorded at `at`: the record's own instant on the same day."""
    if on is None or on == day_of(at):
        return at
    return end_of(on) if on < day_of(at) else begin_of(on)


def subject_of(case: HazardCase) -> str:
    return f"case:{case.pk}"


# --- what acts on cases do to clocks ---------------------------------------------------------------


def follow(happened: Iterable[Happened], *, opening: bool = False) -> None:
    """Let the clocks of several cases follow what happened to them, in four statements whatever their number."""
    happened = list(happened)
    keeper = _Keeper([case for case, _event in happened], opening=opening)
    for case, event in happened:
        keeper.follow(case, event)
    keeper.write()


class _Keeper:
    """The running clocks of a few cases, changed in memory and written together."""

    def __init__(self, cases: list[HazardCase], *, opening: bool):
        self.shelf = limits.Shelf(rules.OF_CASES)
        self.running: dict[tuple[int, str], Clock] = {}
        self.new: list[Clock] = []
        self.changed: list[Clock] = []
        if not opening:
            found = Clock.objects.running().filter(case__in=cases).select_related("limit", "added")
            self.running = {(clock.case_id, clock.code): clock for clock in found}

    def follow(self, case: HazardCase, event: CaseEvent) -> None:
        on = _day_in(event, "held_on")
        if event.act == "determine":
            self.studied(case, event, on or event.on)
        for code in rules.meets(event.act):
            self.meet(case, code, event, on)
        if case.state not in states.LIVE:
            self.stop_all(case, event)
            return
        if event.act in ("open", "reopen"):
            self.found(case, event)
        elif event.act == "determine":
            self.determined(case, event, on or event.on)
        self.reinspection(case, event)

    def found(self, case: HazardCase, event: CaseEvent) -> None:
        """An officer saw the hazard on an inspection: the order is to be served."""
        on = _day_in(event, "inspected_on")
        if case.source == Source.INSPECTION and case.inspector_id:
            self.begin(case, rules.SERVE_ORDER, event, on)
        if event.data.get("kind") == "police":
            clauses = case.category.clauses.values_list("code", flat=True)
            if rules.must_be_handed_over(clauses):
                self.begin(case, rules.POLICE_HANDS_OVER, event, on)

    def studied(self, case: HazardCase, event: CaseEvent, held_on: date) -> None:
        """See that the clock of the meeting ran: seven working days from the inspection, ten more with experts."""
        running = self.running.get((case.pk, rules.STUDY_MAJOR))
        experts = self.experts(event, held_on)
        began_on = running.began_on if running else case.opened_on
        if running and experts and running.added is None:
            self.stop(case, rules.STUDY_MAJOR, event)
            running = None
        if running is None and case.grade == Grade.MAJOR:
            self.begin(case, rules.STUDY_MAJOR, event, began_on, added=experts, by="open")

    def determined(self, case: HazardCase, event: CaseEvent, held_on: date) -> None:
        """The meeting decided: the order on a major hazard is to be served, or no longer."""
        if case.grade != Grade.MAJOR:
            self.stop(case, rules.SERVE_MAJOR, event)
        else:
            self.begin(case, rules.SERVE_MAJOR, event, held_on, added=self.experts(event, held_on))

    def experts(self, event: CaseEvent, held_on: date) -> Limit | None:
        """The days added where the meeting heard a panel of experts."""
        return self.shelf.find(rules.EXPERTS, held_on) if event.data.get("experts") else None

    def reinspection(self, case: HazardCase, event: CaseEvent) -> None:
        """Three working days from expiry, or from the owner's application where that is earlier (Art. 20)."""
        now = self.running.get((case.pk, rules.REINSPECT))
        if case.due_on is None:
            self.stop(case, rules.REINSPECT, event)
        elif event.act == "submit":
            if now is None or event.on < now.began_on:
                self.stop(case, rules.REINSPECT, event)
                self.begin(case, rules.REINSPECT, event)
        elif now is None or event.act == "withdraw" or self.follows_another_day(now, case):
            # A reply that was taken back starts nothing: the deadline does again.
            self.stop(case, rules.REINSPECT, event)
            self.begin_at_expiry(case, event)

    def follows_another_day(self, now: Clock, case: HazardCase) -> bool:
        if now.began_by == EXPIRY:
            return now.began_on != case.due_on
        return case.due_on < now.began_on

    def begin_at_expiry(self, case: HazardCase, event: CaseEvent) -> None:
        limit = self.shelf.find(rules.REINSPECT, case.due_on)
        if limit:
            self.add(limit, case, at=end_of(case.due_on), by=EXPIRY)

    def begin(
        self,
        case: HazardCase,
        code: str,
        event: CaseEvent,
        on: date | None = None,
        *,
        added=None,
        by: str = "",
    ) -> None:
        limit = self.shelf.find(code, on or event.on)
        if limit and (case.pk, code) not in self.running:
            self.add(limit, case, at=event.at, on=on, by=by or event.act, added=added)

    def add(self, limit: Limit, case: HazardCase, **facts) -> None:
        clock = made(
            limit,
            unit_id=case.unit_id,
            region_id=case.region_id,
            subject=subject_of(case),
            case=case,
            **facts,
        )
        self.running[case.pk, limit.code] = clock
        self.new.append(clock)

    def meet(self, case: HazardCase, code: str, event: CaseEvent, on: date | None) -> None:
        if clock := self.running.pop((case.pk, code), None):
            clock.met_at, clock.met_by = moment(on, event.at), event.act
            self.note(clock)

    def stop(self, case: HazardCase, code: str, event: CaseEvent) -> None:
        if clock := self.running.pop((case.pk, code), None):
            clock.stopped_at, clock.stopped_by = event.at, event.act
            self.note(clock)

    def stop_all(self, case: HazardCase, event: CaseEvent) -> None:
        for pk, code in list(self.running):
            if pk == case.pk:
                self.stop(case, code, event)

    def note(self, clock: Clock) -> None:
        if clock.pk:
            self.changed.append(clock)

    def write(self) -> None:
        """Ends before beginnings: one clock of a code may run at a time."""
        if self.changed:
            Clock.objects.bulk_update(self.changed, ["met_at", "met_by", "stopped_at", "stopped_by"])
        if self.new:
            Clock.objects.bulk_create(self.new)


def _day_in(event: CaseEvent, name: str) -> date | None:
    """A day that the act brought along, such as that of the meeting or of the visit."""
    text = event.data.get(name)
    return date.fromisoformat(text) if text else None
