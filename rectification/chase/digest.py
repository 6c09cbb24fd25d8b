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
from rectification.models import ChaseRun, Matter

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
    channels: list[str] = field(default_factory=list)
    """Demanded by any rung of the morning, also by one that a higher rung of the same thing hides."""
    only: tuple | None = None
    is_second: bool = False
    """Whether an earlier run of the same day told this person of other things."""


def write(cursor, run, rungs: list, *, at: datetime) -> list[Letter]:
    """The digests of a run, from the claims that it has made: six statements whatever their number."""
    gather(cursor, run)
    plates: dict[int, Plate] = {}
    for person_id, rung_id, number in counts(cursor):
        plate = plates.setdefault(person_id, Plate(person_id))
        plate.rungs[rung_id] += number
        plate.total += number
    for person_id, place, subject, body, case_id, unit_id in worst(cursor, rungs, at=at):
        plate = plates[person_id]
        plate.lines.append(subject)
        if place == 1:
            plate.only = (subject, body, case_id, unit_id)
    for person_id, kind, via, holder in reasons(cursor):
        plates[person_id].whys.append(why(kind, via, holder))
    for person_id, channels in demanded(cursor, run, [rung.pk for rung in rungs if rung.channels]):
        plates[person_id].channels = channels
    for person_id in told_before(cursor, run):
        if person_id in plates:
            plates[person_id].is_second = True
    names = {rung.pk: rung for rung in rungs}
    return [letter(run, plate, names) for plate in plates.values()]


def gather(cursor, run) -> None:
    """Each thing once for each person, by the highest rung that was reached, into a table of this transaction.

    A run that was cut off and taken up holds claims of more than one day: the newest deadline counts, and how many
    days it is away is said as of the day on which the letter is written.
    """
    cursor.execute("DROP TABLE IF EXISTS chase_plate")
    cursor.execute(
        f"""
        CREATE TEMP TABLE chase_plate ON COMMIT DROP AS
        SELECT DISTINCT ON (x.person_id, x.subject, x.watched)
               x.person_id, x.watched, x.subject, x.rung_id, x.due_on, %(on)s::date AS said_on, x.recipient, x.via,
               x.post_id
        FROM {TABLES["chaseclaim"]} x JOIN {TABLES["rung"]} r ON r.id = x.rung_id
        WHERE x.run_id = %(run)s AND x.outcome = '{Outcome.TOLD}' AND x.person_id IS NOT NULL AND NOT r.urgent
        ORDER BY x.person_id, x.subject, x.watched, x.version DESC, r."offset" DESC, x.rung_id DESC, x.cycle DESC
        """,
        {"run": run.pk, "on": run.on},
    )


def counts(cursor) -> list[tuple[int, int, int]]:
    """(person, rung, how many things)."""
    cursor.execute("SELECT person_id, rung_id, count(*) FROM chase_plate GROUP BY 1, 2 ORDER BY 1, 2")
    return cursor.fetchall()


def demanded(cursor, run, rungs: list[int]) -> list[tuple[int, list[str]]]:
    """(person, channels) that those of the rungs demand which told somebody; nothing is asked where none does."""
    if not rungs:
        return []
    cursor.execute(
        f"""
        SELECT x.person_id, array_agg(DISTINCT c.channel)
        FROM {TABLES["chaseclaim"]} x JOIN {TABLES["rung"]} r ON r.id = x.rung_id
        CROSS JOIN LATERAL unnest(r.channels) AS c(channel)
        WHERE x.run_id = %(run)s AND x.rung_id = ANY(%(rungs)s) AND x.outcome = '{Outcome.TOLD}'
          AND x.person_id IS NOT NULL AND NOT r.urgent
        GROUP BY 1
        """,
        {"run": run.pk, "rungs": rungs},
    )
    return cursor.fetchall()


def reasons(cursor) -> list[tuple[int, str, str, str]]:
    """(person, role, how they came to be told, whom they stand in for)."""
    cursor.execute(
        f"""
        SELECT DISTINCT x.person_id, x.recipient, x.via, CASE x.via WHEN '{Via.DEPUTY}' THEN u.name ELSE '' END
        FROM (SELECT DISTINCT person_id, recipient, via, post_id FROM chase_plate) x
        LEFT JOIN accounts_post p ON p.id = x.post_id LEFT JOIN {TABLES["user"]} u ON u.id = p.user_id
        ORDER BY 1, 2, 3, 4
        """
    )
    return cursor.fetchall()


def told_before(cursor, run) -> list[int]:
    """Who had a letter of the morning from another run of the same day, as after one that was started by hand."""
    cursor.execute(
        f"""
        SELECT DISTINCT x.person_id
        FROM {ChaseRun._meta.db_table} o
        JOIN {TABLES["chaseclaim"]} x ON x.run_id = o.id JOIN {TABLES["rung"]} r ON r.id = x.rung_id
        WHERE o."on" = %(on)s AND o.id <> %(run)s AND NOT o.hourly AND NOT o.held
          AND x.outcome = '{Outcome.TOLD}' AND x.person_id IS NOT NULL AND NOT r.urgent
        """,
        {"on": run.on, "run": run.pk},
    )
    return [person_id for (person_id,) in cursor.fetchall()]


def worst(cursor, rungs: list, *, at: datetime) -> list[tuple]:
    """(person, place in the order, subject, body, case, unit) of the things that a digest names."""
    subject, body, literals = sql.letters([rung for rung in rungs if not rung.urgent])
    cursor.execute(
        f"""
        WITH ranked AS (
            SELECT m.*, t.case_id, t.unit_id, t.title, left(t.region_id, 9) AS township,
                   row_number() OVER (
                       PARTITION BY m.person_id
                       ORDER BY coalesce(c.state, '') = 'closed', c.grade = 'major' DESC NULLS LAST,
                                coalesce(c.main_level, '') <> '' DESC, m.due_on,
                                m.watched, m.subject
                   ) AS place
            FROM chase_plate m
            JOIN {Matter._meta.db_table} t ON t.watched = m.watched AND t.subject = m.subject
            LEFT JOIN {TABLES["hazardcase"]} c ON c.id = t.case_id
        )
        SELECT b.person_id, b.place, {subject}, CASE WHEN b.place = 1 THEN {body} END, b.case_id, b.unit_id
        FROM (
            SELECT *, NULL::timestamptz AS due_at, '{WHY}' AS why FROM ranked WHERE place <= {SHOWN}
        ) AS b
        {FACT_TABLES}
        ORDER BY b.person_id, b.place
        """,
        {**literals, "at": at},
    )
    return cursor.fetchall()


WHY = "{why}"
"""Left in the text for `letter`: the reason belongs to the person, not to the thing."""


def letter(run, plate: Plate, rungs: dict) -> Letter:
    """The letter of one person; with one thing on the plate it is the rung's own."""
    whys = "\n".join(plate.whys)
    said = {
        "recipient_id": plate.person_id,
        "kind": KIND,
        "key": f"digest:{run.pk}:{plate.person_id}",
        "on": run.on,
        "must": ("in_app", *sorted(plate.channels)),
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
    more = "（补充）" if plate.is_second else ""
    return Letter(
        subject=f"{day_words(run.on)}隐患催办{more} {plate.total} 件 · {plate.lines[0]}"[:200],
        body="\n".join(text(plate, rungs, whys)),
        link=reverse("rectification:digest", args=[run.pk]),
        about=f"chase:{run.pk}",
        **said,
    )


def text(plate: Plate, rungs: dict, whys: str):
    """The lines of a digest: how many of what, the worst first, why this person."""
    yield f"今天{'又' if plate.is_second else ''}有 {plate.total} 件事项需要您处理："
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
