"""Drawing look-backs by lot: x % of the closed cases of each township and quarter that nobody looked back at yet."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Least
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts import roles
from common.errors import RuleBroken
from hazards.models import HazardCase
from rectification import drawing
from rectification.limits import drawn_days
from rectification.models import Draw, LookBack

TOWNSHIP_DIGITS = 9
MOST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Lots:
    """What a draw would take, before anything is written."""

    pool: dict[str, list[str]]
    drawn: dict[str, list[str]]

    @property
    def closed(self) -> int:
        return sum(map(len, self.pool.values()))

    @property
    def count(self) -> int:
        return sum(map(len, self.drawn.values()))


def any_seed() -> int:
    """A seed that nobody chose; short enough to be read out."""
    return secrets.randbelow(900_000) + 100_000


def preview(region, quarter: str, percent: Decimal, seed: int, *, by, on: date) -> Lots:
    """What this draw takes. RuleBroken at the field where the quarter, the percentage or the seed makes no sense."""
    if by is not None:
        roles.need(by, "lookback.draw", region.code)
    first, last = refuse_draw(quarter, percent, seed, on)
    pool = pool_of(region, first, last)
    if not pool:
        raise RuleBroken(_("No closed case of that quarter waits for a look-back here."), field="quarter")
    return Lots(pool, drawing.draw_all(pool, percent, seed))


def refuse_draw(quarter: str, percent: Decimal, seed: int, on: date) -> tuple[date, date]:
    try:
        first, last = drawing.days_of(quarter)
    except ValueError as error:
        raise RuleBroken(_("Write the quarter as 2026Q3."), field="quarter") from error
    if last >= on:
        raise RuleBroken(
            _("That quarter is not over yet: its cases can be drawn afterwards."), field="quarter"
        )
    if not 0 < percent <= 100:
        raise RuleBroken(_("A percentage lies between 0 and 100."), field="percent")
    if not 0 <= seed <= MOST_SEED:
        raise RuleBroken(_("The seed is a whole number."), field="seed")
    return first, last


def pool_of(region, first: date, last: date) -> dict[str, list[str]]:
    """Closed in those days and neither looked back at nor drawn before, by township."""
    seen = LookBack.objects.filter(
        ~Q(outcome="") | Q(draw__isnull=False), case=OuterRef("pk"), round=OuterRef("round")
    )
    cases = HazardCase.objects.under(region.code).closed().filter(closed_on__range=(first, last))
    pool = defaultdict(list)
    for number, code in cases.exclude(Exists(seen)).order_by("number").values_list("number", "region_id"):
        pool[code[:TOWNSHIP_DIGITS]].append(number)
    return dict(pool)


@transaction.atomic
def draw(region, quarter: str, percent: Decimal, seed: int, *, by, at: datetime) -> Draw:
    """Draw and keep it. The same region, quarter, percentage and seed again returns the draw that was made."""
    if by is not None:
        roles.need(by, "lookback.draw", region.code)
    same = {"region": region, "quarter": quarter, "percent": percent, "seed": seed}
    if made := Draw.objects.filter(**same).first():
        return made
    on = localdate(at)
    lots = preview(region, quarter, percent, seed, by=by, on=on)
    made, is_new = Draw.objects.get_or_create(
        **same, defaults={"pool": lots.pool, "drawn_by": by, "drawn_at": at}
    )
    if is_new:
        assign(made, lots, due_on=on + timedelta(days=drawn_days(on)), at=at)
    return made


def assign(made: Draw, lots: Lots, *, due_on: date, at: datetime) -> None:
    """A look-back for every case drawn; one that waits already comes earlier, never later."""
    numbers = [number for drawn in lots.drawn.values() for number in drawn]
    cases = list(HazardCase.objects.filter(number__in=numbers).order_by("pk"))
    waiting = LookBack.objects.filter(case__in=cases, round=F("case__round"), outcome="")
    known = set(waiting.values_list("case_id", flat=True))
    waiting.update(draw=made, due_on=Least("due_on", Value(due_on, DateField())))
    LookBack.objects.bulk_create(
        LookBack(case=case, round=case.round, why="draw", due_on=due_on, draw=made, made_at=at)
        for case in cases
        if case.pk not in known
    )


def lots_of(made: Draw) -> Lots:
    """A draw made again from what was in the drum."""
    return Lots(made.pool, drawing.draw_all(made.pool, made.percent, made.seed))


def is_true(made: Draw) -> bool:
    """Whether drawing again gives the very cases that were written down."""
    kept = made.look_backs.values_list("case__number", flat=True)
    return sorted(kept) == sorted(number for drawn in lots_of(made).drawn.values() for number in drawn)
