"""Letters that did not arrive: seen, grouped, tried again, dropped with a reason; gateways tried."""

from datetime import date, datetime, time
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import translation

from notifications import services
from notifications.models import Delivery, Gateway, Line, Preference
from notifications.services import Letter, post_many
from tests.cast import EAST
from tests.notifications import sinks

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SECRET = "sixteen characters or more"
DEAD = "/inbox/dead/"


@pytest.fixture
def stuck(officer_east, make_person):
    """`stuck(3, fault="http-403")`: so many letters of the person that were given up."""

    def make(count=1, *, fault="smtp-550", words="550 no such mailbox", channel="email", person=officer_east):
        keys = [f"{fault}-{channel}-{n}" for n in range(count)]
        post_many(
            [
                Letter(
                    recipient_id=person.pk, kind="x", subject=f"到期 {key}", key=key, on=date(2025, 3, 3),
                    must=("email",), may=(),
                )
                for key in keys
            ],
            now=NOW,
        )  # fmt: skip
        rows = Delivery.objects.filter(message__key__in=keys)
        rows.update(state="dead", fault=fault, last_error=words, attempts=8, channel=channel)
        return list(rows)

    return make


def test_an_empty_list_says_that_all_arrived(admin_user, as_user):
    assert "消息均已送达" in as_user(admin_user).get(DEAD).content.decode()
    for tab in ("dropped", "expired"):
        assert "暂无内容" in as_user(admin_user).get(f"{DEAD}?state={tab}").content.decode()


def test_a_bounce_leads_to_where_the_address_is_mended(stuck, admin_user, officer_east, as_user):
    stuck()
    page = as_user(admin_user).get(DEAD).content.decode()
    assert "550 no such mailbox" in page
    assert f'href="/accounts/people/{officer_east.pk}/"' in page


def test_an_owner_without_a_number_leads_to_the_case(admin_user, as_user, divisions):
    Gateway.objects.create(channel="webhook", name="短信", url="http://127.0.0.1:9/", secret=SECRET)
    owner = Letter(
        recipient_id=None,
        kind="x",
        subject="整改",
        key="o",
        on=date(2025, 3, 3),
        region=EAST,
        link="/cases/7/",
    )
    post_many([owner], now=NOW)
    page = as_user(admin_user).get(DEAD).content.decode()
    assert "没有此人的电话号码" in page
    assert 'href="/cases/7/"' in page


def test_a_letter_to_an_owner_elsewhere_is_not_there(make_person, as_user, divisions):
    away = make_person("admin_q", "衢管", "admin", "3308")
    owner = Letter(recipient_id=None, kind="x", subject="整改", key="o", on=date(2025, 3, 3), region=EAST)
    post_many([owner], now=NOW)
    assert not Delivery.objects.visible_to(away).exists()


def test_a_long_list_costs_no_more_and_can_be_narrowed(
    stuck, admin_user, as_user, django_assert_max_num_queries
):
    stuck(60)
    stuck(5, fault="http-403", words="网关应答 403。", channel="webhook")
    browser = as_user(admin_user)
    browser.get(DEAD)
    with django_assert_max_num_queries(12):
        page = browser.get(f"{DEAD}?size=50").content.decode()
    assert page.count("<tr>") == 51
    narrowed = browser.get(f"{DEAD}?channel=webhook").content.decode()
    assert narrowed.count("<tr>") == 6
    assert browser.get(f"{DEAD}?channel=pigeon&page=abc&state=nonsense").status_code == 200
    assert "没有符合筛选条件的消息" in browser.get(f"{DEAD}?q=nobody").content.decode()


def test_all_of_one_kind_are_tried_again(stuck, admin_user, as_user):
    stuck(4)
    stuck(3, fault="smtp-554", words="554 spam")
    answer = as_user(admin_user).post(f"{DEAD}retry/", {"channel": "email", "fault": "smtp-550"})
    assert answer.status_code == 302
    counts = {state: Delivery.objects.filter(state=state).count() for state in ("pending", "dead")}
    assert counts == {"pending": 4, "dead": 3}
    assert set(Delivery.objects.filter(state="pending").values_list("attempts", "fault")) == {(0, "")}


def test_tried_again_without_an_address_it_stays_and_says_why(stuck, officer_east, admin_user, as_user):
    letter = stuck()[0]
    officer_east.email = ""
    officer_east.save()
    page = as_user(admin_user).post(f"{DEAD}{letter.pk}/retry/", follow=True).content.decode()
    assert "收件人没有登记电子邮箱。" in page
    letter.refresh_from_db()
    assert (letter.state, letter.fault) == ("impossible", "no-email")


def test_dropping_keeps_who_when_and_why(stuck, admin_user, as_user):
    letter = stuck()[0]
    browser = as_user(admin_user)
    refused = browser.post(f"{DEAD}{letter.pk}/drop/", {"reason": " "})
    assert refused.status_code == 422
    assert browser.post(f"{DEAD}{letter.pk}/drop/", {"reason": "已当面告知"}).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.drop_reason, letter.dropped_by) == ("dropped", "已当面告知", admin_user)
    assert letter.dropped_at
    page = browser.get(f"{DEAD}?state=dropped").content.decode()
    assert "已当面告知" in page
    assert browser.post(f"{DEAD}{letter.pk}/drop/", {"reason": "再来一次"}).status_code == 409
    assert browser.post(f"{DEAD}{letter.pk}/retry/").status_code == 409
    assert services.deliver_due(now=NOW) == {"in_app": 0}


def test_others_neither_see_nor_drop(stuck, officer_east, make_person, as_user):
    letter = stuck()[0]
    assert as_user(officer_east).get(f"{DEAD}{letter.pk}/drop/").status_code == 403
    assert (
        as_user(officer_east).post(f"{DEAD}retry/", {"channel": "email", "fault": "smtp-550"}).status_code
        == 403
    )
    away = make_person("admin_q", "衢管", "admin", "3308")
    assert as_user(away).get(f"{DEAD}{letter.pk}/drop/").status_code == 404
    as_user(away).post(f"{DEAD}retry/", {"channel": "email", "fault": "smtp-550"})
    assert Delivery.objects.filter(state="dead").count() == 1


def test_a_way_out_that_rests_is_said(admin_user, as_user):
    Line.objects.create(
        name="email", failures=1, broken_until=datetime(2999, 1, 1, tzinfo=NOW.tzinfo), last_error="无应答"
    )
    page = as_user(admin_user).get(DEAD).content.decode()
    assert "邮件服务器 当前不可用" in page
    assert "无应答" in page


# --- one's own choice ------------------------------------------------------------------------------------------


def test_a_person_chooses_channels_and_quiet_hours(officer_east, as_user):
    browser = as_user(officer_east)
    assert browser.get("/inbox/channels/").status_code == 200
    chosen = {"webhook": "on", "quiet_from": "22:00", "quiet_to": "07:30", "quiet_days_off": "on"}
    assert browser.post("/inbox/channels/", chosen).status_code == 302
    mine = Preference.objects.get(user=officer_east)
    assert mine.channels == {"webhook"}
    assert (mine.quiet_from, mine.quiet_to, mine.quiet_days_off) == (time(22), time(7, 30), True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"quiet_from": "22:00"}, "须同时填写或同时留空"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "quiet_from"),
        ({"quiet_from": "08:00", "quiet_to": "08:00"}, "相同"),
    ],
)
def test_quiet_hours_that_are_none_are_refused_in_words(officer_east, as_user, given, words):
    answer = as_user(officer_east).post("/inbox/channels/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Preference.objects.exists()


def test_an_expired_letter_is_marked_in_the_inbox(officer_east, as_user):
    late = Letter(
        recipient_id=officer_east.pk, kind="x", subject="到期", key="k", on=date(2025, 3, 3), expires_at=NOW
    )
    post_many([late], now=NOW)
    services.deliver_due(now=NOW)
    assert "未及对外发送即已过时限" in as_user(officer_east).get("/inbox/").content.decode()


# --- gateways --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "url", "words"),
    [
        ("webhook", "ftp://sms.example/", "只能填写 http:// 或 https://"),
        ("webhook", "file:///etc/passwd", "只能填写 http:// 或 https://"),
        ("webhook", "http:///nowhere", "没有服务器名称"),
        ("webhook", "http://a b/", "没有服务器名称"),
        ("webhook", "http://[::1", "格式不正确"),
        ("webhook", "http://x:99999/", "格式不正确"),
        ("webhook", f"http://{'x' * 64}.example/", "格式不正确"),
        ("webhook", "https://u:p@sms.example/", "不要包含用户名或口令"),
        ("bot", "https://oapi.dingtalk.com/robot", "群机器人地址须以"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused_in_words(db, channel, url, words):
    with pytest.raises(ValidationError) as refused:
        Gateway(channel=channel, name="x", url=url, secret=SECRET).full_clean()
    assert words in "".join(refused.value.message_dict["url"])


def test_the_secret_is_never_shown_and_kept_when_left_empty(admin_user, as_user):
    gateway = Gateway.objects.create(
        channel="webhook", name="短信", url="https://sms.example/", secret=SECRET
    )
    browser, address = as_user(admin_user), f"/admin/notifications/gateway/{gateway.pk}/change/"
    assert SECRET not in browser.get(address).content.decode()
    facts = {"channel": "webhook", "name": "短信二", "url": "https://sms.example/", "secret": ""}
    facts |= {"rate_per_minute": "0", "timeout": "5", "connections": "2"}
    assert browser.post(address, facts).status_code == 302
    gateway.refresh_from_db()
    assert (gateway.name, gateway.secret) == ("短信二", SECRET)
    assert "16" in browser.post(address, facts | {"secret": "short"}).content.decode()


def test_the_button_tries_a_gateway(admin_user, as_user):
    with sinks.Gateway(200, 403) as sink:
        gateway = Gateway.objects.create(
            channel="webhook", name="短信", url=sink.url, secret=SECRET, timeout=2
        )
        press = {"action": "try_out", "_selected_action": [gateway.pk]}
        page = as_user(admin_user).post("/admin/notifications/gateway/", press, follow=True).content.decode()
        assert "短信 已接收测试消息。" in page
        page = as_user(admin_user).post("/admin/notifications/gateway/", press, follow=True).content.decode()
        assert "网关应答 403" in page
    assert len(sink.seen) == 2


def test_the_command_tries_a_gateway(db):
    with sinks.Gateway(200, 500) as sink, translation.override("zh-hans"):
        gateway = Gateway.objects.create(
            channel="webhook", name="短信", url=sink.url, secret=SECRET, timeout=2
        )
        said = StringIO()
        call_command("try_gateway", gateway.pk, phone="13900000000", stdout=said)
        assert "已接收测试消息" in said.getvalue()
        assert sink.bodies[0]["phone"] == "13900000000"
        with pytest.raises(CommandError, match="500"):
            call_command("try_gateway", gateway.pk)
        with pytest.raises(CommandError, match="现有"):
            call_command("try_gateway", 999999)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "http://[fe80::1%25lo]/"])
def test_addresses_at_which_no_gateway_lives_are_not_called(db, url):
    gateway = Gateway.objects.create(channel="webhook", name="短信", url=url, secret=SECRET, timeout=1)
    assert services.try_gateway(gateway, phone="1", name="", now=NOW)[0] is False


def test_an_auditor_sees_the_letters_and_acts_on_none(stuck, auditor, as_user):
    letter = stuck()[0]
    browser = as_user(auditor)
    page = browser.get(DEAD).content.decode()
    assert "550 no such mailbox" in page
    assert f"{DEAD}{letter.pk}/" not in page and f"{DEAD}retry/" not in page
    assert browser.get(f"{DEAD}{letter.pk}/drop/").status_code == 403
    for address in (f"{letter.pk}/retry/", f"{letter.pk}/drop/", "retry/"):
        assert browser.post(f"{DEAD}{address}", {"reason": "已当面告知"}).status_code == 403
    letter.refresh_from_db()
    assert letter.state == "dead"
