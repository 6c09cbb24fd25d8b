"""The draw as plain arithmetic: shares, tickets, quarters."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification import drawing
from rectification.limits import lookback_days

NUMBERS = [f"131121-2026-{serial:06d}" for serial in range(1, 11)]
PERCENTS = st.decimals(min_value="0.01", max_value=100, places=2)


@pytest.mark.parametrize(
    ("count", "percent", "drawn"),
    [
        (10, "5", 1),
        (20, "5", 1),
        (21, "5", 2),
        (100, "5", 5),
        (3, "100", 3),
        (1, "0.01", 1),
        (0, "50", 0),
        (8, "12.5", 1),
    ],
)
def test_the_share_is_rounded_up(count, percent, drawn):
    assert drawing.share(count, Decimal(percent)) == drawn


def test_a_ticket_is_what_any_tool_gives():
    # printf '7:131121-2026-000001' | sha256sum
    assert (
        drawing.lot(7, "131121-2026-000001")
        == "ba3d83a287f7162fa355caacdc65aa4dcb58c580b1667754e001c8415a3a8c17"
    )


@given(st.permutations(NUMBERS), PERCENTS, st.integers(0, 2**63 - 1))
def test_the_order_in_which_cases_come_changes_nothing(numbers, percent, seed):
    drawn = drawing.draw_from(numbers, percent, seed)
    assert drawn == drawing.draw_from(NUMBERS, percent, seed)
    assert len(drawn) == drawing.share(10, percent) and set(drawn) <= set(NUMBERS)


@given(PERCENTS, PERCENTS, st.integers(0, 1000))
def test_a_larger_share_draws_the_smaller_one_too(one, other, seed):
    small, large = sorted((one, other))
    assert set(drawing.draw_from(NUMBERS, small, seed)) <= set(drawing.draw_from(NUMBERS, large, seed))


def test_each_township_draws_for_itself():
    pool = {"131121104": NUMBERS[:5], "131121101": NUMBERS[5:]}
    drawn = drawing.draw_all(pool, Decimal(40), 7)
    assert list(drawn) == ["131121101", "131121104"]
    assert drawn["131121104"] == drawing.draw_from(NUMBERS[:5], Decimal(40), 7)
    assert [len(part) for part in drawn.values()] == [2, 2]


@pytest.mark.parametrize(
    ("quarter", "days"),
    [
        ("2026Q1", (date(2026, 1, 1), date(2026, 3, 31))),
        ("2026Q3", (date(2026, 7, 1), date(2026, 9, 30))),
        ("2026Q4", (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_the_days_of_a_quarter(quarter, days):
    assert drawing.days_of(quarter) == days
    assert drawing.quarter_of(days[0]) == drawing.quarter_of(days[1]) == quarter


@pytest.mark.parametrize("words", ["2026Q5", "2026Q0", "26Q1", "2026-Q1", "", "２０２６Q1", "2026Q1 "])
def test_what_is_no_quarter(words):
    with pytest.raises(ValueError):
        drawing.days_of(words)


def test_the_quarter_before():
    assert drawing.quarter_before(date(2026, 1, 1)) == "2025Q4"
    assert drawing.quarter_before(date(2026, 11, 25)) == "2026Q3"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("grade", "listed", "on_site", "days"),
    [
        ("general", False, False, 90),
        ("major", False, False, 30),
        ("general", True, False, 30),
        ("major", True, False, 30),
        ("general", False, True, None),
    ],
)
def test_days_to_the_look_back(grade, listed, on_site, days):
    assert lookback_days(grade, listed, date(2026, 3, 10), on_site=on_site) == days
