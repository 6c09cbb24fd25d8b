"""What a record must have, asked without a database; every expectation written by hand."""

from datetime import date, datetime, timedelta, timezone

import pytest

from inspections.rules import (
    Hazard,
    Incomplete,
    Person,
    Question,
    check_questions,
    check_team,
    check_times,
    missing_in,
    refuse,
    wrong_in,
)

ZHOU = Person(1, "周安", True)
WU = Person(2, "吴平", True)
ZHENG = Person(3, "郑文", False)
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=timezone(timedelta(hours=8)))


def codes(mistakes):
    return [mistake.code for mistake in mistakes]


def hazard(**facts):
    given = {
        "key": "finding-1",
        "label": "安全出口上锁",
        "description": "东侧安全出口上锁",
        "corrected_on_site": False,
        "due_on": date(2026, 3, 20),
        "on_site_allowed": True,
    }
    return Hazard(**(given | facts))


@pytest.mark.parametrize(
    ("officers", "assistants", "enforcing", "expected"),
    [
        ([ZHOU, WU], [], True, []),
        ([ZHOU, WU], [ZHENG], True, []),
        ([ZHOU], [], True, ["team_too_small"]),
        ([], [], True, ["team_too_small"]),
        ([ZHOU], [WU], True, ["team_too_small"]),
        ([ZHOU, ZHOU], [], True, ["officer_twice", "team_too_small"]),
        ([ZHOU, WU], [WU], True, ["officer_twice"]),
        ([ZHOU, WU, ZHENG], [], True, ["no_card"]),
        ([ZHOU, ZHENG], [], True, ["no_card"]),
        ([ZHENG], [], False, []),
        ([], [ZHENG], False, ["team_too_small"]),
    ],
)
def test_team(officers, assistants, enforcing, expected):
    assert codes(check_team(officers, assistants, enforcing=enforcing)) == expected


def test_a_sentence_names_who_has_no_card():
    (mistake,) = check_team([ZHOU, WU, ZHENG], enforcing=True)
    assert mistake.field == "officers"
    assert "郑文" in str(mistake)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (-2, -1, []),
        (-2, 0, []),
        (-2, None, []),
        (-1, -1, []),
        (1, 2, ["in_future", "in_future"]),
        (-1, 1, ["in_future"]),
        (-1, -2, ["ends_before_start"]),
    ],
)
def test_times(begins, ends, expected):
    ended = None if ends is None else NOON + timedelta(hours=ends)
    assert codes(check_times(NOON + timedelta(hours=begins), ended, NOON)) == expected


def test_every_question_is_answered():
    mistakes = check_questions([Question(1, "ok"), Question(2, ""), Question(5, "")])
    assert codes(mistakes) == ["unanswered"]
    assert "2" in str(mistakes[0])
    assert mistakes[0].anchor == "question-2"


def test_of_many_unanswered_questions_the_first_five_are_named():
    (mistake,) = check_questions([Question(number, "") for number in range(1, 28)])
    assert "27" in str(mistake)
    assert "6" not in str(mistake)


def test_a_failing_question_needs_a_finding():
    assert codes(check_questions([Question(1, "fail")])) == ["fail_without_finding"]
    assert check_questions([Question(1, "fail", 1), Question(2, "na")]) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"due_on": DAY}, []),
        ({"due_on": date(2026, 3, 9)}, ["deadline_too_early"]),
        ({"due_on": date(2028, 3, 10)}, []),
        ({"due_on": date(2028, 3, 11)}, ["deadline_too_late"]),
        ({"corrected_on_site": True}, ["both"]),
        ({"corrected_on_site": True, "due_on": None}, []),
        ({"corrected_on_site": True, "due_on": None, "on_site_allowed": False}, ["not_on_site"]),
    ],
)
def test_a_finding_that_contradicts_itself(facts, expected):
    assert codes(wrong_in(hazard(**facts), DAY)) == expected


@pytest.mark.parametrize(
    "facts", [{}, {"due_on": None, "corrected_on_site": True}], ids=["deadline", "on the spot"]
)
def test_a_patrol_reports_and_decides_nothing(facts):
    assert codes(wrong_in(hazard(**facts), DAY, enforcing=False)) == ["patrol_reports"]
    assert wrong_in(hazard(due_on=None), DAY, enforcing=False) == []


@pytest.mark.parametrize(
    ("facts", "enforcing", "expected"),
    [
        ({}, True, []),
        ({"description": "  "}, True, ["no_words"]),
        ({"due_on": None}, True, ["no_deadline"]),
        ({"due_on": None}, False, []),
        ({"due_on": None, "corrected_on_site": True}, True, []),
        ({"due_on": None, "corrected_on_site": True, "photo_needed": True}, True, ["no_photo"]),
        ({"due_on": None, "corrected_on_site": True, "photo_needed": True, "photos": 1}, True, []),
        ({"photo_needed": True}, True, []),
    ],
)
def test_what_a_finding_still_needs(facts, enforcing, expected):
    assert codes(missing_in(hazard(**facts), enforcing=enforcing)) == expected


def test_photos_that_follow_the_record_are_not_asked_for():
    facts = hazard(due_on=None, corrected_on_site=True, photo_needed=True)
    assert missing_in(facts, enforcing=True, photos_follow=True) == []


def test_everything_is_said_at_once():
    with pytest.raises(Incomplete) as refused:
        refuse([*check_team([ZHOU], enforcing=True), *missing_in(hazard(description=""), enforcing=True)])
    assert codes(refused.value.mistakes) == ["team_too_small", "no_words"]
    assert refused.value.field == "officers"


def test_nothing_wrong_passes():
    refuse([])
