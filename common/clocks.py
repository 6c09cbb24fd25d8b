"""The end of a clock: working days, clock hours or calendar days after an event. Plain arithmetic, no Django.

The day of the event is not counted. A day means its end in Asia/Shanghai; an hour clock ends on an instant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.workdays import Calendar, Explanation, Stretch

SHANGHAI = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59, 59)

WORKING_DAYS = "working_days"
HOURS = "hours"
DAYS = "days"


@dataclass(frozen=True)
class Ending:
    """Where a clock ends and what lay on the way; `estimated` where weekends alone stood for a year not loaded."""

    kind: str
    amount: int
    start: date | datetime
    due: date | datetime
    off: tuple[Stretch, ...] = ()
    made_up: tuple[date, ...] = ()
    rolled_from: date | None = None
    estimated: bool = False

    @property
    def due_on(self) -> date:
        """The day on which it ends, in Shanghai."""
        return day_of(self.due)

    @property
    def due_at(self) -> datetime:
        """The last instant that is still in time."""
        return self.due if isinstance(self.due, datetime) else end_of(self.due)

    @property
    def facts(self) -> dict:
        """What lay on the way, as JSON keeps it: a calendar corrected later does not change why a day was set."""
        facts = {
            "off": [[s.first.isoformat(), s.last.isoformat(), list(s.notes)] for s in self.off],
            "made_up": [day.isoformat() for day in self.made_up],
        }
        return facts | ({"rolled_from": self.rolled_from.isoformat()} if self.rolled_from else {})


def remembered(kind: str, amount: int, start: date | datetime, due: date | datetime, facts: dict) -> Ending:
    """The Ending behind `facts`."""
    day = date.fromisoformat
    rolled = facts.get("rolled_from")
    return Ending(
        kind,
        amount,
        start,
        due,
        off=tuple(Stretch(day(a), day(b), tuple(notes)) for a, b, notes in facts.get("off", ())),
        made_up=tuple(day(one) for one in facts.get("made_up", ())),
        rolled_from=day(rolled) if rolled else None,
    )


def day_of(moment: date | datetime) -> date:
    """The day in Shanghai; a day stands for itself. ValueError for an instant without a zone."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime.combine(day, END_OF_DAY, SHANGHAI)


def working_days(calendar: Calendar, start: date | datetime, n: int) -> Ending:
    """The end of the `n`th working day after the day of `start`. Raises YearNotLoaded."""
    day = day_of(start)
    told: Explanation = calendar.explanation(day, n)
    return Ending(WORKING_DAYS, n, day, told.due, told.off, told.made_up)


def hours(start: datetime, n: int) -> Ending:
    """`n` hours later, through nights and holidays: these limits know no day off (Order 120, Art. 18 and 23)."""
    begun = start.astimezone(UTC)
    return Ending(HOURS, n, start.astimezone(SHANGHAI), (begun + timedelta(hours=n)).astimezone(SHANGHAI))


def days(start: date | datetime, n: int, *, calendar: Calendar | None = None) -> Ending:
    """The end of the `n`th calendar day after the day of `start`.

    A last day that is a day off stays: a seal of 30 days bounds a power over the owner, which no holiday
    lengthens. Where the table of limits says that such a period rolls over, pass `calendar`: it then ends on
    the next working day. Raises YearNotLoaded in that case only.
    """
    day = day_of(start)
    last = day + timedelta(days=n)
    if calendar is None or calendar.is_workday(last):
        return Ending(DAYS, n, day, last)
    due = calendar.next_workday(last)
    told = calendar.explanation(last - timedelta(days=1), 1)
    return Ending(DAYS, n, day, due, told.off, rolled_from=last)


def end(kind: str, start: date | datetime, n: int, *, calendar: Calendar, rolls: bool = False) -> Ending:
    """The end of a clock of any kind. Raises YearNotLoaded; ValueError for a kind that is no clock."""
    if kind == WORKING_DAYS:
        return working_days(calendar, start, n)
    if kind == HOURS:
        return hours(start, n)
    if kind == DAYS:
        return days(start, n, calendar=calendar if rolls else None)
    raise ValueError(kind)


def estimate(calendar: Calendar, start: date | datetime, n: int) -> Ending:
    """Working days for an owner's deadline that may leave the loaded years: there only weekends are skipped.

    For owners alone; what a statute counts is never estimated.
    """
    day = day_of(start)
    loaded = set(calendar.loaded_years)
    if all(year in loaded for year in range(day.year, _latest(day, n).year + 1)):
        return working_days(calendar, day, n)
    due, left, guessed = day, n, day.year not in loaded
    while left > 0:
        due += timedelta(days=1)
        known = due.year in loaded
        guessed = guessed or not known
        left -= calendar.is_workday(due) if known else due.weekday() < 5
    if not guessed:
        return working_days(calendar, day, n)
    return Ending(WORKING_DAYS, n, day, due, estimated=True)


def _latest(day: date, n: int) -> date:
    """A day that `n` working days certainly do not pass: the longest holidays in a row are nine days."""
    return day + timedelta(days=2 * n + 20)
