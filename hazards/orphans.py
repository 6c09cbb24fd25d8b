"""Which standing cases nobody answers for: the inspector is gone without a deputy, or the township has no officer.

Asked by the few inspectors and townships that have standing cases at all, found by skipping along two indexes
(case_inspector_standing, case_standing); the cases themselves are looked at only where somebody is missing.
"""

from datetime import date

from django.db import connection
from django.db.models import Q

from accounts.models import Post
from accounts.roles import Role
from accounts.scope import within
from hazards import states

TOWNSHIP_DIGITS = 9
LIVE = ", ".join(f"'{state}'" for state in sorted(states.LIVE))
"""As literals, so that the partial indexes are recognised."""

# From one inspector to the next: as many steps as there are inspectors, whatever the number of cases.
INSPECTORS = f"""
    WITH RECURSIVE walk AS (
        SELECT min(inspector_id) AS id FROM hazards_hazardcase WHERE state IN ({LIVE})
        UNION ALL
        SELECT (SELECT min(inspector_id) FROM hazards_hazardcase WHERE state IN ({LIVE}) AND inspector_id > walk.id)
        FROM walk WHERE walk.id IS NOT NULL
    ) SELECT id FROM walk WHERE id IS NOT NULL
"""
# Behind a township lies "code~"; a case that is known by its county alone ("131121") does not hide the townships in it.
TOWNSHIPS = f"""
    WITH RECURSIVE walk AS (
        SELECT left(min(region_id), {TOWNSHIP_DIGITS}) AS code FROM hazards_hazardcase WHERE state IN ({LIVE})
        UNION ALL
        SELECT (
            SELECT left(min(region_id), {TOWNSHIP_DIGITS}) FROM hazards_hazardcase WHERE state IN ({LIVE})
            AND region_id > CASE WHEN length(walk.code) < {TOWNSHIP_DIGITS} THEN walk.code ELSE walk.code || '~' END
        ) FROM walk WHERE walk.code IS NOT NULL
    ) SELECT code FROM walk WHERE length(code) = {TOWNSHIP_DIGITS}
"""


def condition(on: date) -> Q:
    """What is true of a standing case for which nobody answers on the day `on`. Reads the posts when it is made."""
    asked, served = ids_of(INSPECTORS), serving(Role.INSPECTOR, on)
    wanted = Q(inspector_id__in=[pk for pk in asked if pk not in served])
    officers = codes_of(Role.TOWNSHIP_OFFICER, on)
    if vacant := [code for code in ids_of(TOWNSHIPS) if code not in officers]:
        wanted |= within("region_id", vacant)
    for pk, old, present in moved_away(set(asked) & served, on):
        wanted |= Q(inspector_id=pk) & within("region_id", [old]) & ~within("region_id", present)
    return wanted


def ids_of(walk: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(walk)
        return [row[0] for row in cursor.fetchall()]


def manned(role: str, on: date):
    """Posts in force in which somebody serves: the holder, or who stands in."""
    standing_in = Q(deputy__is_active=True, deputy_from__lte=on) & (
        Q(deputy_to__isnull=True) | Q(deputy_to__gte=on)
    )
    return Post.objects.current(on).filter(Q(user__is_active=True) | standing_in, role=role).order_by()


def serving(role: str, on: date) -> set[int]:
    """Holders of a post in that role that somebody fills."""
    return set(manned(role, on).values_list("user_id", flat=True))


def codes_of(role: str, on: date) -> set[str]:
    """The regions in which the role is filled."""
    return set(manned(role, on).values_list("region_id", flat=True))


def moved_away(inspectors: set[int], on: date) -> list[tuple[int, str, list[str]]]:
    """Inspectors who serve, but no longer where they served before: (person, former region, present regions)."""
    ended = Post.objects.filter(role=Role.INSPECTOR, user_id__in=inspectors, ends_on__lt=on).order_by()
    present: dict[int, list[str]] = {}
    for pk, code in manned(Role.INSPECTOR, on).values_list("user_id", "region_id"):
        present.setdefault(pk, []).append(code)
    return [
        (pk, code, present[pk])
        for pk, code in ended.values_list("user_id", "region_id").distinct()
        if not any(code.startswith(own) for own in present[pk])
    ]
