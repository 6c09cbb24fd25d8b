"""Rectification figures: hazards of a cohort counted by division, kind of place, grade or listing, in one statement."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboards.periods import Period
from dashboards.rates import SMALL, share
from dashboards.selectors.areas import Area
from hazards import conditions, states
from hazards.models import Grade, HazardCase, Level
from rectification.models import Listing
from reference.models import PlaceType, Region
from reference.selectors import day_words

BY = ("region", "place_type", "grade", "listed")
COHORTS = ("found", "due")


@dataclass(frozen=True)
class Measure:
    """What is counted, and the filters of the case list that open exactly these cases."""

    name: str
    condition: Q
    filters: dict[str, str]


def measures(on: date) -> tuple[Measure, ...]:
    """The columns of the table, narrowing a cohort."""
    return (
        Measure("found", conditions.counted(), {"state": "counted"}),
        Measure("closed", conditions.closed(), {"state": states.CLOSED}),
        Measure("on_time", conditions.closed_on_time(), {"state": states.CLOSED, "on_time": "true"}),
        Measure("overdue", conditions.overdue(on), {"overdue": "true"}),
        Measure("live", conditions.live(), {"state": "live"}),
        Measure("transferred", Q(state=states.TRANSFERRED), {"state": states.TRANSFERRED}),
        Measure("discontinued", Q(state=states.SUSPENDED), {"state": states.SUSPENDED}),
    )


def cohort_condition(cohort: str, period: Period) -> Q:
    """Which hazards a table is about: found in the period, or originally due in it."""
    if cohort == "found":
        return conditions.between("opened_on", period.first, period.last)
    return Q(original_due_on__isnull=False) & conditions.between("original_due_on", period.first, period.last)


FAR_BACK = date(1900, 1, 1)


def cohort_filters(cohort: str, period: Period) -> dict[str, str]:
    """The same, as filters of the case list."""
    if cohort == "found":
        return days("opened_after", period.first) | days("opened_before", period.last)
    # Without any end the filter still leaves out hazards that never had a deadline.
    return days("original_after", period.first) | days("original_before", period.last) or days(
        "original_after", FAR_BACK
    )


def days(name: str, day: date | None) -> dict[str, str]:
    return {name: day.isoformat()} if day else {}


def cases_url(filters: dict[str, str]) -> str:
    """The list of cases under these filters."""
    return f"{reverse('hazards:list')}?{urlencode(filters)}"


@dataclass(frozen=True)
class Key:
    """One way to break figures down: the expression that groups, and the filter that opens one group."""

    expression: object
    filters: Callable[[str], dict[str, str]]
    names: Callable[[list[str]], dict[str, str]]


@dataclass(frozen=True)
class Row:
    """One line of the table. A rate is None where there is nothing to share."""

    key: str
    name: str
    counts: dict[str, int]
    filters: dict[str, str] = field(default_factory=dict)
    on: date | None = None

    def __getattr__(self, name: str) -> int:
        # A count by its name: row.found, row.closed ...
        try:
            return self.__dict__["counts"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def rate(self) -> Decimal | None:
        return share(self.counts["closed"], self.counts["found"])

    @property
    def on_time_rate(self) -> Decimal | None:
        return share(self.counts["on_time"], self.counts["found"])

    @property
    def is_small(self) -> bool:
        """Too few to be compared."""
        return 0 < self.counts["found"] < SMALL

    @cached_property
    def urls(self) -> dict[str, str]:
        """For every number the list of exactly its cases."""
        return {one.name: cases_url({**self.filters, **one.filters}) for one in measures(self.on)}

    @property
    def cases_url(self) -> str:
        return self.urls["found"]


@dataclass(frozen=True)
class Figures:
    """A table with its total; the total is the sum of the rows, since no case stands in two of them."""

    rows: list[Row]
    total: Row
    by: str
    cohort: str
    period: Period
    on: date

    @property
    def definition(self) -> str:
        return definition(self.cohort, self.period)


def rectification_figures(
    user, area: Area, *, period: Period, by: str = "region", cohort: str = "found", on: date
) -> Figures:
    """Hazards of the cohort inside `area`, by `by`, as they stand on the day `on`. One grouped statement."""
    key = keys(area)[by]
    columns = measures(on)
    cases = HazardCase.objects.visible_to(user).under(area.code).filter(cohort_condition(cohort, period))
    counted = count_by(cases, key.expression, columns)
    base = {"region": area.code, **cohort_filters(cohort, period)}
    names = key.names(list(counted))
    nought = {one.name: 0 for one in columns}
    rows = [
        Row(code, name, counted.get(code, nought), {**base, **key.filters(code)}, on)
        for code, name in names.items()
    ]
    total = {name: sum(row.counts[name] for row in rows) for name in nought}
    return Figures(rows, Row("", _("Total"), total, base, on), by, cohort, period, on)


def count_by(cases, expression, columns: tuple[Measure, ...]) -> dict[str, dict[str, int]]:
    """{group: {measure: number}} in one statement, FILTER by FILTER over one scan."""
    rows = (
        cases.order_by()
        .annotate(group_key=expression)
        .values("group_key")
        .annotate(**{one.name: Count("region_id", filter=one.condition) for one in columns})
    )
    return {row.pop("group_key"): row for row in rows}


def keys(area: Area) -> dict[str, Key]:
    """The ways to break `area` down."""
    return {
        "region": Key(
            Left("region_id", area.part_length), lambda code: region_filters(area, code), region_names(area)
        ),
        "place_type": Key(F("unit__place_type_id"), lambda code: {"place_type": code}, place_type_names),
        "grade": Key(F("grade"), lambda code: {"grade": code}, lambda _found: labels(Grade)),
        "listed": Key(
            board_level(),
            lambda code: {"board": code},
            lambda _found: labels(Level) | {"none": _("Never listed")},
        ),
    }


def labels(choices) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def board_level():
    """The highest level that ever listed the case; `CaseQuerySet.on_board` asks the same."""
    whens = [
        When(pk__in=Listing.objects.filter(level=level).values("case_id"), then=Value(level))
        for level in Level.values
    ]
    return Case(*whens, default=Value("none"), output_field=CharField())


def region_filters(area: Area, code: str) -> dict[str, str]:
    """A case that is known to lie in the township, but not in which village, stands under the township itself."""
    return {"region": code} | ({"only_here": "true"} if code == area.code else {})


def region_names(area: Area) -> Callable[[list[str]], dict[str, str]]:
    """Every part by name, those without a case too; parts of former times where cases still point at them."""

    def names(found: list[str]) -> dict[str, str]:
        former = [code for code in found if code not in area.parts and code != area.code]
        known = dict(area.parts)
        if former:
            known |= dict(Region.objects.filter(code__in=former).values_list("code", "short_name"))
            known |= {code: code for code in former if code not in known}
        known = dict(sorted(known.items()))
        if area.code in found:
            known[area.code] = _("%(name)s, part not recorded") % {"name": area.name}
        return known

    return names


def place_type_names(found: list[str]) -> dict[str, str]:
    """The kinds of place that occur, in the order of their table."""
    return {kind.code: kind.label for kind in PlaceType.objects.filter(code__in=found)}


def definition(cohort: str, period: Period) -> str:
    """What the numbers mean, in words that stand beside them."""
    words = {"stretch": stretch(period)}
    if cohort == "due":
        text = _(
            "Due: hazards whose original deadline lies in the period (%(stretch)s); void cases are left out, those"
            " corrected on the spot never had a deadline. Closed: those of them that are closed now. On time: closed"
            " by the end of the original deadline; an extension does not help. Overdue: those still standing past"
            " their present deadline. Rate = closed ÷ due, on-time rate = on time ÷ due."
        )
    else:
        text = _(
            "Found: hazards registered in the period (%(stretch)s); void cases are left out, transferred and"
            " discontinued ones count as found and are shown apart. Closed: those of them that are closed now,"
            " whenever that was. On time: closed by the end of the original deadline (an extension does not help)"
            " or corrected on the spot. Overdue: those still standing past their present deadline."
            " Rate = closed ÷ found, closed on time of those found = on time ÷ found. Nothing found: no rate."
        )
    return text % words


def stretch(period: Period) -> str:
    """The days of a period in words."""
    ends = {"first": period.first, "last": period.last}
    words = {name: day_words(day) for name, day in ends.items() if day}
    if period.first and period.last:
        # Chinese leaves out the year the second time: 2026年1月1日至11月26日.
        words["last"] = words["last"].removeprefix(f"{period.first.year}年")
        return _("%(first)s to %(last)s") % words
    if period.first:
        return _("since %(first)s") % words
    if period.last:
        return _("until %(last)s") % words
    return _("all years")
