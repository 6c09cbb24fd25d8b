"""The arithmetic of the ladder, against dates counted on the State Council's calendars of 2025 and 2026 by hand."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from common.workdays import Calendar, Day
from rectification.chase.ladder import Plan, Step, plan, upcoming

BEFORE, AFTER, HEAD, LEADER = Step("before-3", -3), Step("after-1", 1), Step("after-3", 3), Step("after-7", 7)
AGAIN = Step("again-5", 12, 5)
LADDER = [BEFORE, AFTER, HEAD, LEADER, AGAIN]


def calendar_of(*years):
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return Calendar(Day(day, chinese_calendar.is_workday(day)) for day in days)


@pytest.fixture(scope="module")
def calendar():
    return calendar_of(2025, 2026)


def day(text):
    return date.fromisoformat(f"2026-{text}")


# Spring Festival 2026: off 15-23 February; 14 and 28 February are worked. National Day: off 1-7 October and, for
# Mid-Autumn, 25-27 September; 10 October is worked.
DAYS = {
    "02-13": ["02-10", "02-14", "02-25", "03-02", "03-09", "03-16"],
    "02-18": ["02-12", "02-24", "02-26", "03-03", "03-10", "03-17"],
    "09-30": ["09-24", "10-08", "10-10", "10-15", "10-22", "10-29"],
    "03-08": ["03-04", "03-09", "03-11", "03-17", "03-24", "03-31"],
    "06-10": ["06-05", "06-11", "06-15", "06-22", "06-29", "07-06"],
}


@pytest.mark.parametrize("due_on", DAYS)
def test_each_rung_falls_on_its_working_day(calendar, due_on):
    expected = DAYS[due_on]
    found, missing = upcoming(LADDER, day(due_on), day("01-05"), calendar, cycles=2)
    assert [(when.isoformat()[5:], step.code, cycle) for when, step, cycle in found] == [
        (expected[0], "before-3", 0),
        (expected[1], "after-1", 0),
        (expected[2], "after-3", 0),
        (expected[3], "after-7", 0),
        (expected[4], "again-5", 0),
        (expected[5], "again-5", 1),
    ]
    assert missing is None


@pytest.mark.parametrize("due_on", DAYS)
def test_a_rung_is_owed_from_its_day_and_not_a_day_earlier(calendar, due_on):
    for at, when in enumerate(DAYS[due_on]):
        the_day = day(when)
        before = plan(LADDER, day(due_on), the_day - timedelta(days=1), calendar)
        after = plan(LADDER, day(due_on), the_day, calendar)
        assert before.next_on == the_day
        assert len(after.owed) == min(at + 1, 5)
        assert len(before.owed) == min(at, 5)


def latest(found):
    """Each rung that is owed with its last cycle."""
    return tuple((owed.step, owed.latest) for owed in found.owed)


def test_nothing_is_owed_long_before_the_deadline(calendar):
    assert plan(LADDER, day("06-10"), day("05-01"), calendar) == Plan((), day("06-05"))


def test_a_late_run_owes_every_rung_once_and_the_latest_cycle(calendar):
    # Deadline 13 February; by 20 March cycles 0 (9 March) and 1 (16 March) of the repeating rung have come.
    found = plan(LADDER, day("02-13"), day("03-20"), calendar)
    assert latest(found) == ((BEFORE, 0), (AFTER, 0), (HEAD, 0), (LEADER, 0), (AGAIN, 1))
    assert found.next_on == day("03-23")


def test_it_never_goes_silent(calendar):
    due_on, on = day("01-05"), day("01-05")
    for _ in range(40):
        following = plan(LADDER, due_on, on, calendar).next_on
        assert on < following <= on + timedelta(days=17)
        on = following


def test_a_ladder_without_repetition_ends(calendar):
    assert plan([BEFORE, AFTER], day("02-13"), day("06-01"), calendar).next_on is None


def test_the_year_that_is_not_loaded_is_named(calendar):
    # The seventh working day after 28 December lies in 2027: on the 4th of January at the earliest.
    found = plan(LADDER, day("12-28"), date(2027, 1, 4), calendar)
    assert latest(found) == ((BEFORE, 0), (AFTER, 0), (HEAD, 0))
    assert (found.next_on, found.missing_year) == (None, 2027)


def test_until_a_hidden_day_could_come_nobody_is_alarmed(calendar):
    found = plan(LADDER, day("12-28"), day("12-31"), calendar)
    assert latest(found) == ((BEFORE, 0), (AFTER, 0), (HEAD, 0))
    assert (found.next_on, found.missing_year) == (date(2027, 1, 4), None)


@pytest.mark.parametrize(("due_on", "look_on"), [("2027-01-08", "2026-12-20"), ("2027-02-20", "2027-02-01")])
def test_a_deadline_in_a_hidden_year_is_looked_at_in_time(due_on, look_on, calendar):
    found = plan(LADDER, date.fromisoformat(due_on), day("11-24"), calendar)
    assert found == Plan((), date.fromisoformat(look_on))


def test_what_lies_before_the_hidden_year_goes_on(calendar):
    found = plan(LADDER, day("12-28"), day("12-29"), calendar)
    assert latest(found) == ((BEFORE, 0), (AFTER, 0))
    assert (found.next_on, found.missing_year) == (day("12-31"), None)


def test_what_is_certain_is_still_owed_in_a_year_that_is_not_loaded(calendar):
    found = plan(LADDER, day("12-28"), date(2027, 1, 20), calendar)
    assert latest(found) == ((BEFORE, 0), (AFTER, 0), (HEAD, 0))
    assert (found.next_on, found.missing_year) == (None, 2027)


def test_a_deadline_in_a_year_that_is_not_loaded_waits(calendar):
    assert plan(LADDER, date(2027, 1, 8), day("12-31"), calendar) == Plan((), None, 2027)


def test_a_hidden_year_hides_the_rest_of_the_outlook(calendar):
    found, missing = upcoming(LADDER, day("12-28"), day("12-28"), calendar)
    assert [(when.isoformat(), step.code) for when, step, _cycle in found] == [
        ("2026-12-29", "after-1"),
        ("2026-12-31", "after-3"),
    ]
    assert missing == 2027


def test_a_gap_in_the_calendar_is_no_bridge():
    days = list(calendar_of(2024)._days.values()) + list(calendar_of(2026)._days.values())
    assert plan(LADDER, date(2024, 12, 30), date(2026, 3, 2), Calendar(days)).missing_year == 2025
