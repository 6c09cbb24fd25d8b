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


# --- kinds, repetition, the government's decision, and refused resumption


@pytest.mark.parametrize(
    ("kind", "stop", "allow", "refuse"),
    [
        ("business", "责令停产停业决定书", "同意恢复生产经营决定书", "不同意恢复生产经营决定书"),
        ("use", "责令停止使用决定书", "同意恢复使用决定书", "不同意恢复使用决定书"),
        ("work", "责令停止施工决定书", "同意恢复施工决定书", "不同意恢复施工决定书"),
    ],
)
def test_the_titles_follow_what_is_stopped(
    kind, stop, allow, refuse, unit, inspector_a, inspector_b, office, officer_east
):
    team = [inspector_a, inspector_b]
    made = suspensions.propose(unit, reason="隐患", by=inspector_a, at=at(), kind=kind)
    suspensions.decide(made, by=office, at=at(plus(1)))
    suspensions.ask_to_resume(made, words="好了", by=officer_east, at=at(plus(2)))
    check(made, team, "fail", 3)
    refused = suspensions.refuse_to_resume(made, reason="未除", by=office, at=at(plus(4)))
    suspensions.ask_to_resume(made, words="又好了", by=officer_east, at=at(plus(5)))
    check(made, team, "pass", 6)
    suspensions.lift(made, by=office, at=at(plus(7)))
    titles = [paper.title for paper in (made.document, made.lifting_document, refused.document)]
    assert titles == [stop, allow, refuse]


def test_an_unknown_kind_is_refused(unit, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        suspensions.propose(unit, reason="隐患", by=inspector_a, at=at(), kind="sleep")
    assert refusal.value.field == "kind"


def test_a_refused_request_keeps_its_instants_and_the_unit_stays_stopped(
    stopped, unit, inspector_a, inspector_b, office, officer_east
):
    team = [inspector_a, inspector_b]
    suspensions.ask_to_resume(stopped, words="好了", by=officer_east, at=at(plus(3)))
    with pytest.raises(AlreadyDone):
        suspensions.ask_to_resume(stopped, words="好了吧", by=officer_east, at=at(plus(3)))
    with pytest.raises(RuleBroken) as refusal:
        suspensions.refuse_to_resume(stopped, reason="未除", by=office, at=at(plus(4)))
    assert refusal.value.code == "not_checked"
    check(stopped, team, "fail", 4)
    with pytest.raises(RuleBroken) as refusal:
        suspensions.refuse_to_resume(stopped, reason=" ", by=office, at=at(plus(5)))
    assert refusal.value.field == "reason"
    with pytest.raises(NotAllowed):
        suspensions.refuse_to_resume(stopped, reason="未除", by=inspector_a, at=at(plus(5)))
    request = suspensions.refuse_to_resume(stopped, reason="通道仍堵", by=office, at=at(plus(5)))
    assert (request.asked_at, request.checked_at, request.decided_at) == (
        at(plus(3)),
        at(plus(4)),
        at(plus(5)),
    )
    assert request.document.number == "枣消安办不恢字〔2026〕第0001号"
    unit.refresh_from_db()
    stopped.refresh_from_db()
    assert unit.suspended_since and stopped.status == "in_force" and stopped.resume_asked_at is None
    with pytest.raises(AlreadyDone):
        suspensions.refuse_to_resume(stopped, reason="再来", by=office, at=at(plus(6)))


@pytest.mark.parametrize(("days", "is_repeat"), [(364, True), (365, True), (366, False)])
def test_another_within_twelve_months_is_marked(days, is_repeat, unit, inspector_a, inspector_b, office):
    """Decided on 2026-03-10: 2027-03-10 is the last day that repeats it."""
    first = suspensions.propose(unit, reason="隐患", by=inspector_a, at=at())
    assert first.is_repeat is False
    suspensions.decide(first, by=office, at=at(hour=11))
    check(first, [inspector_a, inspector_b], "pass", 2)
    suspensions.lift(first, by=office, at=at(plus(3)))
    again = suspensions.propose(unit, reason="又犯", by=inspector_a, at=at(plus(days)))
    assert again.is_repeat is is_repeat


def test_where_it_weighs_heavily_the_government_decides(unit, inspector_a, office):
    made = suspensions.propose(unit, reason="隐患", by=inspector_a, at=at())
    with pytest.raises(RuleBroken) as refusal:
        suspensions.decide(made, by=office, at=at(plus(1)), large_effect=True)
    assert refusal.value.field == "government_number"
    suspensions.decide(
        made, by=office, at=at(plus(1)), large_effect=True, government_number="枣政函〔2026〕8号"
    )
    assert made.document.content["government_number"] == "枣政函〔2026〕8号"


def test_the_pages_propose_a_kind_and_refuse_resumption(
    as_user, unit, inspector_a, inspector_b, office, officer_east
):
    page = f"/rectification/units/{unit.pk}/stop/"
    assert as_user(inspector_a).get(page).status_code == 200
    assert as_user(inspector_a).post(page, {"kind": "x", "reason": "隐患"}).status_code == 422
    assert as_user(inspector_a).post(page, {"kind": "use", "reason": "隐患"}).status_code == 302
    made = unit.suspensions.get()
    step = f"/rectification/suspensions/{made.pk}/"
    assert as_user(office).post(step + "decide/", {"large_effect": "on"}).status_code == 422
    assert as_user(office).post(step + "decide/", {}).status_code == 302
    assert as_user(officer_east).post(step + "ask-to-resume/", {"words": "好了"}).status_code == 302
    seen = {"outcome": "fail", "note": "未除", "officers": ["inspector_a", "inspector_b"]}
    assert as_user(inspector_a).post(step + "accept/", seen).status_code == 302
    assert 'id="refuse"' in as_user(office).get(step).content.decode()
    assert as_user(office).post(step + "refuse/", {}).status_code == 422
    assert as_user(office).post(step + "refuse/", {"reason": "未除"}).status_code == 302
    assert as_user(office).get(step).status_code == 200
