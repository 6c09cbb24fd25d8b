"""The limits that rules set, asked by code and day: `limits.in_force("C4", on)`.

A clock keeps the row that was in force on the day it began; a newer row begins with newer clocks.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common import clocks
from common.clocks import Ending
from common.errors import RuleBroken
from reference import limit_rows
from reference.models import Limit, in_chinese
from reference.selectors import calendar, day_words, stretch_words


class LimitNotLoaded(RuleBroken):
    """No row of a limit holds on a day."""

    code = "limit_not_loaded"


def find(code: str, on: date) -> Limit | None:
    """The row in force on a day, or None where no rule limits the matter then."""
    return pick(limit_rows.rows(), code, on)


def pick(rows: Iterable[Limit], code: str, on: date) -> Limit | None:
    """Of rows with the newest first the one that began last, where it has not ended: an older one never holds again."""
    begun = next((row for row in rows if row.code == code and row.valid_from <= on), None)
    return begun if begun and begun.holds_on(on) else None


def in_force(code: str, on: date) -> Limit:
    """The row in force on a day. Raises LimitNotLoaded."""
    found = find(code, on)
    if found is None:
        raise LimitNotLoaded(
            _("No limit %(code)s is in force on %(day)s.") % {"code": code, "day": day_words(on)}
        )
    return found


def amount(code: str, on: date) -> int | None:
    """The number of the row in force, None where nothing limits the matter."""
    found = find(code, on)
    return found.amount if found else None


class Shelf:
    """Several limits as they are now, for acts on many cases: all of them follow the same rows."""

    def __init__(self, codes: Iterable[str]):
        codes = set(codes)
        self._rows = [row for row in limit_rows.rows() if row.code in codes]

    def find(self, code: str, on: date) -> Limit | None:
        return pick(self._rows, code, on)


def end(limit: Limit, start: date | datetime, *, added: Limit | None = None) -> Ending:
    """Where a clock of this limit ends; `added` lengthens it (the expert panel's ten days). Raises YearNotLoaded."""
    total = limit.amount + (added.amount if added else 0)
    return clocks.end(limit.unit, start, total, calendar=calendar(), rolls=limit.rolls)


def why(ending: Ending, event: str = "") -> str:
    """Why a clock ends where it does: what began it, how it counts, and the days off on the way."""
    parts = [_counted(ending, event), *_on_the_way(ending)]
    told = ("，" if in_chinese() else ", ").join(parts)
    return _("%(told)s; it ends on %(due)s.") % {"told": told, "due": due_words(ending.due)}


def due_words(due: date | datetime) -> str:
    """A day, which means its end, or an instant of an hour clock."""
    if isinstance(due, datetime):
        return _moment(due)
    return _("the end of %(day)s") % {"day": day_words(due)}


def _counted(ending: Ending, event: str) -> str:
    event = event or _("the event")
    if ending.kind == clocks.HOURS:
        return _("%(n)d hours from %(event)s (%(start)s), nights and holidays included") % {
            "n": ending.amount,
            "event": event,
            "start": _moment(ending.start),
        }
    words = {"n": ending.amount, "event": event, "start": day_words(ending.start)}
    if ending.kind == clocks.DAYS:
        return _("%(n)d calendar days from the day after %(event)s (%(start)s)") % words
    return _("%(n)d working days from the day after %(event)s (%(start)s)") % words


def _on_the_way(ending: Ending) -> list[str]:
    facts = []
    if ending.rolled_from:
        facts.append(
            _("the last day, %(day)s, is a day off and rolls over") % {"day": day_words(ending.rolled_from)}
        )
    for off in ending.off:
        if off.is_holiday:
            names = ("、" if in_chinese() else ", ").join(off.notes)
            facts.append(
                _("%(stretch)s off (%(names)s)")
                % {"stretch": stretch_words(off.first, off.last), "names": names}
            )
    if ending.off and not facts:
        facts.append(_("weekends not counted"))
    facts += [
        _("%(day)s is a make-up working day") % {"day": stretch_words(day, day)} for day in ending.made_up
    ]
    if ending.estimated:
        facts.append(_("estimated: a year on the way is not loaded, only weekends are skipped there"))
    return facts


def _moment(moment: datetime) -> str:
    """An instant as the clock on the wall in Shanghai shows it, whatever zone it comes in (the database's is UTC)."""
    return date_format(moment.astimezone(clocks.SHANGHAI), "Y年n月j日 H:i" if in_chinese() else "j M Y H:i")
