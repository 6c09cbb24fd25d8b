"""The limits of seals and suspensions, on both sides and over the ends of months and years."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification import limits
from reference.models import Limit

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 10), 12, date(2025, 3, 10)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2025, 2, 28), 12, date(2024, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2025, 12, 31)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2026, 1, 15), 13, date(2024, 12, 15)),
    ],
)
def test_months_back(day, months, before):
    assert limits.months_before(day, months) == before


@given(DAYS, st.integers(0, 36))
def test_months_back_keep_the_day_or_end_the_month(day, months):
    before = limits.months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or (before + timedelta(days=1)).day == 1


@pytest.mark.django_db
@given(DAYS)
def test_a_seal_is_thirty_calendar_days_whatever_lies_between(day):
    assert (limits.seal_last_day(day) - day).days == 30


@pytest.mark.django_db
def test_the_hours_of_an_urgent_seal_run_through_the_night():
    sealed = datetime(2026, 2, 16, 23, 30, tzinfo=UTC)  # the eve of the spring festival
    assert limits.urgent_study_by(sealed) == datetime(2026, 2, 17, 23, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_a_new_row_of_the_table_holds_from_its_day():
    Limit.objects.create(code="C11", name="查封", amount=20, unit="days", valid_from=date(2026, 7, 1))
    assert limits.seal_last_day(date(2026, 6, 30)) == date(2026, 7, 30)
    assert limits.seal_last_day(date(2026, 7, 1)) == date(2026, 7, 21)
