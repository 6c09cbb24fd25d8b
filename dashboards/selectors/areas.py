"""The division that a page speaks of, the parts it is broken into, and the way up."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q

from reference.models import Region

PART_LENGTH = {2: 4, 4: 6, 6: 9, 9: 12}
GRID_LENGTH = 15


@dataclass(frozen=True)
class Area:
    """A division with its parts. `above` are its ancestors inside the reader's jurisdiction, the widest first."""

    region: Region
    parts: dict[str, str] = field(default_factory=dict)
    above: tuple[Region, ...] = ()

    @property
    def code(self) -> str:
        return self.region.code

    @property
    def name(self) -> str:
        return self.region.short_name

    @property
    def part_length(self) -> int:
        """How many digits the code of a part has."""
        return PART_LENGTH.get(len(self.code), GRID_LENGTH)

    @cached_property
    def part_level(self) -> str:
        """What the parts are called: county, township, village or grid."""
        levels = [Region.Level.PROVINCE, Region.Level.CITY, Region.Level.COUNTY, Region.Level.TOWNSHIP]
        lengths = {2: 1, 4: 2, 6: 3}
        at = lengths.get(len(self.code))
        if at is not None:
            return levels[at]
        return Region.Level.VILLAGE if len(self.code) == 9 else Region.Level.GRID


def area_of(user, code: str, on) -> Area:
    """The division `code` as `user` may see it; without a code the widest of the own.

    Raises Region.DoesNotExist where there is no such division, or not for this person.
    """
    codes = user.scope.codes
    code = code or (codes[0] if codes else "")
    if not code or not user.scope.covers(code):
        raise Region.DoesNotExist
    widest = max((own for own in codes if code.startswith(own)), key=len)
    way = [code[:length] for length in range(len(widest), len(code) + 1)]
    # One statement for the division, the way up and the parts.
    rows = {
        row.code: row for row in Region.objects.filter(Q(code__in=way) | Q(parent_id=code)).order_by("code")
    }
    if code not in rows:
        raise Region.DoesNotExist
    parts = {
        row.code: row.short_name
        for row in rows.values()
        if row.parent_id == code and (row.valid_to is None or row.valid_to >= on)
    }
    above = tuple(rows[step] for step in way if step in rows and step != code)
    return Area(rows[code], parts, above)
