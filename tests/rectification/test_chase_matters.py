"""Everything else that somebody owes by a day: who hears of it when, and when it ceases to be pressed."""

from datetime import date, timedelta

import pytest

from accounts.models import Post
from hazards.models import HazardCase
from hazards.services import record
from notifications.models import Message
from rectification.chase import engine
from rectification.chase.realign import realign, touched
from rectification.chase.selectors import claims_of, preview
from rectification.models import ChaseClaim, ChaseRun, Matter, Rung, Suggestion, Watch
from rectification.services import (
    extensions,
    instructions,
    listings,
    seals,
    supervision,
    transfers,
)
from tests import journeys
from tests.factories import at
from tests.rectification.chasing import chased_case, full_ladder, ladder, next_look, posts  # noqa: F401

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 10)  # a Tuesday


def plus(days):
    return DAY + timedelta(days=days)


def run(on):
    return engine.run(on=on, at=at(on, 8))


def said(on):
    """(user, first words of the letter) of what one morning said."""
    before = set(Message.objects.values_list("pk", flat=True))
    run(on)
    rows = Message.objects.filter(kind="chase").exclude(pk__in=before)
    return sorted(
        (m.recipient.username, m.subject.partition("：")[0]) for m in rows.select_related("recipient")
    )


@pytest.fixture
def only(full_ladder):
    """`only("clock", "C4")`: the ladder of one kind of thing, and of one clock."""

    def keep(watched, code=None):
        Rung.objects.exclude(watched=watched).delete()
        if code:
            Rung.objects.exclude(clocks__contains=[code]).delete()

    return keep


@pytest.fixture
def case(make_case, posts):
    return make_case(day=DAY)


@pytest.fixture
def ordered(case, posts):
    journeys.order(case, by=posts["inspector"], due_on=plus(60))
    case.refresh_from_db()
    return case


# --- instructions -----------------------------------------------------------------------------------------
def test_an_instruction_is_pressed_until_it_is_answered(ordered, posts, only):
    only("instruction")
    asked = instructions.give(
        ordered,
        words="本周清理",
        addressee=posts["officer"],
        due_on=plus(4),
        by=posts["leader"],
        at=at(plus(1)),
    )
    assert said(plus(2)) == []
    assert said(plus(3)) == [
        ("officer_east", "还剩 1 天到期")
    ]  # Friday; the day for the answer is a Saturday
    assert said(plus(6)) == [("leader", "逾期 2 天"), ("officer_east", "逾期 2 天")]
    assert said(plus(7)) == []
    assert said(plus(8)) == [
        ("head_east", "逾期 4 天"),
        ("leader", "逾期 4 天"),
        ("office", "逾期 4 天"),
        ("officer_east", "逾期 4 天"),
    ]
    instructions.reply(asked, words="已清理", by=posts["officer"], at=at(plus(9)))
    assert said(plus(20)) == []
    matter = Matter.objects.get(watched="instruction")
    assert not matter.is_open and matter.next_on is None


def test_the_answer_stops_its_own_rung_and_not_the_ladder(ordered, posts, full_ladder):
    asked = instructions.give(
        ordered,
        words="本周清理",
        addressee=posts["officer"],
        due_on=plus(4),
        by=posts["leader"],
        at=at(plus(1)),
    )
    instructions.reply(asked, words="已清理", by=posts["officer"], at=at(plus(2)))
    run(plus(70))
    watched = set(ChaseClaim.objects.values_list("watched", flat=True))
    assert "deadline" in watched and "instruction" not in watched


# --- listings ---------------------------------------------------------------------------------------------
@pytest.fixture
def listing(ordered, posts):
    """Listed on 10 March, reported on every week: the first report is due on 17 March."""
    journeys.make_major(ordered, by=posts["inspector"])
    return listings.list_case(
        ordered,
        level="county",
        paper_number="枣政函〔2026〕3号",
        leader_name="刘副县长",
        report_every="weekly",
        by=posts["office"],
        at=at(DAY, 13),
    )


def test_a_milestone_by_its_day_and_by_the_new_one(listing, posts, only):
    only("milestone")
    step = supervision.add_milestone(
        listing, title="更换防火门", due_on=plus(10), by=posts["office"], at=at(DAY)
    )
    assert said(plus(7)) == [("inspector_a", "还剩 3 天到期"), ("officer_east", "还剩 3 天到期")]
    late = [("inspector_a", "逾期 3 天"), ("office", "逾期 3 天"), ("officer_east", "逾期 3 天")]
    assert said(plus(13)) == late
    assert "整改方案节点“更换防火门”" in Message.objects.latest("pk").body
    supervision.move_milestone(step, due_on=plus(20), reason="推迟", by=posts["office"], at=at(plus(13)))
    assert said(plus(15)) == [("inspector_a", "还剩 5 天到期"), ("officer_east", "还剩 5 天到期")]
    supervision.achieve(step, by=posts["officer"], at=at(plus(16)))
    assert said(plus(30)) == []


def test_a_report_for_each_day_on_which_it_is_due(listing, posts, only):
    only("report")
    assert said(plus(6)) == [("officer_east", "还剩 1 天到期")]
    assert len(said(plus(8))) == 3
    supervision.report(listing, words="进展", percent=10, by=posts["officer"], at=at(plus(9)))
    assert said(plus(13)) == [("officer_east", "还剩 1 天到期")]


def test_what_a_closed_case_owed_waits_and_comes_back_with_it(listing, ordered, posts, only):
    only("milestone")
    supervision.add_milestone(listing, title="更换防火门", due_on=plus(10), by=posts["office"], at=at(DAY))
    journeys.submit(ordered, by=posts["officer"], day=plus(2))
    journeys.review(ordered, officers=journeys.other_eyes(), day=plus(3))
    assert said(plus(13)) == []
    assert Matter.objects.get(watched="milestone").next_on is None
    record(ordered, "reopen", by=posts["inspector"], at=at(plus(14), 7), reason="反弹")
    assert len(said(plus(14))) == 3


# --- extensions, referrals -----------------------------------------------------------------------------------
def test_an_undecided_extension_goes_to_the_office_and_then_to_the_leader(ordered, posts, only):
    only("extension")
    asked = extensions.ask(
        ordered, until=plus(70), reason="设备未到货", interim="专人值守", by=posts["officer"], at=at(plus(1))
    )
    assert said(plus(1)) == []
    assert said(plus(2)) == [("office", "已等待 1 天")]
    assert said(plus(6)) == [("leader", "已等待 5 天"), ("office", "已等待 5 天")]
    extensions.grant(asked, by=posts["office"], at=at(plus(6), 10))
    assert said(plus(8)) == []


def test_a_late_reply_to_a_referral(case, posts, only):
    only("referral")
    transfers.transfer(
        case,
        department="县住建局",
        reason="属房屋改建审批职责",
        reply_due_on=plus(14),
        by=posts["office"],
        at=at(plus(1)),
    )
    assert said(plus(14)) == []  # the day for the reply means its end
    # The department has no account: the office stands in, and hears once.
    assert said(plus(15)) == [("office", "逾期 1 天")]
    roles = ChaseClaim.objects.order_by("recipient").values_list("recipient", "outcome", "via")
    assert list(roles) == [("asker", "told", "post"), ("department", "also", "office")]
    transfers.answer(case, result="已责令拆除", answered_on=plus(16), by=posts["office"], at=at(plus(16)))
    assert said(plus(40)) == []


def test_whoever_referred_and_left_is_stood_in_for_by_the_office(case, posts, only, make_person):
    only("referral")
    transfers.transfer(
        case, department="县住建局", reason="职责", reply_due_on=plus(14), by=posts["office"], at=at(plus(1))
    )
    Post.objects.filter(user=posts["office"]).update(ends_on=plus(5))
    make_person("heir", "接任", "county_office", "131121")
    assert said(plus(15)) == [("heir", "逾期 1 天")]


# --- looking again -------------------------------------------------------------------------------------------
def test_a_look_back_until_it_is_made(ordered, posts, only, inspector_b):
    only("look_back")
    journeys.submit(ordered, by=posts["officer"], day=plus(2))
    journeys.review(ordered, officers=journeys.other_eyes(), day=plus(3))
    due = plus(3 + 90)  # Thursday 11 June
    assert said(due - timedelta(days=3)) == [("inspector_a", "还剩 3 天到期")]
    assert said(due + timedelta(days=1)) == [("inspector_a", "逾期 1 天"), ("office", "逾期 1 天")]
    back = ordered.look_backs.get()
    record(ordered, "reopen", by=posts["inspector"], at=at(due + timedelta(days=2)), reason="反弹")
    assert said(due + timedelta(days=30)) == []  # the case stands again: there is nothing to look back at
    assert back.outcome == ""


def test_a_patrol_on_its_day_and_after(unit, posts, only):
    only("patrol")
    watch = Watch.objects.create(unit=unit, why="retired", since=DAY, next_on=plus(7), until=plus(100))
    assert said(plus(6)) == []
    assert said(plus(7)) == [("officer_east", "今天到期")]
    assert said(plus(8)) == [("officer_east", "逾期 1 天")]
    letter = Message.objects.latest("pk")
    assert letter.subject == "逾期 1 天：关停单位巡查 · 兴旺百货店"
    assert letter.link == f"/units/{unit.pk}/"
    watch.next_on = plus(21)
    watch.save()
    assert said(plus(14)) == []


# --- clocks --------------------------------------------------------------------------------------------------
def test_the_clock_of_the_re_inspection(ordered, posts, only):
    only("clock", "C4")
    journeys.submit(ordered, by=posts["officer"], day=plus(1))
    assert said(plus(2)) == []
    assert said(plus(3)) == [("inspector_a", "还剩 3 天到期")]  # Friday; three working days end on Monday
    assert said(plus(7)) == [("inspector_a", "逾期 1 天"), ("office", "逾期 1 天")]
    assert "复查" in Message.objects.latest("pk").subject
    journeys.review(ordered, officers=journeys.other_eyes(), day=plus(8))
    assert said(plus(20)) == []


@pytest.fixture
def cause():
    from tests.rectification.test_seals import CAUSE

    return CAUSE


@pytest.fixture
def urgent(unit, cause, posts, inspector_b):
    """Sealed at 22:00 on oral consent: the study is due within 24 hours."""
    return seals.seal_at_once(
        unit,
        cause,
        consent_by="大队长",
        officers=[posts["inspector"], inspector_b],
        sealed_at=at(DAY, 22),
        by=posts["inspector"],
        at=at(DAY, 23),
    )


def heard(moment):
    before = set(Message.objects.values_list("pk", flat=True))
    engine.run_hourly(at=moment)
    rows = Message.objects.exclude(pk__in=before).select_related("recipient")
    return sorted((m.recipient.username, m.subject.partition("：")[0]) for m in rows)


def test_a_clock_of_hours_runs_through_the_night(urgent, only):
    only("clock", "C10")
    assert heard(at(plus(1), 15) + timedelta(minutes=59)) == []
    assert heard(at(plus(1), 16)) == [("inspector_a", "还剩 6 小时"), ("office", "还剩 6 小时")]
    assert heard(at(plus(1), 21) + timedelta(minutes=59)) == []
    over = [("inspector_a", "时限已到"), ("leader", "时限已到"), ("office", "时限已到")]
    assert heard(at(plus(1), 22)) == over
    assert heard(at(plus(2), 3) + timedelta(minutes=59)) == []
    assert [name for name, _words in heard(at(plus(2), 4))] == ["inspector_a", "leader", "office"]
    assert all(message.urgent for message in Message.objects.filter(kind="chase"))
    assert set(ChaseRun.objects.values_list("hourly", flat=True)) == {True}


def test_a_look_by_the_hour_with_nothing_due_writes_nothing(urgent, only, django_assert_max_num_queries):
    only("clock", "C10")
    # The first look finds the clock, and that nothing is to be said yet.
    engine.run_hourly(at=at(plus(1), 10))
    with django_assert_max_num_queries(4):
        engine.run_hourly(at=at(plus(1), 11))
    assert not ChaseRun.objects.exists()


def test_what_reaches_nobody_by_the_hour_stays_due_and_leaves_no_run(urgent, only, posts):
    """However often the chase looks; once the post is filled its holder hears, with the true number of hours."""
    only("clock", "C10")
    Post.objects.filter(user=posts["office"]).update(ends_on=DAY)
    over = at(plus(1), 22)
    assert heard(at(plus(1), 16)) == [("inspector_a", "还剩 6 小时")]
    assert heard(over + timedelta(minutes=1)) == [("inspector_a", "时限已到"), ("leader", "时限已到")]
    assert [heard(over + timedelta(minutes=n)) for n in (6, 11, 59)] == [[], [], []]
    assert ChaseRun.objects.count() == 2
    Post.objects.filter(user=posts["office"]).update(ends_on=None)
    # Both rungs that it has missed, with the hours as they are now.
    assert heard(over + timedelta(minutes=119)) == [("office", "超过 1 小时")] * 2


def test_a_seal_about_to_lapse_is_a_letter_of_its_own(urgent, posts, only, cause):
    only("clock", "C11")
    ends = plus(30)  # Thursday 9 April; 4 to 6 April are the Qingming holiday
    assert Matter.objects.get(code="C11").due_on == ends
    assert said(date(2026, 4, 2)) == []
    assert said(date(2026, 4, 3)) == [("inspector_a", "还剩 6 天到期"), ("office", "还剩 6 天到期")]
    assert {message.key.split(":")[0] for message in Message.objects.filter(kind="chase")} == {"chase"}
    assert said(date(2026, 4, 10)) == [("inspector_a", "逾期 1 天"), ("office", "逾期 1 天")]


# --- orphans -------------------------------------------------------------------------------------------------
def test_a_case_whose_inspector_has_gone_is_an_orphan_until_somebody_takes_it(
    ordered, posts, only, inspector_b
):
    only("orphan")
    assert said(plus(1)) == []
    Post.objects.filter(user=posts["inspector"]).update(ends_on=plus(1))
    assert said(plus(2)) == [("office", "今天起")]
    assert said(plus(3)) == []
    assert said(plus(6)) == [("office", "已等待 4 天")]
    assert said(plus(9)) == [("leader", "已等待 7 天"), ("office", "已等待 7 天")]
    HazardCase.objects.update(inspector=inspector_b)
    assert said(plus(20)) == []
    assert not Matter.objects.get(watched="orphan").is_open


def test_a_deputy_keeps_a_case_from_being_an_orphan(ordered, posts, only, inspector_b):
    only("orphan")
    posts["inspector"].is_active = False
    posts["inspector"].save()
    Post.objects.filter(user=posts["inspector"]).update(deputy=inspector_b, deputy_from=DAY)
    assert said(plus(2)) == []


# --- the digest ----------------------------------------------------------------------------------------------
def test_a_person_with_several_things_gets_one_digest_the_worst_first(chased_case, posts):
    near = chased_case(date(2026, 6, 10))
    far = chased_case(date(2026, 5, 29))
    major = chased_case(date(2026, 6, 10))
    journeys.make_major(major, by=posts["inspector"])
    run(date(2026, 6, 11))
    letter = Message.objects.get(recipient=posts["officer"])
    assert letter.subject.startswith("6月11日隐患催办 3 件 · 逾期 1 天")
    assert letter.link == f"/rectification/chase/{ChaseRun.objects.get().pk}/digest/"
    lines = [line for line in letter.body.splitlines() if line[:2] in ("1.", "2.", "3.")]
    assert [next(c.number for c in (near, far, major) if c.number in line) for line in lines] == [
        major.number,
        far.number,
        near.number,
    ]
    assert "逾期一个工作日催办　" in letter.body

    assert letter.body.endswith("您是乡镇（街道）消防专干，故送达本件。")


def test_a_second_run_of_a_day_says_that_it_adds_to_the_first(chased_case, posts):
    for _n in range(2):
        chased_case(date(2026, 6, 10))
    run(date(2026, 6, 11))
    for _n in range(2):
        chased_case(date(2026, 6, 10))
    run(date(2026, 6, 11))
    first, second = Message.objects.filter(recipient=posts["officer"]).order_by("pk")
    assert first.subject.startswith("6月11日隐患催办 2 件 · ")
    assert second.subject.startswith("6月11日隐患催办（补充） 2 件 · ")
    assert second.body.splitlines()[0] == "今天又有 2 件事项需要您处理："


def test_a_long_digest_names_twenty_and_says_how_many_more(chased_case, posts):
    for _ in range(23):
        chased_case(date(2026, 6, 10))
    run(date(2026, 6, 11))
    letter = Message.objects.get(recipient=posts["officer"])
    assert "20. " in letter.body and "21. " not in letter.body
    assert "其余 3 件" in letter.body


def test_the_ledger_and_the_outlook_know_of_every_kind(ordered, posts, full_ladder):
    instructions.give(
        ordered,
        words="本周清理",
        addressee=posts["officer"],
        due_on=plus(4),
        by=posts["leader"],
        at=at(plus(1)),
    )
    coming = preview(ordered, plus(2))
    assert {"", "督办：本周清理"} <= {one.about for one in coming}
    assert [(one.day, [str(person) for person in one.people]) for one in coming if "督办" in one.about][
        :2
    ] == [
        (plus(3), ["马东"]),
        (plus(6), ["马东", "副县长"]),
    ]
    run(plus(3))
    entries = [entry for entry in claims_of(ordered) if entry.about == "督办：本周清理"]
    assert [(entry.claim.rung.code, len(entry.letters)) for entry in entries] == [("instruction-before-1", 1)]


# --- suggestions ---------------------------------------------------------------------------------------------
def test_a_rung_suggests_once_and_only_what_fits(ordered, posts, full_ladder):
    journeys.make_major(ordered, by=posts["inspector"])
    late = plus(60)
    run(late + timedelta(days=2))
    assert list(Suggestion.objects.values_list("what", flat=True)) == ["list"]
    run(late + timedelta(days=6))
    run(late + timedelta(days=30))
    assert sorted(Suggestion.objects.values_list("what", flat=True)) == [
        "instruct",
        "interview",
        "list",
        "suspend",
    ]


# --- a ladder that changes -------------------------------------------------------------------------------------
def test_a_new_version_of_a_rung_owes_only_its_own_days(chased_case, ladder):
    case = chased_case(date(2026, 6, 10))
    run(date(2026, 6, 15))  # told: before, after-1, after-3
    old = ladder["after-7"]
    old.valid_to = date(2026, 6, 16)
    old.save()
    new = Rung.objects.get(pk=old.pk)
    new.pk, new.offset, new.valid_from, new.valid_to = None, 5, date(2026, 6, 17), None
    new.save()
    assert touched(old, new).after == 1
    assert realign(on=date(2026, 6, 16)) == 1
    assert next_look(case) == date(2026, 6, 17)
    run(date(2026, 6, 17))
    run(date(2026, 6, 30))
    claims = ChaseClaim.objects.filter(rung__code="after-7", outcome="told")
    assert [(claim.rung_id, claim.on) for claim in claims] == [(new.pk, date(2026, 6, 17))]


def test_a_rung_added_today_says_nothing_about_yesterday(chased_case, ladder):
    chased_case(date(2026, 6, 1))
    run(date(2026, 6, 10))
    extra = Rung.objects.get(pk=ladder["after-3"].pk)
    extra.pk, extra.code, extra.offset, extra.valid_from = None, "after-2", 2, date(2026, 6, 11)
    extra.save()
    realign(on=date(2026, 6, 11))
    assert run(date(2026, 6, 11)).claimed == 0


# --- too much at once ------------------------------------------------------------------------------------------
def test_a_first_run_over_a_backlog_is_held_with_its_counts(chased_case, office):
    for _ in range(3):
        chased_case(date(2026, 6, 10))
    tally = engine.run(on=date(2026, 6, 11), at=at(date(2026, 6, 11), 8), guard=engine.Guard(1000, 11))
    assert (tally.held, tally.due, tally.claimed, tally.messages) == (True, 3, 12, 2)
    assert not Message.objects.exists() and not ChaseClaim.objects.exists()
    held = ChaseRun.objects.get()
    assert (held.held, held.due, held.claimed, held.messages) == (True, 3, 12, 2)
    assert not ChaseRun.objects.finished().exists()
    # What to judge by: three cases, each told at two rungs to the inspector and the township officer.
    assert held.notes == {"rungs": {"before-3": 6, "after-1": 6}, "townships": {"131121104": 12}}
    # Again: the same row.
    engine.run(on=date(2026, 6, 11), at=at(date(2026, 6, 11), 9), guard=engine.Guard(1000, 11))
    assert ChaseRun.objects.count() == 1


def test_below_its_limit_a_run_goes_ahead(chased_case):
    for _ in range(3):
        chased_case(date(2026, 6, 10))
    tally = engine.run(on=date(2026, 6, 11), at=at(date(2026, 6, 11), 8), guard=engine.Guard(1000, 12))
    assert not tally.held and tally.claimed == 12
