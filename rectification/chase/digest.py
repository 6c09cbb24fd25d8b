"""The morning's letters: one for each person, the worst first, whatever number of things it is about.

A person with one thing on the plate gets its letter as the rung words it; a person with more gets a digest: how many,
of which rung, the worst by name, and a link to all of them.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from django.urls import reverse

from notifications.services import Letter
from rectification.chase import sql
from rectification.chase.people import Via, why
from rectification.chase.sql import FACT_TABLES, TABLES, Outcome
from rectification.models import Matter
from rectification.watched import Watched

KIND = "chase"
SHOWN = 20
"""Things named in a digest; the page behind its link has them all."""


@dataclass
class Plate:
    """What one person is told this morning."""

    person_id: int
    total: int = 0
    lines: list[str] = field(default_factory=list)
    rungs: Counter = field(default_factory=Counter)
    whys: list[str] = field(default_factory=list)
    only: tuple | None = None


def write(cursor, run, rungs: list, *, at: datetime) -> list[Letter]:
    """The digests of a run, from the claims that it has made: three statements whatever their number."""
    plates: dict[int, Plate] = {}
    for person_id, rung_id, number in counts(cursor, run):
        plate = plates.setdefault(person_id, Plate(person_id))
        plate.rungs[rung_id] += number
        plate.total += number
    for person_id, place, subject, body, case_id, unit_id in worst(cursor, run, rungs, at=at):
        plate = plates[person_id]
        plate.lines.append(subject)
        if place == 1:
            plate.only = (subject, body, case_id, unit_id)
    for person_id, kind, via, holder in reasons(cursor, run):
        if person_id in plates:
            plates[person_id].whys.append(why(kind, via, holder))
    names = {rung.pk: rung for rung in rungs}
    return [letter(run, plate, names) for plate in plates.values()]


MINE = f"""
    SELECT DISTINCT ON (x.person_id, x.watched, x.subject)
           x.person_id, x.watched, x.subject, x.rung_id, x.due_on, x."on" AS said_on
    FROM {TABLES["chaseclaim"]} x JOIN {TABLES["rung"]} r ON r.id = x.rung_id
    WHERE x.run_id = %(run)s AND x.outcome = '{Outcome.TOLD}' AND x.person_id IS NOT NULL AND NOT r.urgent
    ORDER BY x.person_id, x.watched, x.subject, r."offset" DESC, x.rung_id DESC
"""
"""Each thing once for each person, by the highest rung that was reached."""


def counts(cursor, run) -> list[tuple[int, int, int]]:
    """(person, rung, how many things) of the run."""
    cursor.execute(
        f"SELECT person_id, rung_id, count(*) FROM ({MINE}) AS m GROUP BY 1, 2 ORDER BY 1, 2", {"run": run.pk}
    )
    return cursor.fetchall()


def reasons(cursor, run) -> list[tuple[int, str, str, str]]:
    """(person, role, how they came to be told, whom they stand in for) of the run."""
    cursor.execute(
        f"""
        SELECT DISTINCT x.person_id, x.recipient, x.via, CASE x.via WHEN '{Via.DEPUTY}' THEN u.name ELSE '' END
        FROM {TABLES["chaseclaim"]} x
        LEFT JOIN accounts_post p ON p.id = x.post_id LEFT JOIN {TABLES["user"]} u ON u.id = p.user_id
        WHERE x.run_id = %(run)s AND x.outcome = '{Outcome.TOLD}' AND x.person_id IS NOT NULL
        ORDER BY 1, 2, 3, 4
        """,
        {"run": run.pk},
    )
    return cursor.fetchall()


def worst(cursor, run, rungs: list, *, at: datetime) -> list[tuple]:
    """(person, place in the order, subject, body, case, unit) of the things that a digest names."""
    subject, body, literals = sql.letters([rung for rung in rungs if not rung.urgent])
    cursor.execute(
        f"""
        WITH ranked AS (
            SELECT m.*, coalesce(c.id, t.case_id) AS case_id, coalesce(c.unit_id, t.unit_id) AS unit_id,
                   coalesce(t.title, '') AS title, left(coalesce(c.region_id, t.region_id), 9) AS township,
                   row_number() OVER (
                       PARTITION BY m.person_id
                       ORDER BY c.grade = 'major' DESC NULLS LAST, coalesce(c.main_level, '') <> '' DESC, m.due_on,
                                m.watched, m.subject
                   ) AS place
            FROM ({MINE}) AS m
            LEFT JOIN {Matter._meta.db_table} t
              ON m.watched <> '{Watched.DEADLINE}' AND t.watched = m.watched AND t.subject = m.subject
            LEFT JOIN {TABLES["hazardcase"]} c
              ON c.id = CASE m.watched WHEN '{Watched.DEADLINE}' THEN m.subject ELSE t.case_id END
        )
        SELECT b.person_id, b.place, {subject}, CASE WHEN b.place = 1 THEN {body} END, b.case_id, b.unit_id
        FROM (
            SELECT *, NULL::timestamptz AS due_at, '{WHY}' AS why FROM ranked WHERE place <= {SHOWN}
        ) AS b
        {FACT_TABLES}
        ORDER BY b.person_id, b.place
        """,
        {**literals, "run": run.pk, "at": at},
    )
    return cursor.fetchall()


WHY = "{why}"
"""Left in the text for `letter`: the reason belongs to the person, not to the thing."""


def letter(run, plate: Plate, rungs: dict) -> Letter:
    """The letter of one person; with one thing on the plate it is the rung's own."""
    whys = "\n".join(plate.whys)
    channels = sorted({channel for rung in plate.rungs for channel in rungs[rung].channels})
    said = {
        "recipient_id": plate.person_id,
        "kind": KIND,
        "key": f"digest:{run.pk}:{plate.person_id}",
        "on": run.on,
        "must": ("in_app", *channels),
    }
    if plate.total == 1:
        subject, body, case_id, unit_id = plate.only
        return Letter(
            subject=subject[:200],
            body=body.replace(WHY, whys),
            link=link(case_id, unit_id),
            about=about(case_id, unit_id),
            **said,
        )
    return Letter(
        subject=f"{day_words(run.on)}隐患催办 {plate.total} 件 · {plate.lines[0]}"[:200],
        body="\n".join(text(plate, rungs, whys)),
        link=reverse("rectification:digest", args=[run.pk]),
        about=f"chase:{run.pk}",
        **said,
    )


def text(plate: Plate, rungs: dict, whys: str):
    """The lines of a digest: how many of what, the worst first, why this person."""
    yield f"今天有 {plate.total} 件事项需要您处理："
    for rung_id, number in sorted(plate.rungs.items(), key=lambda item: (-rungs[item[0]].offset, item[0])):
        yield f"　{rungs[rung_id].name}　{number} 件"
    yield ""
    for place, line in enumerate(plate.lines, start=1):
        yield f"{place}. {line}"
    if plate.total > len(plate.lines):
        yield f"…… 其余 {plate.total - len(plate.lines)} 件见系统。"
    if whys:
        yield ""
        yield whys


def link(case_id: int | None, unit_id: int) -> str:
    """Where a letter leads: to the case, or to the unit where there is none."""
    if case_id:
        return reverse("hazards:detail", args=[case_id])
    return reverse("units:dossier", args=[unit_id])


def about(case_id: int | None, unit_id: int) -> str:
    return f"case:{case_id}" if case_id else f"unit:{unit_id}"


def day_words(day: date) -> str:
    return f"{day.month}月{day.day}日"
