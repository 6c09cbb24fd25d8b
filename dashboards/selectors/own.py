"""A township's own share put right, beside that of its county."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.urls import reverse

from dashboards import periods
from dashboards.rates import points, share
from dashboards.selectors.figures import definition
from hazards import conditions
from hazards.tally import CaseTally
from reference.models import Region

TOWNSHIP_DIGITS, COUNTY_DIGITS = 9, 6


@dataclass(frozen=True)
class OwnRate:
    """Found and closed of the year so far in one township; the county lends nothing but its rate."""

    township: Region
    found: int
    closed: int
    county_rate: Decimal | None
    definition: str

    @property
    def rate(self) -> Decimal | None:
        return share(self.closed, self.found)

    @property
    def ahead(self) -> Decimal | None:
        """Percentage points above the county; negative below it."""
        return points(self.rate, self.county_rate)

    @property
    def behind(self) -> Decimal | None:
        return None if self.ahead is None else -self.ahead

    @property
    def url(self) -> str:
        return f"{reverse('dashboards:leader')}?region={self.township.code}"


def own_rate(user, on: date) -> OwnRate | None:
    """None for whoever answers for no single township."""
    townships = {code[:TOWNSHIP_DIGITS] for code in user.scope.codes}
    if len(townships) != 1 or len(min(townships)) < TOWNSHIP_DIGITS:
        return None
    code = townships.pop()
    period = periods.running(periods.YEAR, on)
    cells = CaseTally.objects.under(code[:COUNTY_DIGITS]).filter(kind=CaseTally.Kind.OPENED)
    own = Q(region_code=code)
    sums = cells.filter(conditions.between("day", period.first, period.last)).aggregate(
        own_found=Sum("found", filter=own),
        own_closed=Sum("closed", filter=own),
        all_found=Sum("found"),
        all_closed=Sum("closed"),
    )
    numbers = {name: value or 0 for name, value in sums.items()}
    return OwnRate(
        Region.objects.get(code=code),
        numbers["own_found"],
        numbers["own_closed"],
        share(numbers["all_closed"], numbers["all_found"]),
        definition("found", period),
    )
