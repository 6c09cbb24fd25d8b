"""Writing letters into the outbox, one or a hundred thousand, with the same few statements."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from common import days
from notifications.models import Delivery, Message
from notifications.services.letters import EMAIL, IN_APP, Letter, Way, Ways

BOTH = (IN_APP, EMAIL)

WRITE_MESSAGES = f"""
INSERT INTO {Message._meta.db_table}
    (recipient_id, kind, subject, body, link, about, key, "on", to_name, to_phone, region,
     urgent, not_before, created_at)
SELECT *, %s::timestamptz FROM unnest(
    %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[],
    %s::text[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[])
ON CONFLICT (key) DO NOTHING
RETURNING key, id
"""
WRITE_DELIVERIES = f"""
INSERT INTO {Delivery._meta.db_table}
    (message_id, channel, gateway_id, state, next_attempt_at, fault, last_error, expires_at, sent_at, attempts)
SELECT *, CASE WHEN state = 'sent' THEN %s::timestamptz END, CASE WHEN state = 'sent' THEN 1 ELSE 0 END
FROM unnest(
    %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[])
    AS way(message_id, channel, gateway_id, state, next_attempt_at, fault, last_error, expires_at)
ON CONFLICT DO NOTHING
"""


def post_many(letters: Iterable[Letter], *, now: datetime) -> int:
    """Writes letters and their deliveries, six statements however many there are; returns how many were new.

    A letter whose key exists adds nothing, whoever wrote it and however often this runs at once.
    """
    by_key: dict[str, Letter] = {}
    for letter in letters:
        by_key.setdefault(letter.key, letter)
    if not by_key:
        return 0
    with transaction.atomic():
        written = _write_messages(list(by_key.values()), now)
        fresh = [(pk, by_key[key]) for key, pk in written.items()]
        ways = Ways([letter for _pk, letter in fresh], now=now) if fresh else None
        _write_deliveries([(pk, letter, way) for pk, letter in fresh for way in ways.of(letter)], now)
    return len(fresh)


def post(
    *, recipient, kind, subject, key, on, body="", link="", about="", channels=BOTH, now=None
) -> Message:
    """Says something to a person by just these channels. The same `key` again says nothing more."""
    return _post(recipient, key, now, kind=kind, subject=subject, on=on, body=body, link=link, about=about,
                 must=tuple(channels), may=())  # fmt: skip


def write_to(person, *, key, now=None, **said) -> Message:
    """Says something to a person: in the inbox, and by e-mail where they have an address and want it."""
    return _post(person, key, now, **said)


def _post(person, key, now, **said) -> Message:
    post_many([Letter(recipient_id=person.pk, key=key, **said)], now=now or days.now())
    return Message.objects.get(key=key)


def _write_messages(letters: list[Letter], now) -> dict[str, int]:
    """The ids of the messages that are new, by key. Written in the order of their keys: two runs never cross locks."""
    rows = [
        (one.recipient_id, one.kind, one.subject[:200], one.body, one.link, one.about, one.key, one.on,
         one.to_name[:60], one.to_phone[:30], one.region, one.urgent, one.not_before)
        for one in sorted(letters, key=lambda one: one.key)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WRITE_MESSAGES, [now, *columns(rows)])
        return dict(cursor.fetchall())


def _write_deliveries(rows: list[tuple[int, Letter, Way]], now) -> None:
    if not rows:
        return
    facts = [
        (pk, str(way.channel), way.gateway_id, str(way.state), way.next_attempt_at, way.fault, way.last_error,
         letter.expires_at)
        for pk, letter, way in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WRITE_DELIVERIES, [now, *columns(facts)])


def columns(rows: list[tuple]) -> list[list]:
    """Rows as lists by column, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)]
