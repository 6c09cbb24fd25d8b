"""The boards of a leader: hazards listed by governments, 三合一 sites and their stops, and what waits for one."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    SmallIntegerField,
    Value,
    When,
)
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from accounts import roles
from dashboards.rates import share
from dashboards.selectors.areas import Area
from dashboards.selectors.figures import cases_url
from hazards import conditions, states
from hazards.models import Grade, HazardCase, Level
from rectification import supervised
from rectification.models import AcceptanceCheck, Extension, Listing, Milestone, Seal, Suspension
from units.flags import Flag
from units.models import Unit

# --- listed by governments --------------------------------------------------------------------------
STATES = ("all", "done", "standing", "overdue")


@dataclass(frozen=True)
class Listed:
    """One unit (家) that governments listed, in short: counted once, at the level of its main listing.

    `days` is how long its most overdue listed hazard has been overdue.
    """

    unit: int
    level: str
    is_done: bool
    days: int

    def is_in(self, level: str, state: str) -> bool:
        """Whether the unit belongs into a cell of the board."""
        fits = {"done": self.is_done, "standing": not self.is_done, "overdue": self.days > 0}
        return (not level or self.level == level) and fits.get(state, True)


def listed_units(user, area: Area, on: date, *, level: str = "", state: str = "all") -> list[Listed]:
    """The units that governments listed, the worst first, in one statement. Void cases were never hazards."""
    units = [short(row, on) for row in by_unit(user, area, on)]
    wanted = [one for one in units if one.is_in(level, state)]
    return sorted(wanted, key=lambda one: (one.is_done, -one.days, Level.values.index(one.level), one.unit))


def by_unit(user, area: Area, on: date):
    """One row a listed unit: its main level, what is left to do, and the oldest deadline that has passed.

    The main listing is the highest that there ever was. A unit is done when every listed hazard is closed and every
    board has come down.
    """
    heights = [When(level=name, then=Value(height)) for height, name in enumerate(Level.values)]
    closed = Q(case__state=states.CLOSED)
    overdue = Q(case__state__in=sorted(states.LIVE), case__due_on__lt=on)
    return (
        listings_in(user, area)
        .order_by()
        .values("case__unit_id")
        .annotate(
            height=Min(Case(*heights, output_field=SmallIntegerField())),
            left=Count("pk", filter=Q(delisted_on=None) | ~closed),
            oldest=Min("case__due_on", filter=overdue),
        )
    )


def short(row: dict, on: date) -> Listed:
    oldest = row["oldest"]
    days = (on - oldest).days if oldest else 0
    return Listed(row["case__unit_id"], Level.values[row["height"]], not row["left"], days)


def listings_in(user, area: Area):
    """Every listing of a hazard in the area."""
    return (
        Listing.objects.visible_to(user)
        .filter(inside("case__region_id", area))
        .exclude(case__state=states.VOID)
    )


@dataclass(frozen=True)
class ListedUnit:
    """A line of the board: the unit with its listings, and the case that speaks for it."""

    unit: Unit
    listings: tuple[Listing, ...]
    short: Listed
    on: date
    next_milestone: Milestone | None = None
    """Of the main listing, where the page asks for it."""

    @property
    def is_milestone_late(self) -> bool:
        return self.next_milestone is not None and self.next_milestone.is_late(self.on)

    @property
    def is_report_late(self) -> bool:
        """Whether a report to the main listing is owed since an earlier day."""
        due_on = self.main.report_due_on
        return self.main.is_pressing and due_on is not None and due_on < self.on

    @property
    def main(self) -> Listing:
        """The main listing: the highest level; of equals the one that still hangs, then the later one."""
        return self.listings[0]

    @property
    def cases(self) -> list[HazardCase]:
        return list({listing.case_id: listing.case for listing in self.listings}.values())

    @property
    def case(self) -> HazardCase:
        """The most overdue case, else one that stands, else that of the main listing."""
        return max(
            self.cases, key=lambda case: (case.overdue_days(self.on), case.is_live, case == self.main.case)
        )

    @property
    def delisted_on(self) -> date | None:
        """When the last board came down; None while one hangs."""
        days = [listing.delisted_on for listing in self.listings]
        return max(days) if all(days) else None


def board_with_plans(user, area: Area, on: date, shorts: list[Listed]) -> list[ListedUnit]:
    """`board` with the next milestone of each. Two statements."""
    lines = board(user, area, on, shorts)
    steps = supervised.next_milestones(line.main for line in lines)
    return [replace(line, next_milestone=steps.get(line.main.pk)) for line in lines]


def board(user, area: Area, on: date, shorts: list[Listed]) -> list[ListedUnit]:
    """Some units with all that a line of the board shows, in the order given. One statement."""
    groups = grouped(listings_in(user, area).filter(case__unit_id__in=[one.unit for one in shorts]))
    return [ListedUnit(groups[one.unit][0].case.unit, tuple(groups[one.unit]), one, on) for one in shorts]


def first_standing(user, area: Area, on: date, most: int) -> list[ListedUnit]:
    """The worst units that are not done, without reading the others. One statement."""
    worst = by_unit(user, area, on).filter(left__gt=0)
    worst = worst.order_by(F("oldest").asc(nulls_last=True), "height", "case__unit_id")[:most]
    groups = grouped(listings_in(user, area).filter(case__unit_id__in=worst.values("case__unit_id")))
    lines = [
        ListedUnit(group[0].case.unit, tuple(group), standing(group, on), on) for group in groups.values()
    ]
    height = Level.values.index
    return sorted(lines, key=lambda line: (-line.short.days, height(line.short.level), line.unit.pk))


def grouped(listings) -> dict[int, list[Listing]]:
    """Listings by unit, the main one first: the highest level; of equals the one that still hangs, then the later."""
    groups: dict[int, list[Listing]] = {}
    for listing in listings.select_related("case__unit__region").order_by("-listed_on", "-pk"):
        groups.setdefault(listing.case.unit_id, []).append(listing)
    height = Level.values.index
    for group in groups.values():
        group.sort(key=lambda one: (height(one.level), one.delisted_on is not None))
    return groups


def standing(group: list[Listing], on: date) -> Listed:
    """The short form of a unit that is not done, from its listings."""
    days = max(listing.case.overdue_days(on) for listing in group)
    return Listed(group[0].case.unit_id, group[0].level, False, days)


@dataclass(frozen=True)
class LevelLine:
    """Listed units of one level: all of them, those done, those that stand."""

    level: str
    label: str
    short: str
    listed: int
    done: int
    overdue: int
    urls: dict[str, str]

    @property
    def standing(self) -> int:
        return self.listed - self.done

    @property
    def rate(self) -> Decimal | None:
        return share(self.done, self.listed)


def listing_lines(units: list[Listed], area: Area) -> tuple[list[LevelLine], LevelLine]:
    """By level, the highest first, and all together: 13 listed, 8 done, 61.5 %."""
    return lines_of(level_numbers(units), area)


def level_numbers(units: list[Listed]) -> dict[str, tuple[int, int, int]]:
    """{level: (listed, done, overdue)}, all levels together under ""."""
    numbers = {}
    for level in (*Level.values, ""):
        mine = [one for one in units if not level or one.level == level]
        numbers[level] = (len(mine), sum(one.is_done for one in mine), sum(one.days > 0 for one in mine))
    return numbers


def counted_numbers(user, area: Area, on: date) -> dict[str, tuple[int, int, int]]:
    """The same, counted by the database: a province lists thousands of units."""
    levels = {level: Q(height=height) for height, level in enumerate(Level.values)} | {"": Q()}
    asked = {"listed": Q(), "done": Q(left=0), "overdue": Q(oldest__isnull=False)}
    counts = by_unit(user, area, on).aggregate(
        **{
            f"{level}_{name}": Count("case__unit_id", filter=of_level & condition or None)
            for level, of_level in levels.items()
            for name, condition in asked.items()
        }
    )
    return {level: tuple(counts[f"{level}_{name}"] for name in asked) for level in levels}


def lines_of(numbers: dict[str, tuple[int, int, int]], area: Area) -> tuple[list[LevelLine], LevelLine]:
    """The same numbers with their words and addresses."""
    lines = [level_line(numbers[level], area, level, str(Level(level).label)) for level in Level.values]
    return lines, level_line(numbers[""], area, "", _("All levels"))


def level_line(numbers: tuple[int, int, int], area: Area, level: str, label: str) -> LevelLine:
    base = page_url("dashboards:listings", region=area.code, level=level)
    urls = {state: f"{base}&state={state}" for state in STATES}
    return LevelLine(level, label, level_short(level), *numbers, urls)


def level_short(level: str) -> str:
    """省级, 市级, 县级."""
    shorts = {Level.PROVINCE: _("Province's"), Level.CITY: _("City's"), Level.COUNTY: _("County's")}
    return shorts.get(level, _("All levels"))


def page_url(name: str, **query) -> str:
    """One of our own pages with the filters that are not empty."""
    return f"{reverse(name)}?{urlencode({key: value for key, value in query.items() if value})}"


# --- 三合一 ------------------------------------------------------------------------------------------
COMBINED = ("found", "stopped", "resumed", "running")


def combined_conditions() -> dict[str, Q]:
    """Each found site stops; it resumes after acceptance. Whatever neither stopped nor resumed still runs."""
    lifted = Exists(Suspension.objects.filter(unit=OuterRef("pk"), status=Suspension.Status.LIFTED))
    stopped = Q(suspended_since__isnull=False)
    return {
        "found": Q(pk__isnull=False),
        "stopped": stopped,
        "resumed": ~stopped & Q(lifted),
        "running": ~stopped & ~Q(lifted),
    }


def combined_sites(user, area: Area):
    """The 三合一 sites on the register."""
    return Unit.objects.visible_to(user).current().under(area.code).flagged(Flag.COMBINED_USE)


def combined_counts(user, area: Area) -> dict[str, dict]:
    """{state: {"count", "url", "label"}} in one statement."""
    conditions_ = combined_conditions()
    counts = combined_sites(user, area).aggregate(
        **{name: Count("pk", filter=condition) for name, condition in conditions_.items()}
    )
    return {
        name: {
            "name": name,
            "count": counts[name],
            "label": combined_label(name),
            "short": combined_short(name),
            "url": page_url("dashboards:combined", region=area.code, state=name),
        }
        for name in COMBINED
    }


def combined_label(name: str) -> str:
    return {
        "found": _("Found"),
        "stopped": _("Under suspension"),
        "resumed": _("Accepted and resumed"),
        "running": _("Never stopped"),
    }[name]


def combined_short(name: str) -> str:
    """Two characters, as the board says it: 发现, 停业, 复工."""
    return {"found": _("Found"), "stopped": _("stopped"), "resumed": _("resumed")}.get(
        name, combined_label(name)
    )


# --- what waits for a decision ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Waiting:
    """Papers of one kind that wait for this person."""

    name: str
    label: str
    count: int
    url: str


def waiting(user, area: Area) -> list[Waiting]:
    """What waits for a decision of `user` inside `area`, in one statement; only what the posts allow is asked for."""
    parts = [part for permission, part in questions(user, area) if roles.may(user, permission)]
    if not parts:
        return []
    first, *others = parts
    counts = {row["paper"]: row["n"] for row in (first.union(*others, all=True) if others else first)}
    urls = waiting_urls(area)
    return [
        Waiting(name, waiting_label(name), counts[name], urls[name]) for name in WAITING if counts.get(name)
    ]


WAITING = ("suspensions", "resumptions", "seals", "extensions", "to_list", "boards")


def questions(user, area: Area):
    """(permission, {"paper", "n"}) for each kind of paper."""
    accepted = AcceptanceCheck.objects.filter(outcome=AcceptanceCheck.Outcome.PASS).values("suspension")
    cases = HazardCase.objects.under(area.code)
    units = Suspension.objects.filter(inside("unit__region_id", area))
    rows = (
        ("suspension.decide", "suspensions", units.proposed(), "unit__region_id"),
        ("suspension.lift", "resumptions", units.in_force().filter(pk__in=accepted), "unit__region_id"),
        (
            "seal.decide",
            "seals",
            Seal.objects.filter(inside("unit__region_id", area), to_decide()),
            "unit__region_id",
        ),
        (
            "case.decide_extension",
            "extensions",
            Extension.objects.undecided().filter(inside("case__region_id", area)),
            "case__region_id",
        ),
        (
            "case.list",
            "to_list",
            cases.filter(conditions.live(), grade=Grade.MAJOR).listed("none"),
            "region_id",
        ),
        ("case.delist", "boards", cases.closed().listed("any"), "region_id"),
    )
    for permission, kind, found, field in rows:
        found = found.filter(user.scope.q(field, permission)).order_by()
        yield permission, found.values(paper=Value(kind, CharField())).annotate(n=Count("pk"))


def to_decide() -> Q:
    """Seals proposed, and urgent ones whose collective study is owed."""
    return Q(status=Seal.Status.PROPOSED) | Q(status=Seal.Status.IN_FORCE, urgent=True, document=None)


def inside(field: str, area: Area) -> Q:
    return Q(**{f"{field}__gte": area.code, f"{field}__lt": area.code + "~"})


def waiting_urls(area: Area) -> dict[str, str]:
    approvals = maybe("rectification:approvals")
    return {
        "suspensions": f"{maybe('rectification:suspensions')}?status=proposed",
        "resumptions": approvals,
        "seals": approvals,
        "extensions": approvals,
        "to_list": cases_url({"region": area.code, "state": "live", "grade": "major", "listed": "none"}),
        "boards": cases_url({"region": area.code, "state": "closed", "listed": "any"}),
    }


def maybe(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def waiting_label(name: str) -> str:
    return {
        "suspensions": _("Suspensions proposed"),
        "resumptions": _("Accepted, may resume"),
        "seals": _("Seals to be decided"),
        "extensions": _("Extensions asked for"),
        "to_list": _("Major hazards not listed"),
        "boards": _("Boards to take down"),
    }[name]
