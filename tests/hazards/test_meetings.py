"""The meeting record: who must be there, experts, and what is kept of the rules and their answer."""

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import translation

from common.errors import RuleBroken
from hazards.meetings import people
from hazards.models import Determination
from hazards.proposals import place_of
from hazards.services import determine
from reference.models import PlaceType, RuleSet
from reference.services.rule_sets import DATA, load_shipped, load_signed_off
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db
THREE = ["周安", "吴平", "郑文"]
CROWDED_EXITS = {
    "place": ["crowded"],
    "elements": [{"clause": "7.3.1"}, {"clause": "7.3.6", "value": 0.6}, {"clause": "7.5"}],
    "exclusions": [],
}


@pytest.fixture
def decide(case, inspector_a):
    """`decide(experts=7, expert_votes=4)`: a meeting on the day of the finding that finds the case major."""

    def meet(grade="major", **facts):
        facts = {"clauses": "7.3.1", "attendees": THREE, "held_on": DAY, "conclusion": "经集体讨论"} | facts
        return determine(case, grade=grade, by=inspector_a, at=facts.pop("at", at()), **facts)

    return meet


@pytest.mark.parametrize(
    "names", [[], THREE[:2], ["周安", "吴平", "周安"], ["周安", "吴平", "周 安"], ["周安", "吴平", " ", ""]]
)
def test_fewer_than_three_different_people_decide_nothing(names):
    with pytest.raises(RuleBroken, match=r"Art\. 21") as refusal, translation.override("en"):
        people(names, on=DAY)
    assert refusal.value.field == "attendees"


@pytest.mark.parametrize(
    ("experts", "votes", "field"),
    [
        (6, 6, "experts"),
        (0, 0, "experts"),
        (None, 5, "experts"),
        (7, None, "expert_votes"),
        (7, 4, "expert_votes"),
        (8, 5, "expert_votes"),
        (9, 5, "expert_votes"),
        (7, 8, "expert_votes"),
    ],
)
def test_a_panel_too_small_or_divided_is_refused_with_the_article(decide, case, experts, votes, field):
    with pytest.raises(RuleBroken) as refusal, translation.override("en"):
        decide(experts=experts, expert_votes=votes)
    assert refusal.value.field == field
    if (experts, votes) == (7, 4):
        assert str(refusal.value).startswith("4 of 7 experts are fewer than two thirds")
        assert "GB 35181-2017, 4.3" in str(refusal.value)
    case.refresh_from_db()
    assert case.grade == "general" and not Determination.objects.exists()


@pytest.mark.parametrize(("experts", "votes"), [(7, 5), (7, 7), (8, 6), (9, 6), (12, 8)])
def test_seven_experts_and_two_thirds_are_enough(decide, experts, votes):
    made = decide(experts=experts, expert_votes=votes)
    assert (made.experts, made.expert_votes) == (experts, votes)


def test_the_database_refuses_what_the_service_would(case, inspector_a):
    facts = {"case": case, "grade": "major", "held_on": DAY, "clauses": "7.1.1", "conclusion": "是",
             "recorded_by": inspector_a, "recorded_at": at()}  # fmt: skip
    for wrong in (
        {"attendees": THREE[:2]},
        {"attendees": THREE, "experts": 7, "expert_votes": 4},
        {"attendees": THREE, "experts": 6, "expert_votes": 6},
        {"attendees": THREE, "experts": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Determination.objects.create(**facts, **wrong)


def test_under_the_2025_text_the_old_answer_is_kept_for_reference(decide):
    load_shipped()
    made = decide(question=CROWDED_EXITS)
    assert (made.rule_set, made.rule_set_version, made.followed) == ("GB35181-2025", 1, None)
    assert made.inputs == CROWDED_EXITS
    assert made.proposal["major"] is None
    assert (made.proposal["superseded"]["major"], made.proposal["superseded"]["by"]) == (True, "a")


@pytest.mark.parametrize(("grade", "followed"), [("major", True), ("general", False)])
def test_under_a_signed_text_the_rules_propose_and_the_meeting_may_decide_otherwise(
    decide, tmp_path, grade, followed
):
    load_shipped()
    text = (DATA / "rule_sets" / "GB35181-2017.csv").read_text(encoding="utf-8")
    typed = tmp_path / "typed.csv"
    typed.write_text(
        text.replace("set,GB35181-2017", "set,GB35181-2025").replace("2018-07-01,2025-10-31", "2025-11-01,")
    )
    load_signed_off(typed, by="王核对", on=DAY, today=DAY)
    made = decide(grade=grade, question=CROWDED_EXITS)
    assert (made.rule_set, made.rule_set_version) == ("GB35181-2025", 2)
    assert (made.proposal["major"], made.proposal["by"], made.followed) == (True, "a", followed)
    assert made.proposal["signed_off_by"] == "王核对" and "superseded" not in made.proposal


def test_an_old_determination_keeps_the_version_it_used(decide):
    load_shipped()
    made = decide()
    newer = RuleSet.objects.get(code="GB35181-2025")
    RuleSet.objects.create(
        code=newer.code, version=2, name="二版", name_en="Second", valid_from=newer.valid_from, source="x",
        confidence="read", digest="x", signed_off_by="王核对", signed_off_on=DAY,
    )  # fmt: skip
    again = decide(at=at(plus(1)))
    made.refresh_from_db()
    assert (made.rule_set_version, again.rule_set_version) == (1, 2)


def test_up_and_down_are_both_kept_with_their_reasons(decide, case):
    decide(conclusion="三条要素成立")
    decide(grade="general", held_on=plus(3), at=at(plus(3)), conclusion="已增设出口，复核不再成立")
    rows = case.determinations.values_list("previous_grade", "grade", "conclusion")
    assert list(rows) == [
        ("general", "major", "三条要素成立"),
        ("major", "general", "已增设出口，复核不再成立"),
    ]
    case.refresh_from_db()
    assert case.grade == "general"
    events = case.events.filter(act="determine")
    assert [event.data["previous_grade"] for event in events] == ["general", "major"]


def test_a_record_is_never_changed(decide):
    made = decide()
    for change in (
        lambda: Determination.objects.filter(pk=made.pk).update(conclusion="改"),
        lambda: Determination.objects.filter(pk=made.pk).delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"place": ["moon"], "elements": [{"clause": "7.1.1"}]}, "place"),
        ({"place": [], "elements": [{"clause": "7.2.2"}]}, "elements"),
        ({"place": [], "elements": [], "exclusions": ["luck"]}, "exclusions"),
    ],
)
def test_a_question_that_cannot_be_judged_is_refused_at_its_field(decide, case, question, field):
    load_shipped()
    with pytest.raises(RuleBroken) as refusal:
        decide(question=question)
    assert refusal.value.field == field
    case.refresh_from_db()
    assert case.grade == "general"


def test_the_register_says_what_kind_of_place_it_is(make_unit):
    kind = PlaceType.objects.create(code="hotel-inn", name="小旅馆", name_en="Inn")
    inn = make_unit("平安旅馆", place_type=kind, flags=["small_place", "crowded"])
    assert place_of(inn) == ["crowded", "small_place", "hotel"]
