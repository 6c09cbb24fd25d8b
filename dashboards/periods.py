"""The stretch of days that figures speak of, and the one it is compared with. Plain Python."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, QUARTER, YEAR, ALL, OWN = "month", "quarter", "year", "all", "own"
KINDS = (MONTH, QUARTER, YEAR, ALL, OWN)


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included; None is an open end."""

    first: date | None = None
    last: date | None = None
    kind: str = OWN

    def until(self, day: date) -> "Period":
        """The part of the period that lies on or before a day."""
        return Period(self.first, min(self.last or day, day), self.kind)


def running(kind: str, on: date) -> Period:
    """The month, quarter or year so far; `all` has no ends."""
    if kind == MONTH:
        return Period(on.replace(day=1), on, kind)
    if kind == QUARTER:
        return Period(on.replace(month=on.month - (on.month - 1) % 3, day=1), on, kind)
    if kind == YEAR:
        return Period(on.replace(month=1, day=1), on, kind)
    return Period(kind=ALL)


def before(period: Period) -> Period | None:
    """What a period is compared with: the same days of the last month, quarter or year; else as many days before.

    None where the period has no beginning, so nothing lies before it.
    """
    if period.first is None or period.last is None:
        return None
    months = {MONTH: 1, QUARTER: 3, YEAR: 12}.get(period.kind)
    if months:
        return Period(back(period.first, months), back(period.last, months), period.kind)
    days = (period.last - period.first).days + 1
    return Period(period.first - timedelta(days), period.first - timedelta(1), period.kind)


def back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def yesterday(day: date) -> date:
    return day - timedelta(1)
