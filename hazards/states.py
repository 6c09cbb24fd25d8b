"""The life of a case as one table: which act leads from which state to which, and who may do it.

Plain Python, no Django: the pages, the API, `docs/states.md` and the tests all read this table.
Overdue, listed, extended and stopped are not states; see docs/architecture.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

REGISTERED = "registered"  # 已登记
ORDERED = "ordered"  # 整改中
SUBMITTED = "submitted"  # 待复查
CLOSED = "closed"  # 已销号
TRANSFERRED = "transferred"  # 已移送
SUSPENDED = "suspended"  # 中止
VOID = "void"  # 作废

STATES = (REGISTERED, ORDERED, SUBMITTED, CLOSED, TRANSFERRED, SUSPENDED, VOID)
LIVE = frozenset({REGISTERED, ORDERED, SUBMITTED})
"""The hazard stands, and somebody here must act."""

COUNTED = frozenset(STATES) - {VOID}
"""What figures count as found: a void case was never a hazard."""

STAYS = ""


@dataclass(frozen=True)
class Act:
    """One thing a person can do to a case.

    `permission` is looked up in accounts.roles; `needs` names the headline facts the act must bring.
    """

    name: str
    froms: frozenset[str]
    to: str
    permission: str
    needs: tuple[str, ...] = ()

    def leads_to(self, state: str) -> str:
        return self.to or state


def _act(name, froms, to, permission, *needs) -> tuple[str, Act]:
    return name, Act(name, frozenset(froms), to, permission, needs)


ACTS: dict[str, Act] = dict(
    [
        _act("correct_on_site", {REGISTERED}, CLOSED, "inspection.file"),
        _act("order", {REGISTERED}, ORDERED, "case.order", "due_on"),
        # A new notice in the place of one that was never served, or the major-hazard notice after its meeting.
        _act("reorder", {ORDERED}, STAYS, "case.order", "due_on", "reason"),
        _act("submit", {ORDERED}, SUBMITTED, "case.submit"),
        _act("urge", {ORDERED}, STAYS, "case.urge", "reason"),
        # A re-inspection may come without a submission: the deadline alone starts it (Order 120, Art. 20).
        _act("pass", {ORDERED, SUBMITTED}, CLOSED, "case.review"),
        _act("fail", {ORDERED, SUBMITTED}, ORDERED, "case.review", "due_on"),
        _act("ask_extension", {ORDERED}, STAYS, "case.ask_extension", "reason", "asked_until"),
        _act("grant_extension", {ORDERED}, STAYS, "case.decide_extension", "due_on"),
        _act("refuse_extension", {ORDERED}, STAYS, "case.decide_extension", "reason"),
        _act("transfer", LIVE, TRANSFERRED, "case.transfer", "reason"),
        _act("take_back", {TRANSFERRED}, REGISTERED, "case.transfer", "reason"),
        _act("suspend", LIVE, SUSPENDED, "case.suspend", "reason"),
        _act("resume", {SUSPENDED}, REGISTERED, "case.suspend", "reason"),
        _act("void", LIVE, VOID, "case.void", "reason"),
        _act("reopen", {CLOSED}, REGISTERED, "case.reopen", "reason"),
        _act("instruct", LIVE, STAYS, "instruction.give", "reason"),
        # An answer may come late, when the case has moved on.
        _act("reply", STATES, STAYS, "instruction.reply", "reason"),
        _act("determine", LIVE, STAYS, "case.determine", "grade", "reason"),
        _act("list", LIVE, STAYS, "case.list", "listed_levels"),
        # Closing and taking the board down are two acts of two actors on two dates: a board comes down
        # only once the case has left the live states.
        _act("delist", frozenset(STATES) - LIVE, STAYS, "case.delist", "listed_levels"),
    ]
)

CONDITIONS: dict[str, Callable] = {
    "list": lambda case: case.grade == "major",
    "delist": lambda case: bool(case.listed_levels),
    "ask_extension": lambda case: case.asked_until is None,
    "grant_extension": lambda case: case.asked_until is not None,
    "refuse_extension": lambda case: case.asked_until is not None,
}
"""What must hold beside the state, read off the case's own headline."""

SETTLES_REQUEST = frozenset(
    {"grant_extension", "refuse_extension", "pass", "fail", "transfer", "suspend", "void"}
)
"""Acts after which no request for an extension waits any longer."""

CLEARS_DEADLINE = frozenset({"take_back", "resume", "reopen"})
"""Acts after which the old deadline means nothing: a new order must set the next one."""


def condition_holds(act: str, case) -> bool:
    """Whether the case's headline allows the act, the state apart."""
    return act not in CONDITIONS or CONDITIONS[act](case)


def acts_from(state: str) -> tuple[Act, ...]:
    """The acts the table allows from `state`, in the order of the table."""
    return tuple(act for act in ACTS.values() if state in act.froms)
