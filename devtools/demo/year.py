"""A year of work in one county, played day by day: the field makes visits, the desk follows a day behind.

The two may run in two processes: each takes the serial numbers of its own kinds of papers, so neither waits for
the other's transaction, and every kind is numbered in the order of its days. Alone or in two, the year is the same.
"""

import multiprocessing
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from django.db import connections
from django.utils import translation

from devtools.demo.clock import Times, light_transactions
from devtools.demo.desk import Desk
from devtools.demo.field import Field, Found, Relapse


def can_divide() -> bool:
    """Whether a second process can be made cheaply, and what we wrote can be seen by it."""
    return sys.platform == "linux" and not any(one.in_atomic_block for one in connections.all())


def weeks(times: Times) -> list[list[date]]:
    """The days in stretches that begin with a chase; the first begins without."""
    starts = [times.first, *times.chases(), times.today + timedelta(days=1)]
    return [
        [start + timedelta(days=n) for n in range((end - start).days)]
        for start, end in pairwise(sorted(set(starts)))
    ]


def play(field: Field, desk: Desk, times: Times, say: Callable[[str], None]) -> None:
    """The whole year. Raises what went wrong in either half."""
    stretches = weeks(times)
    chases = set(times.chases())
    hands = Apart(field, stretches) if can_divide() else Here(field)
    try:
        with light_transactions():
            for number, stretch in enumerate(stretches):
                if number and number % 6 == 0:
                    say(f"as far as {stretch[0]}")
                if stretch[0] in chases:
                    desk.chase(stretch[0])
                hands.begin(desk.give())
                for day in stretch:
                    desk.play(day)
                    desk.receive(hands.day(day))
    finally:
        field.queue.refused += hands.close()


class Here:
    """The field in this process."""

    def __init__(self, field: Field):
        self.field = field

    def begin(self, relapses: list[Relapse]) -> None:
        self.field.take(relapses)

    def day(self, day: date) -> list[Found]:
        return self.field.play(day)

    def close(self) -> list[str]:
        return []


class Apart:
    """The field in a process of its own, as far ahead as the next chase."""

    def __init__(self, field: Field, stretches: list[list[date]]):
        self.worker = Worker(self.work, field, stretches)

    @staticmethod
    def work(line, field: Field, stretches: list[list[date]]) -> None:
        with light_transactions():
            for stretch in stretches:
                field.take(line.recv())
                for day in stretch:
                    line.send(field.play(day))
        line.send(field.queue.refused)

    def begin(self, relapses: list[Relapse]) -> None:
        self.worker.line.send(relapses)

    def day(self, day: date) -> list[Found]:
        return self.worker.hear()

    def close(self) -> list[str]:
        if sys.exc_info()[0]:
            self.worker.end()
            return []
        refused = self.worker.hear()
        self.worker.end()
        return refused


class Worker:
    """A forked process with a line to it; what it raises is raised here. It dies with us."""

    def __init__(self, work, *arguments):
        connections.close_all()  # a connection must not be shared by two processes
        context = multiprocessing.get_context("fork")
        self.line, theirs = context.Pipe()
        language = translation.get_language()
        self.process = context.Process(
            target=run, args=(theirs, self.line, language, work, arguments), daemon=True
        )
        self.process.start()
        theirs.close()

    def hear(self):
        """The next thing it says."""
        try:
            said = self.line.recv()
        except EOFError:
            raise RuntimeError("a process that builds the demo has died") from None
        if isinstance(said, Exception):
            raise said
        return said

    def end(self) -> None:
        self.line.close()
        self.process.join(20)
        if self.process.is_alive():
            self.process.terminate()


def run(line, other_end, language, work, arguments) -> None:
    """The body of a worker."""
    other_end.close()  # so that we notice when the other side has gone
    try:
        with translation.override(language):
            work(line, *arguments)
    except (EOFError, BrokenPipeError):
        return  # the other side has gone, and says why itself
    except Exception as error:  # told to the process that waits for us, which raises it
        line.send(RuntimeError(f"{type(error).__name__}: {error}"))
    finally:
        connections.close_all()
        line.close()
