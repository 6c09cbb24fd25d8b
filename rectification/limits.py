"""The limits of suspensions and seals, as plain functions of the day for which they are asked.

Order 120 (消防监督检查规定). `calendar` is common.workdays.Calendar; what it does not know raises YearNotLoaded.
"""

from datetime import date, datetime, timedelta

STUDY_PEOPLE = 3
"""People at a collective study (集体研究), at least."""


def seal_days(on: date) -> int:
    """Calendar days a temporary seal lasts at most (Art. 22)."""
    return 30


def seal_last_day(starts_on: date) -> date:
    """The last day on which a seal begun on a day may stand; the day of the beginning does not count."""
    return starts_on + timedelta(days=seal_days(starts_on))


def urgent_study_hours(on: date) -> int:
    """Clock hours, nights and holidays included, from an urgent sealing to study and decision (Art. 23)."""
    return 24


def urgent_study_by(sealed_at: datetime) -> datetime:
    """The last instant for the collective study of an urgent seal."""
    return sealed_at + timedelta(hours=urgent_study_hours(sealed_at.date()))


def seal_decision_days(on: date) -> int:
    """Working days from the inspection to the decision on a seal and its service (Art. 23)."""
    return 3


def request_check_days(on: date) -> int:
    """Working days from a request to lift a seal or to resume to the check (Art. 25, Art. 29)."""
    return 3


def request_decision_days(on: date) -> int:
    """Working days from the check to the decision (Art. 25, Art. 29)."""
    return 3


def expiry_warning_days(on: date) -> int:
    """Calendar days before its end from which a seal is shown as ending (our own)."""
    return 7


def repeat_months(on: date) -> int:
    """Months within which another suspension of a unit counts as a repetition (our own)."""
    return 12


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def repeats_since(on: date) -> date:
    """The first day a suspension of which makes one proposed on `on` a repetition."""
    return months_before(on, repeat_months(on))
