"""The ladder by hand against the ledger, the ledger against the outbox, the outbox against what the sinks received.

Each difference is a sentence. `slack` are the seconds that the longest act of a person took: whether a run that was
at work meanwhile saw the case before or after it, nobody can say, and both are right.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from faults import oracle
from faults.oracle import Step, Thing
from faults.records import Case, Claim, Execution, Records, by_thing
from faults.sinks import Received

TOLD = {"told", "also"}
COUNT = re.compile(r"隐患催办(?:（补充）)? (\d+) 件")


class Verdict:
    """`differences()` after a run; `counts` are what is printed. Those in `without_mail` want none."""

    def __init__(
        self,
        records: Records,
        *,
        mail,
        hooks,
        clock_at,
        slack: float,
        without_mail: frozenset[int] = frozenset(),
    ):
        self.records, self.mail, self.hooks = records, mail, hooks
        self.clock_at, self.slack = clock_at, slack
        self.without_mail = without_mail
        self.claims = by_thing(records.claims)
        self.counts: Counter = Counter()

    def differences(self) -> Iterator[str]:
        yield from self.of_the_records()
        for thing in self.records.things.values():
            yield from self.of_a_thing(thing)
        for key in self.claims.keys() - self.records.things.keys():
            yield f"the ledger tells of {key}, which never was"
        yield from self.of_the_letters()
        yield from self.of_the_ways()
        yield from self.of_the_sinks()

    # --- runs and deadlines ----------------------------------------------------------------------------
    def of_the_records(self) -> Iterator[str]:
        """Every run has its end, and every deadline of a case stands in its ledger of deadlines."""
        ended = {one.run for one in self.records.executions if one.until}
        for run in {one.run for one in self.records.executions} - ended:
            yield f"run {run} was begun and never ended"
        for thing in self.records.things.values():
            if thing.watched != "deadline":
                continue
            kept = self.records.deadlines.get((thing.subject, thing.version))
            if kept != thing.due_on:
                yield f"{self.name(thing)} is due {thing.due_on}; its ledger of deadlines has {kept}"

    # --- the ladder ------------------------------------------------------------------------------------
    def of_a_thing(self, thing: Thing) -> Iterator[str]:
        """What was said of one thing is what it owed: nothing more, nothing twice, nothing left out."""
        claims = self.claims.get(thing.key, [])
        self.counts["things"] += 1
        for claim in claims:
            yield from self.of_a_claim(claim, thing)
        yield from self.of_twice(claims, thing)
        yield from self.of_people(claims, thing)
        yield from self.of_gaps(claims, thing)

    def of_a_claim(self, claim: Claim, thing: Thing) -> Iterator[str]:
        step = self.records.steps[claim.rung]
        what = f"{self.name(thing)}, {step.code}/{claim.cycle} on {claim.on}"
        if not thing.may_stand(claim.real, claim.real, self.slack):
            yield f"{what}: nothing was owed any more (or yet) when it was written"
        if claim.due_on != thing.due_on:
            yield f"{what}: the ledger has the day {claim.due_on}, it is {thing.due_on}"
        if not any(step.is_for(thing, grade, level) for grade, level in self.faces(thing, claim.real)):
            yield f"{what}: this rung is not for it"
        due = {cycle for cycle, _when in self.reached(step, thing, claim.on, claim.at)}
        if claim.cycle not in due:
            yield f"{what}: its day had not come"
        elif claim.outcome in TOLD | {"no_phone"} and claim.cycle != max(due):
            yield f"{what}: number {max(due)} was due already"

    def reached(self, step: Step, thing: Thing, on: date, at: datetime) -> list[tuple]:
        """The cycles whose day (or hour) has come."""
        if step.measure == "hours":
            return oracle.moments(step, thing, at)
        return oracle.cycles(step, thing, self.records.calendar, on)

    def faces(self, thing: Thing, real: float) -> list[tuple[str, str]]:
        """Grade and level of the case of a thing; several where they changed thereabouts."""
        if thing.case is None:
            return [("", "")]
        return [
            (grade, level) for _real, _state, grade, level, *_ in self.case(thing).facts(real, self.slack)
        ]

    def of_twice(self, claims: list[Claim], thing: Thing) -> Iterator[str]:
        said = Counter(
            (claim.rung, claim.cycle, claim.person)
            for claim in claims
            if claim.outcome == "told" and claim.person
        )
        for (rung, cycle, person), times in said.items():
            if times > 1:
                yield f"{self.name(thing)}: {self.who(person)} told {times} times by {self.code(rung)}/{cycle}"

    def of_people(self, claims: list[Claim], thing: Thing) -> Iterator[str]:
        """Of each letter, the people are those who held the posts on its day, and none is missing."""
        letters = oracle.grouped(claims, lambda one: (one.rung, one.cycle, one.recipient, one.on))
        for (rung, cycle, recipient, on), rows in letters.items():
            told = {row.person for row in rows if row.outcome in TOLD}
            if recipient == "owner" or not told:
                continue
            levels = {level for _grade, level in self.faces(thing, rows[0].real)}
            right = [self.records.posts.told(recipient, thing, level, on) for level in levels]
            if told not in right:
                yield (
                    f"{self.name(thing)}, {self.code(rung)}/{cycle} on {on}, {recipient}: told {self.names(told)}, "
                    f"by the posts it is {self.names(right[-1] if right else set())}"
                )

    def of_gaps(self, claims: list[Claim], thing: Thing) -> Iterator[str]:
        """Whatever had come when a whole run looked at a thing that stood was claimed by the end of that run."""
        if not (seen := self.looks(thing)):
            return
        written = oracle.grouped(claims, lambda one: (one.rung, one.recipient))
        for step in self.records.steps.values():
            looks = [one for one in seen if self.is_for_throughout(step, thing, one)]
            for recipient in step.recipients if looks else ():
                rows = {row.cycle: row.real for row in written.get((step.id, recipient), [])}
                yield from self.of_a_rung(step, recipient, thing, looks, rows)

    def of_a_rung(
        self, step, recipient, thing, looks: list[Execution], rows: dict[int, float]
    ) -> Iterator[str]:
        by_hour = step.measure == "hours"
        times = [(self.clock_at(look.since - 1) if by_hour else look.on, look) for look in looks]
        last = max(when for when, _look in times)
        for cycle, when in self.reached(step, thing, last, last):
            # The first run that could see it; all later ones are content where that one was.
            look = next(look for seen, look in times if seen >= when)
            self.counts["owed, by run"] += 1
            if rows.get(cycle, oracle.FOREVER) > look.until:
                yield (
                    f"{self.name(thing)}, {step.code}/{cycle} ({when}) to {recipient}: "
                    f"not claimed by run {look.run} of {look.on}"
                )
                return

    def looks(self, thing: Thing) -> list[Execution]:
        return [
            one
            for one in self.records.executions
            if one.is_whole and thing.stands_throughout(one.since, one.until, self.slack)
        ]

    def is_for_throughout(self, step: Step, thing: Thing, look: Execution) -> bool:
        faces = [face for real in (look.since, look.until) for face in self.faces(thing, real)]
        return all(step.is_for(thing, grade, level) for grade, level in faces)

    # --- the ledger and the outbox -----------------------------------------------------------------------
    def of_the_letters(self) -> Iterator[str]:
        """Each line of the ledger is in a letter, and each letter of the chase stands for lines of the ledger."""
        expected: dict[str, list[Claim]] = defaultdict(list)
        for claim in self.records.claims:
            if claim.outcome == "told":
                expected[self.letter_of(claim)].append(claim)
        chased = {key for key, one in self.records.messages.items() if one["kind"] == "chase"}
        for key in expected.keys() - chased:
            yield f"letter {key} was never written; {len(expected[key])} lines of the ledger count on it"
        for key in chased - expected.keys():
            yield f"letter {key} says what no line of the ledger knows"
        for key in expected.keys() & chased:
            yield from self.of_a_letter(key, expected[key], self.records.messages[key])
        self.counts["digests"] = sum(key.startswith("digest:") for key in chased)
        self.counts["letters of their own"] = len(chased) - self.counts["digests"]

    def letter_of(self, claim: Claim) -> str:
        if claim.person and not self.records.steps[claim.rung].urgent:
            return f"digest:{claim.run}:{claim.person}"
        name = f"{claim.watched}:{claim.subject}:{claim.version}:{claim.rung}:{claim.cycle}"
        return f"chase:{name}:{claim.person or 'owner'}"

    def of_a_letter(self, key: str, claims: list[Claim], letter: dict) -> Iterator[str]:
        """It goes to the person of its lines, counts them rightly, and names each case with its true days."""
        if letter["recipient_id"] != claims[0].person:
            yield f"letter {key} goes to {self.who(letter['recipient_id'])}"
        things = {(one.watched, one.subject): one for one in sorted(claims, key=lambda one: one.version)}
        if key.startswith("digest:") and len(things) > 1:
            found = COUNT.search(letter["subject"])
            if not found or int(found[1]) != len(things):
                yield f"letter {key} counts “{letter['subject'][:40]}”; the ledger has {len(things)}"
        if len(things) <= 20:
            for claim in things.values():
                yield from self.of_a_line(key, claim, letter)

    def of_a_line(self, key: str, claim: Claim, letter: dict) -> Iterator[str]:
        if claim.watched != "deadline":
            return
        number = self.records.cases[claim.subject].number
        lines = [line for line in (letter["subject"], *letter["body"].splitlines()) if number in line]
        if not lines:
            yield f"letter {key} does not name case {number}"
        elif not any((true := days_words(claim, letter["on"])) in line for line in (*lines, letter["body"])):
            yield f"letter {key} says “{lines[0][:50]}”; true is {true}"

    # --- the outbox and the people -------------------------------------------------------------------------
    def of_the_ways(self) -> Iterator[str]:
        """Each letter of the chase went every way it must, and arrived or says why not."""
        ways = oracle.grouped(self.records.deliveries, lambda one: one["message_id"])
        channels: dict[str, set[str]] = defaultdict(set)
        for claim in self.records.claims:
            channels[self.letter_of(claim)] |= set(self.records.steps[claim.rung].channels)
        for key, letter in self.records.messages.items():
            if letter["kind"] == "chase":
                yield from self.of_ways(key, letter, ways.get(letter["id"], []), channels[key])
        for one in self.records.deliveries:
            self.counts[f"{one['channel']} {one['state']}"] += 1
            if one["state"] in ("pending", "failed", "dead", "dropped"):
                yield f"letter {one['key']} by {one['channel']} is {one['state']} at the end: {one['fault']}"

    def of_ways(self, key: str, letter: dict, ways: list[dict], demanded: set[str]) -> Iterator[str]:
        states = {way["channel"]: way for way in ways}
        if len(states) < len(ways):
            yield f"letter {key} goes one way twice"
        user = self.records.users.get(letter["recipient_id"])
        wanted = {"in_app", *demanded} if user else {"webhook"}
        if user and user["email"] and user["is_active"] and user["id"] not in self.without_mail:
            wanted.add("email")
        if missing := wanted - states.keys():
            yield f"letter {key} does not go by {', '.join(sorted(missing))}"
        for channel, way in states.items():
            reachable = channel == "in_app" or self.address(way)
            if way["state"] == "impossible" and reachable:
                yield f"letter {key} by {channel} is called impossible: {way['fault']}"

    def address(self, way: dict) -> str:
        user = self.records.users.get(way["recipient_id"])
        if way["channel"] == "email":
            return user["email"] if user else ""
        return user["phone"] if user else way["to_phone"]

    # --- the sinks ---------------------------------------------------------------------------------------
    def of_the_sinks(self) -> Iterator[str]:
        yield from self.of_a_sink("email", self.mail)
        yield from self.of_a_sink("webhook", self.hooks)

    def of_a_sink(self, channel: str, received: list[Received]) -> Iterator[str]:
        """What arrived is what the outbox sent: to the right address, once, or again under the same key."""
        sent = {one["token"]: one for one in self.records.deliveries if one["channel"] == channel}
        arrived = oracle.grouped(received, lambda one: one.key)
        for key in arrived.keys() - sent.keys():
            yield f"{channel} {key} arrived at {arrived[key][0].to} and is not in the outbox"
        for token, way in sent.items():
            copies = arrived.get(token, [])
            yield from self.of_copies(channel, way, copies)
            again = max(0, len(copies) - 1)
            unanswered = min(again, sum(not one.answered for one in copies))
            self.counts[f"{channel} repeated under the same key, because the line broke"] += unanswered
            self.counts[
                f"{channel} repeated under the same key, because somebody was killed or frozen, or the date stepped"
            ] += again - unanswered
        self.counts[f"{channel} received"] = len(received)
        yield from self.of_same_words(channel, arrived)

    def of_copies(self, channel: str, way: dict, copies: list[Received]) -> Iterator[str]:
        if way["state"] == "sent" and not copies:
            yield f"letter {way['key']} by {channel} is called sent and never arrived"
        if way["state"] == "impossible" and copies:
            yield f"letter {way['key']} by {channel} is called impossible and arrived"
        if way["state"] == "expired" and copies:
            if way["fault"] == "expired" and way["attempts"] < 2:
                yield f"letter {way['key']} by {channel} is called expired and arrived"
            self.counts[f"{channel} expired after an attempt that was cut off, and had arrived"] += 1
        for one in copies:
            if one.to != self.address(way):
                yield f"letter {way['key']} by {channel} arrived at {one.to}"

    def of_same_words(self, channel: str, arrived: dict[str, list[Received]]) -> Iterator[str]:
        """The same words of the chase to one person on one day under two keys would be a letter said twice."""
        on = {one["id"]: one["on"] for one in self.records.messages.values() if one["kind"] == "chase"}
        chased = {
            one["token"]: on[one["message_id"]] for one in self.records.deliveries if one["message_id"] in on
        }
        keys = defaultdict(set)
        for key, copies in arrived.items():
            if key not in chased:
                continue
            keys[copies[0].to, copies[0].subject, copies[0].body, chased[key]].add(key)
        for (to, subject, _body, _on), found in keys.items():
            if len(found) > 1:
                yield f"{to} got “{subject[:40]}” {len(found)} times by {channel}, under different keys"

    # --- words -------------------------------------------------------------------------------------------
    def case(self, thing: Thing) -> Case:
        return self.records.cases[thing.case]

    def name(self, thing: Thing) -> str:
        case = f" of case {self.case(thing).number}" if thing.case else ""
        return f"{thing.watched} {thing.subject} version {thing.version}{case}"

    def code(self, rung: int) -> str:
        return self.records.steps[rung].code

    def who(self, user: int | None) -> str:
        return self.records.users[user]["name"] if user else "nobody"

    def names(self, users: set) -> str:
        return "、".join(sorted(map(self.who, users))) or "nobody"


def days_words(claim: Claim, on: str) -> str:
    """The true distance of the day on the day of the letter, in its words."""
    days = (date.fromisoformat(on) - claim.due_on) // timedelta(days=1)
    if days == 0:
        return "今天到期"
    return f"逾期 {days} 天" if days > 0 else f"还剩 {-days} 天到期"
