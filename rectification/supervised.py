"""A listing as its readers see it: the six things in place, the plan, the reports, what is late, the unit's board."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts import roles
from hazards import states
from rectification.models import Flag, FlagEntry, Listing, Milestone, ProgressReport


@dataclass(frozen=True)
class FlagLine:
    """One of the six; `entry` is the newest finding, None where nobody has looked yet."""

    label: str
    entry: FlagEntry | None

    @property
    def is_met(self) -> bool:
        return self.entry is not None and self.entry.is_met


@dataclass(frozen=True)
class UnitBoard:
    """The one board of a level at a unit: it comes down when the last of its listed hazards is taken off."""

    listed: int
    closed: int
    hanging: int
    down_on: date | None

    @property
    def is_down(self) -> bool:
        return self.hanging == 0


@dataclass(frozen=True)
class Board:
    """One listing with everything that it is held to, as it stands `on` a day."""

    listing: Listing
    flags: tuple[FlagLine, ...]
    milestones: tuple[Milestone, ...]
    reports: tuple[ProgressReport, ...]
    unit_board: UnitBoard
    on: date

    @property
    def met(self) -> int:
        """How many of the six are in place."""
        return sum(line.is_met for line in self.flags)

    @property
    def plan(self) -> list[tuple[Milestone, bool]]:
        """Each milestone and whether it is, or was, late. Nothing open is late once the hazard is gone."""
        pressing = self.listing.is_pressing
        return [(step, step.is_late(self.on) and (pressing or not step.is_open)) for step in self.milestones]

    @property
    def late_milestones(self) -> list[Milestone]:
        return [step for step, is_late in self.plan if is_late and step.is_open]

    @property
    def next_milestone(self) -> Milestone | None:
        """The open milestone that is due first; none once the hazard is closed or the board is down."""
        if not self.listing.is_pressing:
            return None
        return next((step for step in self.milestones if step.is_open), None)

    @property
    def reached(self) -> int:
        return sum(step.done_on is not None for step in self.milestones)

    @property
    def planned(self) -> int:
        return sum(step.dropped_at is None for step in self.milestones)

    @property
    def report_due_on(self) -> date | None:
        return self.listing.report_due_on if self.listing.is_pressing else None

    @property
    def is_report_late(self) -> bool:
        return self.report_due_on is not None and self.report_due_on < self.on

    @property
    def latest(self) -> ProgressReport | None:
        return self.reports[0] if self.reports else None

    @property
    def is_late(self) -> bool:
        return self.is_report_late or bool(self.late_milestones)


def boards(listings: Iterable[Listing], on: date, acts: frozenset[str] | None = None) -> list[Board]:
    """The listings in the order given with all they are held to, in four statements however many they are.

    Each finding, milestone and report leaves an event: where `acts` are known, only what can be there is read.
    """
    listings = list(listings)
    if not listings:
        return []

    def read(act: str, rows):
        return rows if acts is None or act in acts else rows.none()

    flags = newest_flags(read("assure", FlagEntry.objects.filter(listing__in=listings)))
    plan = Milestone.objects.filter(listing__in=listings).select_related("done_by")
    milestones = grouped(read("plan", plan))
    told = ProgressReport.objects.filter(listing__in=listings).select_related("reported_by")
    reports = grouped(read("report", told))
    units = unit_boards({listing.case.unit_id for listing in listings})
    return [
        Board(
            listing,
            tuple(FlagLine(str(flag.label), flags.get((listing.pk, flag.value))) for flag in Flag),
            tuple(milestones[listing.pk]),
            tuple(reports[listing.pk]),
            units.get((listing.case.unit_id, listing.level), NO_BOARD),
            on,
        )
        for listing in listings
    ]


def next_milestones(listings: Iterable[Listing]) -> dict[int, Milestone]:
    """{listing: its open milestone that is due first}, for boards that hang over a standing hazard. One statement."""
    pressing = [listing.pk for listing in listings if listing.is_pressing]
    rows = Milestone.objects.open().filter(listing__in=pressing)
    return {row.listing_id: row for row in rows.order_by("listing_id", "due_on", "pk").distinct("listing_id")}


NO_BOARD = UnitBoard(0, 0, 0, None)


def newest_flags(entries) -> dict[tuple[int, str], FlagEntry]:
    rows = entries.select_related("set_by")
    rows = rows.order_by("listing_id", "flag", "-pk").distinct("listing_id", "flag")
    return {(row.listing_id, row.flag): row for row in rows}


def grouped(rows) -> dict[int, list]:
    by_listing = defaultdict(list)
    for row in rows:
        by_listing[row.listing_id].append(row)
    return by_listing


def unit_boards(units: set[int]) -> dict[tuple[int, str], UnitBoard]:
    """{(unit, level): its board}. Void cases were never hazards; their boards still must come down."""
    rows = Listing.objects.filter(case__unit__in=units).order_by()
    facts = rows.values_list("case__unit_id", "level", "case_id", "case__state", "delisted_on")
    by_board = defaultdict(list)
    for unit, level, *fact in facts:
        by_board[unit, level].append(fact)
    return {key: unit_board(group) for key, group in by_board.items()}


def unit_board(facts: list) -> UnitBoard:
    cases = {case: state for case, state, _down in facts if state != states.VOID}
    days = [down for _case, _state, down in facts]
    hanging = {case for case, _state, down in facts if down is None}
    closed = sum(state == states.CLOSED for state in cases.values())
    return UnitBoard(len(cases), closed, len(hanging), None if hanging else max(days))


PERMISSIONS = {
    "report": "listing.report",
    "achieve": "listing.report",
    "assure": "listing.assure",
    "add": "listing.plan",
    "move": "listing.plan",
    "drop": "listing.plan",
    "interval": "listing.plan",
    "call-in": "listing.plan",
}
"""The steps of a listing's page, the likeliest first, and who takes them."""

ON_MILESTONES = {"achieve", "move", "drop"}


def steps(board: Board, user) -> list[str]:
    """What `user` may do to the listing now, by the post held."""
    if not board.listing.is_pressing:
        return []
    region = board.listing.case.region_id
    has_open = any(step.is_open for step in board.milestones)
    return [
        name
        for name, permission in PERMISSIONS.items()
        if roles.may(user, permission, region) and (has_open or name not in ON_MILESTONES)
    ]


def find(user):
    """The listings of one's area, with what their page shows."""
    return Listing.objects.visible_to(user).select_related(
        "case__unit", "case__region", "case__category", "listed_by", "delisted_by"
    )
