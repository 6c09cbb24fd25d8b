"""Re-inspections: two officers with cards, item by item, nobody verifies his own work on a grave hazard."""

import pytest

from common.errors import RuleBroken
from rectification.models import Review
from rectification.services import orders, reviews
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(inspector_a, inspector_b):
    return [inspector_a, inspector_b]


def look(case, team, outcome="pass", **more):
    facts = {"note": journeys.WORDS, **more.pop("facts", {})}
    if outcome == "pass" and not facts.get("photos"):
        facts.setdefault("no_photo", "other")
    verdict = reviews.Verdict(case, outcome, **facts)
    return reviews.review(
        unit=case.unit, verdicts=[verdict], officers=team, by=team[0], at=at(plus(5)), **more
    )


def test_one_visit_passes_one_item_and_fails_another(unit, make_case, team, officer_east):
    first, second = make_case(), make_case()
    items = [orders.Item(first, plus(3)), orders.Item(second, plus(3))]
    orders.issue(unit=unit, items=items, by=team[0], at=at())
    journeys.submit(first, by=officer_east)
    sitting = reviews.review(
        unit=unit,
        verdicts=[
            reviews.Verdict(first, "pass", journeys.WORDS, no_photo="other"),
            reviews.Verdict(second, "fail", "仍上锁", plus(9)),
        ],
        officers=team,
        by=team[0],
        at=at(plus(5)),
    )
    assert (first.state, second.state, second.due_on) == ("closed", "ordered", plus(9))
    assert sitting.document.number == "枣消复字〔2026〕第0001号"
    assert first.submissions.get().outcome == "passed"


def test_reinspections_of_a_case_are_counted(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team, "fail", facts={"due_on": plus(20)})
    look(case, team)
    assert [item.sequence for item in case.review_items.order_by("pk")] == [1, 2]
    assert case.state == "closed"


def test_without_a_submission_the_deadline_alone_allows_it(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team)
    assert case.state == "closed"


@pytest.mark.parametrize(
    "people", [["inspector_a"], ["inspector_a", "inspector_a"], ["inspector_a", "clerk"], []]
)
def test_two_different_officers_with_cards(people, case, cast, inspector_a):
    journeys.order(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        reviews.review(
            unit=case.unit,
            verdicts=[reviews.Verdict(case, "pass", journeys.WORDS, no_photo="other")],
            officers=[cast[name] for name in people],
            by=inspector_a,
            at=at(plus(5)),
        )
    assert refusal.value.field == "officers"
    assert Review.objects.count() == 0


def test_an_expired_card_signs_nothing(case, team, inspector_a, inspector_b):
    journeys.order(case, by=inspector_a)
    inspector_b.card_valid_to = plus(4)
    inspector_b.save()
    with pytest.raises(RuleBroken, match="吴平"):
        look(case, team)


def test_failing_needs_a_new_deadline_and_words(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    for facts, field in (({"due_on": None}, "due_on"), ({"due_on": plus(9), "note": ""}, "note")):
        with pytest.raises(RuleBroken) as refusal:
            look(case, team, "fail", facts=facts)
        assert refusal.value.field == field


def test_closing_needs_evidence(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        look(case, team, facts={"note": ""})
    assert refusal.value.field == "note"


def test_whoever_submitted_a_major_hazard_may_not_verify_it(case, team, inspector_a):
    journeys.make_major(case, by=inspector_a)
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        look(case, team)
    assert refusal.value.code == "own_work"
    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_reinspection_in_the_future_is_refused(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        look(case, team, held_on=plus(6))
    assert refusal.value.field == "held_on"


def test_an_undecided_extension_is_settled_by_the_reinspection(case, team, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.extensions.ask(
        case, until=plus(30), reason="等配件", interim="专人看护", by=officer_east, at=at(plus(1))
    )
    look(case, team)
    assert case.extensions.get().decision == "refused"
