"""XF 703-2007 ch. 4 on both sides of each of its strict bounds, with missing facts said and never guessed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.combined_use import LIMIT_CODES, USE_CLASSES, Limit, Site, judge

LIMITS = {
    "grade_at_least": Limit("4.1", ">=", Decimal(3)),
    "public_area_over": Limit("4.1", ">", Decimal(2500)),
    "height_over": Limit("4.2", ">", Decimal(15)),
    "area_over": Limit("4.2", ">", Decimal(2000)),
    "lodgers_over": Limit("4.2", ">", Decimal(20)),
    "small_storeys": Limit("4.7", "<=", Decimal(2)),
    "small_area": Limit("4.7", "<=", Decimal(300)),
    "small_lodgers": Limit("4.7", "<", Decimal(5)),
}
ORDINARY = Site(
    use_class="D",
    fire_resistance=2,
    building="other",
    underground=False,
    area=Decimal(800),
    height=Decimal(10),
    storeys=3,
    lodgers=8,
)
SMALL = replace(ORDINARY, storeys=2, area=Decimal(300), lodgers=4, too_hard=True)
EQUIPPED = {
    "doors_open_outwards": True,
    "extinguishers": True,
    "emergency_lights": True,
    "exits_wide_enough": True,
}


def on(site, **facts):
    return judge(replace(site, **facts), LIMITS)


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        ({}, "separation_or_sprinkler"),
        # 4.1: class A or B.
        ({"use_class": "A"}, "forbidden"),
        ({"use_class": "B"}, "forbidden"),
        ({"use_class": "C"}, "separation_or_sprinkler"),
        # 4.1: grade three or lower.
        ({"fire_resistance": 1}, "separation_or_sprinkler"),
        ({"fire_resistance": 3}, "forbidden"),
        ({"fire_resistance": 4}, "forbidden"),
        # 4.1: a factory or warehouse building.
        ({"building": "factory"}, "forbidden"),
        ({"building": "warehouse"}, "forbidden"),
        ({"building": "dwelling"}, "separation_or_sprinkler"),
        # 4.1: shop, market or other public building of more than 2500 m².
        ({"building": "shop", "area": 2501}, "forbidden"),
        ({"building": "market", "area": Decimal("2500.1")}, "forbidden"),
        ({"building": "public", "area": 2500}, "full_separation"),
        ({"building": "other", "area": 2501}, "full_separation"),
        ({"underground": True}, "forbidden"),
        # 4.2: height over 15 m, area over 2000 m², more than 20 lodgers.
        ({"height": 15}, "separation_or_sprinkler"),
        ({"height": Decimal("15.1")}, "full_separation"),
        ({"area": 2000}, "separation_or_sprinkler"),
        ({"area": Decimal("2000.1")}, "full_separation"),
        ({"lodgers": 20}, "separation_or_sprinkler"),
        ({"lodgers": 21}, "full_separation"),
        ({"lodgers": 0}, "no_lodging"),
    ],
)
def test_the_tiers_on_both_sides_of_each_bound(facts, tier):
    assert on(ORDINARY, **facts).tier == tier


@pytest.mark.parametrize(
    ("facts", "tier"),
    [
        ({}, "small_site"),
        ({"storeys": 3}, "separation_or_sprinkler"),
        ({"area": Decimal("300.1")}, "separation_or_sprinkler"),
        ({"lodgers": 5}, "separation_or_sprinkler"),
        ({"too_hard": False}, "separation_or_sprinkler"),
        ({"too_hard": None}, "separation_or_sprinkler"),
        ({"fire_resistance": 3}, "forbidden"),
        ({"height": 16}, "full_separation"),
    ],
)
def test_the_small_site_needs_every_condition(facts, tier):
    assert on(SMALL, **facts).tier == tier


@pytest.mark.parametrize(
    ("site", "facts", "least", "missing"),
    [
        (ORDINARY, {"area": None}, "separation_or_sprinkler", ("area",)),
        (ORDINARY, {"use_class": None}, "separation_or_sprinkler", ("use_class",)),
        (ORDINARY, {"height": 16, "use_class": None}, "full_separation", ("use_class",)),
        (ORDINARY, {"height": 16, "lodgers": None, "building": None}, "full_separation", ("building",)),
        (ORDINARY, {"building": "shop", "area": None}, "separation_or_sprinkler", ("area",)),
        (ORDINARY, {"building": None}, "separation_or_sprinkler", ("building",)),
        (SMALL, {"storeys": None}, "small_site", ("storeys",)),
        (SMALL, {"height": None}, "small_site", ("height",)),
    ],
)
def test_a_missing_fact_is_said_and_what_is_certain_stays(site, facts, least, missing):
    found = on(site, **facts)
    assert (found.tier, found.at_least, found.missing) == (None, least, missing)


def test_nothing_known_leaves_everything_open():
    found = judge(Site(), LIMITS)
    assert found.tier is None and found.complies is None
    assert found.missing == (
        "use_class", "fire_resistance", "building", "area", "underground", "height", "lodgers",
    )  # fmt: skip


def test_one_ground_for_forbidding_needs_nothing_more():
    found = judge(Site(use_class="A"), LIMITS)
    assert (found.tier, found.missing, found.must_stop_lodging) == ("forbidden", (), True)
    assert [one.code for one in found.to_do] == ["move_out"]


def test_the_reasons_name_clause_fact_and_limit():
    found = on(ORDINARY, height=Decimal("15.1"))
    (reason,) = [one for one in found.reasons if one.holds]
    assert (reason.clause, reason.code, reason.fact) == ("4.2", "height_over", Decimal("15.1"))
    assert reason.limit == LIMITS["height_over"]


@pytest.mark.parametrize(
    ("facts", "to_do", "complies"),
    [
        ({}, ["alarm", "separation_or_sprinkler", "separate_or_auxiliary_evacuation"], None),
        ({"alarm": True, "sprinkler": True, "auxiliary_evacuation": True}, [], True),
        ({"alarm": True, "fire_separation": True, "separate_evacuation": True}, [], True),
        ({"full_separation": True, "separate_evacuation": True}, [], True),
        ({"alarm": False, "sprinkler": True, "auxiliary_evacuation": True}, ["alarm"], False),
        (
            {"alarm": True, "fire_separation": False, "full_separation": False, "sprinkler": False,
             "separate_evacuation": True},
            ["separation_or_sprinkler"],
            False,
        ),
        ({"alarm": True, "fire_separation": False, "separate_evacuation": True}, ["separation_or_sprinkler"], None),
    ],
)  # fmt: skip
def test_what_must_be_done_under_4_3(facts, to_do, complies):
    found = on(ORDINARY, **EQUIPPED, **facts)
    assert [one.code for one in found.to_do] == to_do
    assert found.complies is complies


def test_what_must_be_done_under_4_2_and_4_7():
    large = on(ORDINARY, height=16, **EQUIPPED, sprinkler=True, alarm=True)
    assert [one.code for one in large.to_do] == ["full_separation", "separate_evacuation"]
    small = on(SMALL, **EQUIPPED, alarm=True)
    assert (small.to_do, small.complies) == ((), True)
    assert [one.code for one in small.measures if one.advice] == ["ground_floor", "stair_to_roof"]


def test_every_site_needs_doors_lights_and_extinguishers():
    codes = [one.code for one in on(SMALL, alarm=True).to_do]
    assert codes == ["doors_open_outwards", "extinguishers", "emergency_lights", "exits_wide_enough"]


ORDER = ["no_lodging", "small_site", "separation_or_sprinkler", "full_separation", "forbidden"]
maybe = st.none() | st.booleans()
sites = st.builds(
    Site,
    use_class=st.none() | st.sampled_from(USE_CLASSES),
    fire_resistance=st.none() | st.integers(1, 4),
    building=st.none() | st.sampled_from(["factory", "shop", "other"]),
    underground=maybe,
    area=st.none() | st.integers(1, 4000),
    height=st.none() | st.integers(1, 30),
    storeys=st.none() | st.integers(1, 5),
    lodgers=st.none() | st.integers(1, 40),
    too_hard=maybe,
)
numbers = {"area": st.integers(1, 4000), "height": st.integers(1, 30), "lodgers": st.integers(1, 40)}


@given(sites, st.data())
def test_learning_a_fact_never_makes_the_verdict_milder(site, data):
    name = data.draw(st.sampled_from(sorted(numbers)))
    if getattr(site, name) is None and site.too_hard is not True:
        known = replace(site, **{name: data.draw(numbers[name])})
        assert ORDER.index(judge(known, LIMITS).at_least) >= ORDER.index(judge(site, LIMITS).at_least)


@given(sites, st.integers(1, 1000))
def test_a_larger_site_is_never_judged_more_mildly(site, more):
    if site.area is not None:
        larger = replace(site, area=site.area + more)
        assert ORDER.index(judge(larger, LIMITS).at_least) >= ORDER.index(judge(site, LIMITS).at_least)


@given(sites)
def test_no_tier_means_a_missing_fact(site):
    found = judge(site, LIMITS)
    assert (found.tier is None) == bool(found.missing)
    assert all(getattr(site, name) is None for name in found.missing)


def test_the_shipped_numbers_are_those_of_the_standard(db):
    from datetime import date

    from reference.selectors import combined_use_limits
    from reference.services.tables import load_tables

    load_tables()
    rows = combined_use_limits(date(2026, 3, 10))
    assert set(rows) == set(LIMIT_CODES)
    assert {name: Limit(row.clause, row.op, row.value) for name, row in rows.items()} == LIMITS
