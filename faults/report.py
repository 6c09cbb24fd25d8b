"""Running, judging and printing: what `make faults` and its short form in the tests share."""

import time
from collections import Counter
from collections.abc import Callable, Iterable

from faults import records
from faults.run import Breaking, Plan
from faults.verdict import Verdict

SHOWN = 20
# How a task may fail whose line to the database or to Redis was cut, or that was given strange arguments.
EXPECTED = {"OperationalError", "InterfaceError", "ConnectionError", "TimeoutError", "TypeError"}


def run(plan: Plan, tell: Callable[[str], None]) -> list[str]:
    """One fault run and what it found, in sentences; none means that everything held. Counts are told."""
    with Breaking(plan, tell) as breaking:
        breaking.run()
        found = judge(breaking, tell)
        tell("")
        for line in counts(breaking):
            tell(line)
    return found


def judge(breaking: Breaking, tell: Callable[[str], None]) -> list[str]:
    began = time.monotonic()
    windows = breaking.people.windows
    verdict = Verdict(
        records.read(breaking.ask),
        mail=list(breaking.sinks.mail),
        hooks=list(breaking.sinks.hooks),
        clock_at=breaking.clock.at,
        slack=max((until - since for since, until in windows), default=0) + 0.2,
        without_mail=frozenset(
            row[0] for row in breaking.ask("SELECT user_id FROM notifications_preference WHERE NOT email")
        ),
    )
    found = list(verdict.differences())
    found += [f"an act of a person failed: {one}" for one in breaking.people.accidents]
    found += breaking.accidents
    if breaking.sinks.forged:
        found.append(f"{breaking.sinks.forged} requests to the gateway were not signed as they should be")
    strange = {name: times for name, times in breaking.parts.failures().items() if name not in EXPECTED}
    found += [f"{times} tasks failed with {name}" for name, times in strange.items()]
    breaking.verdict = verdict
    tell(f"judged in {time.monotonic() - began:.0f} s, slack {verdict.slack:.1f} s")
    return found


def counts(breaking: Breaking) -> Iterable[str]:
    """The counts of a run, a line each."""
    plan, verdict = breaking.plan, breaking.verdict
    yield f"seed {plan.seed}, {breaking.happened.total()} faults in {breaking.elapsed():.0f} s:"
    for name, times in sorted(breaking.happened.items()):
        missed = breaking.missed[name]
        yield f"  {times:4}  {name}" + (f" ({missed} more met nobody at work)" if missed else "")
    yield f"  letters that met it: {listed(breaking.sinks.bites)}"
    yield f"acts of people: {listed(breaking.people.done)}"
    yield f"  refused: {listed(breaking.people.refused)}"
    executions = verdict.records.executions
    days = {one.on for one in executions}
    cut = sum(one.until is None for one in executions)
    yield f"runs at work {len(executions)} times on {len(days)} days ({min(days)} to {max(days)}), {cut} times cut off"
    outcomes = Counter(claim.outcome for claim in verdict.records.claims)
    yield f"lines of the ledger: {len(verdict.records.claims)} ({listed(outcomes)})"
    things, looked = verdict.counts.pop("things", 0), verdict.counts.pop("owed, by run", 0)
    yield f"things owed: {things}; {looked} times a line was looked for at the end of a run"
    digests, singles = verdict.counts.pop("digests", 0), verdict.counts.pop("letters of their own", 0)
    yield f"letters of the chase: {digests} digests, {singles} of their own"
    for name, number in sorted(verdict.counts.items()):
        yield f"  {number:5}  {name}"
    tries = [row["attempts"] for row in verdict.records.deliveries]
    more = sum(number > 1 for number in tries)
    yield f"attempts {sum(tries)}, letters tried more than once {more}, given up and retried {breaking.retried}"
    yield f"tasks that failed: {listed(breaking.parts.failures())}"
    deaths = breaking.parts.deaths
    yield f"processes that ended by themselves: {len(deaths)}{''.join(f' ({one})' for one in deaths[:3])}"
    yield f"tasks not taken: {listed(breaking.unsent)}"


def listed(counter: Counter) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counter.items()) if number) or "none"
