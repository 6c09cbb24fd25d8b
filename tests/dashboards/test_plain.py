"""Periods and rates: arithmetic without a database."""

from datetime import date
from decimal import Decimal

import pytest

from dashboards.periods import Period, back, before, running
from dashboards.rates import points, ranks, share

ON = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, None),
        (0, 7, "0.0000"),
        (8, 13, "0.6154"),
        (1, 3, "0.3333"),
        (2, 3, "0.6667"),
        (1, 20000, "0.0001"),
        (1, 20001, "0.0000"),
        (7, 7, "1.0000"),
    ],
)
def test_shares(part, whole, expected):
    assert share(part, whole) == (None if expected is None else Decimal(expected))
    assert expected is None or str(share(part, whole)) == expected


def test_points_are_differences_not_ratios():
    assert points(Decimal("0.4000"), Decimal("0.3500")) == Decimal("5.0")
    assert points(Decimal("0.4000"), None) is None
    assert points(None, Decimal("0.5")) is None


def test_equal_rates_share_a_place_and_none_has_none():
    assert ranks([Decimal("0.9"), None, Decimal("0.5"), Decimal("0.9")]) == [1, None, 3, 1]


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("month", date(2026, 3, 1), ON),
        ("quarter", date(2026, 1, 1), ON),
        ("year", date(2026, 1, 1), ON),
        ("all", None, None),
    ],
)
def test_running_periods(kind, first, last):
    period = running(kind, ON)
    assert (period.first, period.last) == (first, last)


def test_a_month_is_compared_with_the_same_days_of_the_month_before():
    assert before(running("month", ON)) == Period(date(2026, 2, 1), date(2026, 2, 28), "month")


def test_a_year_is_compared_with_the_same_days_of_last_year():
    assert before(running("year", ON)) == Period(date(2025, 1, 1), date(2025, 3, 31), "year")


def test_own_days_are_compared_with_as_many_days_before():
    assert before(Period(date(2026, 3, 11), date(2026, 3, 20))) == Period(date(2026, 3, 1), date(2026, 3, 10))


def test_nothing_lies_before_all_years():
    assert before(running("all", ON)) is None


def test_leap_days_and_turns_of_the_year():
    assert back(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert back(date(2026, 1, 31), 1) == date(2025, 12, 31)
    assert back(date(2026, 5, 31), 3) == date(2026, 2, 28)
