"""How many days, where no law says it: rows of the dated table, so that a county sets its own practice."""

from datetime import date

from reference import limits

DRAWN, EVERY, CLOSED = 30, 14, 183
"""What holds in a county whose table has no such row."""


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
