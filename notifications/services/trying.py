"""Trying a gateway with a letter of its own, outside the outbox."""

import uuid
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.gateways.outcome import NotBrought, Parcel
from notifications.models import Gateway, address_problem
from notifications.quiet import Quiet
from notifications.services.lines import lane_of


def try_gateway(gateway: Gateway, *, phone: str, name: str, now: datetime) -> tuple[bool, str]:
    """Sends one letter that says that it is a test: whether the gateway took it, and a sentence about it."""
    if problem := address_problem(gateway.channel, gateway.url):
        return False, problem
    session = lane_of(gateway.channel, gateway).session()
    try:
        session.open()
        session.send(_test_letter(phone, name, now))
    except NotBrought as error:
        return False, error.words
    finally:
        session.close()
    return True, _("%(gateway)s took the test message.") % {"gateway": gateway}


def _test_letter(phone: str, name: str, now: datetime) -> Parcel:
    subject = _("Test message of Xiaohuan: please ignore it.")
    return Parcel(
        id=0, attempts=1, token=str(uuid.uuid4()), subject=subject, body="", link="", kind="test",
        on=timezone.localdate(now), name=name, email="", phone=phone, active=True, urgent=True,
        expires_at=None, quiet=Quiet(),
    )  # fmt: skip
