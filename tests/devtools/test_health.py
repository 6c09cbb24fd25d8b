"""/healthz asks nobody; /readyz names what does not work; doctor says what to do about it."""

import time
from datetime import datetime, timedelta
from io import StringIO
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation

from common import heartbeat, tasks
from config import health
from devtools.management.commands import doctor

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alive():
    """A worker and a beat that have just reported, and a chase that is not due yet."""
    heartbeat.beat("worker")
    heartbeat.beat("beat")
    heartbeat.beat("delivery")
    with mock.patch.object(health, "last_due_chase", lambda now: now - timedelta(minutes=1)):
        yield


def failing(client):
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    return answer.status_code, {name: part["detail"] for name, part in checks.items() if not part["ok"]}


def test_healthz_answers_without_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_when_every_part_works(client, alive):
    assert failing(client) == (200, {})


def test_both_answer_strangers_and_refuse_posts(client, alive):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


def test_dead_database_is_named_and_nothing_leaks(client, alive):
    with mock.patch.object(health.connection, "cursor", side_effect=OperationalError("password is hunter2")):
        status, found = failing(client)
    assert status == 503
    assert found["database"] == "does not answer (OperationalError)"


def test_dead_broker_is_named(client, alive, settings):
    """A health check that ignores the broker sees a product in which nothing is ever sent as well."""
    from config.celery import app

    with mock.patch.object(app, "connection_for_write", side_effect=ConnectionRefusedError):
        assert failing(client) == (503, {"broker": "does not answer (ConnectionRefusedError)"})


@pytest.mark.parametrize("who", ["worker", "beat"])
def test_silence_of_worker_or_beat_is_named(client, alive, who):
    cache.set(f"heartbeat:{who}", 1_000_000_000)
    status, found = failing(client)
    assert status == 503
    assert found[who].startswith(f"the {who} last reported")

    heartbeat.forget(who)
    assert failing(client) == (503, {who: f"no {who} has reported: start one"})


def test_a_delivery_that_does_not_come_to_its_end_is_named(client, alive):
    cache.set("heartbeat:delivery", time.time() - 601, timeout=None)
    assert failing(client) == (503, {"delivery": "the last delivery came to its end 601 seconds ago"})
    cache.delete("heartbeat:delivery")
    assert failing(client) == (503, {"delivery": "no delivery has come to its end: look at the worker's log"})


def test_a_worker_that_has_just_begun_may_take_its_time_but_not_again_and_again(alive):
    cache.set("heartbeat:delivery", time.time() - 3 * 24 * 3600, timeout=None)
    heartbeat.begin("delivery")
    assert health.delivery() == "first one is still to come"
    cache.set("begun:delivery", time.time() - 601, timeout=None)
    heartbeat.begin("delivery")  # started again without having delivered anything
    with pytest.raises(health.Unwell, match="the last delivery came to its end"):
        health.delivery()


def test_the_job_itself_reports_its_end(db):
    from notifications.tasks import deliver

    deliver.delay()
    assert heartbeat.age("delivery") < 5


def test_what_cannot_be_seen_without_redis_is_no_trouble_of_its_own():
    down = {"ok": False, "detail": "does not answer (ConnectionError)", "since": None}
    well = {"ok": True, "detail": "answers"}
    found = {"database": well, "broker": down, "worker": down, "beat": down, "delivery": down, "chase": well}
    assert list(health.troubles(found)) == ["broker"]


def test_heartbeat_task_reports_for_the_worker():
    assert heartbeat.age("worker") is None
    tasks.heartbeat()
    assert heartbeat.age("worker") < 5


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-24T09:00", "2026-11-24T08:00"),  # Tuesday, after the hour
        ("2026-11-24T07:59", "2026-11-23T08:00"),
        ("2026-11-23T07:00", "2026-11-20T08:00"),  # Monday before the hour: Friday's
        ("2026-11-22T12:00", "2026-11-20T08:00"),  # Sunday
    ],
)
def test_chase_is_due_on_weekdays_at_eight(now, due):
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert health.last_due_chase(moment) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2025-10-08T12:00", "2025-09-30T08:00"),  # the last of eight days off
        ("2025-10-11T12:00", "2025-10-11T08:00"),  # a Saturday that is worked
        ("2025-10-12T12:00", "2025-10-11T08:00"),  # the Sunday after it
    ],
)
def test_where_the_year_is_loaded_the_chase_is_due_on_its_working_days(now, due):
    """State Council: 1 to 8 October 2025 off, 28 September and 11 October worked."""
    from datetime import date

    from reference.models import CalendarDay
    from reference.selectors import forget_calendar

    off = {date(2025, 10, day) for day in range(1, 9)}
    made_up = {date(2025, 9, 28), date(2025, 10, 11)}
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    CalendarDay.objects.filter(date__year=2025).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, is_workday=day in made_up or (day.weekday() < 5 and day not in off))
        for day in days
    )
    forget_calendar()
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert health.last_due_chase(moment) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
    CalendarDay.objects.all().delete()
    forget_calendar()


class TestChase:
    """Now is Tuesday 2026-11-24 10:00; a run was due at 08:00."""

    @pytest.fixture(autouse=True)
    def now(self):
        self.now = datetime(2026, 11, 24, 10, tzinfo=SHANGHAI)
        with mock.patch.object(health.timezone, "now", lambda: self.now):
            yield

    def ran(self, day: str, finished: str | None):
        moment = datetime.fromisoformat(finished).replace(tzinfo=SHANGHAI) if finished else None
        apps.get_model("rectification", "ChaseRun").objects.create(
            on=day, started_at=self.now, finished_at=moment
        )

    def installed(self, moment: str):
        rows = MigrationRecorder.Migration.objects.filter(app="rectification")
        rows.update(applied=datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))

    def test_run_of_today_is_on_time(self):
        self.ran("2026-11-24", "2026-11-24T08:02")
        assert health.chase() == "ran 2026-11-24 08:02"

    @pytest.mark.parametrize(
        ("day", "finished"),
        [
            ("2026-11-23", "2026-11-23T08:02"),  # yesterday's
            ("2026-11-24", "2026-11-24T07:00"),  # by hand, before the hour: cases of the night are missing
            ("2026-11-02", "2026-11-24T09:00"),  # today, but for a past day
            ("2026-12-01", "2026-11-24T09:00"),  # or for a future one
        ],
    )
    def test_any_other_run_does_not_count(self, day, finished):
        self.ran(day, finished)
        with pytest.raises(health.Unwell, match="the run of 2026-11-24 08:00 is missing"):
            health.chase()

    def test_run_that_was_cut_off_does_not_count(self):
        self.installed("2026-11-01T00:00")
        self.ran("2026-11-24", None)
        with pytest.raises(health.Unwell, match="has never run"):
            health.chase()

    def test_run_may_take_an_hour(self):
        self.now = datetime(2026, 11, 24, 8, 50, tzinfo=SHANGHAI)
        self.ran("2026-11-23", "2026-11-23T08:02")
        assert health.chase() == "due since 08:00"

    def test_new_installation_waits_for_its_first_run(self):
        self.installed("2026-11-24T09:30")
        assert health.chase() == "first run is still to come"


# --- doctor ---------------------------------------------------------------------------------------------
def consult(*arguments):
    out = StringIO()
    code = 0
    with translation.override("en"):
        try:
            call_command("doctor", *arguments, stdout=out)
        except SystemExit as end:
            code = end.code
    return code, out.getvalue()


def test_doctor_names_what_is_missing_and_how_to_mend_it():
    for name in doctor.NEEDED:
        apps.get_model("reference", name).objects.all().delete()
    code, text = consult()

    assert code == 1
    assert "Run: manage.py load_reference" in text
    assert "No worker has reported lately" in text
    assert "The worker works." not in text


def test_doctor_names_a_silent_delivery_and_an_absent_watchdog(alive):
    cache.delete("heartbeat:delivery")
    code, text = consult()
    assert code == 1
    assert "The outbox has not been gone through lately." in text
    assert "The watchdog does not look" in text


def test_doctor_finds_nothing_wrong(alive):
    with mock.patch.multiple(doctor, NEEDED=(), _is_loaded=lambda year: True):
        code, text = consult()

    assert code == 0, text
    assert "Nothing is wrong." in text


def test_doctor_says_only_the_database_when_it_is_dead():
    with mock.patch.object(health.connection, "cursor", side_effect=OperationalError):
        code, text = consult("--without-jobs")

    assert code == 1
    assert "The database does not answer." in text
    assert "load_reference" not in text


@pytest.mark.parametrize(
    ("today", "loaded", "sign"),
    [
        ("2026-10-31", {2026}, doctor.GOOD),
        ("2026-11-01", {2026}, doctor.WARNING),
        ("2026-11-01", {2026, 2027}, doctor.GOOD),
        ("2027-01-01", {2026}, doctor.BAD),
    ],
)
def test_calendar_of_next_year_is_missed_from_november_on(today, loaded, sign):
    from datetime import date

    with (
        mock.patch.object(doctor.days, "today", lambda: date.fromisoformat(today)),
        mock.patch.object(doctor, "_is_loaded", loaded.__contains__),
    ):
        assert [found for found, text in doctor.calendar()] == [sign]


def test_full_disk_is_wrong(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "not" / "made" / "yet"
    with mock.patch.object(doctor.shutil, "disk_usage", return_value=mock.Mock(free=100 * 1024**2)):
        [(sign, text)] = doctor.disk()
    assert sign == doctor.BAD
    assert "0.1" in text


def test_a_character_without_a_glyph_is_named():
    with mock.patch.object(doctor, "_ask", return_value="兴旺😀店"):
        [(sign, text)] = doctor.characters()
    assert sign == doctor.WARNING and "😀" in text and "旺" not in text


def test_a_broken_template_and_a_broken_font_are_wrong(settings, tmp_path):
    assert [sign for sign, text in doctor.paper_faults()] == [doctor.GOOD]
    settings.PAPER_FONT_DIR = settings.PAPER_TEMPLATE_DIR = str(tmp_path)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "recheck.typ").write_text("#let sheet(p) = {")
    found = list(doctor.paper_faults())
    assert [sign for sign, text in found] == [doctor.BAD, doctor.BAD]
    assert "broken.ttf" in found[0][1]
    settings.PAPER_FONT_DIR = settings.PAPER_TEMPLATE_DIR = str(tmp_path / "not made")
    assert [sign for sign, text in doctor.paper_faults()] == [doctor.BAD, doctor.BAD]


def down(since=None):
    return {"ok": False, "detail": "", "since": since}


def test_without_beat_nobody_can_say_how_the_worker_is():
    at_eight, before = "2026-03-11T08:00:00+08:00", "2026-03-11T07:40:00+08:00"
    found = {"worker": down(at_eight), "beat": down(at_eight), "delivery": down("2026-03-11T07:59:30+08:00")}
    assert list(health.troubles(found)) == ["beat"]
    assert list(health.troubles({**found, "worker": down(before)})) == ["worker", "beat"]
    assert list(health.troubles({"worker": down(at_eight), "beat": {"ok": True, "detail": ""}})) == ["worker"]
    assert list(health.troubles({"worker": down(), "beat": down(at_eight)})) == ["worker", "beat"]
