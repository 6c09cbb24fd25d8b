"""Emptying the outbox into a mail server and a gateway that take everything, against a bare loop in the same run.

The loop composes and sends the same letters, one after another over one connection, and keeps no record. Letters are
posted, claimed, brought and noted down for real; the sinks count what arrived and under which keys.

`python -m benchmarks.delivery` measures this alone; LETTERS sets how many.
"""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

from django.core.mail import get_connection
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from notifications import services
from notifications.gateways import email, webhook
from notifications.models import Delivery, Gateway, Message
from notifications.services import Letter, claims
from notifications.services.lines import lane_of

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 5000
PREFIX = "bench-delivery:"
BODY = "该隐患的整改期限已到。请按责令限期改正通知书的要求完成整改，并提交整改前后的照片和说明，以便复查。"


def run(letters: int) -> list[dict]:
    """The rows of the report; the people of devtools.scale must be there."""
    with sinks() as (mail_port, hook_port, count):
        gateway = Gateway.objects.create(
            channel="webhook",
            name="bench",
            url=f"http://127.0.0.1:{hook_port}/",
            secret="0" * 32,
            connections=4,
        )
        smtp = override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=mail_port,
        )
        # Letters of the county that wait for other hours are none of ours.
        Delivery.objects.open().update(next_attempt_at=timezone.now() + timedelta(days=365))
        try:
            with smtp:
                return [
                    *measure("e-mails", "email", None, letters, count, "mail"),
                    *measure("webhooks", "webhook", gateway, letters, count, "hooks"),
                ]
        finally:
            Message.objects.filter(key__startswith=PREFIX).delete()
            gateway.delete()


def measure(words: str, channel: str, gateway, letters: int, count, sink: str):
    """Posting, the bare loop and the delivery of `letters` letters by one channel."""
    posted = timed(lambda: post(channel, letters))
    bare = timed(lambda: LOOPS[channel](gateway))
    expect(count()[sink][0], letters, f"{words} of the bare loop")
    settle()
    ours = timed(empty)
    expect(count()[sink], [letters, letters], words)
    expect(
        Delivery.objects.filter(channel=channel, message__key__startswith=PREFIX, state="sent").count(),
        letters,
        f"{words} noted",
    )
    yield row(f"delivery, {letters} {words}", ours, bare, letters)
    yield row(f"delivery, {words} per second", letters / ours, None, letters, unit="1/s")
    yield row(f"delivery, {words} per second, bare loop", letters / bare, None, letters, unit="1/s")
    yield row(f"posting, {words} per second", letters / posted, None, letters, unit="1/s")


def post(channel: str, letters: int) -> None:
    """Writes them as the chase does, some thousands at a time."""
    now = timezone.now()
    people = people_with_address()
    for start in range(0, letters, AT_ONCE):
        batch = [letter(channel, n, people, now) for n in range(start, min(start + AT_ONCE, letters))]
        services.post_many(batch, now=now)


def letter(channel: str, n: int, people: list[int], now) -> Letter:
    facts = {
        "kind": "bench", "subject": f"隐患整改到期提醒（第 {n} 号）", "key": f"{PREFIX}{channel}:{n}",
        "on": timezone.localdate(now), "body": BODY, "link": f"/cases/{n}/",
    }  # fmt: skip
    if channel == "email":
        return Letter(recipient_id=people[n % len(people)], must=("email",), may=(), **facts)
    return Letter(recipient_id=None, to_name="负责人", to_phone=f"139{n:08}", **facts)


def people_with_address() -> list[int]:
    return list(
        User.objects.filter(is_active=True).exclude(email="").order_by("pk").values_list("pk", flat=True)
    )


def empty() -> None:
    """Runs as beat starts them, one behind the other, until nothing is due."""
    while services.deliver_due(now=timezone.now()).get("claimed"):
        pass


def mail_loop(_gateway) -> None:
    """Django's connection, the same letters, nothing else."""
    session = email.Email()
    session.connection = get_connection()
    session.open()
    for parcel in parcels("email", None):
        session.letter(parcel).send()
    session.close()


def hook_loop(gateway) -> None:
    """The standard library's client over one kept connection, the same signed bodies."""
    host, _slash, _path = gateway.url.removeprefix("http://").partition("/")
    line = HTTPConnection(host)
    for parcel in parcels("webhook", gateway):
        body, stamp = webhook.payload(parcel), str(int(time.time()))
        head = {
            "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": parcel.token,
            "X-Xiaohuan-Timestamp": stamp, "X-Xiaohuan-Signature": webhook.sign(gateway.secret, stamp, body),
        }  # fmt: skip
        line.request("POST", "/", body, head)
        line.getresponse().read()
    line.close()


LOOPS = {"email": mail_loop, "webhook": hook_loop}


def parcels(channel: str, gateway):
    """The letters to be sent, taken without a lease: rolled back at once."""
    with transaction.atomic():
        found = claims.claim(lane_of(channel, gateway), 10_000_000, timezone.now())
        transaction.set_rollback(True)
    return found


@contextmanager
def sinks():
    """The two servers in a process of their own: their ports, and a function that counts what arrived."""
    command = [sys.executable, "-m", "benchmarks.sinks"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def count() -> dict:
            process.stdin.write("count\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            mail_port, hook_port = json.loads(process.stdout.readline())
            yield mail_port, hook_port, count
        finally:
            process.stdin.close()


def expect(found, wanted, what: str) -> None:
    """A figure for letters that did not arrive, or arrived twice, would be worse than none."""
    if found != wanted:
        raise AssertionError(f"{what}: {found} arrived, {wanted} were expected.")


def settle() -> None:
    """What autovacuum would have done."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE notifications_delivery, notifications_message")


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(name: str, value: float, floor: float | None, letters: int, *, unit: str = "s") -> dict:
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "floor": None if floor is None else round(floor, 4),
        "ratio": None if floor is None else round(value / floor, 3),
        "cases": letters,
    }
