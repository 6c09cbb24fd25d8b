"""Completing an inspection with five findings, against the very same rows written bare, in the same run."""

import statistics
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from benchmarks.report import Figure, figure
from benchmarks.stage import CannotMeasure
from inspections import services as visits
from inspections.models import Kind
from inspections.selectors import checklist_for
from rectification.services import filing
from units.models import Unit

FINDINGS = 5
WARM_UP = 2
# A transaction whose rows are younger than this one is ours: nobody else writes here.
BY_TRIGGERS = {"rectification_matter"}
"""Tables that the database itself writes when the others are written; bare or not."""

HERE = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"


def run(cases: int, *, rounds: int) -> tuple[list[Figure], int]:
    """The figures, and a case that was filed here, for the pages."""
    filed, bare, statements, rows, case = [], [], 0, 0, 0
    for at in range(WARM_UP + rounds):
        draft, by = prepare(at)
        before = Before.of(draft)
        sent = []

        def note(execute, sql, params, many, context, sent=sent):
            sent.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            seconds, outcome = timed(
                lambda draft=draft, by=by: filing.complete(draft, by=by, at=timezone.now())
            )
        if len(outcome.cases) != FINDINGS:
            raise CannotMeasure("The inspection did not open a case for each finding.")
        written = written_since(before)
        undo(written, before)
        floor, _nothing = timed(lambda written=written: write(written))
        if at >= WARM_UP:
            filed.append(seconds)
            bare.append(floor)
        statements, rows = len(sent), sum(len(one.new) + len(one.changed) for one in written)
        case = outcome.cases[0].pk
    value, floor = statistics.median(filed), statistics.median(bare)
    return [
        figure(f"filing, {FINDINGS} findings, {rows} rows", value, "s", cases, floor=floor, kind="filing"),
        figure("filing, statements", statements, "statements", cases),
    ], case


def prepare(at: int):
    """A draft with its answers and findings, as the phone leaves it before the last button."""
    officers = list(User.objects.filter(username__startswith="scale-inspector-").order_by("username")[:2])
    by, now = officers[0], timezone.now()
    unit = (
        Unit.objects.visible_to(by)
        .current()
        .filter(suspended_since=None)
        .exclude(flags__contains=["combined_use"])
        .order_by("number")[at]
    )
    questions = list(checklist_for(unit, Kind.SPOT, timezone.localdate()).items.select_related("category"))
    failing = [item for item in questions if item.category_id][:FINDINGS]
    if len(failing) < FINDINGS:
        raise CannotMeasure("The checklist has too few questions with a hazard.")
    draft, _new = visits.file_whole(
        by=by,
        client_id=uuid.uuid4(),
        unit=unit,
        kind=Kind.SPOT,
        started_at=now - timedelta(minutes=40),
        ended_at=now - timedelta(minutes=5),
        officers=officers,
        answers=[(item, "fail" if item in failing else "ok") for item in questions],
        findings=[
            {
                "client_id": uuid.uuid4(),
                "item": item,
                "category": item.category,
                "description": item.category.name,
                "part": "一层",
                "corrected_on_site": False,
                "due_on": timezone.localdate() + timedelta(days=max(1, item.category.default_days)),
            }
            for item in failing
        ],
    )
    return draft, User.objects.get(pk=by.pk)


@dataclass
class Written:
    """The rows of one table that a transaction has inserted (`new`) or updated (`changed`), as they stand now."""

    table: str
    key: str
    columns: list[str]
    new: list[tuple]
    changed: list[tuple]

    def keys(self, rows: list[tuple]) -> list:
        place = self.columns.index(self.key)
        return [row[place] for row in rows]


@dataclass
class Before:
    """What stood there before the inspection was completed."""

    began_at: int
    last: dict[str, int]
    rows: dict[str, dict]

    @classmethod
    def of(cls, draft) -> "Before":
        last = {table: one(f'SELECT coalesce(max("{key}"), 0) FROM "{table}"') for table, key in tables()}
        which = {
            "inspections_inspection": ("id", draft.pk),
            "inspections_finding": ("inspection_id", draft.pk),
            "units_unit": ("id", draft.unit_id),
            "documents_serial": ("last", None),
        }
        rows = {}
        for table, (column, value) in which.items():
            where = f"WHERE {column} = %s" if value else ""
            found, columns = select(f"SELECT * FROM {table} {where}", [value] if value else [])
            rows[table] = {row[columns.index("id")]: row for row in found}
        return cls(one(HERE), last, rows)


def tables():
    """(table, key) of every table whose rows are numbered."""
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.managed and not meta.proxy and isinstance(meta.pk, models.AutoField | models.BigAutoField):
            yield meta.db_table, meta.pk.column


def written_since(before: Before) -> list[Written]:
    """Every row written since. Raises CannotMeasure where a row changed that nobody thought of."""
    found = []
    for table, key in tables():
        rows, columns = select(f'SELECT * FROM "{table}" WHERE xmin::text::bigint >= %s', [before.began_at])
        if not rows:
            continue
        place = columns.index(key)
        new = [row for row in rows if row[place] > before.last[table]]
        changed = [row for row in rows if row[place] <= before.last[table]]
        if any(row[place] not in before.rows.get(table, ()) for row in changed):
            raise CannotMeasure(
                f"Completing an inspection changes rows of {table}: teach bench_filing about it."
            )
        found.append(Written(table, key, columns, new, changed))
    return found


def undo(written: list[Written], before: Before) -> None:
    """Take the rows away again; what is append-only is so for everybody else."""
    guarded = [one.table for one in written]
    for table in guarded:
        execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    with transaction.atomic():
        for one_table in written:
            if one_table.new:
                keys = one_table.keys(one_table.new)
                execute(f'DELETE FROM "{one_table.table}" WHERE "{one_table.key}" = ANY(%s)', [keys])
            for key in one_table.keys(one_table.changed):
                update(one_table, before.rows[one_table.table][key])
    for table in guarded:
        execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


@transaction.atomic
def write(written: list[Written]) -> None:
    """The same rows: one INSERT per table, one UPDATE per changed row, one transaction."""
    with connection.cursor() as cursor:
        for one_table in written:
            if one_table.new and one_table.table not in BY_TRIGGERS:
                names = ", ".join(f'"{name}"' for name in one_table.columns)
                marks = f"({', '.join(['%s'] * len(one_table.columns))})"
                cursor.execute(
                    f'INSERT INTO "{one_table.table}" ({names}) VALUES {", ".join([marks] * len(one_table.new))}',
                    [value for row in one_table.new for value in row],
                )
            for row in one_table.changed:
                update(one_table, row)


def update(one_table: Written, row: tuple) -> None:
    """Give one row these values."""
    names = [name for name in one_table.columns if name != one_table.key]
    values = [value for name, value in zip(one_table.columns, row, strict=True) if name != one_table.key]
    marks = ", ".join(f'"{name}" = %s' for name in names)
    execute(
        f'UPDATE "{one_table.table}" SET {marks} WHERE "{one_table.key}" = %s',
        [*values, row[one_table.columns.index(one_table.key)]],
    )


def select(statement: str, values) -> tuple[list[tuple], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall(), [column.name for column in cursor.description]


def execute(statement: str, values=()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def one(statement: str):
    return select(statement, [])[0][0][0]


def timed(work):
    """(seconds, what it returned)."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
