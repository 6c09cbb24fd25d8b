"""The parts of the product in plain words: what each is, what its silence means, and what to do about it."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

PART_LABELS = {
    "database": _("Database"),
    "broker": _("Message broker (Redis)"),
    "worker": _("Worker"),
    "beat": _("Timekeeper (beat)"),
    "delivery": pgettext_lazy("part of the system", "Delivery"),
    "chase": _("Chase"),
}

EFFECTS = {
    "database": _("Nobody can work; nothing that was entered is lost."),
    "broker": _("Pages work; no job runs, and no message leaves the system."),
    "worker": _("Pages work; messages wait in the outbox and nobody is chased."),
    "beat": _("Pages work; nothing starts by itself, neither the chase nor the delivery."),
    "delivery": _("Pages work; messages have been written but do not arrive."),
    "chase": _("Pages work; nobody has been reminded of what is overdue since then."),
}

ADVICE = {
    "database": _("Look at PostgreSQL, its disk and its log, and at DATABASE_URL."),
    "broker": _("Look at Redis, its memory and its log, and at REDIS_URL."),
    "worker": _("Start the worker again and read the end of its log."),
    "beat": _("Start beat again; exactly one must run."),
    "delivery": _(
        "Read the worker's log: a job hangs or breaks off. Restart the worker; what waits is sent then."
    ),
    "chase": _(
        "Read the worker's log, then run: manage.py chase. What is missing is made up for, nothing twice."
    ),
}


def label(part: str) -> str:
    """The name of a part; an unknown one names itself."""
    return str(PART_LABELS.get(part, part))


def effect(part: str) -> str:
    """What its silence means for the people who work with the product."""
    return str(EFFECTS.get(part, ""))


def advice(part: str) -> str:
    """What whoever is on duty does about it."""
    return str(ADVICE.get(part, ""))


def ask_for_help() -> str:
    """What whoever cannot mend it does about it."""
    return gettext("Go on working, and tell the system administrator if this stays for long.")
