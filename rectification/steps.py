"""The steps in the life of a measure on a unit as the doors see them: a name, a permission, a form, the service.

What `acts` is to a case: the page and the API both look a step up here, so that no door can skip a rule.
"""

from dataclasses import dataclass

from accounts import roles
from common.days import day_of
from common.errors import RuleBroken
from common.forms import put_refusal
from rectification import enforcement_steps, forms, seal_forms
from rectification.acts import Doing
from rectification.models import Complaint, Order, Seal, Suspension
from rectification.order_forms import UnitOrderForm
from rectification.seal_selectors import PERMISSIONS
from rectification.services import complaints, orders, seals, suspensions, watches


@dataclass(frozen=True)
class Way(Doing):
    """How one step is taken: `run(measure, facts, by, at)`, by those whose post carries `permission`."""

    permission: str

    def need(self, user, measure) -> None:
        """Passes, or NotAllowed: asked before the form is read, so that nobody fills in what is not theirs."""
        roles.need(user, self.permission, measure.unit.region_id)

    def attempt(self, measure, form, *, by, at):
        """What the form as it was sent has brought about; None where it, or a rule, is against it, as it then says."""
        if form.is_valid():
            try:
                return self.do(measure, form.cleaned_data, by, at)
            except RuleBroken as refusal:
                put_refusal(form, refusal)
        return None


SUSPENSION: dict[str, Way] = {}
SEAL: dict[str, Way] = {}
WATCH: dict[str, Way] = {}
COMPLAINT: dict[str, Way] = {}


def way(book: dict[str, Way], slug: str, form: type[forms.ActForm], permission: str):
    """Register the function below as the way to take the step `slug`."""

    def register(run):
        book[slug] = Way(slug, form, run, permission)
        return run

    return register


# --- suspensions -----------------------------------------------------------------------------------------


def propose_stop(unit, facts: dict, *, by, at) -> Suspension:
    """Propose to stop a unit outside an inspection, because of all that stands there."""
    return suspensions.propose(
        unit,
        kind=facts["kind"],
        reason=facts["reason"],
        by=by,
        at=at,
        cases=unit.cases.live(),
    )


@way(SUSPENSION, "decide", forms.DecideStopForm, "suspension.decide")
def decide_stop(suspension, facts, by, at):
    wanted = ("note", "large_effect", "government_number", "perform_by")
    return suspensions.decide(suspension, **{name: facts[name] for name in wanted}, by=by, at=at)


@way(SUSPENSION, "decline", forms.DeclineForm, "suspension.decide")
def decline_stop(suspension, facts, by, at):
    return suspensions.decline(suspension, note=facts["note"], by=by, at=at)


@way(SUSPENSION, "ask-to-resume", forms.WordsForm, "suspension.ask_to_resume")
def ask_to_resume(suspension, facts, by, at):
    return suspensions.ask_to_resume(suspension, words=facts["words"], by=by, at=at)


@way(SUSPENSION, "accept", forms.AcceptanceForm, "acceptance.record")
def accept(suspension, facts, by, at):
    wanted = ("outcome", "note", "officers", "held_on", "client_id")
    return suspensions.accept(suspension, **{name: facts[name] for name in wanted}, by=by, at=at)


@way(SUSPENSION, "lift", forms.ActForm, "suspension.lift")
def lift_stop(suspension, facts, by, at):
    return suspensions.lift(suspension, by=by, at=at)


@way(SUSPENSION, "refuse", forms.RefuseForm, "suspension.lift")
def refuse_to_resume(suspension, facts, by, at):
    return suspensions.refuse_to_resume(suspension, reason=facts["reason"], by=by, at=at)


def against_disobedience(step: str):
    """One of the steps against a stop that is not obeyed."""
    permission, form = enforcement_steps.STEPS[step]

    @way(SUSPENSION, step, form, permission)
    def take(suspension, facts, by, at):
        enforcement_steps.take(suspension, step, facts, by=by, at=at)
        suspension.refresh_from_db()
        return suspension


for _step in enforcement_steps.STEPS:
    against_disobedience(_step)


# --- seals -----------------------------------------------------------------------------------------------


def propose_seal(unit, facts: dict, again_of: Seal | None, *, by, at) -> Seal:
    """Propose to seal a part, or record an urgent sealing, by what was chosen."""
    cause = seals.Cause(
        again_of.part if again_of else facts["part"],
        facts["circumstance"],
        facts["reason"],
        tuple(facts.get("cases", ())),
    )
    common = {"by": by, "at": at, "client_id": facts["client_id"]}
    if facts.get("urgent") != "yes":
        return seals.propose(unit, cause, again_of=again_of, **common)
    return seals.seal_at_once(
        unit,
        cause,
        consent_by=facts["consent_by"],
        officers=facts["officers"],
        sealed_at=facts["sealed_at"],
        **common,
    )


def seal_way(slug: str, form: type[forms.ActForm]):
    return way(SEAL, slug, form, PERMISSIONS[slug])


@seal_way("decide", seal_forms.DecideSealForm)
def decide_seal(seal, facts, by, at):
    study = seals.Study(tuple(facts["names"]), facts["held_at"])
    return seals.decide(seal, study, ends_on=facts["ends_on"], note=facts["note"], by=by, at=at)


@seal_way("decline", seal_forms.DeclineSealForm)
def decline_seal(seal, facts, by, at):
    return seals.decline(seal, note=facts["note"], by=by, at=at)


@seal_way("execute", seal_forms.ExecuteSealForm)
def execute(seal, facts, by, at):
    return seals.execute(seal, officers=facts["officers"], executed_at=facts["executed_at"], by=by, at=at)


@seal_way("ask-to-lift", seal_forms.AskToLiftForm)
def ask_to_lift(seal, facts, by, at):
    return seals.ask_to_lift(seal, words=facts["words"], by=by, at=at)


@seal_way("inspect", seal_forms.InspectSealForm)
def inspect(seal, facts, by, at):
    wanted = ("outcome", "note", "officers")
    return seals.inspect(seal, **{name: facts[name] for name in wanted}, by=by, at=at)


@seal_way("lift", seal_forms.LiftSealForm)
def lift_seal(seal, facts, by, at):
    return seals.lift(seal, note=facts["note"], by=by, at=at)


@seal_way("refuse", seal_forms.KeepSealForm)
def refuse_to_lift(seal, facts, by, at):
    return seals.refuse_to_lift(seal, reason=facts["reason"], by=by, at=at)


# --- complaints ------------------------------------------------------------------------------------------


def receive_complaint(unit, facts: dict, *, by, at) -> Complaint:
    """Write down what somebody reported about a unit."""
    wanted = ("received_at", "matter", "words", "inspector", "client_id")
    return complaints.receive(unit, **{name: facts[name] for name in wanted}, by=by, at=at)


@way(COMPLAINT, "answer", forms.AnswerComplaintForm, "complaint.answer")
def answer_complaint(complaint, facts, by, at):
    return complaints.answer(complaint, told=facts["told"], words=facts["words"], by=by, at=at)


@way(COMPLAINT, "drop", forms.DropComplaintForm, "complaint.drop")
def drop_complaint(complaint, facts, by, at):
    return complaints.drop(complaint, reason=facts["reason"], by=by, at=at)


# --- watches and orders ----------------------------------------------------------------------------------


@way(WATCH, "look", forms.WatchLookForm, "watch.look")
def look(watch, facts, by, at):
    wanted = ("outcome", "note", "held_on", "client_id")
    return watches.look(watch, **{name: facts[name] for name in wanted}, by=by, at=at)


def issue_order(unit, form: UnitOrderForm, *, by, at) -> Order:
    """One notice over the chosen hazards, in the place of those that were never served."""
    facts = form.cleaned_data
    return orders.issue(
        unit=unit,
        items=form.items(day_of(at)),
        kind=facts["kind"],
        interim=facts["interim"],
        by=by,
        at=at,
        client_id=facts["client_id"],
    )
