"""Bringing what is due: each way out in threads of its own, so that none waits for another."""

import logging
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from notifications.backoff import wait_after
from notifications.gateways.outcome import Later, LineDown, Never, NotBrought, Parcel
from notifications.models import Delivery, Gateway
from notifications.quiet import end_of_quiet
from notifications.services import claims, lines
from notifications.services.claims import Outcome
from notifications.services.letters import EMAIL, WEBHOOK, fault_words, is_day_off
from notifications.services.lines import Lane

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
BATCH = 50
# Beat comes every half minute; a run that stops before lets no lane wait for a slow one.
RUN_SECONDS = 27
# Sessions, and so threads and database connections, of one run; each lane has one in any case.
SESSIONS = 16
# So many failures in a row that are the server's own, and the lane rests.
PATIENCE = 3
# Every so many notes of single letters one waits for the disk, and with it all before it.
DISK_EVERY = 20
State = Delivery.State


class Run:
    """The time of one run: the instant it was given, moved on by the clock that nobody can set back."""

    def __init__(self, now: datetime, seconds: float):
        self.now, self.seconds, self.began = now, seconds, time.monotonic()

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.began)

    def is_over(self) -> bool:
        return time.monotonic() - self.began >= self.seconds

    def wait(self, until_room: timedelta) -> bool:
        """Waits for room in a lane; False where the run would be over before."""
        seconds = until_room.total_seconds()
        if time.monotonic() - self.began + seconds >= self.seconds:
            return False
        time.sleep(seconds)
        return True


def deliver_due(*, now, seconds: float = RUN_SECONDS) -> dict[str, int]:
    """Brings what is due; safe to run twice, at the same time, or after a week. Returns counts by outcome.

    After `seconds` no further letter is begun; the next run goes on where this one stopped.
    """
    run = Run(now, seconds)
    counts = Counter(in_app=claims.show(now))
    counts += Counter(expired=claims.expire(now), impossible=claims.strand(now))
    for done in _at_once(_crew(now), run):
        counts += done
    return {"in_app": 0} | dict(counts)


def _crew(now) -> list[Lane]:
    """The lanes with work, each at least once; more sessions of one where it may have them and has batches."""
    firsts, more = [], []
    for lane, due in _lanes(now):
        sessions = 1 if lines.failures(lane) else min(lane.connections, -(-due // BATCH))
        firsts.append(lane)
        more += [lane] * (sessions - 1)
    return firsts + more[: max(0, SESSIONS - len(firsts))]


def _lanes(now) -> list[tuple[Lane, int]]:
    """The lanes that have letters and do not rest, and how many are due."""
    idle, gateways = lines.resting(now), Gateway.objects.in_use().in_bulk()
    found = [
        (lines.lane_of(channel, gateways.get(gateway_id)), due)
        for (channel, gateway_id), due in claims.queues(now).items()
        if channel == EMAIL or gateway_id in gateways
    ]
    return [(lane, due) for lane, due in found if lane.name not in idle]


def _at_once(crew: list[Lane], run: Run) -> list[Counter]:
    """Each lane in a thread with a database connection of its own.

    In turn where there is only one, or where a transaction is open: nobody else would see its rows.
    """
    if len(crew) <= 1 or connection.in_atomic_block:
        return [_empty(lane, run) for lane in crew]
    with ThreadPoolExecutor(len(crew), thread_name_prefix="lane") as pool:
        done = [pool.submit(_in_thread, lane, run) for lane in crew]
    # What broke one lane has stopped no other; now the job says that it failed. Leases bring the letters back.
    return [one.result() for one in done]


def _in_thread(lane: Lane, run: Run) -> Counter:
    try:
        return _empty(lane, run)
    finally:
        connection.close()


def _empty(lane: Lane, run: Run) -> Counter:
    """Brings the letters of one lane, batch by batch, until none is due, the lane is down or the run is over."""
    with translation.override(settings.LANGUAGE_CODE), claims.hand() as holder:
        worker = Worker(lane, run, holder)
        try:
            while worker.bring_batch():
                pass
        finally:
            worker.session.close()
        return worker.counts


class Worker:
    """One session with one way out."""

    def __init__(self, lane: Lane, run: Run, holder: int):
        self.lane, self.run, self.holder, self.counts = lane, run, holder, Counter()
        self.session = lane.session()
        self.failures = lines.failures(lane)
        self.streak = self.written = 0
        self.noted: list[Outcome] = []

    def bring_batch(self) -> bool:
        """One batch; False when there is nothing left to do here. On probation a batch is one letter."""
        if self.run.is_over():
            return False
        size = 1 if self.failures else BATCH
        room, wait = lines.room(self.lane, size)
        if not room:
            return self.run.wait(wait)
        parcels = claims.claim(self.lane, room, self.run.clock(), holder=self.holder)
        lines.give_back(self.lane, room - len(parcels))
        self.counts["claimed"] += len(parcels)
        return bool(parcels) and self.bring_all(parcels)

    def bring_all(self, parcels: list[Parcel]) -> bool:
        """Brings a batch in order. What cannot be begun goes back as if it had never been taken."""
        at = 0
        try:
            self.session.open()
            for at, parcel in enumerate(parcels):
                if self.run.is_over():
                    return self._hand_back(parcels[at:])
                self._note(self.bring(parcel))
                if self.streak >= (1 if self.failures else PATIENCE):
                    raise Down(self.trouble, at + 1)
        except LineDown as error:
            lines.rest(self.lane, error, self.run.clock())
            log.warning("%s is out of order: %s", self.lane.name, error.fault)
            return self._hand_back(parcels[getattr(error, "begun", at) :], error)
        finally:
            self._write()
        return True

    def bring(self, parcel: Parcel) -> Outcome:
        """One letter. Whatever is wrong with it stays with it. Raises LineDown."""
        if (early := self._not_now(parcel)) is not None:
            return early
        try:
            self.session.send(parcel)
        except LineDown:
            raise
        except Never as error:
            self._answered()
            return Outcome(parcel, State.DEAD, fault=error.fault, words=error.words)
        except Later as error:
            if error.trouble:
                self.streak, self.trouble = self.streak + 1, error
            return self._failed(parcel, error)
        except Exception as error:
            # A letter may be wrong in ways that nobody foresaw; none of them may keep the next one waiting.
            log.exception("delivery %s failed", parcel.id)
            return self._failed(parcel, NotBrought(type(error).__name__, f"{type(error).__name__}: {error}"))
        self._answered()
        return Outcome(parcel, State.SENT, sent_at=self.run.clock())

    def _not_now(self, parcel: Parcel) -> Outcome | None:
        """What became of a letter while it waited: it is too late, the person is not to be reached, or asleep."""
        now = self.run.clock()
        if parcel.expires_at and parcel.expires_at <= now:
            return Outcome(parcel, State.EXPIRED, used=False, fault="expired")
        if fault := no_way(parcel, self.lane.channel):
            return Outcome(parcel, State.IMPOSSIBLE, used=False, fault=fault, words=fault_words(fault))
        if parcel.quiet and not parcel.urgent:
            local = timezone.localtime(now)
            if (end := end_of_quiet(local, parcel.quiet, is_day_off())) > local:
                return Outcome(parcel, None, used=False, next_attempt_at=end)
        return None

    def _failed(self, parcel: Parcel, error: NotBrought) -> Outcome:
        if parcel.attempts >= MAX_ATTEMPTS:
            return Outcome(parcel, State.DEAD, fault=error.fault, words=error.words)
        wait = max(wait_after(parcel.attempts), timedelta(seconds=min(error.retry_after or 0, 3600)))
        at = self.run.clock() + wait
        # It would not leave after its hour: it says so then, not hours later.
        at = min(at, parcel.expires_at) if parcel.expires_at else at
        return Outcome(parcel, State.FAILED, next_attempt_at=at, fault=error.fault, words=error.words)

    def _answered(self) -> None:
        self.streak = 0
        if self.failures:
            lines.works(self.lane)
            self.failures = 0

    def _note(self, outcome: Outcome) -> None:
        self.counts[str(outcome.state or "put_off")] += 1
        self.noted.append(outcome)
        if len(self.noted) >= self.lane.group:
            self._write()

    def _write(self) -> None:
        noted, self.noted = self.noted, []
        self.written += 1
        claims.note(noted, on_disk=self.written % DISK_EVERY == 0)

    def _hand_back(self, parcels: list[Parcel], error: NotBrought | None = None) -> bool:
        self.counts["put_off"] += len(parcels)
        now = self.run.clock()
        fault, words = (error.fault, error.words) if error else ("", "")
        self.noted += [
            Outcome(one, used=False, next_attempt_at=now, fault=fault, words=words) for one in parcels
        ]
        return False


class Down(LineDown):
    """A lane that failed too often in a row; the first `begun` letters of the batch have their outcome already."""

    def __init__(self, error: NotBrought, begun: int):
        super().__init__(error.fault, error.words, retry_after=error.retry_after)
        self.begun = begun


def no_way(parcel: Parcel, channel: str) -> str:
    """The fault of a person who lost the address after the letter was posted; "" where there is a way."""
    if not parcel.active:
        return "locked"
    if channel == EMAIL and not parcel.email:
        return "no-email"
    return "no-phone" if channel == WEBHOOK and not parcel.phone else ""
