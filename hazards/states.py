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
        _act("withdraw", {SUBMITTED}, ORDERED, "case.submit", "reason"),
        _act("urge", {ORDERED}, STAYS, "case.urge", "reason"),
        # A re-inspection may come without a submission: the deadline alone starts it (Order 120, Art. 20).
        _act("pass", {ORDERED, SUBMITTED}, CLOSED, "case.review"),
        # Partly rectified: what remains is ordered anew; only `pass` closes.
        _act("partly", {ORDERED, SUBMITTED}, ORDERED, "case.review", "due_on", "reason"),
        _act("fail", {ORDERED, SUBMITTED}, ORDERED, "case.review", "due_on"),
        _act("ask_extension", {ORDERED}, STAYS, "case.ask_extension", "reason", "asked_until"),
        _act("grant_extension", {ORDERED}, STAYS, "case.decide_extension", "due_on"),
        _act("refuse_extension", {ORDERED}, STAYS, "case.decide_extension", "reason"),
        _act("transfer", LIVE, TRANSFERRED, "case.transfer", "reason"),
        _act("accept_referral", {TRANSFERRED}, STAYS, "case.transfer"),
        _act("answer_referral", {TRANSFERRED}, STAYS, "case.transfer", "reason"),
        # What the department says it did is not believed unseen: two officers verify, as in a re-inspection.
        _act("close_referral", {TRANSFERRED}, CLOSED, "case.review"),
        _act("take_back", {TRANSFERRED}, REGISTERED, "case.transfer", "reason"),
        _act("suspend", LIVE, SUSPENDED, "case.suspend", "reason"),
        _act("resume", {SUSPENDED}, REGISTERED, "case.suspend", "reason"),
        # Out of the books by two people: one asks, somebody else of the office decides.
        _act("ask_void", LIVE, STAYS, "case.ask_void", "reason"),
        _act("ask_merge", LIVE, STAYS, "case.ask_void", "reason"),
        _act("void", LIVE, VOID, "case.void", "reason"),
        _act("refuse_void", LIVE, STAYS, "case.void", "reason"),
        # The case that a duplicate went into: its line says which one.
        _act("absorb", LIVE, STAYS, "case.void"),
        # The look-back that found the hazard gone; one that finds it again is `reopen`.
        _act("look_back", {CLOSED}, STAYS, "case.look_back"),
        _act("reopen", {CLOSED}, REGISTERED, "case.reopen", "reason"),
        # 反销号: the closing was wrong. No new round: the deadline and the order stand as if it had never been.
        _act("reverse", {CLOSED}, ORDERED, "case.reverse", "reason"),
        _act("instruct", LIVE, STAYS, "instruction.give", "reason"),
        # An answer may come late, when the case has moved on.
        _act("reply", STATES, STAYS, "instruction.reply", "reason"),
        # A slip of the pen, or a holiday notice that came later; the original deadline stays.
        _act("correct_deadline", LIVE, STAYS, "case.correct_deadline", "due_on", "reason"),
        # 工作交接: another inspector answers for the case from now on.
        _act("hand_over", LIVE, STAYS, "case.hand_over", "inspector", "reason"),
        _act("determine", LIVE, STAYS, "case.determine", "grade", "reason"),
        _act("list", LIVE, STAYS, "case.list", "listed_levels"),
        # Closing and taking the board down are two acts of two actors on two dates: a board comes down
        # only once the case has left the live states.
        _act("delist", frozenset(STATES) - LIVE, STAYS, "case.delist", "listed_levels"),
        # What a listing is held to while the hazard stands: plan, the six things in place, milestones, reports.
        _act("plan", LIVE, STAYS, "listing.plan", "reason"),
        _act("assure", LIVE, STAYS, "listing.assure", "reason"),
        _act("achieve", LIVE, STAYS, "listing.report", "reason"),
        _act("report", LIVE, STAYS, "listing.report", "reason"),
    ]
)

WAITING, ACCEPTED, ANSWERED = "waiting", "accepted", "answered"
REFERRED = {"transfer": WAITING, "accept_referral": ACCEPTED, "answer_referral": ANSWERED}
"""How far the department is with a referred case after an act; a case that is not referred has no such stage."""

CONDITIONS: dict[str, Callable] = {
    "accept_referral": lambda case: case.referral_stage == WAITING,
    "answer_referral": lambda case: case.referral_stage in (WAITING, ACCEPTED),
    "close_referral": lambda case: case.referral_stage == ANSWERED,
    "list": lambda case: case.grade == "major",
    "delist": lambda case: bool(case.listed_levels),
    "reverse": lambda case: case.grade == "major" and case.due_on is not None,
    "plan": lambda case: bool(case.listed_levels),
    "assure": lambda case: bool(case.listed_levels),
    "achieve": lambda case: bool(case.listed_levels),
    "report": lambda case: bool(case.listed_levels),
    "correct_deadline": lambda case: case.due_on is not None,
    "ask_extension": lambda case: case.asked_until is None,
    "grant_extension": lambda case: case.asked_until is not None,
    "refuse_extension": lambda case: case.asked_until is not None,
    "ask_void": lambda case: case.void_asked_on is None,
    "ask_merge": lambda case: case.void_asked_on is None,
    "void": lambda case: case.void_asked_on is not None,
    "refuse_void": lambda case: case.void_asked_on is not None,
}
"""What must hold beside the state, read off the case's own headline."""

SETTLES_REQUEST = frozenset(
    {"grant_extension", "refuse_extension", "pass", "partly", "fail", "transfer", "suspend", "void"}
)
"""Acts after which no request for an extension waits any longer."""

ASKS_VOID = frozenset({"ask_void", "ask_merge"})
"""Acts after which a request to take the case out of the books waits; it lapses when the case leaves LIVE."""

CLEARS_DEADLINE = frozenset({"take_back", "resume", "reopen"})
"""Acts after which the old deadline means nothing: a new order must set the next one."""

HALTS_DEADLINE = frozenset({"suspend"})
"""Acts after which the deadline stands still: it is not overdue, and its ledger says why."""


def condition_holds(act: str, case) -> bool:
    """Whether the case's headline allows the act, the state apart."""
    return act not in CONDITIONS or CONDITIONS[act](case)


def acts_from(state: str) -> tuple[Act, ...]:
    """The acts the table allows from `state`, in the order of the table."""
    return tuple(act for act in ACTS.values() if state in act.froms)
