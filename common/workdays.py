"""Working days of the official calendar: plain arithmetic that never guesses beyond its years."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from common.errors import RuleBroken


class YearNotLoaded(RuleBroken):
    """A computation that leaves the loaded years; `year` is the one to load."""

    code = "year_not_loaded"

    def __init__(self, year: int, message=""):
        super().__init__(message or f"The working days of {year} are not loaded. Load that year first.")
        self.year = year


@dataclass(frozen=True)
class Day:
    """One day of the calendar; `note` names the holiday, or marks a make-up working day."""

    date: date
    is_workday: bool
    note: str = ""


@dataclass(frozen=True)
class Stretch:
    """Days off in a row, first and last included; `notes` is empty for an ordinary weekend."""

    first: date
    last: date
    notes: tuple[str, ...] = ()

    @property
    def is_holiday(self) -> bool:
        return bool(self.notes)


@dataclass(frozen=True)
class Explanation:
    """Why `days` working days after `start` end on `due`: the days off in between and the weekends worked."""

    start: date
    days: int
    due: date
    off: tuple[Stretch, ...]
    made_up: tuple[date, ...]

    def __str__(self):
        return f"{self.days} working days from {self.start} end on {self.due}"


class Calendar:
    """An immutable set of whole years. A year of which a day is missing counts as not loaded.

    `wording` turns an Explanation into a sentence and `refusal` a missing year into one; both are called
    when the sentence is needed, so that they can speak the reader's language.
    """

    def __init__(
        self,
        days: Iterable[Day],
        *,
        wording: Callable[[Explanation], str] = str,
        refusal: Callable[[int], str] = lambda year: "",
    ):
        by_date = {day.date: day for day in days}
        self._days = by_date
        self._wording = wording
        self._refusal = refusal
        self.loaded_years = tuple(
            year for year in sorted({day.year for day in by_date}) if _is_whole(by_date, year)
        )
        self._runs = [_Run(first, last, by_date) for first, last in _consecutive(self.loaded_years)]

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`. Raises YearNotLoaded."""
        self._run(day)
        return self._days[day].is_workday

    def shift(self, day: date, n: int) -> date:
        """The `n`th working day after `day`, which itself is not counted (before it, where n is negative).

        0 gives `day` itself, working day or not. Raises YearNotLoaded.
        """
        run = self._run(day)
        if n == 0:
            return day
        at = bisect_right(run.workdays, day) + n - 1 if n > 0 else bisect_left(run.workdays, day) + n
        if at < 0:
            raise self._missing(run.first_year - 1)
        if at >= len(run.workdays):
            raise self._missing(run.last_year + 1)
        return run.workdays[at]

    def count(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative where `end` is earlier.

        So `shift(start, count(start, end)) == end` wherever `end` is a working day after `start`.
        Raises YearNotLoaded.
        """
        if end < start:
            return -self.count(end, start)
        run = self._run(start)
        if end.year > run.last_year:
            raise self._missing(run.last_year + 1)
        return bisect_right(run.workdays, end) - bisect_right(run.workdays, start)

    def holiday(self, day: date) -> str:
        """The name of the public holiday on `day`; "" for other days, ordinary weekends and years not loaded."""
        found = self._days.get(day)
        return found.note if found and not found.is_workday else ""

    def next_workday(self, day: date) -> date:
        """`day` itself if people work on it, else the first working day after it. Raises YearNotLoaded."""
        return day if self.is_workday(day) else self.shift(day, 1)

    def explanation(self, day: date, n: int) -> Explanation:
        """The facts behind `shift(day, n)`. Raises YearNotLoaded."""
        due = self.shift(day, n)
        low, high = min(day, due), max(day, due)
        between = [self._days[low + timedelta(days=i)] for i in range((high - low).days + 1)]
        between = [d for d in between if d.date != day]
        return Explanation(
            start=day,
            days=n,
            due=due,
            off=tuple(_stretches(d for d in between if not d.is_workday)),
            made_up=tuple(d.date for d in between if d.is_workday and d.date.weekday() >= 5),
        )

    def explain(self, day: date, n: int) -> str:
        """`explanation` as a sentence, in the words this calendar was given. Raises YearNotLoaded."""
        return self._wording(self.explanation(day, n))

    def _run(self, day: date) -> "_Run":
        for run in self._runs:
            if run.first_year <= day.year <= run.last_year:
                return run
        raise self._missing(day.year)

    def _missing(self, year: int) -> YearNotLoaded:
        return YearNotLoaded(year, self._refusal(year))


class _Run:
    """Consecutive loaded years and their working days in order."""

    def __init__(self, first_year: int, last_year: int, days: dict[date, Day]):
        self.first_year, self.last_year = first_year, last_year
        self.workdays = sorted(
            day.date for day in days.values() if day.is_workday and first_year <= day.date.year <= last_year
        )


def _is_whole(days: dict[date, Day], year: int) -> bool:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    return all(first + timedelta(days=i) in days for i in range((after - first).days))


def _consecutive(years: tuple[int, ...]) -> list[tuple[int, int]]:
    if not years:
        return []
    gaps = [(a, b) for a, b in pairwise(years) if b != a + 1]
    firsts = [years[0], *(b for _, b in gaps)]
    lasts = [*(a for a, _ in gaps), years[-1]]
    return list(zip(firsts, lasts, strict=True))


def _stretches(off: Iterable[Day]) -> Iterable[Stretch]:
    """Days off in a row, glued together; the notes in the order met."""
    run: list[Day] = []
    for day in off:
        if run and day.date != run[-1].date + timedelta(days=1):
            yield _stretch(run)
            run = []
        run.append(day)
    if run:
        yield _stretch(run)


def _stretch(run: list[Day]) -> Stretch:
    notes = tuple(dict.fromkeys(day.note for day in run if day.note))
    return Stretch(run[0].date, run[-1].date, notes)
