"""What every act on the register shares: the locked row, the line in its history, the text it is found by."""

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from reference.pinyin import initials
from units.models import LINKS, Unit, UnitChange, UnitPerson
from units.text import fold, grams


def lock(unit: Unit) -> Unit:
    """The row as it is now, held until the transaction ends."""
    return Unit.objects.select_for_update(of=("self",)).select_related("region").get(pk=unit.pk)


def take_numbers(county_code: str, count: int = 1) -> list[str]:
    """The next register numbers of a county; its counter stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO units_unitserial (county_code, last) VALUES (%s, %s)"
            " ON CONFLICT (county_code) DO UPDATE SET last = units_unitserial.last + excluded.last RETURNING last",
            [county_code, count],
        )
        last = cursor.fetchone()[0]
    return [f"{county_code}-{serial:06d}" for serial in range(last - count + 1, last + 1)]


def index(unit: Unit, names=()) -> None:
    """Fills what the unit is found by; `names` are its people."""
    unit.name_initials = initials(unit.name)[:120]
    words = [unit.name, unit.number, unit.credit_code, unit.address, *names, unit.name_initials]
    unit.search_text = fold(" ".join(word for word in words if word))
    unit.grams = grams(unit.search_text)


def names_of(unit: Unit) -> list[str]:
    """The people in duty now."""
    return list(UnitPerson.objects.current().filter(unit=unit).values_list("name", flat=True))


def plain(value):
    """A value as the history keeps it: JSON, links by their code."""
    if hasattr(value, "pk"):
        return value.pk
    if isinstance(value, list | tuple | set):
        return sorted(str(entry) for entry in value)
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def differences(unit: Unit, facts: dict) -> dict:
    """{field: [before, after]} for the facts that differ from the unit's."""
    found = {}
    for field, after in facts.items():
        before = getattr(unit, f"{field}_id" if field in LINKS else field)
        if not _same(before, after.pk if field in LINKS and after is not None else after):
            found[field] = [plain(before), plain(after)]
    return found


def _same(before, after) -> bool:
    if isinstance(before, list):
        return sorted(before) == sorted(after or [])
    return before == after


def log(unit: Unit, act: str, *, by, changes: dict | None = None, reason: str = "") -> UnitChange:
    """One line of the unit's history."""
    return UnitChange.objects.create(
        unit=unit, act=act, by=by, changes=changes or {}, reason=reason.strip(), at=timezone.now()
    )


def refuse_retired(unit: Unit) -> None:
    """A unit off the register is restored before anything else happens to it."""
    if unit.is_retired:
        raise RuleBroken(_("The unit is no longer on the register. Restore it first."), code="retired")
