"""What the chase suggests: shown where it can be taken up, taken up by doing it, set aside with a reason, once."""

from datetime import date

import pytest
from django.urls import reverse

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from hazards.services import record
from rectification.models import Rung, Suggestion
from rectification.services import instructions, suggestions, suspensions
from tests.factories import at, plus
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def standing(chased_case):
    return chased_case(date(2026, 3, 1))


@pytest.fixture
def suggest(standing, ladder):
    def make(what, case=None):
        return Suggestion.objects.create(
            case=case or standing, what=what, rung=Rung.objects.get(code="after-7"), made_on=plus(0)
        )

    return make


def test_it_is_set_aside_with_a_reason_once(suggest, office):
    row = suggest("interview")
    with pytest.raises(RuleBroken) as refused:
        suggestions.set_aside(row, reason=" ", by=office, at=at())
    assert refused.value.field == "reason"
    suggestions.set_aside(row, reason="单位已承诺三日内完成", by=office, at=at())
    assert (row.taken, row.settled_by, row.reason) == (False, office, "单位已承诺三日内完成")
    with pytest.raises(AlreadyDone):
        suggestions.set_aside(row, reason="再来一次", by=office, at=at())


def test_only_those_of_the_place(suggest, officer_west, leader, officer_east):
    row = suggest("interview")
    for person in (officer_west, leader):
        with pytest.raises(NotAllowed):
            suggestions.set_aside(row, reason="不采纳", by=person, at=at())
    assert suggestions.take_up(row, reason="已约谈负责人张三", by=officer_east, at=at()).taken is True


def test_only_a_talk_is_noted_the_others_are_done(suggest, office):
    with pytest.raises(RuleBroken):
        suggestions.take_up(suggest("suspend"), reason="已经停了", by=office, at=at())


def test_an_instruction_takes_it_up(suggest, standing, leader, officer_east):
    row = suggest("instruct")
    instructions.give(
        standing, words="限期清理", addressee=officer_east, due_on=plus(4), by=leader, at=at(plus(1))
    )
    row.refresh_from_db()
    assert (row.taken, row.settled_by, row.settled_at) == (True, leader, at(plus(1)))


def test_a_stop_takes_it_up_for_every_case_of_the_unit(suggest, standing, inspector_a, office):
    row = suggest("suspend")
    made = suspensions.propose(standing.unit, reason="拒不整改", by=inspector_a, at=at(), cases=[standing])
    row.refresh_from_db()
    assert row.settled_at is None
    suspensions.decide(made, by=office, at=at(plus(1)))
    row.refresh_from_db()
    assert (row.taken, row.settled_by) == (True, office)


def test_a_case_that_stands_no_longer_has_nothing_suggested(suggest, standing, office):
    row = suggest("instruct")
    record(standing, "suspend", by=office, at=at(), reason="单位搬走")
    row.refresh_from_db()
    assert (row.taken, row.settled_by, row.settled_at) == (None, None, at())


def test_another_act_leaves_it_open(suggest, standing, officer_east):
    row = suggest("instruct")
    record(standing, "urge", by=officer_east, at=at(), reason="已催")
    row.refresh_from_db()
    assert row.settled_at is None


# --- pages --------------------------------------------------------------------------------------------------
def test_it_stands_on_the_case_with_the_act(suggest, standing, office, leader, as_user):
    row = suggest("instruct")
    page = as_user(leader).get(standing.get_absolute_url()).content.decode()
    assert "建议下达督办单" in page
    assert reverse("rectification:suggestion-settle", args=[row.pk]) not in page
    page = as_user(office).get(standing.get_absolute_url()).content.decode()
    assert reverse("rectification:act", args=[standing.pk, "instruct"]) in page
    assert reverse("rectification:suggestion-settle", args=[row.pk]) in page


def test_it_stands_on_the_desks(suggest, standing, office, officer_east, officer_west, as_user):
    suggest("suspend")
    assert "建议责令停产停业" in as_user(office).get(reverse("rectification:approvals")).content.decode()
    assert "1 条办理建议" in as_user(officer_east).get(reverse("rectification:mine")).content.decode()
    assert "条办理建议" not in as_user(officer_west).get(reverse("rectification:mine")).content.decode()
    address = reverse("rectification:suggestions")
    assert standing.number in as_user(officer_east).get(address).content.decode()
    assert "没有待处理的建议" in as_user(officer_west).get(address).content.decode()
    assert as_user(office).get(address, {"tab": "'"}).status_code == 200


def test_settling_by_the_page(suggest, standing, office, officer_west, leader, as_user):
    row = suggest("interview")
    address = reverse("rectification:suggestion-settle", args=[row.pk])
    assert as_user(officer_west).get(address).status_code == 404
    assert as_user(leader).get(address).status_code == 403
    assert as_user(office).post(address, {"reason": ""}).status_code == 422
    assert as_user(office).post(address, {"reason": "单位已停用该车间"}).status_code == 302
    assert "已经处理" in as_user(office).post(address, {"reason": "又一次"}).content.decode()
    assert (
        "单位已停用该车间"
        in as_user(office).get(reverse("rectification:suggestions") + "?tab=settled").content.decode()
    )


def test_a_talk_is_noted_by_the_page(suggest, office, as_user):
    row = suggest("interview")
    address = reverse("rectification:suggestion-settle", args=[row.pk])
    assert 'name="done" value="True"' in as_user(office).get(f"{address}?done").content.decode()
    as_user(office).post(address, {"reason": "约谈张三，承诺三日内整改", "done": "True"})
    row.refresh_from_db()
    assert row.taken is True


def test_a_talk_about_a_listed_hazard_is_noted_on_its_listing(
    suggest, standing, inspector_c, office, as_user
):
    from hazards.models import HazardCase
    from rectification.services import listings, supervision

    HazardCase.objects.filter(pk=standing.pk).update(grade="major")
    facts = {"level": "county", "paper_number": "枣政〔2026〕5号", "leader_name": "副县长"}
    listing = listings.list_case(standing, **facts, by=office, at=at())
    row = suggest("interview")
    page = as_user(office).get(reverse("rectification:suggestions")).content.decode()
    assert f"{listing.get_absolute_url()}#call-in" in page
    supervision.call_in(listing, words="约谈负责人，承诺月底前完成", by=office, at=at(plus(1)))
    row.refresh_from_db()
    assert (row.taken, row.settled_by) == (True, office)


def test_listing_takes_it_up(suggest, standing, office):
    from hazards.models import HazardCase
    from rectification.services import listings

    HazardCase.objects.filter(pk=standing.pk).update(grade="major")
    row = suggest("list")
    facts = {"level": "county", "paper_number": "枣政〔2026〕5号", "leader_name": "副县长"}
    listings.list_case(standing, **facts, by=office, at=at(plus(1)))
    row.refresh_from_db()
    assert (row.taken, row.settled_at) == (True, at(plus(1)))


def test_the_worst_case_comes_first(suggest, chased_case, make_unit, office, as_user):
    major = chased_case(date(2026, 3, 5), unit=make_unit("大店"))
    type(major).objects.filter(pk=major.pk).update(grade="major")
    late = suggest("interview")
    worst = suggest("interview", case=major)
    page = as_user(office).get(reverse("rectification:suggestions"))
    assert [one.row.pk for one in page.context["rows"]] == [worst.pk, late.pk]
