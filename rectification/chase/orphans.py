"""Cases that nobody answers for become matters of the ladder, and cease to be when somebody does again."""

from datetime import date

from django.db import connection, transaction

from hazards.models import HazardCase
from rectification.models import Matter
from rectification.watched import Watched

CASES, MATTERS = HazardCase._meta.db_table, Matter._meta.db_table

# In the order of the cases, in which acts on several cases lock them too.
ENDED = f"""
    SELECT chase_watch('{Watched.ORPHAN}', m.subject, false, NULL, NULL, NULL, NULL, NULL)
    FROM {MATTERS} m
    WHERE m.watched = '{Watched.ORPHAN}' AND m.ended_at IS NULL AND m.subject <> ALL(%(orphans)s::bigint[])
    ORDER BY m.subject
"""
# The waiting began on the day on which it was first seen.
BEGUN = f"""
    SELECT chase_watch('{Watched.ORPHAN}', c.id, true, c.id, c.unit_id, c.region_id, '案件无人负责',
                       coalesce(m.due_on, %(on)s), p_person => c.inspector_id)
    FROM {CASES} c
    LEFT JOIN {MATTERS} m ON m.watched = '{Watched.ORPHAN}' AND m.subject = c.id AND m.ended_at IS NULL
    WHERE c.id = ANY(%(orphans)s::bigint[])
    ORDER BY c.id
"""


@transaction.atomic
def follow(*, on: date) -> int:
    """Bring the matters of orphan cases up to the posts of a day; how many cases are orphans."""
    orphans = list(HazardCase.objects.live().orphaned(on).order_by().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for statement in (ENDED, BEGUN):
            cursor.execute(statement, {"orphans": orphans, "on": on})
    return len(orphans)
