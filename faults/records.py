"""What the database says after a run, as plain rows: no model, no queryset, no service of the product."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from faults.oracle import FOREVER, CardIndex, Holding, Step, Thing, WallCalendar

LIVE = {"registered", "ordered", "submitted"}


@dataclass
class Execution:
    """One time that a run was at work, by the real clock; `until` None: it was cut off. `on` is its day."""

    run: int
    on: date
    since: float
    until: float | None = None
    is_whole: bool = False
    """It came to its end, looked at everything, and was no day off."""


@dataclass
class Claim:
    """One line of the ledger, and the real instant at which it was written."""

    id: int
    watched: str
    subject: int
    version: int
    rung: int
    cycle: int
    recipient: str
    person: int | None
    run: int
    due_on: date
    on: date
    at: datetime
    outcome: str
    real: float = 0.0

    @property
    def thing(self) -> tuple[str, int, int]:
        return self.watched, self.subject, self.version


@dataclass
class Case:
    """A case through its changes: (real, state, grade, main level, round), the first at its opening."""

    id: int
    number: str
    changes: list[tuple] = field(default_factory=list)

    def facts(self, real: float, slack: float) -> list[tuple]:
        """What held at an instant: two answers or more where it changed thereabouts."""
        before = [one for one in self.changes if one[0] <= real - slack][-1:]
        return before + [one for one in self.changes if real - slack < one[0] <= real + slack]


@dataclass
class Records:
    """Everything that the verdict looks at."""

    calendar: WallCalendar
    posts: CardIndex
    steps: dict[int, Step]
    cases: dict[int, Case]
    things: dict[tuple, Thing]
    executions: list[Execution]
    claims: list[Claim]
    users: dict[int, dict]
    messages: dict[str, dict]
    deliveries: list[dict]
    deadlines: dict[tuple[int, int], date | None]


USERS = "SELECT id, name, email, phone, is_active FROM accounts_user"
MESSAGES = 'SELECT id, key, recipient_id, to_phone, kind, subject, body, "on" FROM notifications_message'
DELIVERIES = """
    SELECT d.id, d.message_id, d.channel, d.state, d.token::text AS token, d.fault, d.attempts, d.expires_at,
           m.key, m.recipient_id, m.to_phone, m.kind
    FROM notifications_delivery d JOIN notifications_message m ON m.id = d.message_id
"""


def read(ask) -> Records:
    """All of it; `ask` runs a statement and gives rows."""
    audit = ask("SELECT id, real, what, row FROM faults_audit ORDER BY id")
    cases = read_cases(audit, ask)
    return Records(
        calendar=WallCalendar(ask('SELECT "date", is_workday FROM reference_calendarday')),
        posts=read_posts(ask),
        steps=read_steps(ask),
        cases=cases,
        things=read_deadlines(audit, cases, ask) | read_matters(audit, cases, ask),
        executions=read_executions(audit, ask),
        claims=read_claims(audit, ask),
        users={row["id"]: row for row in rows(ask, USERS)},
        messages={row["key"]: row for row in rows(ask, MESSAGES)},
        deliveries=rows(ask, DELIVERIES),
        deadlines={
            (case, version): due
            for case, version, due in ask("SELECT case_id, version, due_on FROM hazards_deadlineentry")
        },
    )


def rows(ask, statement: str) -> list[dict[str, Any]]:
    """Rows by column name."""
    found = ask(f"SELECT row_to_json(q) FROM ({statement}) q")
    return [row[0] for row in found]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def read_posts(ask) -> CardIndex:
    return CardIndex(
        Holding(*row)
        for row in ask(
            """SELECT p.id, p.user_id, u.is_active, p.role, p.region_id, p.is_head, p.starts_on, p.ends_on,
                      p.deputy_id, coalesce(d.is_active, false), p.deputy_from, p.deputy_to,
                      CASE WHEN o.kind = 'department' THEN o.name ELSE '' END
               FROM accounts_post p JOIN accounts_user u ON u.id = p.user_id
               LEFT JOIN accounts_user d ON d.id = p.deputy_id LEFT JOIN accounts_office o ON o.id = p.office_id"""
        )
    )


def read_steps(ask) -> dict[int, Step]:
    found = ask(
        """SELECT id, code, watched, grades, levels, clocks, measure, "offset", repeat_every, recipients, urgent,
                  channels, valid_from, valid_to FROM rectification_rung"""
    )
    return {
        row[0]: Step(*(tuple(value) if isinstance(value, list) else value for value in row)) for row in found
    }


def read_cases(audit, ask) -> dict[int, Case]:
    cases = {pk: Case(pk, number) for pk, number in ask("SELECT id, number FROM hazards_hazardcase")}
    for _id, real, what, row in audit:
        if what == "hazards_hazardcase":
            facts = (real, row["state"], row["grade"] or "", row["main_level"] or "", row["round"])
            cases[row["id"]].changes.append((*facts, row["deadline_version"], day(row["due_on"])))
    return cases


def places(ask) -> dict[int, tuple[str, int | None]]:
    """Township and inspector of each case."""
    found = ask("SELECT id, left(region_id, 9), inspector_id FROM hazards_hazardcase")
    return {pk: (township, inspector) for pk, township, inspector in found}


def read_deadlines(audit, cases, ask) -> dict[tuple, Thing]:
    """The owner's deadlines, from the cases themselves: each version with the times at which it bound."""
    where, things = places(ask), {}
    for case in cases.values():
        changes = [*case.changes, (FOREVER,)]
        for (real, state, _grade, _level, _round, version, due), following in pairwise(changes):
            if state not in LIVE or due is None:
                continue
            township, inspector = where[case.id]
            fresh = Thing(
                "deadline", case.id, version, due, end_of(due), case.id, township, inspector=inspector
            )
            thing = things.setdefault(fresh.key, fresh)
            join(thing.stood, real, following[0])
    return things


def read_matters(audit, cases, ask) -> dict[tuple, Thing]:
    """Everything else that is owed, from what the triggers wrote: version by version."""
    where, things, open_now = places(ask), {}, {}
    for _id, real, what, row in audit:
        if what != "rectification_matter" or row["watched"] == "deadline":
            continue
        me = (row["watched"], row["subject"])
        if me in open_now:
            thing, since = open_now.pop(me)
            join(thing.stood, since, real)
        if row["ended_at"] is None:
            thing = things.setdefault((*me, row["version"]), thing_of(row, where))
            open_now[me] = (thing, real)
    for thing, since in open_now.values():
        join(thing.stood, since, FOREVER)
    for thing in things.values():
        if thing.case is not None:
            thing.stood = [both for span in thing.stood for both in within(span, thing, cases[thing.case])]
    return things


def thing_of(row: dict, where: dict) -> Thing:
    _township, inspector = where.get(row["case_id"], ("", None))
    return Thing(
        row["watched"], row["subject"], row["version"], day(row["due_on"]), datetime.fromisoformat(row["due_at"]),
        row["case_id"], row["region_id"][:9], row["code"], row["person_id"], row["asker_id"], inspector, row["round"],
    )  # fmt: skip


def within(span: list[float], thing: Thing, case: Case):
    """The parts of a span in which the state of the case leaves the thing owed (a closed case owes no report)."""
    changes = [*case.changes, (FOREVER,)]
    for now, following in pairwise(changes):
        since, until = max(span[0], now[0]), min(span[1], following[0])
        if since < until and is_owed(thing, state=now[1], round_=now[4]):
            yield [since, until]


def is_owed(thing: Thing, *, state: str, round_: int) -> bool:
    match thing.watched:
        case "look_back":
            return state == "closed" and round_ == thing.round
        case "referral":
            return state == "transferred"
        case "instruction":
            return state != "void"
        case "relapse":
            return state == "registered" and round_ == thing.round + 1
        case "clock" | "patrol":
            return True
    return state in LIVE


def join(spans: list[list[float]], since: float, until: float) -> None:
    """Adds a span; one that begins where the last one ended continues it."""
    if spans and spans[-1][1] == since:
        spans[-1][1] = until
    else:
        spans.append([since, until])


def end_of(due: date) -> datetime:
    return datetime(due.year, due.month, due.day, 15, 59, 59, 999999, UTC)  # 24:00 in Shanghai


def read_executions(audit, ask) -> list[Execution]:
    notes = dict(ask("SELECT id, notes FROM rectification_chaserun"))
    found: list[Execution] = []
    at_work: dict[int, Execution] = {}
    for _id, real, what, row in audit:
        if what != "rectification_chaserun" or row["hourly"]:
            continue
        if row["finished_at"] is None:
            at_work[row["id"]] = Execution(row["id"], day(row["on"]), real)
            found.append(at_work[row["id"]])
        elif one := at_work.pop(row["id"], None):
            one.until = real
            one.is_whole = not notes[one.run].get("locked")
    return found


def read_claims(audit, ask) -> list[Claim]:
    written = {}
    for _id, real, what, row in audit:
        if what == "claims":
            written |= dict.fromkeys(row["ids"], real)
    found = ask(
        """SELECT id, watched, subject, version, rung_id, cycle, recipient, person_id, run_id, due_on, "on",
                  claimed_at, outcome FROM rectification_chaseclaim ORDER BY id"""
    )
    return [Claim(*row, real=written[row[0]]) for row in found]


def by_thing(claims: list[Claim]) -> dict[tuple, list[Claim]]:
    found = defaultdict(list)
    for claim in claims:
        found[claim.thing].append(claim)
    return found
