"""A letter before it is posted, and which ways it will go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Post, User
from notifications.models import Delivery, Gateway, Preference
from notifications.quiet import Quiet, end_of_quiet
from reference.selectors import calendar, people_work

IN_APP, EMAIL, WEBHOOK, BOT = Delivery.Channel.values
NOT_QUIET = Quiet()
CHANNELS = frozenset(Delivery.Channel.values)


@dataclass(frozen=True)
class Letter:
    """What is to be said to one person, once for each `key`.

    `recipient_id` None is a person without an account, such as the owner of a unit: they are told by SMS at
    `to_phone` and in no other way, and `region` says whose office looks after the letter.
    `must` are channels that the occasion demands, `may` those that go where the person has chosen them: every one
    unless the occasion says otherwise.
    Nothing is brought before `not_before`, nor after `expires_at`; an `urgent` letter passes over quiet hours.
    """

    recipient_id: int | None
    kind: str
    subject: str
    key: str
    on: date
    body: str = ""
    link: str = ""
    about: str = ""
    must: tuple[str, ...] = (IN_APP,)
    may: tuple[str, ...] = (EMAIL, WEBHOOK, BOT)
    not_before: datetime | None = None
    expires_at: datetime | None = None
    to_name: str = ""
    to_phone: str = ""
    urgent: bool = False
    region: str = ""

    def __post_init__(self):
        unknown = {*self.must, *self.may} - CHANNELS
        if unknown:
            raise ValueError(f"No such channel: {', '.join(sorted(unknown))}.")


@dataclass(frozen=True)
class Way:
    """One delivery of a letter as it will be written; a `fault` means that there is no way."""

    channel: str
    gateway_id: int | None = None
    state: str = Delivery.State.PENDING
    next_attempt_at: datetime | None = None
    fault: str = ""
    last_error: str = ""


@dataclass(frozen=True)
class Reach:
    """What is known of a person: addresses, choice, quiet time, and the gateways that serve their regions."""

    email: str = ""
    phone: str = ""
    active: bool = True
    chosen: frozenset[str] = frozenset({EMAIL})
    quiet: Quiet = NOT_QUIET
    codes: tuple[str, ...] = ()

    def fault(self, channel: str, gateway: Gateway | None) -> str:
        """Why nothing can go to this person by this channel; "" where it can."""
        if channel == IN_APP:
            return ""
        if not self.active:
            return "locked"
        if channel == EMAIL:
            return "" if self.email else "no-email"
        if channel == WEBHOOK and not self.phone:
            return "no-phone"
        return "" if gateway else f"no-{channel}-gateway"


def fault_words(fault: str) -> str:
    """Why a letter does not leave, in the county's language: it is kept with the delivery."""
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "locked": _("The account is locked."),
            "no-email": _("The person has no e-mail address."),
            "no-phone": _("There is no telephone number for this person."),
            "no-webhook-gateway": _("No SMS gateway in use serves this person's region."),
            "no-bot-gateway": _("No group-chat robot in use serves this person's region."),
            "expired-unsure": _("An attempt was cut off: whether it arrived is not known."),
        }[fault]


class Ways:
    """Works out the ways of many letters with a constant number of questions to the database."""

    def __init__(self, letters: Iterable[Letter], *, now: datetime):
        self.now = now
        ids = {letter.recipient_id for letter in letters} - {None}
        self.people = _people(ids, timezone.localdate(now))
        self.gateways = list(Gateway.objects.in_use())

    def of(self, letter: Letter) -> list[Way]:
        """The deliveries of one letter: what must be, on record even where it cannot; what may be, where it can."""
        reach = self.reach(letter)
        if letter.recipient_id is None:
            return [self.way(letter, reach, WEBHOOK)]
        must = dict.fromkeys(letter.must)
        chosen = [name for name in dict.fromkeys(letter.may) if name == IN_APP or name in reach.chosen]
        may = [
            name for name in chosen if name not in must and not reach.fault(name, self.gateway(name, reach))
        ]
        return [self.way(letter, reach, name) for name in (*must, *may)]

    def reach(self, letter: Letter) -> Reach:
        if letter.recipient_id is None:
            return Reach(phone=letter.to_phone, codes=(letter.region,))
        return self.people.get(letter.recipient_id, Reach(active=False))

    def gateway(self, channel: str, reach: Reach) -> Gateway | None:
        """The nearest gateway that serves one of the person's regions."""
        return nearest([one for one in self.gateways if one.channel == channel], reach.codes)

    def way(self, letter: Letter, reach: Reach, channel: str) -> Way:
        gateway = self.gateway(channel, reach)
        at = max(self.now, letter.not_before or self.now)
        if fault := reach.fault(channel, gateway):
            return Way(channel, None, Delivery.State.IMPOSSIBLE, self.now, fault, fault_words(fault))
        if channel == IN_APP:
            # The inbox shows a message by itself: there is nothing to bring.
            return Way(channel, None, "sent" if at <= self.now else "pending", at)
        if not letter.urgent and reach.quiet:
            at = end_of_quiet(timezone.localtime(at), reach.quiet, is_day_off())
        return Way(channel, gateway and gateway.pk, "pending", at)


def nearest(gateways: Iterable[Gateway], codes: Iterable[str]) -> Gateway | None:
    """Of the gateways whose region contains one of the codes, or that name none, the one with the smallest region."""
    serving = [
        one
        for one in gateways
        if one.region_id is None or any(code and code.startswith(one.region_id) for code in codes)
    ]
    return max(serving, key=lambda one: (len(one.region_id or ""), -one.pk), default=None)


def is_day_off() -> Callable[[date], bool]:
    """The official calendar; Saturday and Sunday in a year that is not loaded, for a letter must not wait for it."""
    days = calendar()
    return lambda day: not people_work(day, days)


def _people(ids: set[int], on: date) -> dict[int, Reach]:
    if not ids:
        return {}
    codes: dict[int, list[str]] = {}
    for user_id, code in Post.objects.current(on).filter(user_id__in=ids).values_list("user_id", "region_id"):
        codes.setdefault(user_id, []).append(code)
    choices = Preference.objects.in_bulk(ids)
    return {
        pk: _reach(email, phone, active, choices.get(pk), tuple(codes.get(pk, ())))
        for pk, email, phone, active in User.objects.filter(pk__in=ids).values_list(
            "pk", "email", "phone", "is_active"
        )
    }


def _reach(email, phone, active, choice: Preference | None, codes) -> Reach:
    if choice is None:
        return Reach(email, phone, active, codes=codes)
    return Reach(email, phone, active, choice.channels, choice.quiet, codes)
