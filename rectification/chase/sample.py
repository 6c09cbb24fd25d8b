"""What a rung would say and to whom, before it is saved: one letter for a real thing, and everybody of today.

The letter is written by the same SQL as those of a run (chase.sql).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from accounts.models import User
from hazards.models import HazardCase
from rectification.chase import sql
from rectification.chase.people import Directory, Place, why
from rectification.models import Matter, Rung
from rectification.models.chase import Recipient
from rectification.watched import Watched

MOST_PLACES = 5_000
SHOWN_PEOPLE = 60


@dataclass(frozen=True)
class Sample:
    """A letter as it would read, about a real thing; `about` names the thing."""

    subject: str
    body: str
    about: str


@dataclass(frozen=True)
class Reached:
    """One person who would be told today, in which role."""

    person: User
    roles: tuple[str, ...]


# --- the letter ---------------------------------------------------------------------------------------------
LETTER = """
    SELECT {subject}, {body}, concat_ws(' ', u.name, h.number)
    FROM (
        SELECT m.*, left(m.region_id, 9) AS township, 0 AS rung_id, %(on)s::date AS said_on, %(why)s AS why
        FROM {matters} m WHERE m.id = %(matter)s
    ) AS b
    CROSS JOIN (SELECT %(measure)s AS measure) AS r
    {tables}
"""


def letter_for(rung: Rung, user, *, on: date, at: datetime) -> Sample | None:
    """The letter of `rung` for one open thing that `user` may see; None where nothing climbs it at present."""
    matter = example_for(rung, user)
    if matter is None:
        return None
    draft = Rung(subject=rung.subject, body=rung.body)
    subject, body, literals = sql.letters([draft])
    letter = LETTER.format(subject=subject, body=body, matters=Matter._meta.db_table, tables=sql.THING_TABLES)
    about = {"on": on, "at": at, "why": first_why(rung), "matter": matter.pk, "measure": rung.measure}
    with connection.cursor() as cursor:
        cursor.execute(letter, literals | about)
        return Sample(*cursor.fetchone())


def first_why(rung: Rung) -> str:
    kinds = [kind for kind in rung.recipients if kind != Recipient.OWNER]
    return why(kinds[0], "post") if kinds else ""


def example_for(rung: Rung, user) -> Matter | None:
    """The open thing with the earliest day that climbs `rung` and that `user` may see."""
    matters = Matter.objects.filter(user.scope.q("region_id"), watched=rung.watched, ended_at=None)
    if rung.grades:
        matters = matters.filter(case__grade__in=rung.grades)
    if rung.levels:
        listed = Q(case__main_level__in=["" if level == "none" else level for level in rung.levels])
        matters = matters.filter(listed | Q(case=None) if "none" in rung.levels else listed)
    if rung.clocks:
        matters = matters.filter(code__in=rung.clocks)
    return matters.order_by("due_on", "pk").first()


# --- the people ---------------------------------------------------------------------------------------------
def reached_by(rung: Rung, on: date) -> tuple[list[Reached], int]:
    """Who would be told today by `rung` about everything that climbs it, and how many places would reach nobody."""
    directory, told, nobody = Directory(on), {}, 0
    places = list(places_of(rung))
    directory.read(
        person for place in places for person in (place.inspector_id, place.person_id, place.asker_id)
    )
    for place in places:
        for kind in rung.recipients:
            if kind == Recipient.OWNER:
                continue
            found = directory.told(kind, place)
            nobody += not found
            for one in found:
                told.setdefault(one.user_id, {})[Recipient(kind).label] = None
    people = User.objects.in_bulk(told)
    reached = [Reached(people[pk], tuple(map(str, roles))) for pk, roles in told.items()]
    return sorted(reached, key=lambda one: (one.roles, one.person.pk)), nobody


def places_of(rung: Rung) -> Iterable[Place]:
    """The distinct places of the open things that climb `rung`."""
    facts = {
        "watched": rung.watched,
        "grades": rung.grades,
        "levels": rung.levels,
        "clocks": rung.clocks,
        "most": MOST_PLACES,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACES, facts)
        return [Place(*row) for row in cursor.fetchall()]


CLIMBS = """
    (cardinality(%(grades)s::text[]) = 0 OR coalesce(c.grade, '') = ANY(%(grades)s))
    AND (cardinality(%(levels)s::text[]) = 0 OR coalesce(nullif(c.main_level, ''), 'none') = ANY(%(levels)s))
"""
PLACES = f"""
    SELECT DISTINCT left(m.region_id, 9), c.inspector_id, m.person_id, m.asker_id, coalesce(c.main_level, ''),
           CASE m.watched WHEN '{Watched.REFERRAL}' THEN m.code ELSE '' END
    FROM {Matter._meta.db_table} m LEFT JOIN {HazardCase._meta.db_table} c ON c.id = m.case_id
    WHERE m.watched = %(watched)s AND m.ended_at IS NULL AND {CLIMBS}
      AND (cardinality(%(clocks)s::text[]) = 0 OR m.code = ANY(%(clocks)s))
    LIMIT %(most)s
"""
