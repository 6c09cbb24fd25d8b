"""The watchdog against real servers: told once, by a road that needs no part of the product, and when it is over."""

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from common import heartbeat
from devtools import embedded
from operations import asking, memory, selectors, watchdog
from operations.models import Look, Outage
from tests.e2e.post_office import PostOffice

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post_office():
    with PostOffice() as office:
        yield office


@pytest.fixture(autouse=True)
def quiet(settings, post_office, tmp_path, monkeypatch):
    """Everything lives, mail goes to the test's post office, and nobody waits two seconds for a second question."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post_office.port
    settings.WATCHDOG_TELL = ["duty@example.test"]
    settings.WATCHDOG_FILE = str(tmp_path / "known.json")
    settings.CHASE_GRACE_MINUTES = 10_000
    settings.PUBLIC_URL = "https://xiaohuan.example.cn"
    monkeypatch.setattr(asking, "AGAIN_AFTER", 0)
    monkeypatch.setattr(watchdog.asking.ask_twice, "__kwdefaults__", {"pause": 0})
    cache.clear()
    for who in heartbeat.WHO:
        heartbeat.beat(who)
    yield
    cache.clear()


def silent(who: str, seconds: float = 600):
    cache.set(f"heartbeat:{who}", time.time() - seconds, timeout=None)


def subjects(office, address="duty@example.test"):
    return [letter["Subject"].strip() for letter in office.to(address)]


def test_nothing_is_said_while_everything_works(post_office):
    report = watchdog.look()
    assert (report.down, report.told, post_office.letters) == ([], [], [])
    assert Look.objects.get().at and not Outage.objects.exists()


def test_a_silent_worker_is_told_once_and_once_more_when_it_is_back(post_office):
    silent("worker")
    assert watchdog.look().told == ["worker"]
    assert watchdog.look().told == []
    assert subjects(post_office) == ["【消患】系统告警：任务进程停止工作"]
    body = post_office.letters[0].get_content()
    assert "请重新启动任务进程" in body and "https://xiaohuan.example.cn/status/" in body
    row = Outage.objects.get()
    assert (row.part, row.times_told, row.over_at) == ("worker", 1, None)
    assert timedelta(seconds=590) < timezone.now() - row.began_at < timedelta(seconds=660)

    heartbeat.beat("worker")
    assert watchdog.look().over == ["worker"]
    assert watchdog.look().over == []
    assert subjects(post_office)[1:] == ["【消患】系统恢复：任务进程恢复工作"]
    row.refresh_from_db()
    assert row.over_at is not None


def test_an_outage_that_lasts_is_said_again_every_six_hours(post_office):
    silent("beat")
    now = timezone.now()
    told = [watchdog.look(now=now + timedelta(hours=hours)).told for hours in (0, 5, 6, 7, 12)]
    assert told == [["beat"], [], ["beat"], [], ["beat"]]
    assert "第 1 次提醒" in post_office.letters[1].get_content()
    assert Outage.objects.get().times_told == 3


def test_administrators_hear_of_it_and_those_who_left_do_not(post_office, admin_user, make_person, settings):
    make_person("gone", "前管理员", "admin", "131121", is_active=False)
    make_person("duty_officer", "值班员", "county_office", "131121")
    settings.WATCHDOG_TELL = ["duty_officer"]
    silent("worker")
    watchdog.look()
    assert sorted(letter["To"].strip() for letter in post_office.letters) == [
        "admin_user@example.test",
        "duty_officer@example.test",
    ]


def test_a_worker_stopped_in_good_order_has_two_minutes_to_come_back(post_office):
    heartbeat.forget("worker", "delivery")
    assert watchdog.look().told == []
    cache.set("stopped:worker", time.time() - 130, timeout=None)
    assert watchdog.look().told == ["worker"]


def test_a_delivery_that_never_ends_is_told(post_office):
    silent("delivery", 700)
    assert watchdog.look().told == ["delivery"]
    heartbeat.begin("delivery")  # a worker has just begun: it may take its time
    assert watchdog.look().over == ["delivery"]


def test_two_watchdogs_tell_once(post_office):
    silent("worker")
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(watchdog.look())) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.told == ["worker"] for report in reports) == 1
    assert len(post_office.letters) == 1


def test_what_another_machine_has_told_is_not_told_again(post_office, settings, tmp_path):
    silent("worker")
    watchdog.look()
    settings.WATCHDOG_FILE = str(tmp_path / "of-another-machine.json")
    assert watchdog.look().told == []
    heartbeat.beat("worker")
    assert watchdog.look().over == ["worker"]
    settings.WATCHDOG_FILE = str(tmp_path / "known.json")
    assert watchdog.look().over == []
    assert len(post_office.letters) == 2


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"standing": [{"part": 1}], "addresses": []}'])
def test_a_broken_file_stops_nothing(content, settings):
    Path(settings.WATCHDOG_FILE).write_text(content)
    assert memory.read_file() == memory.Memory()
    silent("worker")
    assert watchdog.look().told == ["worker"]


# --- mail down, webhook ----------------------------------------------------------------------------------
@contextmanager
def hook(status=200):
    """A web server that keeps what is posted to it."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alarm", got
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_without_mail_the_webhook_hears_signed(settings, post_office):
    settings.EMAIL_PORT = closed_port()
    settings.WATCHDOG_WEBHOOK_SECRET = "s3cret"
    silent("worker")
    with hook() as (settings.WATCHDOG_WEBHOOK, got):
        report = watchdog.look()
        assert (report.told, report.roads) == (["worker"], ["webhook"])
        assert watchdog.look().told == []
    [(headers, body)] = got
    assert headers["X-Xiaohuan-Signature"] == hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["event"], said["parts"], said["msgtype"]) == ("outage", ["worker"], "text")
    assert said["text"]["content"].startswith("【消患】系统告警：任务进程停止工作")


def test_mail_and_webhook_down_is_tried_again_until_somebody_hears(settings, post_office, capfd):
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, closed_port()
    silent("worker")
    with hook(status=302) as (settings.WATCHDOG_WEBHOOK, got):
        report = watchdog.look()
        assert (report.told, report.roads) == ([], [])
        assert report.failures == [
            "the mail server does not answer (ConnectionRefusedError)",
            "the webhook answers 302",
        ]
        assert len(got) == 1  # not followed
        settings.EMAIL_PORT = working
        assert watchdog.look().told == ["worker"]
    assert len(post_office.letters) == 1


# --- processes --------------------------------------------------------------------------------------------
@pytest.fixture
def environment(servers, post_office, tmp_path):
    base, _, _ = servers["DATABASE_URL"].rpartition("/")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "DJANGO_SETTINGS_MODULE": "tests.e2e.stack_settings",
        "SECRET_KEY": "a-key-for-this-test-alone-0123456789-0123456789-abcdef",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "REDIS_URL": connection_to_cache(),
        "ALLOWED_HOSTS": "localhost",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(post_office.port),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "BEAT_FILE": str(tmp_path / "beat"),
        "WATCHDOG_TELL": "duty@example.test",
        "WATCHDOG_FILE": str(tmp_path / "known.json"),
        "CHASE_GRACE_MINUTES": "10000",
    }


def connection_to_cache() -> str:
    from django.conf import settings

    return settings.CACHES["default"]["LOCATION"]


def run(environment, **changes):
    """One `manage.py watchdog`: its exit code and its line."""
    done = subprocess.run(
        [sys.executable, "manage.py", "watchdog"],
        cwd=ROOT, env=environment | changes, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_database_down_is_told_without_it(environment, post_office, admin_user):
    assert run(environment)[1]["down"] == []  # it has met the administrators
    nowhere = f"postgresql://nobody@127.0.0.1:{closed_port()}/none"
    code, said = run(environment, DATABASE_URL=nowhere)
    assert (code, said["down"], said["told"]) == (0, ["database"], ["database"])
    assert run(environment, DATABASE_URL=nowhere)[1]["told"] == []
    assert subjects(post_office) == ["【消患】系统告警：数据库停止工作"]
    assert subjects(post_office, "admin_user@example.test") == ["【消患】系统告警：数据库停止工作"]

    assert run(environment)[1]["over"] == ["database"]
    assert run(environment)[1]["over"] == []
    assert subjects(post_office)[1:] == ["【消患】系统恢复：数据库恢复工作"]
    row = Outage.objects.get()  # for the record, now that there is one again
    assert (row.part, row.times_told) == ("database", 1) and row.over_at


def test_database_that_hangs_is_told_too(environment, post_office):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        began = time.monotonic()
        _code, said = run(environment, DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/none")
    assert said["told"] == ["database"]
    assert time.monotonic() - began < 45


def test_redis_down_is_one_outage_not_four(environment, post_office):
    code, said = run(environment, REDIS_URL=f"redis://127.0.0.1:{closed_port()}/0")
    assert (code, said["down"], said["told"]) == (0, ["broker"], ["broker"])
    assert subjects(post_office) == ["【消患】系统告警：消息队列停止工作"]
    assert run(environment)[1]["over"] == ["broker"]


def test_nobody_reached_is_an_error(environment):
    code, said = run(
        environment, REDIS_URL=f"redis://127.0.0.1:{closed_port()}/0", EMAIL_PORT=str(closed_port())
    )
    assert code == 1
    assert said["failures"] == ["the mail server does not answer (ConnectionRefusedError)"]


def test_a_real_worker_that_is_killed(environment, post_office, tmp_path, monkeypatch):
    """Its heartbeat grows old by itself; only how old it may be is shortened here."""
    cache.clear()
    names = {
        "worker": ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle"],
        "beat": ["beat", "--pidfile="],
    }
    children = {
        name: embedded.spawn(
            [sys.executable, "-m", "celery", "-A", "config", *words],
            log=tmp_path / f"{name}.log", cwd=ROOT, env=environment,
        )
        for name, words in names.items()
    }  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while any(heartbeat.age(who) is None for who in heartbeat.WHO):
            assert time.monotonic() < deadline, embedded.tail(tmp_path / "worker.log", 40)
            time.sleep(0.2)
        assert watchdog.look().down == []

        children["worker"].send_signal(signal.SIGKILL)
        children["worker"].wait()
        monkeypatch.setattr(heartbeat, "MAX_AGE", 3)
        time.sleep(4)
        assert watchdog.look().told == ["worker"]
        assert watchdog.look().told == []
    finally:
        for child in children.values():
            embedded.stop(child, signal.SIGKILL)
    assert subjects(post_office) == ["【消患】系统告警：任务进程停止工作"]


# --- pages ------------------------------------------------------------------------------------------------
class TestPages:
    @pytest.fixture(autouse=True)
    def banner(self, settings):
        settings.ALARM_BANNER = True
        selectors.forget_alarms()
        yield
        selectors.forget_alarms()

    @pytest.mark.parametrize("who", ["office", "admin_user"])
    def test_those_who_can_act_see_it_on_every_page(self, who, cast, as_user):
        silent("worker")
        page = as_user(cast[who]).get("/accounts/me/").content.decode()
        assert "任务进程自" in page and "停止工作" in page
        assert ("请重新启动任务进程" in page) == (
            who == "admin_user"
        )  # the office cannot, and is told whom to ask
        assert "/status/" in page

    def test_it_goes_when_all_is_well(self, office, as_user):
        assert "停止工作" not in as_user(office).get("/accounts/me/").content.decode()

    def test_others_see_and_pay_nothing(self, officer_east, as_user, monkeypatch):
        silent("worker")
        monkeypatch.setattr(selectors.health, "examine", lambda checks: pytest.fail("asked"))
        assert "停止工作" not in as_user(officer_east).get("/accounts/me/").content.decode()

    def test_it_is_asked_once_in_a_while(self, office, as_user, monkeypatch):
        asked = []
        real = selectors.health.examine
        monkeypatch.setattr(selectors.health, "examine", lambda checks: asked.append(1) or real(checks))
        client = as_user(office)
        for _n in range(3):
            client.get("/accounts/me/")
        assert len(asked) == 2  # servers and chase, then what lies behind the broker

    def test_status_page_names_the_parts_and_what_was_down(self, admin_user, as_user):
        silent("delivery", 700)
        watchdog.look()
        page = as_user(admin_user).get("/status/").content.decode()
        assert "消息投递" in page and "the last delivery came to its end 70" in page
        assert "仍未恢复" in page and "duty@example.test" in page

    @pytest.mark.parametrize("who", ["inspector_a", "officer_east", "leader", "stranger"])
    def test_status_page_is_for_those_who_can_act(self, who, cast, as_user):
        assert as_user(cast[who]).get("/status/").status_code == 403

    def test_whoever_is_named_in_the_setting_may_look(self, leader, as_user, settings):
        settings.WATCHDOG_TELL = ["leader"]
        assert as_user(leader).get("/status/").status_code == 200
