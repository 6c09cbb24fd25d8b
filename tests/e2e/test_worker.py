"""Real beat, real worker, real Redis, PostgreSQL and SMTP: an overdue case, and the letter that arrives."""

import os
import signal
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from common.days import today
from devtools import embedded
from tests.e2e.post_office import PostOffice
from tests.rectification.chasing import chased_case, claims_on, full_ladder, ladder, posts  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def every_day_is_a_working_day(ladder):
    """So that the test does not depend on the day on which it runs."""
    from reference.models import CalendarDay
    from reference.selectors import forget_calendar

    CalendarDay.objects.all().delete()
    first, last = date(today().year - 1, 1, 1), date(today().year + 1, 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    CalendarDay.objects.bulk_create(CalendarDay(date=day, is_workday=True) for day in days)
    forget_calendar()


@pytest.fixture
def post_office():
    with PostOffice() as office:
        yield office


@pytest.fixture
def start(servers, post_office, tmp_path):
    """`start("worker")`: a real process on this test's database, its log in tmp_path."""
    base, _, _ = servers["DATABASE_URL"].rpartition("/")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.e2e.stack_settings",
        "SECRET_KEY": "a-key-for-this-test-alone-0123456789-0123456789-abcdef",
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "REDIS_URL": servers["REDIS_URL"].replace("db=15", "db=13"),
        "ALLOWED_HOSTS": "localhost",
        "PUBLIC_URL": "https://xiaohuan.example.cn",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(post_office.port),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "BEAT_FILE": str(tmp_path / "beat"),
    }
    commands = {
        "worker": [
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ],
        "beat": ["beat", "--loglevel", "INFO", "--pidfile="],
    }
    children = []

    def run(name):
        child = embedded.spawn(
            [sys.executable, "-m", "celery", "-A", "config", *commands[name]],
            log=tmp_path / f"{name}.log",
            cwd=ROOT,
            env=environment,
        )
        children.append(child)
        return child

    yield run
    # How they end in good order is told in tests/devtools/test_supervisor.py.
    for child in children:
        embedded.stop(child, signal.SIGKILL)


def await_true(condition, what, tmp_path, patience=60):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    logs = "\n".join(f"--- {log.name}\n{embedded.tail(log, 40)}" for log in tmp_path.glob("*.log"))
    pytest.fail(f"{what} did not happen within {patience} s\n{logs}")


def test_an_overdue_case_reaches_the_officers_inbox_and_mailbox(
    chased_case, posts, every_day_is_a_working_day, start, post_office, client, tmp_path
):
    from notifications.models import Delivery, Message

    start("beat")
    worker = start("worker")
    yesterday = today() - timedelta(days=1)
    case = chased_case(yesterday, ordered_on=today() - timedelta(days=30))
    mine = Message.objects.filter(recipient=posts["officer"], about=f"case:{case.pk}")

    # Two rungs are owed, one letter says the higher.
    await_true(lambda: mine.count() == 1, "the message of the chase", tmp_path)
    await_true(lambda: len(post_office.to("officer_east@example.test")) == 1, "the e-mail", tmp_path)

    letter = post_office.to("officer_east@example.test")[0]
    assert (
        letter["Subject"].strip()
        == f"逾期 1 天：兴旺百货店 · 疏散通道、安全出口被占用、堵塞（{case.number}）"
    )
    assert f"https://xiaohuan.example.cn/cases/{case.pk}/" in letter.get_content()
    client.force_login(posts["officer"], backend="django.contrib.auth.backends.ModelBackend")
    assert case.number in client.get(reverse("notifications:inbox")).content.decode()

    # Beat goes on every second. A killed worker and a new one do not make anybody hear it twice.
    worker.kill()
    worker.wait()
    start("worker")
    other = chased_case(yesterday, ordered_on=today() - timedelta(days=30))
    later = Delivery.objects.filter(message__about=f"case:{other.pk}", channel="email", state="sent")
    await_true(lambda: later.count() == 2, "the letters of the second case", tmp_path)
    assert mine.count() == 1
    assert len(post_office.to("officer_east@example.test")) == 2
    assert len(post_office.letters) == 4  # officer and inspector, two cases


def test_a_worker_that_was_away_catches_up_by_itself(
    chased_case, posts, every_day_is_a_working_day, start, tmp_path
):
    """No beat at all: the worker alone runs what the morning missed. Before eight there is nothing to make up for."""
    from common.days import now
    from rectification.models import ChaseRun

    if now().hour < 8:
        pytest.skip("it is before eight in Shanghai: this morning's run is not missing yet")
    case = chased_case(today() - timedelta(days=1), ordered_on=today() - timedelta(days=30))
    start("worker")
    await_true(lambda: claims_on(case).count() == 4, "the missed run", tmp_path)
    await_true(
        lambda: ChaseRun.objects.finished().filter(on=today()).exists(), "the end of the run", tmp_path
    )
