"""What a gateway is handed, and the three ways in which it can fail."""

from dataclasses import dataclass
from datetime import date, datetime

from notifications.quiet import Quiet

LONGEST = 300


@dataclass(frozen=True)
class Parcel:
    """One letter on its way to one person by one channel. `token` is the same on each attempt."""

    id: int
    attempts: int
    token: str
    subject: str
    body: str
    link: str
    kind: str
    on: date
    name: str
    email: str
    phone: str
    active: bool
    urgent: bool
    expires_at: datetime | None
    quiet: Quiet

    @property
    def title(self) -> str:
        """The subject in one line: a line break in a header would be a header of somebody else's making."""
        return " ".join(self.subject.split())


class NotBrought(Exception):
    """A letter that did not arrive. `fault` is one word for grouping, `words` a sentence for people."""

    def __init__(self, fault: str, words: str, *, retry_after: float | None = None):
        super().__init__(words)
        self.fault, self.words, self.retry_after = fault[:40], words[:LONGEST], retry_after


class LineDown(NotBrought):
    """The way out is out of order, whatever the letter: no attempt is used up."""


class Never(NotBrought):
    """The other side will refuse this letter for ever."""


class Later(NotBrought):
    """This attempt failed; another may succeed. With `trouble` the fault is probably the server's."""

    def __init__(self, fault: str, words: str, *, trouble: bool = False, retry_after: float | None = None):
        super().__init__(fault, words, retry_after=retry_after)
        self.trouble = trouble
