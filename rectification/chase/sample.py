"""What a rung would say and to whom, before it is saved: one letter for a real thing, and everybody of today.

The letters of a run are written by the database (chase.sql); `facts_of` says the same facts for one thing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from accounts.models import User
from hazards.models import HazardCase
from rectification import wording
from rectification.chase.engine import applies
from rectification.chase.people import Directory, Place, why
from rectification.chase.sources import Profile
from rectification.models import Matter, Rung
from rectification.models.chase import Measure, Recipient
from rectification.watched import WAITING, Watched
from reference.models import Region

MOST_PLACES = 5_000
SHOWN_PEOPLE = 60
TOWNSHIP = 9


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
def letter_for(rung: Rung, user, *, on: date, at: datetime) -> Sample | None:
    """The letter of `rung` for one open thing that `user` may see; None where nothing climbs it at present."""
    facts = example_facts(rung, user, on=on, at=at)
    if facts is None:
        return None
    facts["why"] = first_why(rung)
    return Sample(
        wording.fill(rung.subject, facts),
        wording.fill(rung.body, facts),
        f"{facts['unit']} {facts['number']}".strip(),
    )


def first_why(rung: Rung) -> str:
    kinds = [kind for kind in rung.recipients if kind != Recipient.OWNER]
    return why(kinds[0], "post") if kinds else ""


def example_facts(rung: Rung, user, *, on: date, at: datetime) -> dict | None:
    matters = Matter.objects.filter(user.scope.q("region_id"), watched=rung.watched, ended_at=None)
    if rung.grades:
        matters = matters.filter(case__grade__in=rung.grades)
    if rung.levels:
        listed = Q(case__main_level__in=["" if level == "none" else level for level in rung.levels])
        matters = matters.filter(listed | Q(case=None) if "none" in rung.levels else listed)
    for matter in matters.select_related("case__category", "unit__region").order_by("due_on", "pk")[:200]:
        if applies(rung, profile_of(matter), hourly=rung.measure == Measure.HOURS):
            return facts_of(
                rung, matter.case, matter.unit, matter.due_on, matter.due_at, matter.title, on=on, at=at
            )
    return None


def profile_of(matter: Matter) -> Profile:
    case = matter.case
    clock = matter.code if matter.watched == Watched.CLOCK else ""
    grade, level = (case.grade, case.main_level) if case else ("", "")
    return Profile(matter.watched, clock, grade, level, matter.due_on, True)


def facts_of(rung, case, unit, due_on: date, due_at, title: str, *, on: date, at: datetime) -> dict[str, str]:
    """The facts of wording.FACTS for one thing, in the words of chase.sql."""
    by_hour = rung.measure == Measure.HOURS and due_at is not None
    town = Region.objects.filter(pk=(case or unit).region_id[:TOWNSHIP]).first()
    return {
        "what": title,
        "when": hours_words(due_at, at) if by_hour else days_words(rung.watched, due_on, on),
        "days": str(abs((due_on - on).days)),
        "due_on": f"{due_on.year}年{due_on.month}月{due_on.day}日",
        "number": case.number if case else "",
        "unit": unit.name,
        "address": unit.address,
        "township": town.short_name if town else "",
        "category": case.category.name if case else "",
        "part": f"（{case.part}）" if case and case.part else "",
        "description": case.description if case else "",
        "inspector": case.inspector.name if case and case.inspector else "未指定",
    }


def days_words(watched: str, due_on: date, on: date) -> str:
    days = (due_on - on).days
    if watched in WAITING:
        return f"已等待 {-days} 天" if days else "今天起"
    if days > 0:
        return f"还剩 {days} 天到期"
    return f"逾期 {-days} 天" if days else "今天到期"


def hours_words(due_at: datetime, at: datetime) -> str:
    seconds = (due_at - at).total_seconds()
    hours = -int(-abs(seconds) // 3600)
    return f"还剩 {hours} 小时" if seconds >= 0 else f"超过 {hours} 小时"


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
