"""The statements of a run. Every one handles a whole batch; none is sent per case or per person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.urls import reverse

from accounts.models import User
from hazards.models import HazardCase
from hazards.states import LIVE
from notifications.models import Delivery, Message
from rectification.models import ChaseClaim
from rectification.models.chase import Recipient
from rectification.wording import compile_to_sql
from reference.models import HazardCategory, Region
from units.models import Unit

TABLES = {
    model.__name__.lower(): f'"{model._meta.db_table}"'
    for model in (ChaseClaim, Delivery, HazardCase, HazardCategory, Message, Region, Unit, User)
}
KIND = "chase"
DUE = "c.next_chase_on <= %(on)s AND c.state = ANY(%(live)s) AND c.due_on IS NOT NULL"

FACTS = {
    "when": """CASE WHEN b.due_on > %(on)s THEN concat('还剩 ', b.due_on - %(on)s, ' 天到期')
                    WHEN b.due_on = %(on)s THEN '今天到期'
                    ELSE concat('逾期 ', %(on)s - b.due_on, ' 天') END""",
    "days": "abs(b.due_on - %(on)s)",
    "due_on": "to_char(b.due_on, 'FMYYYY年FMMM月FMDD日')",
    "number": "b.number",
    "unit": "u.name",
    "address": "u.address",
    "township": "coalesce(t.short_name, '')",
    "category": "g.name",
    "part": "CASE WHEN b.part = '' THEN '' ELSE concat('（', b.part, '）') END",
    "description": "b.description",
    "inspector": "coalesce(nullif(i.name, ''), '未指定')",
    "why": "p.why",
}
"""The SQL of each fact of wording.FACTS. A literal percent sign would have to be doubled."""

PLACE_KEY = f"CASE WHEN k.kind = '{Recipient.INSPECTOR}' THEN b.inspector_key ELSE b.township END"


@dataclass(frozen=True)
class Taken:
    """A batch: how many cases, their distinct deadlines and places, and the last of them in the order of walking."""

    cases: int
    deadlines: list[date]
    places: list[tuple[str, int | None]]
    last: tuple[date, int] | None


@dataclass(frozen=True)
class Done:
    claimed: int
    messages: int
    passed_over: int


def place_key(kind: str, township: str, inspector_id: int | None) -> str:
    """What PLACE_KEY computes: whom an inspector's letter falls to depends on the township as well."""
    return f"{township}:{inspector_id or ''}" if kind == Recipient.INSPECTOR else township


def take(cursor, *, on: date, after: tuple[date, int], size: int, lock: bool) -> Taken:
    """The next `size` due cases into a table of this transaction, locked; those locked by others are passed by."""
    drop(cursor)
    cursor.execute(
        f"""
        CREATE TEMP TABLE chase_batch ON COMMIT DROP AS
        SELECT c.id, c.next_chase_on, c.due_on, c.deadline_version, c.number, c.part, c.description, c.unit_id,
               c.category_id, c.inspector_id, left(c.region_id, 9) AS township,
               concat(left(c.region_id, 9), ':', c.inspector_id) AS inspector_key
        FROM {TABLES["hazardcase"]} c
        WHERE {DUE} AND c.next_chase_on >= %(day)s AND (c.next_chase_on, c.id) > (%(day)s, %(id)s)
        ORDER BY c.next_chase_on, c.id
        LIMIT %(size)s
        {"FOR UPDATE OF c SKIP LOCKED" if lock else ""}
        """,
        {"on": on, "live": list(LIVE), "day": after[0], "id": after[1], "size": size},
    )
    cursor.execute("ANALYZE chase_batch")
    cursor.execute("SELECT count(*), array_agg(DISTINCT due_on) FROM chase_batch")
    cases, deadlines = cursor.fetchone()
    cursor.execute("SELECT DISTINCT township, inspector_id FROM chase_batch")
    places = cursor.fetchall()
    cursor.execute("SELECT next_chase_on, id FROM chase_batch ORDER BY next_chase_on DESC, id DESC LIMIT 1")
    return Taken(cases, deadlines or [], places, cursor.fetchone())


def drop(cursor) -> None:
    """The tables of the batch; a commit drops them too."""
    cursor.execute("DROP TABLE IF EXISTS chase_batch, chase_owed")


def find_owed(cursor, *, owed: list[tuple], rungs, people: list[tuple]) -> int:
    """What the batch owes and has not claimed, into a table; returns how many cases owe something.

    A repeating rung counts from the cycle after the last one claimed for this deadline up to the latest.
    `reaches` says whether at least one person can be told.
    """
    days, rung_ids, cycles = columns(owed, 3)
    kinds, keys = columns({(kind, key) for kind, key, _user, _why in people}, 2)
    cursor.execute(
        f"""
        CREATE TEMP TABLE chase_owed ON COMMIT DROP AS
        WITH claimed AS (
            SELECT x.case_id, x.rung_id, max(x.cycle) AS cycle
            FROM chase_batch b
            JOIN {TABLES["chaseclaim"]} x ON x.case_id = b.id AND x.deadline_version = b.deadline_version
            GROUP BY x.case_id, x.rung_id
        )
        SELECT b.id AS case_id, o.rung_id, s.cycle, s.cycle = o.latest AS is_latest,
               EXISTS (
                   SELECT 1 FROM unnest(%(rungs)s::bigint[], %(rung_kinds)s::text[]) k(rung_id, kind)
                   JOIN unnest(%(kinds)s::text[], %(keys)s::text[]) p(kind, key) ON p.kind = k.kind
                   WHERE k.rung_id = o.rung_id AND p.key = {PLACE_KEY}
               ) AS reaches
        FROM chase_batch b
        JOIN unnest(%(days)s::date[], %(rung_ids)s::bigint[], %(cycles)s::int[]) o(due_on, rung_id, latest)
          ON o.due_on = b.due_on
        LEFT JOIN claimed x ON x.case_id = b.id AND x.rung_id = o.rung_id
        CROSS JOIN LATERAL generate_series(coalesce(x.cycle + 1, 0), o.latest) AS s(cycle)
        """,
        {
            **rung_kinds(rungs),
            "days": days,
            "rung_ids": rung_ids,
            "cycles": cycles,
            "kinds": kinds,
            "keys": keys,
        },
    )
    cursor.execute("ANALYZE chase_owed")
    return one(cursor, "SELECT count(DISTINCT case_id) FROM chase_owed")


def orphans(cursor) -> list[tuple[str, str, int]]:
    """Letters that reach nobody, by rung and township."""
    cursor.execute(
        """
        SELECT r.code, b.township, count(*)
        FROM chase_owed o JOIN chase_batch b ON b.id = o.case_id JOIN rectification_rung r ON r.id = o.rung_id
        WHERE o.is_latest AND NOT o.reaches
        GROUP BY r.code, b.township
        """
    )
    return cursor.fetchall()


def count_letters(cursor, *, people: list[tuple], rungs) -> Done:
    """What write_letters would write."""
    cursor.execute(
        f"""
        SELECT (SELECT count(*) FROM chase_owed WHERE reaches),
               (SELECT count(DISTINCT (o.case_id, o.rung_id, o.cycle, p.user_id))
                FROM chase_owed o JOIN chase_batch b ON b.id = o.case_id {RECIPIENTS}
                WHERE o.is_latest),
               (SELECT count(*) FROM chase_owed WHERE reaches AND NOT is_latest)
        """,
        {**rung_kinds(rungs), **people_columns(people)},
    )
    return Done(*cursor.fetchone())


RECIPIENTS = f"""
    JOIN unnest(%(rungs)s::bigint[], %(rung_kinds)s::text[]) k(rung_id, kind) ON k.rung_id = o.rung_id
    JOIN unnest(%(kinds)s::text[], %(keys)s::text[], %(users)s::bigint[], %(whys)s::text[]) p(kind, key, user_id, why)
      ON p.kind = k.kind AND p.key = {PLACE_KEY}
"""


def write_letters(cursor, *, people: list[tuple], rungs, on: date, at: datetime, run_id: int) -> Done:
    """Claims, messages and deliveries in one statement. A person who is told twice over gets one letter.

    A message waits for its e-mail only where the person has an address; the inbox has it at once.
    """
    rungs = list(rungs)
    subject, body, literals = letters(rungs)
    cursor.execute(
        f"""
        WITH o AS (
            INSERT INTO {TABLES["chaseclaim"]}
                (case_id, deadline_version, rung_id, cycle, run_id, due_on, "on", claimed_at, outcome)
            SELECT b.id, b.deadline_version, w.rung_id, w.cycle, %(run)s, b.due_on, %(on)s, %(at)s,
                   CASE WHEN w.is_latest THEN 'told' ELSE 'passed' END
            FROM chase_owed w JOIN chase_batch b ON b.id = w.case_id
            WHERE w.reaches
            ON CONFLICT DO NOTHING
            RETURNING case_id, deadline_version, rung_id, cycle, outcome
        ), letters AS (
            INSERT INTO {TABLES["message"]} (recipient_id, kind, subject, body, link, about, key, "on", created_at)
            SELECT p.user_id, '{KIND}', left({subject}, 200), {body},
                   replace(%(link)s, '0', b.id::text), concat('case:', b.id),
                   concat('chase:', b.id, ':', o.deadline_version, ':', o.rung_id, ':', o.cycle, ':', p.user_id),
                   %(on)s, %(at)s
            FROM o
            JOIN chase_batch b ON b.id = o.case_id {RECIPIENTS}
            JOIN {TABLES["unit"]} u ON u.id = b.unit_id
            JOIN {TABLES["hazardcategory"]} g ON g.code = b.category_id
            LEFT JOIN {TABLES["region"]} t ON t.code = b.township
            LEFT JOIN {TABLES["user"]} i ON i.id = b.inspector_id
            WHERE o.outcome = 'told'
            ON CONFLICT (key) DO NOTHING
            RETURNING id, recipient_id
        ), inbox AS (
            INSERT INTO {TABLES["delivery"]} (message_id, channel, state, attempts, next_attempt_at, sent_at)
            SELECT id, 'in_app', 'sent', 1, %(at)s, %(at)s FROM letters
        ), mail AS (
            INSERT INTO {TABLES["delivery"]} (message_id, channel, state, next_attempt_at)
            SELECT l.id, 'email', 'pending', %(at)s
            FROM letters l JOIN {TABLES["user"]} r ON r.id = l.recipient_id
            WHERE r.email <> ''
        )
        SELECT (SELECT count(*) FROM o), (SELECT count(*) FROM letters),
               (SELECT count(*) FROM o WHERE outcome = 'passed')
        """,
        {
            **rung_kinds(rungs),
            **people_columns(people),
            **literals,
            "on": on,
            "at": at,
            "run": run_id,
            "link": reverse("hazards:detail", args=[0]),
        },
    )
    return Done(*cursor.fetchone())


def letters(rungs) -> tuple[str, str, dict[str, str]]:
    """The SQL that writes subject and body by rung, and the literal pieces of the templates as parameters."""
    literals: dict[str, str] = {}

    def literal(text: str) -> str:
        name = f"words_{len(literals)}"
        literals[name] = text
        return f"%({name})s::text"

    def by_rung(field: str) -> str:
        whens = " ".join(
            f"WHEN {rung.pk} THEN {compile_to_sql(getattr(rung, field), FACTS, literal)}" for rung in rungs
        )
        return f"CASE o.rung_id {whens} END"

    return by_rung("subject"), by_rung("body"), literals


def move_on(cursor, plans: dict) -> None:
    """The day on which each case owes the next thing. A case with a letter that reaches nobody stays due."""
    days, nexts = columns([(due_on, plan.next_on) for due_on, plan in plans.items()], 2)
    cursor.execute(
        f"""
        UPDATE {TABLES["hazardcase"]} c SET next_chase_on = n.next_on
        FROM chase_batch b JOIN unnest(%(days)s::date[], %(nexts)s::date[]) n(due_on, next_on) ON n.due_on = b.due_on
        WHERE c.id = b.id
          AND NOT EXISTS (SELECT 1 FROM chase_owed o WHERE o.case_id = b.id AND NOT o.reaches)
        """,
        {"days": days, "nexts": nexts},
    )


def count_by_deadline(cursor, deadlines: Iterable[date]) -> list[tuple[date, int]]:
    """How many cases of the batch have each of the deadlines."""
    cursor.execute(
        "SELECT due_on, count(*) FROM chase_batch WHERE due_on = ANY(%s::date[]) GROUP BY due_on",
        [list(deadlines)],
    )
    return cursor.fetchall()


def count_stuck(cursor, deadlines: Iterable[date]) -> int:
    """Cases of the batch that stay due: their deadline waits for a calendar, or a letter reaches nobody."""
    return one(
        cursor,
        """
        SELECT count(*) FROM chase_batch b
        WHERE b.due_on = ANY(%s::date[])
           OR EXISTS (SELECT 1 FROM chase_owed o WHERE o.case_id = b.id AND NOT o.reaches)
        """,
        [list(deadlines)],
    )


def count_due(on: date) -> int:
    """Cases whose day has come and that are still to be looked at."""
    with connection.cursor() as cursor:
        return one(
            cursor,
            f"SELECT count(*) FROM {TABLES['hazardcase']} c WHERE {DUE}",
            {"on": on, "live": list(LIVE)},
        )


def one(cursor, statement: str, values=None):
    cursor.execute(statement, values)
    return cursor.fetchone()[0]


def columns(rows: Iterable[tuple], width: int) -> tuple[list, ...]:
    """Rows as lists by column, for unnest; empty lists where there are no rows."""
    rows = list(rows)
    return tuple(map(list, zip(*rows, strict=True))) if rows else tuple([] for _ in range(width))


def rung_kinds(rungs) -> dict[str, list]:
    ids, kinds = columns([(rung.pk, kind) for rung in rungs for kind in rung.recipients], 2)
    return {"rungs": ids, "rung_kinds": kinds}


def people_columns(people: list[tuple]) -> dict[str, list]:
    kinds, keys, users, whys = columns(people, 4)
    return {"kinds": kinds, "keys": keys, "users": users, "whys": whys}
