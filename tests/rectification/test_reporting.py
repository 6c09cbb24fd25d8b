"""Days of reports, spelled out by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification import reporting
from rectification.reporting import HALF_MONTHLY, MONTHLY, WEEKLY


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("every", "since", "covered", "due"),
    [
        (WEEKLY, "2026-03-10", "2026-03-10", "2026-03-17"),
        (WEEKLY, "2026-03-10", "2026-03-16", "2026-03-17"),
        (WEEKLY, "2026-03-10", "2026-03-17", "2026-03-24"),
        (WEEKLY, "2026-03-10", "2026-03-09", "2026-03-17"),
        (HALF_MONTHLY, "2026-03-10", "2026-03-24", "2026-03-25"),
        (HALF_MONTHLY, "2026-03-10", "2026-03-25", "2026-04-09"),
        (MONTHLY, "2026-03-10", "2026-03-10", "2026-04-10"),
        (MONTHLY, "2026-03-10", "2026-04-09", "2026-04-10"),
        (MONTHLY, "2026-03-10", "2026-04-10", "2026-05-10"),
        # A month without that day: its last one, and the day itself again in the next.
        (MONTHLY, "2026-01-31", "2026-01-31", "2026-02-28"),
        (MONTHLY, "2026-01-31", "2026-02-27", "2026-02-28"),
        (MONTHLY, "2026-01-31", "2026-02-28", "2026-03-31"),
        (MONTHLY, "2027-12-31", "2028-01-31", "2028-02-29"),
        (MONTHLY, "2026-11-15", "2026-12-15", "2027-01-15"),
    ],
)
def test_the_next_day_for_a_report(every, since, covered, due):
    assert reporting.next_due(every, day(since), day(covered)) == day(due)


@pytest.mark.parametrize(
    ("on", "last"),
    [
        ("2026-03-12", "2026-03-17"),  # early: the running period
        ("2026-03-17", "2026-03-17"),  # on its day
        ("2026-03-20", "2026-03-17"),  # three days late
        ("2026-04-01", "2026-03-31"),  # two periods late: one report answers for all that have ended
    ],
)
def test_what_a_report_speaks_of(on, last):
    since = day("2026-03-10")
    period = reporting.period_of(WEEKLY, since, covered=day("2026-03-09"), owed=day("2026-03-17"), on=day(on))
    assert (period.first, period.last, period.due_on) == (since, day(last), day("2026-03-17"))


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(st.sampled_from([WEEKLY, HALF_MONTHLY, MONTHLY]), DAYS, st.integers(0, 900))
def test_the_next_day_lies_ahead_and_no_further_than_one_period(every, since, later):
    covered = date.fromordinal(since.toordinal() + later)
    due = reporting.next_due(every, since, covered)
    assert covered < due
    assert (due - covered).days <= {WEEKLY: 7, HALF_MONTHLY: 15, MONTHLY: 31}[every]
    assert reporting.next_due(every, since, date.fromordinal(due.toordinal() - 1)) == due
