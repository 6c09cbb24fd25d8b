"""The questions that the frame of every page and the status page ask."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from accounts.roles import Role, may
from common import heartbeat
from config import health
from operations import words
from operations.models import Look, Outage

SHOWN = (health.broker, *health.BEHIND_BROKER, health.chase)
"""What a page can still tell of: without a database there is no page."""
KEPT = 15
"""Seconds for which one process believes what it found."""
WATCHDOG_SLEEPS = timedelta(minutes=15)
CONCERNED = frozenset({Role.ADMIN, Role.COUNTY_OFFICE})


@dataclass(frozen=True)
class Alarm:
    """One part that does not work, as people read it."""

    part: str
    since: datetime | None
    mends: bool = True
    """Whether the reader can mend it; the county office can only see to it that somebody does."""

    @property
    def label(self) -> str:
        """What the part is called."""
        return words.label(self.part)

    @property
    def effect(self) -> str:
        """What its silence means."""
        return words.effect(self.part)

    @property
    def advice(self) -> str:
        """What to do about it."""
        return words.advice(self.part) if self.mends else words.ask_for_help()


def is_concerned(user) -> bool:
    """Whether the person can do something about it: administrators, the county office, and who is on duty."""
    return bool(user.roles & CONCERNED) or is_on_duty(user)


def is_on_duty(user) -> bool:
    """Named in the setting of the watchdog."""
    return bool({user.username, user.email or None} & set(settings.WATCHDOG_TELL))


def may_see_status(user) -> bool:
    """The status page shows no case and no person: whoever is told of an outage may look at it."""
    return may(user, "status.view") or is_on_duty(user)


def alarm_for(user) -> list[Alarm]:
    """What the frame shows above every page; for everybody else nothing is asked at all."""
    if not settings.ALARM_BANNER or not is_concerned(user):
        return []
    return [replace(alarm, mends=mends(user)) for alarm in _kept.alarms()]


def mends(user) -> bool:
    """Whether the reader restarts parts and reads logs; everybody else is told whom to ask."""
    return Role.ADMIN in user.roles or is_on_duty(user)


class Kept:
    """What this process found last; one thread asks, the others take what is there."""

    def __init__(self):
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Ask anew next time."""
        self.until, self.found, self.first_seen = 0.0, [], {}

    def alarms(self) -> list[Alarm]:
        """At most `KEPT` seconds old; older only while somebody asks."""
        if time.monotonic() >= self.until and self.lock.acquire(blocking=False):
            try:
                self.found = self.ask()
                self.until = time.monotonic() + KEPT
            finally:
                self.lock.release()
        return self.found

    def ask(self) -> list[Alarm]:
        found = health.examine((health.broker, health.chase))
        if found["broker"]["ok"]:  # a Redis that hangs is waited for once, not four times
            found |= health.examine(health.BEHIND_BROKER)
        troubles = health.troubles(found)
        self.first_seen = {part: self.first_seen.get(part, timezone.now()) for part in troubles}
        began = began_at() if troubles else {}
        return [
            Alarm(part, since_of(one) or began.get(part) or self.first_seen[part])
            for part, one in troubles.items()
        ]


_kept = Kept()


def forget_alarms() -> None:
    """For tests, and for whoever has just mended something."""
    _kept.forget()


def since_of(part: dict) -> datetime | None:
    """When a part last worked, where the check knows."""
    return datetime.fromisoformat(part["since"]) if part.get("since") else None


def began_at() -> dict[str, datetime]:
    """Since when the watchdog knows of it."""
    try:
        return dict(Outage.objects.standing().values_list("part", "began_at"))
    except DatabaseError:
        return {}


@dataclass(frozen=True)
class Line:
    """One part on the status page."""

    part: str
    ok: bool
    detail: str
    """The words of /readyz, for whoever mends it."""
    seen: datetime | None
    """The last sign of life: a heartbeat, the end of a run, or the answer given just now."""
    since: datetime | None
    mends = True

    label = Alarm.label
    effect = Alarm.effect
    advice = Alarm.advice


def lines() -> list[Line]:
    """Every part as it is now; what is merely hidden behind another outage has no advice of its own."""
    found = health.examine((health.database, *SHOWN))
    began, seen = began_at(), signs_of_life()
    return [
        Line(
            name,
            part["ok"],
            part["detail"],
            seen.get(name) or (timezone.now() if part["ok"] and name in ANSWERING else None),
            None if part["ok"] else since_of(part) or began.get(name),
        )
        for name, part in found.items()
    ]


ANSWERING = ("database", "broker")


def signs_of_life() -> dict[str, datetime | None]:
    """When each was last heard of; nothing of those behind Redis where it does not answer."""
    run = apps.get_model("rectification", "ChaseRun").objects.filter(finished_at__isnull=False)
    ended = run.order_by("-finished_at").values_list("finished_at", flat=True).first()
    try:
        ages = {who: heartbeat.age(who) for who in heartbeat.WHO}
    except Exception:
        ages = {}
    now = timezone.now()
    seen = {who: now - timedelta(seconds=age) for who, age in ages.items() if age is not None}
    return seen | {"chase": ended}


def last_runs(most: int = 7) -> list:
    """The last mornings of the chase; its looks by the hour come every five minutes and would hide them."""
    return list(apps.get_model("rectification", "ChaseRun").objects.mornings().order_by("-started_at")[:most])


def last_look() -> datetime | None:
    """When the watchdog last looked, as far as the database knows."""
    return Look.objects.filter(pk=1).values_list("at", flat=True).first()


def watchdog_sleeps(now: datetime) -> bool:
    """Nobody has looked for a quarter of an hour, or ever."""
    at = last_look()
    return at is None or now - at > WATCHDOG_SLEEPS


def outages(most: int = 20) -> list[Outage]:
    """What was down lately, the latest first."""
    return list(Outage.objects.all()[:most])
