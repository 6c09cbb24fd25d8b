"""The kinds of things the chase watches, as they stand in the database. Plain Python."""


class Watched:
    """The names; `rectification.models.chase.Watched` gives them faces."""

    DEADLINE = "deadline"
    CLOCK = "clock"
    MILESTONE = "milestone"
    REPORT = "report"
    EXTENSION = "extension"
    LOOK_BACK = "look_back"
    PATROL = "patrol"
    INSTRUCTION = "instruction"
    REFERRAL = "referral"
    ORPHAN = "orphan"
    RELAPSE = "relapse"


WAITING = (Watched.EXTENSION, Watched.ORPHAN, Watched.RELAPSE)
"""Things whose day is the one on which the waiting began: their rungs lie after it, and nothing is overdue."""

BY_HOUR = (Watched.CLOCK, Watched.RELAPSE)
"""Things that a rung may count in hours, and that the chase looks at every few minutes."""
