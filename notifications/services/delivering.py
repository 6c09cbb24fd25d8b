"""Saying something once, and bringing it until it has arrived or everybody can see that it will not."""

import logging
import random
import smtplib
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from notifications.gateways.email import Email
from notifications.models import Delivery

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BATCH = 50
# A worker that dies holds its batch no longer than this.
LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=6)
SERVER_DOWN_WAIT = timedelta(minutes=2)


def deliver_due(*, now) -> dict[str, int]:
    """Brings what is due; safe to run twice, at the same time, or after a week. Returns counts by outcome."""
    counts = Counter(in_app=_show(now))
    gateway = Email()
    try:
        while batch := _claim(now):
            counts["claimed"] += len(batch)
            if not _reachable(gateway, batch, now):
                counts["put_off"] += len(batch)
                break
            for delivery in batch:
                counts[_bring(delivery, gateway, now)] += 1
    finally:
        gateway.close()
    return dict(counts)


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 ... minutes, at most six hours, a quarter more or less so that a crowd does not come back at once."""
    minutes = min(2**attempts, LONGEST_WAIT.total_seconds() / 60)
    return timedelta(minutes=minutes * random.uniform(0.75, 1.25))


def _show(now) -> int:
    """The inbox shows a message by itself; its delivery is only noted."""
    due = Delivery.objects.due(now).filter(channel=Delivery.Channel.IN_APP)
    return due.update(state=Delivery.State.SENT, sent_at=now, attempts=F("attempts") + 1)


@transaction.atomic
def _claim(now) -> list[Delivery]:
    """The next batch, leased to this worker: others pass over it, and get it back if we never report."""
    due = Delivery.objects.due(now).filter(channel=Delivery.Channel.EMAIL)
    ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    Delivery.objects.filter(pk__in=ids).update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    return list(Delivery.objects.filter(pk__in=ids).select_related("message__recipient"))


def _reachable(gateway, batch, now) -> bool:
    """Whether the mail server answers. If not, the batch waits, and no letter is nearer to its death for it."""
    try:
        gateway.open()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail server does not answer: %s", type(error).__name__)
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).update(
            attempts=F("attempts") - 1,
            next_attempt_at=now + SERVER_DOWN_WAIT,
            last_error=_("The mail server does not answer."),
        )
        return False
    return True


def _bring(delivery, gateway, now) -> str:
    """One letter. Whatever is wrong with it stays with it."""
    person = delivery.message.recipient
    if not person.email or not person.is_active:
        return _give_up(
            delivery,
            _("The person has no e-mail address.") if not person.email else _("The account is locked."),
        )
    try:
        gateway.send(delivery.message)
    except smtplib.SMTPServerDisconnected as error:
        gateway.close()
        return _fail(delivery, error, now)
    except Exception as error:
        # A letter may be wrong in ways that nobody foresaw; none of them may keep the next one waiting.
        return _fail(delivery, error, now)
    return _settle(delivery, Delivery.State.SENT, sent_at=now, last_error="")


def _fail(delivery, error, now) -> str:
    words = f"{type(error).__name__}: {error}"[:300]
    log.warning("delivery %s failed: %s", delivery.pk, type(error).__name__)
    if delivery.attempts >= MAX_ATTEMPTS:
        return _give_up(delivery, words)
    wait = now + wait_after(delivery.attempts)
    return _settle(delivery, Delivery.State.FAILED, next_attempt_at=wait, last_error=words)


def _give_up(delivery, words) -> str:
    return _settle(delivery, Delivery.State.DEAD, last_error=words)


def _settle(delivery, state, **columns) -> str:
    """Only the claim that is still ours is settled: after a lost lease the outcome belongs to the next one."""
    Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(state=state, **columns)
    return str(state)
