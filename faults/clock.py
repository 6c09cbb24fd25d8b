"""The clock of a fault run: the real one and an offset in a file, so that all its processes step at once.

For fault runs alone. Everything in the product that asks for the time asks Django, which `install` turns to this.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = "FAULTS_CLOCK"


class Clock:
    """What a fault run sets. `history` holds (real Unix time, offset in seconds) of each step."""

    def __init__(self, path: Path):
        self.path = path
        self.offset = 0.0
        self.history: list[tuple[float, float]] = []

    def set(self, moment: datetime) -> None:
        self._write((moment - datetime.now(UTC)).total_seconds())

    def step(self, by: timedelta) -> None:
        self._write(self.offset + by.total_seconds())

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def at(self, real: float) -> datetime:
        """What the clock showed at a real instant."""
        offset = next((offset for since, offset in reversed(self.history) if since <= real), self.offset)
        return datetime.fromtimestamp(real + offset, UTC)

    def _write(self, offset: float) -> None:
        self.offset = offset
        draft = self.path.with_suffix(".new")
        draft.write_text(repr(offset))
        draft.replace(self.path)  # whoever reads sees the old one or the new one
        self.history.append((datetime.now(UTC).timestamp(), offset))


def install() -> None:
    """Turns Django's clock in this process; the file is read anew each time."""
    from django.utils import timezone

    path = Path(os.environ[NAME])

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(path.read_text()))

    timezone.now = now
