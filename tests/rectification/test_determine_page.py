"""The page of a determination: the elements to choose from, what the rules would say, the record on the case page."""

import pytest

from hazards.models import Determination
from reference.services.rule_sets import load_shipped
from tests.factories import DAY, plus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The forms and views think it is two days after the finding; acts are stamped by the real clock."""
    for place in ("rectification.forms.meetings.today", "rectification.views.today"):
        monkeypatch.setattr(place, lambda: plus(2))


@pytest.fixture
def page(as_user, inspector_a, case):
    load_shipped()
    browser = as_user(inspector_a)
    url = f"/cases/{case.pk}/determine/"
    from django.urls import reverse

    url = reverse("rectification:act", args=[case.pk, "determine"])
    return lambda facts=None, **how: (
        browser.get(url, **how) if facts is None else browser.post(url, facts, **how)
    )


MEETING = {
    "grade": "major",
    "held_on": DAY.isoformat(),
    "attendees": "周安\n吴平\n郑文",
    "clauses": "GB 35181-2017 第7.3.1、7.3.6、7.5条",
    "conclusion": "经集体讨论，判定为重大火灾隐患",
    "place_shown": "True",
}
FOUND = {
    "place": ["crowded"],
    "elements": ["7.3.1", "7.3.6", "7.5", "7.1.2@ignition"],
    "elements-7.3.6": "60",
    "elements-7.1.2@ignition": "99.5%",
}


def text_of(answer):
    return answer.content.decode()


def test_the_page_offers_every_element_with_a_value_where_one_is_needed(page):
    text = text_of(page())
    assert text.count('name="elements" value=') == 50  # 49 clauses, one of them with two limbs
    assert 'name="elements-7.3.6"' in text and 'name="elements-7.3.1"' not in text
    assert "大于30%" in text and "查看判定建议" in text


def test_asking_the_rules_writes_nothing_and_shows_the_answer(page):
    answer = page(FOUND | {"preview": "1"})
    assert answer.status_code == 200
    text = text_of(answer)
    assert "已废止，仅供参考" in text and "规则a：计3条，达到3条（7.3.1、7.3.6、7.5），成立。" in text
    assert "实测99.5%，小于100%。" in text
    assert 'value="60"' in text and 'value="7.3.1" checked' in text
    assert not Determination.objects.exists()


def test_asking_needs_nothing_of_the_meeting_but_sense(page):
    text = text_of(page({"elements": ["7.3.5"], "preview": "1"}, headers={"HX-Request": "true"}))
    assert "第7.3.5条需要填写比值" in text
    assert "这个字段是必填项" not in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("many", "不是数字"),
        ("-5", "为负数"),
        ("NaN", "不是数字"),
        ("3500", "大于1.00"),
        ("1e99999999", "不是数字"),
    ],
)
def test_a_value_that_is_none_is_answered_at_the_elements(page, typed, words):
    answer = page(MEETING | FOUND | {"elements-7.3.6": typed})
    assert answer.status_code == 422 and words in text_of(answer)
    assert not Determination.objects.exists()


def test_a_meeting_is_recorded_with_what_was_put_to_the_rules(page, as_user, inspector_a, case):
    answer = page(MEETING | FOUND | {"experts": "9", "expert_votes": "6"})
    assert answer.status_code == 302
    made = Determination.objects.get()
    assert made.inputs["elements"] == [
        {"clause": "7.3.1"},
        {"clause": "7.3.6", "value": 0.6},
        {"clause": "7.5"},
        {"clause": "7.1.2", "limb": "ignition", "value": 0.995},
    ]
    assert made.inputs["place"] == ["crowded"]
    text = text_of(as_user(inspector_a).get(case.get_absolute_url()))
    assert "集体讨论决定" in text and "6 / 9" in text and "GB35181-2025 v1" in text


def test_a_divided_panel_comes_back_with_its_sentence(page):
    answer = page(MEETING | {"experts": "7", "expert_votes": "4"})
    assert answer.status_code == 422 and "不足三分之二" in text_of(answer)


def test_without_loaded_rules_the_meeting_still_decides(as_user, inspector_a, case):
    from django.urls import reverse

    url = reverse("rectification:act", args=[case.pk, "determine"])
    browser = as_user(inspector_a)
    assert "查看判定建议" not in text_of(browser.get(url))
    assert browser.post(url, MEETING).status_code == 302
    assert Determination.objects.get().rule_set == ""


API = MEETING | {"attendees": ["甲", "乙", "丙"], "place": ["crowded"]}


def test_a_program_sends_the_elements_as_the_command_takes_them(api_as, inspector_a, case):
    load_shipped()
    body = API | {"elements": [{"clause": "7.3.6", "value": 0.6}, {"clause": "7.1.1"}]}
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/determine/", body, format="json")
    assert answer.status_code == 200, answer.content
    assert Determination.objects.get().proposal["superseded"]["major"] is False


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        ("7.1.1", 400),
        ({"clause": "7.1.1"}, 400),
        (3, 400),
        ([3], 409),
        ([{"clause": "9.9"}], 409),
        ([{"clause": "7.2.2", "value": "half"}], 409),
        ([], 200),
        (None, 200),
    ],
)
def test_odd_elements_from_a_program_are_a_mistake_never_a_crash(api_as, inspector_a, case, elements, status):
    load_shipped()
    body = API | {"elements": elements}
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/determine/", body, format="json")
    assert answer.status_code == status, answer.content


def test_elements_without_loaded_rules_are_refused_not_forgotten(api_as, inspector_a, case):
    body = API | {"elements": [{"clause": "7.1.1"}]}
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/determine/", body, format="json")
    assert answer.status_code == 400 and "load_reference" in answer.content.decode()
    assert not Determination.objects.exists()
