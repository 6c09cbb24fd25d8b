"""Cases that nobody answers for become matters of the ladder, and cease to be when somebody does again."""

from datetime import date

from django.db import connection, transaction

from hazards.models import HazardCase
from hazards.states import LIVE
from rectification.models import Matter
from rectification.watched import Watched

# By the few people in charge, not by the many cases: the index of an inspector's day is walked from one to the next.
GONE = f"""
    WITH RECURSIVE people AS (
        (SELECT inspector_id FROM {HazardCase._meta.db_table}
         WHERE inspector_id IS NOT NULL AND state = ANY(%(live)s) ORDER BY inspector_id LIMIT 1)
        UNION ALL
        SELECT (SELECT c.inspector_id FROM {HazardCase._meta.db_table} c
                WHERE c.inspector_id > p.inspector_id AND c.state = ANY(%(live)s) ORDER BY c.inspector_id LIMIT 1)
        FROM people p WHERE p.inspector_id IS NOT NULL
    )
    SELECT p.inspector_id FROM people p
    WHERE p.inspector_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_post t
        JOIN accounts_user u ON u.id = t.user_id
        LEFT JOIN accounts_user d ON d.id = t.deputy_id AND t.deputy_from <= %(on)s
                                 AND (t.deputy_to IS NULL OR t.deputy_to >= %(on)s)
        WHERE t.user_id = p.inspector_id AND t.role = 'inspector' AND t.starts_on <= %(on)s
          AND (t.ends_on IS NULL OR t.ends_on >= %(on)s) AND (u.is_active OR d.is_active)
    )
"""


@transaction.atomic
def follow(*, on: date) -> int:
    """Bring the matters of orphan cases up to the posts of a day; how many cases are orphans."""
    with connection.cursor() as cursor:
        cursor.execute(GONE, {"on": on, "live": list(LIVE)})
        gone = [row[0] for row in cursor.fetchall()]
        values = {"gone": gone, "live": list(LIVE), "on": on}
        cursor.execute(
            f"""
            SELECT chase_watch('{Watched.ORPHAN}', m.subject, false, NULL, NULL, NULL, NULL, NULL)
            FROM {Matter._meta.db_table} m JOIN {HazardCase._meta.db_table} c ON c.id = m.subject
            WHERE m.watched = '{Watched.ORPHAN}' AND m.ended_at IS NULL
              AND NOT (c.state = ANY(%(live)s) AND c.inspector_id = ANY(%(gone)s::bigint[]))
            """,
            values,
        )
        if not gone:
            return 0
        cursor.execute(
            f"""
            SELECT chase_watch('{Watched.ORPHAN}', c.id, true, c.id, c.unit_id, c.region_id,
                               concat('主办检查员', u.name, '已不在岗，案件无人负责'), coalesce(m.due_on, %(on)s),
                               p_person => c.inspector_id)
            FROM {HazardCase._meta.db_table} c
            JOIN accounts_user u ON u.id = c.inspector_id
            LEFT JOIN {Matter._meta.db_table} m
              ON m.watched = '{Watched.ORPHAN}' AND m.subject = c.id AND m.ended_at IS NULL
            WHERE c.state = ANY(%(live)s) AND c.inspector_id = ANY(%(gone)s::bigint[])
            """,
            values,
        )
        return cursor.rowcount
