"""How long to wait before the next attempt, and how many letters may leave now. Plain arithmetic."""

import random
from datetime import datetime, timedelta

LONGEST_WAIT = timedelta(hours=6)
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_ASKED = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 ... minutes, at most six hours, a quarter more or less so that a crowd does not come back at once."""
    minutes = min(2 ** min(attempts, 16), LONGEST_WAIT.total_seconds() / 60)
    return timedelta(minutes=minutes * random.uniform(0.75, 1.25))


def pause_after(failures: int, asked: float | None = None) -> timedelta:
    """How long a way out rests after its nth failure in a row: 2, 4, 8, 10 minutes, or what the server asked for.

    Servers that ask for more than an hour are asked again after an hour.
    """
    if asked is not None:
        return min(max(timedelta(seconds=asked), timedelta(seconds=1)), LONGEST_ASKED)
    return min(FIRST_PAUSE * 2 ** (min(max(failures, 1), 8) - 1), LONGEST_PAUSE)


def grant(
    free_at: datetime | None, now: datetime, *, want: int, rate: int
) -> tuple[int, datetime, timedelta]:
    """How many of `want` letters may leave now, the new `free_at`, and how long until the next one may.

    `rate` letters per minute, evenly: in any stretch of m minutes at most m * rate + burst(rate). `free_at` is the
    instant at which all that left so far would have left in an even stream; it never lies further back than a burst.
    """
    step = MINUTE / rate
    base = max(free_at, now - step * burst(rate)) if free_at else now - step * burst(rate)
    count = max(0, min(want, (now - base) // step))
    base += step * count
    return count, base, max(timedelta(0), base + step - now)


def burst(rate: int) -> int:
    """What may leave at once after a rest: what five seconds carry, at least one letter."""
    return max(1, rate // 12)
