"""Saying something once, and bringing it until it has arrived or everybody can see that it will not."""

from notifications.services.bounces import read_mailbox, read_report
from notifications.services.delivering import deliver_due, wait_after
from notifications.services.letters import Letter
from notifications.services.mending import drop, mark_read, retry, retry_alike, retry_dead
from notifications.services.posting import post, post_many, write_to
from notifications.services.trying import try_gateway

__all__ = [
    "Letter",
    "deliver_due",
    "drop",
    "mark_read",
    "post",
    "post_many",
    "read_mailbox",
    "read_report",
    "retry",
    "retry_alike",
    "retry_dead",
    "try_gateway",
    "wait_after",
    "write_to",
]
