"""What XF 703 says of a combined-use site, from what the register and the last survey know of it."""

from datetime import date

from reference.selectors import combined_use_limits
from units import combined_use
from units.combined_use import Limit, Site, Verdict
from units.flags import GRAVE
from units.models import SEEN_ON_SITE, LodgingSurvey


def is_combined_use(unit) -> bool:
    """Marked 三合一 or 多合一."""
    return any(flag in unit.flags for flag in GRAVE)


def verdict_for(unit, on: date) -> Verdict | None:
    """The verdict on the day `on`; None where the numbers of the standard are not loaded."""
    return judge(site_of(unit, LodgingSurvey.objects.latest_of(unit)), on)


def judge(site: Site, on: date) -> Verdict | None:
    rows = combined_use_limits(on)
    limits = {name: Limit(row.clause, row.op, row.value) for name, row in rows.items()}
    if any(code not in limits for code in combined_use.LIMIT_CODES):
        return None
    return combined_use.judge(site, limits)


def site_of(unit, survey: LodgingSurvey | None) -> Site:
    """The facts of the register and of the survey; what neither holds stays unknown."""
    seen = {name: getattr(survey, name) for name in SEEN_ON_SITE} if survey else {}
    seen = {name: value for name, value in seen.items() if value not in ("", None)}
    if "underground" in unit.flags:
        seen["underground"] = True
    return Site(
        fire_resistance=unit.fire_resistance,
        area=unit.floor_area,
        height=unit.height,
        storeys=unit.storeys,
        lodgers=unit.lodgers,
        **seen,
    )
