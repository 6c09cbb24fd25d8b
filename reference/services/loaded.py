"""What loading one table did, as the line that `load_reference` prints."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Loaded:
    table: str
    rows: int
    new: int
    changed: int

    def __str__(self):
        return _("%(table)s: %(rows)d rows, %(new)d new, %(changed)d changed") % self.__dict__


def sum_of(parts: list[Loaded]) -> Loaded:
    """One line for a table that came from several files."""
    return Loaded(
        parts[0].table,
        sum(part.rows for part in parts),
        sum(part.new for part in parts),
        sum(part.changed for part in parts),
    )
