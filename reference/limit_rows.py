"""The dated table of limits as each process keeps it: read once, and again as soon as anybody has changed it.

A change puts a new version into the shared cache when it is committed, whatever the process; every question compares
that version with the one of the rows at hand, which costs no statement. Within a transaction that has changed the
table itself it is read afresh and not kept: others do not see that change yet, and it may be rolled back.
"""

import time
import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models.signals import post_delete, post_migrate, post_save
from redis.exceptions import RedisError

from reference.models import Limit

VERSION = "limits-version"
KEPT_SECONDS = 600
"""How long what was changed past the product (in psql, say) may go unseen."""


@dataclass(frozen=True)
class Kept:
    rows: list[Limit]
    version: str | None
    until: float


_kept: Kept | None = None


def rows() -> list[Limit]:
    """All rows, of each limit the newest first."""
    global _kept
    if is_changed_here():
        return read()
    try:
        version = cache.get(VERSION)
    except RedisError:
        # Nobody can tell whether the table has changed.
        return read()
    kept = _kept
    if kept is None or kept.version != version or time.monotonic() > kept.until:
        kept = _kept = Kept(read(), version, time.monotonic() + KEPT_SECONDS)
    return kept.rows


def read() -> list[Limit]:
    return list(Limit.objects.order_by("code", "-valid_from"))


def is_changed_here() -> bool:
    """Whether this transaction has changed the table and is not over; a rollback forgets what was to be announced."""
    return any(entry[1] is announce for entry in connection.run_on_commit)


def note_change(**_signal) -> None:
    """Tell every process once the change is committed."""
    forget()
    transaction.on_commit(announce, robust=True)


def announce() -> None:
    cache.set(VERSION, uuid.uuid4().hex, timeout=None)
    forget()


def forget(**_signal) -> None:
    """Make the next question read the table."""
    global _kept
    _kept = None


post_save.connect(note_change, Limit, dispatch_uid="limits_changed_by_save")
post_delete.connect(note_change, Limit, dispatch_uid="limits_changed_by_delete")
# A migration fills the table, a flush empties it, neither of them through the model.
post_migrate.connect(forget, dispatch_uid="limits_changed_by_migration")
