"""What the chase suggested for a case: taken up by doing it, or set aside with a reason; decided once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import need
from common.errors import AlreadyDone, RuleBroken
from hazards import states
from rectification.models import Suggestion
from rectification.models.chase import FollowUp

PERMISSION = "suggestion.settle"
TAKEN_BY = {"list": FollowUp.LIST, "instruct": FollowUp.INSTRUCT}
"""Acts on a case that do what was suggested."""


@transaction.atomic
def set_aside(suggestion: Suggestion, *, reason: str, by, at: datetime) -> Suggestion:
    """Not now, because."""
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say why it is set aside."), field="reason")
    return settle(suggestion, taken=False, reason=reason.strip(), by=by, at=at)


@transaction.atomic
def take_up(suggestion: Suggestion, *, reason: str, by, at: datetime) -> Suggestion:
    """It was done outside the system: what, and when, in words. Talks with a unit have no act of their own."""
    if suggestion.what != FollowUp.INTERVIEW:
        raise RuleBroken(_("This is taken up by doing it, not by a note."))
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Write down what was said."), field="reason")
    return settle(suggestion, taken=True, reason=reason.strip(), by=by, at=at)


def settle(suggestion: Suggestion, *, taken: bool, reason: str, by, at: datetime) -> Suggestion:
    need(by, PERMISSION, suggestion.case.region_id)
    decided = Suggestion.objects.open().filter(pk=suggestion.pk)
    if not decided.update(taken=taken, reason=reason[:300], settled_by=by, settled_at=at):
        raise AlreadyDone(_("This suggestion was settled already."))
    suggestion.refresh_from_db()
    return suggestion


# --- by itself ----------------------------------------------------------------------------------------------
def follow(events) -> None:
    """Acts that do what was suggested take it up; a case that stands no longer has nothing suggested for it."""
    for event in events:
        if what := TAKEN_BY.get(event.act):
            taken(event.case, what, by=event.by, at=event.at)
    gone = [one for one in events if one.from_state in states.LIVE and one.to_state not in states.LIVE]
    if gone:
        rows = Suggestion.objects.open().filter(case__in=[event.case_id for event in gone])
        rows.update(settled_at=gone[-1].at)


def taken(case, what: str, *, by, at: datetime) -> int:
    """The act was done; how many suggestions it answers."""
    rows = Suggestion.objects.open().filter(case=case, what=what)
    return rows.update(taken=True, settled_by=by, settled_at=at)


def stopped(unit, *, by, at: datetime) -> int:
    """The unit was ordered to stop: that answers the suggestion for each of its cases."""
    rows = Suggestion.objects.open().filter(case__unit=unit, what=FollowUp.SUSPEND)
    return rows.update(taken=True, settled_by=by, settled_at=at)
