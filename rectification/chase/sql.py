"""The statements of a run. Every one handles a whole batch; none is sent per row or per person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from hazards.models import HazardCase
from rectification.chase.sources import Source, columns
from rectification.models import ChaseClaim, Rung, Suggestion
from rectification.models.chase import FollowUp
from rectification.watched import WAITING
from rectification.wording import compile_to_sql
from reference.models import HazardCategory, Region
from units.models import Unit

TABLES = {
    model.__name__.lower(): f'"{model._meta.db_table}"'
    for model in (ChaseClaim, HazardCase, HazardCategory, Region, Rung, Suggestion, Unit, User)
}
Outcome = ChaseClaim.Outcome

WAITED = ", ".join(f"'{one}'" for one in WAITING)
SHANGHAI = "'Asia/Shanghai'"
# What is left is rounded up and what is over rounded down: nobody is told of an hour that has not gone by.
LEFT = "ceil(extract(epoch FROM b.due_at - %(at)s) / 3600)::int"
OVER = "floor(extract(epoch FROM %(at)s - b.due_at) / 3600)::int"

FACTS = {
    "what": "b.title",
    "when": f"""CASE WHEN r.measure = 'hours' AND b.due_at > %(at)s THEN concat('还剩 ', {LEFT}, ' 小时')
                    WHEN r.measure = 'hours' AND b.watched IN ({WAITED}) AND {OVER} = 0 THEN '已等待不到 1 小时'
                    WHEN r.measure = 'hours' AND b.watched IN ({WAITED}) THEN concat('已等待 ', {OVER}, ' 小时')
                    WHEN r.measure = 'hours' AND {OVER} = 0 THEN '时限已到'
                    WHEN r.measure = 'hours' THEN concat('超过 ', {OVER}, ' 小时')
                    WHEN b.watched IN ({WAITED}) AND b.said_on = b.due_on THEN '今天起'
                    WHEN b.watched IN ({WAITED}) THEN concat('已等待 ', b.said_on - b.due_on, ' 天')
                    WHEN b.due_on > b.said_on THEN concat('还剩 ', b.due_on - b.said_on, ' 天到期')
                    WHEN b.due_on = b.said_on THEN '今天到期'
                    ELSE concat('逾期 ', b.said_on - b.due_on, ' 天') END""",
    "days": "abs(b.due_on - b.said_on)",
    "due_on": f"""CASE WHEN r.measure = 'hours'
                       THEN to_char(b.due_at AT TIME ZONE {SHANGHAI}, 'FMYYYY年FMMM月FMDD日HH24:MI')
                       ELSE to_char(b.due_on, 'FMYYYY年FMMM月FMDD日') END""",
    "number": "coalesce(h.number, '')",
    "unit": "u.name",
    "address": "u.address",
    "township": "coalesce(t.short_name, '')",
    "category": "coalesce(g.name, '')",
    "part": "CASE WHEN coalesce(h.part, '') = '' THEN '' ELSE concat('（', h.part, '）') END",
    "description": "coalesce(h.description, '')",
    "inspector": "coalesce(nullif(i.name, ''), '未指定')",
    "why": "b.why",
}
"""The SQL of each fact of wording.FACTS, for a row `b` of what is said. A literal percent sign would have to be
doubled."""

THING_TABLES = f"""
    JOIN {TABLES["unit"]} u ON u.id = b.unit_id
    LEFT JOIN {TABLES["hazardcase"]} h ON h.id = b.case_id
    LEFT JOIN {TABLES["hazardcategory"]} g ON g.code = h.category_id
    LEFT JOIN {TABLES["region"]} t ON t.code = b.township
    LEFT JOIN {TABLES["user"]} i ON i.id = h.inspector_id
"""
FACT_TABLES = f"JOIN {TABLES['rung']} r ON r.id = b.rung_id {THING_TABLES}"
"""What the facts are read from, for rows `b` that name a rung."""

HAS_PHONE = """EXISTS (
    SELECT 1 FROM units_unitperson p WHERE p.unit_id = {unit} AND p.ends_on IS NULL AND p.phone <> '')"""
"""Whether the register has a number of somebody of the unit."""


@dataclass(frozen=True)
class Told:
    """Who is told by one rung at one place, and how the ledger will put it."""

    place: int
    rung: int
    kind: str
    user_id: int | None
    via: str
    post_id: int | None
    outcome: str
    leads: bool
    """The first of its kind, which carries the cycles that are passed over."""


@dataclass(frozen=True)
class Done:
    told: int
    passed_over: int


def owed_columns(owed: Iterable[tuple]) -> dict[str, list]:
    """(number of the profile, rung, first cycle, latest cycle) of everything that profiles of the batch owe."""
    return dict(zip(("o_profiles", "o_rungs", "o_firsts", "o_latests"), columns(owed, 4), strict=True))


def told_columns(people: Iterable[Told]) -> dict[str, list]:
    names = ("t_places", "t_rungs", "t_kinds", "t_users", "t_vias", "t_posts", "t_outcomes", "t_leads")
    rows = (
        (one.place, one.rung, one.kind, one.user_id, one.via, one.post_id, one.outcome, one.leads)
        for one in people
    )
    return dict(zip(names, columns(rows, 8), strict=True))


OWING = f"""
    WITH claimed AS (
        SELECT x.watched, x.subject, x.version, x.rung_id, x.recipient, max(x.cycle) AS cycle
        FROM chase_batch b
        JOIN {TABLES["chaseclaim"]} x
          ON x.watched = b.watched AND x.subject = b.subject AND x.version = b.version
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT b.watched, b.subject, b.version, b.case_id, b.unit_id, b.township, b.title, b.due_on,
           o.rung_id, s.cycle, p.kind AS recipient,
           CASE WHEN s.cycle = o.latest THEN p.user_id END AS person_id,
           CASE WHEN s.cycle = o.latest THEN p.via ELSE '' END AS via,
           CASE WHEN s.cycle = o.latest THEN p.post_id END AS post_id,
           CASE WHEN s.cycle = o.latest THEN p.outcome ELSE '{Outcome.PASSED_OVER}' END AS outcome
    FROM chase_batch b
    JOIN unnest(%(o_profiles)s::int[], %(o_rungs)s::bigint[], %(o_firsts)s::int[], %(o_latests)s::int[])
         o(profile, rung_id, first, latest) USING (profile)
    JOIN unnest(%(t_places)s::int[], %(t_rungs)s::bigint[], %(t_kinds)s::text[], %(t_users)s::bigint[],
                %(t_vias)s::text[], %(t_posts)s::bigint[], %(t_outcomes)s::text[], %(t_leads)s::bool[])
         WITH ORDINALITY p(place, rung_id, kind, user_id, via, post_id, outcome, leads, number)
      ON p.place = b.place AND p.rung_id = o.rung_id
    LEFT JOIN claimed x
      ON x.watched = b.watched AND x.subject = b.subject AND x.version = b.version
     AND x.rung_id = o.rung_id AND x.recipient IN (p.kind, '')
    CROSS JOIN LATERAL generate_series(greatest(o.first, coalesce(x.cycle + 1, 0)), o.latest) AS s(cycle)
    WHERE b.stands AND (s.cycle = o.latest OR p.leads)
    ORDER BY b.id, o.rung_id, p.number, s.cycle
"""
"""What the batch owes and has not claimed: one row for each thing, rung, cycle, role and person.

A repeating rung counts from the cycle after the last one claimed for this version up to the latest; the cycles before
the latest are passed over, once for each role. In the order of the things, as the unique index has them, and of the
roles of a rung, as the ledger shows them.
"""


def claim(cursor, source: Source, values: dict) -> Done:
    """Writes the claims of the batch in one statement, and keeps those of the rungs in `special` at hand.

    `values` holds the columns of owed and people, and `on`, `at`, `run`, `special`.
    """
    due_on = f"(due_on AT TIME ZONE {SHANGHAI})::date" if source.hourly else "due_on"
    cursor.execute(
        """
        CREATE TEMP TABLE chase_new (
            watched text, subject bigint, version int, rung_id bigint, cycle int, recipient text, person_id bigint,
            via text, post_id bigint
        ) ON COMMIT DROP
        """
    )
    cursor.execute(
        f"""
        WITH new AS (
            INSERT INTO {TABLES["chaseclaim"]}
                (watched, subject, version, rung_id, cycle, recipient, person_id, via, post_id, run_id, due_on, "on",
                 claimed_at, outcome)
            SELECT watched, subject, version, rung_id, cycle, recipient, person_id, via, post_id, %(run)s, {due_on},
                   %(on)s, %(at)s, outcome
            FROM ({OWING}) AS w
            ON CONFLICT DO NOTHING
            RETURNING watched, subject, version, rung_id, cycle, recipient, person_id, via, post_id, outcome
        ), kept AS (
            INSERT INTO chase_new
            SELECT watched, subject, version, rung_id, cycle, recipient, person_id, via, post_id FROM new
            WHERE rung_id = ANY(%(special)s::bigint[]) AND outcome = '{Outcome.TOLD}'
        )
        SELECT count(*) FILTER (WHERE outcome <> '{Outcome.PASSED_OVER}'),
               count(*) FILTER (WHERE outcome = '{Outcome.PASSED_OVER}')
        FROM new
        """,
        values,
    )
    return Done(*cursor.fetchone())


@dataclass(frozen=True)
class Would:
    """What `claim` would write of one rung in one township."""

    rung: int
    township: str
    told: int
    passed_over: int
    singles: int
    """Letters of their own."""
    readers: list[int]
    """Who would get a digest."""


def count_claims(cursor, values: dict) -> list[Would]:
    """What `claim` would write, by rung and township."""
    cursor.execute(
        f"""
        SELECT rung_id, township,
               count(*) FILTER (WHERE outcome <> '{Outcome.PASSED_OVER}'),
               count(*) FILTER (WHERE outcome = '{Outcome.PASSED_OVER}'),
               count(*) FILTER (WHERE outcome = '{Outcome.TOLD}'
                   AND CASE recipient WHEN 'owner' THEN {HAS_PHONE.format(unit="w.unit_id")}
                       ELSE rung_id = ANY(%(urgent)s::bigint[]) END),
               coalesce(array_agg(DISTINCT person_id)
                   FILTER (WHERE outcome = '{Outcome.TOLD}' AND person_id IS NOT NULL
                           AND rung_id <> ALL(%(urgent)s::bigint[])), '{{}}')
        FROM ({OWING}) AS w
        GROUP BY rung_id, township
        """,
        values,
    )
    return [Would(*row) for row in cursor.fetchall()]


def suggest(cursor, rungs: Iterable, on: date) -> None:
    """What the rungs just claimed suggest for their cases: each thing once while it is open, and only where it fits."""
    ids, whats = columns([(rung.pk, what) for rung in rungs for what in rung.follow_ups], 2)
    cursor.execute(
        f"""
        INSERT INTO {TABLES["suggestion"]} (case_id, what, rung_id, made_on, reason)
        SELECT DISTINCT ON (b.case_id, f.what) b.case_id, f.what, n.rung_id, %(on)s::date, ''
        FROM chase_new n
        JOIN unnest(%(rungs)s::bigint[], %(whats)s::text[]) f(rung_id, what) USING (rung_id)
        JOIN chase_batch b ON b.watched = n.watched AND b.subject = n.subject
        JOIN {TABLES["hazardcase"]} c ON c.id = b.case_id
        JOIN {TABLES["unit"]} u ON u.id = b.unit_id
        WHERE NOT (f.what = '{FollowUp.LIST}' AND (c.main_level <> '' OR c.grade <> 'major'))
          AND NOT (f.what = '{FollowUp.SUSPEND}' AND u.suspended_since IS NOT NULL)
        ORDER BY b.case_id, f.what, n.rung_id
        ON CONFLICT (case_id, what) WHERE settled_at IS NULL DO NOTHING
        """,
        {"rungs": ids, "whats": whats, "on": on},
    )


def singles(cursor, source: Source, rungs: list, *, whys: list[tuple], on: date, at: datetime) -> list[tuple]:
    """The letters of their own among the claims just made: (key parts, person, subject, text, case, unit).

    `whys`: (rung, role, person, why) for everybody told.
    """
    subject, body, literals = letters(rungs)
    w_rungs, w_kinds, w_users, w_whys = columns(whys, 4)
    due_at = "b.due_on" if source.hourly else "(b.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'"
    due_on = f"(b.due_on AT TIME ZONE {SHANGHAI})::date" if source.hourly else "b.due_on"
    cursor.execute(
        f"""
        SELECT b.watched, b.subject, b.version, b.rung_id, b.cycle, b.person_id, {subject}, {body}, b.case_id, b.unit_id
        FROM (
            SELECT n.*, b.case_id, b.unit_id, b.township, b.title, {due_on} AS due_on, {due_at} AS due_at,
                   %(on)s::date AS said_on,
                   coalesce(w.why, '') AS why
            FROM chase_new n
            JOIN chase_batch b ON b.watched = n.watched AND b.subject = n.subject
            LEFT JOIN unnest(%(w_rungs)s::bigint[], %(w_kinds)s::text[], %(w_users)s::bigint[], %(w_whys)s::text[])
                 w(rung_id, recipient, person_id, why)
              ON w.rung_id = n.rung_id AND w.recipient = n.recipient AND w.person_id = n.person_id
            WHERE n.rung_id = ANY(%(ids)s::bigint[]) AND n.person_id IS NOT NULL
        ) AS b
        {FACT_TABLES}
        ORDER BY b.subject, b.person_id
        """,
        {
            **literals,
            "on": on,
            "at": at,
            "ids": [rung.pk for rung in rungs],
            "w_rungs": w_rungs,
            "w_kinds": w_kinds,
            "w_users": w_users,
            "w_whys": w_whys,
        },
    )
    return cursor.fetchall()


def to_owners(cursor, source: Source, rungs: list, *, on: date, at: datetime) -> list[tuple]:
    """The letters to units among the claims just made: as `singles`, with name, telephone and township at the end.

    Where the register has no number the claim says so, and nothing is written.
    """
    cursor.execute(
        f"""
        UPDATE {TABLES["chaseclaim"]} x SET outcome = '{Outcome.NO_PHONE}'
        FROM chase_new n JOIN chase_batch b ON b.watched = n.watched AND b.subject = n.subject
        WHERE n.recipient = 'owner' AND (x.watched, x.subject, x.version, x.rung_id, x.cycle, x.recipient)
            = (n.watched, n.subject, n.version, n.rung_id, n.cycle, n.recipient)
          AND NOT {HAS_PHONE.format(unit="b.unit_id")}
        """
    )
    subject, body, literals = letters(rungs)
    due_at = "b.due_on" if source.hourly else "(b.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'"
    due_on = f"(b.due_on AT TIME ZONE {SHANGHAI})::date" if source.hourly else "b.due_on"
    cursor.execute(
        f"""
        SELECT b.watched, b.subject, b.version, b.rung_id, b.cycle, NULL, {subject}, {body}, b.case_id, b.unit_id,
               b.name, b.phone, b.township
        FROM (
            SELECT n.*, b.case_id, b.unit_id, b.township, b.title, {due_on} AS due_on, {due_at} AS due_at,
                   %(on)s::date AS said_on, '' AS why, p.name, p.phone
            FROM chase_new n
            JOIN chase_batch b ON b.watched = n.watched AND b.subject = n.subject
            JOIN LATERAL (
                SELECT name, phone FROM units_unitperson p
                WHERE p.unit_id = b.unit_id AND p.ends_on IS NULL AND p.phone <> ''
                ORDER BY array_position(ARRAY['responsible', 'manager', 'on_site', 'legal'], p.duty::text), p.id
                LIMIT 1
            ) p ON true
            WHERE n.recipient = 'owner'
        ) AS b
        {FACT_TABLES}
        """,
        {**literals, "on": on, "at": at},
    )
    return cursor.fetchall()


def letters(rungs: Iterable) -> tuple[str, str, dict[str, str]]:
    """The SQL that writes subject and body by rung, and the literal pieces of the templates as parameters."""
    rungs = list(rungs)
    literals: dict[str, str] = {}

    def literal(text: str) -> str:
        name = f"words_{len(literals)}"
        literals[name] = text
        return f"%({name})s::text"

    def by_rung(field: str) -> str:
        whens = " ".join(
            # A draft has no number yet: it stands for 0.
            f"WHEN {rung.pk or 0} THEN {compile_to_sql(getattr(rung, field), FACTS, literal)}"
            for rung in rungs
        )
        return f"CASE b.rung_id {whens} END" if whens else "''"

    return by_rung("subject"), by_rung("body"), literals
