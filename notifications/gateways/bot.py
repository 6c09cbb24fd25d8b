"""The robots of WeCom, DingTalk and Feishu groups, through apprise (an extra: pip install "xiaohuan[notify]").

A robot speaks to a group, not to a person, and knows no idempotency key: what a worker that was killed had just
sent is said again.
"""

from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.gateways.outcome import Later, LineDown, Parcel


class Bot:
    """A session with one robot."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.robot = None

    def open(self) -> None:
        """Makes sure that apprise is there and understands the address. Raises LineDown."""
        if self.robot is not None:
            return
        try:
            apprise = import_module("apprise")
        except ImportError as error:
            words = _('Robots need the package apprise: pip install "xiaohuan[notify]".')
            raise LineDown("no-apprise", words) from error
        robot = apprise.Apprise()
        if not robot.add(self.address()):
            raise LineDown("bad-address", _("The address and key of the robot are not understood."))
        self.robot = robot

    def send(self, parcel: Parcel) -> None:
        """Says it in the group, to whom it is meant first. Raises NotBrought."""
        link = f"{settings.PUBLIC_URL}{parcel.link}" if parcel.link else ""
        text = "\n".join(filter(None, [f"@{parcel.name}", parcel.body or parcel.title, link]))
        if not self.robot.notify(title=parcel.title, body=text):
            raise Later("robot", _("The robot did not take the message."), trouble=True)

    def close(self) -> None:
        """Nothing is kept open."""

    def address(self) -> str:
        """The address as apprise reads it: with the key, and with limits on its time."""
        whole = f"{self.gateway.url}{self.gateway.secret}"
        return f"{whole}{'&' if '?' in whole else '?'}cto=5&rto={self.gateway.timeout}"
