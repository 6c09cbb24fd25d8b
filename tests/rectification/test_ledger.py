"""The ledger of the chase: who was told what, through what, and why not; for a case, a person and the county's day."""

import re
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Post
from notifications import services
from notifications.models import Delivery, Message
from rectification.chase import engine, ledger, shares
from rectification.models import ChaseClaim, ChaseRun, Rung
from tests.factories import at
from tests.notifications import returned
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts  # noqa: F401

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)
"""A Tuesday; the three working days after it end on Friday the 13th."""


def run(day):
    engine.run(on=day, at=at(day, 8))
    return ChaseRun.objects.latest("pk")


def lines(claims, now=None):
    return ledger.lines(ledger.with_people(ledger.in_order(claims)), now=now or timezone.now())


@pytest.fixture
def told(chased_case):
    """One case, one working day late: officer and inspector are told on the eleventh."""
    case = chased_case(DUE)
    run(date(2026, 3, 11))
    return case


def test_a_line_says_who_in_which_role_through_what_and_when(told, officer_east, inspector_a):
    found = lines(ledger.of_case(told).filter(rung__code="after-1"))
    assert [(line.whom, line.claim.recipient, line.claim.via) for line in found] == [
        ("周安", "inspector", "post"),
        ("马东", "officer", "post"),
    ]
    assert [line.days for line in found] == [1, 1]
    assert [line.case for line in found] == [told, told]
    assert {one.channel for one in found[0].deliveries} >= {"in_app"}


def test_a_rung_missed_by_a_fortnight_is_one_line_with_the_true_number_of_days(chased_case):
    case = chased_case(DUE)
    run(date(2026, 3, 24))
    found = lines(ledger.of_case(case).filter(rung__code="after-3"))
    assert [(line.whom, line.days) for line in found] == [("东镇长", 14)]


def test_a_deputy_stands_there_with_the_day_from_which(chased_case, head_east, make_person):
    deputy = make_person("deputy", "代理人")
    Post.objects.filter(user=head_east).update(deputy=deputy, deputy_from=date(2026, 3, 3))
    case = chased_case(DUE)
    run(date(2026, 3, 13))
    (line,) = lines(ledger.of_case(case).filter(rung__code="after-3"))
    with translation.override("zh-hans"):
        assert (line.whom, line.claim.via, line.stands_in) == ("代理人", "deputy", "代理东镇长，自3月3日起")


def test_the_office_stands_there_where_the_post_is_vacant(chased_case, head_east):
    Post.objects.filter(user=head_east).update(ends_on=date(2026, 3, 1))
    case = chased_case(DUE)
    run(date(2026, 3, 13))
    (line,) = lines(ledger.of_case(case).filter(rung__code="after-3"))
    assert (line.whom, line.claim.via) == ("安办主任", "office")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"state": "dead", "attempts": 8, "last_error": "550 no such user"},
            "8 次未成，已停止发送：550 no such user",
        ),
        ({"state": "dropped", "drop_reason": "已电话告知"}, "已取消（—）：已电话告知"),
        ({"state": "expired"}, "过期未发"),
        ({"state": "impossible", "last_error": "没有邮箱"}, "无法送达：没有邮箱"),
        (
            {"state": "pending", "next_attempt_at": at(date(2026, 3, 12), 7)},
            "等到3月12日 07:00（免打扰时段或者汇总）",
        ),
        (
            {
                "state": "failed",
                "attempts": 2,
                "last_error": "timeout",
                "next_attempt_at": at(date(2026, 3, 11), 12),
            },
            "已试 2 次，3月11日 12:00 再试：timeout",
        ),
    ],
)
def test_why_a_letter_did_not_arrive(facts, words, told, officer_east):
    letter = Message.objects.get(recipient=officer_east, kind="chase")
    Delivery.objects.update_or_create(message=letter, channel="email", defaults=facts)
    claims = ledger.of_case(told).filter(rung__code="after-1", person=officer_east)
    with translation.override("zh-hans"):
        (line,) = lines(claims, now=at(date(2026, 3, 11), 9))
        assert f"电子邮件：{words}" in line.why_not or any(words in one for one in line.why_not), line.why_not


def test_a_letter_that_came_back_later_is_not_delivered_and_says_why(told, officer_east, settings):
    """The mail server takes it, and what it sends afterwards is all that tells the ledger otherwise."""
    settings.PUBLIC_URL = "https://xiaohuan.county.example"
    services.deliver_due(now=at(date(2026, 3, 11), 9))
    (letter,) = [one for one in mail.outbox if one.to == [officer_east.email]]
    claims = ledger.of_case(told).filter(rung__code="after-1", person=officer_east)
    with translation.override("zh-hans"):
        (line,) = lines(claims, now=at(date(2026, 3, 11), 10))
        assert (line.why_not, states_of(line)["email"]) == ([], "sent")
        sent = letter.message()
        late = returned.postfix(
            sent["Message-ID"], date=sent["Date"], action="delayed", status="4.4.1", said="no route"
        )
        assert services.read_report(late).counts == {"delayed": 1}
        (line,) = lines(claims, now=at(date(2026, 3, 11), 10))
        assert states_of(line)["email"] == "sent"
        assert line.why_not == ["电子邮箱：邮件服务器已接收，尚未能转交（4.4.1）。 no route"]
        reading = services.read_report(returned.postfix(sent["Message-ID"], date=sent["Date"]))
        assert reading.counts == {"bounced": 1}
        (line,) = lines(claims, now=at(date(2026, 3, 11), 10))
        assert states_of(line)["email"] == "dead"
        assert line.why_not == [
            "电子邮箱：1 次未成，已停止发送：邮件服务器接收后又退回（5.1.1）：收件地址不存在。 "
            "550 5.1.1 <ma@east.example>: Recipient address rejected: User unknown"
        ]


def states_of(line) -> dict[str, str]:
    return {one.channel: one.state for one in line.deliveries}


def test_told_in_another_role_and_passed_over_say_so(told, officer_east):
    claim = ledger.of_case(told).get(person=officer_east, rung__code="after-1")
    for outcome, words in (
        ("also", "已以其他身份告知本人"),
        ("passed", "略过：同级更晚的一次催办也已到时"),
        ("no_phone", "未告知：单位没有登记电话"),
    ):
        claim.outcome = outcome
        with translation.override("zh-hans"):
            assert lines_of(claim)[0].why_not == [words]


def lines_of(claim):
    return ledger.lines([claim], now=timezone.now())


def test_the_ledger_of_a_deputy_without_a_post(chased_case, head_east, make_person, leader, as_user):
    deputy = make_person("deputy", "代理人")
    Post.objects.filter(user=head_east).update(deputy=deputy, deputy_from=date(2026, 3, 3))
    case = chased_case(DUE)
    run(date(2026, 3, 13))
    days = {"day_from": "2026-03-01", "day_to": "2026-03-31"}
    address = reverse("rectification:person-ledger", args=[deputy.pk])
    assert case.number in as_user(leader).get(address, days).content.decode()


def test_what_reached_nobody_is_named(db, divisions, full_ladder):
    kept = ChaseRun(on=DUE, notes={"nobody": {"after-3 131121104": 2}})
    with translation.override("zh-hans"):
        (words,) = ledger.left_out(kept)
    assert "报乡镇长" in words and "马屯镇" in words and "131121104" not in words


# --- pages ------------------------------------------------------------------------------------------------
def test_the_page_of_a_case(told, as_user, officer_east):
    page = as_user(officer_east).get(reverse("rectification:case-ledger", args=[told.pk])).content.decode()
    assert "马东" in page and "周安" in page and "逾期1天" in page


def test_another_township_does_not_see_it(told, as_user, officer_west):
    assert as_user(officer_west).get(reverse("rectification:case-ledger", args=[told.pk])).status_code == 404


def test_a_case_that_nobody_was_told_of(chased_case, as_user, officer_east):
    case = chased_case(date(2026, 6, 1))
    page = as_user(officer_east).get(reverse("rectification:case-ledger", args=[case.pk])).content.decode()
    assert "尚未告知任何人" in page


def test_everybody_sees_what_they_were_told(told, as_user, officer_east):
    address = reverse("rectification:my-ledger")
    days = {"day_from": "2026-03-01", "day_to": "2026-03-31"}
    page = as_user(officer_east).get(address, days).content.decode()
    assert told.number in page
    assert (
        told.number
        not in as_user(officer_east)
        .get(address, {"day_from": "2026-04-01", "day_to": "2026-04-30"})
        .content.decode()
    )
    assert told.number in as_user(officer_east).get(address, {**days, "unread": "on"}).content.decode()
    Message.objects.filter(recipient=officer_east).update(read_at=timezone.now())
    assert told.number not in as_user(officer_east).get(address, {**days, "unread": "on"}).content.decode()


def test_bad_filters_filter_nothing(told, as_user, officer_east, office):
    address = reverse("rectification:my-ledger")
    assert (
        as_user(officer_east).get(address, {"day_from": "gestern", "rung_code": "'", "page": "x"}).status_code
        == 200
    )
    for day in ("0001-01-01", "9999-12-31"):
        assert as_user(officer_east).get(address, {"day_from": day, "day_to": day}).status_code == 200
    run_address = reverse("rectification:chase-run", args=[ChaseRun.objects.latest("pk").pk])
    bad = {"rung": "x", "township": "x'", "person": "-1", "channel": "pigeon", "state": "?"}
    assert as_user(office).get(run_address, bad).status_code == 200


def test_others_are_for_those_who_may_read_the_ledger(
    told, as_user, officer_east, inspector_a, leader, leader_quzhou
):
    address = reverse("rectification:person-ledger", args=[inspector_a.pk])
    days = {"day_from": "2026-03-01", "day_to": "2026-03-31"}
    assert as_user(officer_east).get(address).status_code == 403
    assert told.number in as_user(leader).get(address, days).content.decode()
    assert as_user(leader_quzhou).get(address, days).status_code == 404


def test_the_run_in_numbers_and_the_lines_behind_them(told, as_user, office, officer_east):
    claims = ledger.seen_by(ChaseClaim.objects.filter(run=ChaseRun.objects.latest("pk")), office)
    found = ledger.counts(claims)
    by_code = {group.label: group.number for group in found["rungs"]}
    assert sum(by_code.values()) == claims.filter(outcome="told").count()
    assert [(group.label, group.number) for group in found["townships"]] == [
        ("马屯镇", claims.filter(outcome="told").count())
    ]
    assert {group.label for group in found["people"]} == {"马东", "周安"}
    for groups in found.values():
        for group in groups:
            from django.http import QueryDict

            from rectification.chase_forms import LedgerFilter

            query = QueryDict(group.query)
            fields = ("rung", "township", "person", "outcome", "channel", "state", "unread")
            assert (
                ledger.narrowed(claims, LedgerFilter(query, fields=fields).facts).count() == group.number
            ), group
    address = reverse("rectification:chase-run", args=[ChaseRun.objects.latest("pk").pk])
    page = as_user(office).get(address, {"person": officer_east.pk}).content.decode()
    assert "马东" in page and told.number in page


def test_a_day_gathers_its_runs(told, as_user, office, officer_east, leader_quzhou):
    address = reverse("rectification:chase-day", args=["2026-03-11"])
    assert told.number in as_user(office).get(address).content.decode()
    assert as_user(office).get(reverse("rectification:chase-day", args=["morgen"])).status_code == 404
    assert as_user(officer_east).get(address).status_code == 403
    assert told.number not in as_user(leader_quzhou).get(address).content.decode()


def test_the_export_has_the_lines_and_runs_nothing(told, as_user, office):
    told.unit.name = "=HYPERLINK(1)"
    told.unit.save(update_fields=["name"])
    answer = as_user(office).get(reverse("rectification:case-ledger", args=[told.pk]), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 4 + ledger.of_case(told).count()
    assert rows[4][7] == "'=HYPERLINK(1)" and rows[4][6] == told.number


def test_a_long_export_says_that_it_was_cut(told, as_user, office, monkeypatch):
    from rectification import chase_exports

    monkeypatch.setattr(chase_exports, "MOST_LINES", 1)
    answer = as_user(office).get(reverse("rectification:case-ledger", args=[told.pk]), {"export": "xlsx"})
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert len(rows) == 5 and "只列出最新的 1 行" in rows[1][0]


def test_thirty_lines_cost_as_many_statements_as_three(chased_case, make_unit, django_assert_max_num_queries):
    for n in range(12):
        chased_case(DUE, unit=make_unit(f"店{n}"))
    run(date(2026, 3, 11))
    with django_assert_max_num_queries(5):
        assert len(lines(ledger.placed(ChaseClaim.objects.all()))) >= 24


# --- the digest -------------------------------------------------------------------------------------------
@pytest.fixture
def morning(chased_case, make_unit):
    """Two cases on everybody's plate."""
    first, second = chased_case(DUE), chased_case(date(2026, 3, 9), unit=make_unit("第二家"))
    return run(date(2026, 3, 11)), first, second


def test_the_digest_lists_the_worst_first_offers_the_acts_and_is_read(morning, as_user, officer_east):
    made, first, second = morning
    address = reverse("rectification:digest", args=[made.pk])
    page = as_user(officer_east).get(address).content.decode()
    assert page.index(second.number) < page.index(first.number)
    assert reverse("rectification:act", args=[first.pk, "submit"]) in page
    assert Message.objects.get(recipient=officer_east, link=address).read_at is not None


def test_nobody_reads_the_digest_of_another(morning, as_user, officer_west):
    assert as_user(officer_west).get(reverse("rectification:digest", args=[morning[0].pk])).status_code == 404


# --- the runs ---------------------------------------------------------------------------------------------
@pytest.fixture
def held(chased_case):
    chased_case(DUE)
    engine.run(on=date(2026, 3, 11), at=at(date(2026, 3, 11), 8), guard=engine.Guard(usual=0, first=0))
    return ChaseRun.objects.waiting().get()


def test_a_held_run_waits_on_its_page_and_on_the_desk(held, as_user, office, auditor):
    page = as_user(office).get(reverse("rectification:chase_runs")).content.decode()
    assert reverse("rectification:chase_release", args=[held.pk]) in page
    assert (
        reverse("rectification:chase_release", args=[held.pk])
        in as_user(office).get(reverse("rectification:approvals")).content.decode()
    )
    assert (
        reverse("rectification:chase_release", args=[held.pk])
        not in as_user(auditor).get(reverse("rectification:chase_runs")).content.decode()
    )


def test_it_is_released_once_and_not_by_everybody(held, as_user, office, leader, officer_east):
    address = reverse("rectification:chase_release", args=[held.pk])
    assert as_user(officer_east).post(address).status_code == 403
    assert as_user(leader).post(address).status_code == 403
    assert as_user(office).post(address).status_code == 302
    held.refresh_from_db()
    assert held.released_by == office
    assert as_user(office).post(address).status_code == 409


def test_the_runs_are_for_those_who_may_read_the_ledger(as_user, officer_east, leader):
    assert as_user(officer_east).get(reverse("rectification:chase_runs")).status_code == 403
    assert "尚未运行过" in as_user(leader).get(reverse("rectification:chase_runs")).content.decode()


def test_what_a_run_left_out_stands_there_with_its_reason(as_user, office):
    now = timezone.now()
    ChaseRun.objects.create(
        on=date(2026, 3, 11), started_at=now, finished_at=now, skipped=3, notes={"years": {"2027": 3}}
    )
    page = as_user(office).get(reverse("rectification:chase_runs")).content.decode()
    assert "3 件隐患暂无法催办：尚未载入 2027 年的工作日" in page


def test_a_held_run_is_why_a_case_was_not_told(held, as_user, officer_east):
    from hazards.models import HazardCase

    case = HazardCase.objects.get()
    with translation.override("zh-hans"):
        words = ledger.waits_for(case, ledger.selectors.preview(case, date(2026, 3, 11)))
    assert any("待放行" in one for one in words)


def test_days_later(told):
    assert DUE + timedelta(days=1) == ledger.of_case(told).first().on


def test_the_numbers_of_a_run_are_those_of_ones_area(
    chased_case, as_user, office, make_person, make_unit, west_village
):
    chased_case(DUE)
    chased_case(DUE, unit=make_unit("西店", region=west_village))
    made = run(date(2026, 3, 11))
    made.notes = {"nobody": {"after-1 131121101": 2, "after-1 131121104": 1}}
    made.save(update_fields=["notes"])
    in_east = make_person("leader_east", "东书记", "leader", "131121104")
    whole, part = (shares.shares([made], user)[made.pk] for user in (office, in_east))
    assert whole.things == 2 and part.things == 1
    assert whole.lines == 2 * part.lines and part.letters < whole.letters
    assert (whole.missed, part.missed) == (3, 1)
    for name, address in (("chase_runs", []), ("chase-run", [made.pk]), ("chase-day", ["2026-03-11"])):
        page = as_user(in_east).get(reverse(f"rectification:{name}", args=address)).content.decode()
        assert "马屯镇" in page and "恩察镇" not in page, name
    page = as_user(in_east).get(reverse("rectification:chase-run", args=[made.pk])).content.decode()
    # The inspector serves the county: a reader in one township does not open the whole of what he was told.
    links = re.findall(r'href="(/rectification/chase/people/\d+/)"', page)
    assert links and all(as_user(in_east).get(link).status_code == 200 for link in links)


def test_looks_by_the_hour_that_found_nothing_do_not_hide_the_mornings(as_user, office):
    now = timezone.now()
    for claimed in (0, 0, 1):
        ChaseRun.objects.create(
            on=date(2026, 3, 11), started_at=now, finished_at=now, hourly=True, claimed=claimed
        )
    assert ChaseRun.objects.telling().count() == 1
    page = as_user(office).get(reverse("rectification:chase_runs"))
    assert len(page.context["listing"]) == 1


def test_what_stands_comes_before_a_look_back_at_what_is_closed(morning, as_user, officer_east):
    made, first, second = morning
    # The second was the worse; closed, it is no danger any more.
    type(second).objects.filter(pk=second.pk).update(state="closed", closed_on=date(2026, 3, 11))
    answer = as_user(officer_east).get(reverse("rectification:digest", args=[made.pk]))
    lines = answer.context["listing"].rows
    assert [line.case.pk for line in lines] == [first.pk, second.pk]
    assert lines[0].acts and not lines[1].acts


def test_two_rungs_of_one_name_are_counted_apart(ladder):
    """Two rungs may be called alike; what a held run would say by each stands there, the most first."""
    Rung.objects.filter(code__in=("after-1", "after-3")).update(name="逾期催办")
    held = ChaseRun(notes={"rungs": {"after-1": 2, "after-3": 5, "gone": 7}, "townships": {"131121104": 14}})
    with translation.override("zh-hans"):
        assert ledger.foreseen(held)["rungs"] == [("gone", 7), ("逾期催办", 5), ("逾期催办", 2)]
