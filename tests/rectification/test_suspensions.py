"""No production while the hazard stands, no reopening until the rectification passes."""

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification.services import suspensions
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(unit, case, inspector_a, office):
    """A unit under suspension because of one ordered case."""
    journeys.order(case, by=inspector_a)
    proposal = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(), cases=[case])
    return suspensions.decide(proposal, by=office, at=at(plus(1)))


def check(suspension, team, outcome="pass", day=6):
    return suspensions.accept(
        suspension, outcome=outcome, note="现场核查", officers=team, by=team[0], at=at(plus(day))
    )


def test_a_proposal_stops_nothing_yet(unit, case, inspector_a):
    suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(), cases=[case])
    unit.refresh_from_db()
    assert unit.suspended_since is None


def test_the_decision_marks_the_unit_and_issues_the_paper(stopped, unit):
    unit.refresh_from_db()
    assert (stopped.status, unit.suspended_since) == ("in_force", plus(1))
    assert stopped.document.number == "枣消安办停字〔2026〕第0001号"


def test_without_an_acceptance_check_it_may_not_resume(stopped, unit, office):
    with pytest.raises(RuleBroken) as refusal:
        suspensions.lift(stopped, by=office, at=at(plus(7)))
    assert refusal.value.code == "not_accepted"
    unit.refresh_from_db()
    assert unit.suspended_since is not None


def test_the_check_cannot_pass_while_a_hazard_stands(stopped, case, inspector_a, inspector_b):
    with pytest.raises(RuleBroken) as refusal:
        check(stopped, [inspector_a, inspector_b])
    assert refusal.value.code == "hazard_stands" and case.number in str(refusal.value)


def test_closed_checked_and_lifted_the_unit_resumes(stopped, unit, case, inspector_a, inspector_b, office):
    team = [inspector_a, inspector_b]
    journeys.review(case, officers=team)
    check(stopped, team)
    lifted = suspensions.lift(stopped, by=office, at=at(plus(7)))
    unit.refresh_from_db()
    assert (lifted.status, unit.suspended_since) == ("lifted", None)
    assert lifted.lifting_document.number == "枣消安办恢字〔2026〕第0001号"


def test_a_failed_check_after_a_passed_one_counts(stopped, case, inspector_a, inspector_b, office):
    team = [inspector_a, inspector_b]
    journeys.review(case, officers=team)
    check(stopped, team)
    check(stopped, team, outcome="fail", day=7)
    with pytest.raises(RuleBroken):
        suspensions.lift(stopped, by=office, at=at(plus(8)))


def test_a_relapse_after_the_check_keeps_it_stopped(stopped, case, inspector_a, inspector_b, office):
    from hazards.services import record

    team = [inspector_a, inspector_b]
    journeys.review(case, officers=team)
    check(stopped, team)
    record(case, "reopen", by=office, at=at(plus(7)), reason="反弹")
    with pytest.raises(RuleBroken) as refusal:
        suspensions.lift(stopped, by=office, at=at(plus(8)))
    assert refusal.value.code == "hazard_stands"


def test_two_presses_decide_once(stopped, office):
    stopped.status = "proposed"
    with pytest.raises(AlreadyDone):
        suspensions.decide(stopped, by=office, at=at(plus(1)))


def test_one_suspension_stands_per_unit(stopped, unit, inspector_a):
    with pytest.raises(AlreadyDone):
        suspensions.propose(unit, reason="又一次", by=inspector_a, at=at(plus(2)))


def test_who_may_do_what(unit, case, inspector_a, officer_east, leader_quzhou):
    proposal = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(), cases=[case])
    for person in (inspector_a, officer_east, leader_quzhou):
        with pytest.raises(NotAllowed):
            suspensions.decide(proposal, by=person, at=at(plus(1)))
    with pytest.raises(NotAllowed):
        suspensions.propose(unit, reason="x", by=officer_east, at=at())


def test_declining_needs_a_reason(unit, inspector_a, office):
    proposal = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at())
    with pytest.raises(RuleBroken) as refusal:
        suspensions.decline(proposal, by=office, at=at(plus(1)), note=" ")
    assert refusal.value.field == "note"
    assert suspensions.decline(proposal, by=office, at=at(plus(1)), note="已搬离").status == "declined"


def test_the_owners_side_asks_for_the_check(stopped, officer_east):
    asked = suspensions.ask_to_resume(stopped, words="住宿人员已全部搬离", by=officer_east, at=at(plus(5)))
    assert asked.resume_asked_by == officer_east and asked.status == "in_force"
