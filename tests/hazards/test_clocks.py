"""The authority's own clocks: begun, met and stopped by acts, each day spelled out by hand."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hazards import clock_rules, clocks, services, states
from hazards.clock_panel import rows
from hazards.models import Clock, HazardCase
from rectification.services import extensions, suspensions
from reference.models import Clause, Limit
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests import journeys
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db
MARCH = {day: date(2026, 3, day) for day in range(1, 32)}


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    yield
    forget_calendar()


def clock(case, code) -> Clock:
    """The clock of a code that counts: running or met, the latest."""
    return Clock.objects.kept().filter(case=case, code=code).order_by("-pk").first()


def facts(case, code):
    one = clock(case, code)
    return one.began_on, one.due_on, one.met_by, one.is_late(at(plus(300)))


def test_the_order_is_served_within_three_working_days_of_the_inspection(case, inspector_a):
    assert facts(case, "C2") == (DAY, MARCH[13], "", True)
    assert not clock(case, "C2").is_late(datetime.fromisoformat("2026-03-13T23:59:59+08:00"))
    assert clock(case, "C2").is_late(datetime.fromisoformat("2026-03-14T00:00:00+08:00"))
    order = journeys.order(case, by=inspector_a, day=plus(1))
    assert facts(case, "C2") == (DAY, MARCH[13], "", True)  # made, and not served
    journeys.serve(order, by=inspector_a, day=MARCH[13])
    assert facts(case, "C2") == (DAY, MARCH[13], "serve", False)


def test_an_order_served_on_the_fourth_working_day_is_late(case, inspector_a):
    order = journeys.order(case, by=inspector_a, day=plus(1))
    journeys.serve(order, by=inspector_a, day=plus(6))  # Monday the 16th
    assert facts(case, "C2") == (DAY, MARCH[13], "serve", True)


def test_what_was_put_right_on_the_spot_needs_no_order(case, inspector_a):
    services.record(case, "correct_on_site", by=inspector_a, at=at(hour=11))
    assert clock(case, "C2") is None
    assert Clock.objects.get(case=case, code="C2").stopped_by == "correct_on_site"


def test_a_finding_that_no_officer_made_has_no_order_to_serve(unit, catalogue, officer_east):
    found = services.open_case(
        unit=unit,
        category=catalogue["exit"],
        description="通道堵塞",
        by=officer_east,
        at=at(),
        source="report",
    )
    assert not Clock.objects.filter(case=found).exists()


def test_reinspection_runs_from_expiry_where_nobody_applies(case, inspector_a):
    journeys.order(case, by=inspector_a)
    assert facts(case, "C4") == (MARCH[25], MARCH[30], "", True)
    assert clock(case, "C4").began_by == clocks.EXPIRY
    assert not clock(case, "C4").has_begun(at(MARCH[25], 23))
    assert clock(case, "C4").has_begun(at(MARCH[26], 0))


def test_the_owners_application_begins_it_earlier(case, inspector_a, inspector_b, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=officer_east, day=MARCH[13])
    assert facts(case, "C4") == (MARCH[13], MARCH[18], "", True)
    assert Clock.objects.filter(case=case, code="C4", stopped_by="submit").count() == 1
    journeys.review(case, officers=[inspector_a, inspector_b], day=MARCH[18])
    assert facts(case, "C4") == (MARCH[13], MARCH[18], "pass", False)


def test_an_application_after_expiry_changes_nothing(case, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=officer_east, day=MARCH[27])
    assert facts(case, "C4") == (MARCH[25], MARCH[30], "", True)


def test_a_late_reinspection_is_late_and_the_next_deadline_has_its_own(case, inspector_a, inspector_b):
    journeys.order(case, by=inspector_a)
    journeys.review(
        case, officers=[inspector_a, inspector_b], outcome="fail", day=MARCH[31], due_on=date(2026, 4, 3)
    )
    met = Clock.objects.get(case=case, code="C4", met_by="fail")
    assert met.is_late(at())
    # Friday 3 April; the 4th to the 6th are off, then the 7th, 8th and 9th.
    assert facts(case, "C4") == (date(2026, 4, 3), date(2026, 4, 9), "", True)


def test_the_day_of_the_reinspection_counts_not_the_day_of_typing(case, inspector_a, inspector_b):
    journeys.order(case, by=inspector_a)
    verdict = journeys.reviews.Verdict(case, "pass", "已改正")
    journeys.reviews.review(
        unit=case.unit, verdicts=[verdict], officers=[inspector_a, inspector_b], by=inspector_a,
        at=at(date(2026, 4, 2)), held_on=MARCH[30],
    )  # fmt: skip
    assert facts(case, "C4") == (MARCH[25], MARCH[30], "pass", False)


def test_an_extension_lets_the_clock_begin_at_the_new_deadline(case, inspector_a, officer_east, office):
    journeys.order(case, by=inspector_a)
    asked = extensions.ask(
        case, until=MARCH[31], reason="等配件", interim="停用", by=officer_east, at=at(plus(3))
    )
    assert facts(case, "C4")[:2] == (MARCH[25], MARCH[30])  # asking moves nothing
    extensions.grant(asked, by=office, at=at(plus(4)))
    assert facts(case, "C4")[:2] == (MARCH[31], date(2026, 4, 3))
    assert Clock.objects.filter(case=case, code="C4", stopped_by="grant_extension").count() == 1


@pytest.mark.parametrize("act", ["void", "suspend"])
def test_acts_that_end_a_case_stop_its_clocks(act, case, inspector_a, office):
    journeys.order(case, by=inspector_a)
    if act == "void":
        services.record(case, "ask_void", by=inspector_a, at=at(plus(3)), reason="单位已拆除")
    services.record(case, act, by=office, at=at(plus(3)), reason="单位已拆除")
    assert not Clock.objects.running().filter(case=case).exists()


def test_a_relapse_begins_anew(case, cast):
    journeys.reach(case, "closed", cast)
    services.record(case, "reopen", by=cast["inspector_a"], at=at(plus(20)), reason="又堵上了")
    assert facts(case, "C2") == (MARCH[30], date(2026, 4, 2), "", True)
    assert Clock.objects.running().filter(case=case).count() == 1


def test_a_major_hazard_seven_and_three(case, inspector_a):
    journeys.order(case, by=inspector_a)
    journeys.make_major(case, by=inspector_a, day=MARCH[19])
    assert facts(case, "C6") == (DAY, MARCH[19], "determine", False)
    assert facts(case, "C7") == (MARCH[19], MARCH[24], "", True)
    journeys.services.record(
        case, "determine", by=inspector_a, at=at(MARCH[23]), grade="general", reason="不构成重大", data={}
    )
    assert clock(case, "C7") is None


def test_the_notice_on_a_major_hazard_is_served_in_three_days(case, inspector_a):
    order = journeys.order(case, by=inspector_a)
    journeys.make_major(case, by=inspector_a, day=MARCH[19])
    journeys.serve(order, by=inspector_a, day=MARCH[19])
    assert facts(case, "C7") == (
        MARCH[19],
        MARCH[24],
        "",
        True,
    )  # the order to correct by a deadline is not it
    case.refresh_from_db()
    notice = journeys.order(case, by=inspector_a, day=MARCH[20], due_on=date(2026, 4, 20))
    assert notice.document.form == "major"
    journeys.serve(notice, by=inspector_a, day=MARCH[24])
    assert facts(case, "C7") == (MARCH[19], MARCH[24], "serve", False)


def test_a_meeting_on_the_eighth_working_day_is_late_unless_experts_were_heard(make_case, inspector_a):
    for experts, due, late in (([], MARCH[19], True), (["王工"] * 7, date(2026, 4, 2), False)):
        case = make_case()
        services.record(
            case, "determine", by=inspector_a, at=at(MARCH[20]), grade="major", reason="判定",
            data={"held_on": "2026-03-20", "experts": experts},
        )  # fmt: skip
        assert facts(case, "C6") == (DAY, due, "determine", late)
        # Three working days after Friday the 20th, or thirteen.
        assert facts(case, "C7")[1] == (date(2026, 4, 9) if experts else MARCH[25])


def test_a_suspicion_lets_the_meetings_clock_run_and_experts_lengthen_it(case, inspector_a):
    clocks.suspect_major(case, at=at(plus(1)))
    assert facts(case, "C6") == (DAY, MARCH[19], "", True)
    assert clocks.suspect_major(case, at=at(plus(2))) == clock(case, "C6")
    services.record(
        case, "determine", by=inspector_a, at=at(MARCH[25]), grade="major", reason="判定",
        data={"held_on": "2026-03-25", "experts": ["王工"]},
    )  # fmt: skip
    assert facts(case, "C6") == (DAY, date(2026, 4, 2), "determine", False)


def test_a_police_station_hands_over_what_is_not_its_own(make_case, catalogue, unit, inspector_a):
    clause = Clause.objects.create(code="FL-15", name="《消防法》第十五条", name_en="Fire Law Art. 15", law="消防法",
                                   article="15", text="投入使用、营业前检查")  # fmt: skip
    catalogue["exit"].clauses.add(clause)
    found = {"kind": "police", "inspected_on": "2026-03-09"}
    hazards = [services.Hazard(catalogue[name], "检查发现") for name in ("exit", "lodging")]
    unpermitted, other = services.open_cases(
        hazards, unit=unit, by=inspector_a, at=at(), inspector=inspector_a, data=found
    )
    assert facts(unpermitted, "C15") == (MARCH[9], MARCH[16], "", True)
    assert clock(other, "C15") is None
    assert clock(other, "C2").began_on == MARCH[9]  # the day of the visit, not of the record
    services.record(unpermitted, "transfer", by=inspector_a, at=at(MARCH[16]), reason="移交消防")
    assert facts(unpermitted, "C15") == (MARCH[9], MARCH[16], "transfer", False)


def test_three_and_three_to_resume(unit, case, inspector_a, inspector_b, officer_east, office):
    stop = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at())
    suspensions.decide(stop, by=office, at=at(plus(1)))
    about = {"subject": f"suspension:{stop.pk}"}
    suspensions.ask_to_resume(stop, words="已搬离", by=officer_east, at=at(MARCH[12]))
    inspect = Clock.objects.get(code="C13", **about)
    assert (inspect.began_on, inspect.due_on, inspect.case) == (MARCH[12], MARCH[17], None)
    suspensions.accept(stop, outcome="pass", note="现场核查", officers=[inspector_a, inspector_b],
                       by=inspector_a, at=at(MARCH[18]), held_on=MARCH[17])  # fmt: skip
    inspect.refresh_from_db()
    assert inspect.met_by == "accept" and not inspect.is_late(at())
    decide = Clock.objects.get(code="C13-2", **about)
    assert (decide.began_on, decide.due_on) == (MARCH[17], MARCH[20])
    suspensions.lift(stop, by=office, at=at(MARCH[23]))
    decide.refresh_from_db()
    assert decide.met_by == "lift" and decide.is_late(at())
    assert [row.code for row in rows(case, at=at())] == ["C2", "C13", "C13-2"]


def test_a_seal_uses_the_same_hooks(unit):
    subject = {"unit": unit, "subject": "seal:1"}
    sealed_at = datetime.fromisoformat("2026-02-13T22:30:00+08:00")
    urgent = clocks.begin(clock_rules.URGENT_SEAL, at=sealed_at, by="seal", **subject)
    lasts = clocks.begin(clock_rules.SEAL_LASTS, at=sealed_at, by="seal", **subject)
    serve = clocks.begin(clock_rules.SERVE_SEAL, at=sealed_at, by="seal", **subject)
    assert urgent.due_at == datetime.fromisoformat("2026-02-14T22:30:00+08:00")
    assert lasts.due_on == date(2026, 3, 15)  # a Sunday, and it stays
    assert serve.due_on == date(2026, 2, 25)  # the 14th is worked, the 15th to the 23rd are off
    assert (
        clocks.meet("seal:1", clock_rules.URGENT_SEAL, at=sealed_at + timedelta(hours=25), by="decide") == 1
    )
    urgent.refresh_from_db()
    assert urgent.is_late(sealed_at)
    assert clocks.stop("seal:1", at=at(), by="unseal") == 2


def test_a_newer_rule_begins_with_newer_clocks(make_case, inspector_a):
    old = make_case()
    Limit.objects.create(code="C2", name="送达", amount=5, unit="working_days", valid_from=MARCH[12])
    assert facts(old, "C2")[1] == MARCH[13]
    journeys.serve(journeys.order(old, by=inspector_a, day=MARCH[12]), by=inspector_a, day=MARCH[12])
    assert facts(old, "C2")[1] == MARCH[13]
    assert facts(make_case(day=MARCH[12]), "C2")[:2] == (MARCH[12], MARCH[19])
    # The days on the way are told as they were counted.
    assert "3个工作日" in rows(old, at=at())[-1].why


def test_the_number_of_extensions_is_that_of_the_day_the_case_was_opened(
    make_case, inspector_a, officer_east, office
):
    Limit.objects.create(code="EXTENSIONS", name="延期", amount=2, unit="times", valid_from=MARCH[11])
    for day, most in ((DAY, 1), (MARCH[11], 2)):
        case = make_case(day=day)
        journeys.order(case, by=inspector_a, day=day)
        granted = 0
        for n in range(1, 4):
            try:
                with transaction.atomic():
                    asked = extensions.ask(case, until=plus(5 * n, case.due_on), reason="等配件", interim="停用",
                                           by=officer_east, at=at(plus(n, day)))  # fmt: skip
                    extensions.grant(asked, by=office, at=at(plus(n, day)))
                granted += 1
            except services.RuleBroken as refusal:
                assert refusal.code == "too_many"
        assert granted == most


def test_a_year_that_is_not_loaded_leaves_the_end_open_and_says_so(make_case, inspector_a):
    case = make_case(day=date(2026, 12, 30))
    one = clock(case, "C2")
    assert (one.due_on, one.due_at, one.missing_year) == (None, None, 2027)
    assert not one.is_late(at(date(2028, 1, 1)))
    journeys.order(case, by=inspector_a, day=date(2026, 12, 31), due_on=date(2027, 1, 20))
    shown = {row.code: row for row in rows(case, at=at(date(2026, 12, 31)))}
    assert shown["C4"].due is None and "2027年" in shown["C4"].why
    assert shown["OWNER"].estimated and "预估" in shown["OWNER"].why


def test_the_database_keeps_a_clock_where_it_is(case):
    one = clock(case, "C2")
    for changes in ({"due_at": at(plus(30)), "due_on": plus(30)}, {"began_on": plus(1)}, {"code": "C4"}):
        with pytest.raises(InternalError), transaction.atomic():
            Clock.objects.filter(pk=one.pk).update(**changes)
    with pytest.raises(InternalError), transaction.atomic():
        one.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(unit=case.unit, region_id=case.region_id, subject=one.subject, code="C2", limit=one.limit,
                             began_on=DAY, began_at=at(), began_by="open", due_on=DAY, due_at=at())  # fmt: skip


def test_every_act_of_the_rules_is_an_act_and_every_code_a_limit():
    assert set(clock_rules.MEETS) <= set(states.ACTS)
    codes = set(Limit.objects.values_list("code", flat=True))
    assert set(clock_rules.OF_CASES) | set(clock_rules.OF_UNITS) <= codes


def test_many_cases_cost_no_more_statements_than_one(
    make_case, unit, catalogue, inspector_a, django_assert_num_queries
):
    make_case()
    seen = []
    for n in (1, 8):
        with CaptureQueriesContext(connection) as queries:
            services.open_cases([services.Hazard(catalogue["exit"], "堵塞")] * n, unit=unit, by=inspector_a,
                                at=at(), inspector=inspector_a)  # fmt: skip
        seen.append(len(queries))
    assert seen[0] == seen[1]


def test_clocks_of_another_area_are_not_seen(case, officer_east, officer_west, leader_quzhou):
    assert Clock.objects.visible_to(officer_east).count() == 1
    assert not Clock.objects.visible_to(officer_west).exists()
    assert not Clock.objects.visible_to(leader_quzhou).exists()
    assert [one.case for one in Clock.objects.visible_to(officer_east).late(at(plus(10)))] == [case]


def test_the_page_shows_whose_until_when_and_why(case, as_user, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=officer_east, day=MARCH[13])
    html = as_user(inspector_a).get(case.get_absolute_url()).content.decode()
    assert "时限" in html and "消防救援机构" in html
    assert "收到复查申请之日（2026年3月13日）次日起3个工作日，周末不计；2026年3月18日24时届满。" in html
    assert "整改期限至2026年3月25日24时" in html
    assert "《消防监督检查规定》（公安部令第120号） 第二十条" in html


def test_the_api_answers_the_clocks_of_one_case(case, api_as, inspector_a):
    journeys.serve(journeys.order(case, by=inspector_a), by=inspector_a, day=DAY)
    answer = api_as(inspector_a).get(f"/api/v1/cases/{case.pk}/").json()
    told = {one["code"]: one for one in answer["clocks"]}
    assert set(told) == {"OWNER", "C2", "C4"}
    assert (told["C4"]["due"], told["C4"]["met_at"]) == ("2026-03-30", None)
    assert told["C4"]["began_at"] == "2026-03-25T23:59:59+08:00"
    assert told["C2"]["met_at"] == "2026-03-10T15:00:00+08:00" and not told["C2"]["is_late"]
    assert (told["OWNER"]["due"], told["OWNER"]["whose"]) == ("2026-03-25", "单位")
    assert all(one["why"] and one["name"] and one["began_by"] for one in answer["clocks"])
    rows_ = api_as(inspector_a).get("/api/v1/cases/").json()["results"]
    assert rows_ and "clocks" not in rows_[0]


def test_a_case_from_before_the_clocks_gets_them_with_its_next_act(case, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    Clock.objects.running().filter(case=case).update(stopped_at=at(), stopped_by="x")
    assert HazardCase.objects.get(pk=case.pk).clocks.running().count() == 0
    journeys.submit(case, by=officer_east, day=MARCH[13])
    assert facts(case, "C4") == (MARCH[13], MARCH[18], "", True)
