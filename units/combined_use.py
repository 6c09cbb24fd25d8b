"""Whether people may lodge on a combined-use site (合用场所), and what it needs: plain arithmetic of XF 703-2007.

The facts that nobody knows stay unknown: the verdict names them and says what is certain without them. The
limits are given as data, each with its operator; the sentences are made elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt

OPERATORS: dict[str, Callable] = {"<": lt, "<=": le, ">": gt, ">=": ge}

FORBIDDEN = "forbidden"
"""4.1: nobody may lodge there at all."""
FULL_SEPARATION = "full_separation"
"""4.2: complete separation and evacuation of each part's own; where that is hard, nobody may lodge."""
SEPARATION_OR_SPRINKLER = "separation_or_sprinkler"
"""4.3: as 4.2 where possible; else alarm, separation or sprinkler, and a second way out."""
SMALL_SITE = "small_site"
"""4.7: the least, for the smallest sites where neither separation nor sprinkler is possible."""
NO_LODGING = "no_lodging"
"""Nobody sleeps there: the standard says nothing of it."""

USE_CLASSES = ("A", "B", "C", "D", "E")
"""Fire hazard of production, storage or trade: 甲 乙 丙 丁 戊 (GB 50016)."""
HAZARDOUS_CLASSES = ("A", "B")
INDUSTRIAL = ("factory", "warehouse")
PUBLIC = ("shop", "market", "public")
BUILDINGS = (*INDUSTRIAL, *PUBLIC, "dwelling", "other")


@dataclass(frozen=True)
class Limit:
    """One number of the standard: `value` with its operator, as the text has it, and the clause."""

    clause: str
    op: str
    value: Decimal

    def holds(self, fact) -> bool | None:
        """Whether the fact meets the comparison; None where it is not known."""
        return None if fact is None else OPERATORS[self.op](Decimal(fact), self.value)


LIMIT_CODES = (
    "grade_at_least", "public_area_over", "height_over", "area_over", "lodgers_over", "small_storeys",
    "small_area", "small_lodgers",
)  # fmt: skip
"""What a full set of limits holds."""


@dataclass(frozen=True)
class Site:
    """What is known of the place. None: not known. Area in m², height in m; grade 1 is the best."""

    use_class: str | None = None
    fire_resistance: int | None = None
    building: str | None = None
    underground: bool | None = None
    area: Decimal | None = None
    height: Decimal | None = None
    storeys: int | None = None
    lodgers: int | None = None
    # What is there already.
    full_separation: bool | None = None
    fire_separation: bool | None = None
    separate_evacuation: bool | None = None
    auxiliary_evacuation: bool | None = None
    alarm: bool | None = None
    sprinkler: bool | None = None
    doors_open_outwards: bool | None = None
    extinguishers: bool | None = None
    emergency_lights: bool | None = None
    exits_wide_enough: bool | None = None
    too_hard: bool | None = None
    """Neither separation nor sprinkler can be put in (4.7)."""


@dataclass(frozen=True)
class Reason:
    """One condition of one clause, and whether it holds. `fact` and `limit` are None for a fact without number."""

    clause: str
    code: str
    holds: bool | None
    fact: object = None
    limit: Limit | None = None


@dataclass(frozen=True)
class Measure:
    """One thing the clause asks for, and whether it is there. `advice`: the standard says preferably."""

    clause: str
    code: str
    met: bool | None
    advice: bool = False


@dataclass(frozen=True)
class Verdict:
    """`tier` is None while a missing fact may change it; `at_least` is certain already."""

    tier: str | None
    at_least: str | None
    reasons: tuple[Reason, ...]
    measures: tuple[Measure, ...]
    missing: tuple[str, ...]

    @property
    def must_stop_lodging(self) -> bool:
        return self.at_least == FORBIDDEN

    @property
    def to_do(self) -> tuple[Measure, ...]:
        """What must be done, or shown to be there, before work resumes."""
        return tuple(one for one in self.measures if not one.met and not one.advice)

    @property
    def complies(self) -> bool | None:
        """Whether all that is asked is there; None where that is not known."""
        if self.tier == NO_LODGING:
            return True
        if self.must_stop_lodging or any(one.met is False for one in self.measures if not one.advice):
            return False
        return True if self.tier and not self.to_do else None


def judge(site: Site, limits: Mapping[str, Limit]) -> Verdict:
    """From the strictest clause down. Raises KeyError where a limit is missing."""
    if site.lodgers == 0:
        return Verdict(NO_LODGING, NO_LODGING, (), (), ())
    forbidden = _forbidden(site, limits)
    large = _large(site, limits)
    small = _small(site, limits)
    reasons = (*forbidden, *large, *small)
    tier, at_least = _tier(any_of(forbidden), any_of(large), all_of(small), site)
    return Verdict(
        tier, at_least, reasons, _measures(at_least, site), _missing(site, tier, forbidden, large, small)
    )


def any_of(reasons: tuple[Reason, ...]) -> bool | None:
    """True where one holds, False where none does, None where that hangs on a missing fact."""
    held = [reason.holds for reason in reasons]
    return True if True in held else None if None in held else False


def all_of(reasons: tuple[Reason, ...]) -> bool | None:
    held = [reason.holds for reason in reasons]
    return False if False in held else None if None in held else True


def _forbidden(site: Site, limits: Mapping[str, Limit]) -> tuple[Reason, ...]:
    """4.1: any of these."""
    return (
        Reason("4.1", "use_class", _among(site.use_class, HAZARDOUS_CLASSES), site.use_class),
        _number("grade_at_least", site.fire_resistance, limits),
        Reason("4.1", "building", _among(site.building, INDUSTRIAL), site.building),
        _public_area(site, limits["public_area_over"]),
        Reason("4.1", "underground", site.underground, site.underground),
    )


def _public_area(site: Site, limit: Limit) -> Reason:
    """Shops, markets and other public buildings above an area: either fact alone may rule it out."""
    parts = (_among(site.building, PUBLIC), limit.holds(site.area))
    holds = False if False in parts else None if None in parts else True
    return Reason(limit.clause, "public_area_over", holds, site.area, limit)


def _large(site: Site, limits: Mapping[str, Limit]) -> tuple[Reason, ...]:
    """4.2: any of these."""
    return (
        _number("height_over", site.height, limits),
        _number("area_over", site.area, limits),
        _number("lodgers_over", site.lodgers, limits),
    )


def _small(site: Site, limits: Mapping[str, Limit]) -> tuple[Reason, ...]:
    """4.7: all of these."""
    return (
        _number("small_storeys", site.storeys, limits),
        _number("small_area", site.area, limits),
        _number("small_lodgers", site.lodgers, limits),
        Reason("4.7", "too_hard", site.too_hard, site.too_hard),
    )


def _number(code: str, fact, limits: Mapping[str, Limit]) -> Reason:
    limit = limits[code]
    return Reason(limit.clause, code, limit.holds(fact), fact, limit)


def _among(fact: str | None, known: tuple[str, ...]) -> bool | None:
    return None if fact is None else fact in known


def _tier(
    forbidden: bool | None, large: bool | None, small: bool | None, site: Site
) -> tuple[str | None, str | None]:
    """The tier where it is certain, and the least that is certain."""
    if forbidden:
        return FORBIDDEN, FORBIDDEN
    # Whether separation is too hard is for the unit to show: until then 4.3 holds, not 4.7.
    may_be_small = site.too_hard is True and small is not False
    least = FULL_SEPARATION if large else SMALL_SITE if may_be_small else SEPARATION_OR_SPRINKLER
    sure_of_size = large is True or (large is False and (small is not None or not may_be_small))
    return (least if forbidden is False and sure_of_size else None), least


SITE_FACTS = {
    "use_class": ("use_class",),
    "grade_at_least": ("fire_resistance",),
    "building": ("building",),
    "public_area_over": ("building", "area"),
    "underground": ("underground",),
    "height_over": ("height",),
    "area_over": ("area",),
    "lodgers_over": ("lodgers",),
    "small_storeys": ("storeys",),
    "small_area": ("area",),
    "small_lodgers": ("lodgers",),
}
"""The facts behind each condition."""


def _missing(site: Site, tier: str | None, forbidden, large, small) -> tuple[str, ...]:
    """The facts that the verdict still hangs on, in the order of the clauses."""
    if tier is not None:
        return ()
    hanging = [*forbidden]
    if any_of(large) is not True:
        hanging += large
        hanging += small if site.too_hard else ()
    names = [name for one in hanging if one.holds is None for name in SITE_FACTS[one.code]]
    return tuple(dict.fromkeys(name for name in names if getattr(site, name) is None))


def _measures(tier: str | None, site: Site) -> tuple[Measure, ...]:
    """What the tier asks for, and what every site must have (4.4-4.6, 4.8)."""
    if tier == FORBIDDEN:
        return (Measure("4.1", "move_out", False),)
    own = {
        FULL_SEPARATION: _asked_by_4_2,
        SEPARATION_OR_SPRINKLER: _asked_by_4_3,
        SMALL_SITE: _asked_by_4_7,
    }[tier]
    return (*own(site), *_asked_of_all(site))


def _asked_by_4_2(site: Site) -> tuple[Measure, ...]:
    return (
        Measure("4.2", "full_separation", site.full_separation),
        Measure("4.2", "separate_evacuation", site.separate_evacuation),
    )


def _asked_by_4_3(site: Site) -> tuple[Measure, ...]:
    """Complete separation with evacuation of its own is enough; else alarm, barrier and a second way out."""
    if site.full_separation and site.separate_evacuation:
        return _asked_by_4_2(site)
    barrier = _either(_either(site.full_separation, site.fire_separation), site.sprinkler)
    way_out = _either(site.separate_evacuation, site.auxiliary_evacuation)
    return (
        Measure("4.3", "alarm", site.alarm),
        Measure("4.3", "separation_or_sprinkler", barrier),
        Measure("4.3", "separate_or_auxiliary_evacuation", way_out),
    )


def _asked_by_4_7(site: Site) -> tuple[Measure, ...]:
    return (Measure("4.7", "alarm", site.alarm), Measure("4.7", "ground_floor", None, advice=True))


def _asked_of_all(site: Site) -> tuple[Measure, ...]:
    return (
        Measure("4.4-4.6, 4.8", "doors_open_outwards", site.doors_open_outwards),
        Measure("4.4-4.6, 4.8", "extinguishers", site.extinguishers),
        Measure("4.4-4.6, 4.8", "emergency_lights", site.emergency_lights),
        Measure("4.4-4.6, 4.8", "exits_wide_enough", site.exits_wide_enough),
        Measure("4.4-4.6, 4.8", "stair_to_roof", None, advice=True),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if True in (one, other) else None if None in (one, other) else False
