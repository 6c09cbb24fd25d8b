"""Asking every part how it is, without waiting for one that hangs."""

import threading
import time

from django.db import connection

from common import heartbeat
from config import health

PATIENCE = 10
"""Seconds that a part may take to answer the watchdog."""
AGAIN_AFTER = 2
"""Seconds after which a database or a broker that did not answer is asked once more: a hiccup is no outage."""
WATCHED = (health.database, health.broker, health.worker, health.beat, health.delivery, health.chase)
SERVERS = (health.database, health.broker)


class Question(threading.Thread):
    """One check in a thread of its own: a server that hangs holds the thread, never the watchdog."""

    def __init__(self, check):
        super().__init__(daemon=True, name=f"ask-{check.__name__}")
        self.check = check
        self.answer: dict | None = None

    def run(self):
        """The answer, and the connection of this thread closed behind it."""
        try:
            self.answer = health.examine((self.check,))[self.check.__name__]
        finally:
            connection.close()


def ask(checks=WATCHED, *, patience: float = PATIENCE) -> dict[str, dict]:
    """Every part with its state, in the shape of `health.examine`; all are asked at the same time."""
    questions = [Question(check) for check in checks]
    for question in questions:
        question.start()
    deadline = time.monotonic() + patience
    for question in questions:
        question.join(max(0.0, deadline - time.monotonic()))
    late = {"ok": False, "detail": f"does not answer within {patience:g} seconds", "since": None}
    return {question.check.__name__: question.answer or late for question in questions}


def ask_twice(*, pause: float = AGAIN_AFTER) -> dict[str, dict]:
    """`ask`; where a server did not answer, everything once more after a short pause."""
    found = ask()
    if all(found[check.__name__]["ok"] for check in SERVERS):
        return found
    time.sleep(pause)
    return ask()


def being_restarted(found: dict[str, dict]) -> set[str]:
    """Parts that were stopped in good order just now: an update restarts them, and nobody is woken for that."""
    try:
        stopped = {part: heartbeat.stopped(part) for part in ("worker", "beat") if not found[part]["ok"]}
    except Exception:  # the broker is down, and nobody knows
        return set()
    resting = {part for part, ago in stopped.items() if ago is not None and ago < heartbeat.MAX_AGE}
    return resting | ({"delivery"} if "worker" in resting else set())
