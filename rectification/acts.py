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
    extensions,
    instructions,
    listings,
    orders,
    reviews,
    submissions,
    transfers,
    urging,
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
    item = orders.Item(case, facts["due_on"], facts["measure"], facts["breach_due_on"])
    return orders.issue(
        unit=case.unit,
        items=[item],
        kind=facts["kind"],
        interim=facts.get("interim", ""),
        by=by,
        at=at,
        client_id=facts["client_id"],
    )


@doing("submit", forms.SubmitForm)
def submit(case, facts, by, at):
    return submissions.submit(
        case, words=facts["words"], photos=facts["photos"], by=by, at=at, client_id=facts["client_id"]
    )


@doing("urge", forms.UrgeForm)
def urge(case, facts, by, at):
    wanted = ("how", "spoken_to", "words", "client_id")
    return urging.urge(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("instruct", forms.InstructForm)
def instruct(case, facts, by, at):
    wanted = ("words", "addressee", "due_on", "client_id")
    return instructions.give(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("reply", forms.ReplyForm)
def reply(case, facts, by, at):
    instruction = instructions.open_for(case, by)
    if instruction is None:
        raise RuleBroken(_("No instruction on this case waits for an answer."), code="nothing_asked")
    instruction.case = case
    return instructions.reply(instruction, words=facts["words"], by=by, at=at)


@doing("review", forms.ReviewForm)
def review(case, facts, by, at):
    verdict = reviews.Verdict(
        case, facts["outcome"], facts["note"], facts["due_on"], photos=tuple(facts["photos"])
    )
    return reviews.review(
        unit=case.unit,
        verdicts=[verdict],
        officers=facts["officers"],
        held_on=facts["held_on"],
        by=by,
        at=at,
        client_id=facts["client_id"],
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


@doing("determine", forms.DetermineForm)
def determine(case, facts, by, at):
    return cases.determine(
        case,
        grade=facts["grade"],
        clauses=facts["clauses"],
        attendees=facts["attendees"],
        held_on=facts["held_on"],
        conclusion=facts["conclusion"],
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
    )
    return listings.list_case(case, **{name: facts[name] for name in wanted}, by=by, at=at)


@doing("delist", forms.DelistForm)
def delist(case, facts, by, at):
    listing = Listing.objects.standing().filter(case=case, level=facts["level"]).first()
    if listing is None:
        raise RuleBroken(_("This level has no board standing on the case."), field="level")
    return listings.delist(
        listing, paper_number=facts["paper_number"], delisted_on=facts["delisted_on"], by=by, at=at
    )


@doing("transfer", forms.TransferForm)
def transfer(case, facts, by, at):
    return transfers.transfer(case, department=facts["department"], reason=facts["reason"], by=by, at=at)


@doing("take_back", forms.ReasonForm)
def take_back(case, facts, by, at):
    return transfers.take_back(case, reason=facts["reason"], by=by, at=at)


def plain(name: str) -> None:
    """An act that asks for a reason and moves the case, nothing else."""

    @doing(name, forms.ReasonForm)
    def run(case, facts, by, at):
        return cases.record(case, name, by=by, at=at, reason=facts["reason"])


for name in ("suspend", "resume", "void", "reopen"):
    plain(name)
