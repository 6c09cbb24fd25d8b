"""The ways out against real servers: a mail server and a gateway that refuse, hang, drip, redirect and break off."""

import hashlib
import hmac
import multiprocessing
import os
import signal
import threading
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from notifications import services
from notifications.models import Delivery, Gateway, Line, Preference
from notifications.services import Letter, claims, delivering, lines, post_many
from tests.cast import EAST
from tests.notifications import sinks

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SECRET = "sixteen characters or more"


@pytest.fixture
def sms(divisions):
    """`sms(sink)`: a gateway row for a running sink."""

    def make(sink=None, name="短信", **facts):
        url = sink if isinstance(sink, str) else sink.url
        return Gateway.objects.create(
            **{"channel": "webhook", "name": name, "url": url, "secret": SECRET, "timeout": 1} | facts
        )

    return make


@pytest.fixture
def post_office(settings):
    """`post_office(office)`: mail goes to this running office."""

    def use(port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2

    return use


def owner(n=1, **more):
    facts = {"recipient_id": None, "kind": "notice", "subject": f"第{n}号整改通知", "key": f"o{n}",
             "on": date(2025, 3, 3), "to_name": "张三", "to_phone": f"1390000{n:04}", "region": EAST}  # fmt: skip
    return Letter(**facts | more)


def mail(person, key="m1", **more):
    facts = {"recipient_id": person.pk, "kind": "x", "subject": "到期", "key": key, "on": date(2025, 3, 3)}
    return Letter(**facts | {"must": ("email",), "may": ()} | more)


def state(key="o1"):
    row = Delivery.objects.get(message__key=key, channel__in=["webhook", "email", "bot"])
    return row.state, row.attempts, row.fault


def row(key="o1"):
    return Delivery.objects.get(message__key=key, channel__in=["webhook", "email", "bot"])


def run(at=NOW, **more):
    return services.deliver_due(now=at, **more)


# --- the signed webhook ------------------------------------------------------------------------------------


def test_a_gateway_gets_a_signed_letter(sms, settings):
    settings.PUBLIC_URL = "https://xiaohuan.example"
    with sinks.Gateway(200) as sink:
        sms(sink)
        post_many([owner(body="请于3月7日前整改", link="/cases/7/")], now=NOW)
        assert run()["sent"] == 1
    headers, body = sink.seen[0]
    token = str(row().token)
    assert sink.bodies[0] == {
        "key": token,
        "phone": "13900000001",
        "name": "张三",
        "subject": "第1号整改通知",
        "text": "请于3月7日前整改",
        "link": "https://xiaohuan.example/cases/7/",
        "kind": "notice",
        "on": "2025-03-03",
    }
    assert headers["Idempotency-Key"] == token
    stamp = headers["X-Xiaohuan-Timestamp"]
    assert abs(int(stamp) - time.time()) < 10
    expected = hmac.new(SECRET.encode(), stamp.encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Xiaohuan-Signature"] == expected
    assert state() == ("sent", 1, "")


def test_one_connection_carries_many_letters(sms):
    ports = set()
    with sinks.Gateway(200) as sink:
        finish = sink.server.finish_request
        sink.server.finish_request = lambda request, at: (ports.add(at), finish(request, at))
        sms(sink, connections=1)
        post_many([owner(n) for n in range(30)], now=NOW)
        assert run()["sent"] == 30
    assert len(ports) == 1
    assert len(set(sink.keys)) == 30


def test_a_redirect_is_not_followed_and_said_in_words(sms):
    with sinks.Gateway(200) as elsewhere, sinks.Gateway((302, {"Location": elsewhere.url})) as sink:
        sms(sink)
        post_many([owner()], now=NOW)
        run()
    assert elsewhere.seen == []
    assert state() == ("failed", 1, "http-302")
    assert row().last_error == "网关应答 302（重定向），本系统不予跟随。请填写最终地址。"


def test_ten_megabytes_are_not_read_and_the_letter_counts(sms):
    with sinks.Gateway("huge", 200) as sink:
        sms(sink)
        post_many([owner(1), owner(2)], now=NOW)
        began = time.monotonic()
        assert run()["sent"] == 2
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("answer", ["hang", "drip"])
def test_an_answer_that_never_ends_is_cut_off(sms, answer):
    with sinks.Gateway(answer) as sink:
        sms(sink)
        post_many([owner()], now=NOW)
        began = time.monotonic()
        run()
        assert 0.9 < time.monotonic() - began < 2.5
    assert state() == ("failed", 1, "timeout")
    assert row().last_error == "网关未在 1 秒内应答。"


def test_a_failure_is_tried_again_with_the_same_key(sms):
    with sinks.Gateway(500, 200) as sink:
        sms(sink)
        post_many([owner()], now=NOW)
        assert run()["failed"] == 1
        assert run()["in_app"] == 0
        wait = row().next_attempt_at - NOW
        assert timedelta(minutes=1.5) <= wait <= timedelta(minutes=2.51)
        assert run(NOW + timedelta(minutes=3))["sent"] == 1
    assert len(sink.keys) == 2
    assert len(set(sink.keys)) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again_with_the_same_key(sms):
    with sinks.Gateway(200, "cut", 200) as sink:
        sms(sink, connections=1)
        post_many([owner(1), owner(2)], now=NOW)
        assert run()["sent"] == 2
    assert sink.keys[1] == sink.keys[2] != sink.keys[0]


@pytest.mark.parametrize(
    ("status", "expected"), [(400, "dead"), (403, "dead"), (408, "failed"), (425, "failed")]
)
def test_a_refusal_for_ever_and_for_now(sms, status, expected):
    with sinks.Gateway((status, {}, "号码 无效".encode())) as sink:
        sms(sink)
        post_many([owner()], now=NOW)
        run()
    assert state() == (expected, 1, f"http-{status}")
    assert row().last_error == f"网关应答 {status}。号码 无效"


def test_too_many_requests_rest_the_gateway_as_long_as_it_asks(sms):
    with sinks.Gateway((429, {"Retry-After": "900"}), 200) as sink:
        gateway = sms(sink)
        post_many([owner(1), owner(2)], now=NOW)
        assert run()["put_off"] == 2
        assert state() == ("pending", 0, "http-429")
        rest = Line.objects.get(pk=gateway.line_name).broken_until - NOW
        assert timedelta(minutes=15) <= rest < timedelta(minutes=16)
        assert run(NOW + timedelta(minutes=14)) == {"in_app": 0}
        assert run(NOW + timedelta(minutes=16))["sent"] == 2
    assert len(sink.seen) == 3


def test_a_gateway_that_is_down_ages_no_letter(sms):
    sms(f"http://127.0.0.1:{sinks.closed_port()}/")
    post_many([owner()], now=NOW)
    for n in range(12):
        run(NOW + timedelta(minutes=11 * n))
    assert state() == ("pending", 0, "unreachable")


def test_a_gateway_that_hangs_rests_after_three_letters_and_one_when_on_probation(sms):
    with sinks.Gateway("hang") as sink:
        sms(sink, connections=1)
        post_many([owner(n) for n in range(6)], now=NOW)
        assert run() == {"in_app": 0, "claimed": 6, "failed": 3, "put_off": 3}
        assert run(NOW + timedelta(minutes=1)) == {"in_app": 0}
        assert run(NOW + timedelta(minutes=3))["failed"] == 1
        assert len(sink.seen) == 4


@pytest.mark.django_db(transaction=True)
def test_a_hung_gateway_delays_neither_mail_nor_another_gateway(sms, officer_east, post_office, divisions):
    arrived = {}

    def watch(name, count):
        while count() < 5:
            time.sleep(0.02)
        arrived[name] = time.monotonic() - began

    with sinks.Gateway("hang") as bad, sinks.Gateway(200) as good, sinks.StrictOffice() as office:
        post_office(office.port)
        sms(bad, timeout=3, connections=1)
        sms(good, "马屯", region=divisions[EAST])
        post_many([owner(n) for n in range(5)], now=NOW)
        post_many([owner(n, region="3308") for n in range(10, 15)], now=NOW)
        post_many([mail(officer_east, f"m{n}") for n in range(5)], now=NOW)
        began = time.monotonic()
        watchers = [
            threading.Thread(target=watch, args=("good", lambda: len(good.seen)), daemon=True),
            threading.Thread(target=watch, args=("mail", lambda: len(office.letters)), daemon=True),
        ]
        for one in watchers:
            one.start()
        counts = run()
        for one in watchers:
            one.join(5)
        assert time.monotonic() - began > 8
    assert counts["sent"] == 10
    assert counts["failed"] == 3
    assert max(arrived.values()) < 3


# --- mail --------------------------------------------------------------------------------------------------


def test_a_bounce_stays_with_its_letter(officer_east, officer_west, head_east, post_office):
    refused = {"officer_west": 550, "head_east": 451}
    with sinks.StrictOffice(refused) as office:
        post_office(office.port)
        people = (officer_west, officer_east, head_east)
        post_many([mail(person, person.username) for person in people], now=NOW)
        run()
        assert [letter["To"] for letter in office.letters] == ["officer_east@example.test"]
        assert office.letters[0]["Message-ID"].startswith(f"<{row('officer_east').token}@")
        assert office.sessions == 1
    assert state("officer_east") == ("sent", 1, "")
    assert state("officer_west") == ("dead", 1, "smtp-550")
    assert state("head_east") == ("failed", 1, "smtp-451")
    assert row("officer_west").last_error == "550 no such mailbox here"


def test_a_mail_server_that_is_down_ages_no_letter(officer_east, post_office):
    post_office(sinks.closed_port())
    post_many([mail(officer_east)], now=NOW)
    for n in range(12):
        run(NOW + timedelta(minutes=11 * n))
    assert state("m1") == ("pending", 0, "smtp-down")
    with sinks.StrictOffice() as office:
        post_office(office.port)
        assert run(NOW + timedelta(hours=3))["sent"] == 1
        assert len(office.letters) == 1


def test_a_mail_server_that_breaks_off_gets_the_same_letter_under_the_same_id(officer_east, post_office):
    with sinks.StrictOffice(break_after=1) as office:
        post_office(office.port)
        post_many([mail(officer_east, "m1"), mail(officer_east, "m2")], now=NOW)
        assert run() == {"in_app": 0, "claimed": 2, "failed": 1, "sent": 1}
        assert run(NOW + timedelta(minutes=5))["sent"] == 1
        ids = [letter["Message-ID"] for letter in office.letters]
    assert len(ids) == 3
    assert len(set(ids)) == 2


# --- workers that die, and that come in twos -------------------------------------------------------------------


def killed_after(count, at):
    """In a process of its own: brings letters and is killed behind the sending of one, before it is noted."""
    connections.close_all()
    send = delivering.lines.SESSIONS["webhook"].send
    sent = []

    def send_and_die(self, parcel):
        send(self, parcel)
        sent.append(parcel)
        if len(sent) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    delivering.lines.SESSIONS["webhook"].send = send_and_die
    run(at)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_sending_and_noting_repeats_the_same_key(sms):
    with sinks.Gateway(200) as sink:
        sms(sink, connections=1)
        post_many([owner(n) for n in range(6)], now=NOW)
        connections.close_all()
        worker = multiprocessing.get_context("fork").Process(target=killed_after, args=(3, NOW))
        worker.start()
        worker.join(20)
        assert worker.exitcode == -signal.SIGKILL
        assert len(sink.seen) == 3
        assert run(NOW + timedelta(minutes=4)) == {"in_app": 0}
        assert run(NOW + timedelta(minutes=6))["sent"] == 6
    assert len(sink.keys) == 9
    assert sink.keys[:3] == sink.keys[3:6]
    assert len(set(sink.keys)) == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forward", [timedelta(minutes=6), timedelta(days=1), timedelta(days=30)])
def test_a_clock_put_forward_takes_no_letter_out_of_a_living_hand(sms, monkeypatch, forward):
    """The second worker believes that the first one's leases ended long ago, and that its letters expired."""
    half, other_done = threading.Event(), threading.Event()
    send = delivering.lines.SESSIONS["webhook"].send

    def send_and_wait(self, parcel):
        send(self, parcel)
        if threading.current_thread() is first and not half.is_set():
            half.set()
            assert other_done.wait(20)

    def bring():
        try:
            counts.update(run(NOW))
        finally:
            connection.close()

    counts = {}
    with sinks.Gateway(200) as sink:
        sms(sink, connections=1)
        post_many([owner(n) for n in range(6)], now=NOW)
        Delivery.objects.filter(channel="webhook").update(expires_at=NOW + timedelta(days=2))
        monkeypatch.setattr(delivering.lines.SESSIONS["webhook"], "send", send_and_wait)
        first = threading.Thread(target=bring)
        first.start()
        assert half.wait(20)
        meanwhile = run(NOW + forward)
        other_done.set()
        first.join(20)
    assert meanwhile == {"in_app": 0}
    assert counts["sent"] == 6
    assert len(sink.keys) == len(set(sink.keys)) == 6


def at_once(work, count=2):
    """The work in several threads that begin together; what each returned."""
    start, answers = threading.Barrier(count), []

    def thread():
        try:
            start.wait()
            answers.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=thread) for _n in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_each_letter_once(sms, monkeypatch):
    monkeypatch.setattr(delivering, "BATCH", 7)
    with sinks.Gateway(200) as sink:
        sms(sink)
        post_many([owner(n) for n in range(100)], now=NOW)
        answers = at_once(run)
    assert sum(one["sent"] for one in answers) == 100
    assert len(sink.seen) == len(set(sink.keys)) == 100
    assert not Delivery.objects.exclude(state="sent", attempts=1).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_one_rate(sms):
    """120 a minute: ten at once, then two a second; in two seconds no more than fourteen, plus the one at the edge."""
    with sinks.Gateway(200) as sink:
        sms(sink, rate_per_minute=120)
        post_many([owner(n) for n in range(60)], now=NOW)
        at_once(lambda: run(seconds=2))
    assert 12 <= len(sink.seen) <= 15
    assert Delivery.objects.filter(state="pending", attempts=0).count() == 60 - len(sink.seen)


def test_a_run_that_is_over_hands_back_what_it_has_not_begun(sms):
    with sinks.Gateway(200) as sink:
        sms(sink)
        post_many([owner(n) for n in range(5)], now=NOW)
        assert run(seconds=0) == {"in_app": 0}
        assert run()["sent"] == 5
    assert len(sink.seen) == 5


# --- too late, too early, nobody there ---------------------------------------------------------------------------


def test_an_expired_letter_says_so_and_is_not_sent(sms):
    with sinks.Gateway(200) as sink:
        sms(sink)
        post_many([owner(expires_at=NOW + timedelta(hours=1))], now=NOW)
        assert run(NOW + timedelta(hours=2)) == {"in_app": 0, "expired": 1}
        assert sink.seen == []
    assert state() == ("expired", 0, "expired")


def test_a_failed_letter_expires_at_its_hour(sms):
    with sinks.Gateway(500) as sink:
        sms(sink)
        post_many([owner(expires_at=NOW + timedelta(minutes=1))], now=NOW)
        run()
        assert row().next_attempt_at == NOW + timedelta(minutes=1)
        assert run(NOW + timedelta(minutes=1))["expired"] == 1


def test_a_letter_that_expires_after_an_attempt_that_was_cut_off_says_that_nobody_knows(sms):
    """The worker took it, handed it over and was killed before it could note so."""
    with sinks.Gateway(200) as sink:
        gateway = sms(sink)
        post_many([owner(expires_at=NOW + timedelta(minutes=3))], now=NOW)
        assert len(claims.claim(lines.lane_of("webhook", gateway), 1, NOW)) == 1
        assert run(NOW + timedelta(minutes=6)) == {"in_app": 0, "expired": 1}
        assert sink.seen == []
    assert state() == ("expired", 1, "expired-unsure")
    assert row().last_error == "有一次发送中途中断，对方是否收到无法确定。"


def test_nothing_leaves_before_its_hour(sms):
    with sinks.Gateway(200) as sink:
        sms(sink)
        post_many([owner(not_before=NOW + timedelta(minutes=30))], now=NOW)
        assert run(NOW + timedelta(minutes=29)) == {"in_app": 0}
        assert run(NOW + timedelta(minutes=31))["sent"] == 1


def test_a_letter_that_waited_into_the_night_waits_for_the_morning(officer_east, post_office):
    """The mail server came back at three; only what is urgent wakes the person."""
    officer_east.preference = Preference.objects.create(
        user=officer_east, quiet_from=datetime(2025, 1, 1, 22).time(), quiet_to=datetime(2025, 1, 1, 7).time()
    )
    three = NOW.replace(hour=3)
    with sinks.StrictOffice() as office:
        post_office(office.port)
        evening = NOW - timedelta(hours=12)
        post_many([mail(officer_east, "m1"), mail(officer_east, "m2", urgent=True)], now=evening)
        assert run(three) == {"in_app": 0, "claimed": 2, "put_off": 1, "sent": 1}
        assert run(NOW)["sent"] == 1
    assert row("m1").attempts == 1


def test_a_letter_without_gateway_written_by_sql_says_why(officer_east):
    post_many([mail(officer_east)], now=NOW)
    Delivery.objects.update(channel="webhook")
    assert run()["impossible"] == 1
    assert state("m1") == ("impossible", 0, "no-webhook-gateway")


def test_a_gateway_out_of_use_keeps_its_letters(sms):
    with sinks.Gateway(200) as sink:
        gateway = sms(sink)
        post_many([owner()], now=NOW)
        Gateway.objects.filter(pk=gateway.pk).update(enabled=False)
        assert run() == {"in_app": 0}
        Gateway.objects.filter(pk=gateway.pk).update(enabled=True)
        assert run()["sent"] == 1


# --- robots ----------------------------------------------------------------------------------------------------


def test_a_robot_without_apprise_says_what_to_install(divisions, officer_east, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    Gateway.objects.create(channel="bot", name="群", url="wecombot://", secret="key")
    post_many([mail(officer_east, must=("bot",))], now=NOW)
    assert run()["put_off"] == 1
    assert state("m1") == ("pending", 0, "no-apprise")
    assert row("m1").last_error == '群机器人需要安装 apprise：pip install "xiaohuan[notify]"。'


def test_a_robot_speaks_through_apprise(divisions, officer_east):
    pytest.importorskip("apprise")
    with sinks.Gateway(200) as sink:
        Gateway.objects.create(channel="bot", name="群", url=sink.url.replace("http", "json"), secret="")
        post_many([mail(officer_east, must=("bot",), subject="到期")], now=NOW)
        assert run()["sent"] == 1
    assert sink.bodies[0]["title"] == "到期"
    assert sink.bodies[0]["message"].startswith("@马东")


def test_every_way_out_has_a_session_before_any_has_more(sms, monkeypatch):
    monkeypatch.setattr(delivering, "SESSIONS", 3)
    for name, region in (("甲", "131121104"), ("乙", "3308")):
        gateway = sms("http://127.0.0.1:9/", name, connections=4)
        gateway.region_id = region
        gateway.save()
    post_many([owner(n) for n in range(120)], now=NOW)
    post_many([owner(500, region="3308")], now=NOW)
    crew = [delivering.Gateway.objects.get(pk=lane.gateway_id).name for lane in delivering._crew(NOW)]
    assert sorted(crew[:2]) == ["乙", "甲"]
    assert crew[2:] == ["甲"]


@pytest.mark.django_db(transaction=True)
def test_what_breaks_one_lane_stops_no_other_and_the_job_says_so(sms, officer_east, post_office, monkeypatch):
    def burst(self):
        raise MemoryError("nobody foresaw this")

    monkeypatch.setattr(delivering.lines.SESSIONS["webhook"], "open", burst)
    with sinks.StrictOffice() as office:
        post_office(office.port)
        sms("http://127.0.0.1:9/")
        post_many([owner(), mail(officer_east)], now=NOW)
        with pytest.raises(MemoryError):
            run()
        assert len(office.letters) == 1
    assert state("m1") == ("sent", 1, "")
    assert state("o1") == ("pending", 1, "")
