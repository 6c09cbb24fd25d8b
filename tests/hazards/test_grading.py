"""The rules of GB 35181-2017 as shipped: each on both sides of its threshold, every expected value by hand."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazards import grading
from hazards.proposals import rules_of
from reference.services.rule_sets import DATA, read


def shipped() -> grading.RuleSet:
    sheet = read(DATA / "rule_sets" / "GB35181-2017.csv")
    return rules_of("GB35181-2017", 1, sheet.elements, sheet.counting, sheet.exclusions)


RULES = shipped()
CROWDED, FLAMMABLE, OTHER = ["crowded"], ["flammable"], []


def judged(place, elements, exclusions=()):
    """`elements` are clauses, (clause, value) or (clause, value, limb)."""
    raw = []
    for one in elements:
        parts = (one,) if isinstance(one, str) else one
        raw.append(dict(zip(("clause", "value", "limb"), parts, strict=False)))
    question = {"place": list(place), "elements": raw, "exclusions": list(exclusions)}
    return grading.judge(grading.read(question, RULES), RULES)


# place, elements, major, by, what fired
EXAMPLES = [
    # Nothing found.
    (OTHER, [], False, None, ""),
    (CROWDED, [], False, None, ""),
    # 5.2: any one direct element.
    (OTHER, ["6.1"], True, "direct", "6.1"),
    (OTHER, ["6.2"], True, "direct", "6.2"),
    (OTHER, [("6.2", 0.74)], True, "direct", "6.2"),
    (OTHER, [("6.2", 0.75)], False, None, ""),
    (OTHER, [("6.2", 0.76)], False, None, ""),
    (OTHER, ["6.3"], True, "direct", "6.3"),
    (OTHER, ["6.4"], True, "direct", "6.4"),
    (["entertainment"], ["6.5"], True, "direct", "6.5"),
    (["shop"], [("6.5", 0.79)], True, "direct", "6.5"),
    (["shop"], [("6.5", 0.80)], False, None, ""),
    (["shop"], [("6.5", 0.81)], False, None, ""),
    (["crowded", "underground"], [("6.5", 0.5)], True, "direct", "6.5"),
    (["crowded", "hospital"], [("6.5", 0.5)], False, None, ""),
    (["hotel"], [("6.5", 0.5)], False, None, ""),
    (["underground", "warehouse"], [("6.5", 0.5)], False, None, ""),
    (CROWDED, [("6.5", 0.5)], True, "direct", "6.5"),
    (["hotel"], ["6.6"], True, "direct", "6.6"),
    (["entertainment"], ["6.6"], True, "direct", "6.6"),
    (["crowded", "underground"], ["6.6"], True, "direct", "6.6"),
    (["crowded", "school"], ["6.6"], False, None, ""),
    (FLAMMABLE, ["6.7"], True, "direct", "6.7"),
    (CROWDED, ["6.8"], True, "direct", "6.8"),
    (OTHER, ["6.8"], False, None, ""),
    (["children"], ["6.9"], True, "direct", "6.9"),
    (CROWDED, ["6.10"], True, "direct", "6.10"),
    (OTHER, ["6.10"], False, None, ""),
    # A direct element does not hide the comprehensive ones.
    (CROWDED, ["6.8", "7.1.1"], True, "direct", "6.8 7.1.1"),
    # a: crowded, three of 7.3.1-7.3.9, 7.5, 7.9.3.
    (CROWDED, ["7.3.1", "7.3.2"], False, None, "7.3.1 7.3.2"),
    (CROWDED, ["7.3.1", "7.3.2", "7.3.3"], True, "a", "7.3.1 7.3.2 7.3.3"),
    (CROWDED, ["7.3.8", "7.3.9", "7.3.10"], False, None, "7.3.8 7.3.9 7.3.10"),
    (CROWDED, ["7.3.4", "7.5", "7.9.3"], True, "a", "7.3.4 7.5 7.9.3"),
    (CROWDED, ["7.3.4", "7.5", "7.9.2"], False, None, "7.3.4 7.5 7.9.2"),
    (CROWDED, [("7.3.5", 1.26), ("7.3.6", 0.51), ("7.3.7", 0.51)], True, "a", "7.3.5 7.3.6 7.3.7"),
    (CROWDED, [("7.3.5", 1.25), ("7.3.6", 0.51), ("7.3.7", 0.51)], False, None, "7.3.6 7.3.7"),
    (["important"], ["7.3.1", "7.3.3", "7.3.4"], False, None, "7.3.1 7.3.3 7.3.4"),
    # b: flammable, three of 7.1.1-7.1.3, 7.4.5, 7.4.6.
    (FLAMMABLE, ["7.1.1", "7.1.3"], False, None, "7.1.1 7.1.3"),
    (FLAMMABLE, ["7.1.1", "7.1.2", "7.1.3"], True, "b", "7.1.1 7.1.2 7.1.3"),
    (FLAMMABLE, ["7.1.1", "7.4.5", "7.4.6"], True, "b", "7.1.1 7.4.5 7.4.6"),
    (FLAMMABLE, ["7.1.4", "7.4.5", "7.4.6"], False, None, "7.1.4 7.4.5 7.4.6"),
    (FLAMMABLE, ["7.1.1", "7.1.3", "7.4.4"], False, None, "7.1.1 7.1.3 7.4.4"),
    (CROWDED, ["7.1.1", "7.4.5", "7.4.6"], False, None, "7.1.1 7.4.5 7.4.6"),
    # c: crowded, flammable or important, any four.
    (CROWDED, ["7.1.1", "7.2.3", "7.4.1"], False, None, "7.1.1 7.2.3 7.4.1"),
    (CROWDED, ["7.1.1", "7.2.3", "7.4.1", "7.6.1"], True, "c", "7.1.1 7.2.3 7.4.1 7.6.1"),
    (FLAMMABLE, ["7.2.3", "7.4.1", "7.6.1", "7.7.2"], True, "c", "7.2.3 7.4.1 7.6.1 7.7.2"),
    (["important"], ["7.4.2", "7.6.2", "7.8.1"], False, None, "7.4.2 7.6.2 7.8.1"),
    (["important"], ["7.4.2", "7.6.2", "7.8.1", "7.9.1"], True, "c", "7.4.2 7.6.2 7.8.1 7.9.1"),
    (CROWDED, ["7.3.1", "7.3.2", "7.1.1", "7.9.4"], True, "c", "7.1.1 7.3.1 7.3.2 7.9.4"),
    # d: other places, any six.
    (OTHER, ["7.1.1", "7.1.4", "7.2.3", "7.4.1", "7.4.2"], False, None, "7.1.1 7.1.4 7.2.3 7.4.1 7.4.2"),
    (
        OTHER,
        ["7.1.1", "7.1.4", "7.2.3", "7.4.1", "7.4.2", "7.4.3"],
        True,
        "d",
        "7.1.1 7.1.4 7.2.3 7.4.1 7.4.2 7.4.3",
    ),
    (
        ["high_rise"],
        ["7.3.11", "7.3.12", "7.6.3", "7.7.3", "7.8.2"],
        False,
        None,
        "7.3.11 7.3.12 7.6.3 7.7.3 7.8.2",
    ),
    (
        ["high_rise"],
        ["7.3.11", "7.3.12", "7.5", "7.6.3", "7.7.3", "7.8.2"],
        True,
        "d",
        "7.3.11 7.3.12 7.5 7.6.3 7.7.3 7.8.2",
    ),
    (["other"], ["7.1.1", "7.1.4", "7.2.3", "7.4.1", "7.4.2"], False, None, "7.1.1 7.1.4 7.2.3 7.4.1 7.4.2"),
    (
        ["other"],
        ["7.1.1", "7.1.4", "7.2.3", "7.4.1", "7.4.2", "7.6.1"],
        True,
        "d",
        "7.1.1 7.1.4 7.2.3 7.4.1 7.4.2 7.6.1",
    ),
    # A place in several classes: any hit is enough, the first rule is named.
    (["crowded", "flammable"], ["7.3.1", "7.3.2", "7.3.3", "7.9.1"], True, "a", "7.3.1 7.3.2 7.3.3 7.9.1"),
    (["crowded", "flammable"], ["7.1.1", "7.1.3", "7.4.5"], True, "b", "7.1.1 7.1.3 7.4.5"),
    # 7.1.2 has two limbs.
    (OTHER, ["7.1.2"], False, None, "7.1.2"),
    (OTHER, [("7.1.2", 0.79)], False, None, "7.1.2"),
    (OTHER, [("7.1.2", 0.80)], False, None, ""),
    (OTHER, [("7.1.2", 0.99, "ignition")], False, None, "7.1.2"),
    (OTHER, [("7.1.2", 1, "ignition")], False, None, ""),
    (OTHER, [("7.1.2", 0.9)], False, None, ""),
    # 7.2.1: more than half over the standard; 7.2.2: more than half damaged.
    (OTHER, [("7.2.1", 1.51)], False, None, "7.2.1"),
    (OTHER, [("7.2.1", 1.5)], False, None, ""),
    (OTHER, [("7.2.2", 0.51)], False, None, "7.2.2"),
    (OTHER, [("7.2.2", 0.50)], False, None, ""),
    # 7.3.5: more than 125 % of the standard.
    (OTHER, [("7.3.5", 1.2501)], False, None, "7.3.5"),
    (OTHER, [("7.3.5", 1.25)], False, None, ""),
    # 7.3.6: high-rise and underground more than 30 %, other more than 50 %; none installed has no number.
    (["high_rise"], [("7.3.6", 0.31)], False, None, "7.3.6"),
    (["high_rise"], [("7.3.6", 0.30)], False, None, ""),
    (["underground"], [("7.3.6", 0.31)], False, None, "7.3.6"),
    (["underground"], [("7.3.6", 0.3)], False, None, ""),
    (CROWDED, [("7.3.6", 0.35)], False, None, ""),
    (CROWDED, [("7.3.6", 0.51)], False, None, "7.3.6"),
    (CROWDED, [("7.3.6", 0.50)], False, None, ""),
    (CROWDED, ["7.3.6"], False, None, "7.3.6"),
    # 7.3.7: a high-rise with crowded use more than 20 %, other more than 50 %.
    (["high_rise", "crowded"], [("7.3.7", 0.21)], False, None, "7.3.7"),
    (["high_rise", "crowded"], [("7.3.7", 0.2)], False, None, ""),
    (["high_rise"], [("7.3.7", 0.21)], False, None, ""),
    (["high_rise"], [("7.3.7", 0.51)], False, None, "7.3.7"),
    (CROWDED, [("7.3.7", 0.50)], False, None, ""),
    # For crowded places only.
    (OTHER, ["7.3.2", "7.3.8", "7.3.9", "7.3.10", "7.9.5"], False, None, ""),
    (CROWDED, ["7.3.10", "7.9.5"], False, None, "7.3.10 7.9.5"),
    # For high-rise buildings only; smoke control for crowded, high-rise, underground.
    (CROWDED, ["7.3.11"], False, None, ""),
    (["high_rise"], ["7.3.11"], False, None, "7.3.11"),
    (OTHER, ["7.5"], False, None, ""),
    (["high_rise"], ["7.5"], False, None, "7.5"),
    (["underground"], ["7.5"], False, None, "7.5"),
    # 6.5 and 7.3.3, 6.6 and 7.4.4/7.7.1 exclude each other.
    (["shop", "crowded"], ["7.3.3"], False, None, ""),
    (["crowded", "underground"], ["7.3.3"], False, None, ""),
    (["hotel", "crowded"], ["7.3.3"], False, None, "7.3.3"),
    (CROWDED, ["6.5", "7.3.3"], True, "direct", "6.5"),
    (["hotel", "crowded"], ["7.4.4", "7.7.1"], False, None, ""),
    (["school", "crowded"], ["7.4.4", "7.7.1"], False, None, "7.4.4 7.7.1"),
    (CROWDED, ["6.6", "7.4.4", "7.7.1"], True, "direct", "6.6"),
    # Five broken doors are one element.
    (CROWDED, ["7.3.1"] * 5, False, None, "7.3.1"),
    (CROWDED, [("7.3.6", 0.2), ("7.3.6", 0.6), ("7.3.6", 0.5)], False, None, "7.3.6"),
    # Looked at and met.
    (CROWDED, [("7.3.1", False), ("6.8", False)], False, None, ""),
    (CROWDED, [("6.8", True)], True, "direct", "6.8"),
]


@pytest.mark.parametrize(("place", "elements", "major", "by", "fired"), EXAMPLES)
def test_examples(place, elements, major, by, fired):
    found = judged(place, elements)
    assert [verdict.clause for verdict in found.fired] == fired.split()
    assert (found.major, found.by) == (major, by)


def test_there_are_enough_examples():
    assert len(EXAMPLES) >= 60


@pytest.mark.parametrize("name", ["expert_review", "stopped", "no_such_risk", "a", "b", "c"])
@pytest.mark.parametrize("elements", [["6.8"], ["7.3.1", "7.3.2", "7.3.3"]])
def test_an_exclusion_comes_last_and_takes_the_verdict_away(name, elements):
    found = judged(CROWDED, elements, [name])
    assert (found.major, found.by, len(found.exclusions)) == (False, "exclusion", 1)
    assert found.before_exclusions in ("direct", "a")
    assert len(found.fired) == len(elements)


def test_an_exclusion_says_nothing_where_nothing_was_major():
    assert judged(CROWDED, ["7.3.1"], ["stopped"]).by is None


@pytest.mark.parametrize(
    ("place", "element", "reason"),
    [
        ([], ("6.2", 0.75), "at_limit"),
        ([], ("6.2", 0.9), "within"),
        ([], "7.5", "not_here"),
        (["shop"], "7.3.3", "not_here"),
        ([], ("7.1.1", False), "met"),
        ([], "7.1.1", "cited"),
        ([], ("7.2.2", 0.6), "beyond"),
    ],
)
def test_why_a_clause_fired_or_not(place, element, reason):
    assert judged(place, [element]).verdicts[0].reason == reason


def test_the_counts_name_what_was_counted():
    found = judged(CROWDED, ["7.3.1", "7.3.2", "7.1.1"])
    assert [(c.rule.code, c.applies, c.clauses, c.reached) for c in found.counts] == [
        ("a", True, ("7.3.1", "7.3.2"), False),
        ("b", False, ("7.1.1",), False),
        ("c", True, ("7.1.1", "7.3.1", "7.3.2"), False),
        ("d", False, ("7.1.1", "7.3.1", "7.3.2"), False),
    ]


def test_a_number_is_compared_as_it_was_typed():
    assert not judged(["high_rise"], [("7.3.6", 0.1 + 0.2 - 4e-17)]).fired
    assert not judged(["high_rise"], [("7.3.6", Decimal("0.30"))]).fired
    assert judged(["high_rise"], [("7.3.6", Decimal("0.3000001"))]).fired


def test_the_shipped_set_is_complete():
    direct = [one.clause for one in RULES.elements if one.direct]
    rest = [one.clause for one in RULES.elements if not one.direct]
    assert direct == [f"6.{n}" for n in range(1, 11)]
    assert len(rest) == 39 and all(clause.startswith("7.") for clause in rest)
    assert [(rule.code, rule.at_least) for rule in RULES.counting] == [("a", 3), ("b", 3), ("c", 4), ("d", 6)]
    assert {one.clause for one in RULES.elements if "a" in one.counts_for} == {
        "7.3.1", "7.3.2", "7.3.3", "7.3.4", "7.3.5", "7.3.6", "7.3.7", "7.3.8", "7.3.9", "7.5", "7.9.3",
    }  # fmt: skip
    assert {one.clause for one in RULES.elements if "b" in one.counts_for} == {
        "7.1.1", "7.1.2", "7.1.3", "7.4.5", "7.4.6",
    }  # fmt: skip
    assert all({"c", "d"} <= one.counts_for for one in RULES.elements if not one.direct)


BAD = [
    ([], "", "not_an_object"),
    ("7.1.1", "", "not_an_object"),
    ({"places": []}, "places", "unknown_field"),
    ({"place": "crowded"}, "place", "not_a_list"),
    ({"place": ["crowd"]}, "place[0]", "unknown_place"),
    ({"place": [["crowded"]]}, "place[0]", "unknown_place"),
    ({"elements": {}}, "elements", "not_a_list"),
    ({"elements": ["7.1.1"]}, "elements[0]", "not_an_object"),
    ({"elements": [{}]}, "elements[0].clause", "unknown_clause"),
    ({"elements": [{"clause": "7.1.1"}, {"clause": "8.1"}]}, "elements[1].clause", "unknown_clause"),
    ({"elements": [{"clause": 7.5}]}, "elements[0].clause", "unknown_clause"),
    ({"elements": [{"clause": "7.1.1", "ratio": 1}]}, "elements[0].ratio", "unknown_field"),
    ({"elements": [{"clause": "7.1.1", "value": 0.3}]}, "elements[0].value", "value_not_asked"),
    ({"elements": [{"clause": "7.2.2"}]}, "elements[0].value", "value_needed"),
    ({"elements": [{"clause": "7.3.5", "value": None}]}, "elements[0].value", "value_needed"),
    ({"elements": [{"clause": "7.3.6", "value": "35%"}]}, "elements[0].value", "not_a_number"),
    ({"elements": [{"clause": "7.3.7", "value": True}]}, "elements[0].value", "not_a_number"),
    ({"elements": [{"clause": "7.3.6", "value": [0.35]}]}, "elements[0].value", "not_a_number"),
    ({"elements": [{"clause": "7.3.6", "value": math.nan}]}, "elements[0].value", "not_a_number"),
    ({"elements": [{"clause": "7.3.6", "value": math.inf}]}, "elements[0].value", "not_a_number"),
    ({"elements": [{"clause": "7.3.6", "value": -0.1}]}, "elements[0].value", "negative"),
    ({"elements": [{"clause": "7.3.6", "value": 35}]}, "elements[0].value", "too_large"),
    ({"elements": [{"clause": "7.3.6", "value": 10**400}]}, "elements[0].value", "too_large"),
    ({"elements": [{"clause": "7.3.6", "value": 0.4, "limb": "x"}]}, "elements[0].limb", "unknown_limb"),
    ({"elements": [{"clause": "7.1.1"}] * 501}, "elements", "too_many"),
    ({"exclusions": ["because"]}, "exclusions[0]", "unknown_exclusion"),
    ({"exclusions": [""]}, "exclusions[0]", "unknown_exclusion"),
    ({"exclusions": "stopped"}, "exclusions", "not_a_list"),
]


@pytest.mark.parametrize(("raw", "field", "slip"), BAD)
def test_bad_input_is_refused_by_its_field(raw, field, slip):
    with pytest.raises(grading.Malformed) as refusal:
        grading.read(raw, RULES)
    assert (refusal.value.field, refusal.value.slip) == (field, slip)


# --- what must hold of any question ---------------------------------------------------------------------


def found_of(element):
    values = st.none() if element.bare else st.nothing()
    if element.limits:
        most = element.most or Decimal(1)
        values |= st.decimals(0, most, places=2)
    return st.builds(lambda value: {"clause": element.clause, "value": value}, values)


anything = st.sampled_from(RULES.elements).flatmap(found_of)
places = st.sets(st.sampled_from(sorted(RULES.flags)), max_size=6).map(sorted)
lists = st.lists(anything, max_size=12)


def whole(place, elements):
    return grading.judge(grading.read({"place": place, "elements": elements}, RULES), RULES)


@given(places, lists, anything)
def test_one_more_element_never_takes_a_verdict_away(place, elements, more):
    if whole(place, elements).major:
        assert whole(place, [*elements, more]).major


@given(places, lists, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(place, elements, random):
    other = list(elements)
    random.shuffle(other)
    assert whole(place, other) == whole(place, elements)


@given(places, lists)
def test_the_same_again_counts_no_more(place, elements):
    once, twice = whole(place, elements), whole(place, elements * 2)
    assert (once.major, once.by) == (twice.major, twice.by)
    assert [v.clause for v in once.fired] == [v.clause for v in twice.fired]


@given(places, lists, st.sampled_from(["expert_review", "stopped", "no_such_risk"]))
def test_an_exclusion_never_leaves_a_verdict(place, elements, name):
    question = {"place": place, "elements": elements, "exclusions": [name]}
    assert not grading.judge(grading.read(question, RULES), RULES).major


@given(places, lists)
def test_a_verdict_has_its_reason(place, elements):
    found = whole(place, elements)
    if found.major and found.by != "direct":
        count = next(count for count in found.counts if count.rule.code == found.by)
        assert count.applies and len(count.clauses) >= {"a": 3, "b": 3, "c": 4, "d": 6}[found.by]
    assert found.major == (found.by is not None)
