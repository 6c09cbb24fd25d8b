"""Who may sign an enforcement record: two different people who hold a valid card that day."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from common.errors import RuleBroken


def refuse_team(officers: Iterable, on: date) -> list:
    """The officers without repetition, or a sentence why they cannot sign (Order 120, Art. 14)."""
    team = list(officers)
    if len({person.pk for person in team}) != len(team):
        raise RuleBroken(_("One person is on the team twice."), field="officers")
    if len(team) < 2:
        raise RuleBroken(_("At least two officers with a card are needed."), field="officers")
    for person in team:
        if not person.is_certificated(on):
            raise RuleBroken(
                _("%(name)s holds no valid enforcement card and cannot sign.") % {"name": person.name},
                field="officers",
            )
    return team


def write_team(model, team: list, **signed) -> None:
    """Keep who signed, each with the card shown that day: `write_team(SealOfficer, team, seal=seal)`."""
    model.objects.bulk_create(model(user=person, card_number=person.card_number, **signed) for person in team)
