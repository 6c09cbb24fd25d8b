"""Whether a hazard is a major one (重大火灾隐患): plain arithmetic over a set of rules that is given as data.

The engine proposes and never decides. It looks at the clauses that somebody found not met, asks of each whether
it applies to such a place and whether its value lies beyond the limit, counts clauses (never occurrences) by
the counting rules, and looks at the exclusions last (GB 35181-2017, ch. 5). It says what it did as facts; the
sentences are made elsewhere, in the reader's language.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import ge, gt, le, lt

from common.errors import RuleBroken

OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
MOST_ELEMENTS = 500
"""More than any inspection finds; a longer list is a slip of whoever wrote the file."""

Places = tuple[frozenset[str], ...]
"""Alternatives, each a set of flags that must all hold; () stands for every place."""


class Malformed(RuleBroken):
    """Input that cannot be judged: `field` says where, `slip` which mistake, `facts` what belongs in the sentence."""

    code = "malformed"

    def __init__(self, slip: str, field: str, **facts):
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        super().__init__(f"{field}: {slip}{f' ({told})' if told else ''}", field=field)
        self.slip = slip
        self.facts = facts


# --- the rules ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """A value beyond which an element holds, in places of some kind; `limb` names one of several limbs of a clause."""

    op: str
    value: Decimal
    place: Places = ()
    limb: str = ""

    def passed_by(self, value: Decimal) -> bool:
        return OPERATORS[self.op](value, self.value)


@dataclass(frozen=True)
class Element:
    """One clause: where it applies, when it holds, and for which counting rules it counts (none: a direct element)."""

    clause: str
    direct: bool
    parameter: str = "boolean"
    limits: tuple[Limit, ...] = ()
    bare: bool = True
    most: Decimal | None = None
    applies_to: Places = ()
    not_for: Places = ()
    yields_to: str = ""
    by_word: bool = False
    counts_for: frozenset[str] = frozenset()

    @property
    def limbs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(limit.limb for limit in self.limits))

    def limit(self, place: frozenset[str], limb: str = "") -> Limit | None:
        """The first limit of the limb that holds in such a place."""
        fitting = (
            one for one in self.limits if one.limb == limb and (not one.place or fits(one.place, place))
        )
        return next(fitting, None)


@dataclass(frozen=True)
class CountingRule:
    """So many comprehensive elements make a place of this class a major hazard."""

    code: str
    at_least: int
    applies_to: Places = ()
    not_for: Places = ()

    def holds_in(self, place: frozenset[str]) -> bool:
        return (not self.applies_to or fits(self.applies_to, place)) and not fits(self.not_for, place)


@dataclass(frozen=True)
class Exclusion:
    """A circumstance in which nothing is judged major."""

    code: str
    letter: str = ""


@dataclass(frozen=True)
class RuleSet:
    """One version of the standard. Without elements it gives no verdict."""

    code: str
    version: int
    elements: tuple[Element, ...] = ()
    counting: tuple[CountingRule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    flags: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    @property
    def has_text(self) -> bool:
        return bool(self.elements)

    def element(self, clause: str) -> Element | None:
        return next((one for one in self.elements if one.clause == clause), None)

    def exclusion(self, name: str) -> Exclusion | None:
        """By its code or by its letter in the standard."""
        return next((one for one in self.exclusions if name in (one.code, one.letter)), None)


def fits(places: Places, place: frozenset[str]) -> bool:
    """Whether one of the alternatives holds in full."""
    return any(flags <= place for flags in places)


# --- the question --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """One clause that somebody found not met. `value` is a ratio; None cites the limb that has no number.

    `present` is False where the clause was looked at and is met.
    """

    clause: str
    value: Decimal | None = None
    limb: str = ""
    present: bool = True


@dataclass(frozen=True)
class Question:
    """What kind of place it is, what was found, and which circumstances exclude a verdict."""

    place: frozenset[str] = frozenset()
    found: tuple[Found, ...] = ()
    exclusions: frozenset[str] = frozenset()


def read(raw: object, rules: RuleSet) -> Question:
    """A question as it stands in a file or form. Raises Malformed with the field."""
    if not isinstance(raw, Mapping):
        raise Malformed("not_an_object", "")
    for name in raw:
        if name not in ("place", "elements", "exclusions"):
            raise Malformed("unknown_field", str(name)[:40])
    return Question(
        place=frozenset(_flags(_list(raw, "place"), rules)),
        found=tuple(_found(_list(raw, "elements"), rules)),
        exclusions=frozenset(_exclusions(_list(raw, "exclusions"), rules)),
    )


def _list(raw: Mapping, name: str) -> list:
    given = raw.get(name, [])
    if not isinstance(given, list | tuple):
        raise Malformed("not_a_list", name)
    if len(given) > MOST_ELEMENTS:
        raise Malformed("too_many", name, most=MOST_ELEMENTS)
    return list(given)


def _flags(given: list, rules: RuleSet) -> Iterable[str]:
    for at, flag in enumerate(given):
        if not isinstance(flag, str) or flag not in rules.flags:
            raise Malformed("unknown_place", f"place[{at}]", given=_short(flag), known=sorted(rules.flags))
        yield flag


def _exclusions(given: list, rules: RuleSet) -> Iterable[str]:
    for at, name in enumerate(given):
        exclusion = rules.exclusion(name) if isinstance(name, str) and name else None
        if exclusion is None:
            known = [one.code for one in rules.exclusions]
            raise Malformed("unknown_exclusion", f"exclusions[{at}]", given=_short(name), known=known)
        yield exclusion.code


def _found(given: list, rules: RuleSet) -> Iterable[Found]:
    for at, entry in enumerate(given):
        where = f"elements[{at}]"
        if not isinstance(entry, Mapping):
            raise Malformed("not_an_object", where)
        for name in entry:
            if name not in ("clause", "value", "limb"):
                raise Malformed("unknown_field", f"{where}.{str(name)[:40]}")
        clause = entry.get("clause")
        element = rules.element(clause) if isinstance(clause, str) else None
        if element is None:
            raise Malformed("unknown_clause", f"{where}.clause", given=_short(clause), rule_set=rules.code)
        yield _one(entry, element, where)


def _one(entry: Mapping, element: Element, where: str) -> Found:
    limb = _limb(entry.get("limb", ""), element, where)
    value = entry.get("value")
    if isinstance(value, bool) and element.bare:
        return Found(element.clause, limb=limb, present=value)
    if value is None:
        if not element.bare:
            raise Malformed("value_needed", f"{where}.value", clause=element.clause)
        return Found(element.clause, limb=limb)
    if not element.limits:
        raise Malformed("value_not_asked", f"{where}.value", clause=element.clause)
    return Found(element.clause, _ratio(value, element, f"{where}.value"), limb)


def _limb(limb: object, element: Element, where: str) -> str:
    if limb in ("", None):
        return ""
    if not isinstance(limb, str) or limb not in element.limbs:
        known = [one for one in element.limbs if one]
        raise Malformed("unknown_limb", f"{where}.limb", given=_short(limb), known=known)
    return limb


def _ratio(value: object, element: Element, where: str) -> Decimal:
    """A number as a decimal, so that 0.30 is exactly 0.30."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Malformed("not_a_number", where, given=_short(value))
    if isinstance(value, int) and abs(value) > 10**6:
        raise Malformed("too_large", where, most=element.most or 10**6)
    ratio = Decimal(str(value))
    if not ratio.is_finite():
        raise Malformed("not_a_number", where, given=_short(value))
    if ratio < 0:
        raise Malformed("negative", where, given=_short(value))
    if element.most is not None and ratio > element.most:
        raise Malformed("too_large", where, most=element.most)
    return ratio


def _short(value: object) -> str:
    return str(value)[:40]


# --- the proposal -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What became of one clause, and why.

    `reason`: `cited` (it is not met), `beyond` (its value lies beyond the limit); `within` (it does not),
    `at_limit` (the value is the limit itself, which does not suffice), `met` (looked at, and met), `not_here`
    (not for such a place), `yields` (another clause holds in its stead).
    """

    element: Element
    reason: str
    value: Decimal | None = None
    limit: Limit | None = None
    limb: str = ""
    times: int = 1
    by_word: bool = False

    @property
    def clause(self) -> str:
        return self.element.clause

    @property
    def fired(self) -> bool:
        return self.reason in ("cited", "beyond")


@dataclass(frozen=True)
class Count:
    """How one counting rule came out. `clauses` are those that it counts."""

    rule: CountingRule
    applies: bool
    clauses: tuple[str, ...]

    @property
    def reached(self) -> bool:
        return self.applies and len(self.clauses) >= self.rule.at_least


@dataclass(frozen=True)
class Proposal:
    """What the rules say of a question. `by` is direct, the code of a counting rule, exclusion, or nothing."""

    rules: RuleSet
    major: bool
    by: str | None
    verdicts: tuple[Verdict, ...] = ()
    counts: tuple[Count, ...] = ()
    exclusions: tuple[Exclusion, ...] = field(default=())

    @property
    def fired(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.fired)

    @property
    def not_fired(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.fired)

    @property
    def direct(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.fired if verdict.element.direct)

    @property
    def before_exclusions(self) -> str | None:
        """What made it major before the exclusions were looked at: direct, a counting rule, or nothing."""
        if self.direct:
            return "direct"
        return next((count.rule.code for count in self.counts if count.reached), None)


def judge(question: Question, rules: RuleSet) -> Proposal:
    """Any one direct element, else a counting rule; the exclusions last. The set must have a text."""
    verdicts = _verdicts(question, rules)
    counts = tuple(_count(rule, question.place, verdicts) for rule in rules.counting)
    exclusions = tuple(one for one in rules.exclusions if one.code in question.exclusions)
    found = Proposal(rules, False, None, verdicts, counts, exclusions)
    by = found.before_exclusions
    if by and exclusions:
        return Proposal(rules, False, "exclusion", verdicts, counts, exclusions)
    return Proposal(rules, by is not None, by, verdicts, counts, exclusions)


def _verdicts(question: Question, rules: RuleSet) -> tuple[Verdict, ...]:
    """One verdict a clause, in the order of the standard, however often and in whatever order it was cited."""
    cited: dict[str, list[Found]] = {}
    for found in question.found:
        cited.setdefault(found.clause, []).append(found)
    first = [
        _verdict(element, cited[element.clause], question.place, rules.kinds)
        for element in rules.elements
        if element.clause in cited
    ]
    fired = {verdict.clause for verdict in first if verdict.fired}
    return tuple(
        Verdict(one.element, "yields", one.value, one.limit, one.limb, one.times)
        if one.fired and one.element.yields_to in fired
        else one
        for one in first
    )


def _verdict(element: Element, cited: list[Found], place: frozenset[str], kinds: frozenset[str]) -> Verdict:
    """The heaviest of the occurrences stands for all of them."""
    here, by_word = _applies(element, place, kinds)
    if not here:
        return Verdict(element, "not_here", times=len(cited))
    each = [_occurrence(element, found, place) for found in cited]
    heaviest = max(each, key=_weight)
    return Verdict(
        element, heaviest.reason, heaviest.value, heaviest.limit, heaviest.limb, len(cited), by_word
    )


def _applies(element: Element, place: frozenset[str], kinds: frozenset[str]) -> tuple[bool, bool]:
    """Whether the clause is for such a place, and whether that rests on the finder's word."""
    if fits(element.not_for, place):
        return False, False
    if not element.applies_to or fits(element.applies_to, place):
        return True, False
    by_word = element.by_word and not place & kinds
    return by_word, by_word


def _occurrence(element: Element, found: Found, place: frozenset[str]) -> Verdict:
    if not found.present:
        return Verdict(element, "met", limb=found.limb)
    if found.value is None:
        return Verdict(element, "cited", limb=found.limb)
    limit = element.limit(place, found.limb)
    if limit is None:
        return Verdict(element, "not_here", found.value, limb=found.limb)
    if limit.passed_by(found.value):
        return Verdict(element, "beyond", found.value, limit, found.limb)
    reason = "at_limit" if found.value == limit.value else "within"
    return Verdict(element, reason, found.value, limit, found.limb)


def _weight(verdict: Verdict) -> tuple:
    """Heavier is worse: what fires before what does not, the main limb, then the value farthest over its limit."""
    over = Decimal(0)
    if verdict.limit is not None and verdict.value is not None:
        over = verdict.value - verdict.limit.value
        over = -over if verdict.limit.op.startswith("<") else over
    return verdict.fired, verdict.reason == "cited", verdict.reason != "met", over, verdict.limb == ""


def _count(rule: CountingRule, place: frozenset[str], verdicts: tuple[Verdict, ...]) -> Count:
    counted = tuple(v.clause for v in verdicts if v.fired and rule.code in v.element.counts_for)
    return Count(rule, rule.holds_in(place), counted)
