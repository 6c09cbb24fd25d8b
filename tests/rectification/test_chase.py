"""The chase: who hears what on which day, once, whatever happens to the run."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import Post
from hazards.services import record
from notifications.models import Delivery, Message
from rectification.chase import engine
from rectification.chase.realign import realign
from rectification.chase.selectors import claims_of, preview, troubles
from rectification.models import ChaseClaim, ChaseRun, Rung
from reference.models import CalendarDay
from reference.selectors import forget_calendar
from tests.factories import at
from tests.rectification.chasing import (  # noqa: F401
    Oracle,
    chased_case,
    extended,
    full_ladder,
    ladder,
    next_look,
    passed,
    posts,
    told,
)

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 10)  # Wednesday; 19 June is Dragon Boat Festival
FIVE_BEFORE = date(2026, 6, 5)
DAY_AFTER = date(2026, 6, 11)


def run(on, **options):
    return engine.run(on=on, at=at(on, 8), **options)


def heard(since=0):
    """(user name, first words of the subject) of every message, in the order of writing."""
    rows = Message.objects.filter(pk__gt=since).order_by("pk").values_list("recipient__username", "subject")
    return sorted((name, subject.partition("：")[0]) for name, subject in rows)


def latest():
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


# --- the ladder -----------------------------------------------------------------------------------------
def test_the_walk_up_the_ladder(chased_case):
    chased_case(DUE)
    expected = {
        date(2026, 6, 4): [],
        FIVE_BEFORE: [("inspector_a", "还剩 5 天到期"), ("officer_east", "还剩 5 天到期")],
        date(2026, 6, 10): [],
        DAY_AFTER: [("inspector_a", "逾期 1 天"), ("officer_east", "逾期 1 天")],
        date(2026, 6, 15): [("head_east", "报乡镇长 · 逾期 5 天")],
        date(2026, 6, 22): [("leader", "报县领导 · 逾期 12 天")],
        date(2026, 6, 26): [],
        date(2026, 6, 29): [
            ("head_east", "再次催办 · 逾期 19 天"),
            ("leader", "再次催办 · 逾期 19 天"),
            ("officer_east", "再次催办 · 逾期 19 天"),
        ],
        date(2026, 7, 6): [
            ("head_east", "再次催办 · 逾期 26 天"),
            ("leader", "再次催办 · 逾期 26 天"),
            ("officer_east", "再次催办 · 逾期 26 天"),
        ],
    }
    for on, letters in expected.items():
        before = latest()
        run(on)
        assert heard(before) == letters, on


def test_the_letter_says_what_where_and_until_when(chased_case):
    case = chased_case(DUE)
    run(FIVE_BEFORE)
    run(DAY_AFTER)
    letter = Message.objects.get(recipient__username="officer_east", on=DAY_AFTER)
    assert letter.subject == f"逾期 1 天：兴旺百货店 · 疏散通道、安全出口被占用、堵塞（{case.number}）"
    assert "单位：兴旺百货店（马屯镇，张仓口村主街1号）" in letter.body
    assert "情况：安全出口上锁" in letter.body
    assert "整改期限：2026年6月10日（逾期 1 天）" in letter.body
    assert "承办监督员：周安" in letter.body
    assert letter.body.endswith("您是乡镇（街道）消防专干，故送达本件。")
    assert letter.link == f"/cases/{case.pk}/" == case.get_absolute_url()
    assert (letter.kind, letter.about, letter.on) == ("chase", f"case:{case.pk}", DAY_AFTER)


def test_a_letter_is_in_the_inbox_at_once_and_waits_for_the_mail(chased_case, posts):
    posts["officer"].email = ""
    posts["officer"].save(update_fields=["email"])
    chased_case(DUE)
    run(FIVE_BEFORE)
    rows = Delivery.objects.values_list("message__recipient__username", "channel", "state")
    assert sorted(rows) == [
        ("inspector_a", "email", "pending"),
        ("inspector_a", "in_app", "sent"),
        ("officer_east", "in_app", "sent"),
    ]


def test_without_a_rung_in_force_nothing_is_said_and_the_case_stays_due(chased_case):
    case = chased_case(DUE)
    Rung.objects.update(valid_from=date(2026, 7, 1))
    assert run(DAY_AFTER).counts() == {
        "on": "2026-06-11",
        "due": 0,
        "claimed": 0,
        "messages": 0,
        "skipped": 0,
    }
    assert ChaseRun.objects.get().finished_at
    assert next_look(case) > DAY_AFTER
    Rung.objects.update(valid_from=date(2026, 6, 11))
    assert realign(on=date(2026, 6, 11)) == 1
    assert run(date(2026, 6, 15)).messages == 3  # of the day after the deadline, and three days after it


def test_a_case_without_a_deadline_is_not_chased(make_case, ladder, posts):
    make_case(day=date(2026, 1, 5))
    assert run(date(2026, 12, 1)).counts() == {
        "on": "2026-12-01",
        "due": 0,
        "claimed": 0,
        "messages": 0,
        "skipped": 0,
    }


# --- never twice, never forgotten ---------------------------------------------------------------------------
def test_a_second_run_says_nothing_more(chased_case):
    chased_case(DUE)
    first, second = run(DAY_AFTER), run(DAY_AFTER)
    assert (first.due, first.claimed, first.messages) == (1, 4, 2)  # two rungs, each to two people
    assert (second.due, second.claimed, second.messages, second.skipped) == (0, 0, 0, 0)
    assert Message.objects.count() == 2


def test_a_run_late_by_a_fortnight_sends_each_missing_rung_once_with_the_true_days(chased_case):
    chased_case(DUE)
    run(FIVE_BEFORE)
    before = latest()
    tally = run(date(2026, 6, 24))
    assert heard(before) == [
        ("head_east", "报乡镇长 · 逾期 14 天"),
        ("inspector_a", "逾期 14 天"),
        ("leader", "报县领导 · 逾期 14 天"),
        ("officer_east", "逾期 14 天"),
    ]
    assert (tally.claimed, tally.messages, tally.skipped) == (4, 4, 0)


def test_of_missed_repetitions_only_the_latest_is_sent(chased_case):
    case = chased_case(DUE)
    run(date(2026, 6, 22))
    before = latest()
    # 29 June, 6, 13 and 20 July were missed: cycles 0 to 3.
    tally = run(date(2026, 7, 20))
    assert heard(before) == [
        ("head_east", "再次催办 · 逾期 40 天"),
        ("leader", "再次催办 · 逾期 40 天"),
        ("officer_east", "再次催办 · 逾期 40 天"),
    ]
    # Each of the three roles is passed over three times.
    assert (tally.claimed, tally.messages, tally.passed_over, tally.skipped) == (3, 3, 9, 9)
    over = ChaseClaim.objects.filter(outcome="passed").order_by("recipient", "cycle")
    assert list(over.values_list("recipient", "cycle")) == [
        (role, cycle) for role in ("leader", "officer", "township_head") for cycle in (0, 1, 2)
    ]
    assert next_look(case) == date(2026, 7, 27)


def test_a_run_for_an_earlier_day_changes_nothing(chased_case):
    case = chased_case(DUE)
    run(date(2026, 7, 20))
    after = next_look(case)
    assert run(date(2026, 6, 11)).claimed == 0
    assert next_look(case) == after


def test_an_extension_starts_a_new_ladder(chased_case, posts):
    case = chased_case(DUE)
    run(date(2026, 6, 8))
    extended(
        case, date(2026, 7, 15), asked_by=posts["officer"], granted_by=posts["office"], on=date(2026, 6, 9)
    )
    assert run(date(2026, 7, 9)).claimed == 0
    before = latest()
    run(date(2026, 7, 10))
    assert heard(before) == [("inspector_a", "还剩 5 天到期"), ("officer_east", "还剩 5 天到期")]
    assert told(case) == [("before-3", 0, date(2026, 7, 10))]


def test_the_same_day_as_a_new_deadline_is_a_new_ladder_too(chased_case, inspector_a):
    case = chased_case(DUE)
    run(DAY_AFTER)
    record(case, "fail", by=inspector_a, at=at(DAY_AFTER, 15), due_on=date(2026, 6, 12))
    run(date(2026, 6, 12))
    assert told(case) == [("before-3", 0, date(2026, 6, 12))]
    assert Message.objects.filter(subject__startswith="今天到期").count() == 2


@pytest.mark.parametrize("act", ["pass", "transfer", "suspend", "void"])
def test_a_case_that_is_no_longer_live_is_left_in_peace(chased_case, posts, act):
    case = chased_case(DUE)
    run(DAY_AFTER)
    by = posts["office"] if act in {"suspend", "void"} else posts["inspector"]
    if act == "void":
        record(case, "ask_void", by=posts["inspector"], at=at(DAY_AFTER, 14), reason="重复登记")
    record(case, act, by=by, at=at(DAY_AFTER, 15), reason="理由")
    assert run(date(2026, 8, 1)).messages == 0


def test_a_submission_does_not_silence_the_chase(chased_case, officer_east):
    case = chased_case(DUE)
    record(case, "submit", by=officer_east, at=at(date(2026, 6, 9)))
    run(DAY_AFTER)
    assert ("after-1", 0, DAY_AFTER) in told(case)


# --- people -------------------------------------------------------------------------------------------------
def post_of(user):
    return Post.objects.get(user=user)


def test_the_deputy_is_told_instead_of_the_person_on_leave(chased_case, posts, make_person):
    deputy = make_person("deputy", "代理人")
    Post.objects.filter(user=posts["officer"]).update(
        deputy=deputy, deputy_from=date(2026, 6, 1), deputy_to=date(2026, 6, 10)
    )
    chased_case(DUE)
    run(FIVE_BEFORE)
    assert [name for name, _words in heard()] == ["deputy", "inspector_a"]
    assert Message.objects.get(recipient=deputy).body.endswith(
        "您代马东履行乡镇（街道）消防专干职责，故送达本件。"
    )
    before = latest()
    run(DAY_AFTER)  # the holder is back
    assert [name for name, _words in heard(before)] == ["inspector_a", "officer_east"]


@pytest.mark.parametrize("leaves", ["post ends", "account locked"])
def test_a_vacant_post_falls_to_the_county_office(chased_case, posts, leaves):
    if leaves == "post ends":
        Post.objects.filter(user=posts["officer"]).update(ends_on=date(2026, 5, 31))
    else:
        type(posts["officer"]).objects.filter(pk=posts["officer"].pk).update(is_active=False)
    Post.objects.filter(user=posts["head"]).update(ends_on=date(2026, 5, 31))
    chased_case(DUE)
    tally = run(FIVE_BEFORE)
    assert [name for name, _words in heard()] == ["inspector_a", "office"]
    assert "空缺" in Message.objects.get(recipient=posts["office"]).body
    assert tally.skipped == 0


def test_a_head_who_is_alone_in_the_township_does_the_officers_work(chased_case, posts):
    Post.objects.filter(user=posts["officer"]).update(ends_on=date(2026, 5, 31))
    chased_case(DUE)
    run(FIVE_BEFORE)
    assert [name for name, _words in heard()] == ["head_east", "inspector_a"]


def test_an_inspector_who_has_left_is_replaced_by_the_office(chased_case, posts):
    chased_case(DUE)
    Post.objects.filter(user=posts["inspector"]).update(ends_on=date(2026, 5, 31))
    run(FIVE_BEFORE)
    assert [name for name, _words in heard()] == ["office", "officer_east"]


def test_a_letter_that_reaches_nobody_is_reported_and_sent_when_the_post_is_filled(chased_case, posts):
    case = chased_case(DUE)
    Post.objects.filter(user__in=[posts["office"], posts["head"]]).update(ends_on=date(2026, 5, 31))
    tally = run(date(2026, 6, 15))
    assert (tally.claimed, tally.messages, tally.orphans, tally.skipped) == (4, 2, 1, 1)
    assert tally.notes()["nobody"] == {"after-3 131121104": 1}
    assert "131121104" in " ".join(tally.reasons())
    assert troubles() == list(tally.reasons())
    again = run(date(2026, 6, 16))
    assert (again.due, again.claimed, again.orphans) == (1, 0, 1)
    Post.objects.filter(user=posts["head"]).update(ends_on=None)
    run(date(2026, 6, 17))
    assert ("after-3", 0, date(2026, 6, 17)) in told(case)
    assert run(date(2026, 6, 18)).due == 0


def test_a_person_in_two_parts_gets_one_letter(chased_case, posts):
    chased_case(DUE)
    left = [posts["officer"], posts["head"], posts["inspector"]]
    Post.objects.filter(user__in=left).update(ends_on=date(2026, 5, 31))
    tally = run(FIVE_BEFORE)  # officer and inspector both fall to the office
    assert [name for name, _words in heard()] == ["office"]
    assert tally.messages == 1


def test_cases_of_a_township_go_to_its_own_people(chased_case, make_unit, west_village, officer_west):
    shop = make_unit("西店", region=west_village)
    chased_case(DUE, unit=shop)
    run(FIVE_BEFORE)
    assert [name for name, _words in heard()] == ["inspector_a", "officer_west"]


# --- the end of the calendar --------------------------------------------------------------------------------
def test_a_year_that_is_not_loaded_is_named_and_keeps_nobody_else_waiting(chased_case):
    waiting = chased_case(date(2026, 12, 28))
    other = chased_case(date(2026, 12, 10))
    tally = run(date(2026, 12, 31))
    assert told(waiting) == [(code, 0, date(2026, 12, 31)) for code in ("before-3", "after-1", "after-3")]
    assert len(told(other)) == 5
    assert dict(tally.years) == {2027: 1}  # the other's next repetition; the first has time until January
    assert tally.skipped == 1
    assert "2027" in " ".join(tally.reasons())
    assert ChaseRun.objects.get().notes["years"] == {"2027": 1}
    assert troubles() == list(tally.reasons())
    assert next_look(waiting) == date(2027, 1, 4)
    later = run(date(2027, 1, 5))
    assert (later.messages, dict(later.years)) == (0, {2027: 2})
    waiting.refresh_from_db()
    assert next_look(waiting) <= date(2027, 1, 5)  # stays due until somebody loads the year


# --- the record and the command -----------------------------------------------------------------------------
def test_a_dry_run_counts_the_same_and_writes_nothing(chased_case):
    for due_on in (DUE, date(2026, 5, 6), date(2026, 6, 12)):
        chased_case(due_on)
    counted = run(date(2026, 6, 15), dry_run=True)
    assert (Message.objects.count(), ChaseClaim.objects.count(), ChaseRun.objects.count()) == (0, 0, 0)
    done = run(date(2026, 6, 15))
    assert counted.counts() == done.counts()
    foreseen = counted.notes()
    assert sum(foreseen.pop("rungs").values()) == sum(foreseen.pop("townships").values()) == done.claimed
    assert foreseen == done.notes()
    assert done.messages == Message.objects.count() > 0


def test_the_run_is_on_record(chased_case):
    chased_case(DUE)
    run(DAY_AFTER)
    row = ChaseRun.objects.get()
    assert (row.on, row.due, row.claimed, row.messages, row.skipped) == (DAY_AFTER, 1, 4, 2, 0)
    assert row.finished_at is not None


def test_statements_do_not_grow_with_the_cases(chased_case, make_unit, django_assert_max_num_queries):
    def statements():
        with django_assert_max_num_queries(70) as seen:
            run(DAY_AFTER)
        return len(seen)

    run(DAY_AFTER)  # the process reads the calendar once
    chased_case(DUE)
    few = statements()
    shop = make_unit("另一家店")
    for _ in range(12):
        chased_case(DUE, unit=shop)
    assert statements() == few


# --- killed, interrupted ------------------------------------------------------------------------------------
class Killed(Exception):
    pass


class KillAt:
    """Lets so many statements through and then dies."""

    def __init__(self, statements):
        self.left = statements

    def __call__(self, execute, sql, params, many, context):
        if self.left == 0:
            raise Killed
        self.left -= 1
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_a_run_killed_at_any_statement_leaves_nothing_by_half(chased_case, monkeypatch):
    monkeypatch.setattr(engine, "BATCH", 2)
    cases = [chased_case(DUE) for _ in range(3)]
    on = date(2026, 6, 22)
    # The run is the first to read the calendar, before any transaction of its own.
    CalendarDay.objects.update(changed_at=at(on))
    forget_calendar()
    stops = set()
    for statements in range(200):
        try:
            with connection.execute_wrapper(KillAt(statements)):
                run(on)
            finished = True
        except Killed:
            finished = False
        ended = ChaseRun.objects.finished().exists()
        stops.add((ChaseClaim.objects.count(), Message.objects.count(), ended))
        if finished:
            break
    else:
        pytest.fail("the run never came to its end")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    # Two cases in the first batch, one in the second, each with six lines; the digests come with the end of the run.
    assert stops == {(0, 0, False), (12, 0, False), (18, 0, False), (18, 4, True)}
    row = ChaseRun.objects.filter(claims__isnull=False).distinct().get()
    assert not ChaseRun.objects.filter(finished_at=None).exists()
    assert (row.due, row.claimed, row.messages) == (3, 18, 4)
    for case in cases:
        assert sorted(code for code, _cycle, _on in told(case)) == [
            "after-1",
            "after-3",
            "after-7",
            "before-3",
        ]
    assert sorted(Message.objects.values_list("recipient__username", flat=True)) == [
        "head_east",
        "inspector_a",
        "leader",
        "officer_east",
    ]


def test_a_run_taken_up_on_a_later_day_speaks_of_the_newest_deadline_and_of_its_own_day(
    chased_case, posts, monkeypatch
):
    moved, same = chased_case(DUE), chased_case(DUE)

    def killed(self):
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(engine.Chase, "write_digests", killed)
        with pytest.raises(Killed):
            run(FIVE_BEFORE)
    extended(moved, date(2026, 6, 11), asked_by=posts["officer"], granted_by=posts["office"], on=FIVE_BEFORE)
    run(date(2026, 6, 8))  # a Monday: three days later
    (body,) = Message.objects.filter(key__startswith="digest:", recipient=posts["officer"]).values_list(
        "body", flat=True
    )
    assert f"还剩 2 天到期：兴旺百货店 · 疏散通道、安全出口被占用、堵塞（{same.number}）" in body
    assert f"还剩 3 天到期：兴旺百货店 · 疏散通道、安全出口被占用、堵塞（{moved.number}）" in body


def test_a_channel_that_a_rung_demands_is_used_though_a_higher_rung_of_the_case_hides_it(chased_case, ladder):
    """Late by weeks, the leader hears of the case by the later rung; the earlier one demanded an SMS."""
    Rung.objects.filter(code="after-7").update(channels=["webhook"])
    chased_case(DUE)
    run(date(2026, 6, 29))
    letter = Message.objects.get(recipient__username="leader", key__startswith="digest:")
    assert letter.subject.startswith("再次催办")
    assert set(letter.deliveries.values_list("channel", flat=True)) == {"in_app", "email", "webhook"}


# --- the words ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "template",
    ["{unit} {nobody}", "{unit", "{0}", "{}", "{unit!r}", "{unit:>10}", "{unit.name}", "{unit[0]}"],
)
def test_a_letter_with_an_unknown_name_is_refused(ladder, template):
    rung = ladder["after-1"]
    rung.subject = template
    with pytest.raises(ValidationError) as refused:
        rung.full_clean()
    assert list(refused.value.message_dict) == ["subject"]


def test_a_rung_without_a_reader_is_refused(ladder):
    rung = ladder["after-1"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Rung.objects.filter(pk=rung.pk).update(recipients=[])


def test_words_may_hold_braces_percent_signs_and_quotes(chased_case, ladder):
    Rung.objects.filter(code="before-3").update(
        subject="100% {{急}} '引' {unit}\\ {days}", body="{description}"
    )
    chased_case(DUE, description="门宽 80%，{x} 'a' \\ %s %(y)s")
    run(FIVE_BEFORE)
    letter = Message.objects.filter(recipient__username="officer_east").get()
    assert letter.subject == "100% {急} '引' 兴旺百货店\\ 5"
    assert letter.body == "门宽 80%，{x} 'a' \\ %s %(y)s"


def test_a_long_subject_is_cut_and_not_refused(chased_case, ladder):
    Rung.objects.filter(code="before-3").update(subject="{description}")
    chased_case(DUE, description="长" * 900)
    run(FIVE_BEFORE)
    assert set(Message.objects.values_list("subject", flat=True)) == {"长" * 200}


# --- what pages show ----------------------------------------------------------------------------------------
def test_the_outlook_says_who_hears_what_on_which_day(chased_case, posts):
    case = chased_case(DUE)
    rows = [
        (step.day, step.rung.code, step.cycle, [str(p) for p in step.people]) for step in preview(case, DUE)
    ]
    assert rows == [
        (DUE, "before-3", 0, ["马东", "周安"]),  # owed since the fifth and not said: today
        (DAY_AFTER, "after-1", 0, ["马东", "周安"]),
        (date(2026, 6, 15), "after-3", 0, ["东镇长"]),
        (date(2026, 6, 22), "after-7", 0, ["副县长"]),
        (date(2026, 6, 29), "again-5", 0, ["副县长", "东镇长", "马东"]),
        (date(2026, 7, 6), "again-5", 1, ["副县长", "东镇长", "马东"]),
        (date(2026, 7, 13), "again-5", 2, ["副县长", "东镇长", "马东"]),
    ]


def test_the_outlook_comes_true(chased_case):
    case = chased_case(DUE)
    promised = [
        (step.day, step.rung.code) for step in preview(case, date(2026, 6, 1)) if step.day < date(2026, 7, 10)
    ]
    day = date(2026, 6, 1)
    while day < date(2026, 7, 10):
        run(day)
        day += timedelta(days=1)
    assert [(on, code) for code, _cycle, on in told(case)] == promised


def test_the_outlook_is_empty_where_nothing_is_chased(make_case, chased_case, inspector_a):
    assert not len(preview(make_case(), DUE))
    case = chased_case(DUE)
    record(case, "pass", by=inspector_a, at=at(date(2026, 6, 9)))
    assert not len(preview(case, DUE))


def test_the_ledger_of_a_case(chased_case, django_assert_num_queries):
    case = chased_case(DUE)
    run(FIVE_BEFORE)
    run(date(2026, 7, 20))
    with django_assert_num_queries(4):
        ledger = claims_of(case)
        rows = [
            (
                entry.claim.rung.code,
                entry.claim.outcome,
                entry.days,
                sorted(m.recipient.name for m in entry.letters),
            )
            for entry in ledger
        ]
        assert all(len(list(m.deliveries.all())) == 2 for entry in ledger for m in entry.letters)
    assert rows[0] == ("before-3", "told", -5, ["周安", "马东"])
    assert ("again-5", "passed", 40, []) in rows
    assert ("again-5", "told", 40, ["东镇长", "副县长", "马东"]) in rows


# --- against the oracle -------------------------------------------------------------------------------------
def test_the_oracle_agrees_on_an_ordinary_year(chased_case):
    case = chased_case(DUE)
    oracle = Oracle(DUE, date(2026, 1, 5))
    on = date(2026, 5, 25)
    while on < date(2026, 9, 1):
        before = len(told(case))
        run(on)
        assert len(told(case)) - before == oracle.run(on), on
        on += timedelta(days=3)
    assert sorted(told(case)) == sorted(oracle.sent)
    assert passed(case) == oracle.passed
