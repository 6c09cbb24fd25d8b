"""The ladder once more, as a clerk with a wall calendar and a card index would climb it.

Plain Python. It shares no code with the product: it is handed rows as they stand in the tables, and does its own
arithmetic of days, of the repeats of a rung, and of who holds which post.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

FOREVER = float("inf")


class WallCalendar:
    """Working days of whole years, as printed."""

    def __init__(self, rows: Iterable[tuple[date, bool]]):
        self.days = sorted(day for day, works in rows if works)

    def walk(self, day: date, n: int) -> date | None:
        """So many working days on from `day`, or back; None beyond the print."""
        if n == 0:
            return day
        at = bisect_right(self.days, day) + n - 1 if n > 0 else bisect_left(self.days, day) + n
        return self.days[at] if 0 <= at < len(self.days) else None


@dataclass(frozen=True)
class Step:
    """A rung as its row has it."""

    id: int
    code: str
    watched: str
    grades: tuple[str, ...]
    levels: tuple[str, ...]
    clocks: tuple[str, ...]
    measure: str
    offset: int
    repeat_every: int | None
    recipients: tuple[str, ...]
    urgent: bool
    channels: tuple[str, ...]
    valid_from: date
    valid_to: date | None

    def is_for(self, thing: "Thing", grade: str, level: str) -> bool:
        return (
            self.watched == thing.watched
            and (not self.clocks or thing.code in self.clocks)
            and (not self.grades or grade in self.grades)
            and (not self.levels or (level or "none") in self.levels)
        )

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass
class Thing:
    """One version of one thing that is owed by a day, and between which real instants it stood open."""

    watched: str
    subject: int
    version: int
    due_on: date
    due_at: datetime
    case: int | None = None
    township: str = ""
    code: str = ""
    person: int | None = None
    asker: int | None = None
    inspector: int | None = None
    round: int | None = None
    stood: list[list[float]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, int, int]:
        return self.watched, self.subject, self.version

    def stands_throughout(self, since: float, until: float, slack: float) -> bool:
        return any(begun + slack < since and until < ended - slack for begun, ended in self.stood)

    def may_stand(self, since: float, until: float, slack: float) -> bool:
        return any(begun - slack <= until and since <= ended + slack for begun, ended in self.stood)


def cycles(step: Step, thing: Thing, calendar: WallCalendar, last: date) -> list[tuple[int, date]]:
    """Each cycle of a rung with its day, up to `last`, as far as the rung is in force on that day."""
    found, cycle = [], 0
    while True:
        day = calendar.walk(thing.due_on, step.offset + cycle * (step.repeat_every or 0))
        if day is None or day > last:
            return found
        if step.is_in_force(day):
            found.append((cycle, day))
        if not step.repeat_every:
            return found
        cycle += 1


def moments(step: Step, thing: Thing, last: datetime) -> list[tuple[int, datetime]]:
    """The same for a rung that is counted in hours."""
    found, cycle = [], 0
    while True:
        moment = thing.due_at + timedelta(hours=step.offset + cycle * (step.repeat_every or 0))
        if moment > last:
            return found
        found.append((cycle, moment))
        if not step.repeat_every:
            return found
        cycle += 1


# --- who is told ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Holding:
    """A post as its row has it, with whether the people in it may sign in."""

    id: int
    user: int
    user_active: bool
    role: str
    region: str
    is_head: bool
    starts_on: date
    ends_on: date | None
    deputy: int | None
    deputy_active: bool
    deputy_from: date | None
    deputy_to: date | None
    department: str = ""

    def serves(self, day: date) -> int | None:
        """Who does the work of this post on a day: the deputy while there is one, else the holder."""
        if not (self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)):
            return None
        away = self.deputy and self.deputy_from <= day and (self.deputy_to is None or day <= self.deputy_to)
        if away and self.deputy_active:
            return self.deputy
        return self.user if self.user_active else None


class CardIndex:
    """All posts; answers who is told as what, where, on a day."""

    def __init__(self, holdings: Iterable[Holding]):
        self.all = sorted(holdings, key=lambda one: one.id)

    def told(self, recipient: str, thing: Thing, level: str, day: date) -> set[int]:
        """The people told; where nobody serves, the nearest office in their stead."""
        return self._proper(recipient, thing, level, day) or self._office(thing.township, day)

    def _proper(self, recipient: str, thing: Thing, level: str, day: date) -> set[int]:
        town = thing.township
        match recipient:
            case "responsible":
                return self._named(thing.person or thing.inspector, day)
            case "asker":
                return self._named(thing.asker, day)
            case "inspector":
                return self._named(thing.inspector, day, role="inspector")
            case "officer":
                plain = self._in("township_officer", town, day, head=False)
                return plain or self._in("township_officer", town, day)
            case "township_head":
                return self._in("township_officer", town, day, head=True)
            case "leader":
                return self._in("leader", town[:6], day)
            case "office":
                return self._office(town, day)
            case "supervisor":
                return self._office(town[: {"province": 2, "city": 4}.get(level, 6)], day)
            case "department":
                return {
                    who
                    for one in self.all
                    if one.department and one.department == thing.code and town.startswith(one.region)
                    if (who := one.serves(day))
                }
        raise ValueError(recipient)

    def _in(self, role: str, region: str, day: date, head: bool | None = None) -> set[int]:
        return {
            who
            for one in self.all
            if (one.role, one.region) == (role, region) and head in (None, one.is_head)
            if (who := one.serves(day))
        }

    def _office(self, code: str, day: date) -> set[int]:
        for region in (code, code[:6], code[:4], code[:2]):
            if found := self._in("county_office", region, day):
                return found
        return set()

    def _named(self, user: int | None, day: date, role: str | None = None) -> set[int]:
        """Somebody who is named by the thing, as far as they hold a post; one person at most."""
        for one in self.all:
            if one.user == user and role in (None, one.role) and (who := one.serves(day)):
                return {who}
        return set()


def grouped(rows: Iterable, key) -> dict:
    """Rows by what `key` says of each."""
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
