"""Writing letters: once by key, in the same few statements, by the channels that the occasion and the person name."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications.models import Delivery, Gateway, Message, Preference
from notifications.services import Letter, post_many
from tests.cast import COUNTY, EAST

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
SECRET = "a-secret-of-the-tests"


@pytest.fixture
def gateway(divisions):
    return Gateway.objects.create(channel="webhook", name="短信", url="http://127.0.0.1:9/", secret=SECRET)


def letter(person, key="k1", **more):
    return Letter(
        **{
            "recipient_id": person and person.pk,
            "kind": "x",
            "subject": "到期",
            "key": key,
            "on": date(2025, 3, 3),
        }
        | more
    )


def ways(key="k1"):
    rows = Delivery.objects.filter(message__key=key).order_by("channel")
    return {(row.channel, row.state) for row in rows}


def test_a_letter_goes_to_inbox_and_mail(officer_east):
    assert post_many([letter(officer_east)], now=NOW) == 1
    assert ways() == {("in_app", "sent"), ("email", "pending")}
    assert Delivery.objects.get(channel="email").next_attempt_at == NOW
    assert Message.objects.get().created_at == NOW


def test_the_same_key_adds_nothing(officer_east, officer_west):
    post_many([letter(officer_east)], now=NOW)
    again = [letter(officer_west), letter(officer_east, "k2"), letter(officer_west, "k2")]
    assert post_many(again, now=NOW) == 1
    assert Message.objects.get(key="k1").recipient == officer_east
    assert Message.objects.get(key="k2").recipient == officer_east
    assert Delivery.objects.count() == 4


def test_nothing_to_say_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert post_many([], now=NOW) == 0


def test_three_hundred_letters_cost_what_three_do(make_person, django_assert_max_num_queries):
    people = [make_person(f"p{n}", f"人{n}", "township_officer", EAST) for n in range(30)]
    for size in (3, 300):
        many = [letter(people[n % 30], f"{size}-{n}") for n in range(size)]
        with django_assert_max_num_queries(8):
            assert post_many(many, now=NOW) == size


def test_a_demanded_channel_without_an_address_is_kept_with_the_reason(make_person, gateway):
    person = make_person("noaddress", "无邮", "township_officer", EAST, email="")
    post_many([letter(person, must=("in_app", "email", "webhook", "bot"))], now=NOW)
    errors = {row.channel: (row.state, row.fault, row.last_error) for row in Delivery.objects.all()}
    assert errors == {
        "in_app": ("sent", "", ""),
        "email": ("impossible", "no-email", "收件人没有登记电子邮箱。"),
        "webhook": ("impossible", "no-phone", "没有此人的电话号码。"),
        "bot": ("impossible", "no-bot-gateway", "没有启用中的群机器人服务于此人所在区域。"),
    }


def test_an_optional_channel_without_an_address_leaves_no_trace(make_person):
    person = make_person("noaddress", "无邮", email="")
    post_many([letter(person, may=("email", "webhook"))], now=NOW)
    assert ways() == {("in_app", "sent")}


def test_people_choose_among_the_optional_channels(officer_east, gateway):
    officer_east.phone = "13800000000"
    officer_east.save()
    Preference.objects.create(user=officer_east, email=False, webhook=True)
    post_many([letter(officer_east, may=("email", "webhook", "bot"))], now=NOW)
    post_many([letter(officer_east, "k2", must=("in_app", "email"))], now=NOW)
    assert ways() == {("in_app", "sent"), ("webhook", "pending")}
    # What is demanded, and what was chosen beside it, also where the letter says nothing of channels.
    assert ways("k2") == {("in_app", "sent"), ("email", "pending"), ("webhook", "pending")}


def test_an_owner_without_account_is_told_by_sms_alone(gateway):
    owner = letter(None, to_name="张三", to_phone="13900000000", region=EAST, must=("in_app", "email"))
    post_many([owner, letter(None, "k2", to_name="李四", region=EAST)], now=NOW)
    assert ways() == {("webhook", "pending")}
    assert ways("k2") == {("webhook", "impossible")}
    assert Message.objects.get(key="k1").to == "张三"


def test_the_nearest_gateway_serves(officer_east, officer_west, gateway, divisions):
    for person in (officer_east, officer_west):
        person.phone = "13800000000"
        person.save()
    near = Gateway.objects.create(
        channel="webhook", name="马屯", url="http://127.0.0.1:9/", secret=SECRET, region=divisions[EAST]
    )
    for name, facts in {
        "别处": {"region": divisions["3308"]},
        "停用": {"region": divisions[EAST], "enabled": False},
    }.items():
        Gateway.objects.create(
            channel="webhook", name=name, url="http://127.0.0.1:9/", secret=SECRET, **facts
        )
    post_many([letter(p, p.username, must=("webhook",)) for p in (officer_east, officer_west)], now=NOW)
    chosen = dict(Delivery.objects.filter(channel="webhook").values_list("message__key", "gateway"))
    assert chosen == {"officer_east": near.pk, "officer_west": gateway.pk}
    assert COUNTY in EAST


def test_a_locked_account_is_no_address(officer_east):
    officer_east.is_active = False
    officer_east.save()
    post_many([letter(officer_east, must=("in_app", "email"))], now=NOW)
    assert Delivery.objects.get(channel="email").fault == "locked"


def test_an_unknown_channel_is_a_slip_of_the_programmer(officer_east):
    with pytest.raises(ValueError, match="pigeon"):
        letter(officer_east, must=("pigeon",))


def test_a_letter_that_waits_is_not_in_the_inbox_before_its_hour(officer_east):
    later = datetime.now(tz=ZoneInfo("Asia/Shanghai")) + timedelta(hours=2)
    post_many([letter(officer_east, not_before=later)], now=NOW)
    assert not Message.objects.visible_to(officer_east).exists()
    assert ways() == {("in_app", "pending"), ("email", "pending")}


def test_quiet_hours_move_what_can_wait(officer_east, officer_west):
    Preference.objects.create(user=officer_east, quiet_from=time(22), quiet_to=time(7, 30))
    late = NOW.replace(hour=23)
    post_many([letter(officer_east), letter(officer_east, "k2", urgent=True)], now=late)
    post_many([letter(officer_west, "k3")], now=late)
    at = dict(Delivery.objects.filter(channel="email").values_list("message__key", "next_attempt_at"))
    assert at == {"k1": datetime(2025, 3, 4, 7, 30, tzinfo=NOW.tzinfo), "k2": late, "k3": late}
    assert ways("k1") == {("in_app", "sent"), ("email", "pending")}
