"""Quiet hours and back-off: rules with a shape."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.backoff import burst, grant, pause_after, wait_after
from notifications.quiet import Quiet, end_of_quiet

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(time(22), time(7, 30))
MINUTE = timedelta(minutes=1)


def at(day, hour, minute=0):
    return datetime(2025, 3, day, hour, minute, tzinfo=ZONE)


def weekend(day: date) -> bool:
    return day.weekday() >= 5


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(3, 21, 59), at(3, 21, 59)),
        (at(3, 22), at(4, 7, 30)),
        (at(3, 23, 59), at(4, 7, 30)),
        (at(4, 0), at(4, 7, 30)),
        (at(4, 7, 29), at(4, 7, 30)),
        (at(4, 7, 30), at(4, 7, 30)),
    ],
)
def test_hours_over_midnight(moment, expected):
    assert end_of_quiet(moment, NIGHT, weekend) == expected


def test_hours_within_a_day():
    noon = Quiet(time(12), time(14))
    assert end_of_quiet(at(3, 13), noon, weekend) == at(3, 14)
    assert end_of_quiet(at(3, 14), noon, weekend) == at(3, 14)


def test_friday_night_ends_on_monday_morning_where_days_off_are_quiet():
    both = Quiet(time(22), time(7, 30), days_off=True)
    assert end_of_quiet(at(7, 22, 30), both, weekend) == at(10, 7, 30)
    assert end_of_quiet(at(8, 12), both, weekend) == at(10, 7, 30)
    assert end_of_quiet(at(8, 12), Quiet(days_off=True), weekend) == at(10, 0)


def test_equal_ends_are_no_quiet_hours():
    assert end_of_quiet(at(3, 12), Quiet(time(8), time(8)), weekend) == at(3, 12)


def test_where_every_day_is_off_the_letter_comes_at_once():
    assert end_of_quiet(at(3, 12), Quiet(days_off=True), lambda _day: True) == at(3, 12)


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


@given(minutes, minutes, st.booleans(), st.integers(0, 14 * 24 * 60))
def test_the_end_is_the_first_instant_that_is_not_quiet(since, until, days_off, offset):
    quiet, moment = Quiet(since, until, days_off), at(1, 0) + offset * MINUTE

    def is_quiet(instant):
        clock = instant.hour * 60 + instant.minute
        begin, end = since.hour * 60 + since.minute, until.hour * 60 + until.minute
        hours = begin <= clock < end if begin <= end else clock >= begin or clock < end
        return hours or (days_off and weekend(instant.date()))

    expected = moment
    while is_quiet(expected):
        expected += MINUTE
    assert end_of_quiet(moment, quiet, weekend) == expected


@given(st.integers(1, 40_000))
def test_waits_grow_and_end_at_six_hours(attempts):
    ideal = min(2 ** min(attempts, 20), 360)
    assert timedelta(minutes=ideal * 0.75) <= wait_after(attempts) <= timedelta(minutes=ideal * 1.25)


@pytest.mark.parametrize(
    ("failures", "asked", "expected"),
    [(1, None, 120), (2, None, 240), (3, None, 480), (4, None, 600), (9999, None, 600), (1, 0, 1), (1, 30, 30),
     (5, 1e6, 3600)],
)  # fmt: skip
def test_a_way_out_rests_longer_each_time(failures, asked, expected):
    assert pause_after(failures, asked) == timedelta(seconds=expected)


@given(
    st.integers(1, 6000),
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 50)), min_size=1, max_size=60),
)
def test_no_stretch_of_time_carries_more_than_its_rate_and_one_burst(rate, asks):
    """Whoever asks, whenever and for how many: between any two askings at most rate x minutes + burst leave."""
    now, free_at, left = at(3, 8), None, []
    for gap, want in asks:
        now += timedelta(milliseconds=gap)
        count, free_at, wait = grant(free_at, now, want=want, rate=rate)
        assert 0 <= count <= want
        if count < want:
            assert timedelta(0) < wait <= MINUTE / rate
        left.append((now, count))
    for first in range(len(left)):
        total = 0
        for moment, count in left[first:]:
            total += count
            # Steps are whole microseconds: one letter of slack for the rounding.
            assert total <= (moment - left[first][0]) / MINUTE * rate + burst(rate) + 1


def test_a_rate_is_reached_by_whoever_keeps_asking():
    now, free_at, total = at(3, 8), None, 0
    for _n in range(120):
        count, free_at, wait = grant(free_at, now, want=50, rate=60)
        total += count
        now += wait
    assert 115 <= total <= 130
    assert now - at(3, 8) <= timedelta(seconds=120)
