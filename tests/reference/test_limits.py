"""The dated table of limits, and the command that answers when a clock ends."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils import translation

from common.days import today
from common.errors import BadFile
from documents import limits as papers_limits
from hazards.models import Clock
from reference import limits
from reference.models import Limit
from reference.services.calendar import load_calendar
from reference.services.tables import DATA, TABLES, load_table
from tests import journeys
from tests.factories import DAY

pytestmark = pytest.mark.django_db
TABLE = next(table for table in TABLES if table.name == "limits")


def run(*args, **options):
    out = StringIO()
    call_command("deadline", *args, stdout=out, **options)
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def test_every_limit_of_the_law_is_there_with_its_article():
    rows = {row.code: row for row in Limit.objects.all()}
    wanted = {
        "C2": (3, "working_days"), "C4": (3, "working_days"), "C6": (7, "working_days"),
        "C7": (3, "working_days"), "C8": (10, "working_days"), "C9": (3, "working_days"), "C10": (24, "hours"),
        "C11": (30, "days"), "C12": (3, "working_days"), "C12-2": (3, "working_days"),
        "C13": (3, "working_days"), "C13-2": (3, "working_days"), "C15": (5, "working_days"),
        "COMPLAINT-24": (24, "hours"), "COMPLAINT-3": (3, "working_days"), "EXTENSIONS": (1, "times"),
        "MEETING-3": (3, "people"), "EXPERTS-7": (7, "people"),
    }  # fmt: skip
    assert {code: (rows[code].amount, rows[code].unit) for code in wanted} == wanted
    assert all(rows[code].article for code in wanted if code.startswith("C"))
    assert all(row.source and row.name_en for row in rows.values())
    assert not rows["C11"].rolls


def test_the_file_and_the_migration_say_the_same():
    loaded = load_table(TABLE)
    assert (loaded.new, loaded.changed) == (0, 0)


def test_a_new_row_holds_from_its_day_and_the_old_one_before_it():
    new = Limit.objects.create(
        code="C4", name="复查", amount=5, unit="working_days", valid_from=date(2026, 7, 1), source="新规定"
    )
    assert limits.in_force("C4", date(2026, 6, 30)).amount == 3
    assert limits.in_force("C4", date(2026, 7, 1)) == new
    shelf = limits.Shelf(["C4", "C2"])
    assert shelf.find("C4", date(2026, 6, 30)).amount == 3
    assert shelf.find("C4", date(2030, 1, 1)).amount == 5
    assert shelf.find("C2", date(2012, 10, 31)) is None


def test_before_the_rule_there_is_no_limit_and_the_sentence_says_so():
    with translation.override("zh-hans"), pytest.raises(limits.LimitNotLoaded) as refusal:
        limits.in_force("C4", date(2012, 10, 31))
    assert str(refusal.value) == "2012年10月31日没有现行有效的时限 C4。"
    assert limits.amount("C4", date(2012, 10, 31)) is None


def test_a_row_is_kept_as_it_is_by_the_database_and_by_the_loader(tmp_path):
    row = Limit.objects.get(code="C4")
    for act in (lambda: Limit.objects.filter(pk=row.pk).update(amount=9), row.delete):
        with pytest.raises(InternalError), transaction.atomic():
            act()
    text = (
        (DATA / "limits.csv")
        .read_text(encoding="utf-8")
        .replace("C4,复查,Re-inspect,3", "C4,复查,Re-inspect,9")
    )
    (tmp_path / "limits.csv").write_text(text, encoding="utf-8")
    with translation.override("en"), pytest.raises(BadFile, match="keeps its number"):
        load_table(TABLE, tmp_path)
    Limit.objects.filter(pk=row.pk).update(valid_to=date(2030, 1, 1), source="更名")


def test_an_administrator_adds_a_row_that_begins_today_at_the_earliest(client, make_person):
    chief = make_person("root", "系统管理员", "admin", "131121", is_staff=True, is_superuser=True)
    client.force_login(chief)
    facts = FIVE
    url = reverse("admin:reference_limit_add")
    refused = client.post(url, facts | {"valid_from": (today() - timedelta(days=1)).isoformat()})
    assert refused.status_code == 200 and Limit.objects.filter(code="C4").count() == 1
    accepted = client.post(url, facts | {"valid_from": today().isoformat()})
    assert accepted.status_code == 302
    assert limits.in_force("C4", today()).amount == 5
    assert limits.in_force("C4", today() - timedelta(days=1)).amount == 3


FIVE = {"code": "C4", "amount": 5, "unit": "working_days", "whose": "authority", "confidence": "own",
        "source": "新规定"}  # fmt: skip


@pytest.fixture
def chief(client, make_person):
    client.force_login(make_person("root", "系统管理员", "admin", "131121", is_staff=True, is_superuser=True))
    return client


def add(client, **facts):
    return client.post(reverse("admin:reference_limit_add"), FIVE | facts)


def test_a_row_added_in_the_administration_leaves_clocks_that_began_before(
    chief, make_case, inspector_a, officer_east, monkeypatch
):
    load_calendar()
    monkeypatch.setattr("reference.admin.today", lambda: date(2026, 3, 10))
    before, after = make_case(), make_case(category="lodging")
    journeys.order(before, by=inspector_a, due_on=date(2026, 3, 11))
    assert add(chief, valid_from="2026-03-12").status_code == 302
    row = Limit.objects.get(code="C4", amount=5)
    # What was left empty is as before: the reason of each day goes on naming the event.
    assert (row.name, row.event, row.event_en) == (
        "复查", "期限届满或者收到复查申请之日", "the day of expiry or of the application",
    )  # fmt: skip
    journeys.order(after, by=inspector_a, due_on=date(2026, 3, 12), day=date(2026, 3, 11))
    ends = dict(Clock.objects.filter(code="C4").values_list("case_id", "due_on"))
    # From Wednesday the 11th: 12, 13, 16. From Thursday the 12th: 13, 16, 17, 18, 19.
    assert ends == {before.pk: date(2026, 3, 16), after.pk: date(2026, 3, 19)}
    # A later act on the older case does not lengthen it: its reply of the 11th keeps the three days.
    journeys.submit(before, by=officer_east, day=date(2026, 3, 11))
    assert Clock.objects.running().get(case=before, code="C4").limit.amount == 3


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"valid_from": "2026-03-09"}, "valid_from", "最早自今日起"),
        ({"valid_from": "2012-11-01"}, "valid_from", "最早自今日起"),
        ({"valid_from": "2026-03-20"}, None, "自当日起施行"),
        ({"valid_from": "2026-03-15", "valid_to": "2026-03-20"}, "valid_to", "2026年3月20日"),
        ({"valid_from": "2026-03-15", "valid_to": "2026-03-14"}, None, "早于"),
        ({"valid_from": "2026-03-15", "code": "C44"}, "code", "没有这个代码"),
        ({"valid_from": "2026-03-15", "amount": "-1"}, "amount", ""),
        ({"valid_from": "2026-03-15", "amount": "99999"}, "amount", ""),
        ({"valid_from": "2026-03-15", "amount": "三"}, "amount", ""),
        ({"valid_from": "明天"}, "valid_from", ""),
    ],
)
def test_what_an_administrator_may_not_add_is_said_at_its_field(facts, field, words, chief, monkeypatch):
    monkeypatch.setattr("reference.admin.today", lambda: date(2026, 3, 10))
    assert add(chief, valid_from="2026-03-20").status_code == 302
    with translation.override("zh-hans"):
        refused = add(chief, **facts)
        told = refused.context["adminform"].form.errors
    assert refused.status_code == 200 and Limit.objects.filter(code="C4").count() == 2
    assert list(told) == [field or "__all__"] or (field is None and told)
    assert words in str(told)


def test_the_number_of_a_row_that_stands_is_not_on_offer(chief, monkeypatch):
    monkeypatch.setattr("reference.admin.today", lambda: date(2026, 3, 10))
    row = Limit.objects.get(code="C4")
    url = reverse("admin:reference_limit_change", args=[row.pk])
    page = chief.get(url).content.decode()
    for name in ("code", "amount", "unit", "rolls", "valid_from"):
        assert f'name="{name}"' not in page
    kept = {
        "name": "复查",
        "name_en": "Re-inspect",
        "whose": "authority",
        "confidence": "high",
        "source": "旧规定",
    }
    assert chief.post(url, kept | {"amount": 9, "valid_from": "2026-03-10"}).status_code == 302
    row.refresh_from_db()
    assert (row.amount, row.valid_from, row.source) == (3, date(2012, 11, 1), "旧规定")
    early = chief.post(url, kept | {"valid_to": "2026-03-09"})
    assert early.status_code == 200 and "valid_to" in early.context["adminform"].form.errors
    assert chief.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert limits.in_force("C4", date(2026, 3, 10)).amount == 3


def test_an_older_row_never_holds_again():
    for day, last, amount in (((2026, 7, 1), date(2026, 12, 31), 5), ((2027, 7, 1), None, 4)):
        Limit.objects.create(
            code="C4", name="复查", amount=amount, unit="working_days", valid_from=date(*day), valid_to=last
        )
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 7, 1)]
    assert [limits.amount("C4", day) for day in days] == [3, 5, 5, None, 4]
    assert [getattr(limits.Shelf(["C4"]).find("C4", day), "amount", None) for day in days] == [
        3,
        5,
        5,
        None,
        4,
    ]


def test_what_used_to_be_constants_is_asked_by_its_day():
    assert [papers_limits.notice_days(date(*day)) for day in ((2021, 12, 31), (2022, 1, 1), (2026, 3, 10))] == [
        60, 30, 30,
    ]  # fmt: skip
    rows = {"REFERRAL-REPLY": 10, "C15": 5, "DEMAND-DAYS": 3, "SEAL-WARNING": 7, "C14": 3, "C14-2": 3}
    assert {code: limits.amount(code, DAY) for code in rows} == rows


def test_three_working_days_after_service_on_30_september_2025():
    load_calendar()
    answer = run("--from", "2025-09-30", "--working-days", "3")
    assert answer["due"] == "2025-10-11"
    assert answer["why"] == (
        "送达（2025年9月30日）次日起3个工作日，10月1日至8日放假（国庆节、中秋节），10月11日为补班工作日；"
        "2025年10月11日24时届满。"
    )


def test_a_clock_of_the_table_names_its_event():
    load_calendar()
    answer = run("--from", "2026-09-30T17:40", "--clock", "c4")
    assert answer["due"] == "2026-10-10"
    assert answer["why"].startswith("期限届满或者收到复查申请之日（2026年9月30日）次日起3个工作日")
    assert run("--from", "2026-01-16", "--clock", "C11")["due"] == "2026-02-15"


def test_hours_and_days_need_no_calendar():
    night = run("--from", "2026-12-31T22:15", "--hours", "24")
    assert night["due"] == "2027-01-01T22:15+08:00"
    assert "夜间、节假日不扣除" in night["why"]
    assert run("--from", "2026-12-10", "--days", "30")["due"] == "2027-01-09"
    assert run("--from", "2025-09-30", "--days", "30", "--lang", "en")["why"] == (
        "30 calendar days from the day after service (30 Sep 2025); it ends on the end of 30 Oct 2025."
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--from", "2026-12-30", "--working-days", "3"), "2027年"),
        (("--from", "9月30日", "--days", "3"), "不是日期"),
        (("--from", "2025-02-30", "--days", "3"), "不是日期"),
        (("--from", "2025-09-30", "--hours", "24"), "具体时刻"),
        (("--from", "2025-09-30", "--clock", "C10"), "具体时刻"),
        (("--from", "2025-09-30", "--working-days", "三"), "整数"),
        (("--from", "2025-09-30", "--days", "-1"), "整数"),
        (("--from", "2025-09-30", "--days", "99999999999"), "整数"),
        (("--from", "2025-09-30", "--clock", "C99"), "C99"),
        (("--from", "2025-09-30", "--clock", "EXTENSIONS"), "不是计时期限"),
        (("--from", "9999-12-30", "--days", "30"), "9999"),
    ],
)
def test_bad_questions_get_a_sentence(args, words):
    load_calendar()
    with pytest.raises(CommandError, match=words):
        # argparse takes "-1" for an option unless it is glued on.
        run(*(f"{args[2]}={args[3]}" if i == 2 else a for i, a in enumerate(args) if i != 3))


def test_without_a_kind_the_command_refuses():
    with pytest.raises(CommandError):
        run("--from", "2025-09-30")
