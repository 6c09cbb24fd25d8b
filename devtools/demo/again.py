"""Looking again in the demo: look-backs of the year, a drawn quarter, stopped units watched, cases void by two."""

import random
from datetime import timedelta
from decimal import Decimal

from devtools.demo import people
from devtools.demo.clock import Times, at, clock_at
from hazards.models import HazardCase
from hazards.services import open_case
from rectification import drawing
from rectification.models import LookBack, Watch
from rectification.services import draws, lookbacks, voids, watches
from rectification.services.reviews import hands_on, is_grave
from reference.models import Region

HELD = ("现场查看，整改成果保持良好", "通道畅通，未见反弹", "设施完好，责任人在岗", "")
BACK = ("货物再次堆满疏散通道", "应急照明又被拆下，未恢复")
SEED, PERCENT = 131121, Decimal(5)
LEFT = 6
"""Days of look-backs that still wait, some of them late, for the person who looks at the demo."""


def look_again(cast: people.Cast, times: Times, dice: random.Random) -> None:
    """What was due through the year is done on its day; the last days wait."""
    due = LookBack.objects.pending().filter(
        case__region__code__startswith=people.COUNTY, due_on__lt=times.today - timedelta(days=LEFT)
    )
    for one in due.select_related("case").order_by("due_on", "pk"):
        day = times.working_day(one.due_on - timedelta(days=dice.randint(3, 9)))
        record(one, cast, at(day, 10, dice.randint(0, 50)), dice)


def record(one: LookBack, cast: people.Cast, moment, dice: random.Random, *, back: str = "") -> None:
    pair = dice.sample(able(one, cast), 2)
    with clock_at(moment):
        lookbacks.look_back(
            one.case,
            outcome="relapse" if back else "holds",
            note=back or dice.choice(HELD),
            officers=pair,
            by=pair[0],
            at=moment,
        )


def able(one: LookBack, cast: people.Cast) -> list:
    """Who may look: of a grave hazard nobody who had a hand in it."""
    if not is_grave(one.case):
        return cast.inspectors
    hands = hands_on(one.case)
    return [person for person in cast.inspectors if person.pk not in hands]


def days_ago(times: Times, days: int, hour: int):
    """An instant on a working day about so many days ago."""
    day = times.today - timedelta(days=days)
    while not times.works(day):
        day -= timedelta(days=1)
    return at(day, hour)


def draw_quarter(cast: people.Cast, times: Times, dice: random.Random) -> None:
    """The office draws from the last quarter; half of it is looked at, two have broken out again."""
    moment = days_ago(times, 5, 9)
    quarter = drawing.quarter_before(moment.date())
    with clock_at(moment):
        made = draws.draw(
            Region.objects.get(pk=people.COUNTY), quarter, PERCENT, SEED, by=cast.office, at=moment
        )
    looks = list(made.look_backs.select_related("case").order_by("case__number"))
    for number, one in enumerate(looks[: max(2, len(looks) // 2)]):
        back = BACK[number] if number < len(BACK) else ""
        record(one, cast, days_ago(times, 2, 9) + timedelta(minutes=10 * number), dice, back=back)


def watch_stopped(cast: people.Cast, times: Times) -> None:
    """The township looks at the stopped workshops; that one was found at work stands elsewhere (disobeyed)."""
    standing = Watch.objects.standing(times.today).filter(unit__region__code__startswith=people.COUNTY)
    for number, watch in enumerate(standing.select_related("unit").order_by("since", "pk")):
        officer = cast.officers.get(watch.unit.region_id[:9])
        moment = days_ago(times, 4 + number, 16)
        if officer is None or moment.date() < watch.since:
            continue
        with clock_at(moment):
            watches.look(watch, outcome="stopped", note="门窗紧闭，设备断电", by=officer, at=moment)


def void_some(cast: people.Cast, times: Times) -> None:
    """One hazard was written down twice and merged; for another case the office has not decided yet."""
    known = HazardCase.objects.under(people.COUNTY).filter(state="ordered", listed_levels=[])
    old = known.filter(opened_on__lt=times.today - timedelta(days=8)).order_by("-opened_on", "-pk")
    stays, doubtful = old.select_related("unit", "category")[:2]
    moment = days_ago(times, 3, 11)
    with clock_at(moment):
        twin = open_case(
            unit=stays.unit,
            category=stays.category,
            description=stays.description,
            part=stays.part,
            by=cast.office,
            at=moment,
            source="report",
        )
        asked = voids.ask(
            twin,
            reason="与在办案件为同一隐患",
            into=stays,
            by=cast.inspectors[0],
            at=moment + timedelta(hours=1),
        )
        voids.grant(asked, by=cast.office, at=moment + timedelta(hours=3))
    later = days_ago(times, 1, 15)
    with clock_at(later):
        voids.ask(doubtful, reason="现场核实为误报，该部位不属于本单位", by=cast.inspectors[1], at=later)
