"""The cascading choice of a region, county then township then village, as what its fragment shows."""

from dataclasses import dataclass
from datetime import date

from reference.models import Region
from reference.selectors import regions_for_picker

LEVELS = ("province", "city", "county", "township", "village", "grid")
MOST_FOUND = 20


@dataclass(frozen=True)
class Step:
    """One select: its level, what it offers and what is chosen."""

    level: str
    label: str
    options: list[Region]
    chosen: str


@dataclass(frozen=True)
class Picker:
    """What `templates/reference/_region_select.html` needs."""

    name: str
    under: str
    until: str
    steps: list[Step]
    chosen: Region | None
    q: str
    found: list[Region]


def picker(
    *, name: str, on: date, chosen: str = "", under: str = "", until: str = "village", q: str = ""
) -> Picker:
    """The selects from `under` down to `until`, with `chosen` opened; with `q`, also the regions it finds.

    A choice outside `under`, or that does not exist, is no choice.
    """
    top = Region.objects.filter(code=under).first() if under else None
    region = Region.objects.under(under).current(on).filter(code=chosen).first() if chosen else None
    line = [*Region.objects.above(region.code), region] if region else [top] if top else []
    steps = []
    at: Region | None = top
    for below in [one for one in line if len(one.code) > len(under)] + [None]:
        if at is not None and LEVELS.index(at.level) >= LEVELS.index(until):
            break
        options = list(regions_for_picker(parent=at.code if at else "", on=on))
        if not options:
            break
        level = options[0].level
        steps.append(Step(level, Region.Level(level).label, options, below.code if below else ""))
        if below is None:
            break
        at = below
    levels = LEVELS[: LEVELS.index(until) + 1]
    found = regions_for_picker(parent=under, q=q, on=on).level(*levels)[:MOST_FOUND] if q.strip() else []
    return Picker(name, under, until, steps, region, q, list(found))


def chosen_of(data, name: str) -> str:
    """The code that the selects of `name` add up to: the deepest one that lies within all before it."""
    code = ""
    for level in LEVELS:
        value = data.get(f"{name}_{level}", "")
        if value and value.startswith(code):
            code = value
        elif value or f"{name}_{level}" in data:
            break
    return code
