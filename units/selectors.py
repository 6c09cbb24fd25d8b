"""The questions that screens ask of the register."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import may
from common.days import today
from common.templatetags.face import mask_phone
from reference.models import Region
from reference.selectors import combined_use_limits
from units import registry
from units.combined_use_words import panel
from units.lodging import is_combined_use, verdict_for
from units.models import LINKS, Unit, UnitPerson
from units.text import fold

OUTLINES = Path(__file__).parent / "data" / "counties.geojson"
MOST_DUPLICATES = 5
# Below this the names of two shops of one trade in one street would always look alike.
ALIKE = 0.45


def with_counts(units) -> list[Unit]:
    """The units of one page, each with `open_cases` and `overdue_cases`; one statement for all."""
    rows = list(units)
    counts = registry.case_counts([unit.pk for unit in rows])
    for unit in rows:
        numbers = counts.get(unit.pk, {})
        unit.open_cases = numbers.get("open", 0)
        unit.overdue_cases = numbers.get("overdue", 0)
        unit.overdue_words = _("%(n)s overdue") % {"n": unit.overdue_cases}
    return rows


@dataclass
class Duplicate:
    """A unit that may be the one being registered, and why."""

    unit: Unit
    reasons: list[str] = field(default_factory=list)
    sure: bool = False


def possible_duplicates(
    *, user, name, region_code, address="", phones=(), credit_code="", exclude=None
) -> list:
    """Units in sight that may be the same one, the surest first, at most five; asked while typing and before saving."""
    units = Unit.objects.visible_to(user).current().for_rows()
    if exclude is not None:
        units = units.exclude(pk=exclude.pk)
    found: dict[int, Duplicate] = {}

    def note(rows, reason, sure=False):
        for unit in rows[:MOST_DUPLICATES]:
            entry = found.setdefault(unit.pk, Duplicate(unit))
            entry.reasons.append(reason)
            entry.sure = entry.sure or sure

    if credit_code:
        note(units.filter(credit_code=credit_code), _("Same credit code"), sure=True)
    town = units.under(region_code[:9]) if len(region_code) >= 9 else units.none()
    # The index on search_text finds the few, the exact comparison then decides among them.
    if len(fold(name)) >= 2:
        same = Q(name__iexact=name.strip())
        note(town.filter(same, search_text__contains=fold(name)), _("Same name in this township"), sure=True)
        near = town.exclude(same).filter(search_text__trigram_word_similar=fold(name))
        alike = near.annotate(alike=TrigramSimilarity("name", name)).filter(alike__gte=ALIKE)
        note(alike.order_by("-alike"), _("Similar name"))
    if len(fold(address)) >= 4 and re.search(r"\d", fold(address)):
        same = Q(address__iexact=address.strip())
        note(town.filter(same, search_text__contains=fold(address)), _("Same address"))
    wanted = [phone for phone in phones if phone]
    if wanted:
        holders = UnitPerson.objects.current().filter(phone__in=wanted).values("unit_id")
        note(units.filter(pk__in=holders), _("Same phone"))
    ranked = sorted(found.values(), key=lambda d: (not d.sure, -len(d.reasons), d.unit.number))
    return ranked[:MOST_DUPLICATES]


def people_of(unit: Unit, user) -> list[UnitPerson]:
    """The people in duty, with `clear` saying whether this reader sees the numbers."""
    clear = may(user, "unit.see_phones", unit.region_id)
    people = list(unit.people.filter(ends_on=None).order_by("pk"))
    order = list(UnitPerson.Duty)
    for person in people:
        person.clear = clear
        person.unit = unit
    return sorted(people, key=lambda person: order.index(person.duty))


def former_people_of(unit: Unit) -> list[UnitPerson]:
    """Those who answered for it before."""
    return list(unit.people.exclude(ends_on=None).order_by("-ends_on"))


def dossier(unit: Unit, user) -> dict:
    """What the head of the household file says: people, what stands open, what this reader may do."""
    with_counts([unit])
    region = unit.region_id
    return {
        "unit": unit,
        "people": people_of(unit, user),
        "may_correct": may(user, "unit.correct", region) and not unit.is_retired,
        "may_retire": may(user, "unit.retire", region),
        "may_inspect": may(user, "inspection.file", region) and not unit.is_retired,
        "place": place_on_map(unit),
        "combined_use": combined_use_panel(unit),
    }


def combined_use_panel(unit: Unit) -> dict | None:
    """What XF 703 says of the site; None for other units, and where its numbers are not loaded."""
    on = today()
    verdict = verdict_for(unit, on) if is_combined_use(unit) else None
    if verdict is None:
        return None
    return panel(verdict, combined_use_limits(on))


# --- history in words ------------------------------------------------------------------------------------


def history(unit: Unit, *, clear: bool) -> list[dict]:
    """The changes of a unit, newest first, each field in words; phones masked unless `clear`."""
    rows = list(unit.changes.select_related("by"))
    names = _names(rows)
    return [
        {
            "at": row.at,
            "act": row.get_act_display(),
            "by": row.by,
            "reason": row.reason,
            "fields": [_in_words(name, *pair, names, clear) for name, pair in row.changes.items()],
        }
        for row in rows
    ]


def changes_in_words(rows, *, clear: bool) -> dict[int, list[dict]]:
    """{key of the row: [{"label", "before", "after"}]} for rows that carry `changes` as the history keeps them."""
    rows = list(rows)
    names = _names(rows)
    return {
        row.pk: [_in_words(name, *pair, names, clear) for name, pair in row.changes.items()] for row in rows
    }


def _names(rows) -> dict[tuple, str]:
    """The labels of all codes that stand in the history, fetched per table at once."""
    wanted: dict[str, set] = {name: set() for name in LINKS}
    for row in rows:
        for name in row.changes.keys() & wanted.keys():
            wanted[name].update(value for value in row.changes[name] if value)
    found = {}
    for name, codes in wanted.items():
        if codes:
            model = Unit._meta.get_field(name).related_model
            for entry in model.objects.filter(pk__in=codes):
                label = entry.path_names if isinstance(entry, Region) else getattr(entry, "label", str(entry))
                found[name, str(entry.pk)] = label
    return found


def _in_words(name: str, before, after, names, clear: bool) -> dict:
    if name == "people":
        return {
            "label": _("People"),
            "before": _people_words(before, clear),
            "after": _people_words(after, clear),
        }
    column = Unit._meta.get_field(name)
    label = str(column.verbose_name)

    def words(value):
        if value in (None, "", []):
            return "—"
        if (name, str(value)) in names:
            return names[name, str(value)]
        if isinstance(value, list):
            choices = dict(column.base_field.choices)
            return "、".join(str(choices.get(entry, entry)) for entry in value)
        return str(dict(column.choices).get(value, value)) if column.choices else str(value)

    return {"label": label[:1].upper() + label[1:], "before": words(before), "after": words(after)}


def _people_words(people, clear: bool) -> str:
    duties = dict(UnitPerson.Duty.choices)
    parts = [
        f"{duties.get(duty, duty)} {name} {phone if clear else mask_phone(phone)}".strip()
        for duty, name, phone in people
    ]
    return "；".join(parts) or "—"


# --- place ----------------------------------------------------------------------------------------------------


@cache
def _outlines() -> dict:
    """Outlines of the counties that we have one for: {code: [rings of (lon, lat)]}."""
    if not OUTLINES.exists():
        return {}
    found = {}
    for feature in json.loads(OUTLINES.read_text("utf-8"))["features"]:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found[str(feature["properties"]["code"])] = [polygon[0] for polygon in polygons]
    return found


def place_on_map(unit: Unit) -> dict | None:
    """The outline of the county with the unit in it, as SVG numbers; None without coordinates or outline."""
    rings = _outlines().get(unit.region_id[:6])
    if unit.longitude is None or not rings:
        return None
    # One degree of longitude is shorter than one of latitude: 0.79 at 38° north, close enough to draw with.
    east = [x for ring in rings for x, _y in ring]
    north = [y for ring in rings for _x, y in ring]
    left, top = min(east), max(north)
    narrow = 0.79
    scale = 200 / max((max(east) - left) * narrow, top - min(north))

    def dot(x, y):
        return round((float(x) - left) * narrow * scale, 1), round((top - float(y)) * scale, 1)

    paths = ["M" + "L".join(f"{x} {y}" for x, y in (dot(*point) for point in ring)) + "Z" for ring in rings]
    x, y = dot(unit.longitude, unit.latitude)
    width, height = dot(max(east), min(north))
    inside = 0 <= x <= width and 0 <= y <= height
    return {"path": " ".join(paths), "x": x, "y": y, "width": width, "height": height, "inside": inside}
