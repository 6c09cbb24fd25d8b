"""The random draw of look-backs as plain arithmetic: the same seed draws the same cases, in whatever order they come.

Plain Python, no Django. Anybody can check a draw with a pocket tool: the cases of a township are ordered by the
SHA-256 of "seed:number", and the first x % of them are drawn.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256

QUARTER = re.compile(r"(20\d\d)Q([1-4])")


def lot(seed: int, number: str) -> str:
    """The ticket of one case in one draw."""
    return sha256(f"{seed}:{number}".encode()).hexdigest()


def share(count: int, percent: Decimal) -> int:
    """How many of `count` are drawn: rounded up, so that no township with a closed case goes free."""
    return int((count * percent / 100).to_integral_value(ROUND_CEILING))


def draw_from(numbers: Iterable[str], percent: Decimal, seed: int) -> list[str]:
    """The numbers drawn from one township, in their own order."""
    known = set(numbers)
    ordered = sorted(known, key=lambda number: (lot(seed, number), number))
    return sorted(ordered[: share(len(known), percent)])


def draw_all(pool: Mapping[str, Iterable[str]], percent: Decimal, seed: int) -> dict[str, list[str]]:
    """The numbers drawn from each township."""
    return {township: draw_from(pool[township], percent, seed) for township in sorted(pool)}


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def days_of(quarter: str) -> tuple[date, date]:
    """The first and the last day of "2026Q3". ValueError where it is no quarter."""
    found = QUARTER.fullmatch(quarter)
    if not found:
        raise ValueError(quarter)
    year, number = int(found[1]), int(found[2])
    after = date(year + number // 4, number % 4 * 3 + 1, 1)
    return date(year, number * 3 - 2, 1), after - timedelta(days=1)


def quarter_before(day: date) -> str:
    """The last quarter that was over on `day`."""
    first, _last = days_of(quarter_of(day))
    return quarter_of(first - timedelta(days=1))
