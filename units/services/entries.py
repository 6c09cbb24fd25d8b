"""Acts on one entry of the register: register, correct, move, retire, restore."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import need
from common.errors import AlreadyDone, RuleBroken
from common.versions import refuse_stale
from reference.models import Region
from units import guards
from units.models import FACTS, RETIRING, OperatingStatus, Unit, UnitChange
from units.services import people as persons
from units.services import records

Act = UnitChange.Act


@transaction.atomic
def register(*, region, by, on, people=(), client_id=None, source="page", reason="", **facts) -> Unit:
    """Puts a unit on the register, numbers it and writes the first line of its history.

    `facts` are fields of `units.models.FACTS`; `people` are {"duty", "name", "phone"}. The same `client_id` again gives
    the unit it made the first time. NotAllowed outside one's area, ValidationError with the mistakes by field.
    """
    need(by, "unit.register", region.code)
    _refuse_level(region)
    if client_id and (made := Unit.objects.filter(client_id=client_id, created_by=by).first()):
        return made
    unit = build(region=region, by=by, client_id=client_id, source=source, **facts)
    check(unit)
    unit.number = records.take_numbers(region.code[:6])[0]
    records.index(unit, [row["name"] for row in people if row.get("name")])
    try:
        with transaction.atomic():
            unit.save(force_insert=True)
    except IntegrityError:
        # Two presses of one button: the second waited for the first and finds its unit.
        made = Unit.objects.filter(client_id=client_id, created_by=by).first() if client_id else None
        if made is None:
            raise
        transaction.set_rollback(True)  # gives the number back
        return made
    persons.write(unit, people, on=on)
    records.log(unit, Act.REGISTERED, by=by, reason=reason)
    return unit


def build(*, region, by, client_id=None, source="page", **facts) -> Unit:
    """A unit in memory, without number and search text; TypeError for what is not a fact of a unit."""
    if unknown := set(facts) - set(FACTS):
        raise TypeError(f"not facts of a unit: {sorted(unknown)}")
    moment = timezone.now()
    unit = Unit(
        region=region,
        created_by=by,
        client_id=client_id,
        source=source,
        created_at=moment,
        updated_at=moment,
        **facts,
    )
    unit.flags = sorted(set(unit.flags))
    return unit


def check(unit: Unit) -> None:
    """ValidationError with sentences by field, where the unit breaks a rule of its own row."""
    links = ["region", "grid", "place_type", "small_kind", "regulator", "merged_into", "created_by"]
    unit.full_clean(exclude=[*links, "number", "search_text", "grams"], validate_unique=False)


@transaction.atomic
def correct(unit: Unit, *, by, on, reason="", version="", people=None, act=Act.CORRECTED, **facts) -> Unit:
    """Writes facts that were wrong or have changed, and people where given; nothing changed, nothing logged.

    `version` is that of the form (common.versions): StaleForm where somebody else was faster.
    """
    row = records.lock(unit)
    need(by, "unit.correct", row.region_id)
    refuse_stale(row, version, changed_by=_last_hand(row), what=row.name)
    records.refuse_retired(row)
    if unknown := set(facts) - set(FACTS):
        raise TypeError(f"not facts of a unit: {sorted(unknown)}")
    changes = records.differences(row, facts)
    for field in changes:
        setattr(row, field, facts[field])
    if changes:
        row.flags = sorted(set(row.flags))
        check(row)
    if people is not None and (moved := persons.write(row, people, on=on)):
        changes["people"] = moved
    if not changes:
        return row
    records.index(row, records.names_of(row))
    row.updated_at = timezone.now()
    row.save(update_fields=[*(f for f in changes if f != "people"), *_FOUND_BY])
    records.log(row, act, by=by, changes=changes, reason=reason)
    return row


_FOUND_BY = ("name_initials", "search_text", "grams", "updated_at")


def _last_hand(unit: Unit):
    last = unit.changes.select_related("by").first()
    return last.by if last else None


@transaction.atomic
def move(unit: Unit, *, region, address, by, on, reason="", version="", **place) -> Unit:
    """Moves a unit to another village or township; its history and its number go with it.

    `place` may hold grid, longitude and latitude; what is not given is cleared, as it was true of the old place.
    """
    row = records.lock(unit)
    need(by, "unit.correct", row.region_id)
    need(by, "unit.correct", region.code)
    refuse_stale(row, version, changed_by=_last_hand(row), what=row.name)
    records.refuse_retired(row)
    _refuse_level(region)
    facts = {"region": region, "address": address, "grid": None, "longitude": None, "latitude": None, **place}
    changes = records.differences(row, facts)
    if not changes.keys() & {"region", "address"}:
        raise RuleBroken(_("The new place is the same as the old one."), code="same_place", field="region")
    for field in changes:
        setattr(row, field, facts[field])
    check(row)
    records.index(row, records.names_of(row))
    row.updated_at = timezone.now()
    row.save(update_fields=[*changes, *_FOUND_BY])
    records.log(row, Act.MOVED, by=by, changes=changes, reason=reason)
    for follow in guards.after_move:
        follow(row, by=by, on=on)
    return row


@transaction.atomic
def retire(unit: Unit, *, status, by, on, reason="", merged_into=None) -> Unit:
    """Takes a unit off the register: closed, moved away, pulled down, registered twice ... Nothing is deleted.

    RuleBroken while something stands open on it (guards.before_retire), unless `reason` says why all the same.
    """
    row = records.lock(unit)
    need(by, "unit.retire", row.region_id)
    if row.is_retired:
        raise AlreadyDone(_("The unit was taken off the register already."))
    if status not in RETIRING:
        raise RuleBroken(_("Say what became of the unit."), code="no_status", field="status")
    _check_merger(row, status, merged_into)
    if not reason.strip() and (open_ends := guards.objections(row, on)):
        ask = _("Say why the unit leaves the register all the same.")
        raise RuleBroken(" ".join([*open_ends, ask]), code="open_ends", field="reason")
    changes = records.differences(
        row, {"operating_status": status, "retired_on": on, "merged_into": merged_into}
    )
    row.operating_status, row.retired_on, row.merged_into = status, on, merged_into
    row.updated_at = timezone.now()
    row.save(update_fields=["operating_status", "retired_on", "merged_into", "updated_at"])
    act = Act.MERGED if merged_into else Act.RETIRED
    records.log(row, act, by=by, changes=changes, reason=reason)
    for follow in guards.after_retire:
        follow(row, by=by, on=on)
    return row


def _check_merger(row: Unit, status: str, into) -> None:
    merging = status == OperatingStatus.MERGED
    if merging and (into is None or into.pk == row.pk or into.is_retired):
        message = _("Choose the other entry of the same unit, the one that stays on the register.")
        raise RuleBroken(message, code="no_merger", field="merged_into")
    if into is not None and not merging:
        message = _("Only a unit that is registered twice has another entry that stays.")
        raise RuleBroken(message, code="no_merger", field="merged_into")


@transaction.atomic
def restore(unit: Unit, *, by, on, reason="") -> Unit:
    """Puts a retired unit back on the register, operating."""
    row = records.lock(unit)
    need(by, "unit.retire", row.region_id)
    if not row.is_retired:
        raise AlreadyDone(_("The unit is on the register."))
    facts = {"operating_status": str(OperatingStatus.OPERATING), "retired_on": None, "merged_into": None}
    changes = records.differences(row, facts)
    for field, value in facts.items():
        setattr(row, field, value)
    check(row)
    row.updated_at = timezone.now()
    row.save(update_fields=[*facts, "updated_at"])
    records.log(row, Act.RESTORED, by=by, changes=changes, reason=reason)
    for follow in guards.after_restore:
        follow(row, by=by, on=on)
    return row


def _refuse_level(region) -> None:
    if region.level not in (Region.Level.TOWNSHIP, Region.Level.VILLAGE):
        message = _("Choose the village or community, or the township where the village is not known.")
        raise RuleBroken(message, code="region_too_wide", field="region")
