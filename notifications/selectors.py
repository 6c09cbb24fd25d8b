"""What the inbox, the letters that did not arrive and the choice of channels show."""

from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.models import Delivery, Gateway, Line, Message, Preference

TABS = ("stuck", "dropped", "expired")
OF_THE_ADDRESS = ("no-email", "no-phone", "locked", "smtp-5", "bounced-")


def unread_count(user) -> int:
    """The number at the bell."""
    return Message.objects.visible_to(user).unread().count()


def inbox(user, *, only_unread=False):
    """A person's messages, the newest first; `has_expired` where a letter came too late to be sent besides."""
    messages = Message.objects.visible_to(user)
    expired = Delivery.objects.filter(message=OuterRef("pk"), state=Delivery.State.EXPIRED)
    messages = messages.annotate(has_expired=Exists(expired))
    return messages.unread() if only_unread else messages


def about(key):
    """What was said about one thing (a case number), to whom, the newest first."""
    return Message.objects.filter(about=key).select_related("recipient").prefetch_related("deliveries")


def dead_letters(user, tab: str = "stuck"):
    """Letters that did not arrive, the newest first: to be mended, dropped, or expired."""
    rows = Delivery.objects.visible_to(user)
    rows = rows.stuck() if tab == "stuck" else rows.filter(state=tab)
    return rows.select_related("message__recipient", "gateway", "dropped_by").order_by("-pk")


def alike(user):
    """The faults at which letters of the list stick: (channel, fault, one of the sentences, how many)."""
    rows = Delivery.objects.visible_to(user).stuck().order_by()
    groups = (
        rows.values("channel", "fault")
        .annotate(words=Max("last_error"), count=Count("pk"))
        .order_by("-count")
    )
    names = dict(Delivery.Channel.choices)
    return [group | {"name": names[group["channel"]]} for group in groups[:20]]


@dataclass(frozen=True)
class Resting:
    """A way out that nobody tries at present, and since what was said."""

    name: str
    until: object
    words: str


def resting(now) -> list[Resting]:
    """The ways out that are out of order."""
    gateways = {one.line_name: one.name for one in Gateway.objects.all()}
    lines = Line.objects.filter(broken_until__gt=now)
    return [
        Resting(gateways.get(one.name, _("Mail server")), one.broken_until, one.last_error) for one in lines
    ]


def mend(delivery, user) -> tuple[str, str]:
    """Where what is wrong with a letter can be put right: (address, words); empty where nowhere."""
    message = delivery.message
    if delivery.fault.startswith(OF_THE_ADDRESS) or delivery.fault.startswith("http-4"):
        if message.recipient_id and user.may("account.manage"):
            return reverse("accounts:person", args=[message.recipient_id]), _("Mend the address")
        if not message.recipient_id and message.link:
            return message.link, _("Mend the telephone number")
    elif user.may("reference.manage") and delivery.channel != Delivery.Channel.EMAIL:
        return _gateway_page(delivery), _("Look at the gateway")
    return "", ""


def _gateway_page(delivery) -> str:
    if delivery.gateway_id:
        return reverse("admin:notifications_gateway_change", args=[delivery.gateway_id])
    return reverse("admin:notifications_gateway_add")


def preference(user) -> Preference:
    """A person's choice; what holds without one where there is none."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)
