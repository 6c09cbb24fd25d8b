"""`make faults`: FAULTS mishaps (200) drawn by SEED (a new one each time, printed) over a county of CASES cases (300).

Exits with 1 and the first differences in words where a letter was lost, said twice, or is not what it should be.
"""

import os
import random
import sys

from faults import report
from faults.parts import CannotRun
from faults.run import Plan


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


def asked(name: str, default: int, least: int) -> int:
    """A whole number from the environment."""
    given = os.environ.get(name) or str(default)
    if not given.isascii() or not given.isdigit() or int(given) < least:
        raise CannotRun(f"{name}={given}: give a whole number of at least {least}.")
    return int(given)


def main() -> int:
    try:
        plan = Plan(
            seed=asked("SEED", random.SystemRandom().randrange(1_000_000), 0),
            faults=asked("FAULTS", 200, 0),
            cases=asked("CASES", 300, 20),
            workers=asked("WORKERS", 2, 1),
            schema_from=os.environ.get("SCHEMA_FROM", ""),
        )
        say(f"SEED={plan.seed} FAULTS={plan.faults} CASES={plan.cases} WORKERS={plan.workers}")
        found = report.run(plan, say)
    except CannotRun as error:
        say(str(error))
        return 1
    if not found:
        say("\nEvery letter owed arrived, none was said twice, and ledger, outbox and sinks agree.")
        return 0
    say(f"\n{len(found)} differences (again with SEED={plan.seed}):")
    for line in found[: report.SHOWN]:
        say(f"- {line}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
