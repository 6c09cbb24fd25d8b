"""A small county in March 2026, counted by hand: twelve hazards in East, one in West."""

from datetime import date
from types import SimpleNamespace

import pytest

from hazards.services import open_case, record
from rectification.services import extensions
from tests import journeys
from tests.factories import at

ON = date(2026, 3, 31)


def day(text: str) -> date:
    """ "3-10" in 2026."""
    month, number = text.split("-")
    return date(2026, int(month), int(number))


@pytest.fixture
def make_hazard(catalogue, inspector_a, officer_east, office):
    """`make_hazard(unit, "3-01", due="3-10", closed="3-10")`: a case with the days that figures ask for."""

    def make(unit, found, *, due=None, extended=None, submitted=None, closed=None, ends=None):
        case = open_case(
            unit=unit,
            category=catalogue["exit"],
            description="安全出口上锁",
            by=inspector_a,
            at=at(day(found)),
        )
        if due:
            record(case, "order", by=None, at=at(day(found), 11), due_on=day(due))
        if extended:
            asked = extensions.ask(
                case,
                until=day(extended),
                reason="配件未到",
                interim="专人看守",
                by=officer_east,
                at=at(day(found), 12),
            )
            extensions.grant(asked, by=office, at=at(day(found), 13))
            case.refresh_from_db()
        if submitted:
            record(case, "submit", by=None, at=at(day(submitted)))
        if closed:
            record(case, "pass" if due else "correct_on_site", by=None, at=at(day(closed)))
        if ends:
            act, when = ends
            if act == "void":
                record(case, "ask_void", by=None, at=at(day(when)), reason="核实")
            record(case, act, by=None, at=at(day(when)), reason="核实")
        return case

    return make


@pytest.fixture
def march(make_unit, make_hazard, west_village, leader, office):
    """The cases by name. `ON`, the last day of March, is the day of counting."""
    east, west = make_unit("兴旺百货店"), make_unit("西街饭店", region=west_village)
    cases = SimpleNamespace(
        last_day=make_hazard(east, "3-01", due="3-10", closed="3-10"),
        day_late=make_hazard(east, "3-02", due="3-10", closed="3-11"),
        extended=make_hazard(east, "3-03", due="3-10", extended="3-20", closed="3-18"),
        on_site=make_hazard(east, "3-05", closed="3-05"),
        overdue=make_hazard(east, "3-06", due="3-30"),
        due_today=make_hazard(east, "3-07", due="3-31"),
        void=make_hazard(east, "3-08", ends=("void", "3-09")),
        transferred=make_hazard(east, "3-09", ends=("transfer", "3-12")),
        gone=make_hazard(east, "3-10", ends=("suspend", "3-15")),
        undated=make_hazard(east, "3-31"),
        from_february=make_hazard(east, "2-20", due="3-05", closed="3-04"),
        old=make_hazard(east, "2-25", due="2-28"),
        west=make_hazard(west, "3-15", due="3-28", submitted="3-27"),
    )
    journeys.make_major(cases.overdue, by=office, day=day("3-06"))
    journeys.list_(cases.overdue, by=leader, level="county", day=day("3-07"))
    return cases
