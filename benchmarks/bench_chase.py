"""The chase with a tenth of all cases due, against the same rows written bare, in the same run.

Commits for real, because foreign keys are checked at commit, and puts everything back afterwards.
"""

import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from devtools.scale import midday
from rectification.chase import engine

ROOT = Path(__file__).resolve().parents[1]
ON = date(2026, 6, 15)
ROUNDS = 3  # the median counts; above LARGE one round is long enough
LARGE = 200_000
FEW = 1_000
"""A number of due cases that stays the same whatever the size of the county: time must hardly grow with the rest."""

CHOOSE = (
    """
    CREATE TABLE bench_before AS
    SELECT id, state, state_on, due_on, original_due_on, deadline_version, closed_at, closed_on, on_site
    FROM hazards_hazardcase WHERE opened_on < %(on)s::date - 60 ORDER BY id LIMIT %(due)s
    """,
    "CREATE TABLE bench_looks AS SELECT id, next_on, next_at FROM rectification_matter WHERE next_on IS NOT NULL",
)
# Deadlines from three days ahead to five weeks past: one to seven rungs are owed, as after a month of silence.
MAKE_DUE = """
UPDATE hazards_hazardcase SET state = 'ordered', due_on = %(on)s::date + 3 - (id %% 38)::int,
       original_due_on = %(on)s, deadline_version = 9, closed_at = NULL, closed_on = NULL, on_site = false
WHERE id IN (SELECT id FROM bench_before)
"""
NOTHING_IS_DUE = "UPDATE rectification_matter SET next_on = NULL, next_at = NULL WHERE next_on IS NOT NULL"
DUE_AGAIN = "UPDATE rectification_matter SET next_on = %(on)s WHERE watched = 'deadline' AND version = 9"
FEW_DUE = (
    DUE_AGAIN + " AND id IN (SELECT id FROM rectification_matter WHERE version = 9 ORDER BY id LIMIT %(few)s)"
)
WRITTEN = {
    "rectification_chaserun": "SELECT * FROM rectification_chaserun WHERE id > %(run)s",
    "rectification_chaseclaim": "SELECT * FROM rectification_chaseclaim WHERE run_id > %(run)s",
    "rectification_suggestion": "SELECT * FROM rectification_suggestion WHERE id > %(suggestion)s",
    "notifications_message": "SELECT * FROM notifications_message WHERE id > %(message)s",
    "notifications_delivery": "SELECT * FROM notifications_delivery WHERE message_id > %(message)s",
}
"""What a run writes, in the order in which it may be written again."""
UNDO = (
    "DELETE FROM notifications_delivery WHERE message_id > %(message)s",
    "DELETE FROM notifications_message WHERE id > %(message)s",
    "DELETE FROM rectification_suggestion WHERE id > %(suggestion)s",
    "DELETE FROM rectification_chaseclaim WHERE run_id > %(run)s",
    "DELETE FROM rectification_chaserun WHERE id > %(run)s",
)
MOVE_ON = "UPDATE rectification_matter m SET next_on = n.next_on FROM bench_next n WHERE n.id = m.id"
PUT_BACK = (
    """
    UPDATE hazards_hazardcase c SET state = b.state, state_on = b.state_on, due_on = b.due_on,
           original_due_on = b.original_due_on, deadline_version = b.deadline_version, closed_at = b.closed_at,
           closed_on = b.closed_on, on_site = b.on_site
    FROM bench_before b WHERE b.id = c.id
    """,
    "DELETE FROM rectification_matter WHERE watched = 'deadline' AND ended_at IS NOT NULL"
    " AND subject IN (SELECT id FROM bench_before)",
    "UPDATE rectification_matter m SET next_on = b.next_on, next_at = b.next_at FROM bench_looks b WHERE b.id = m.id",
)
KEPT = [f"bench_{table}" for table in WRITTEN]
DROP = f"DROP TABLE IF EXISTS bench_before, bench_looks, bench_next, {', '.join(KEPT)}"


def run(cases: int) -> list[dict]:
    """The rows of the report; `cases` cases of devtools.scale must be there."""
    facts = {"on": ON, "due": cases // 10, "few": min(FEW, cases // 20)} | marks()
    execute(DROP, facts)
    for statement in CHOOSE:
        execute(statement, facts)
    try:
        return [*measure(cases, facts)]
    finally:
        for statement in (*UNDO, *PUT_BACK, DROP):
            execute(statement, facts)
        tidy()


def marks() -> dict[str, int]:
    """The last rows before this measurement; what comes after them is taken away again."""
    tables = {
        "run": "rectification_chaserun",
        "message": "notifications_message",
        "suggestion": "rectification_suggestion",
    }
    return {name: one(f"SELECT coalesce(max(id), 0) FROM {table}") for name, table in tables.items()}


def measure(cases: int, facts: dict):
    execute(MAKE_DUE, facts)
    execute(NOTHING_IS_DUE, facts)
    tidy()
    idle = statistics.median(timed(chase) for _ in range(3))
    chased, bare, again, statements = [], [], [], 0
    for at in range(ROUNDS if cases <= LARGE else 1):
        start_anew(facts, DUE_AGAIN)
        with counted() as seen:
            chased.append(timed(chase))
        statements = seen["statements"]
        again.append(timed(chase))
        if at == 0:
            keep(facts)
        start_anew(facts, DUE_AGAIN)
        bare.append(timed(write_bare))
    lines, letters = (
        one(f"SELECT count(*) FROM bench_{name}")
        for name in ("rectification_chaseclaim", "notifications_message")
    )
    first, floor, second = map(statistics.median, (chased, bare, again))
    yield row(
        f"chase, {facts['due']} due, {lines} lines in {letters} letters",
        first,
        "s",
        floor,
        first / floor,
        cases,
    )
    yield row("chase, second run", second, "s", first, second / first, cases)
    yield row("chase, nothing due", idle, "s", None, None, cases)
    yield row("chase, statements", statements, "statements", None, None, cases)
    yield row("chase, cases per second", facts["due"] / first, "1/s", None, None, cases)
    start_anew(facts, FEW_DUE)
    yield row(f"chase, {facts['few']} due", timed(chase), "s", None, None, cases)
    start_anew(facts, DUE_AGAIN)
    yield row("chase, peak memory of its process", memory_of_a_run(), "MB", None, None, cases)


def start_anew(facts: dict, due: str) -> None:
    """As before any run, with so many due."""
    for statement in (*UNDO, NOTHING_IS_DUE, due):
        execute(statement, facts)
    tidy()


def keep(facts: dict) -> None:
    """What the run has written, to be written bare."""
    for table, statement in WRITTEN.items():
        execute(f"CREATE TABLE bench_{table} AS {statement}", facts)
    execute("CREATE TABLE bench_next AS SELECT id, next_on FROM rectification_matter WHERE version = 9")


def chase() -> None:
    engine.run(on=ON, at=midday(ON))


@transaction.atomic
def write_bare() -> None:
    for table in WRITTEN:
        execute(f"INSERT INTO {table} SELECT * FROM bench_{table}")
    execute(MOVE_ON)


def memory_of_a_run() -> float:
    """MB that `manage.py chase` holds at most, Python and Django included."""
    command = [sys.executable, "manage.py", "chase", "--on", ON.isoformat()]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ)
    _pid, status, usage = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError("manage.py chase failed")
    return usage.ru_maxrss / 1024


def tidy() -> None:
    """Both sides start from tables without dead rows and from a written-out log."""
    for table in (*WRITTEN, "rectification_matter", "hazards_hazardcase"):
        execute(f"VACUUM ANALYZE {table}")
    try:
        execute("CHECKPOINT")
    except Exception:  # only some roles may; without it the times vary a little more
        connection.close()


@contextmanager
def counted():
    """How many statements the block sends."""
    seen = {"statements": 0}

    def count(execute, sql, params, many, context):
        seen["statements"] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def execute(statement: str, facts: dict | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts or {})


def one(statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def row(name, value, unit, floor, ratio, cases) -> dict:
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "floor": None if floor is None else round(floor, 4),
        "ratio": None if ratio is None else round(ratio, 3),
        "cases": cases,
    }
