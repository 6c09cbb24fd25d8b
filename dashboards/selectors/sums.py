"""The leader's counts from the running sums: their cost depends on days and townships, not on cases."""

from datetime import date, timedelta

from django.db import connection

from dashboards.periods import Period
from dashboards.selectors.areas import Area
from dashboards.selectors.stock import BUCKETS

# Several rows of one day are added up first: a day whose last case has gone must not pass for the oldest.
SUMS = """
    SELECT left(region_code, %(digits)s) AS part,
           coalesce(sum(found) FILTER (WHERE kind = 'opened'), 0)::int AS found,
           coalesce(sum(closed) FILTER (WHERE kind = 'opened'), 0)::int AS closed,
           coalesce(sum(found) FILTER (WHERE kind = 'promised'), 0)::int AS due,
           coalesce(sum(on_time) FILTER (WHERE kind = 'promised'), 0)::int AS on_time,
           coalesce(sum(live), 0)::int AS live,
           coalesce(sum(submitted), 0)::int AS submitted,
           coalesce(sum(live) FILTER (WHERE kind = 'standing' AND day < %(on)s), 0)::int AS overdue,
           min(day) FILTER (WHERE kind = 'standing' AND day < %(on)s AND live > 0) AS oldest,
           {ages}
    FROM (
        SELECT kind, region_code, day, sum(found) AS found, sum(closed) AS closed, sum(on_time) AS on_time,
               sum(live) AS live, sum(submitted) AS submitted
        FROM hazards_casetally
        WHERE region_code >= %(area)s AND region_code < %(area)s || '~' AND ({cells})
        GROUP BY kind, region_code, day
    ) AS cells
    GROUP BY 1
"""


def count_sums(area: Area, period: Period, due: Period, on: date) -> dict[str, dict]:
    """{part: {number: count, "oldest": the earliest deadline that has passed}}, the same as counting every case.

    `due` is the part of the period whose deadlines have passed. One statement.
    """
    facts = {"digits": area.part_length, "area": area.code, "on": on}
    cells = " OR ".join(
        ("kind = 'standing'", _cells("opened", period, facts), _cells("promised", due, facts))
    )
    statement = SUMS.format(ages=",\n".join(_age(*bucket, on, facts) for bucket in BUCKETS), cells=cells)
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    counted = {row.pop("part"): row for row in rows}
    return {part: counts for part, counts in counted.items() if any(counts.values())}


def _cells(kind: str, period: Period, facts: dict) -> str:
    """The condition for the cells of one kind whose day lies in the period."""
    conditions = [f"kind = '{kind}'", *_between(kind, period.first, period.last, facts)]
    return f"({' AND '.join(conditions)})"


def _age(least: int, most: int | None, on: date, facts: dict) -> str:
    """One bar of the ageing: standing cases so many days past their deadline."""
    days = _between(f"age_{least}", on - timedelta(most) if most else None, on - timedelta(least), facts)
    conditions = " AND ".join(["kind = 'standing'", *days])
    return f"coalesce(sum(live) FILTER (WHERE {conditions}), 0)::int AS age_{least}"


def _between(name: str, first: date | None, last: date | None, facts: dict) -> list[str]:
    """`day` lies in the stretch, both ends included; the days go into `facts` under names of their own."""
    conditions = []
    for end, sign, day in (("first", ">=", first), ("last", "<=", last)):
        if day is not None:
            facts[f"{name}_{end}"] = day
            conditions.append(f"day {sign} %({name}_{end})s")
    return conditions
