"""The leader's page and its boards, number by number, against a county counted by hand."""

from decimal import Decimal

import pytest

from dashboards import periods
from dashboards.periods import Period
from dashboards.selectors import area_of, board, leader_page, listed_units, listing_lines, movements
from dashboards.selectors.boards import (
    combined_conditions,
    combined_counts,
    combined_sites,
    counted_numbers,
    first_standing,
    level_numbers,
    waiting,
)
from dashboards.selectors.leader import ADDED, count_lines
from hazards.models import HazardCase
from hazards.services import record
from rectification.services import listings, suspensions
from tests import journeys
from tests.cast import COUNTY, EAST, EAST_VILLAGE, WEST
from tests.dashboards.conftest import ON, day
from tests.dashboards.test_figures import listed
from tests.factories import at

pytestmark = pytest.mark.django_db
MARCH = periods.running("month", ON)


@pytest.fixture(autouse=True)
def nothing_kept():
    from django.core.cache import cache

    cache.clear()


def page_of(user, code=COUNTY, period=MARCH):
    return leader_page(user, area_of(user, code, ON), period=period, on=ON)


def test_the_headline(march, leader):
    total = page_of(leader).total
    assert (total.found, total.closed, total.rate) == (10, 4, Decimal("0.4000"))
    # Due up to yesterday, 30 March: the one due today may still be closed in time.
    assert (total.due, total.on_time, total.on_time_rate) == (6, 2, Decimal("0.3333"))
    assert (total.live, total.overdue, total.submitted, total.oldest_days) == (5, 3, 1, 31)


@pytest.mark.parametrize("kind", ["month", "quarter", "year", "all"])
def test_running_sums_and_counting_every_case_agree(march, leader, monkeypatch, kind):
    period, area = periods.running(kind, ON), area_of(leader, COUNTY, ON)
    summed = count_lines(leader, area, period, ON)
    monkeypatch.setattr("dashboards.selectors.leader.REGION_DIGITS", 0)
    counted = count_lines(leader, area, period, ON)
    assert sum(counts.get("found", 0) for counts in counted.values()) > 0
    nought = dict.fromkeys(ADDED, 0) | {"oldest": None}
    assert {part: nought | counts for part, counts in counted.items()} == {
        part: nought | counts for part, counts in summed.items()
    }


def test_overdue_by_how_long(march, leader):
    page = page_of(leader)
    assert [one["count"] for one in page.ageing] == [2, 0, 0, 1]
    for one in page.ageing:
        assert listed(one["url"], leader) == one["count"]


def test_every_number_of_every_line_opens_exactly_its_cases(march, leader):
    for period in (
        MARCH,
        periods.running("year", ON),
        periods.running("all", ON),
        Period(day("3-05"), day("3-09")),
    ):
        page = page_of(leader, period=period)
        for line in [*page.lines, page.total]:
            for name, url in line.urls.items():
                assert listed(url, leader) == line.counts[name], (period, line.name, name)


def test_the_trend_is_in_points_against_the_days_before(march, leader):
    # February: two found, none closed by its 28th day; March: 4 of 10.
    assert page_of(leader).trend == Decimal("40.0")
    assert page_of(leader, period=periods.running("all", ON)).trend is None


def test_few_cases_are_not_ranked_and_come_last(march, leader, make_unit, make_hazard):
    other = make_unit("东街旅馆")
    make_hazard(other, "3-11")
    lines = page_of(leader).lines
    assert [(line.key, line.found, line.rank, line.is_small) for line in lines] == [
        (EAST, 10, 1, False),
        (WEST, 1, None, True),
    ]


def test_the_worst_is_named_with_its_reasons(march, leader, make_unit, make_hazard, west_village):
    other = make_unit("东街旅馆")
    make_hazard(other, "3-11")
    west = make_unit("西街旅馆", region=west_village)
    for _ in range(9):
        make_hazard(west, "3-12", closed="3-12")
    worst = page_of(leader).worst
    # West 9/10, East 4/10, together 13/20.
    assert [one.line.key for one in worst] == [EAST, WEST]
    assert any("25.0" in why for why in worst[0].why)
    assert len(worst[1].why) == 1


def test_a_division_without_hazards_keeps_its_line(march, leader, make_hazard):
    page = page_of(leader, period=Period(day("1-01"), day("1-31")))
    assert sorted(line.key for line in page.lines) == [WEST, EAST]
    assert page.total.rate is None and page.worst == []


def test_an_empty_county(leader):
    page = page_of(leader)
    assert page.is_empty and page.total.rate is None and page.listing.rate is None


def test_a_change_is_seen_at_once_though_counts_are_kept(march, leader):
    before = page_of(leader)
    assert page_of(leader).as_of == before.as_of
    record(march.due_today, "pass", by=None, at=at(ON))
    after = page_of(leader)
    assert (before.total.closed, after.total.closed) == (4, 5)


def test_what_is_kept_for_one_area_is_not_shown_to_another(march, leader, head_east):
    assert page_of(leader, EAST).total.overdue == 2
    assert page_of(head_east, EAST).total.overdue == 2
    assert page_of(leader, WEST).total.overdue == 1


def test_a_township_leader_sees_villages(march, head_east):
    page = page_of(head_east, EAST)
    assert {line.key: line.found for line in page.lines}[EAST_VILLAGE] == 9


# --- the stock -----------------------------------------------------------------------------------------
def test_opening_and_movements_give_the_closing_stock(march, leader):
    moves = movements(leader, area_of(leader, COUNTY, ON), period=MARCH, on=ON)
    assert moves.opening == 2
    assert {step.name: step.count for step in moves.steps} == {
        "opened": 11,
        "relapsed": 0,
        "taken_back": 0,
        "continued": 0,
        "closed": 5,
        "void": 1,
        "transferred": 1,
        "discontinued": 1,
    }
    assert (moves.closing, moves.counted, moves.holds) == (5, 5, True)
    assert listed(moves.standing_url, leader) == 5


def test_a_relapse_enters_the_stock_on_its_own_day(march, leader):
    record(march.from_february, "reopen", by=None, at=at(day("3-20")), reason="反弹")
    record(march.gone, "resume", by=None, at=at(day("3-21")), reason="恢复营业")
    record(march.transferred, "take_back", by=None, at=at(day("3-22")), reason="退回")
    area = area_of(leader, COUNTY, ON)
    moves = movements(leader, area, period=Period(day("3-20"), day("3-22")), on=ON)
    counts = {step.name: step.count for step in moves.steps if step.count}
    assert counts == {"relapsed": 1, "continued": 1, "taken_back": 1}
    assert moves.closing == moves.opening + 3 and moves.holds


def test_a_headline_that_was_tampered_with_breaks_the_identity(march, leader):
    HazardCase.objects.filter(pk=march.undated.pk).update(state="void")
    moves = movements(leader, area_of(leader, COUNTY, ON), period=MARCH, on=ON)
    assert (moves.closing, moves.counted, moves.holds) == (5, 4, False)


# --- listed ----------------------------------------------------------------------------------------------
@pytest.fixture
def listers(make_person, leader):
    """Who lists at each level."""
    return {
        "county": leader,
        "city": make_person("city_office", "市安办", "county_office", "1311"),
        "province": make_person("province_office", "省安办", "county_office", "13"),
    }


@pytest.fixture
def thirteen(make_unit, make_hazard, listers, office):
    """13 units listed: 3 by the province, 4 by the city, 6 by the county; 8 of them closed and delisted."""
    levels = ["province"] * 3 + ["city"] * 4 + ["county"] * 6
    done = {0, 3, 4, 5, 7, 8, 9, 10}
    for number, level in enumerate(levels):
        case = make_hazard(make_unit(f"第{number}家工厂"), "1-05", due="2-10")
        journeys.make_major(case, by=office, day=day("1-06"))
        journeys.list_(case, by=listers[level], level=level, day=day("1-07"))
        if number in done:
            record(case, "pass", by=None, at=at(day("2-08")))
            listings.delist(
                case.listings.get(), paper_number="〔2026〕8号", by=listers[level], at=at(day("2-20"))
            )
    return levels


def test_thirteen_listed_eight_done_is_61_5_per_cent(thirteen, leader):
    area = area_of(leader, COUNTY, ON)
    units = listed_units(leader, area, ON)
    lines, total = listing_lines(units, area)
    assert [(line.level, line.listed, line.done, line.standing) for line in lines] == [
        ("province", 3, 1, 2),
        ("city", 4, 3, 1),
        ("county", 6, 4, 2),
    ]
    assert (total.listed, total.done, total.rate, total.overdue) == (13, 8, Decimal("0.6154"), 5)
    assert len(listed_units(leader, area, ON, state="standing")) == 5
    assert len(listed_units(leader, area, ON, level="city", state="done")) == 3


def test_closed_but_the_board_still_up_is_not_done(thirteen, leader):
    area = area_of(leader, COUNTY, ON)
    (line, *_others) = board(leader, area, ON, listed_units(leader, area, ON, state="standing"))
    standing = line.case
    record(standing, "pass", by=None, at=at(day("3-01")))
    assert listing_lines(listed_units(leader, area, ON), area)[1].done == 8


def test_a_unit_listed_twice_is_counted_once_at_its_main_listing(
    make_unit, make_hazard, leader, listers, office
):
    unit = make_unit("双挂工厂")
    for level in ("county", "city"):
        case = make_hazard(unit, "1-05", due="2-10")
        journeys.make_major(case, by=office, day=day("1-06"))
        journeys.list_(case, by=listers[level], level=level, day=day("1-07"))
    area = area_of(leader, COUNTY, ON)
    (short,) = listed_units(leader, area, ON)
    assert (short.level, short.is_done, short.days) == ("city", False, 49)
    (one,) = board(leader, area, ON, [short])
    assert (one.unit, one.main.level, len(one.cases)) == (unit, "city", 2)


# --- 三合一 ------------------------------------------------------------------------------------------------
def test_found_stopped_resumed_and_never_stopped(make_unit, leader, inspector_a, inspector_b, office):
    flags = ["combined_use"]
    _running, stopped, resumed = (make_unit(name, flags=flags) for name in ("皮草甲", "皮草乙", "皮草丙"))
    make_unit("不是三合一")
    for unit in (stopped, resumed):
        stop = suspensions.propose(unit, reason="三合一", by=inspector_a, at=at(day("3-01")))
        suspensions.decide(stop, by=office, at=at(day("3-02")))
    suspensions.accept(
        stop,
        outcome="pass",
        note="已搬离",
        officers=[inspector_a, inspector_b],
        by=inspector_a,
        at=at(day("3-10")),
        held_on=day("3-10"),
    )
    suspensions.lift(stop, by=office, at=at(day("3-11")))
    area = area_of(leader, COUNTY, ON)
    counts = {name: one["count"] for name, one in combined_counts(leader, area).items()}
    assert counts == {"found": 3, "stopped": 1, "resumed": 1, "running": 1}
    sites = combined_sites(leader, area)
    names = {
        name: [unit.name for unit in sites.filter(q)]
        for name, q in combined_conditions().items()
        if name != "found"
    }
    assert names == {"stopped": ["皮草乙"], "resumed": ["皮草丙"], "running": ["皮草甲"]}


# --- what waits ----------------------------------------------------------------------------------------------
def test_what_waits_is_what_the_post_may_decide(march, make_unit, leader, office, inspector_a, auditor):
    suspensions.propose(make_unit("皮草甲"), reason="三合一", by=inspector_a, at=at(day("3-01")))
    record(march.overdue, "pass", by=None, at=at(day("3-20")))
    journeys.make_major(march.due_today, by=office, day=day("3-08"))
    area = area_of(leader, COUNTY, ON)
    assert {one.name: one.count for one in waiting(leader, area)} == {"to_list": 1, "boards": 1}
    assert {one.name: one.count for one in waiting(office, area)} == {
        "suspensions": 1,
        "to_list": 1,
        "boards": 1,
    }
    assert waiting(auditor, area) == []
    for one in waiting(leader, area):
        assert listed(one.url, leader) == one.count


def test_the_database_counts_the_boards_as_the_list_does(march, thirteen, leader):
    for code in (COUNTY, EAST, WEST):
        area = area_of(leader, code, ON)
        units = listed_units(leader, area, ON)
        assert counted_numbers(leader, area, ON) == level_numbers(units)
        first = [line.short for line in first_standing(leader, area, ON, 3)]
        assert first == [one for one in units if not one.is_done][:3]
