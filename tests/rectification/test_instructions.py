"""Instructions and urging: asked with a day, answered once, pressed once, and nothing moved by either."""

import json
from datetime import timedelta

import pytest

from common.days import today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from notifications.models import Message
from rectification.models import Instruction
from rectification.services import instructions, urging
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(case, inspector_a):
    journeys.order(case, by=inspector_a, due_on=plus(10))
    case.refresh_from_db()
    return case


@pytest.fixture
def given(ordered, leader, officer_east):
    return instructions.give(
        ordered, words="本周内清理完毕", addressee=officer_east, due_on=plus(4), by=leader, at=at(plus(1))
    )


def letters(person):
    return list(Message.objects.filter(recipient=person, kind="decision").values_list("key", flat=True))


def test_giving_tells_the_person_and_moves_nothing(given, ordered, officer_east):
    assert (ordered.state, ordered.due_on) == ("ordered", plus(10))
    assert letters(officer_east) == [f"instruction:{given.pk}:given"]
    event = ordered.events.last()
    assert (event.act, event.reason, event.data["to"]) == ("instruct", "本周内清理完毕", "马东")


def test_it_is_a_numbered_paper(given):
    assert given.document.number == "枣政督字〔2026〕第0001号"
    assert given.document.content["department"] == "马屯镇人民政府（马东）"
    assert given.document.content["instruction"] == "本周内清理完毕"


def test_the_answer_is_given_once_and_told(given, officer_east, inspector_a, leader):
    instructions.reply(given, words="已清理，明日复查", by=officer_east, at=at(plus(2)))
    assert (given.reply, given.replied_by) == ("已清理，明日复查", officer_east)
    assert letters(leader) == [f"instruction:{given.pk}:answered"]
    with pytest.raises(AlreadyDone):
        instructions.reply(given, words="再答一次", by=inspector_a, at=at(plus(2)))


def test_whoever_gave_it_does_not_answer_it(ordered, office, officer_east):
    asked = instructions.give(
        ordered, words="报告进度", addressee=officer_east, due_on=plus(4), by=office, at=at(plus(1))
    )
    with pytest.raises(NotAllowed):
        instructions.reply(asked, words="自问自答", by=office, at=at(plus(1)))


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("words", {"words": " "}),
        ("due_on", {"due_on": plus(0)}),
        ("addressee", {"addressee": "auditor"}),
        ("addressee", {"addressee": "officer_west"}),
        ("addressee", {"addressee": "leader"}),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_written(field, facts, ordered, cast):
    right = {"words": "本周内清理完毕", "addressee": "officer_east", "due_on": plus(4)} | facts
    right["addressee"] = cast[right["addressee"]]
    with pytest.raises(RuleBroken) as refusal:
        instructions.give(ordered, **right, by=cast["leader"], at=at(plus(1)))
    assert refusal.value.field == field
    assert not Instruction.objects.exists()


def test_an_officer_gives_no_instruction(ordered, officer_east, inspector_a):
    with pytest.raises(NotAllowed):
        instructions.give(
            ordered, words="快办", addressee=inspector_a, due_on=plus(4), by=officer_east, at=at(plus(1))
        )
    assert not Instruction.objects.exists()


def test_an_answer_may_come_after_the_case_was_closed(given, ordered, inspector_a, inspector_b, officer_east):
    journeys.submit(ordered, by=officer_east)
    journeys.review(ordered, officers=[inspector_a, inspector_b])
    given.case.refresh_from_db()
    instructions.reply(given, words="已销号", by=officer_east, at=at(plus(9)))
    ordered.refresh_from_db()
    assert ordered.state == "closed"


def test_the_same_form_twice_is_one_instruction(as_user, office, officer_east, ordered):
    page = as_user(office).get(f"/rectification/cases/{ordered.pk}/instruct/")
    form = page.context["form"]
    sent = {
        "client_id": form.initial["client_id"],
        "addressee": "officer_east",
        "words": "报告进度",
        "due_on": (today() + timedelta(3)).isoformat(),
    }
    for _ in range(2):
        assert as_user(office).post(f"/rectification/cases/{ordered.pk}/instruct/", sent).status_code == 302
    assert Instruction.objects.count() == 1


def test_pages_show_what_is_asked_to_whom_it_concerns(as_user, given, officer_east, officer_west, leader):
    desk = as_user(officer_east).get("/rectification/mine/").content.decode()
    assert "1 件督办单未回复" in desk and "1 件逾期" in desk
    page = as_user(officer_east).get("/rectification/instructions/").content.decode()
    assert "本周内清理完毕" in page and f"/rectification/cases/{given.case_id}/reply/" in page
    assert (
        f"/rectification/cases/{given.case_id}/reply/"
        not in as_user(leader).get("/rectification/instructions/").content.decode()
    )
    assert "本周内清理完毕" not in as_user(officer_west).get("/rectification/instructions/").content.decode()
    case_page = as_user(leader).get(given.case.get_absolute_url()).content.decode()
    assert "本周内清理完毕" in case_page


def test_over_the_api(api_as, office, officer_east, ordered):
    url = f"/api/v1/cases/{ordered.pk}"
    body = {"addressee": "officer_east", "words": "报告进度", "due_on": (today() + timedelta(3)).isoformat()}
    answer = api_as(office).post(f"{url}/instruct/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert api_as(officer_east).post(f"{url}/reply/", {"words": "已办"}, format="json").status_code == 200
    again = api_as(officer_east).post(f"{url}/reply/", {"words": "已办"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_asked")


# --- urging ------------------------------------------------------------------------------------------


def test_urging_stands_in_the_timeline_once(ordered, officer_east):
    client_id = "5b0c2c55-4b0e-4a0e-9d9d-3d0f3f4d5a11"
    facts = {"how": "call", "words": "承诺周五前清完", "spoken_to": "王老板", "client_id": client_id}
    first = urging.urge(ordered, **facts, by=officer_east, at=at(plus(2)))
    again = urging.urge(ordered, **facts, by=officer_east, at=at(plus(2)))
    assert first == again
    assert ordered.events.filter(act="urge").count() == 1
    assert (ordered.state, ordered.due_on) == ("ordered", plus(10))


@pytest.mark.parametrize(("field", "facts"), [("how", {"how": "fax"}), ("words", {"words": ""})])
def test_urging_says_how_and_what(field, facts, ordered, officer_east):
    right = {"how": "visit", "words": "现场督促清理"} | facts
    with pytest.raises(RuleBroken) as refusal:
        urging.urge(ordered, **right, by=officer_east, at=at(plus(2)))
    assert refusal.value.field == field


def test_the_worklist_offers_to_urge(as_user, ordered, officer_east):
    page = as_user(officer_east).get("/rectification/mine/").content.decode()
    assert f"/rectification/cases/{ordered.pk}/urge/" in page
