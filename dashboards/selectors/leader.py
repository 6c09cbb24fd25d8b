"""Everything on the leader's page: few statements, each number with the list of exactly its cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, Max
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import periods
from dashboards.periods import Period
from dashboards.rates import SMALL, points, ranks, share
from dashboards.selectors import boards, stock, sums
from dashboards.selectors.areas import Area
from dashboards.selectors.figures import (
    cases_url,
    cohort_condition,
    cohort_filters,
    region_filters,
    region_names,
)
from hazards import conditions, states
from hazards.models import CaseEvent, HazardCase
from hazards.tally import REGION_DIGITS

KEPT_SECONDS = 60
KEPT_BEFORE_SECONDS = 600
WORST = 3
NAMED = 3


@dataclass(frozen=True)
class Line:
    """One division of the ranking, or all of them together."""

    key: str
    name: str
    counts: dict[str, int]
    urls: Mapping[str, str]
    oldest: date | None
    on: date
    rank: int | None = None
    drill: str = ""

    def __getattr__(self, name: str) -> int:
        try:
            return self.__dict__["counts"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def rate(self) -> Decimal | None:
        return share(self.counts["closed"], self.counts["found"])

    @property
    def on_time_rate(self) -> Decimal | None:
        return share(self.counts["on_time"], self.counts["due"])

    @property
    def percent(self) -> Decimal | None:
        """The rate as the chart draws it."""
        return None if self.rate is None else self.rate * 100

    @property
    def is_small(self) -> bool:
        return 0 < self.counts["found"] < SMALL

    @property
    def oldest_days(self) -> int:
        """How long the longest overdue hazard has been overdue."""
        return (self.on - self.oldest).days if self.oldest else 0


@dataclass(frozen=True)
class Worst:
    """A division named, and why."""

    line: Line
    why: list[str]
    is_behind: bool = True
    """Below the whole; else named for what is overdue alone."""


@dataclass(frozen=True)
class LeaderPage:
    """What the page shows."""

    area: Area
    period: Period
    on: date
    as_of: datetime
    lines: list[Line]
    total: Line
    trend: Decimal | None
    worst: list[Worst]
    ageing: list[dict]
    listed: list[dict]
    levels: list[boards.LevelLine]
    listing: boards.LevelLine
    combined: dict[str, dict]
    waiting: list[boards.Waiting] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """No hazard was ever found here: nothing to rank."""
        return not any(self.total.counts.values()) and not self.listing.listed

    @property
    def waiting_count(self) -> int:
        return sum(one.count for one in self.waiting)


def leader_page(user, area: Area, *, period: Period, on: date) -> LeaderPage:
    """The figures of `area` for one screen: the cohort found in the period, what fell due in it, and the stock."""
    counted = kept_counts(user, area, period, on)
    due = due_period(period, on)
    names = region_names(area)(sorted(counted["lines"]))
    filters = filters_of(period, due, on)
    lines = [line_of(area, key, name, counted["lines"], filters, on) for key, name in names.items()]
    total = total_of(area, lines, filters, on)
    lines = ranked(lines)
    levels, listing = boards.lines_of(counted["levels"], area)
    return LeaderPage(
        area=area,
        period=period,
        on=on,
        as_of=counted["as_of"],
        lines=lines,
        total=total,
        trend=trend_of(total, counted["before"]),
        worst=worst_of(lines, total),
        ageing=ageing_of(total),
        listed=counted["board"],
        levels=levels,
        listing=listing,
        combined=boards.combined_counts(user, area),
        waiting=boards.waiting(user, area),
    )


# --- counting ----------------------------------------------------------------------------------------
def kept_counts(user, area: Area, period: Period, on: date) -> dict:
    """The counts, kept for a minute and only as long as no case moved: `as_of` says when they were made.

    Every change of a case leaves an event, so the number of the last event is a stamp that costs one look at an
    index. Two acts that commit out of order may hide one of them behind the stamp; the minute bounds that.
    """
    stamp = CaseEvent.objects.aggregate(last=Max("pk"))["last"]
    scope = ".".join(user.scope.codes)
    key = f"leader:4:{scope}:{area.code}:{period.first}:{period.last}:{period.kind}:{on}:{stamp}"
    counted = cache.get(key)
    if counted is None:
        counted = count_all(user, area, period, on)
        cache.set(key, counted, KEPT_SECONDS)
    return counted


def count_all(user, area: Area, period: Period, on: date) -> dict:
    """Everything that is counted, for the lines and the total."""
    return {
        "as_of": timezone.localtime(),
        "lines": count_lines(user, area, period, on),
        "before": kept_before(user, area, period),
        "levels": boards.counted_numbers(user, area, on),
        "board": [board_line(one) for one in boards.first_standing(user, area, on, NAMED)],
    }


def count_lines(user, area: Area, period: Period, on: date) -> dict[str, dict]:
    """{part: {number: count}}: from the running sums where they reach down to the parts, else case by case.

    The area lies inside the reader's jurisdiction as a whole, so sums of the area show nothing that is not theirs.
    """
    due = due_period(period, on)
    if area.part_length <= REGION_DIGITS:
        return sums.count_sums(area, period, due, on)
    cases = HazardCase.objects.visible_to(user).under(area.code)
    key = Left("region_id", area.part_length)
    counted: dict[str, dict] = {}
    for part in (
        count_found(cases, key, period),
        count_due(cases, key, due),
        stock.count_stock(cases, key, on),
    ):
        for code, counts in part.items():
            counted.setdefault(code, {}).update(counts)
    return counted


def kept_before(user, area: Area, period: Period) -> tuple[int, int] | None:
    """Found and closed in the period before, as it stood on its own last day: it hardly ever changes any more."""
    earlier = periods.before(period)
    if earlier is None:
        return None
    scope = ".".join(user.scope.codes)
    key = f"before:1:{scope}:{area.code}:{earlier.first}:{earlier.last}"
    return cache.get_or_set(key, lambda: count_before(user, area, earlier), KEPT_BEFORE_SECONDS)


def count_before(user, area: Area, earlier: Period) -> tuple[int, int]:
    """Looked at any later, the earlier period would always look better than the running one."""
    then = conditions.closed() & conditions.between("closed_on", None, earlier.last)
    counts = (
        HazardCase.objects.visible_to(user)
        .under(area.code)
        .filter(cohort_condition("found", earlier))
        .aggregate(
            found=Count("region_id", filter=conditions.counted()), closed=Count("region_id", filter=then)
        )
    )
    return counts["found"], counts["closed"]


def board_line(one: boards.ListedUnit) -> dict:
    """What is kept of a named unit: a few words, no rows."""
    case = one.case
    return {
        "name": one.unit.name,
        "url": case.get_absolute_url(),
        "due_on": case.due_on,
        "live": case.is_live,
    }


def count_found(cases, key, period: Period) -> dict[str, dict[str, int]]:
    """Found and closed, of this period."""
    rows = cases.filter(cohort_condition("found", period)).order_by()
    rows = rows.annotate(group_key=key).values("group_key")
    rows = rows.annotate(
        found=Count("region_id", filter=conditions.counted()),
        closed=Count("region_id", filter=conditions.closed()),
    )
    return {row.pop("group_key"): row for row in rows}


def count_due(cases, key, due: Period) -> dict[str, dict[str, int]]:
    """What had to be done by now: original deadlines of the period that have passed."""
    rows = cases.counted().filter(cohort_condition("due", due)).order_by()
    rows = rows.annotate(group_key=key).values("group_key")
    rows = rows.annotate(
        due=Count("region_id"), on_time=Count("region_id", filter=conditions.closed_on_time())
    )
    return {row.pop("group_key"): row for row in rows}


def due_period(period: Period, on: date) -> Period:
    """Deadlines up to yesterday: today's may still be met."""
    return period.until(periods.yesterday(on))


# --- lines ---------------------------------------------------------------------------------------------
ADDED = ("found", "closed", "due", "on_time", *stock.NAMES)


def line_of(area: Area, key: str, name: str, counted: dict, filters: dict, on: date) -> Line:
    counts = dict.fromkeys(ADDED, 0) | counted.get(key, {})
    oldest = counts.pop("oldest", None)
    drill = key if key != area.code and len(key) < 12 else ""
    return Line(key, name, counts, Links(region_filters(area, key), filters), oldest, on, drill=drill)


def total_of(area: Area, lines: list[Line], filters: dict, on: date) -> Line:
    counts = {name: sum(line.counts[name] for line in lines) for name in ADDED}
    oldest = min((line.oldest for line in lines if line.oldest), default=None)
    return Line("", area.name, counts, Links({"region": area.code}, filters), oldest, on)


class Links(Mapping):
    """For every number of a line the list of exactly its cases; an address is made when it is asked for."""

    def __init__(self, where: dict[str, str], measures: dict[str, tuple[dict, dict]]):
        self.where, self.measures = where, measures

    def __getitem__(self, name: str) -> str:
        stretch, filters = self.measures[name]
        return cases_url({**self.where, **stretch, **filters})

    def __iter__(self):
        return iter(self.measures)

    def __len__(self) -> int:
        return len(self.measures)


def filters_of(period: Period, due: Period, on: date) -> dict[str, tuple[dict, dict]]:
    """{number: (filters of its cohort, filters that narrow it)}."""
    found, fell_due = cohort_filters("found", period), cohort_filters("due", due)
    return {
        "found": (found, {"state": "counted"}),
        "closed": (found, {"state": states.CLOSED}),
        "due": (fell_due, {"state": "counted"}),
        "on_time": (fell_due, {"state": states.CLOSED, "on_time": "true"}),
        **{one.name: ({}, one.filters) for one in stock.stock_measures(on)},
    }


def ranked(lines: list[Line]) -> list[Line]:
    """The worst first: the lowest rate, then the most overdue. Few cases are not ranked and come last."""
    places = ranks(None if line.is_small else line.rate for line in lines)
    placed = [Line(**{**vars(line), "rank": place}) for line, place in zip(lines, places, strict=True)]
    return sorted(
        placed, key=lambda line: (line.rank is None, -(line.rank or 0), -line.overdue, -line.found, line.key)
    )


def worst_of(lines: list[Line], total: Line) -> list[Worst]:
    """At most three divisions below the whole's rate, or with something overdue, and why they are named."""
    below = [line for line in lines if line.rank and (line.rate < total.rate or line.overdue)]
    return [Worst(line, reasons(line, total), line.rate < total.rate) for line in below[:WORST]]


def reasons(line: Line, total: Line) -> list[str]:
    """What is wrong there, the gravest first."""
    said = []
    if line.rate < total.rate:
        gap = points(total.rate, line.rate)
        said.append(_("%(gap)s points below the whole") % {"gap": gap})
    if line.overdue:
        said.append(
            ngettext(
                "%(n)s hazard overdue, for %(days)s days",
                "%(n)s hazards overdue, up to %(days)s days",
                line.overdue,
            )
            % {"n": f"{line.overdue:,}", "days": line.oldest_days}
        )
    return said


def trend_of(total: Line, before: tuple[int, int] | None) -> Decimal | None:
    """Percentage points against the period before, each as it stood on its last day."""
    if before is None:
        return None
    found, closed = before
    return points(total.rate, share(closed, found))


def ageing_of(total: Line) -> list[dict]:
    """The bars: overdue hazards by how long, each with its list."""
    most = max((total.counts[f"age_{least}"] for least, _most in stock.BUCKETS), default=0)
    return [
        {
            "label": stock.bucket_label(least, most_days),
            "count": total.counts[f"age_{least}"],
            "url": total.urls[f"age_{least}"],
            "width": 100 * total.counts[f"age_{least}"] / most if most else 0,
        }
        for least, most_days in stock.BUCKETS
    ]
