"""The meeting that decides on a major hazard: who must be there, and what is kept of it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common.errors import RuleBroken
from hazards.proposals import propose
from reference import limits
from reference.models import RuleSet

FEWEST_PEOPLE = 3
"""GB 35181-2017, 4.2: collective discussion; the duty to study together rests on Order 120, Art. 21 since 2025."""
FEWEST_EXPERTS = 7
"""GB 35181-2017, 4.3."""


def people(attendees: Iterable[str], *, on: date) -> list[str]:
    """The people, each once however the name is spaced. RuleBroken where they are fewer than the table asks for."""
    found = {"".join(name.split()): " ".join(name.split()) for name in attendees}
    found.pop("", None)
    if len(found) < (limits.amount("MEETING-3", on) or FEWEST_PEOPLE):
        raise RuleBroken(
            _(
                "A meeting of at least three different people decides "
                "(Order 120, Art. 21; GB 35181-2017, 4.2)."
            ),
            field="attendees",
        )
    return list(found.values())


def refuse_panel(experts: int | None, votes: int | None, *, on: date) -> None:
    """RuleBroken unless the panel is large enough and two thirds of it agree; no panel is no fault."""
    if experts is None and votes is None:
        return
    if experts is None or experts < (limits.amount("EXPERTS-7", on) or FEWEST_EXPERTS):
        raise RuleBroken(
            _("A panel has at least seven experts (GB 35181-2017, 4.3)."), code="panel", field="experts"
        )
    if votes is None:
        raise RuleBroken(_("Say how many of the experts are for the conclusion."), field="expert_votes")
    if votes > experts:
        raise RuleBroken(_("More votes than experts."), field="expert_votes")
    if votes * 3 < experts * 2:
        raise RuleBroken(
            _(
                "%(votes)d of %(experts)d experts are fewer than two thirds: "
                "the panel has no conclusion (GB 35181-2017, 4.3)."
            )
            % {"votes": votes, "experts": experts},
            code="panel",
            field="expert_votes",
        )


def frozen(question: dict | None, *, on: date) -> dict:
    """The columns that keep what was put to the rules, their version and their answer on that day."""
    row = RuleSet.objects.in_force(on)
    kept = {
        "rule_set": row.code if row else "",
        "rule_set_version": row.version if row else None,
        "inputs": plain(question or {}),
        "proposal": None,
    }
    if question and (question.get("elements") or question.get("exclusions")):
        try:
            kept["proposal"] = propose(question, on=on)
        except RuleBroken as refusal:
            # The form has one field for all elements; the sentence says which of them.
            field = (refusal.field or "").partition("[")[0] or None
            raise RuleBroken(str(refusal), code=refusal.code, field=field) from refusal
    return kept


def plain(value):
    """The same with numbers that JSON can keep; a float reads back as it was typed."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def facts(decision) -> dict:
    """What the event of the case says of the meeting."""
    proposal = decision.proposal or {}
    return {
        "clauses": decision.clauses,
        "attendees": decision.attendees,
        "held_on": decision.held_on.isoformat(),
        "previous_grade": decision.previous_grade,
        "experts": decision.experts,
        "expert_votes": decision.expert_votes,
        "rule_set": decision.rule_set,
        "rule_set_version": decision.rule_set_version,
        "proposed": proposal.get("major"),
        "proposed_by": proposal.get("by"),
    }
