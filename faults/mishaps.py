"""What goes wrong, each by name: a function that breaks something, and how often it is drawn beside the others.

What breaks for a while is mended by `run.Breaking.mend` some mishaps later; what is killed is started again by
`Parts.tend`.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from datetime import timedelta

from faults.parts import ROOT, children_of, wait_for

CHASE = "chase_batch|chase_new|chase_plate|rectification_chase|chase_watch|accounts_post"
DELIVERY = "notifications_delivery|notifications_line|notifications_gateway"

ACTIVE = """
    SELECT pid, application_name FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'worker%%' AND query ~ %s
      AND (state = 'active' OR state LIKE 'idle in transaction%%')
"""
LOOK, PATIENCE = 3, 60
"""Seconds within which a worker, which may just be starting, has to be met at work; else the mishap came too late."""


def sighted(run, pattern: str) -> tuple[int, str] | None:
    """The backend that is at work on something like this at this moment, and the worker that it serves.

    Where nothing was left to do there is more every few seconds.
    """

    def look():
        rows = run.ask(ACTIVE, [pattern])
        return run.rng.choice(rows) if rows else None

    for _try in range(PATIENCE // LOOK):
        if found := wait_for(look, LOOK, pause=0.004):
            return found
        run.parts.tend()
        stir(run)
    return None


def at_work(run) -> str | None:
    """Gives the workers something to do, and waits until one is in the middle of it: its name."""
    run.parts.tend()
    stir(run)
    if not (found := sighted(run, run.rng.choice([CHASE, DELIVERY]))):
        return None
    time.sleep(run.rng.random() * 0.03)
    return found[1]


def stir(run) -> None:
    """Work for the workers: often a new day, always both tasks."""
    if run.rng.random() < 0.5:
        run.next_day()
    run.send("rectification.tasks.chase")
    run.send("notifications.tasks.deliver")


# --- processes ------------------------------------------------------------------------------------------
def kill_worker(run) -> bool:
    name = at_work(run)
    return bool(name) and run.parts.kill(name)


def kill_worker_parent(run) -> bool:
    """The children finish what they have begun, beside those of the next worker."""
    name = at_work(run)
    return bool(name) and run.parts.kill(name, whole=False)


def kill_beat(run) -> bool:
    return run.parts.kill("beat")


def two_beats(run) -> bool:
    if "beat2" in run.parts.children:
        return False
    run.parts.start("beat2")
    run.later("beat2", lambda: run.parts.kill("beat2"))
    return True


def freeze_worker(run) -> bool:
    """Stopped in the middle for longer than its leases hold; the others go on; then it wakes up."""
    child = run.parts.children.get(at_work(run) or "")
    if child is None or child.poll() is not None:
        return False
    pids = [child.pid, *children_of(child.pid)]
    signal_all(pids, signal.SIGSTOP)
    run.clock.step(timedelta(minutes=6))
    run.send("notifications.tasks.deliver")
    run.send("rectification.tasks.chase")
    time.sleep(0.3 + run.rng.random() * 2)
    signal_all(pids, signal.SIGCONT)
    return True


def signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


# --- servers --------------------------------------------------------------------------------------------
def kill_redis(run) -> None:
    run.parts.kill_redis()
    time.sleep(run.rng.random() * 0.5)
    run.parts.start_redis()


def crash_postgres(run) -> None:
    at_work(run)
    run.forget_connections()
    how = run.rng.choice([signal.SIGQUIT, signal.SIGKILL])
    run.parts.crash_postgres(by_signal=how)
    time.sleep(run.rng.random() * 0.5)
    run.parts.start_postgres()


def end_statement(run, pattern: str) -> bool:
    """Ends one connection of the database in the middle of what it does there."""
    run.parts.tend()
    stir(run)
    if not (found := sighted(run, pattern)):
        return False
    time.sleep(run.rng.random() * 0.01)
    return run.ask("SELECT pg_terminate_backend(%s)", [found[0]])[0][0]


def cut_chase(run) -> bool:
    return end_statement(run, CHASE)


def cut_delivery(run) -> bool:
    return end_statement(run, DELIVERY)


# --- the broker -----------------------------------------------------------------------------------------
def flood(run) -> None:
    """Two hundred tasks that were sent already, and a dozen that nobody can do."""
    for _n in range(60):
        for name in (
            "rectification.tasks.chase",
            "notifications.tasks.deliver",
            "rectification.tasks.catch_up",
        ):
            run.send(name)
    for name in ("no.such.task", "rectification.tasks.chase"):
        for _n in range(6):
            run.send(name, ["an argument that it does not take"])


def junk(run) -> None:
    """What is no task at all, among the tasks."""
    envelope = {
        "body": "bm90IGpzb24=", "content-encoding": "utf-8", "content-type": "application/json",
        "headers": {"task": "rectification.tasks.chase", "id": str(uuid.uuid4()), "lang": "py"},
        "properties": {
            "body_encoding": "base64", "delivery_tag": str(uuid.uuid4()), "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "celery"}, "priority": 0,
        },
    }  # fmt: skip
    queue = run.redis()
    queue.lpush("celery", json.dumps(envelope))
    queue.lpush("celery", json.dumps(envelope | {"content-type": "application/x-unknown"}))


# --- mail and gateway -------------------------------------------------------------------------------------
def mail(mode: str):
    def do(run) -> None:
        whom = run.rng.sample(run.addresses, max(1, len(run.addresses) // 4))
        run.sinks.be_mail(mode, whom)
        run.later("mail", lambda: run.sinks.be_mail("ok"))
        run.next_day()
        stir(run)

    return do


def hook(mode: str):
    def do(run) -> None:
        run.sinks.hook_mode = mode

        def mend():
            run.sinks.hook_mode = "ok"

        run.later("hook", mend)
        run.next_day()
        stir(run)

    return do


# --- the date ---------------------------------------------------------------------------------------------
def forward(run) -> None:
    """The machine was off for days, or its clock was wrong."""
    run.next_day(run.rng.randint(1, 9))


def back(run) -> None:
    run.clock.step(-timedelta(days=1))


# --- many at once -------------------------------------------------------------------------------------------
def eight_processes(run) -> None:
    run.next_day()
    command = [sys.executable, "-m", "faults.crowd", run.today().isoformat(), "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        run.accidents.append(f"manage.py chase, eight at once: {done.stderr[-600:]}")


def eight_tasks(run) -> None:
    run.next_day()
    for _n in range(8):
        run.send("rectification.tasks.chase")


MISHAPS = {
    "worker killed": (kill_worker, 16),
    "worker's parent killed": (kill_worker_parent, 5),
    "worker frozen past its leases": (freeze_worker, 5),
    "beat killed": (kill_beat, 7),
    "two beats": (two_beats, 3),
    "Redis killed": (kill_redis, 8),
    "PostgreSQL crashed": (crash_postgres, 9),
    "statement of the chase cut": (cut_chase, 16),
    "statement of delivery cut": (cut_delivery, 14),
    "broker filled": (flood, 5),
    "junk in the broker": (junk, 4),
    "mail refused": (mail("refuse"), 6),
    "mail 4xx for some": (mail("later"), 6),
    "mail 5xx for some": (mail("never"), 6),
    "mail hangs": (mail("hang"), 5),
    "mail breaks after the letter": (mail("break"), 6),
    "gateway 500": (hook("500"), 5),
    "gateway 302": (hook("302"), 4),
    "gateway hangs": (hook("hang"), 4),
    "gateway breaks after the letter": (hook("break"), 4),
    "gateway answers 10 MB": (hook("flood"), 3),
    "date forward": (forward, 7),
    "date back": (back, 6),
    "eight chases at once": (eight_processes, 5),
    "eight tasks at once": (eight_tasks, 7),
}
