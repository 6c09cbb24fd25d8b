"""Signs of life of the worker, of beat and of the delivery, kept in the cache where every process sees them."""

import time

from django.core.cache import cache

MAX_AGE = 120  # seconds; four missed beats
WHO = ("worker", "beat", "delivery")


def beat(who: str) -> None:
    """Write down that this process lives, or that this job has come to its end."""
    cache.set(f"heartbeat:{who}", time.time(), timeout=None)


def begin(who: str) -> None:
    """A worker that will do this job is up; it has done nothing yet.

    Kept from the first start since the last sign of life: a worker that dies and starts again in a ring must not
    look as if it had only just begun.
    """
    since, last = cache.get(f"begun:{who}"), cache.get(f"heartbeat:{who}")
    if since is None or (last is not None and last > since):
        cache.set(f"begun:{who}", time.time(), timeout=None)


def begun(who: str) -> float | None:
    """Seconds since `begin`, or None where nobody has begun."""
    return _since(f"begun:{who}")


def forget(who: str, *jobs: str) -> None:
    """It stopped in good order: nobody should believe for two more minutes that it lives, or waits for its `jobs`."""
    cache.delete_many([f"heartbeat:{who}", *(f"begun:{job}" for job in jobs)])
    cache.set(f"stopped:{who}", time.time(), timeout=None)


def stopped(who: str) -> float | None:
    """Seconds since it stopped in good order, or None when it never did."""
    return _since(f"stopped:{who}")


def age(who: str) -> float | None:
    """Seconds since the last sign of life, or None when there was none."""
    return _since(f"heartbeat:{who}")


def _since(key: str) -> float | None:
    seen = cache.get(key)
    return None if seen is None else max(0.0, time.time() - seen)
