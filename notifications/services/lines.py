"""The ways out as all workers see them together: how fast each may be used, and which one is resting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from notifications.backoff import grant, pause_after
from notifications.gateways.bot import Bot
from notifications.gateways.email import Email
from notifications.gateways.outcome import NotBrought
from notifications.gateways.webhook import Webhook
from notifications.models import Gateway, Line

SESSIONS = {"webhook": Webhook, "bot": Bot}


@dataclass(frozen=True)
class Lane:
    """One way out with its queue: the mail server, or one gateway. `group` letters are noted down together."""

    name: str
    channel: str
    gateway_id: int | None
    session: Callable
    rate: int = 0
    connections: int = 1
    group: int = 1


def lane_of(channel: str, gateway: Gateway | None) -> Lane:
    """The lane of a channel.

    A mail server knows no idempotency key, so each e-mail is noted before the next one leaves: a killed worker
    repeats at most the one that was under way, and a database that crashes (not waiting for the disk each time)
    forgets at most the last twenty of a connection; both under the same Message-ID. A webhook's letters are noted in
    groups of twenty: what is repeated carries the same keys, and the gateway knows them. A robot is like a mail server.
    """
    if gateway is None:
        return Lane(
            "email", channel, None, Email,
            rate=settings.EMAIL_RATE_PER_MINUTE, connections=settings.EMAIL_CONNECTIONS,
        )  # fmt: skip
    group = 20 if channel == Gateway.Channel.WEBHOOK else 1
    return Lane(
        gateway.line_name, channel, gateway.pk, lambda: SESSIONS[channel](gateway),
        rate=gateway.rate_per_minute, connections=gateway.connections, group=group,
    )  # fmt: skip


def room(lane: Lane, want: int) -> tuple[int, timedelta]:
    """How many letters may leave now, taken from what all workers share, and how long until the next one may."""
    if not lane.rate:
        return want, timedelta(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Line._meta.db_table} (name) VALUES (%s) ON CONFLICT DO NOTHING", [lane.name]
        )
        cursor.execute(
            f"SELECT free_at, clock_timestamp() FROM {Line._meta.db_table} WHERE name = %s FOR UPDATE",
            [lane.name],
        )
        count, free_at, wait = grant(*cursor.fetchone(), want=want, rate=lane.rate)
        Line.objects.filter(pk=lane.name).update(free_at=free_at)
    return count, wait


def give_back(lane: Lane, count: int) -> None:
    """Room that was taken and not needed."""
    if lane.rate and count > 0:
        Line.objects.filter(pk=lane.name).update(
            free_at=F("free_at") - timedelta(minutes=1) / lane.rate * count
        )


def resting(now: datetime) -> set[str]:
    """The lanes that nobody should try yet."""
    return set(Line.objects.filter(broken_until__gt=now).values_list("pk", flat=True))


def failures(lane: Lane) -> int:
    """How often in a row the lane was out of order; 0 where it works."""
    return Line.objects.filter(pk=lane.name).values_list("failures", flat=True).first() or 0


def rest(lane: Lane, error: NotBrought, now: datetime) -> None:
    """Nobody tries the lane for a while: the longer, the oftener this happens in a row."""
    with transaction.atomic():
        Line.objects.get_or_create(pk=lane.name)
        line = Line.objects.select_for_update().get(pk=lane.name)
        line.failures += 1
        line.last_error = error.words
        line.broken_until = now + pause_after(line.failures, error.retry_after)
        line.save()


def works(lane: Lane) -> None:
    """The lane carried a letter after it had been out of order."""
    Line.objects.filter(pk=lane.name).update(failures=0, broken_until=None, last_error="")
