"""When clocks end: a table by hand over two years of holidays, and an oracle that walks the days another way."""

import contextlib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import clocks
from common.workdays import Calendar, Day, YearNotLoaded

SHANGHAI = ZoneInfo("Asia/Shanghai")

# The State Council's notices of 2025 and 2026, typed off by hand: days off on weekdays, and weekends worked.
OFF = {
    2025: ["01-01", "01-28", "01-29", "01-30", "01-31", "02-03", "02-04", "04-04", "05-01", "05-02", "05-05",
           "06-02", "10-01", "10-02", "10-03", "10-06", "10-07", "10-08"],
    2026: ["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04",
           "05-05", "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07"],
}  # fmt: skip
WORKED = {
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def by_hand() -> dict[date, bool]:
    days, day = {}, date(2025, 1, 1)
    while day.year < 2027:
        text = f"{day:%m-%d}"
        days[day] = text in WORKED[day.year] or (day.weekday() < 5 and text not in OFF[day.year])
        day += timedelta(days=1)
    return days


DAYS = by_hand()
CALENDAR = Calendar(
    Day(day, works, "" if works or day.weekday() >= 5 else "节") for day, works in DAYS.items()
)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2025-09-30", 3, "2025-10-11"),  # the holiday of eight days, and the Saturday worked after it
        ("2025-09-26", 3, "2025-09-30"),  # Friday; Sunday 28th is worked
        ("2025-09-27", 1, "2025-09-28"),  # from a Saturday off to a Sunday worked
        ("2025-10-05", 3, "2025-10-11"),  # from inside the holiday
        ("2025-10-11", 1, "2025-10-13"),  # from the Saturday worked: it is not counted
        ("2025-01-24", 3, "2025-02-05"),  # Friday; Sunday 26th worked, New Year from the 28th to 4 February
        ("2025-01-27", 3, "2025-02-07"),
        ("2025-02-07", 3, "2025-02-11"),  # Saturday 8 February is worked
        ("2025-04-03", 1, "2025-04-07"),  # the Tomb-sweeping Friday and a weekend
        ("2025-04-25", 3, "2025-04-29"),  # Sunday 27 April is worked
        ("2025-04-30", 3, "2025-05-08"),
        ("2025-05-30", 1, "2025-06-03"),  # the Dragon Boat Monday
        ("2025-12-31", 1, "2026-01-04"),  # over the year's end to a Sunday worked
        ("2025-12-29", 5, "2026-01-06"),
        ("2026-01-01", 3, "2026-01-06"),  # from a holiday: Sunday 4th, 5th, 6th
        ("2026-02-13", 3, "2026-02-25"),  # Saturday 14th worked, then off until the 23rd
        ("2026-02-27", 1, "2026-02-28"),  # a Saturday worked at a month's end
        ("2026-02-28", 1, "2026-03-02"),
        ("2026-04-03", 3, "2026-04-09"),  # the Monday after Tomb-sweeping Day is off
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-05-08", 1, "2026-05-09"),  # a Saturday worked
        ("2026-06-18", 1, "2026-06-22"),  # the Dragon Boat Friday
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday worked before the holidays
        ("2026-09-24", 3, "2026-09-30"),  # the Mid-autumn Friday
        ("2026-09-30", 3, "2026-10-10"),  # 8, 9 and the Saturday worked
        ("2026-07-31", 7, "2026-08-11"),  # a month's end without a holiday
        ("2026-03-10", 17, "2026-04-02"),  # seven and ten with experts
        ("2026-12-28", 3, "2026-12-31"),  # up to the last day loaded
        ("2026-06-10", 0, "2026-06-10"),
    ],
)
def test_working_days_by_hand(start, n, due):
    ending = clocks.working_days(CALENDAR, date.fromisoformat(start), n)
    assert ending.due == date.fromisoformat(due)
    assert ending.due_at == datetime.fromisoformat(f"{due}T23:59:59+08:00")


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2025-10-01T22:15", 24, "2025-10-02T22:15"),  # a night in the holidays
        ("2025-12-31T18:00", 24, "2026-01-01T18:00"),  # over the year's end
        ("2026-02-28T09:30", 24, "2026-03-01T09:30"),
        ("2026-12-31T23:59", 24, "2027-01-01T23:59"),  # no calendar is asked, so no year is missing
        ("2024-02-28T08:00", 24, "2024-02-29T08:00"),
        ("2026-05-01T00:00", 24, "2026-05-02T00:00"),
    ],
)
def test_hours_run_through_nights_and_holidays(start, n, due):
    begun = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    assert clocks.hours(begun, n).due == datetime.fromisoformat(f"{due}:00+08:00")


def test_an_instant_given_in_utc_is_the_same_instant_in_shanghai():
    ending = clocks.hours(datetime.fromisoformat("2025-10-01T14:15:00+00:00"), 24)
    assert ending.due.isoformat() == "2025-10-02T22:15:00+08:00"
    assert clocks.day_of(datetime.fromisoformat("2025-09-30T16:30:00+00:00")) == date(2025, 10, 1)
    with pytest.raises(ValueError, match="zone"):
        clocks.day_of(datetime(2025, 9, 30, 8))


@pytest.mark.parametrize(
    ("start", "due", "rolled"),
    [
        ("2025-09-05", "2025-10-05", "2025-10-09"),  # ends inside the holiday
        ("2025-09-11", "2025-10-11", "2025-10-11"),  # a Saturday worked
        ("2026-01-16", "2026-02-15", "2026-02-24"),
        ("2026-01-31", "2026-03-02", "2026-03-02"),
        ("2026-11-15", "2026-12-15", "2026-12-15"),
    ],
)
def test_calendar_days_stay_on_a_holiday_unless_the_table_lets_them_roll(start, due, rolled):
    begun = date.fromisoformat(start)
    assert clocks.days(begun, 30).due == date.fromisoformat(due)
    assert clocks.days(begun, 30, calendar=CALENDAR).due == date.fromisoformat(rolled)
    assert clocks.end(clocks.DAYS, begun, 30, calendar=CALENDAR).due == date.fromisoformat(due)
    assert clocks.end(clocks.DAYS, begun, 30, calendar=CALENDAR, rolls=True).due == date.fromisoformat(rolled)


def test_the_day_on_the_way_are_named():
    ending = clocks.working_days(CALENDAR, date(2025, 9, 30), 3)
    assert [(s.first, s.last) for s in ending.off] == [(date(2025, 10, 1), date(2025, 10, 8))]
    assert ending.made_up == (date(2025, 10, 11),)
    rolled = clocks.days(date(2025, 9, 5), 30, calendar=CALENDAR)
    assert rolled.rolled_from == date(2025, 10, 5)
    for one in (ending, rolled):
        assert clocks.remembered(one.kind, one.amount, one.start, one.due, one.facts) == one


def test_a_year_that_is_not_loaded_refuses_and_says_which():
    for start, n in ((date(2026, 12, 29), 3), (date(2027, 1, 4), 1), (date(2024, 12, 31), 1)):
        with pytest.raises(YearNotLoaded) as refusal:
            clocks.working_days(CALENDAR, start, n)
        assert refusal.value.year == (2027 if start.year >= 2026 else 2024)
    with pytest.raises(YearNotLoaded):
        clocks.days(date(2026, 12, 10), 30, calendar=CALENDAR)


def test_an_owners_deadline_may_be_estimated_and_says_so():
    told = clocks.estimate(CALENDAR, date(2026, 12, 28), 10)
    assert told.estimated and told.due == date(2027, 1, 11)  # 29, 30, 31; then weekdays only
    assert not clocks.estimate(CALENDAR, date(2026, 12, 28), 3).estimated
    assert clocks.estimate(CALENDAR, date(2025, 9, 30), 3) == clocks.working_days(
        CALENDAR, date(2025, 9, 30), 3
    )


def test_a_kind_that_is_no_clock():
    with pytest.raises(ValueError, match="people"):
        clocks.end("people", date(2026, 1, 5), 3, calendar=CALENDAR)


def oracle(start: date, n: int) -> date | None:
    """The nth of the later days on which people work, picked from a filtered list; None beyond the years."""
    later = sorted(day for day, works in DAYS.items() if works and day > start)
    return later[n - 1] if n <= len(later) else None


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 60))
def test_working_days_agree_with_the_list_of_days_worked(start, n):
    due = oracle(start, n)
    if due is None:
        with pytest.raises(YearNotLoaded):
            clocks.working_days(CALENDAR, start, n)
        assert clocks.estimate(CALENDAR, start, n).estimated
        return
    ending = clocks.working_days(CALENDAR, start, n)
    assert ending.due == due == clocks.estimate(CALENDAR, start, n).due
    # Days between are either worked, or named as off; none is both, none is forgotten.
    off = sum((s.last - s.first).days + 1 for s in ending.off)
    assert off + n == (due - start).days


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(SHANGHAI)),
    st.integers(0, 240),
)
def test_an_hour_clock_is_a_difference_of_instants(start, n):
    due = clocks.hours(start, n).due
    assert due.timestamp() - start.timestamp() == n * 3600
    assert due.utcoffset() == timedelta(hours=8)


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 300))
def test_later_events_never_end_earlier(start, n):
    with contextlib.suppress(YearNotLoaded):
        later = clocks.working_days(CALENDAR, start + timedelta(days=1), n)
        assert clocks.working_days(CALENDAR, start, n).due <= later.due
