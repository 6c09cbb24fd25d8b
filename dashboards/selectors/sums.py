"""The leader's counts from the running sums: their cost depends on days and townships, not on cases."""

from datetime import date, timedelta

from django.db import connection

from dashboards.periods import Period
from dashboards.selectors.areas import Area
from dashboards.selectors.stock import BUCKETS

# Several rows of one deadline are added up first: a day whose last case has gone must not pass for the oldest.
SUMS = """
    WITH cells AS (
        SELECT kind, region_code, day, sum(live) AS live, sum(submitted) AS submitted,
               0 AS found, 0 AS closed, 0 AS on_time
        FROM hazards_casetally WHERE kind = 'standing' AND {inside} GROUP BY kind, region_code, day
        UNION ALL
        SELECT kind, region_code, NULL, 0, 0, sum(found), sum(closed), 0
        FROM hazards_casetally WHERE kind = 'opened' AND {inside} AND {opened} GROUP BY kind, region_code
        UNION ALL
        SELECT kind, region_code, NULL, 0, 0, sum(found), 0, sum(on_time)
        FROM hazards_casetally WHERE kind = 'promised' AND {inside} AND {promised} GROUP BY kind, region_code
    )
    SELECT left(region_code, %(digits)s) AS part,
           coalesce(sum(found) FILTER (WHERE kind = 'opened'), 0)::int AS found,
           sum(closed)::int AS closed,
           coalesce(sum(found) FILTER (WHERE kind = 'promised'), 0)::int AS due,
           sum(on_time)::int AS on_time,
           sum(live)::int AS live,
           sum(submitted)::int AS submitted,
           coalesce(sum(live) FILTER (WHERE day < %(on)s), 0)::int AS overdue,
           min(day) FILTER (WHERE day < %(on)s AND live > 0) AS oldest,
           {ages}
    FROM cells GROUP BY 1
"""
INSIDE = "region_code >= %(area)s AND region_code < %(area)s || '~'"


def count_sums(area: Area, period: Period, due: Period, on: date) -> dict[str, dict]:
    """{part: {number: count, "oldest": the earliest deadline that has passed}}, the same as counting every case.

    `due` is the part of the period whose deadlines have passed. One statement.
    """
    facts = {"digits": area.part_length, "area": area.code, "on": on}
    statement = SUMS.format(
        inside=INSIDE,
        opened=_between("opened", period.first, period.last, facts),
        promised=_between("promised", due.first, due.last, facts),
        ages=",\n".join(_age(*bucket, on, facts) for bucket in BUCKETS),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    counted = {row.pop("part"): row for row in rows}
    return {part: counts for part, counts in counted.items() if any(counts.values())}


def _age(least: int, most: int | None, on: date, facts: dict) -> str:
    """One bar of the ageing: standing cases so many days past their deadline."""
    days = _between(f"age_{least}", on - timedelta(most) if most else None, on - timedelta(least), facts)
    return f"coalesce(sum(live) FILTER (WHERE {days}), 0)::int AS age_{least}"


def _between(name: str, first: date | None, last: date | None, facts: dict) -> str:
    """`day` lies in the stretch, both ends included; the days go into `facts` under names of their own."""
    conditions = []
    for end, sign, day in (("first", ">=", first), ("last", "<=", last)):
        if day is not None:
            facts[f"{name}_{end}"] = day
            conditions.append(f"day {sign} %({name}_{end})s")
    return " AND ".join(conditions) or "true"
