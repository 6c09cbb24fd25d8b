"""Listing and taking the board down: several levels at once, one main, each level its own board."""

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from hazards import states
from hazards.models import HazardCase
from rectification.services import listings
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def city_office(make_person):
    return make_person("city_office", "市安办", "county_office", "1311")


@pytest.fixture
def major(case, inspector_a):
    journeys.make_major(case, by=inspector_a)
    return case


def test_only_a_major_hazard_is_listed(case, office):
    with pytest.raises(RuleBroken) as refusal:
        journeys.list_(case, by=office)
    assert refusal.value.code == "not_now"


def test_several_levels_one_main(major, office, city_office):
    journeys.list_(major, by=office, level="county")
    journeys.list_(major, by=city_office, level="city")
    major.refresh_from_db()
    assert (major.listed_levels, major.main_level) == (["city", "county"], "city")
    assert list(major.listings.filter(is_main=True).values_list("level", flat=True)) == ["city"]
    assert list(HazardCase.objects.listed("county")) == [major]
    assert list(HazardCase.objects.listed("province")) == []


@pytest.mark.parametrize(
    ("who", "level", "is_right"),
    [
        ("office", "county", True), ("office", "city", False), ("office", "province", False),
        ("leader", "city", False),
        ("city", "city", True), ("city", "province", False),
        # A city may write down what its county has listed.
        ("city", "county", True),
        ("province", "province", True),
    ],
)  # fmt: skip
def test_nobody_lists_in_the_name_of_a_higher_government(who, level, is_right, major, cast, make_person):
    people = {
        "city": make_person("c", "市安办", "county_office", "1311"),
        "province": make_person("p", "省安办", "county_office", "13"),
        "office": cast["office"],
        "leader": cast["leader"],
    }
    if is_right:
        assert journeys.list_(major, by=people[who], level=level).level == level
        return
    with pytest.raises(RuleBroken, match=r"55|第五十五条") as refusal:
        journeys.list_(major, by=people[who], level=level)
    assert (refusal.value.field, refusal.value.code) == ("level", "other_level")
    assert not major.listings.exists() and not major.events.filter(act="list").exists()


def test_one_level_lists_once(major, office):
    journeys.list_(major, by=office)
    with pytest.raises(AlreadyDone):
        journeys.list_(major, by=office)


def test_the_board_hangs_while_the_hazard_stands(major, office):
    listing = journeys.list_(major, by=office)
    with pytest.raises(RuleBroken) as refusal:
        listings.delist(listing, paper_number="枣政函〔2026〕9号", by=office, at=at(plus(3)))
    assert refusal.value.code == "wrong_state"
    listing.refresh_from_db()
    assert listing.delisted_on is None


def test_closing_and_taking_the_board_down_are_two_acts(major, office, cast):
    listing = journeys.list_(major, by=office)
    journeys.reach(major, states.CLOSED, cast)
    assert major.listed_levels == ["county"]
    listings.delist(listing, paper_number="枣政函〔2026〕9号", by=office, at=at(plus(9)))
    major.refresh_from_db()
    assert (major.listed_levels, major.main_level, major.closed_on) == ([], "", plus(5))
    assert [event.act for event in major.events.all()][-2:] == ["pass", "delist"]


def test_the_county_cannot_take_down_what_the_city_listed(major, office, city_office, cast):
    listing = journeys.list_(major, by=city_office, level="city")
    journeys.reach(major, states.CLOSED, cast)
    with pytest.raises(RuleBroken) as refusal:
        listings.delist(listing, paper_number="枣政函〔2026〕9号", by=office, at=at(plus(9)))
    assert refusal.value.code == "other_level"


def test_a_delisting_before_the_closing_is_refused(major, office, cast):
    listing = journeys.list_(major, by=office)
    journeys.reach(major, states.CLOSED, cast)
    with pytest.raises(RuleBroken) as refusal:
        listings.delist(listing, paper_number="9号", delisted_on=plus(4), by=office, at=at(plus(9)))
    assert refusal.value.field == "delisted_on"


def test_inspectors_do_not_list(major, inspector_a):
    with pytest.raises(NotAllowed):
        journeys.list_(major, by=inspector_a)


@pytest.mark.parametrize("missing", ["paper_number", "leader_name"])
def test_a_listing_names_paper_and_leader(missing, major, office):
    facts = {"level": "county", "paper_number": "枣政函〔2026〕3号", "leader_name": "刘副县长", missing: ""}
    with pytest.raises(RuleBroken) as refusal:
        listings.list_case(major, **facts, by=office, at=at())
    assert refusal.value.field == missing


@pytest.mark.parametrize(("day", "field"), [(4, "delisted_on"), (5, None), (9, None), (10, "delisted_on")])
def test_the_board_comes_down_between_the_closing_and_today(day, field, major, office, cast):
    listing = journeys.list_(major, by=office)
    journeys.reach(major, states.CLOSED, cast)  # closed on day 5
    facts = {"paper_number": "9号", "delisted_on": plus(day), "by": office, "at": at(plus(9))}
    if field is None:
        assert listings.delist(listing, **facts).delisted_on == plus(day)
        return
    with pytest.raises(RuleBroken) as refusal:
        listings.delist(listing, **facts)
    assert refusal.value.field == field
    listing.refresh_from_db()
    assert listing.delisted_on is None


@pytest.mark.parametrize(("day", "is_right"), [(-1, False), (0, True), (3, True), (4, False)])
def test_the_day_of_listing_lies_between_the_finding_and_today(day, is_right, major, office):
    facts = {"level": "county", "paper_number": "3号", "leader_name": "刘", "listed_on": plus(day)}
    if is_right:
        assert listings.list_case(major, **facts, by=office, at=at(plus(3))).listed_on == plus(day)
        return
    with pytest.raises(RuleBroken) as refusal:
        listings.list_case(major, **facts, by=office, at=at(plus(3)))
    assert refusal.value.field == "listed_on"


def test_a_delisting_has_a_paper(major, office, cast):
    listing = journeys.list_(major, by=office)
    journeys.reach(major, states.CLOSED, cast)
    with pytest.raises(RuleBroken) as refusal:
        listings.delist(listing, paper_number=" ", by=office, at=at(plus(9)))
    assert refusal.value.field == "paper_number"


def test_closing_and_delisting_have_two_actors_two_days_two_papers(major, office, cast):
    listing = journeys.list_(major, by=office)
    journeys.reach(major, states.CLOSED, cast)
    listings.delist(listing, paper_number="枣政函〔2026〕9号", by=office, at=at(plus(9)))
    closing, delisting = list(major.events.order_by("pk"))[-2:]
    assert (closing.act, closing.by.username, closing.on, closing.document.form) == (
        "pass",
        "eyes13",
        plus(5),
        "recheck",
    )
    assert (delisting.act, delisting.by.username, delisting.on, delisting.reason) == (
        "delist",
        "office",
        plus(9),
        "枣政函〔2026〕9号",
    )
