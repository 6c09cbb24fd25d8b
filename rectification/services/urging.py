"""Urging a unit (督促): who was spoken to, how, and what was said. It moves nothing and stands in the timeline."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleBroken
from hazards.models import CaseEvent, HazardCase
from hazards.services import record


class How(models.TextChoices):
    VISIT = "visit", gettext_lazy("In person")
    CALL = "call", gettext_lazy("By telephone")
    MESSAGE = "message", gettext_lazy("By message")
    PAPER = "paper", gettext_lazy("In writing")


@transaction.atomic
def urge(case, *, how: str, words: str, by, at: datetime, spoken_to: str = "", client_id=None) -> CaseEvent:
    """Note that the unit was urged to rectify `case`. The same `client_id` again returns what was noted before."""
    if how not in How.values:
        raise RuleBroken(_("Say how the unit was urged."), field="how")
    if len(words.strip()) < 2:
        raise RuleBroken(_("Say what was agreed."), field="words")
    # Two clicks arrive together: the second waits here and then finds what the first left.
    HazardCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    if client_id and (done := said_before(case, client_id)):
        return done
    data = {"how": how, "spoken_to": spoken_to.strip(), "client_id": str(client_id or "")}
    return record(case, "urge", by=by, at=at, reason=words, data=data)


def said_before(case, client_id) -> CaseEvent | None:
    return case.events.filter(act="urge", data__client_id=str(client_id)).first()
