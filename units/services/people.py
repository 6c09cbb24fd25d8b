"""The people of a unit: who answers for what, from when to when; and reading a masked phone number."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import need
from common.errors import RuleBroken
from units.models import PhoneView, Unit, UnitChange, UnitPerson
from units.services import records


@transaction.atomic
def set_people(unit: Unit, people, *, by, on, reason="") -> Unit:
    """Makes `people` ({"duty", "name", "phone"}) the unit's people from the day `on`; others step down that day."""
    row = records.lock(unit)
    need(by, "unit.correct", row.region_id)
    records.refuse_retired(row)
    changed = write(row, people, on=on)
    if not changed:
        return row
    records.index(row, records.names_of(row))
    row.updated_at = timezone.now()
    row.save(update_fields=["search_text", "grams", "updated_at"])
    records.log(row, UnitChange.Act.CORRECTED, by=by, changes={"people": changed}, reason=reason)
    return row


def write(unit: Unit, people, *, on) -> list:
    """Writes the people without history or search text; returns [before, after], or [] where nothing changed.

    A new name in a duty is a new person: the old one keeps the row with a last day. A new phone is a correction.
    """
    wanted = {row["duty"]: row for row in people if (row.get("name") or "").strip()}
    held = (
        {person.duty: person for person in UnitPerson.objects.current().filter(unit=unit)} if unit.pk else {}
    )
    before = [_words(p.duty, p.name, p.phone) for p in held.values()]
    for duty, person in held.items():
        new = wanted.get(duty)
        if new and new["name"].strip() == person.name:
            _correct_phone(person, (new.get("phone") or "").strip())
            del wanted[duty]
        else:
            person.ends_on = max(on, person.starts_on)
            person.save(update_fields=["ends_on"])
    fresh = [in_duty(unit, row, on) for row in wanted.values()]
    UnitPerson.objects.bulk_create(fresh)
    kept = [p for p in held.values() if p.ends_on is None]
    after = [_words(p.duty, p.name, p.phone) for p in [*kept, *fresh]]
    return [before, after] if sorted(before) != sorted(after) else []


def in_duty(unit: Unit, row: dict, on) -> UnitPerson:
    """A person of the unit in memory."""
    return UnitPerson(
        unit=unit,
        duty=row["duty"],
        name=row["name"].strip(),
        phone=(row.get("phone") or "").strip(),
        starts_on=on,
    )


def _correct_phone(person: UnitPerson, phone: str) -> None:
    if person.phone != phone:
        person.phone = phone
        person.save(update_fields=["phone"])


def _words(duty: str, name: str, phone: str) -> list[str]:
    return [duty, name, phone]


def reveal_phone(person: UnitPerson, *, by, reason: str) -> str:
    """The number in clear, for a reason that is kept; RuleBroken without one (PIPL Art. 6: a clear purpose)."""
    need(by, "unit.view", person.unit.region_id)
    if len(reason.strip()) < 2:
        raise RuleBroken(_("Say what you need the number for."), code="no_reason", field="reason")
    PhoneView.objects.create(person=person, by=by, at=timezone.now(), reason=reason.strip()[:200])
    return person.phone
