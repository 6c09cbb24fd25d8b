"""Working days against an oracle that counts along an explicit list of the package's own days."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import RuleBroken
from common.workdays import Calendar, Day, YearNotLoaded

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
# Another source of truth in another shape: the days worked, one after the other.
WORKED = [day for day in EVERY_DAY if chinese_calendar.is_workday(day)]

CALENDAR = Calendar(
    Day(day, day in set(WORKED), chinese_calendar.get_holiday_detail(day)[1] or "") for day in EVERY_DAY
)
days = st.dates(FIRST, LAST)


def step_by_step(day: date, n: int) -> date | None:
    """Walk day by day, ticking off worked days; None beyond the list."""
    step = 1 if n > 0 else -1
    while n:
        day += timedelta(days=step)
        if not FIRST <= day <= LAST:
            return None
        n -= step if day in WORKED else 0
    return day


@given(days, st.integers(-60, 60))
def test_shift_agrees_with_a_walk_along_the_days(day, n):
    expected = step_by_step(day, n)
    if expected is None:
        with pytest.raises(YearNotLoaded):
            CALENDAR.shift(day, n)
    else:
        assert CALENDAR.shift(day, n) == expected


@given(days, days)
def test_count_agrees_with_the_list(a, b):
    low, high = min(a, b), max(a, b)
    between = [day for day in WORKED if low < day <= high]
    assert CALENDAR.count(a, b) == (len(between) if a <= b else -len(between))


@given(days, st.integers(1, 40))
def test_counting_back_what_was_shifted_gives_the_number(day, n):
    try:
        due = CALENDAR.shift(day, n)
    except YearNotLoaded:
        return
    assert CALENDAR.count(day, due) == n
    assert CALENDAR.is_workday(due)


@given(days)
def test_next_workday_is_the_day_itself_or_the_first_after(day):
    later = [worked for worked in WORKED if worked >= day]
    if later:
        assert CALENDAR.next_workday(day) == later[0]


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # 1-8 October off, Saturday the 11th worked
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # a Sunday that is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # Spring Festival 15-23 February
        (date(2025, 10, 11), -3, date(2025, 9, 30)),
        (date(2025, 10, 4), 0, date(2025, 10, 4)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # across the year's end, New Year 1-3, the 4th worked
    ],
)
def test_days_worked_out_by_hand(start, n, due):
    assert CALENDAR.shift(start, n) == due


@pytest.mark.parametrize(
    ("act", "year"),
    [
        (lambda c: c.shift(date(2026, 12, 30), 2), 2027),
        (lambda c: c.shift(date(2026, 12, 1), 500), 2027),
        (lambda c: c.shift(date(2027, 1, 5), 1), 2027),
        (lambda c: c.shift(date(2024, 1, 2), -1), 2023),
        (lambda c: c.is_workday(date(2030, 5, 1)), 2030),
        (lambda c: c.count(date(2026, 12, 1), date(2028, 1, 1)), 2027),
        (lambda c: c.count(date(2020, 1, 1), date(2025, 1, 1)), 2020),
        (lambda c: c.next_workday(date(2027, 1, 1)), 2027),
    ],
)
def test_a_day_beyond_the_loaded_years_is_refused_with_the_year_to_load(act, year):
    with pytest.raises(YearNotLoaded, match=str(year)) as refusal:
        act(CALENDAR)
    assert refusal.value.year == year
    assert isinstance(refusal.value, RuleBroken)


def test_a_year_with_a_missing_day_is_not_loaded():
    holed = Calendar(Day(day, day in WORKED) for day in EVERY_DAY if day != date(2025, 7, 1))
    assert holed.loaded_years == (2024, 2026)
    with pytest.raises(YearNotLoaded) as refusal:
        holed.shift(date(2024, 12, 31), 3)
    assert refusal.value.year == 2025
    assert holed.shift(date(2026, 3, 2), 1) == date(2026, 3, 3)


def test_an_empty_calendar_answers_nothing():
    with pytest.raises(YearNotLoaded):
        Calendar([]).shift(date(2025, 1, 2), 1)


def test_the_explanation_names_the_days_off_and_the_weekends_worked():
    told = CALENDAR.explanation(date(2025, 9, 30), 3)
    assert told.due == date(2025, 10, 11)
    assert [(s.first, s.last) for s in told.off] == [(date(2025, 10, 1), date(2025, 10, 8))]
    assert told.off[0].is_holiday
    assert told.made_up == (date(2025, 10, 11),)


def test_an_ordinary_weekend_is_off_but_no_holiday():
    told = CALENDAR.explanation(date(2025, 9, 5), 1)
    assert [(s.first, s.last, s.is_holiday) for s in told.off] == [
        (date(2025, 9, 6), date(2025, 9, 7), False)
    ]
    assert told.made_up == ()
