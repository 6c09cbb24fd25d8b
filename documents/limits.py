"""The limits of service, as functions of the day on which they are asked for."""

from datetime import date, timedelta

from reference import limits

SERVE_WITHIN, NOTICE_DAYS = 3, 60
"""What holds before the first row of the table."""


def serve_within(on: date) -> int:
    """Working days from the inspection in which an order is issued and served (Order 120, Art. 19)."""
    return limits.amount("C2", on) or SERVE_WITHIN


def notice_days(on: date) -> int:
    """Calendar days after which a public notice counts as served (Civil Procedure Law, Art. 95; 60 before 2022)."""
    return limits.amount("NOTICE-SERVED", on) or NOTICE_DAYS


def serve_by(issued_on: date, calendar) -> date:
    """The last day to serve what was issued on a day. Raises YearNotLoaded."""
    return calendar.shift(issued_on, serve_within(issued_on))


def notice_counts_from(issued_on: date) -> date:
    """The first day on which a paper made public on the day of its issue counts as served."""
    return issued_on + timedelta(days=notice_days(issued_on))
