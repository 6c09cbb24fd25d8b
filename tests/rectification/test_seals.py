"""Temporary seals: 30 calendar days, 24 clock hours, three who study, two who put it up, nobody who decides his own."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents.models import Document
from rectification import limits
from rectification.models import Seal, UnsealRequest
from rectification.services import seals
from tests import journeys
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db

CAUSE = seals.Cause("东侧仓库", "exits", "安全出口封堵")
THREE = ("周某", "吴某", "郑某")


def study(day=DAY, hour=10, names=THREE):
    return seals.Study(names, at(day, hour))


@pytest.fixture
def proposed(unit, inspector_a):
    return seals.propose(unit, CAUSE, by=inspector_a, at=at(hour=9))


@pytest.fixture
def decided(proposed, office):
    return seals.decide(proposed, study(), ends_on=plus(30), by=office, at=at(hour=11))


@pytest.fixture
def sealed(decided, inspector_a, inspector_b):
    return seals.execute(decided, officers=[inspector_a, inspector_b], by=inspector_a, at=at(hour=14))


@pytest.fixture
def urgent(unit, inspector_a, inspector_b):
    """Sealed at 22:00 on oral consent."""
    return seals.seal_at_once(
        unit,
        CAUSE,
        consent_by="大队长",
        officers=[inspector_a, inspector_b],
        sealed_at=at(hour=22),
        by=inspector_a,
        at=at(hour=23),
    )


def look(seal, team, outcome="pass", day=5):
    return seals.inspect(seal, outcome=outcome, note="现场查看", officers=team, by=team[0], at=at(plus(day)))


# --- proposing and deciding


def test_a_proposal_seals_nothing_yet(proposed, unit):
    unit.refresh_from_db()
    assert (proposed.status, unit.sealed_since) == ("proposed", None)


def test_the_decision_has_its_paper_and_its_period(decided, unit):
    paper = decided.document
    assert (decided.status, paper.number) == ("decided", "枣消安办封字〔2026〕第0001号")
    assert paper.content["from"] == "2026-03-10" and paper.content["until"] == "2026-04-09"
    assert paper.content["studied_by"] == list(THREE) and paper.content["place"] == "东侧仓库"
    assert paper.awaits_service
    unit.refresh_from_db()
    assert unit.sealed_since is None


@pytest.mark.parametrize(("last", "works"), [(plus(29), True), (plus(30), True), (plus(31), False)])
def test_thirty_calendar_days_and_no_more(last, works, proposed, office):
    if works:
        assert seals.decide(proposed, study(), ends_on=last, by=office, at=at(hour=11)).last_day == last
        return
    with pytest.raises(RuleBroken) as refusal:
        seals.decide(proposed, study(), ends_on=last, by=office, at=at(hour=11))
    assert refusal.value.field == "ends_on" and "2026年4月9日" in str(refusal.value)
    assert not Document.objects.exists()


def test_the_last_day_counts_calendar_days_over_holidays_and_months():
    assert limits.seal_last_day(date(2026, 2, 10)) == date(2026, 3, 12)
    assert limits.seal_last_day(date(2024, 1, 31)) == date(2024, 3, 1)
    assert limits.seal_last_day(date(2026, 12, 15)) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("names", "works"),
    [
        (("甲", "乙"), False),
        (("甲", "乙", "甲"), False),
        (("甲", "乙", " 甲 "), False),
        (("甲", "乙", "丙"), True),
    ],
)
def test_at_least_three_different_people_study(names, works, proposed, office):
    if works:
        assert seals.decide(proposed, study(names=names), ends_on=plus(9), by=office, at=at(hour=11)).document
        return
    with pytest.raises(RuleBroken) as refusal:
        seals.decide(proposed, study(names=names), ends_on=plus(9), by=office, at=at(hour=11))
    assert refusal.value.field == "names"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"study": study(hour=12)}, "held_at"),
        ({"study": study(hour=8)}, "held_at"),
        ({"ends_on": plus(-1)}, "ends_on"),
        ({"ends_on": None}, "ends_on"),
        ({"starts_on": plus(-1)}, "starts_on"),
        ({"starts_on": plus(3), "ends_on": plus(2)}, "ends_on"),
        ({"study": study(names=("甲", "乙", "丙" * 61))}, "names"),
    ],
)
def test_what_a_decision_may_not_say(change, field, proposed, office):
    facts = {"study": study(), "ends_on": plus(9)} | change
    meeting = facts.pop("study")
    with pytest.raises(RuleBroken) as refusal:
        seals.decide(proposed, meeting, by=office, at=at(hour=11), **facts)
    assert refusal.value.field == field


def test_nobody_decides_what_he_proposed(unit, make_person, offices):
    both = make_person(
        "both", "身兼", "inspector", "131121", office=offices["brigade"], card="冀消监〔2023〕055"
    )
    both.posts.create(
        role="county_office", region_id="131121", office=offices["committee"], starts_on="2024-01-01"
    )
    person = type(both).objects.get(pk=both.pk)
    mine = seals.propose(unit, CAUSE, by=person, at=at(hour=9))
    for act in (
        lambda: seals.decide(mine, study(), ends_on=plus(9), by=person, at=at(hour=11)),
        lambda: seals.decline(mine, by=person, at=at(hour=11), note="不"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            act()
        assert refusal.value.code == "own_work"


def test_who_may_do_what(unit, proposed, inspector_a, officer_east, office, leader, clerk):
    for person in (officer_east, office, leader, clerk):
        with pytest.raises(NotAllowed):
            seals.propose(unit, CAUSE, by=person, at=at())
    for person in (inspector_a, officer_east, leader, clerk):
        with pytest.raises(NotAllowed):
            seals.decide(proposed, study(), ends_on=plus(9), by=person, at=at(hour=11))
        with pytest.raises(NotAllowed):
            seals.lift(proposed, by=person, at=at())
    for person in (officer_east, office, leader, clerk):
        with pytest.raises(NotAllowed):
            seals.execute(proposed, officers=[], by=person, at=at())
    with pytest.raises(NotAllowed):
        seals.ask_to_lift(proposed, words="好了", by=leader, at=at())


@pytest.mark.parametrize(
    ("cause", "field"),
    [
        (seals.Cause(" ", "exits", "x"), "part"),
        (seals.Cause("仓库", "weather", "x"), "circumstance"),
        (seals.Cause("仓库", "exits", " "), "reason"),
    ],
)
def test_what_a_proposal_needs(cause, field, unit, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        seals.propose(unit, cause, by=inspector_a, at=at())
    assert refusal.value.field == field


def test_a_hazard_of_another_unit_is_refused(unit, make_unit, make_case, inspector_a):
    other = make_case(unit=make_unit("永顺旅店", address="马屯村2号"))
    with pytest.raises(RuleBroken) as refusal:
        seals.propose(unit, seals.Cause("仓库", "exits", "x", (other,)), by=inspector_a, at=at())
    assert refusal.value.field == "cases"


def test_one_proposal_per_part_and_several_parts(proposed, unit, inspector_a):
    with pytest.raises(AlreadyDone):
        seals.propose(unit, CAUSE, by=inspector_a, at=at())
    assert seals.propose(unit, seals.Cause("二层", "exits", "x"), by=inspector_a, at=at())


def test_declined_needs_a_reason(proposed, office):
    with pytest.raises(RuleBroken) as refusal:
        seals.decline(proposed, by=office, at=at(hour=11), note=" ")
    assert refusal.value.field == "note"
    assert seals.decline(proposed, by=office, at=at(hour=11), note="已清理").status == "declined"
    with pytest.raises(AlreadyDone):
        seals.decide(proposed, study(), ends_on=plus(9), by=office, at=at(hour=12))


# --- putting it up


def test_two_certificated_officers_put_it_up_and_the_unit_is_marked(sealed, unit):
    unit.refresh_from_db()
    assert (sealed.status, unit.sealed_since, unit.seal_note) == ("in_force", DAY, "东侧仓库")
    assert sealed.officers.count() == 2
    assert unit.changes.filter(act="sealed").count() == 1


def test_one_officer_or_one_without_a_card_does_not(decided, inspector_a, inspector_b, clerk):
    for team in ([inspector_a], [inspector_a, inspector_a], [inspector_a, clerk]):
        with pytest.raises(RuleBroken) as refusal:
            seals.execute(decided, officers=team, by=inspector_a, at=at(hour=14))
        assert refusal.value.field == "officers"
    decided.refresh_from_db()
    assert decided.status == "decided"


def test_it_is_put_up_inside_its_period(proposed, office, inspector_a, inspector_b):
    later = seals.decide(proposed, study(), starts_on=plus(2), ends_on=plus(5), by=office, at=at(hour=11))
    team = [inspector_a, inspector_b]
    for day, works in ((1, False), (6, False), (5, True)):
        if works:
            assert seals.execute(later, officers=team, by=inspector_a, at=at(plus(day))).status == "in_force"
            return
        with pytest.raises(RuleBroken) as refusal:
            seals.execute(later, officers=team, by=inspector_a, at=at(plus(day)))
        assert refusal.value.field == "executed_at"


# --- the urgent seal


def test_an_urgent_seal_marks_at_once_and_its_study_is_owed(urgent, unit):
    unit.refresh_from_db()
    assert unit.sealed_since == DAY and urgent.awaits_study and urgent.document is None


@pytest.mark.parametrize(("minutes", "works"), [(0, True), (1, False)])
def test_the_study_is_recorded_within_24_clock_hours(minutes, works, urgent, office):
    now = at(plus(1), 22) + timedelta(minutes=minutes)
    if works:
        done = seals.decide(urgent, study(plus(1), 9), ends_on=plus(30), by=office, at=now)
        assert (done.status, done.starts_at, done.awaits_study) == ("in_force", at(hour=22), False)
        return
    assert seals.study_is_late(urgent, now)
    with pytest.raises(RuleBroken) as refusal:
        seals.decide(urgent, study(plus(1), 9), ends_on=plus(30), by=office, at=now)
    assert refusal.value.code == "too_late"


def test_the_thirty_days_of_an_urgent_seal_begin_when_it_was_put_up(urgent, office):
    with pytest.raises(RuleBroken) as refusal:
        seals.decide(urgent, study(plus(1), 9), ends_on=plus(31), by=office, at=at(plus(1)))
    assert refusal.value.field == "ends_on"


def test_studied_too_late_it_must_come_off_and_comes_off_without_more(urgent, unit, office):
    late = at(plus(2))
    with pytest.raises(RuleBroken) as refusal:
        seals.lift(urgent, by=office, at=late)
    assert refusal.value.field == "note"
    seals.lift(urgent, by=office, at=late, note="逾24小时未集体研究")
    unit.refresh_from_db()
    assert unit.sealed_since is None


def test_a_study_that_says_no_takes_it_off_at_once(urgent, unit, office):
    seals.decline(urgent, by=office, at=at(plus(1)), note="不符合查封情形")
    unit.refresh_from_db()
    assert (urgent.status, unit.sealed_since) == ("declined", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consent_by": " "}, "consent_by"),
        ({"sealed_at": at(hour=23)}, "sealed_at"),
        ({"sealed_at": at(plus(-2))}, "sealed_at"),
        ({"officers": []}, "officers"),
    ],
)
def test_what_an_urgent_seal_needs(change, field, unit, inspector_a, inspector_b):
    facts = {
        "consent_by": "大队长",
        "sealed_at": at(hour=20),
        "officers": [inspector_a, inspector_b],
    } | change
    with pytest.raises(RuleBroken) as refusal:
        seals.seal_at_once(unit, CAUSE, by=inspector_a, at=at(hour=22), **facts)
    assert refusal.value.field == field and not Seal.objects.exists()


# --- lifting


def test_asked_inspected_lifted_with_its_paper(unit, case, inspector_a, inspector_b, office, officer_east):
    team = [inspector_a, inspector_b]
    journeys.order(case, by=inspector_a)
    made = seals.propose(unit, seals.Cause("东侧仓库", "exits", "x", (case,)), by=inspector_a, at=at(hour=9))
    seals.decide(made, study(), ends_on=plus(30), by=office, at=at(hour=11))
    seals.execute(made, officers=team, by=inspector_a, at=at(hour=14))
    with pytest.raises(RuleBroken) as refusal:
        look(made, team)
    assert refusal.value.code == "nothing_asked"
    asked = seals.ask_to_lift(made, words="已拆除封堵", by=officer_east, at=at(plus(4)))
    with pytest.raises(AlreadyDone):
        seals.ask_to_lift(made, words="再问", by=officer_east, at=at(plus(4)))
    with pytest.raises(RuleBroken) as refusal:
        look(made, team)
    assert refusal.value.code == "hazard_stands" and case.number in str(refusal.value)
    with pytest.raises(RuleBroken) as refusal:
        seals.lift(made, by=office, at=at(plus(5)))
    assert refusal.value.code == "not_inspected"
    journeys.review(case, officers=team)
    look(made, team)
    seals.lift(made, by=office, at=at(plus(6)))
    asked.refresh_from_db()
    unit.refresh_from_db()
    assert (made.status, unit.sealed_since, asked.decision) == ("lifted", None, "lifted")
    assert (asked.asked_at, asked.checked_at, asked.decided_at) == (at(plus(4)), at(plus(5)), at(plus(6)))
    assert made.lifting_document.number == "枣消安办解封字〔2026〕第0001号"


def test_refused_with_a_reason_after_a_failed_inspection_and_asked_again(
    sealed, inspector_a, inspector_b, office, officer_east
):
    team = [inspector_a, inspector_b]
    seals.ask_to_lift(sealed, words="好了", by=officer_east, at=at(plus(4)))
    with pytest.raises(RuleBroken) as refusal:
        seals.refuse_to_lift(sealed, reason="未除", by=office, at=at(plus(5)))
    assert refusal.value.code == "not_inspected"
    look(sealed, team, "fail")
    with pytest.raises(RuleBroken) as refusal:
        seals.lift(sealed, by=office, at=at(plus(6)))
    assert refusal.value.code == "not_inspected"
    with pytest.raises(RuleBroken) as refusal:
        seals.refuse_to_lift(sealed, reason=" ", by=office, at=at(plus(6)))
    assert refusal.value.field == "reason"
    done = seals.refuse_to_lift(sealed, reason="出口仍封堵", by=office, at=at(plus(6)))
    assert done.document.number == "枣消安办不解封字〔2026〕第0001号" and done.decision == "refused"
    with pytest.raises(AlreadyDone):
        seals.refuse_to_lift(sealed, reason="再来", by=office, at=at(plus(6)))
    seals.ask_to_lift(sealed, words="再次整改", by=officer_east, at=at(plus(8)))
    assert UnsealRequest.objects.count() == 2


# --- its end


def test_it_runs_out_at_the_end_of_its_last_day(sealed, office):
    assert not sealed.has_run_out(at(plus(30), 23))
    assert sealed.has_run_out(at(plus(31), 0))
    with pytest.raises(RuleBroken):
        seals.lift(sealed, by=office, at=at(plus(30)), note="到期")
    assert seals.lift(sealed, by=office, at=at(plus(31)), note="到期").status == "lifted"


def test_sealed_again_by_a_new_decision_that_replaces_the_first(
    sealed, unit, inspector_a, inspector_b, office
):
    with pytest.raises(AlreadyDone):
        seals.propose(unit, CAUSE, by=inspector_a, at=at(plus(28)))
    again = seals.propose(unit, CAUSE, by=inspector_a, at=at(plus(28), 9), again_of=sealed)
    seals.decide(again, study(plus(29)), ends_on=plus(59), by=office, at=at(plus(29), 11))
    seals.execute(again, officers=[inspector_a, inspector_b], by=inspector_a, at=at(plus(29), 14))
    sealed.refresh_from_db()
    unit.refresh_from_db()
    assert (sealed.status, again.status, unit.sealed_since) == ("replaced", "in_force", plus(29))
    assert again.document.content["seal"] == sealed.document.number


def test_only_what_is_sealed_is_sealed_again(proposed, unit, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        seals.propose(unit, seals.Cause("二层", "exits", "x"), by=inspector_a, at=at(), again_of=proposed)
    assert refusal.value.code == "not_sealed"


def test_the_mark_stays_while_another_part_is_sealed(sealed, unit, inspector_a, inspector_b, office):
    second = seals.seal_at_once(
        unit,
        seals.Cause("二层", "exits", "x"),
        consent_by="大队长",
        officers=[inspector_a, inspector_b],
        sealed_at=at(plus(1)),
        by=inspector_a,
        at=at(plus(1)),
    )
    seals.lift(sealed, by=office, at=at(plus(31)), note="到期")
    unit.refresh_from_db()
    assert (unit.sealed_since, unit.seal_note) == (plus(1), "二层")
    seals.lift(second, by=office, at=at(plus(31)), note="未研究")
    unit.refresh_from_db()
    assert unit.sealed_since is None


def test_a_unit_with_a_seal_stays_on_the_register(sealed, unit):
    from units.guards import objections

    assert any("1" in sentence for sentence in objections(unit, DAY))


# --- at once


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_one_wins(proposed, office):
    results, lock = [], threading.Lock()

    def attempt(act):
        try:
            act(Seal.objects.get(pk=proposed.pk))
            word = "done"
        except AlreadyDone:
            word = "late"
        finally:
            connection.close()
        with lock:
            results.append(word)

    acts = [
        lambda seal: seals.decide(seal, study(), ends_on=plus(9), by=office, at=at(hour=11)),
        lambda seal: seals.decline(seal, by=office, at=at(hour=11), note="不封"),
    ] * 2
    threads = [threading.Thread(target=attempt, args=[act]) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["done", "late", "late", "late"]
    proposed.refresh_from_db()
    assert Document.objects.count() == (1 if proposed.status == "decided" else 0)


# --- pages


def test_the_pages_walk_through_a_seal(as_user, unit, case, inspector_a, inspector_b, office, officer_east):
    browser = as_user(inspector_a)
    propose = f"/rectification/units/{unit.pk}/seal/"
    assert browser.get(propose).status_code == 200
    assert browser.post(propose, {"part": ""}).status_code == 422
    facts = {"part": "仓库", "circumstance": "exits", "reason": "封堵", "cases": [case.pk], "urgent": "no"}
    assert browser.post(propose, facts | {"cases": ["x"]}).status_code == 422
    assert browser.post(propose, facts | {"circumstance": "x"}).status_code == 422
    assert browser.post(propose, facts | {"urgent": "yes", "sealed_at": ""}).status_code == 422
    assert browser.post(propose, facts).status_code == 302
    seal = Seal.objects.get()
    page = f"/rectification/seals/{seal.pk}/"
    assert list(seal.cases.all()) == [case]
    assert browser.get(page).status_code == 200
    chief = as_user(office)
    assert "仓库" in chief.get("/rectification/approvals/").content.decode()
    decide = {"names": "甲、乙、丙", "held_at": "2020-01-01T10:00", "ends_on": "2030-01-01"}
    assert chief.post(page + "decide/", decide).status_code == 422
    from django.utils.timezone import localtime

    now = localtime()
    good = decide | {"held_at": f"{now:%Y-%m-%dT%H:%M}", "ends_on": f"{now + timedelta(days=30):%Y-%m-%d}"}
    assert chief.post(page + "decide/", good).status_code == 302
    assert chief.post(page + "decide/", good).status_code == 422
    assert chief.post(page + "nothing/", {}).status_code == 404
    put_up = {"officers": ["inspector_a", "inspector_b"]}
    assert as_user(inspector_a).post(page + "execute/", put_up).status_code == 302
    unit.refresh_from_db()
    assert unit.sealed_since
    for address in ("/units/?sealed=true", f"/units/{unit.pk}/", f"/cases/{case.pk}/"):
        assert "仓库" in (text := as_user(inspector_a).get(address).content.decode()) or unit.name in text
    assert as_user(officer_east).post(page + "ask-to-lift/", {"words": "已拆除"}).status_code == 302
    seen = {"outcome": "fail", "note": "未除", "officers": ["inspector_a", "inspector_b"]}
    assert as_user(inspector_a).post(page + "inspect/", seen).status_code == 302
    assert as_user(office).post(page + "lift/", {}).status_code == 422
    assert as_user(office).post(page + "refuse/", {"reason": "仍封堵"}).status_code == 302
    again = f"{propose}?again={seal.pk}"
    assert as_user(inspector_a).get(again).status_code == 200
    assert as_user(inspector_a).post(again, facts).status_code == 302
    assert Seal.objects.filter(again_of=seal).count() == 1
    for tab in ("", "?tab=ending", "?tab=lifted", "?tab=x", f"?unit={unit.pk}", "?unit=x", "?page=abc"):
        assert as_user(office).get(f"/rectification/seals/{tab}").status_code in (200, 400)
    assert as_user(inspector_a).get(f"{propose}?again=x").status_code == 404


def test_seals_are_seen_inside_ones_area(as_user, sealed, officer_west, officer_east):
    page = f"/rectification/seals/{sealed.pk}/"
    west = as_user(officer_west)
    assert west.get(page).status_code == 404 and west.post(page + "lift/").status_code == 404
    assert "东侧仓库" not in west.get("/rectification/seals/").content.decode()
    east = as_user(officer_east)
    assert "东侧仓库" in east.get("/rectification/seals/").content.decode()
    assert east.post(page + "lift/", {"note": "x"}).status_code in (403, 409)
