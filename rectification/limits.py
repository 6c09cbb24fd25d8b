"""How many days, where no law says it: the practice of the county, as plain numbers by day.

Plain Python, no Django. Each function takes the day from which the limit runs, so that a dated table can answer
instead without a change of its callers.
"""

from datetime import date


def lookback_days(grade: str, listed: bool, on: date, *, on_site: bool = False) -> int | None:
    """Calendar days from closing to the look-back (回头看); None where only a draw brings one about.

    Practice: 30 days for a major or listed hazard, 90 for others, none where it was corrected on the spot.
    """
    if on_site:
        return None
    return 30 if grade == "major" or listed else 90


def drawn_days(on: date) -> int:
    """Calendar days from a draw to the end of its look-backs. Practice: one month."""
    return 30


def watch_days(on: date) -> int:
    """Calendar days between two looks at a unit that must not produce. Practice: every two weeks."""
    return 14


def watch_ends_after(on: date) -> int:
    """Calendar days for which a unit that closed down is watched. Practice: half a year."""
    return 183
