"""`make bench`: a county of CASES hazard cases, its pages, a filing, the chase and the outbox, each against its floor.

Prints a table and writes benchmarks/out/latest.json. A missed target is a result; not being able to measure
is an error.
"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.stage import CannotMeasure, Stage

CASES = 100_000
LETTERS = 100_000
LEAST = 2_000  # below this the seed has not one case of every kind


def say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


def asked(name: str, default: int, least: int) -> int:
    """A whole number from the environment."""
    given = os.environ.get(name) or str(default)
    if not given.isascii() or not given.isdigit() or int(given) < least:
        raise CannotMeasure(f"{name}={given}: give a whole number of at least {least}.")
    return int(given)


def measure(cases: int, rounds: int, letters: int) -> list[report.Figure]:
    with Stage(cases, say) as stage:
        import django

        django.setup()
        from benchmarks import bench_chase, bench_delivery, bench_filing, bench_pages

        say("Filing inspections")
        figures, filed = bench_filing.run(cases, rounds=rounds)
        stage.settle()
        stage.serve()
        say("Asking for pages")
        figures = [*bench_pages.run(stage, cases, filed=filed, rounds=rounds), *figures]
        stage.stop_serving()
        say("Chasing")
        kinds = {0: "chase"}
        for at, row in enumerate(bench_chase.run(cases)):
            figures.append(report.Figure(**row, kind=kinds.get(at, "")))
        say(f"Delivering {letters:,} e-mails and as many webhooks")
        figures += [report.Figure(**row) for row in bench_delivery.run(letters)]
        return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measure; CASES, ROUNDS and LETTERS set how much."
    )
    parser.add_argument("--out", type=Path, default=report.LATEST, help="where the list for programs goes")
    out = parser.parse_args().out
    try:
        cases, rounds = asked("CASES", CASES, LEAST), asked("ROUNDS", 25, 1)
        letters = asked("LETTERS", min(cases, LETTERS), 100)
        figures = measure(cases, rounds, letters)
    except CannotMeasure as error:
        say(str(error))
        return 1
    report.write(figures, out)
    say(f"\n{report.table(figures)}\n")
    missed = [one.name for one in figures if one.misses]
    say(f"{len(missed)} targets missed: {', '.join(missed)}" if missed else "Every target is met.")
    say(f"Written to {out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
