"""Quiet time: when a letter that can wait is not brought. Plain arithmetic on one person's choice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
# No holiday is longer; beyond it the choice leaves no hour at all.
LONGEST = 31


@dataclass(frozen=True)
class Quiet:
    """Hours from `since` up to but not including `until` (over midnight where `since` is later), and days off.

    Equal ends mean no quiet hours: a whole day of silence every day would be no choice but an accident.
    """

    since: time | None = None
    until: time | None = None
    days_off: bool = False

    def __bool__(self):
        return self.has_hours or self.days_off

    @property
    def has_hours(self) -> bool:
        return self.since is not None and self.until is not None and self.since != self.until

    def covers(self, at: time) -> bool:
        """Whether the hours cover a time of day."""
        if not self.has_hours:
            return False
        if self.since < self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


def end_of_quiet(moment: datetime, quiet: Quiet, is_day_off: Callable[[date], bool]) -> datetime:
    """The first instant from `moment` on that is not quiet; `moment` itself where it is not.

    `moment` is in the zone of the county, and so is the answer. Were all of a month quiet, the letter would never
    come: then it comes at once.
    """
    at = moment
    for _n in range(2 * LONGEST):
        if quiet.days_off and is_day_off(at.date()):
            at = at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        elif quiet.covers(at.timetz().replace(tzinfo=None)):
            at = _until(at, quiet)
        else:
            return at
    return moment


def _until(at: datetime, quiet: Quiet) -> datetime:
    end = at.replace(
        hour=quiet.until.hour, minute=quiet.until.minute, second=quiet.until.second, microsecond=0
    )
    return end if end > at else end + DAY
