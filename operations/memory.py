"""What the watchdog knows from its last look: in the database where it answers, and always in a small file."""

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from operations.models import Look, Outage

log = logging.getLogger(__name__)
LOCK = 0x786977  # any number that nobody else locks


@dataclass
class Standing:
    """An outage that lasts."""

    part: str
    reason: str
    began_at: datetime
    told_at: datetime | None = None
    times: int = 0
    told_by: str = ""
    in_database: bool = False


@dataclass
class Memory:
    """The outages that last, by part, and the addresses found at the last look that could ask for them."""

    standing: dict[str, Standing] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)


# --- the file ------------------------------------------------------------------------------------------
def read_file() -> Memory:
    """What the file says; nothing where it is missing or cannot be read: then an outage is told once more."""
    try:
        kept = json.loads(Path(settings.WATCHDOG_FILE).read_text(encoding="utf-8"))
        rows = [Standing(**row | times_of(row)) for row in kept["standing"]]
        return Memory({row.part: row for row in rows}, [str(one) for one in kept["addresses"]])
    except FileNotFoundError:
        return Memory()
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("watchdog: %s cannot be read: %s", settings.WATCHDOG_FILE, type(error).__name__)
        return Memory()


def times_of(row: dict) -> dict:
    told_at = row["told_at"] and datetime.fromisoformat(row["told_at"])
    return {"began_at": datetime.fromisoformat(row["began_at"]), "told_at": told_at}


def write_file(memory: Memory) -> None:
    """Whole or not at all. A folder that takes no file is said in the log and stops nothing."""
    path = Path(settings.WATCHDOG_FILE)
    kept = {"standing": [vars(row) for row in memory.standing.values()], "addresses": memory.addresses}
    text = json.dumps(kept, default=datetime.isoformat, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        log.error("watchdog: %s cannot be written: %s", path, error.strerror)


# --- the database --------------------------------------------------------------------------------------
@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Whether this is the only watchdog that looks just now; the lock goes with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def merge(memory: Memory) -> Memory:
    """The file's memory brought together with the rows, which another watchdog may have written.

    What the file alone knows happened while the database was down. What the file knows from the database, and the
    database no longer has, somebody else has seen the end of.
    """
    rows = {row.part: row for row in Outage.objects.standing()}
    known = {part: one for part, one in memory.standing.items() if part in rows or not one.in_database}
    for part, row in rows.items():
        kept = known.get(part)
        if kept is None or (row.told_at and (kept.told_at is None or kept.told_at < row.told_at)):
            facts = (row.part, row.reason, row.began_at, row.told_at, row.times_told, row.told_by)
            known[part] = Standing(*facts)
        known[part].in_database = True
    return Memory(known, memory.addresses)


def write_rows(memory: Memory, ended: list[Standing], now: datetime) -> None:
    """What lasts and what has ended, as rows; and that somebody looked."""
    for one in memory.standing.values():
        Outage.objects.update_or_create(part=one.part, over_at=None, defaults=facts_of(one))
        one.in_database = True
    for one in ended:
        facts = facts_of(one) | {"over_at": max(now, one.began_at)}
        Outage.objects.update_or_create(part=one.part, over_at=None, defaults=facts)
    Look.objects.update_or_create(pk=1, defaults={"at": now, "people": len(memory.addresses)})


def facts_of(one: Standing) -> dict:
    return {
        "reason": one.reason[:300],
        "began_at": one.began_at,
        "told_at": one.told_at,
        "times_told": one.times,
        "told_by": one.told_by[:300],
    }
