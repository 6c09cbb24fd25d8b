"""Where a run finds what is due: the matters by day, and those counted in hours.

Both name their rows in the same columns, so that everything after `take` is the same for both. The day of the next
look is a column of the narrow table of matters and not of the case: a case has indexes over its words and its number,
and each change of an indexed column would write all of them anew (0.8 ms for a case, 0.01 ms for a matter).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from hazards.models import HazardCase
from hazards.states import CLOSED, LIVE, TRANSFERRED, VOID
from rectification.models import Matter
from rectification.watched import Watched

CASES, MATTERS = HazardCase._meta.db_table, Matter._meta.db_table

FIRST = (date(1, 1, 1), 0)
"""Before the first row, in the order of walking: next look and number."""

# Whether the thing is still owed, seen from its case: one that stands is owed nothing to look back at, and so on.
STANDS = f"""
    CASE m.watched
        WHEN '{Watched.LOOK_BACK}' THEN c.state = '{CLOSED}' AND c.round = m.round
        WHEN '{Watched.REFERRAL}' THEN c.state = '{TRANSFERRED}'
        WHEN '{Watched.INSTRUCTION}' THEN c.state <> '{VOID}'
        WHEN '{Watched.CLOCK}' THEN true
        WHEN '{Watched.PATROL}' THEN true
        ELSE c.state = ANY(%(live)s)
    END
"""
MATTER_COLUMNS = f"""
    m.id, m.{{next}} AS next, m.watched::text AS watched, m.subject, m.version, m.case_id, m.unit_id,
    left(m.region_id, 9) AS township, coalesce(c.inspector_id, 0) AS inspector_id,
    coalesce(m.person_id, 0) AS person_id, coalesce(m.asker_id, 0) AS asker_id,
    coalesce(c.main_level, '')::text AS level, coalesce(c.grade, '')::text AS grade,
    CASE m.watched WHEN '{Watched.CLOCK}' THEN m.code ELSE '' END::text AS clock,
    CASE m.watched WHEN '{Watched.REFERRAL}' THEN m.code ELSE '' END::text AS department,
    m.{{due}} AS due_on, m.title::text AS title, coalesce({STANDS}, false) AS stands
"""


@dataclass(frozen=True)
class Source:
    """The matters by the day, or by the hour, of their next look."""

    hourly: bool

    @property
    def next(self) -> str:
        """The column that says when to look again."""
        return "next_at" if self.hourly else "next_on"

    @property
    def columns(self) -> str:
        return MATTER_COLUMNS.format(next=self.next, due="due_at" if self.hourly else "due_on")

    @property
    def moment_type(self) -> str:
        """Of the day a thing is due, and of the next look: a day, or an instant."""
        return "timestamptz" if self.hourly else "date"

    @property
    def is_due(self) -> str:
        """Up to the instant or the day of the run."""
        return f"m.{self.next} <= {'%(at)s' if self.hourly else '%(on)s'}"


BY_DAY, BY_HOUR = Source(hourly=False), Source(hourly=True)
MORNING = (BY_DAY, BY_HOUR)
EVERY_FEW_MINUTES = (BY_HOUR,)


@dataclass(frozen=True)
class Profile:
    """What decides which rungs a row owes: the kind of thing, its grade and listing, its day."""

    watched: str
    clock: str
    grade: str
    level: str
    due: date | datetime
    stands: bool

    @property
    def key(self) -> tuple:
        return self.watched, self.clock, self.grade, self.level, self.due


@dataclass(frozen=True)
class Taken:
    """A batch: how many rows of each profile, where they lie, and the last row in the order of walking.

    A profile or a place is named by its number, its position here, which its rows carry: whatever is asked of the batch
    joins on two small numbers, and not on six facts whose likeness the database would underestimate.
    """

    rows: int
    profiles: dict[Profile, int]
    places: list[tuple]
    last: tuple | None


PROFILE = "watched, clock, grade, level, due_on, stands"
PLACE = "township, inspector_id, person_id, asker_id, level, department"


def take(cursor, source: Source, *, when: dict, after: tuple, size: int, lock: bool) -> Taken:
    """The next `size` due rows into a table of this transaction, locked; those locked by others are passed by."""
    drop(cursor)
    cursor.execute(
        f"""
        CREATE TEMP TABLE chase_batch ON COMMIT DROP AS
        SELECT *, dense_rank() OVER (ORDER BY {PROFILE})::int - 1 AS profile,
               dense_rank() OVER (ORDER BY {PLACE})::int - 1 AS place
        FROM (
            SELECT {source.columns}
            FROM {MATTERS} m LEFT JOIN {CASES} c ON c.id = m.case_id
            WHERE {source.is_due} AND m.{source.next} >= %(after)s
              AND (m.{source.next}, m.id) > (%(after)s, %(id)s)
            ORDER BY m.{source.next}, m.id
            LIMIT %(size)s
            {"FOR UPDATE OF m SKIP LOCKED" if lock else ""}
        ) AS due
        ORDER BY id
        """,
        {**when, "live": list(LIVE), "after": after[0], "id": after[1], "size": size},
    )
    rows = cursor.rowcount
    if not rows:
        return Taken(0, {}, [], None)
    cursor.execute("ANALYZE chase_batch")
    cursor.execute(
        f"SELECT {PROFILE}, count(*) FROM chase_batch GROUP BY profile, {PROFILE} ORDER BY profile"
    )
    profiles = {Profile(*facts): number for *facts, number in cursor.fetchall()}
    cursor.execute(f"SELECT {PLACE} FROM chase_batch GROUP BY place, {PLACE} ORDER BY place")
    places = cursor.fetchall()
    cursor.execute("SELECT next, id FROM chase_batch ORDER BY next DESC, id DESC LIMIT 1")
    return Taken(rows, profiles, places, cursor.fetchone())


def drop(cursor) -> None:
    """The tables of the batch, and those of an earlier run in the same transaction; a commit drops them too."""
    cursor.execute("DROP TABLE IF EXISTS chase_batch, chase_new, chase_plate")


def move_on(cursor, source: Source, nexts: Iterable[tuple], stuck: dict | None) -> None:
    """When each row of the batch is looked at again. `nexts`: the number of a profile and its day, None for never.

    A row of a profile that is not among them stays due, and so does one that must tell somebody where there is
    nobody: `stuck` holds the columns that STUCK reads.
    """
    profiles, days = columns(nexts, 2)
    cursor.execute(
        f"""
        UPDATE {MATTERS} t SET {source.next} = n.next
        FROM chase_batch b
        JOIN unnest(%(n_profiles)s::int[], %(n_nexts)s::{source.moment_type}[]) n(profile, next) USING (profile)
        WHERE t.id = b.id {f"AND NOT {STUCK}" if stuck else ""}
        """,
        {"n_profiles": profiles, "n_nexts": days, **(stuck or {})},
    )


PAIRS = """
    unnest(%(s_places)s::int[], %(s_rungs)s::bigint[]) s(place, rung_id)
    JOIN unnest(%(o_profiles)s::int[], %(o_rungs)s::bigint[]) o(profile, rung_id) USING (rung_id)
"""
"""The places and rungs that reach nobody, with the profiles that owe the rung."""
MET = "s.place = b.place AND o.profile = b.profile"
STUCK = f"EXISTS (SELECT 1 FROM {PAIRS} WHERE {MET})"
"""Whether row `b` of the batch owes a rung that reaches nobody where it lies."""


def count_stuck(cursor, stuck: dict) -> int:
    """Rows of the batch that must tell somebody where there is nobody."""
    cursor.execute(f"SELECT count(*) FROM chase_batch b WHERE b.stands AND {STUCK}", stuck)
    return cursor.fetchone()[0]


def count_stuck_by_place(cursor, stuck: dict) -> list[tuple[int, int, int]]:
    """(place, rung, rows) of what reaches nobody."""
    cursor.execute(
        f"""
        SELECT b.place, rung_id, count(*)
        FROM chase_batch b JOIN ({PAIRS}) ON {MET}
        WHERE b.stands GROUP BY 1, 2
        """,
        stuck,
    )
    return cursor.fetchall()


def count_due(cursor, source: Source, when: dict) -> int:
    """Rows whose day has come and that are still to be looked at."""
    cursor.execute(f"SELECT count(*) FROM {MATTERS} m WHERE {source.is_due}", when)
    return cursor.fetchone()[0]


def columns(rows: Iterable[tuple], width: int) -> tuple[list, ...]:
    """Rows as lists by column, for unnest; empty lists where there are no rows."""
    rows = list(rows)
    return tuple(map(list, zip(*rows, strict=True))) if rows else tuple([] for _ in range(width))
