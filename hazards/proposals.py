"""The engine's proposal under the rules in force on the day of the decision, from the sets as they are loaded."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common.errors import RuleBroken
from hazards import grading, grading_words
from reference.models import PLACE_KINDS, PlaceFlag, RuleSet, in_chinese
from reference.selectors import day_words


@dataclass(frozen=True)
class Chapter:
    """A chapter of the standard and its elements, for choosing."""

    name: str
    elements: tuple[grading.Element, ...]


@dataclass(frozen=True)
class Rulebook:
    """A loaded set: the row, the rules as the engine takes them, the words of each row."""

    row: RuleSet
    rules: grading.RuleSet
    labels: dict[str, str]

    @property
    def chapters(self) -> list[Chapter]:
        """The elements under the chapters of the standard; those of no chapter come last, under the set's name."""
        names = {
            one["code"]: f"{one['code']} {one['name' if in_chinese() else 'name_en']}"
            for one in self.row.chapters
        }
        groups: dict[str, list] = {code: [] for code in (*names, "")}
        for element in self.rules.elements:
            groups[_chapter(element.clause, names)].append(element)
        return [
            Chapter(names.get(code, self.row.label), tuple(group)) for code, group in groups.items() if group
        ]


def _chapter(clause: str, known) -> str:
    """7.3 for clause 7.3.6: the longest stem that is a chapter, or nothing."""
    parts = clause.split(".")
    stems = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((stem for stem in stems if stem in known), "")


def rulebook(row: RuleSet) -> Rulebook:
    """The rules of a stored set, in four statements."""
    elements, counting = list(row.elements.all()), list(row.counting_rules.all())
    exclusions = list(row.exclusions.all())
    rules = rules_of(row.code, row.version, elements, counting, exclusions)
    labels = {one.code: one.label for one in (*elements, *counting, *exclusions)}
    return Rulebook(row, rules, labels)


def rules_of(code: str, version: int, elements, counting, exclusions) -> grading.RuleSet:
    """Rows of a set, stored or only read, as the engine takes them."""
    return grading.RuleSet(
        code=code,
        version=version,
        elements=tuple(_element(one) for one in elements),
        counting=tuple(
            grading.CountingRule(one.code, one.at_least, _places(one.applies_to), _places(one.not_for))
            for one in counting
        ),
        exclusions=tuple(grading.Exclusion(one.code, one.letter) for one in exclusions),
        flags=frozenset(PlaceFlag.values),
        kinds=frozenset(PLACE_KINDS),
    )


def _element(row) -> grading.Element:
    return grading.Element(
        clause=row.code,
        direct=row.kind == "direct",
        parameter=row.parameter,
        limits=tuple(
            grading.Limit(one["op"], Decimal(one["value"]), _places(one["place"]), one["limb"])
            for one in row.limits
        ),
        bare=row.bare,
        most=row.most,
        applies_to=_places(row.applies_to),
        not_for=_places(row.not_for),
        yields_to=row.yields_to,
        by_word=row.by_word,
        counts_for=frozenset(row.counts_for),
    )


def _places(cells: list[str]) -> grading.Places:
    return tuple(frozenset(cell.split("+")) for cell in cells)


def propose(raw, *, on: date) -> dict:
    """What the rules in force on `on` say of `raw`, as JSON with sentences in the reader's language.

    `major` is None where no verified text is loaded for that day; what the last text would have said stands
    under `superseded` and binds nobody. Raises RuleBroken with the field for input that cannot be judged.
    """
    row = RuleSet.objects.in_force(on)
    try:
        if row is None:
            return _nothing_in_force(on)
        book = rulebook(row)
        if book.rules.has_text:
            return _proposal(raw, book, on)
        return _no_text(raw, row, on)
    except grading.Malformed as slip:
        raise RuleBroken(grading_words.slip_words(slip), code="malformed", field=slip.field) from slip


KIND_OF_PLACE_TYPE = {
    "hotel": PlaceFlag.HOTEL,
    "shop": PlaceFlag.SHOP,
    "food": PlaceFlag.RESTAURANT,
    "fun": PlaceFlag.ENTERTAINMENT,
    "edu": PlaceFlag.SCHOOL,
    "med": PlaceFlag.HOSPITAL,
    "care": PlaceFlag.CARE_HOME,
    "work": PlaceFlag.FACTORY,
    "store": PlaceFlag.WAREHOUSE,
    "home": PlaceFlag.DWELLING,
    "public": PlaceFlag.PUBLIC_BUILDING,
}
"""Place types of the first level that say what is done there; the others (combined sites ...) do not."""


def place_of(unit) -> list[str]:
    """What the register knows of the place, as the rules ask for it."""
    kind = KIND_OF_PLACE_TYPE.get(unit.place_type_id.partition("-")[0])
    known = {*unit.flags, *([kind] if kind else [])}
    return [flag for flag in PlaceFlag.values if flag in known]


def reference_book(on: date) -> Rulebook | None:
    """The elements to choose from on that day: of the set in force, or of the last that has a text."""
    row = RuleSet.objects.in_force(on)
    if row is None:
        return None
    book = rulebook(row)
    if book.rules.has_text:
        return book
    older = RuleSet.objects.last_before(row)
    return rulebook(older) if older else None


def _nothing_in_force(on: date) -> dict:
    if not RuleSet.objects.exists():
        raise RuleBroken(_("No rules on major fire hazards are loaded. Run “load_reference” first."))
    words = _("No rules on major fire hazards are in force on %(on)s.") % {"on": day_words(on)}
    return {"rule_set": None, "version": None, "on": on.isoformat()} | _empty(words)


def _empty(why: str) -> dict:
    return {
        "major": None,
        "by": None,
        "fired": [],
        "not_fired": [],
        "counts": [],
        "exclusions": [],
        "why": why,
    }


def _no_text(raw, row: RuleSet, on: date) -> dict:
    """A set in force whose text nobody has loaded: no verdict, and the last text for reference only."""
    why = _(
        "%(name)s is in force on %(on)s, but no verified text of it is loaded: the rules give no verdict. "
        "The meeting decides on the printed standard."
    ) % {"name": row.label, "on": day_words(on)}
    answer = _head(row, on) | _empty(why)
    older = RuleSet.objects.last_before(row)
    if older is None:
        return answer
    note = _("Superseded, for reference only: %(name)s no longer holds on %(on)s.") % {
        "name": older.label,
        "on": day_words(on),
    }
    answer["superseded"] = {"for_reference_only": True, "note": note} | _proposal(raw, rulebook(older), on)
    return answer


def _head(row: RuleSet, on: date) -> dict:
    return {
        "rule_set": row.code,
        "version": row.version,
        "on": on.isoformat(),
        "verified": row.verified,
        "signed_off_by": row.signed_off_by,
    }


def _proposal(raw, book: Rulebook, on: date) -> dict:
    found = grading.judge(grading.read(raw, book.rules), book.rules)
    return _head(book.row, on) | {
        "major": found.major,
        "by": found.by,
        "fired": [grading_words.verdict_json(one, book.labels[one.clause]) for one in found.fired],
        "not_fired": [grading_words.verdict_json(one, book.labels[one.clause]) for one in found.not_fired],
        "counts": [grading_words.count_json(one, book.labels[one.rule.code]) for one in found.counts],
        "exclusions": [{"code": one.code, "words": book.labels[one.code]} for one in found.exclusions],
        "why": grading_words.proposal_words(found, book.labels),
    }
