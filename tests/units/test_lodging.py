"""The verdict on a combined-use site in the dossier, its survey, and the text of a proposed stop."""

import uuid

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from common.errors import NotAllowed, RuleBroken
from rectification.services.filing import reason_to_stop
from reference.models import CombinedUseLimit
from reference.services.tables import load_tables
from tests.factories import DAY, at, plus
from units.lodging import verdict_for
from units.models import LodgingSurvey
from units.services import survey

pytestmark = pytest.mark.django_db
WORKSHOP = {"use_class": "D", "building": "other", "underground": False}


@pytest.fixture
def numbers(db):
    load_tables()


@pytest.fixture
def site(make_unit):
    return make_unit(
        "红星毛皮加工坊",
        flags=["combined_use"],
        floor_area=800,
        height=10,
        storeys=3,
        lodgers=8,
        fire_resistance=2,
    )


def look(site, by, *, day=DAY, client_id=None, **seen):
    return survey(site, by=by, at=at(day), client_id=client_id or uuid.uuid4(), **seen)


def test_the_register_alone_leaves_the_kind_of_use_open(numbers, site):
    found = verdict_for(site, DAY)
    assert (found.tier, found.at_least) == (None, "separation_or_sprinkler")
    assert found.missing == ("use_class", "building", "underground")


def test_a_survey_completes_the_verdict_and_the_latest_counts(numbers, site, officer_east):
    first = look(site, officer_east, **WORKSHOP)
    assert verdict_for(site, DAY).tier == "separation_or_sprinkler"
    look(site, officer_east, day=plus(1), **WORKSHOP | {"use_class": "B"})
    assert verdict_for(site, DAY).tier == "forbidden"
    assert first.verdict["tier"] == "separation_or_sprinkler"
    assert LodgingSurvey.objects.count() == 2


def test_the_same_survey_twice_is_one(numbers, site, officer_east):
    same = uuid.uuid4()
    first = look(site, officer_east, client_id=same, **WORKSHOP)
    assert look(site, officer_east, client_id=same, **WORKSHOP) == first


def test_a_survey_is_never_changed(site, officer_east):
    made = look(site, officer_east, **WORKSHOP)
    for change in (
        lambda: LodgingSurvey.objects.filter(pk=made.pk).update(use_class="A"),
        lambda: LodgingSurvey.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_only_combined_sites_and_only_who_may_correct_them(site, unit, officer_east, officer_west):
    with pytest.raises(RuleBroken):
        look(unit, officer_east, **WORKSHOP)
    with pytest.raises(NotAllowed):
        look(site, officer_west, **WORKSHOP)
    assert not LodgingSurvey.objects.exists()


def test_without_loaded_numbers_nothing_is_said(site, as_user, officer_east):
    CombinedUseLimit.objects.all().delete()
    assert verdict_for(site, DAY) is None
    assert "能否住宿" not in as_user(officer_east).get(site.get_absolute_url()).content.decode()


def test_the_dossier_says_what_is_not_known_and_what_must_be_done(numbers, site, as_user, officer_east):
    text = as_user(officer_east).get(site.get_absolute_url()).content.decode()
    assert "能否住宿" in text
    assert "尚不清楚：生产、储存、经营的火灾危险性、建筑性质、地下或半地下。目前可以确定：" in text
    assert "建筑高度大于15m（本场所：10 m）" in text
    assert reverse("units:lodging_survey", args=[site.pk]) in text


def test_other_units_have_no_such_panel(numbers, unit, as_user, officer_east):
    browser = as_user(officer_east)
    assert "能否住宿" not in browser.get(unit.get_absolute_url()).content.decode()
    assert browser.get(reverse("units:lodging_survey", args=[unit.pk])).status_code == 404


def test_the_survey_page_keeps_what_was_seen(numbers, site, as_user, officer_east, officer_west):
    url = reverse("units:lodging_survey", args=[site.pk])
    browser = as_user(officer_east)
    page = browser.get(url)
    assert page.status_code == 200 and page.content.decode().count("不清楚") >= 14
    answer = browser.post(
        url, {"use_class": "D", "building": "factory", "underground": "false", "alarm": "unknown"}
    )
    assert answer.status_code == 302
    made = LodgingSurvey.objects.get()
    assert (made.building, made.underground, made.alarm, made.verdict["tier"]) == (
        "factory",
        False,
        None,
        "forbidden",
    )
    assert "禁止住宿（XF 703第4.1条）" in browser.get(site.get_absolute_url()).content.decode()
    assert 'value="factory" selected' in browser.get(url).content.decode()
    assert browser.post(url, {"use_class": "Z"}).status_code == 422
    assert as_user(officer_west).get(url).status_code == 404


def test_the_text_of_a_proposed_stop_says_what_must_be_done(numbers, site, make_case, officer_east):
    case = make_case(unit=site, category="lodging")
    look(site, officer_east, **WORKSHOP, alarm=True, sprinkler=True)
    text = reason_to_stop(site, [case], DAY)
    assert text.splitlines()[0].endswith("生产车间内违规住人")
    assert "XF 703第4.3条" in text.splitlines()[1]
    assert text.splitlines()[2] == (
        "恢复前须完成：设置独立的疏散设施，或独立的辅助疏散设施、疏散门向外开启并易从内部打开、"
        "配置灭火器、设置应急照明、疏散出口宽度满足要求"
    )
