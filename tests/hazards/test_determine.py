"""The command `determine`: its JSON, the day of the decision, and what it says to bad files."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from reference.services.rule_sets import load_shipped

pytestmark = pytest.mark.django_db
LAST, FIRST = "2025-10-31", "2025-11-01"
"""The last day of the 2017 text, the first of the 2025 one."""


@pytest.fixture(autouse=True)
def rules(db):
    load_shipped()


def run(tmp_path, asked, on=LAST, language="en"):
    file = tmp_path / "asked.json"
    file.write_text(asked if isinstance(asked, str) else json.dumps(asked), encoding="utf-8")
    out = io.StringIO()
    with translation.override(language):
        call_command("determine", str(file), stdout=out, **({"on": on} if on else {}))
    return json.loads(out.getvalue())


def question(place, *clauses):
    return {"place": place, "elements": [{"clause": clause} for clause in clauses]}


def test_the_example_of_the_contract(tmp_path):
    answer = run(
        tmp_path,
        {
            "place": ["crowded", "flammable", "important", "high_rise", "underground"],
            "elements": [{"clause": "7.3.6", "value": 0.35}, {"clause": "7.1.1"}],
            "exclusions": [],
        },
    )
    assert (answer["rule_set"], answer["version"]) == ("GB35181-2017", 1)
    assert (answer["major"], answer["by"], answer["not_fired"]) == (False, None, [])
    assert [one["clause"] for one in answer["fired"]] == ["7.1.1", "7.3.6"]
    assert answer["fired"][1]["why"] == (
        "The value 35% is more than 30%. This limit is for: High-rise building or Underground building."
    )
    assert answer["why"] == (
        "No direct element holds. Rule a: 1 of at least 3 (7.3.6), not reached. "
        "Rule b: 1 of at least 3 (7.1.1), not reached. Rule c: 2 of at least 4 (7.1.1, 7.3.6), not reached. "
        "Rule d: not for such a place. Proposal: not a major fire hazard. A meeting decides."
    )


def test_a_verdict_in_chinese_says_which_rule_counted(tmp_path):
    answer = run(tmp_path, question(["crowded"], "7.3.1", "7.3.2", "7.3.2", "7.5"), language="zh-hans")
    assert (answer["major"], answer["by"]) == (True, "a")
    assert "规则a：计3条，达到3条（7.3.1、7.3.2、7.5），成立。" in answer["why"]
    assert "建议判定为重大火灾隐患" in answer["why"]
    assert answer["fired"][1]["why"] == "存在。共发现2处，同一条文只计一条。"


def test_a_list_answers_a_list(tmp_path):
    answers = run(tmp_path, [question(["crowded"], "6.8"), question([], "7.1.1")])
    assert [answer["major"] for answer in answers] == [True, False]
    assert run(tmp_path, []) == []


def test_from_november_2025_there_is_no_verdict_and_the_old_text_is_for_reference(tmp_path):
    answer = run(tmp_path, question(["crowded"], "6.8"), on=FIRST)
    assert (answer["rule_set"], answer["major"], answer["by"]) == ("GB35181-2025", None, None)
    assert answer["fired"] == answer["not_fired"] == []
    assert "no verified text" in answer["why"]
    old = answer["superseded"]
    assert (old["rule_set"], old["major"], old["for_reference_only"]) == ("GB35181-2017", True, True)
    assert old["note"].startswith("Superseded, for reference only")
    assert "superseded" not in run(tmp_path, question(["crowded"], "6.8"), on=LAST)


def test_before_the_first_text_nothing_is_said(tmp_path):
    answer = run(tmp_path, question(["crowded"], "6.8"), on="2018-06-30")
    assert (answer["rule_set"], answer["major"]) == (None, None)


def test_today_is_the_day_where_none_is_given(tmp_path, time_machine_today):
    assert run(tmp_path, question([], "6.1"), on=None)["rule_set"] == "GB35181-2017"


@pytest.fixture
def time_machine_today(monkeypatch):
    from common import days

    monkeypatch.setattr(days, "today", lambda: date(2025, 10, 1))


def test_stdin(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"elements": [{"clause": "6.1"}]}'))
    out = io.StringIO()
    call_command("determine", "-", on=LAST, stdout=out)
    assert json.loads(out.getvalue())["major"] is True


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("{", "asked.json cannot be read"),
        ("", "asked.json cannot be read"),
        ("[" * 100_000, "asked.json cannot be read"),
        ("3", "an object with names and values is expected"),
        ("[3]", "Question 1: an object with names and values is expected"),
        ('[{}, {"place": ["moon"]}]', "Question 2: place.0.: “moon” is no known kind of place; known are: care_home"),
        ('{"elements": [{"clause": "9.9"}]}', "elements.0..clause: GB35181-2017 has no element “9.9”"),
        ('{"elements": [{"clause": "7.2.2"}]}', "clause 7.2.2 needs a value"),
        ('{"elements": [{"clause": "7.1.1", "value": 2}]}', "clause 7.1.1 takes no number"),
        ('{"elements": [{"clause": "7.3.6", "value": "a lot"}]}', "“a lot” is not a number"),
        ('{"elements": [{"clause": "7.3.6", "value": NaN}]}', "“nan” is not a number"),
        ('{"elements": [{"clause": "7.3.6", "value": -1}]}', "“-1” is negative"),
        ('{"elements": [{"clause": "7.3.6", "value": 35}]}', "larger than 1.00, which is 100%; write 0.35 for 35%"),
        ('{"elements": [{"clause": "7.1.2", "limb": "fence"}]}', "known are: ignition"),
        ('{"exclusions": ["luck"]}', "known are: expert_review, stopped, no_such_risk"),
        ('{"wish": 1}', "wish: this name is not known"),
        ('{"elements": 1}', "elements: a list is expected"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("on", [LAST, FIRST])
def test_bad_input_is_answered_with_a_sentence(tmp_path, asked, words, on):
    with pytest.raises(CommandError, match=words):
        run(tmp_path, asked, on=on)


def test_a_missing_file_and_a_bad_day(tmp_path):
    with translation.override("en"):
        with pytest.raises(CommandError, match=r"nowhere\.json cannot be read"):
            call_command("determine", "nowhere.json")
        with pytest.raises(CommandError, match="not a day"):
            call_command("determine", "-", on="tomorrow")
