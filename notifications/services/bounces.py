"""Letters that were taken and came back: a report makes a sent letter a dead one, which a person may try again."""

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext as _

from notifications import reports
from notifications.gateways.mailbox import Closed, Spoilt, mailbox
from notifications.gateways.outcome import LONGEST
from notifications.models import Delivery
from notifications.reports import LARGEST, Report

log = logging.getLogger(__name__)

MAILS_PER_RUN = 200
RUN_SECONDS = 60
MEMORY_DAYS = 30
State = Delivery.State

# What a mail turned out to be, for counting.
BOUNCED, DELAYED, ARRIVED = "bounced", "delayed", "arrived"
ALREADY, OUTDATED, EARLY, UNKNOWN = "already", "outdated", "early", "unknown"
NO_REPORT, TOO_LARGE, UNREADABLE = "no_report", "too_large", "unreadable"
# What these said stands with the letter, or need not: the mail has served its purpose.
DONE = (BOUNCED, DELAYED, ARRIVED, ALREADY, OUTDATED)


@dataclass
class Reading:
    """What a run found: how many mails of each kind, and the Message-IDs that are none of ours."""

    counts: Counter = field(default_factory=Counter)
    strangers: list[str] = field(default_factory=list)


def read_report(raw: bytes) -> Reading:
    """One mail, as a mail server hands it on."""
    kind = look(raw)
    found = {"mail": kind} if isinstance(kind, Report) else {}
    return _reading([kind] if not found else [], found, settle(found))


def read_mailbox() -> Reading:
    """The new mails of the mailbox of BOUNCES_URL, at most MAILS_PER_RUN of them. Raises Closed.

    A report that has been noted is taken out of the mailbox; everything else stays and is not looked at again.
    """
    with mailbox() as box:
        sizes, seen = box.sizes(), _memory(box.name)
        fresh = [uid for uid in sizes if uid not in seen][:MAILS_PER_RUN]
        looked, trouble = _fetch(box, fresh, sizes)
        found = {uid: kind for uid, kind in looked.items() if isinstance(kind, Report)}
        verdicts = settle(found)
        left = {uid for uid, kind in (looked | verdicts).items() if kind not in (EARLY, *DONE)}
        _remember(box.name, (seen | left) & sizes.keys())
        if trouble:
            raise trouble
        box.remove([uid for uid, verdict in verdicts.items() if verdict in DONE])
    return _reading([kind for uid, kind in looked.items() if uid not in found], found, verdicts)


def look(raw: bytes) -> Report | str:
    """What a mail is, and what it reports if it is a report."""
    if len(raw) > LARGEST:
        return TOO_LARGE
    try:
        return reports.read(raw) or NO_REPORT
    except reports.Unreadable as error:
        log.warning("a delivery report cannot be read: %s", error)
        return UNREADABLE


def settle(found: Mapping[str, Report]) -> dict[str, str]:
    """Notes what reports say with the letters that they are about; one question for all of them."""
    tokens = {report.token for report in found.values()} - {""}
    rows = Delivery.objects.filter(channel=Delivery.Channel.EMAIL, token__in=tokens) if tokens else []
    letters = {str(row.token): row for row in rows}
    return {uid: note(report, letters.get(report.token)) for uid, report in found.items()}


def note(report: Report, letter: Delivery | None) -> str:
    """What a report does to its letter. Only one that counts as sent is touched, so a second report does nothing."""
    if letter is None:
        return UNKNOWN
    if report.action not in ("failed", "delayed"):
        return ARRIVED
    if letter.state in (State.PENDING, State.FAILED):
        # Faster than the note that it was sent, or about an earlier attempt: which of them shows when it is sent.
        return EARLY
    if report.is_older_than(letter.sent_at):
        return OUTDATED
    return _come_back(report, letter) if report.action == "failed" else _be_late(report, letter)


def _come_back(report: Report, letter: Delivery) -> str:
    facts = {"state": State.DEAD, "sent_at": None, "fault": f"bounced-{report.status}"}
    if not _as_sent(letter).update(**facts, last_error=_words(report)):
        return ALREADY
    log.info("delivery %s came back: %s", letter.pk, report.status)
    return BOUNCED


def _be_late(report: Report, letter: Delivery) -> str:
    fault = f"delayed-{report.status}"
    news = _as_sent(letter).exclude(fault=fault)
    return DELAYED if news.update(fault=fault, last_error=_words(report)) else ALREADY


def _as_sent(letter: Delivery):
    """The letter, as long as the attempt that was looked at is its latest."""
    return Delivery.objects.filter(pk=letter.pk, state=State.SENT, sent_at=letter.sent_at)


def _words(report: Report) -> str:
    """Why it came back, in the county's language, and then in the server's own words."""
    with translation.override(settings.LANGUAGE_CODE):
        if report.action == "delayed":
            words = _("Taken by the mail server, which has not been able to pass it on yet (%(status)s).")
        else:
            words = _("Taken by the mail server and returned later (%(status)s): %(meaning)s")
        words %= {"status": report.status, "meaning": meaning(report.status)}
        return f"{words} {report.said}".strip()[:LONGEST]


def meaning(status: str) -> str:
    """What an enhanced status code says (RFC 3463; the registry of IANA), as a sentence."""
    _class, subject, detail = status.split(".")
    exact = {
        ("2", "1"): _("The mailbox is closed or locked."),
        ("2", "2"): _("The mailbox is full."),
        ("2", "3"): _("The letter is larger than the mailbox takes."),
        ("3", "4"): _("The letter is larger than the server takes."),
        ("1", "7"): _("The sender's address was not accepted."),
        ("1", "8"): _("The sender's address was not accepted."),
    }
    about = {
        "1": _("The address does not exist."),
        "2": _("The mailbox does not take the letter."),
        "3": _("The far mail server could not take the letter."),
        "4": _("The far mail server could not be reached."),
        "7": _("Refused as spam or by a rule of the far mail server."),
    }
    return (
        exact.get((subject, detail)) or about.get(subject) or _("The far mail server gave no closer reason.")
    )


def _fetch(box, uids, sizes) -> tuple[dict[str, Report | str], Exception | None]:
    """What each mail is, as far as time and line allow; what broke the line is handed on after the rest is noted."""
    looked, end = {}, time.monotonic() + RUN_SECONDS
    for uid in uids:
        if time.monotonic() > end:
            break
        try:
            looked[uid] = TOO_LARGE if sizes[uid] > LARGEST else look(box.fetch(uid))
        except Spoilt:
            looked[uid] = UNREADABLE
        except Exception as error:
            # A line that breaks, in whatever way, must not take with it what was read before.
            return looked, error
    return looked, None


def _reading(others, found: Mapping[str, Report], verdicts: Mapping[str, str]) -> Reading:
    strangers = [report.message_id or "—" for uid, report in found.items() if verdicts[uid] == UNKNOWN]
    return Reading(Counter([*others, *verdicts.values()]), strangers)


# Which mails were looked at and left. Losing it costs one more look at them.
def _memory(name: str) -> set[str]:
    return set(cache.get(_memory_key(name)) or ())


def _remember(name: str, uids: set[str]) -> None:
    cache.set(_memory_key(name), sorted(uids), MEMORY_DAYS * 24 * 60 * 60)


def _memory_key(name: str) -> str:
    return f"bounces:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


__all__ = ["Closed", "Reading", "read_mailbox", "read_report"]
