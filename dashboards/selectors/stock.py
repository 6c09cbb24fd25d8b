"""What stands now, how long it has been overdue, and how the stock came about."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from dashboards.periods import Period
from dashboards.selectors.areas import Area
from dashboards.selectors.figures import Measure, cases_url, days
from hazards import conditions, states
from hazards.models import CaseEvent, HazardCase

BUCKETS = ((1, 3), (4, 7), (8, 30), (31, None))
"""Calendar days past the deadline, both ends included."""
NAMES = ("live", "overdue", "submitted", *(f"age_{least}" for least, _most in BUCKETS))
"""What is counted of the standing hazards; each group has its `oldest` deadline besides."""


def ageing(on: date) -> tuple[Measure, ...]:
    """One measure per bucket of overdue days."""
    result = []
    for least, most in BUCKETS:
        last = on - timedelta(least)
        first = on - timedelta(most) if most else None
        condition = conditions.live() & conditions.between("due_on", first, last)
        filters = {
            "state": "live",
            **days("due_after", first),
            **days("due_before", last),
            "ordering": "worst",
        }
        result.append(Measure(f"age_{least}", condition, filters))
    return tuple(result)


def stock_measures(on: date) -> tuple[Measure, ...]:
    """What is counted of the standing hazards."""
    return (
        Measure("live", conditions.live(), {"state": "live"}),
        Measure("overdue", conditions.overdue(on), {"overdue": "true", "ordering": "worst"}),
        Measure("submitted", Q(state=states.SUBMITTED), {"state": states.SUBMITTED}),
        *ageing(on),
    )


def count_stock(cases, expression, on: date) -> dict[str, dict]:
    """{group: {measure: number, "oldest": the earliest deadline that has passed}} in one statement."""
    rows = (
        cases.live()
        .order_by()
        .annotate(group_key=expression)
        .values("group_key")
        .annotate(
            **{one.name: Count("region_id", filter=one.condition) for one in stock_measures(on)},
            oldest=Min("due_on", filter=Q(due_on__lt=on)),
        )
    )
    return {row.pop("group_key"): row for row in rows}


def bucket_label(least: int, most: int | None) -> str:
    """The days of a bucket in words."""
    if most is None:
        return _("Over %(days)s days") % {"days": least - 1}
    return _("%(least)s–%(most)s days") % {"least": least, "most": most}


@dataclass(frozen=True)
class Movement:
    """One way in or out of the stock."""

    name: str
    label: str
    sign: int
    count: int
    url: str = ""


@dataclass(frozen=True)
class Movements:
    """Opening + in − out = closing, each side counted by itself: the events, and the headline of the cases."""

    opening: int
    steps: list[Movement]
    counted: int
    standing_url: str

    @property
    def closing(self) -> int:
        """What the events say must stand at the end."""
        return self.opening + sum(step.sign * step.count for step in self.steps)

    @property
    def holds(self) -> bool:
        return self.closing == self.counted


WAYS = (
    ("open", "opened", 1),
    ("reopen", "relapsed", 1),
    ("take_back", "taken_back", 1),
    ("resume", "continued", 1),
    (states.CLOSED, "closed", -1),
    (states.VOID, "void", -1),
    (states.TRANSFERRED, "transferred", -1),
    (states.SUSPENDED, "discontinued", -1),
)
"""Into the stock by act, out of it by the state that is reached."""


def movements(user, area: Area, *, period: Period, on: date) -> Movements:
    """How the stock of `area` moved in the period, with its check. Two statements, the larger over all events."""
    first, last = period.first, min(period.last or on, on)
    live = sorted(states.LIVE)
    comes = Q(to_state__in=live) & ~Q(from_state__in=live)
    goes = Q(from_state__in=live) & ~Q(to_state__in=live)
    earlier = Q(on__lt=first) if first else Q(pk__in=[])
    within, after = conditions.between("on", first, last), Q(on__gt=last)
    ways = {
        name: Count("pk", filter=within & (comes & Q(act=key) if sign > 0 else goes & Q(to_state=key)))
        for key, name, sign in WAYS
    }
    visible = HazardCase.objects.visible_to(user).under(area.code)
    events = CaseEvent.objects.filter(user.scope.q("case__region_id"), comes | goes)
    sums = events.filter(case__region_id__gte=area.code, case__region_id__lt=area.code + "~").aggregate(
        came_before=Count("pk", filter=comes & earlier),
        went_before=Count("pk", filter=goes & earlier),
        came_after=Count("pk", filter=comes & after),
        went_after=Count("pk", filter=goes & after),
        **ways,
    )
    now = visible.live().count()
    opened = {"region": area.code, **days("opened_after", first), **days("opened_before", last)}
    steps = [
        Movement(name, way_label(name), sign, sums[name], cases_url(opened) if name == "opened" else "")
        for _key, name, sign in WAYS
    ]
    return Movements(
        sums["came_before"] - sums["went_before"],
        steps,
        now - sums["came_after"] + sums["went_after"],
        cases_url({"region": area.code, "state": "live"}) if last >= on else "",
    )


def way_label(name: str) -> str:
    return {
        "opened": _("newly found"),
        "relapsed": _("relapsed"),
        "taken_back": _("taken back"),
        "continued": _("continued"),
        "closed": _("closed"),
        "void": _("void"),
        "transferred": _("transferred"),
        "discontinued": _("discontinued"),
    }[name]
