"""The door through which beat has the outbox emptied."""

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
