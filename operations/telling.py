"""Telling the duty administrators by a road that needs no part of the product: SMTP, else a webhook; system log.

No outbox, no Celery, no Redis; and no database, where the addresses of the last look are known.
"""

import hashlib
import hmac
import json
import logging
import smtplib
import syslog
import urllib.error
import urllib.request
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.models import Post, User
from accounts.roles import Role

log = logging.getLogger(__name__)
SECONDS = 10
NOWHERE = {"dummy"}
"""Mail backends that bring nothing to anybody."""


@dataclass
class Letter:
    """What is said; `parts` are named for machines."""

    subject: str
    body: str
    event: str
    parts: list[str]


@dataclass
class Told:
    """By what road a letter went, and what went wrong on the way; `roads` is empty where nobody was reached."""

    roads: list[str]
    failures: list[str]


def fixed_addresses() -> list[str]:
    """The addresses that stand in the setting and need no database."""
    return [one for one in settings.WATCHDOG_TELL if "@" in one]


def addresses(on) -> list[str]:
    """Who is on duty: the setting's addresses and accounts, and whoever holds a post as administrator that day."""
    names = [one for one in settings.WATCHDOG_TELL if "@" not in one]
    posts = Post.objects.current(on).filter(role=Role.ADMIN).select_related("user", "deputy").order_by("pk")
    people = [*User.objects.filter(username__in=names).order_by("pk"), *(post.user for post in posts)]
    people += [post.deputy for post in posts if post.has_deputy(on)]
    found = [person.email for person in people if person.is_active and person.email]
    return list(dict.fromkeys(fixed_addresses() + found))


def tell(letter: Letter, to: list[str]) -> Told:
    """By mail; where that reaches nobody, by the webhook; in any case one line in the system log."""
    told = Told([], [])
    reached = mail(letter, to, told) if to else []
    if reached:
        told.roads.append("mail: " + ", ".join(reached))
    elif settings.WATCHDOG_WEBHOOK:
        webhook(letter, told)
    if not to and not settings.WATCHDOG_WEBHOOK:
        # Nobody is named and nothing can be tried again: the log is all there is.
        told.roads.append("system log")
    write_log(letter, told)
    return told


def mail(letter: Letter, to: list[str], told: Told) -> list[str]:
    """Whom the mail server took the letter for. One bad address keeps it from nobody else."""
    if settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in NOWHERE:
        told.failures.append("no mail server is set (EMAIL_HOST)")
        return []
    line = get_connection(timeout=SECONDS) if "smtp" in settings.EMAIL_BACKEND else get_connection()
    reached = []
    try:
        line.open()
        for address in to:
            if failure := send(letter, address, line):
                told.failures.append(f"{address}: {failure}")
            else:
                reached.append(address)
    except (OSError, smtplib.SMTPException) as error:
        told.failures.append(f"the mail server does not answer ({type(error).__name__})")
    finally:
        hang_up(line)
    return reached


def send(letter: Letter, address: str, line) -> str:
    """Empty where the mail server took it, else why not."""
    message = EmailMessage(
        letter.subject,
        letter.body,
        settings.DEFAULT_FROM_EMAIL,
        [address],
        connection=line,
        headers={"Auto-Submitted": "auto-generated", "X-Priority": "1"},
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return type(error).__name__
    return ""


def hang_up(line) -> None:
    try:
        line.close()
    except (OSError, smtplib.SMTPException):
        log.info("watchdog: the mail server hung up first")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """An alarm goes where the setting says and nowhere else."""

    def redirect_request(self, *args, **kwargs):
        """Nothing to follow; the 3xx is then an error of its own."""


def webhook(letter: Letter, told: Told) -> None:
    """POST the letter as JSON. `msgtype` and `text` are what the robots of WeCom and DingTalk take."""
    words = f"{letter.subject}\n{letter.body}"
    facts = {"msgtype": "text", "text": {"content": words}, "event": letter.event, "parts": letter.parts}
    body = json.dumps(facts, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if secret := settings.WATCHDOG_WEBHOOK_SECRET:
        headers["X-Xiaohuan-Signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    try:
        request = urllib.request.Request(settings.WATCHDOG_WEBHOOK, body, headers, method="POST")
        with urllib.request.build_opener(NoRedirect).open(request, timeout=SECONDS) as answer:
            answer.read(1000)
    except urllib.error.HTTPError as error:
        told.failures.append(f"the webhook answers {error.code}")
    except (OSError, ValueError) as error:
        # The address may hold a key, so only the kind of failure is said.
        told.failures.append(f"the webhook does not answer ({type(error).__name__})")
    else:
        told.roads.append("webhook")


def write_log(letter: Letter, told: Told) -> None:
    """One line for whoever reads the machine's log, whatever became of the letter."""
    line = f"xiaohuan {letter.event}: {', '.join(letter.parts)}; told by {'; '.join(told.roads) or 'nobody'}"
    line += f"; {'; '.join(told.failures)}" if told.failures else ""
    syslog.syslog(syslog.LOG_ALERT if letter.event == "outage" else syslog.LOG_NOTICE, line)
    (log.error if letter.event == "outage" or not told.roads else log.warning)("%s", line)
