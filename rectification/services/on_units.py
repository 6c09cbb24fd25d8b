"""What suspensions and seals share: the hazards behind them, deciding once, and the owner's request to end them."""

from datetime import datetime

from django.utils.translation import gettext as _

from common.errors import AlreadyDone, RuleBroken
from documents.models import Document
from hazards import states
from rectification.models import Seal, Suspension


def standing_cases(measure: Suspension | Seal):
    """The hazards behind the measure that still stand."""
    return measure.cases.filter(state__in=states.LIVE)


def refuse_standing(measure: Suspension | Seal) -> None:
    """Nothing ends while a hazard behind it stands; the first five are named."""
    numbers = list(standing_cases(measure).values_list("number", flat=True)[:5])
    if numbers:
        raise RuleBroken(
            _("These hazards still stand: %(numbers)s. Close them first.") % {"numbers": "、".join(numbers)},
            code="hazard_stands",
        )


def take(measure: Suspension | Seal, expected: str, **changes) -> None:
    """Change it once: an update that still expects the status it was read with."""
    if not type(measure).objects.filter(pk=measure.pk, status=expected).update(**changes):
        raise AlreadyDone(_("Somebody decided this already. Reload to see it."))


def answer(requests, decision: str, *, by, at: datetime, document: Document, reason: str = "") -> None:
    """Decide the request that waits, if one does, with the paper of the decision."""
    requests.undecided().update(
        decision=decision, decided_by=by, decided_at=at, reason=reason, document=document
    )
