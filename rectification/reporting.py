"""When a listed hazard is reported on: periods counted from the day that the interval began. Plain arithmetic.

No national rule says how often. Local custom is weekly, half-monthly or monthly, so each listing says its own. A
report is due by the end of the last day of its period.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

WEEKLY, HALF_MONTHLY, MONTHLY = "weekly", "half_monthly", "monthly"
DAYS = {WEEKLY: 7, HALF_MONTHLY: 15}


@dataclass(frozen=True)
class Period:
    """What one report speaks of, both days included, and the day by which it was owed."""

    first: date
    last: date
    due_on: date


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of(every: str, since: date, number: int) -> date:
    """The last day of the period `number`, the first being 1."""
    if every == MONTHLY:
        return months_after(since, number)
    return since + timedelta(days=number * DAYS[every])


def periods_until(every: str, since: date, day: date) -> int:
    """How many periods have ended by the end of `day`."""
    if day < since:
        return 0
    if every != MONTHLY:
        return (day - since).days // DAYS[every]
    months = (day.year - since.year) * 12 + day.month - since.month
    return months if end_of(every, since, months) <= day else months - 1


def next_due(every: str, since: date, covered: date) -> date:
    """The first end of a period after `covered`, the last day that a report has spoken of."""
    return end_of(every, since, periods_until(every, since, covered) + 1)


def period_of(every: str, since: date, *, covered: date, owed: date, on: date) -> Period:
    """What a report made `on` speaks of: from the day after `covered` to the end of the last period that has ended.

    A report before its day speaks of the running period; one that comes periods late answers for all of them.
    """
    ended = end_of(every, since, periods_until(every, since, on))
    return Period(covered + timedelta(days=1), max(owed, ended), owed)
