"""The acts on a case as the doors see them: a name, a form, and the service behind it.

The page and the API both look an act up here, so that no door can skip a rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from hazards import services as cases
from hazards.models import HazardCase
from rectification import forms
from rectification.models import Listing
from rectification.services import (
    corrections,
    extensions,
    handovers,
    instructions,
    listings,
    lookbacks,
    meetings,
    orders,
    reversals,
    reviews,
    submissions,
    supervision,
    transfers,
    urging,
    voids,
)


@dataclass(frozen=True)
class Doing:
    """How one act is done: its form and `run(case, facts, by, at)`."""

    name: str
    form: type[forms.ActForm]
    run: Callable[[HazardCase, dict, object, datetime], object]

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")

    def do(self, case: HazardCase, facts: dict, by, at: datetime):
        """Do it once. Of two equal forms arriving together, the later one finds what the earlier made."""
        try:
            return self.run(case, facts, by, at)
        except IntegrityError:
            case.refresh_from_db()
            return self.run(case, facts, by, at)


DOINGS: dict[str, Doing] = {}


def doing(name: str, form: type[forms.ActForm]):
    """Register the function below as the way to do `name`."""

    def register(run):
        entry = Doing(name, form, run)
        DOINGS[entry.slug] = entry
        return run

    return register


@doing("order", forms.OrderForm)
def order(case, facts, by, at):
    item = orders.Item(
        case, facts["due_on"], facts["measure"], facts["working_days"], breach_due_on=facts["breach_due_on"]
    )
    return orders.issue(
        unit=case.unit,
        items=[item],
        kind=facts["kind"],
        interim=facts.get("interim", ""),
        by=by,
        at=at,
        client_id=facts["client_id"],
        may_replace=False,
    )


@doing("submit", forms.SubmitForm)
def submit(case, facts, by, at):
    return submissions.submit(
        case, words=facts["words"], photos=facts["photos"], by=by, at=at, client_id=facts["client_id"]
    )


@doing("withdraw", forms.ReasonForm)
def withdraw(case, facts, by, at):
    return submissions.withdraw(case, reason=facts["reason"], by=by, at=at)


@doing("urge", forms.UrgeForm)
def urge(case, facts, by, at):
    wanted = ("how", "spoken_to", "words", "client_id")
    return urging.urge(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("instruct", forms.InstructForm)
def instruct(case, facts, by, at):
    wanted = ("words", "addressee", "due_on", "client_id")
    return instructions.give(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("hand_over", forms.HandOverForm)
def hand_over(case, facts, by, at):
    return handovers.hand_over(case, to=facts["inspector"], reason=facts["reason"], by=by, at=at)


@doing("reply", forms.ReplyForm)
def reply(case, facts, by, at):
    instruction = instructions.open_for(case, by)
    if instruction is None:
        raise RuleBroken(_("No instruction on this case waits for an answer."), code="nothing_asked")
    instruction.case = case
    return instructions.reply(instruction, words=facts["words"], by=by, at=at)


@doing("review", forms.ReviewForm)
def review(case, facts, by, at):
    return look(case, facts, by, at, outcome=facts["outcome"], due_on=facts["due_on"])


@doing("close_referral", forms.VerifyForm)
def close_referral(case, facts, by, at):
    return look(case, facts, by, at, outcome="pass", referred=True)


def look(case, facts, by, at, *, outcome: str, due_on=None, referred: bool = False):
    """One re-inspection of one case, from its form."""
    verdict = reviews.Verdict(
        case,
        outcome,
        facts["note"],
        due_on,
        photos=tuple(facts["photos"]),
        no_photo=facts["no_photo"],
        sequence=facts["sequence"],
    )
    return reviews.review(
        unit=case.unit,
        verdicts=[verdict],
        officers=facts["officers"],
        held_on=facts["held_on"],
        by=by,
        at=at,
        client_id=facts["client_id"],
        referred=referred,
    )


@doing("ask_extension", forms.AskExtensionForm)
def ask_extension(case, facts, by, at):
    return extensions.ask(
        case,
        until=facts["until"],
        reason=facts["reason"],
        interim=facts["interim"],
        by=by,
        at=at,
        client_id=facts["client_id"],
    )


@doing("decide_extension", forms.DecideExtensionForm)
def decide_extension(case, facts, by, at):
    request = case.extensions.undecided().first()
    if request is None:
        raise RuleBroken(_("No extension of this case waits for a decision."), code="nothing_asked")
    request.case = case
    decide = extensions.grant if facts["decision"] == "granted" else extensions.refuse
    return decide(request, by=by, at=at, note=facts["note"])


@doing("void", forms.ReasonForm)
def void(case, facts, by, at):
    if voids.may_decide_alone(case, by):
        return voids.decide_alone(case, reason=facts["reason"], by=by, at=at)
    return voids.ask(case, reason=facts["reason"], by=by, at=at, client_id=facts["client_id"])


@doing("merge", forms.MergeForm)
def merge(case, facts, by, at):
    wanted = ("into", "reason", "client_id")
    return voids.ask(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("decide_void", forms.DecideVoidForm)
def decide_void(case, facts, by, at):
    request = case.void_requests.waiting().select_related("into").first()
    if request is None:
        raise RuleBroken(_("Nobody asked to void this case."), code="nothing_asked")
    request.case = case
    decide = voids.grant if facts["decision"] == voids.GRANTED else voids.refuse
    return decide(request, by=by, at=at, note=facts["note"])


@doing("look_back", forms.LookBackForm)
def look_back(case, facts, by, at):
    wanted = ("outcome", "note", "officers", "held_on", "photos", "client_id")
    return lookbacks.look_back(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("determine", forms.DetermineForm)
def determine(case, facts, by, at):
    return meetings.determine(
        case,
        grade=facts["grade"],
        clauses=facts["clauses"],
        attendees=facts["attendees"],
        held_on=facts["held_on"],
        conclusion=facts["conclusion"],
        question=facts["question"],
        experts=facts["experts"],
        expert_votes=facts["expert_votes"],
        by=by,
        at=at,
    )


@doing("list", forms.ListForm)
def list_(case, facts, by, at):
    wanted = (
        "level",
        "paper_number",
        "leader_name",
        "department",
        "responsible",
        "requirement",
        "listed_on",
        "report_every",
    )
    return listings.list_case(case, **{name: facts[name] for name in wanted}, by=by, at=at)


def board_of(case, level: str) -> Listing:
    """The board of `level` that hangs for the case; the main one where none is named."""
    boards = Listing.objects.standing().filter(case=case)
    listing = boards.filter(level=level).first() if level else boards.filter(is_main=True).first()
    if listing is None:
        raise RuleBroken(_("This level has no board standing on the case."), field="level")
    return listing


@doing("report", forms.ReportForm)
def report(case, facts, by, at):
    wanted = ("words", "percent", "funds", "client_id")
    listing = board_of(case, facts["level"])
    return supervision.report(listing, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("reverse", forms.ReverseForm)
def reverse(case, facts, by, at):
    return reversals.reverse(case, reason=facts["reason"], by=by, at=at, client_id=facts["client_id"])


@doing("delist", forms.DelistForm)
def delist(case, facts, by, at):
    listing = board_of(case, facts["level"])
    return listings.delist(
        listing, paper_number=facts["paper_number"], delisted_on=facts["delisted_on"], by=by, at=at
    )


@doing("correct_deadline", forms.CorrectDeadlineForm)
def correct_deadline(case, facts, by, at):
    return corrections.correct(case, due_on=facts["due_on"], reason=facts["reason"], by=by, at=at)


@doing("transfer", forms.TransferForm)
def transfer(case, facts, by, at):
    wanted = ("kind", "regulator", "department", "clause", "reason", "reply_due_on")
    return transfers.transfer(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("accept_referral", forms.AcceptReferralForm)
def accept_referral(case, facts, by, at):
    wanted = ("accepted_on", "accepted_by", "their_number")
    return transfers.accept(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("answer_referral", forms.AnswerReferralForm)
def answer_referral(case, facts, by, at):
    return transfers.answer(case, result=facts["result"], answered_on=facts["answered_on"], by=by, at=at)


@doing("take_back", forms.ReasonForm)
def take_back(case, facts, by, at):
    return transfers.take_back(case, reason=facts["reason"], by=by, at=at)


def plain(name: str) -> None:
    """An act that asks for a reason and moves the case, nothing else."""

    @doing(name, forms.ReasonForm)
    def run(case, facts, by, at):
        return cases.record(case, name, by=by, at=at, reason=facts["reason"])


for name in ("suspend", "resume", "reopen"):
    plain(name)
