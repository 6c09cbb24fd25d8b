"""The doors through which beat has the outbox emptied, and what came back read."""

import logging

from celery import shared_task

from common import days
from notifications import services

log = logging.getLogger(__name__)


@shared_task
def deliver() -> dict:
    """Brings what is due, and returns how much of it."""
    counts = services.deliver_due(now=days.now())
    if any(counts.values()):
        log.info("delivered %s", counts)
    return counts


@shared_task(time_limit=300)
def read_bounces() -> dict:
    """Reads what came back to the mailbox, and returns how much of each kind. Fails where it cannot be read."""
    counts = dict(services.read_mailbox().counts)
    if counts:
        log.info("bounces %s", counts)
    return counts
