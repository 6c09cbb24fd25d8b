"""The run itself: days pass, people act, something breaks, parts come back; in the end everything settles."""

import importlib
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg2
import psycopg2.extensions

from devtools import embedded
from faults.mishaps import MISHAPS
from faults.parts import CannotRun, Parts, wait_for
from faults.sinks import Sinks

BEGIN = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
"""Monday 08:05 in Shanghai."""
SHANGHAI = timedelta(hours=8)
LAST_DAY = date(2026, 11, 20)
"""No later day is stepped to: the working days of the year after are not printed yet."""
AUDIT = Path(__file__).with_name("audit.sql")
PATIENCE = 600
"""Seconds, for a machine that is busy with other things."""
FILLED_BY = (
    "reference.migrations.0003_limits",
    "rectification.migrations.0002_default_ladder",
    "rectification.migrations.0009_following",
)


@dataclass(frozen=True)
class Plan:
    """How large a run is. `schema_from` is a database whose empty tables are copied instead of migrating anew."""

    seed: int
    faults: int
    cases: int
    workers: int = 2
    schema_from: str = ""


class Breaking:
    """One run; `with` brings the parts up and takes them down."""

    def __init__(self, plan: Plan, tell: Callable[[str], None] = lambda text: None):
        self.plan, self.tell = plan, tell
        self.rng = random.Random(plan.seed)
        self.sinks = Sinks()
        self.happened = Counter()
        self.missed = Counter()
        """Mishaps that found nothing to break: the statement was over before it was cut."""
        self.unsent = Counter()
        """Tasks that could not be handed to the broker, by error."""
        self.accidents: list[str] = []
        self.retried = 0
        self.mending: dict[str, tuple[int, Callable[[], None]]] = {}
        self.began = time.monotonic()
        self._watch: psycopg2.extensions.connection | None = None

    def __enter__(self):
        self.sinks.__enter__()
        self.parts = Parts(self.sinks, workers=self.plan.workers)
        self.clock = self.parts.clock
        try:
            self.clock.set(BEGIN)
            self.parts.start_servers()
            self.prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        self.forget_connections()
        self.parts.close()
        self.sinks.__exit__()

    def prepare(self) -> None:
        import django

        if self.plan.schema_from:
            copy_tables(self.plan.schema_from, self.parts.servers.database_url)
        else:
            self.parts.manage("migrate", "--no-input")
        django.setup()
        if self.plan.schema_from:
            fill_tables()
        from faults.acts import People
        from faults.county import County

        self.ask(AUDIT.read_text(encoding="utf-8"))
        county = County(random.Random(self.plan.seed + 1))
        county.build(self.plan.cases, self.sinks.hook_port)
        self.people = People(county)
        self.addresses = sorted(one.email for one in county.people.values() if one.email)
        self.tell(f"county of {self.plan.cases} cases ready after {self.elapsed():.0f} s")

    # --- what mishaps use ------------------------------------------------------------------------------
    def ask(self, statement: str, values=None) -> list[tuple]:
        """A question to the database on a connection of our own, which nothing of the product uses."""
        if self._watch is None or self._watch.closed:
            self._watch = psycopg2.connect(self.parts.servers.database_url)
            self._watch.autocommit = True
        with self._watch.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def forget_connections(self) -> None:
        """Before PostgreSQL goes: our own lines to it are no part of the trial."""
        if self._watch:
            with suppress(Exception):
                self._watch.close()
            self._watch = None
        with suppress(Exception):
            from django.db import connections

            connections.close_all()

    def redis(self):
        import redis

        return redis.Redis.from_url(self.parts.servers.redis_url)

    def send(self, name: str, arguments=()) -> None:
        from config.celery import app

        try:
            app.send_task(name, args=list(arguments), expires=600, retry=False)
        except Exception as error:
            self.unsent[type(error).__name__] += 1
            with suppress(Exception):
                app.pool.force_close_all()

    def later(self, what: str, mend: Callable[[], None]) -> None:
        """To be mended one to four mishaps later."""
        self.mending[what] = (self.rng.randint(1, 4), mend)

    def today(self) -> date:
        return (self.clock.now() + SHANGHAI).date()

    def next_day(self, days: int = 1) -> None:
        """A few minutes after eight of the next morning; the year ends where its calendar does."""
        if self.today() >= LAST_DAY:
            self.clock.step(timedelta(minutes=5))
            return
        self.to_next_morning(days)

    def to_next_morning(self, days: int = 1) -> None:
        morning = datetime.combine(self.today() + timedelta(days=days), datetime.min.time(), UTC)
        self.clock.set(morning + timedelta(minutes=self.rng.randint(1, 20)))

    # --- the run ---------------------------------------------------------------------------------------
    def run(self) -> None:
        self.parts.tend()
        self.await_morning()
        told = 0
        waiting = self.draw()
        while waiting and self.missed.total() < self.plan.faults:
            name = waiting.pop()
            self.one_day()
            if not self.break_something(name):
                waiting.insert(0, name)  # it came too late: once more, at the end
            self.mend()
            if (number := self.happened.total()) % 20 == 0 and number > told:
                self.tell(f"{number} faults, {self.today()}, {self.elapsed():.0f} s")
                told = number
        self.settle()

    def draw(self) -> list[str]:
        """Each kind once where there is room, the rest by weight, in an order of the seed's."""
        names = list(MISHAPS)
        self.rng.shuffle(names)
        names = names[: self.plan.faults]
        weights = [weight for _do, weight in MISHAPS.values()]
        names += self.rng.choices(list(MISHAPS), weights, k=self.plan.faults - len(names))
        self.rng.shuffle(names)
        return names

    def one_day(self) -> None:
        """Now and then a new morning with its run; in between some minutes, and people at work."""
        if self.rng.random() < 0.35:
            self.next_day()
            if self.rng.random() < 0.6:
                self.await_morning()
        else:
            self.clock.step(timedelta(minutes=self.rng.randint(1, 45)))
        for _n in range(self.rng.randint(0, 4)):
            self.people.act()

    def break_something(self, name: str) -> bool:
        """Whether something was broken; a mishap that met nobody at work was none."""
        try:
            found = MISHAPS[name][0](self) is not False
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            found = False  # our own line was the one that was cut
        (self.happened if found else self.missed)[name] += 1
        return found

    def mend(self) -> None:
        """One mishap further: what has been broken long enough works again, and who is dead is started."""
        for what, (left, mend) in list(self.mending.items()):
            self.mending[what] = (left - 1, mend)
            if left <= 1:
                del self.mending[what]
                mend()
        if self.rng.random() < 0.8:
            self.parts.tend()

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    # --- waiting -----------------------------------------------------------------------------------------
    def await_morning(self) -> None:
        """Until this day's run is through. Raises CannotRun where it never comes."""
        self.parts.tend()
        today = self.today()
        done = (
            'SELECT 1 FROM rectification_chaserun WHERE "on" = %s AND finished_at IS NOT NULL AND NOT hourly'
        )
        if not wait_for(lambda: self.ask(done, [today]), PATIENCE):
            raise CannotRun(f"No run of {today} within {PATIENCE} s.\n{self.logs()}")

    def logs(self) -> str:
        names = [*self.parts.names, "beat"]
        return "\n".join(f"--- {name}\n{self.parts.log(name)}" for name in names)

    def settle(self) -> None:
        """Everything works again, a last morning, and time enough for what was put off. Then the workers stop."""
        for _left, mend in self.mending.values():
            mend()
        self.mending.clear()
        self.sinks.behave()
        self.parts.tend()
        self.to_a_working_day()
        self.await_a_run()
        for name in ("beat", "beat2"):
            self.parts.kill(name)  # from here on nobody asks for anything but we
        self.drain()
        for name in list(self.parts.children):
            self.parts.kill(name)

    def to_a_working_day(self) -> None:
        self.to_next_morning()
        works = 'SELECT is_workday FROM reference_calendarday WHERE "date" = %s'
        while not self.ask(works, [self.today()])[0][0]:
            self.to_next_morning()

    def await_a_run(self) -> None:
        """A whole run that began after everything was mended and no act was under way."""
        since = time.time()
        whole = """
            SELECT 1 FROM faults_audit b JOIN faults_audit f ON f.what = b.what AND f.id > b.id
                AND f.row->>'id' = b.row->>'id' AND f.row->>'finished_at' IS NOT NULL
            WHERE b.what = 'rectification_chaserun' AND b.real > %s AND NOT (b.row->>'hourly')::bool
              AND b.row->>'finished_at' IS NULL
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.parts.tend()
            self.send("rectification.tasks.chase")
            if wait_for(lambda: self.ask(whole, [since]), 5):
                return
        raise CannotRun(f"No whole run at the end within {PATIENCE} s.\n{self.logs()}")

    def drain(self) -> None:
        """Hours pass until nothing is on its way; what was given up is tried again, as the office would."""
        from common import days
        from notifications.models import Delivery
        from notifications.services import retry

        open_ = "SELECT count(*) FROM notifications_delivery WHERE state IN ('pending', 'failed')"
        ready = f"{open_} AND next_attempt_at <= %s"
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.parts.tend(beat=False)
            self.retried += retry(Delivery.objects.dead(), now=days.now())
            if not self.ask(open_)[0][0] and self.is_quiet() and not self.ask(open_)[0][0]:
                return
            self.send("notifications.tasks.deliver")
            wait_for(lambda: not self.ask(ready, [self.clock.now()])[0][0], 8)
            if (self.clock.now() + SHANGHAI).hour < 19:
                self.clock.step(timedelta(minutes=35))
            else:  # the last hour: whatever still waits for its hour is let through
                self.clock.set(self.clock.now().replace(hour=1))
        self.accidents.append(f"the outbox is not empty after {PATIENCE} s: {self.ask(open_)[0][0]} letters")

    def is_quiet(self) -> bool:
        """Whether the workers have done all that they were asked: they might still write letters."""
        busy = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'worker%' AND state <> 'idle'"
        done = wait_for(lambda: not self.redis().llen("celery") and not self.ask(busy), 30)
        time.sleep(0.5)  # from the queue into the first statement
        return bool(done) and not self.redis().llen("celery") and not self.ask(busy)


def copy_tables(source: str, target: str) -> None:
    """The tables of another database without their rows: a minute less than migrating."""
    dump, psql = embedded.postgres_bin() / "pg_dump", embedded.postgres_bin() / "psql"
    made = subprocess.run([dump, source, "--schema-only", "--no-owner"], capture_output=True, check=False)
    command = [psql, target, "-qX", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(command, input=made.stdout, capture_output=True, check=False)
    if made.returncode or done.returncode:
        raise CannotRun((made.stderr + done.stderr).decode()[-2000:])


def fill_tables() -> None:
    """The rows that migrations write."""
    from django.apps import apps

    for name in FILLED_BY:
        importlib.import_module(name).load(apps, None)
