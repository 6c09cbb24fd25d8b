"""Understands one line of a unit ledger: values by field, or sentences by field where it cannot."""

from django.utils.translation import gettext as _

from units import cells
from units.flags import Flag
from units.headings import PHONES, YES_NO
from units.models import UnitPerson
from units.services.codes import Codes
from units.services.places import Places

Duty = UnitPerson.Duty
DUTIES = {"responsible": Duty.RESPONSIBLE, "manager": Duty.MANAGER, "legal": Duty.LEGAL}
# field: (most, whole numbers only)
NUMBERS = {
    "floor_area": (9_999_999, False),
    "storeys": (200, True),
    "underground_storeys": (20, True),
    "height": (999, False),
    "employees": (200_000, True),
    "lodgers": (100_000, True),
    "capacity": (500_000, True),
    "exits": (500, True),
    "built_year": (2100, True),
    "longitude": (136, False),
    "latitude": (54, False),
}
LENGTHS = {"name": 120, "address": 200, "note": 500}


class Reader:
    """Reads the lines of one table with the code tables and places of one importer."""

    def __init__(self, columns, *, codes: Codes, places: Places):
        self.where = {column["field"]: column["column"] for column in columns if column["field"]}
        self.codes = codes
        self.places = places

    def read(self, line: list[str]) -> tuple[dict, list[dict]]:
        """(data, errors): data holds what was understood, plain enough for JSON; empty cells are left out."""
        data, errors = {}, []
        cell = {field: line[i].strip() for field, i in self.where.items() if i < len(line)}

        def attempt(field, call, *arguments, **options):
            try:
                return call(*arguments, **options)
            except ValueError as error:
                errors.append({"field": field, "message": str(error)})
                return None

        for field, most in LENGTHS.items():
            data[field] = cells.clean(cell.get(field, "")) if field != "note" else cell.get(field, "")
            if len(data[field]) > most:
                errors.append(
                    {"field": field, "message": _("At most %(most)s characters fit here.") % {"most": most}}
                )
        if not data["name"]:
            errors.append({"field": "name", "message": _("The name of the unit is missing.")})
        if not data["address"] and "address" in self.where:
            errors.append({"field": "address", "message": _("The address is missing.")})
        region, trouble = self.places.find(cell.get("township", ""), cell.get("village", ""), data["address"])
        errors += [{"field": field, "message": message} for field, message in trouble.items()]
        data["region"] = region.code if region else ""
        if region and not data["address"]:
            data["address"] = region.short_name
        data["number"] = cells.clean(cell.get("number", ""))
        data["credit_code"] = attempt("credit_code", cells.credit_code, cell.get("credit_code", "")) or ""
        self._classify(cell, data, attempt)
        for field, (most, whole) in NUMBERS.items():
            least = 1800 if field == "built_year" else 0
            value = attempt(field, cells.number, cell.get(field, ""), most=most, whole=whole, least=least)
            if value is not None and not (
                value == 0 and field in ("floor_area", "height", "longitude", "latitude")
            ):
                data[field] = value if whole else str(value)
        self._check_position(data, errors)
        data["people"] = self._people(cell, attempt)
        return {k: v for k, v in data.items() if v not in ("", None, [], {})}, errors

    def _classify(self, cell, data, attempt) -> None:
        kind = None
        if cell.get("supervision_class"):
            data["supervision_class"] = attempt(
                "supervision_class", self.codes.supervision_class, cell["supervision_class"]
            )
        if cell.get("small_kind") and cell["small_kind"] not in cells.NO:
            kind = attempt(
                "small_kind", self.codes.small_kind, cells.clean(cell["small_kind"]), data["region"]
            )
            data["small_kind"] = kind.code if kind else ""
        place = attempt(
            "place_type", self.codes.place_type, cells.clean(cell.get("place_type", "")), kind, data["name"]
        )
        data["place_type"] = place.code if place else ""
        on, off = set(), set()
        for field in YES_NO:
            answer = attempt(field, cells.yes_no, cell.get(field, ""))
            (on if answer else off).update([field] if answer is not None else [])
        on.update(attempt("flags", self.codes.flags, cell.get("flags", "")) or [])
        if kind or data.get("supervision_class") == "small":
            on.add(str(Flag.SMALL_PLACE))
        if data.get("supervision_class") == "key":
            on.add(str(Flag.KEY_UNIT))
        data["flags_on"], data["flags_off"] = sorted(on), sorted(off - on)
        data["flags_usual"] = sorted(set(place.default_flags) & {str(f) for f in Flag}) if place else []
        if cell.get("regulator"):
            regulator = attempt("regulator", self.codes.regulator, cells.clean(cell["regulator"]))
            data["regulator"] = regulator.code if regulator else ""

    @staticmethod
    def _check_position(data, errors) -> None:
        if ("longitude" in data) != ("latitude" in data):
            missing = "latitude" if "longitude" in data else "longitude"
            errors.append({"field": missing, "message": _("Longitude and latitude belong together.")})
        elif "longitude" in data and not (float(data["longitude"]) >= 73 and float(data["latitude"]) >= 3):
            message = _("The place lies outside China. Are longitude and latitude exchanged?")
            errors.append({"field": "longitude", "message": message})

    def _people(self, cell, attempt) -> list:
        found = []
        for field, duty in DUTIES.items():
            name = cells.clean(cell.get(field, ""))
            phone_field = f"{field}_phone"
            phone = (
                attempt(phone_field, cells.phones, cell.get(phone_field, "")) if phone_field in PHONES else ""
            )
            if name and len(name) > 50:
                attempt(field, _too_long)
            elif name:
                found.append([str(duty), name, phone or ""])
        return found


def _too_long():
    raise ValueError(_("At most %(most)s characters fit here.") % {"most": 50})
