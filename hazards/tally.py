"""Running sums of cases by day and township, so that a leader's figures do not depend on how many cases there are.

Triggers on the case table write them in the transaction that changes a case, whatever door it came through: each
statement appends its differences, which nobody waits for, and a job folds them together. A sum is right at any
moment, folded or not.
"""

from datetime import date

import pgtrigger
from django.db import connection, models
from django.db.models import Q

from hazards import states

REGION_DIGITS = 9
"""Sums are kept down to the township; below it the cases themselves are few enough to be counted."""


class CaseTallyQuerySet(models.QuerySet):
    def under(self, code: str):
        """Sums of the region `code` and everything below it."""
        return self.filter(region_code__gte=code, region_code__lt=code + "~")


class CaseTally(models.Model):
    """How many cases of one township share one day; several rows of one cell add up."""

    class Kind(models.TextChoices):
        OPENED = "opened"  # day: opened_on; found, closed
        PROMISED = "promised"  # day: original_due_on; found, on_time
        STANDING = "standing"  # day: due_on or none; live, submitted

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    region_code = models.CharField(max_length=REGION_DIGITS, db_collation="C")
    day = models.DateField(null=True)
    found = models.IntegerField(default=0, db_default=0)
    closed = models.IntegerField(default=0, db_default=0)
    on_time = models.IntegerField(default=0, db_default=0)
    live = models.IntegerField(default=0, db_default=0)
    submitted = models.IntegerField(default=0, db_default=0)
    is_loose = models.BooleanField(
        default=True, db_default=True, help_text="A difference that is not folded into its cell yet."
    )

    objects = CaseTallyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["kind", "region_code", "day"],
                include=["found", "closed", "on_time", "live", "submitted"],
                name="tally_cells",
            ),
            models.Index(fields=["id"], name="tally_loose", condition=Q(is_loose=True)),
        ]

    def __str__(self):
        return f"{self.kind} {self.region_code} {self.day}"


SUMS = ("found", "closed", "on_time", "live", "submitted")
CELL = "kind, region_code, day"
LIVE = ", ".join(f"'{state}'" for state in sorted(states.LIVE))
READ = ("region_id", "state", "opened_on", "original_due_on", "due_on", "closed_on")
"""The columns of a case that any sum looks at: `hazards.conditions` says the same of one case."""

# Every case three times, once for each of its days; `moved` gives `sign` and the columns of READ.
# The sums are named with their table: in a trigger `found` alone is a variable of PL/pgSQL.
CELLS = f"""
    SELECT kind, left(region_id, {REGION_DIGITS}) AS region_code, day,
           {", ".join(f"sum(sign * days.{name}) AS {name}" for name in SUMS)}
    FROM (
        SELECT sign, region_id, 'opened' AS kind, opened_on AS day, (state <> '{states.VOID}')::int AS found,
               (state = '{states.CLOSED}')::int AS closed, 0 AS on_time, 0 AS live, 0 AS submitted
        FROM moved
        UNION ALL
        SELECT sign, region_id, 'promised', original_due_on, (state <> '{states.VOID}')::int, 0,
               (state = '{states.CLOSED}' AND closed_on <= original_due_on)::int, 0, 0
        FROM moved WHERE original_due_on IS NOT NULL
        UNION ALL
        SELECT sign, region_id, 'standing', due_on, 0, 0, 0, 1, (state = '{states.SUBMITTED}')::int
        FROM moved WHERE state IN ({LIVE})
    ) AS days
    GROUP BY 1, 2, 3
    HAVING {" OR ".join(f"sum(sign * days.{name}) <> 0" for name in SUMS)}
"""


def addition(moved: str) -> str:
    """SQL that appends the differences of `moved`, a query for `sign` and the columns of READ."""
    columns = f"{CELL}, {', '.join(SUMS)}"
    return f"WITH moved AS ({moved}) INSERT INTO hazards_casetally ({columns}) {CELLS}"


def columns_of(rows: str) -> str:
    return ", ".join(f"{rows}.{name}" for name in READ)


def row_of(rows: str) -> str:
    return f"({columns_of(rows)})"


COMES = f"SELECT 1 AS sign, {columns_of('new_rows')} FROM new_rows"
GOES = f"SELECT -1 AS sign, {columns_of('old_rows')} FROM old_rows"
BOTH = "new_rows JOIN old_rows USING (id)"
CHANGED = f"{row_of('new_rows')} IS DISTINCT FROM {row_of('old_rows')}"
CHANGES = f"""
    SELECT 1 AS sign, {columns_of("new_rows")} FROM {BOTH} WHERE {CHANGED}
    UNION ALL
    SELECT -1, {columns_of("old_rows")} FROM {BOTH} WHERE {CHANGED}
"""


def trigger(name: str, operation, moved: str, **tables) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=f"{addition(moved)}; RETURN NULL;",
    )


TRIGGERS = [
    trigger("case_tally_comes", pgtrigger.Insert, COMES, new="new_rows"),
    trigger("case_tally_goes", pgtrigger.Delete, GOES, old="old_rows"),
    trigger("case_tally_changes", pgtrigger.Update, CHANGES, old="old_rows", new="new_rows"),
]

RECOUNT = f"SELECT 1 AS sign, {', '.join(READ)} FROM hazards_hazardcase"

# Two folds at once share no row: each row is deleted, and so added up, by one of them.
FOLD = f"""
    WITH cells AS (
        SELECT DISTINCT {CELL} FROM hazards_casetally WHERE is_loose
    ), gone AS (
        DELETE FROM hazards_casetally t USING cells c
        WHERE t.kind = c.kind AND t.region_code = c.region_code AND t.day IS NOT DISTINCT FROM c.day
        RETURNING t.*
    )
    INSERT INTO hazards_casetally ({CELL}, {", ".join(SUMS)}, is_loose)
    SELECT {CELL}, {", ".join(f"sum({name})" for name in SUMS)}, false FROM gone GROUP BY {CELL}
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in SUMS)}
"""

DIFFERENCE = f"""
    WITH moved AS ({RECOUNT}), counted AS ({CELLS}), both_ways AS (
        SELECT {CELL}, {", ".join(SUMS)} FROM counted
        UNION ALL
        SELECT {CELL}, {", ".join(f"-{name}" for name in SUMS)} FROM hazards_casetally
    )
    SELECT {CELL} FROM both_ways GROUP BY {CELL}
    HAVING {" OR ".join(f"sum({name}) <> 0" for name in SUMS)}
    ORDER BY {CELL}
"""


def fold() -> int:
    """Put the loose differences into their cells; how many cells were written. Safe to run twice, or side by side."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
        return cursor.rowcount


def differences() -> list[tuple[str, str, date | None]]:
    """The cells that do not agree with the cases themselves, (kind, township, day). Reads every case."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCE)
        return cursor.fetchall()
