"""Rungs as a run may rely on them, whatever came into their table past the form: one bad rung stops no other.

The form refuses all of this (services.ladder); a row written by other hands does not pass through it. Nobody is
forgotten for it: where the words cannot be written, plain ones go out; a role that nobody knows falls to the office.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from notifications.models import Delivery
from rectification import wording
from rectification.models import Rung
from rectification.models.chase import Recipient

PLAIN = {
    "subject": "{when}：{what} · {unit}",
    "body": "单位：{unit}（{township}，{address}）\n事项：{what}，{due_on}（{when}）\n{why}",
}
CHANNELS = frozenset(Delivery.Channel.values)


def sound(rung: Rung) -> Rung:
    """`rung` with plain words in the place of those that cannot be written, and the channels that exist. Not saved."""
    for name, words in PLAIN.items():
        if unwritable(getattr(rung, name)):
            setattr(rung, name, words)
    rung.channels = [name for name in rung.channels if name in CHANNELS]
    return rung


def unwritable(template: str) -> str:
    """What a letter asks for that nothing has, "" where it can be written."""
    try:
        unknown = wording.unknown_names(template)
    except ValueError as bad:
        return str(bad)
    return "、".join("{" + name + "}" for name in unknown)


def faults(rung: Rung) -> dict[str, str]:
    """What is wrong with a rung that the form would not have taken: {words, recipients, channels: the wrong names}."""
    found = {
        "words": unwritable(rung.subject) or unwritable(rung.body),
        "recipients": "、".join(sorted(set(rung.recipients) - set(Recipient.values))),
        "channels": "、".join(sorted(set(rung.channels) - CHANNELS)),
    }
    return {name: what for name, what in found.items() if what}


def fault_sentences(found: dict[str, str]) -> Iterator[str]:
    """The faults of a rung as clauses for whoever can mend them."""
    words = {
        "words": _("its letter asks for %(what)s, which nothing has; plain words go out instead"),
        "recipients": _("it tells “%(what)s”, whom nobody knows; the office is told instead"),
        "channels": _("it demands the channel “%(what)s”, which does not exist"),
    }
    return (words[name] % {"what": what} for name, what in found.items() if name in words)
