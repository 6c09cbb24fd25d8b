"""How many days: rows of the dated table, so that a new rule or a county's own practice holds from its day.

`on` is the day for which it is asked. Articles are those of Order 120 (消防监督检查规定).
"""

from datetime import date, datetime, timedelta

from common.days import day_of
from reference import limits

DRAWN, EVERY, CLOSED = 30, 14, 183
"""What holds in a county whose table has no such row."""

DEMAND_DAYS, SEAL_WARNING, REPLY_DAYS = 3, 7, 10
"""What holds in a county whose table has no such row."""

STUDY_PEOPLE = 3
"""People at a collective study (集体研究), at least."""

SEAL_DAYS, URGENT_HOURS = 30, 24
"""What holds before the first row of the table: a seal without an end, or an endless study, is none."""


def lookback_days(grade: str, listed: bool, on: date, *, on_site: bool = False) -> int | None:
    """Calendar days from closing to the look-back (回头看); None where only a draw brings one about.

    None where the hazard was corrected on the spot, and where the table says nothing.
    """
    if on_site:
        return None
    return limits.amount("LOOKBACK-MAJOR" if grade == "major" or listed else "LOOKBACK-GENERAL", on)


def drawn_days(on: date) -> int:
    """Calendar days from a draw to the end of its look-backs."""
    return limits.amount("LOOKBACK-DRAWN", on) or DRAWN


def watch_days(on: date) -> int:
    """Calendar days between two looks at a unit that must not produce."""
    return limits.amount("WATCH-EVERY", on) or EVERY


def watch_ends_after(on: date) -> int:
    """Calendar days for which a unit that closed down is watched."""
    return limits.amount("WATCH-CLOSED", on) or CLOSED


# --- seals and suspensions -------------------------------------------------------------------------------
def reply_days(on: date) -> int:
    """Working days that a department has for its reply to a referral; practice, no rule names a number."""
    return limits.amount("REFERRAL-REPLY", on) or REPLY_DAYS


def police_days(on: date) -> int | None:
    """Working days in which a police station refers what is the fire authority's (Art. 33); None: no rule then."""
    return limits.amount("C15", on)


def seal_days(on: date) -> int:
    """Calendar days a temporary seal lasts at most (Art. 22)."""
    return limits.amount("C11", on) or SEAL_DAYS


def seal_last_day(starts_on: date) -> date:
    """The last day on which a seal begun on a day may stand; the day of the beginning does not count."""
    return starts_on + timedelta(days=seal_days(starts_on))


def urgent_study_hours(on: date) -> int:
    """Clock hours, nights and holidays included, from an urgent sealing to study and decision (Art. 23)."""
    return limits.amount("C10", on) or URGENT_HOURS


def urgent_study_by(sealed_at: datetime) -> datetime:
    """The last instant for the collective study of an urgent seal."""
    return sealed_at + timedelta(hours=urgent_study_hours(day_of(sealed_at)))


def demand_days(on: date) -> int:
    """Calendar days that a demand (催告书) leaves to obey unless somebody says otherwise."""
    return limits.amount("DEMAND-DAYS", on) or DEMAND_DAYS


def expiry_warning_days(on: date) -> int:
    """Calendar days before its end from which a seal is shown as ending (our own)."""
    return limits.amount("SEAL-WARNING", on) or SEAL_WARNING


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
