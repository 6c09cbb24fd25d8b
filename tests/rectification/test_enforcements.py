"""A stop that is not obeyed: 催告 in three working days, 强制执行决定书 served in three more, each day by hand."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from django.utils import translation

from common.days import now, today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents import services as documents
from documents.models import Document
from hazards import clock_panel
from hazards.models import Clock
from rectification import unit_now
from rectification.models import Enforcement, Plea
from rectification.services import enforcements, suspensions, watches
from rectification.services.enforcements import Execution
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests import journeys
from tests.factories import DAY, at

pytestmark = pytest.mark.django_db

MARCH = {day: date(2026, 3, day) for day in range(1, 32)}  # the 10th is a Tuesday


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    yield
    forget_calendar()


@pytest.fixture
def decided(unit, inspector_a, office):
    """Decided on Tuesday the 10th, nobody has served it."""
    stop = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(hour=9))
    return suspensions.decide(stop, by=office, at=at(hour=10))


def serve(document, by, day, hour=15):
    documents.serve(document, journeys.HANDED_OVER, served_at=at(day, hour), by=by, at=at(day, hour))


@pytest.fixture
def stopped(decided, inspector_a):
    """Served on Tuesday the 10th: the unit obeys from that day on."""
    serve(decided.document, inspector_a, DAY)
    return decided


@pytest.fixture
def team(inspector_a, inspector_b):
    return [inspector_a, inspector_b]


def find(suspension, team, day=MARCH[12], **more):
    facts = {"words": "裁断车间六台设备正在运转", "officers": team, "by": team[0], "at": at(day, 10)}
    return enforcements.find(suspension, **facts | more)


@pytest.fixture
def found(stopped, team):
    return find(stopped, team)


@pytest.fixture
def demanded(found, office):
    """Demanded on Friday the 13th, to obey within three days of the service."""
    return enforcements.demand(found, perform_days=3, by=office, at=at(MARCH[13], 9))


@pytest.fixture
def served(demanded, inspector_a):
    """The demand was served on the 13th: the unit may obey until the end of Monday the 16th."""
    serve(demanded.demand, inspector_a, MARCH[13])
    return demanded


PLAN = Execution("催告期满后仍在生产", "张贴封条，停止生产用电", MARCH[18])


def decide(enforcement, by, day=MARCH[17], plan=PLAN):
    return enforcements.decide(enforcement, plan, by=by, at=at(day, 9))


def clock(suspension, code):
    return Clock.objects.filter(subject=f"suspension:{suspension.pk}", code=code).order_by("-pk").first()


def told(suspension, code):
    one = clock(suspension, code)
    return one.began_on, one.due_on, one.met_by or one.stopped_by


def why(suspension) -> dict:
    with translation.override("zh-hans"):
        rows = clock_panel.rows_about(suspension.clock_subject, at=at(MARCH[12]))
        return {row.code: (row.why, row.began_by, row.article) for row in rows}


# --- the ordinary way


def test_three_working_days_from_the_end_of_the_period_to_the_demand(found, stopped, office):
    # Service on Tuesday the 10th ends the period; Wednesday, Thursday, Friday the 13th.
    assert told(stopped, "C14") == (DAY, MARCH[13], "")
    assert why(stopped)["C14"] == (
        "履行期限届满之日（2026年3月10日）次日起3个工作日；2026年3月13日24时届满。",
        "履行期限届满之日",
        "《消防监督检查规定》（公安部令第120号） 第二十七条",
    )
    enforcements.demand(found, perform_days=3, by=office, at=at(MARCH[13], 16))
    assert told(stopped, "C14") == (DAY, MARCH[13], "demand")
    assert not clock(stopped, "C14").is_late(at(MARCH[20]))


def test_the_demand_is_a_numbered_paper_that_waits_for_its_service(demanded, stopped):
    paper = demanded.demand
    assert (demanded.status, paper.number) == ("demanded", "枣消安办催字〔2026〕第0001号")
    facts = {
        name: paper.content[name] for name in ("suspension", "period_ended_on", "found_on", "perform_days")
    }
    assert facts == {
        "suspension": "枣消安办停字〔2026〕第0001号",
        "period_ended_on": "2026-03-10",
        "found_on": "2026-03-12",
        "perform_days": 3,
    }
    assert [one["card"] for one in paper.content["officers"]] == [
        one.card_number for one in demanded.officers.all()
    ]
    assert paper.awaits_service and demanded.demand_ends_on is None


def test_three_working_days_from_the_decision_to_its_service(served, stopped, office, inspector_a):
    done = decide(served, office)
    assert (done.status, done.document.number) == ("decided", "枣消安办强字〔2026〕第0001号")
    assert done.document.content["demand_ended_on"] == "2026-03-16"
    assert told(stopped, "C14-2") == (MARCH[17], MARCH[20], "")
    assert why(stopped)["C14-2"][0] == "决定之日（2026年3月17日）次日起3个工作日；2026年3月20日24时届满。"
    serve(done.document, inspector_a, MARCH[20])
    assert told(stopped, "C14-2") == (MARCH[17], MARCH[20], "serve")


def test_it_is_executed_after_its_service_and_that_ends_it(served, stopped, office, team):
    done = decide(served, office)
    facts = {"words": "切断生产用电，张贴封条", "officers": team, "by": team[0]}
    with pytest.raises(RuleBroken, match="第三十八条"):
        enforcements.execute(done, **facts, at=at(MARCH[18]))
    serve(done.document, team[0], MARCH[18])
    with pytest.raises(RuleBroken, match="第三十八条"):
        enforcements.execute(done, **facts, at=at(MARCH[19]), held_on=MARCH[17])
    done = enforcements.execute(done, **facts, at=at(MARCH[19]))
    assert (done.status, done.ended_on, done.ended_words) == ("executed", MARCH[19], "切断生产用电，张贴封条")
    assert not Clock.objects.running().filter(subject=stopped.clock_subject).exists()
    stopped.refresh_from_db()
    assert stopped.status == "in_force"


def test_a_statement_is_heard_kept_and_answered_in_the_decision(served, office, inspector_a):
    plea = enforcements.hear(
        served, said_by="李春明", words="订单急，请求宽限", by=inspector_a, at=at(MARCH[16])
    )
    with pytest.raises(RuleBroken, match="第三十六条") as refusal:
        decide(served, office)
    assert refusal.value.field == "view" and Document.objects.filter(form="enforcement").count() == 0
    plan = Execution(PLAN.reason, PLAN.way, PLAN.on, view="订单不是正当理由")
    paper = decide(served, office, plan=plan).document
    assert paper.content["pleas"] == [{"on": "2026-03-16", "by": "李春明", "words": "订单急，请求宽限"}]
    assert paper.content["view"] == "订单不是正当理由"
    with pytest.raises(InternalError), transaction.atomic():
        Plea.objects.filter(pk=plea.pk).update(words="别的")


# --- what the watch sees


def test_a_watch_that_sees_it_at_work_starts_the_clock_and_two_officers_confirm_it(
    stopped, officer_east, office, team
):
    watches.look(stopped.watch, outcome="producing", note="夜间开工", by=officer_east, at=at(MARCH[11]))
    row = Enforcement.objects.get()
    assert (row.status, row.found_on, row.found_words, row.look.seen_by) == (
        "found", MARCH[11], "夜间开工", officer_east,
    )  # fmt: skip
    assert told(stopped, "C14") == (DAY, MARCH[13], "")
    with pytest.raises(RuleBroken, match="第十四条"):
        enforcements.demand(row, perform_days=3, by=office, at=at(MARCH[12]))
    assert find(stopped, team) == row
    row.refresh_from_db()
    assert (row.found_on, row.found_by, row.officers.count()) == (MARCH[12], team[0], 2)
    assert enforcements.demand(row, perform_days=3, by=office, at=at(MARCH[13])).status == "demanded"


def test_a_unit_that_obeyed_first_is_counted_from_the_day_it_was_found_at_work(stopped, officer_east, team):
    watches.look(stopped.watch, outcome="stopped", by=officer_east, at=at(MARCH[16]))
    find(stopped, team, MARCH[26])  # a Thursday
    assert told(stopped, "C14") == (MARCH[26], MARCH[31], "")
    assert why(stopped)["C14"][0].startswith("发现单位再次生产经营之日（2026年3月26日）次日起3个工作日")


def test_a_look_while_nothing_binds_opens_nothing(decided, officer_east, inspector_a):
    watches.look(decided.watch, outcome="producing", note="仍在生产", by=officer_east, at=at(DAY, 12))
    serve(decided.document, inspector_a, DAY)
    watches.look(decided.watch, outcome="producing", note="仍在生产", by=officer_east, at=at(DAY, 17))
    assert not Enforcement.objects.exists() and clock(decided, "C14") is None


def test_a_period_of_its_own_ends_later(unit, inspector_a, office, team):
    stop = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(hour=9))
    with pytest.raises(RuleBroken) as refusal:
        suspensions.decide(stop, by=office, at=at(hour=10), perform_by=MARCH[9])
    assert refusal.value.field == "perform_by"
    suspensions.decide(stop, by=office, at=at(hour=10), perform_by=MARCH[13])
    assert stop.document.content["perform_by"] == "2026-03-13"
    serve(stop.document, inspector_a, DAY)
    with pytest.raises(RuleBroken, match="第二十七条") as refusal:
        find(stop, team, MARCH[13])
    assert refusal.value.field == "found_on" and "2026年3月13日" in str(refusal.value)
    find(stop, team, MARCH[16])
    # Friday the 13th ends the period: Monday, Tuesday, Wednesday the 18th.
    assert told(stop, "C14") == (MARCH[13], MARCH[18], "")


# --- what is refused


def test_not_before_the_service_nor_on_its_day(decided, team):
    with pytest.raises(RuleBroken, match="第二十七条") as refusal:
        find(decided, team)
    assert refusal.value.code == "not_served"
    serve(decided.document, team[0], MARCH[12], 9)
    with pytest.raises(RuleBroken, match="第二十七条"):
        find(decided, team)
    assert find(decided, team, MARCH[13]).period_ended_on == MARCH[12]


@pytest.mark.parametrize("officers", [[0], [0, 0], [1, 1], []])
def test_one_officer_is_not_enough(officers, stopped, team):
    with pytest.raises(RuleBroken) as refusal:
        find(stopped, team, officers=[team[n] for n in officers])
    assert refusal.value.field == "officers" and not Enforcement.objects.exists()


def test_bad_words_and_days_are_named_at_their_field(stopped, team, office):
    for change, field in (
        ({"words": " "}, "words"),
        ({"found_on": MARCH[13]}, "found_on"),
        ({"by": team[1], "officers": [team[0], journeys.other_eyes()[0]]}, "officers"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            find(stopped, team, **change)
        assert refusal.value.field == field
    row = find(stopped, team)
    for days in (0, -1, 366):
        with pytest.raises(RuleBroken) as refusal:
            enforcements.demand(row, perform_days=days, by=office, at=at(MARCH[13]))
        assert refusal.value.field == "perform_days"
    assert not Document.objects.filter(form="demand").exists()


def test_nothing_twice(found, stopped, office, team):
    with pytest.raises(AlreadyDone):
        find(stopped, team)
    enforcements.demand(found, perform_days=3, by=office, at=at(MARCH[13], 9))
    with pytest.raises(AlreadyDone, match="第二十七条"):
        enforcements.demand(found, perform_days=3, by=office, at=at(MARCH[13], 10))
    serve(found.demand, team[0], MARCH[13])
    decide(found, office)
    with pytest.raises(AlreadyDone, match="第二十七条"):
        decide(found, office)
    assert Document.objects.filter(form__in=["demand", "enforcement"]).count() == 2


def test_out_of_order_names_what_is_missing(found, office, team, inspector_a):
    with pytest.raises(RuleBroken, match="第三十五条"):
        decide(found, office)
    with pytest.raises(RuleBroken, match="第三十五条"):
        enforcements.hear(found, said_by="李春明", words="宽限", by=inspector_a, at=at(MARCH[13]))
    enforcements.demand(found, perform_days=3, by=office, at=at(MARCH[13], 9))
    found.refresh_from_db()
    with pytest.raises(RuleBroken, match="第三十五条") as refusal:
        decide(found, office)
    assert refusal.value.code == "not_served"
    with pytest.raises(RuleBroken, match="第三十七条"):
        enforcements.execute(found, words="断电", officers=team, by=team[0], at=at(MARCH[18]))


@pytest.mark.parametrize(("day", "works"), [(16, False), (17, True)])
def test_not_before_the_days_of_the_demand_are_over(day, works, served, office):
    if works:
        assert decide(served, office, MARCH[day]).status == "decided"
        return
    with pytest.raises(RuleBroken, match="第三十七条") as refusal:
        decide(served, office, MARCH[day])
    assert "2026年3月16日" in str(refusal.value) and clock(served.suspension, "C14-2") is None


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Execution(" ", "断电", MARCH[18]), "reason"),
        (Execution("仍在生产", " ", MARCH[18]), "way"),
        (Execution("仍在生产", "断电", MARCH[16]), "execute_on"),
    ],
)
def test_a_decision_says_why_how_and_when(plan, field, served, office):
    with pytest.raises(RuleBroken) as refusal:
        decide(served, office, plan=plan)
    assert refusal.value.field == field
    served.refresh_from_db()
    assert served.status == "demanded"


def test_compliance_ends_it_and_nothing_follows(served, stopped, office, team, inspector_a):
    facts = {"words": "设备断电，车间无人", "officers": team, "by": team[0], "at": at(MARCH[16])}
    with pytest.raises(RuleBroken) as refusal:
        enforcements.comply(served, **facts | {"officers": team[:1]})
    assert refusal.value.field == "officers"
    done = enforcements.comply(served, **facts)
    assert (done.status, done.ended_on) == ("complied", MARCH[16])
    assert not Clock.objects.running().filter(subject=stopped.clock_subject).exists()
    for act in (
        lambda: decide(served, office),
        lambda: enforcements.demand(served, perform_days=3, by=office, at=at(MARCH[17])),
        lambda: enforcements.hear(served, said_by="李", words="宽限", by=inspector_a, at=at(MARCH[17])),
        lambda: enforcements.comply(served, **facts),
        lambda: enforcements.execute(served, words="断电", officers=team, by=team[0], at=at(MARCH[18])),
    ):
        with pytest.raises(AlreadyDone, match="第二十七条"):
            act()
    # At work once more: a new demand, counted from the new day, with its own three working days.
    again = find(stopped, team, MARCH[23])
    assert again.pk != served.pk and told(stopped, "C14") == (MARCH[23], MARCH[26], "")


def test_compliance_before_the_demand_stops_its_clock(found, stopped, team):
    enforcements.comply(found, words="已停产", officers=team, by=team[0], at=at(MARCH[13]))
    assert told(stopped, "C14") == (DAY, MARCH[13], "comply")


def test_a_unit_that_may_resume_is_not_enforced_against(demanded, stopped, office, team):
    facts = {"outcome": "pass", "note": "已清离", "officers": team, "by": team[0], "at": at(MARCH[16])}
    suspensions.accept(stopped, **facts)
    suspensions.lift(stopped, by=office, at=at(MARCH[17]))
    demanded.refresh_from_db()
    assert (demanded.status, demanded.ended_words) == ("complied", "同意恢复：枣消安办恢字〔2026〕第0001号")
    with pytest.raises(RuleBroken):
        find(stopped, team, MARCH[18])


def test_each_step_has_its_people(found, stopped, office, officer_east, inspector_a, team):
    with pytest.raises(NotAllowed):
        enforcements.demand(found, perform_days=3, by=inspector_a, at=at(MARCH[13]))
    with pytest.raises(NotAllowed):
        find(stopped, [officer_east, team[0]], by=officer_east)
    with pytest.raises(NotAllowed):
        enforcements.comply(found, words="停", officers=team, by=office, at=at(MARCH[13]))


def test_whoever_found_it_does_not_decide_about_it(found, make_person, inspector_a):
    from accounts.models import Office, Post

    brigade = Office.objects.get(short_name="枣消安办")
    Post.objects.create(
        user=inspector_a, role="county_office", region_id="131121", office=brigade, starts_on=date(2024, 1, 1)
    )
    person = type(inspector_a).objects.get(pk=inspector_a.pk)
    with pytest.raises(RuleBroken) as refusal:
        enforcements.demand(found, perform_days=3, by=person, at=at(MARCH[13]))
    assert refusal.value.code == "own_work"


def test_the_table_keeps_one_open_and_none_within_the_period(found, stopped, inspector_a):
    facts = {"suspension": stopped, "found_words": "生产", "found_by": inspector_a, "found_at": at(MARCH[13])}
    for wrong in (
        {"period_ended_on": DAY, "found_on": MARCH[13]},
        {"period_ended_on": MARCH[13], "found_on": MARCH[13], "status": "complied"},
        {"period_ended_on": DAY, "found_on": MARCH[13], "status": "executed"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enforcement.objects.create(**facts | wrong)


# --- at once


def at_once(act, count=4) -> tuple[int, int]:
    """How many of `count` at the same moment did it, and how many were told that it is done."""
    done, refused = [], []

    def attempt():
        try:
            done.append(act())
        except AlreadyDone:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return len(done), len(refused)


@pytest.mark.django_db(transaction=True)
def test_of_four_at_once_one_finds_and_one_demands(stopped, team, office):
    assert at_once(lambda: find(stopped, team)) == (1, 3)
    row = Enforcement.objects.get()
    assert row.officers.count() == 2

    def demand():
        mine = Enforcement.objects.select_related("suspension__unit", "suspension__document").get(pk=row.pk)
        return enforcements.demand(mine, perform_days=3, by=office, at=at(MARCH[13]))

    assert at_once(demand) == (1, 3)
    assert list(Document.objects.filter(form="demand").values_list("serial", flat=True)) == [1]
    # Found again at once by a watch and two officers: one row stands.
    assert Enforcement.objects.open().count() == 1


# --- the pages


def post(browser, suspension, step, sent):
    return browser.post(f"/rectification/suspensions/{suspension.pk}/{step}/", sent)


def test_the_pages_lead_from_the_finding_to_the_execution(stopped, team, office, as_user):
    url = f"/rectification/suspensions/{stopped.pk}/"
    inspector, chief = team[0], office
    names = [person.username for person in team]

    def page(person):
        return as_user(person).get(url).content.decode()

    assert 'id="find"' in page(inspector) and 'id="demand"' not in page(chief)
    sent = {"words": "设备正在运转", "officers": names, "found_on": "2026-03-12"}
    assert post(as_user(inspector), stopped, "find", sent | {"officers": names[:1]}).status_code == 422
    assert post(as_user(inspector), stopped, "find", sent | {"found_on": "十二日"}).status_code == 422
    assert post(as_user(chief), stopped, "find", sent).status_code == 403
    assert post(as_user(inspector), stopped, "find", sent).status_code == 302
    assert "C14" in {row.code for row in clock_panel.rows_about(stopped.clock_subject, at=at(MARCH[12]))}
    assert "三停决定未履行的催告" in page(inspector)
    assert post(as_user(chief), stopped, "demand", {"perform_days": "三"}).status_code == 422
    assert post(as_user(chief), stopped, "demand", {"perform_days": "99999999999"}).status_code == 422
    assert post(as_user(chief), stopped, "demand", {"perform_days": "3"}).status_code == 302
    row = Enforcement.objects.get()
    assert row.demand.number in page(chief)
    late = post(as_user(chief), stopped, "demand", {"perform_days": "3"})
    assert late.status_code == 422 and "第二十七条" in late.content.decode()
    said = {"said_by": "李春明", "words": "请求宽限", "heard_on": ""}
    assert post(as_user(inspector), stopped, "hear", said).status_code == 302
    early = post(
        as_user(chief), stopped, "enforce", {"reason": "仍在生产", "way": "断电", "execute_on": "2030-03-18"}
    )
    assert early.status_code == 422 and "第三十五条" in early.content.decode()
    assert "请求宽限" in page(chief)
    complied = {"words": "已停产", "officers": names, "held_on": ""}
    assert post(as_user(inspector), stopped, "comply", complied).status_code == 302
    assert "已停产" in page(inspector) and 'id="comply"' not in page(inspector)


def test_the_pages_decide_and_execute_what_was_demanded(served, stopped, team, office, as_user):
    names = [person.username for person in team]
    assert 'id="enforce"' in as_user(office).get(f"/rectification/suspensions/{stopped.pk}/").content.decode()
    sent = {"reason": "仍在生产", "way": "断电", "execute_on": today().isoformat()}
    assert post(as_user(office), stopped, "enforce", sent | {"execute_on": "2026-03-01"}).status_code == 422
    assert post(as_user(office), stopped, "enforce", sent).status_code == 302
    served.refresh_from_db()
    late = post(as_user(team[0]), stopped, "execute", {"words": "已断电", "officers": names, "held_on": ""})
    assert late.status_code == 422 and "第三十八条" in late.content.decode()
    moment = now()
    documents.serve(served.document, journeys.HANDED_OVER, served_at=moment, by=team[0], at=moment)
    done = post(as_user(team[0]), stopped, "execute", {"words": "已断电", "officers": names, "held_on": ""})
    assert done.status_code == 302
    page = as_user(team[0]).get(f"/rectification/suspensions/{stopped.pk}/").content.decode()
    assert served.document.number in page and "已强制执行" in page and "制作、送达强制执行决定书" in page


def test_a_step_before_anything_was_found_is_refused_in_words(stopped, office, as_user):
    answer = post(as_user(office), stopped, "demand", {"perform_days": "3"})
    assert answer.status_code == 422 and "第二十七条" in answer.content.decode()
    assert post(as_user(office), stopped, "no-such", {}).status_code == 404


def test_other_townships_do_not_see_it(stopped, as_user, officer_west):
    assert as_user(officer_west).get(f"/rectification/suspensions/{stopped.pk}/").status_code == 404


def test_the_file_of_the_unit_says_what_comes_next(stopped, unit, team, office):
    def next_step():
        (step,) = [one for one in unit_now.now(unit, MARCH[17]).steps if one.step == "enforce_suspension"]
        return step.label, step.who, step.by

    find(stopped, team)
    row = Enforcement.objects.get()
    assert next_step() == ("制作催告书", "消安办", MARCH[13])
    enforcements.demand(row, perform_days=3, by=office, at=at(MARCH[13], 9))
    assert next_step() == ("作出强制执行决定", "消安办", None)
    serve(row.demand, team[0], MARCH[13])
    decide(row, office)
    assert next_step() == ("送达并执行强制执行决定", "监督员", MARCH[20])


def test_cases_of_the_unit_show_the_clock_with_its_reason(case, stopped, team):
    find(stopped, team)
    with translation.override("zh-hans"):
        (row,) = [one for one in clock_panel.rows(case, at=at(MARCH[12])) if one.code == "C14"]
    assert (row.due, row.name) == (MARCH[13], "三停决定未履行的催告")
    assert row.why == "履行期限届满之日（2026年3月10日）次日起3个工作日；2026年3月13日24时届满。"
