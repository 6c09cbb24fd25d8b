"""The statements of a delivery run: taking letters under a lease, and noting what became of them."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from accounts.models import User
from notifications.gateways.outcome import Parcel
from notifications.models import Delivery, Message, Preference
from notifications.quiet import Quiet
from notifications.services.letters import fault_words
from notifications.services.lines import Lane

# A worker that dies holds its batch no longer than this; longer than a run and its last letter may take.
LEASE = timedelta(minutes=5)
TABLES = {
    model.__name__.lower(): f'"{model._meta.db_table}"' for model in (Delivery, Message, Preference, User)
}
# What an answer of the other side is called: with it the letter certainly did not arrive.
REFUSED = r"^(smtp|http)-[0-9]"
UNSURE = "expired-unsure"
# The first half of the key of a worker's lock; the second is the worker's number.
HANDS = 6_901
IN_HAND = f"SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = {HANDS} AND granted"
DUE = f"state IN ('pending', 'failed') AND next_attempt_at <= %(now)s AND coalesce(holder, 0) NOT IN ({IN_HAND})"


@dataclass(frozen=True)
class Outcome:
    """What became of one parcel. `state` None leaves the state as it was; `used` False gives the attempt back."""

    parcel: Parcel
    state: str | None = None
    used: bool = True
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    fault: str = ""
    words: str = ""


@contextmanager
def hand() -> Iterator[int]:
    """A worker's number, and a lock of its database session that says it is alive.

    What it has taken is passed over while the lock stands, also where a clock that was put forward says that the
    lease is long over; a worker that is killed loses its session, and the lock with it.
    """
    number = secrets.randbelow(2**31 - 1) + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [HANDS, number])
    try:
        yield number
    finally:
        if connection.connection and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [HANDS, number])


def claim(lane: Lane, size: int, now: datetime, *, holder: int | None = None) -> list[Parcel]:
    """The next letters of a lane, leased to the worker `holder`: others pass over them, and get them if it dies.

    One statement, which is its own transaction. The number of the attempt is the token of the lease.
    """
    gateway = "gateway_id IS NULL" if lane.gateway_id is None else "gateway_id = %(gateway)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS (
                SELECT id FROM {TABLES["delivery"]}
                WHERE {DUE} AND channel = %(channel)s AND {gateway}
                  AND (expires_at IS NULL OR expires_at > %(now)s)
                ORDER BY next_attempt_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED
            ), taken AS (
                UPDATE {TABLES["delivery"]} d SET attempts = attempts + 1, next_attempt_at = %(until)s,
                    holder = %(holder)s
                FROM due WHERE d.id = due.id
                RETURNING d.id, d.attempts, d.token, d.message_id, d.expires_at
            )
            SELECT t.id, t.attempts, t.token::text, m.subject, m.body, m.link, m.kind, m."on",
                   coalesce(u.name, m.to_name), coalesce(u.email, ''), coalesce(u.phone, m.to_phone),
                   coalesce(u.is_active, true), m.urgent, t.expires_at, p.quiet_from, p.quiet_to, p.quiet_days_off
            FROM taken t JOIN {TABLES["message"]} m ON m.id = t.message_id
            LEFT JOIN {TABLES["user"]} u ON u.id = m.recipient_id
            LEFT JOIN {TABLES["preference"]} p ON p.user_id = m.recipient_id
            ORDER BY t.id
            """,
            {
                "now": now,
                "until": now + LEASE,
                "channel": str(lane.channel),
                "gateway": lane.gateway_id,
                "size": size,
                "holder": holder,
            },
        )
        return [Parcel(*row[:14], quiet=Quiet(*row[14:16], bool(row[16]))) for row in cursor.fetchall()]


SETTLE = f"""
UPDATE {TABLES["delivery"]} d
SET state = coalesce(o.state, d.state), attempts = d.attempts - o.back, sent_at = o.sent_at, holder = NULL,
    next_attempt_at = coalesce(o.next_attempt_at, d.next_attempt_at),
    fault = CASE WHEN o.state IS NULL AND o.fault = '' THEN d.fault ELSE o.fault END,
    last_error = CASE WHEN o.state IS NULL AND o.fault = '' THEN d.last_error ELSE o.words END
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[],
            %s::text[], %s::text[])
     AS o(id, attempts, state, back, next_attempt_at, sent_at, fault, words)
WHERE d.id = o.id AND d.attempts = o.attempts AND d.state IN ('pending', 'failed')
"""
# What nearly every letter comes to, when it is noted by itself. Every worker sees it at once and a killed worker
# loses nothing; whether it waits for the disk decides what a crash of the database may forget.
SETTLE_SENT = f"""
WITH disk AS MATERIALIZED (SELECT set_config('synchronous_commit', %s, true))
UPDATE {TABLES["delivery"]} SET state = 'sent', sent_at = %s, fault = '', last_error = '' FROM disk
WHERE id = %s AND attempts = %s AND state IN ('pending', 'failed')
"""


def note(outcomes: Sequence[Outcome], *, on_disk: bool = True) -> None:
    """Writes down what became of some parcels, in one statement; a single "sent" need not wait for the disk.

    Only a claim that is still ours is settled: after a lost lease the outcome belongs to the next worker.
    """
    if not outcomes:
        return
    with connection.cursor() as cursor:
        if len(outcomes) == 1 and outcomes[0].state == Delivery.State.SENT:
            one = outcomes[0]
            wait = "on" if on_disk else "off"
            cursor.execute(SETTLE_SENT, [wait, one.sent_at, one.parcel.id, one.parcel.attempts])
            return
        rows = [
            (one.parcel.id, one.parcel.attempts, one.state and str(one.state), 0 if one.used else 1,
             one.next_attempt_at, one.sent_at, one.fault, one.words[:300])
            for one in outcomes
        ]  # fmt: skip
        cursor.execute(SETTLE, [list(column) for column in zip(*rows, strict=True)])


def queues(now: datetime) -> dict[tuple[str, int | None], int]:
    """How many letters are due in each lane."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT channel, gateway_id, count(*) FROM {TABLES['delivery']}"
            f" WHERE {DUE} AND channel <> 'in_app' GROUP BY channel, gateway_id",
            {"now": now},
        )
        return {(channel, gateway): count for channel, gateway, count in cursor.fetchall()}


def show(now: datetime) -> int:
    """The inbox shows a message by itself; its delivery is only noted."""
    due = Delivery.objects.due(now).filter(channel=Delivery.Channel.IN_APP)
    return due.update(state=Delivery.State.SENT, sent_at=now, attempts=F("attempts") + 1)


def expire(now: datetime) -> int:
    """Letters that can no longer be of use are not sent late: they say so instead. Those under way are left alone.

    Where an attempt was cut off before its outcome was noted, or the line broke in the middle, the letter may have
    arrived: then it says that, too.
    """
    free = Q(holder=None) | ~Q(holder__in=RawSQL(IN_HAND, []))
    over = Delivery.objects.due(now).filter(free, expires_at__lte=now)
    unsure = over.filter(attempts__gt=0).exclude(fault__regex=REFUSED)
    words = fault_words(UNSURE)
    count = unsure.update(state=Delivery.State.EXPIRED, fault=UNSURE, last_error=words)
    return count + over.update(state=Delivery.State.EXPIRED, fault="expired")


def strand(now: datetime) -> int:
    """Letters that name no gateway (written by other hands than `post_many`) say why they do not leave."""
    count = 0
    for channel in ("webhook", "bot"):
        fault = f"no-{channel}-gateway"
        lost = Delivery.objects.due(now).filter(channel=channel, gateway__isnull=True)
        count += lost.update(state=Delivery.State.IMPOSSIBLE, fault=fault, last_error=fault_words(fault))
    return count
