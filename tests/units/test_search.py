"""Who sees which units, and how they are found."""

from datetime import date

import pytest

from reference.models import PlaceType
from units import selectors, services
from units.models import Unit
from units.text import grams, terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(make_unit, west_village):
    """A shop in East with 钱某, a workshop in West with 李某."""
    east = make_unit(
        people=[{"duty": "responsible", "name": "钱某", "phone": "13800000001"}],
        credit_code="91131121MA07XYWT5D",
    )
    west = make_unit(
        name="恩察永顺裘皮加工点",
        region=west_village,
        address="恩察镇西街9号",
        place_type=PlaceType.objects.get(code="work-fur"),
        flags=["combined_use", "small_place"],
        people=[{"duty": "responsible", "name": "李某", "phone": "13800000002"}],
    )
    return east, west


def test_each_township_sees_its_own_units_and_the_county_sees_both(
    two, officer_east, officer_west, inspector_a
):
    east, west = two
    assert list(Unit.objects.visible_to(officer_east)) == [east]
    assert list(Unit.objects.visible_to(officer_west)) == [west]
    assert set(Unit.objects.visible_to(inspector_a)) == {east, west}


def test_a_city_elsewhere_and_a_person_without_post_see_nothing(two, leader_quzhou, stranger):
    assert not Unit.objects.visible_to(leader_quzhou).exists()
    assert not Unit.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("货", "马屯兴旺百货店"),  # one character
        ("裘皮", "恩察永顺裘皮加工点"),
        ("永顺裘皮加工", "恩察永顺裘皮加工点"),
        ("mtxw", "马屯兴旺百货店"),  # initials
        ("MTXWBHD", "马屯兴旺百货店"),
        ("李某", "恩察永顺裘皮加工点"),
        ("西街9号", "恩察永顺裘皮加工点"),
        ("西街９号", "恩察永顺裘皮加工点"),  # full-width digit
        ("000002", "恩察永顺裘皮加工点"),
        ("91131121MA07XYWT5D", "马屯兴旺百货店"),
        ("  马屯   百货 ", "马屯兴旺百货店"),  # two words, both must hold
    ],
)
def test_search_finds_by_name_address_person_code_and_initials(two, text, found):
    assert [unit.name for unit in Unit.objects.search(text)] == [found]


@pytest.mark.parametrize("text", ["马屯 裘皮", "龘", "%", "_", "x'; --", "\x00"])
def test_search_finds_nothing_without_breaking(two, text):
    found = set(Unit.objects.search(text))
    assert found in (set(), set(two))  # a lone zero byte is no word at all


def test_phones_are_not_searched(two):
    assert not Unit.objects.search("13800000001").exists()


def test_named_querysets(two, inspector_a, on):
    east, west = two
    assert list(Unit.objects.flagged("combined_use", "small_place")) == [west]
    assert list(Unit.objects.under("131121104")) == [east]
    services.mark_inspected(east, on=date(2026, 3, 1))
    assert list(Unit.objects.not_inspected_since(date(2026, 3, 1))) == [west]
    assert set(Unit.objects.not_inspected_since(date(2026, 3, 2))) == {east, west}


def test_grams_and_terms():
    assert grams("大营 a") == ["a", "大", "大营", "营"]
    assert terms("  Ａb   大营 ") == ["ab", "大营"]


def ask(user, **facts):
    facts = {"name": "", "region_code": "131121104201", **facts}
    return [(d.unit.name, d.sure) for d in selectors.possible_duplicates(user=user, **facts)]


def test_the_same_name_in_the_township_is_a_sure_duplicate(two, inspector_a):
    assert ask(inspector_a, name="马屯兴旺百货店") == [("马屯兴旺百货店", True)]
    assert ask(inspector_a, name="马屯兴旺百货店", region_code="131121101") == []


def test_similar_names_addresses_phones_and_codes_are_told_apart(two, inspector_a):
    assert ask(inspector_a, name="马屯兴旺百货商店") == [("马屯兴旺百货店", False)]
    assert ask(inspector_a, name="别的店", address="马屯镇东街1号") == [("马屯兴旺百货店", False)]
    assert ask(inspector_a, name="别的店", phones=["13800000002"]) == [("恩察永顺裘皮加工点", False)]
    assert ask(inspector_a, name="别的店", credit_code="91131121MA07XYWT5D") == [("马屯兴旺百货店", True)]


def test_duplicates_elsewhere_are_not_told(two, officer_east):
    assert ask(officer_east, name="别的店", phones=["13800000002"]) == []
