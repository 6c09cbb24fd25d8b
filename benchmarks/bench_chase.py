"""The chase with a tenth of all cases due, against the same rows written bare, in the same run.

Commits for real, because foreign keys are checked at commit, and puts everything back afterwards.
"""

import statistics
import time
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from devtools.scale import midday
from rectification.chase import engine

ON = date(2026, 6, 15)
ROUNDS = 3  # the median counts; above LARGE one round is long enough
LARGE = 200_000

CHOOSE = """
CREATE TABLE bench_before AS
SELECT id, state, state_on, due_on, original_due_on, deadline_version, closed_at, closed_on, on_site, next_chase_on
FROM hazards_hazardcase
WHERE next_chase_on <= %(on)s
   OR id IN (SELECT id FROM hazards_hazardcase WHERE opened_on < %(on)s::date - 60 ORDER BY id LIMIT %(due)s)
"""
# Deadlines from three days ahead to five weeks past: one to six rungs are owed, as after a month of silence.
MAKE_DUE = """
UPDATE hazards_hazardcase SET state = 'ordered', due_on = %(on)s::date + 3 - (id %% 38)::int,
       original_due_on = %(on)s, deadline_version = 9, closed_at = NULL, closed_on = NULL, on_site = false,
       next_chase_on = %(on)s
WHERE id IN (SELECT id FROM hazards_hazardcase WHERE opened_on < %(on)s::date - 60 ORDER BY id LIMIT %(due)s)
"""
OTHERS_ARE_NOT = """
UPDATE hazards_hazardcase SET next_chase_on = NULL
WHERE next_chase_on <= %(on)s AND deadline_version <> 9
"""
KEEP = (
    "CREATE TABLE bench_claims AS SELECT * FROM rectification_chaseclaim WHERE deadline_version = 9",
    "CREATE TABLE bench_messages AS SELECT * FROM notifications_message WHERE key LIKE 'chase:%%:9:%%'",
    "CREATE TABLE bench_deliveries AS SELECT d.* FROM notifications_delivery d"
    " JOIN bench_messages m ON m.id = d.message_id",
    "CREATE TABLE bench_next AS SELECT id, next_chase_on FROM hazards_hazardcase WHERE deadline_version = 9",
)
UNDO = (
    "DELETE FROM notifications_delivery WHERE message_id IN"
    " (SELECT id FROM notifications_message WHERE key LIKE 'chase:%%:9:%%')",
    "DELETE FROM notifications_message WHERE key LIKE 'chase:%%:9:%%'",
    "DELETE FROM rectification_chaseclaim WHERE deadline_version = 9",
    "UPDATE hazards_hazardcase SET next_chase_on = %(on)s WHERE deadline_version = 9",
)
BARE = (
    "INSERT INTO rectification_chaseclaim SELECT * FROM bench_claims",
    "INSERT INTO notifications_message SELECT * FROM bench_messages",
    "INSERT INTO notifications_delivery SELECT * FROM bench_deliveries",
    "UPDATE hazards_hazardcase c SET next_chase_on = n.next_chase_on FROM bench_next n WHERE n.id = c.id",
)
TABLES = ("rectification_chaseclaim", "notifications_message", "notifications_delivery", "hazards_hazardcase")
PUT_BACK = """
UPDATE hazards_hazardcase c SET state = b.state, state_on = b.state_on, due_on = b.due_on,
       original_due_on = b.original_due_on, deadline_version = b.deadline_version, closed_at = b.closed_at,
       closed_on = b.closed_on, on_site = b.on_site, next_chase_on = b.next_chase_on
FROM bench_before b WHERE b.id = c.id
"""
DROP = "DROP TABLE IF EXISTS bench_before, bench_claims, bench_messages, bench_deliveries, bench_next"


def run(cases: int) -> list[dict]:
    """The rows of the report; `cases` cases of devtools.scale must be there."""
    facts = {"on": ON, "due": cases // 10}
    execute(DROP, facts)
    execute(CHOOSE, facts)
    try:
        return [*measure(cases, facts)]
    finally:
        for statement in (*UNDO, PUT_BACK, DROP):
            execute(statement, facts)
        execute(
            'DELETE FROM rectification_chaserun WHERE "on" = %(on)s AND NOT EXISTS'
            " (SELECT 1 FROM rectification_chaseclaim k WHERE k.run_id = rectification_chaserun.id)",
            facts,
        )
        tidy()


def measure(cases: int, facts: dict):
    execute(MAKE_DUE, facts)
    execute(OTHERS_ARE_NOT, facts)
    chased, bare, again, statements = [], [], [], 0
    for at in range(ROUNDS if cases <= LARGE else 1):
        tidy()
        with counted() as seen:
            chased.append(timed(chase))
        statements = seen["statements"]
        again.append(timed(chase))
        if at == 0:
            for statement in KEEP:
                execute(statement)
        for statement in UNDO:
            execute(statement, facts)
        tidy()
        bare.append(timed(write_bare))
        for statement in UNDO:
            execute(statement, facts)
    letters = one("SELECT count(*) FROM bench_messages")
    first, floor, second = map(statistics.median, (chased, bare, again))
    about = f"chase, {facts['due']} due, {letters} letters"
    yield row(about, first, "s", floor, first / floor, cases)
    yield row("chase, second run", second, "s", first, second / first, cases)
    yield row("chase, statements", statements, "statements", None, None, cases)
    yield row("chase, cases per second", facts["due"] / first, "1/s", None, None, cases)


def chase() -> None:
    engine.run(on=ON, at=midday(ON))


@transaction.atomic
def write_bare() -> None:
    for statement in BARE:
        execute(statement)


def tidy() -> None:
    """Both sides start from tables without dead rows and from a written-out log."""
    for table in TABLES:
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
