"""Signs of life of the worker and of beat, kept in the cache where every process sees them."""

import time

from django.core.cache import cache

MAX_AGE = 120  # seconds; four missed beats
WHO = ("worker", "beat")


def beat(who: str) -> None:
    """Write down that this process lives."""
    cache.set(f"heartbeat:{who}", time.time(), timeout=None)


def forget(who: str) -> None:
    """It stopped in good order: nobody should believe for two more minutes that it lives."""
    cache.delete(f"heartbeat:{who}")


def age(who: str) -> float | None:
    """Seconds since the last sign of life, or None when there was none."""
    seen = cache.get(f"heartbeat:{who}")
    return None if seen is None else max(0.0, time.time() - seen)
