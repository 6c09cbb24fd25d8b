"""What people do with letters: read them, and mend those that did not arrive."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from notifications.models import Delivery
from notifications.services.letters import Letter, Ways

SHORTEST_REASON = 2
RETRY_AT_ONCE = 1000


def mark_read(messages, *, at) -> int:
    """Notes the first reading of the given messages (a queryset)."""
    return messages.unread().update(read_at=at)


def retry(deliveries, *, now) -> int:
    """A fresh start for letters that are stuck (a queryset), after somebody has put right what was wrong.

    The address and the gateway are looked up anew; where there still is no way, the letter stays and says why.
    Returns how many are on their way again. At most RETRY_AT_ONCE at a time, the oldest first.
    """
    with transaction.atomic():
        stuck = deliveries.stuck().select_related("message").order_by("pk")
        rows = list(stuck.select_for_update(of=("self",))[:RETRY_AT_ONCE])
        letters = {row.pk: _letter(row) for row in rows}
        ways = Ways(letters.values(), now=now)
        for row in rows:
            _start_afresh(row, ways.way(letters[row.pk], ways.reach(letters[row.pk]), row.channel))
        Delivery.objects.bulk_update(
            rows, ["state", "attempts", "next_attempt_at", "gateway", "fault", "last_error"], batch_size=500
        )
    return sum(row.state == Delivery.State.PENDING for row in rows)


def retry_dead(delivery, *, now) -> bool:
    """`retry` for one letter."""
    return bool(retry(Delivery.objects.filter(pk=delivery.pk), now=now))


def retry_alike(deliveries, *, channel: str, fault: str, now) -> int:
    """All letters of a queryset that stick at the same fault: the server is mended, or the gateway set up."""
    return retry(deliveries.filter(channel=channel, fault=fault), now=now)


def drop(delivery, *, by, reason: str, at) -> None:
    """Ends the attempts for good; who, when and why stay with the letter."""
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise RuleBroken(_("Say why the letter is dropped."), field="reason")
    facts = {"state": "dropped", "dropped_by": by, "dropped_at": at, "drop_reason": reason[:300]}
    if not Delivery.objects.stuck().filter(pk=delivery.pk).update(**facts):
        raise AlreadyDone(_("This letter is not stuck any more: it was tried again or dropped meanwhile."))


def _letter(delivery) -> Letter:
    said = delivery.message
    return Letter(
        recipient_id=said.recipient_id, kind=said.kind, subject=said.subject, key=said.key, on=said.on,
        to_name=said.to_name, to_phone=said.to_phone, region=said.region, urgent=said.urgent,
        not_before=said.not_before,
    )  # fmt: skip


def _start_afresh(row: Delivery, way) -> None:
    row.state, row.next_attempt_at, row.gateway_id = way.state, way.next_attempt_at, way.gateway_id
    row.fault, row.last_error, row.attempts = way.fault, way.last_error, 0
