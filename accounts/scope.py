"""What a person sees: the prefixes of region codes that their posts in force give them."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from accounts.roles import roles_of


@dataclass(frozen=True)
class Scope:
    """Pairs of role and region code. Nobody's scope is empty, and an empty scope sees nothing."""

    grants: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The prefixes seen, the widest only: a county swallows its townships."""
        return widest(code for _role, code in self.grants)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held somewhere."""
        return frozenset(role for role, _code in self.grants)

    def __bool__(self):
        return bool(self.grants)

    def codes_for(self, permission: str) -> tuple[str, ...]:
        """The prefixes where one of the posts carries the permission."""
        roles = roles_of(permission)
        return widest(code for role, code in self.grants if role in roles)

    def covers(self, code: str) -> bool:
        """Whether a region code lies inside."""
        return any(str(code).startswith(own) for own in self.codes)

    def q(self, field: str, permission: str | None = None) -> Q:
        """The rows whose `field` (a region code) lies inside, as ranges that an index can walk."""
        codes = self.codes if permission is None else self.codes_for(permission)
        return within(field, codes)


NOTHING = Scope()


def widest(codes) -> tuple[str, ...]:
    """The codes that no other code of the list contains, in order."""
    kept: list[str] = []
    for code in sorted(set(codes)):
        if not (kept and code.startswith(kept[-1])):
            kept.append(code)
    return tuple(kept)


def within(field: str, codes) -> Q:
    """Q for "begins with one of `codes`". No codes: no rows, whatever else is asked.

    A range instead of LIKE: it uses a plain index. Codes are digits, so the end is the next number, which
    holds under the C collation and under every other.
    """
    parts = [Q(**{f"{field}__gte": code, f"{field}__lt": after(code)}) for code in codes]
    return reduce(or_, parts) if parts else Q(pk__in=[])


def after(code: str) -> str:
    """The first code that no longer begins with `code`: 131121 -> 131122."""
    return str(int(code) + 1).zfill(len(code))
