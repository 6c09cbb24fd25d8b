"""Surveys of combined-use sites: what was seen, kept with the verdict of that day."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import RuleBroken
from units.lodging import is_combined_use, judge, site_of
from units.models import SEEN_ON_SITE, LodgingSurvey, Unit


@transaction.atomic
def survey(unit, *, by, at: datetime, client_id: uuid.UUID, **seen) -> LodgingSurvey:
    """Keep what was seen on the site, with the verdict it led to. The same `client_id` again changes nothing.

    Raises RuleBroken where the unit is no combined-use site, NotAllowed where the person may not correct it.
    """
    unknown = seen.keys() - set(SEEN_ON_SITE)
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))}: not asked by a survey")
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)  # two presses wait for each other
    roles.need(by, "unit.correct", unit.region_id)
    made = LodgingSurvey.objects.filter(client_id=client_id, unit=unit).first()
    if made is not None:
        return made
    if not is_combined_use(unit):
        raise RuleBroken(_("Only combined-use sites are surveyed so. Mark the unit as one first."))
    found = LodgingSurvey(unit=unit, made_by=by, made_at=at, client_id=client_id, **seen)
    verdict = judge(site_of(unit, found), localdate(at))
    if verdict is not None:
        found.verdict = {
            "tier": verdict.tier,
            "at_least": verdict.at_least,
            "missing": list(verdict.missing),
            "to_do": [one.code for one in verdict.to_do],
        }
    found.save(force_insert=True)
    return found
