"""Shares, trends and ranks. Plain Python: 0 of 0 is nothing, 0 of n is nought."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

FOUR_PLACES = Decimal("0.0001")
SMALL = 10
"""Below this many cases a rate says little: it is shown, marked, and not ranked."""


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` with four places, half up; None where there is nothing to share."""
    return (Decimal(part) / Decimal(whole)).quantize(FOUR_PLACES, ROUND_HALF_UP) if whole else None


def points(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """The change of a rate in percentage points, one place; None where one of them is missing."""
    if now is None or then is None:
        return None
    return ((now - then) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def ranks(rates: Iterable[Decimal | None]) -> list[int | None]:
    """The place of each rate, 1 the best; equals share a place, None has none."""
    rates = list(rates)
    known = [rate for rate in rates if rate is not None]
    return [None if rate is None else 1 + sum(other > rate for other in known) for rate in rates]
