"""The doors of the chase: the command, the job of the morning, and the one that makes up for it."""

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from common.errors import AlreadyDone, NotAllowed
from config import health
from config.schedule import SCHEDULE
from notifications.models import Message
from rectification import tasks
from rectification.models import ChaseRun
from rectification.services import holding
from reference.models import CalendarDay
from reference.selectors import forget_calendar
from tests.factories import at
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts, told  # noqa: F401

pytestmark = pytest.mark.django_db
DUE = date(2026, 6, 10)


def command(*arguments):
    out, err = StringIO(), StringIO()
    call_command("chase", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


# --- the command -----------------------------------------------------------------------------------
def test_the_command_prints_one_json_line(chased_case):
    chased_case(DUE)
    out, err = command("--on", "2026-06-11")
    assert out.count("\n") == 1
    assert json.loads(out) == {"on": "2026-06-11", "due": 1, "claimed": 4, "messages": 2, "skipped": 0}
    assert err == ""
    assert list(json.loads(out)) == ["on", "due", "claimed", "messages", "skipped"]


def test_a_dry_run_by_command_writes_nothing(chased_case):
    chased_case(DUE)
    out, _err = command("--on", "2026-06-11", "--dry-run")
    assert json.loads(out)["messages"] == 2
    assert not Message.objects.exists()
    assert not ChaseRun.objects.exists()


def test_the_reasons_stand_beside_the_line_and_not_in_it(chased_case):
    chased_case(date(2026, 12, 28))
    out, err = command("--on", "2027-01-05")
    assert json.loads(out)["skipped"] == 1
    assert "2027" in err


@pytest.mark.parametrize("text", ["2026-13-01", "tomorrow", "2026-06-31", "20260611x", ""])
def test_a_bad_day_is_a_sentence(ladder, text):
    with pytest.raises(CommandError, match="2026-02-14"):
        command(f"--on={text}")


@pytest.mark.stack
def test_a_bad_day_ends_the_command_with_one_line_and_1():
    done = subprocess.run(
        [sys.executable, "manage.py", "chase", "--on", "2026-02-30"],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


# --- the job of the morning --------------------------------------------------------------------------
def test_beat_knows_the_jobs_by_their_names():
    named = {entry["task"] for entry in SCHEDULE.values()}
    assert {tasks.chase.name, tasks.catch_up.name} <= named
    assert SCHEDULE["chase"]["schedule"].hour == {8}


def test_the_morning_tells(chased_case):
    case = chased_case(DUE)
    with time_machine.travel("2026-06-11T08:00:00+08:00", tick=False):
        assert tasks.chase()["messages"] == 2
    assert len(told(case)) == 2


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # a Saturday that is worked
        ("2026-02-16", False),  # a Monday in the Spring Festival
        ("2026-06-13", False),  # an ordinary Saturday
        ("2027-01-04", True),  # a Monday of a year that is not loaded
        ("2027-01-03", False),
    ],
)
def test_on_a_day_off_nothing_is_sent_and_the_run_is_on_record(chased_case, day, works):
    chased_case(date(2026, 2, 12))
    with time_machine.travel(f"{day}T08:00:00+08:00", tick=False):
        counts = tasks.chase()
    assert bool(counts["messages"]) is works
    record = ChaseRun.objects.get()
    assert record.finished_at is not None
    assert record.notes.get("day_off", False) is not works


def test_without_any_calendar_nothing_breaks(ladder):
    CalendarDay.objects.all().delete()
    forget_calendar()
    with time_machine.travel("2026-06-11T08:00:00+08:00", tick=False):
        assert tasks.chase()["messages"] == 0


# --- catching up ---------------------------------------------------------------------------------------
def test_a_missed_morning_is_made_up_for(chased_case):
    case = chased_case(DUE)
    with time_machine.travel("2026-06-11T10:20:00+08:00", tick=False):
        assert tasks.catch_up()["messages"] == 2
        assert tasks.catch_up() is None
    assert len(told(case)) == 2


def test_there_is_nothing_to_make_up_for_before_eight(chased_case):
    chased_case(DUE)
    with time_machine.travel("2026-06-11T07:50:00+08:00", tick=False):
        assert tasks.catch_up() is None
    assert not ChaseRun.objects.exists()


def test_a_run_that_was_cut_off_is_made_up_for(chased_case):
    chased_case(DUE)
    with time_machine.travel("2026-06-11T08:30:00+08:00", tick=False):
        ChaseRun.objects.create(on=date(2026, 6, 11), started_at="2026-06-11T08:00:00+08:00")
        assert tasks.catch_up()["messages"] == 2


def test_a_night_worker_in_shanghai_and_not_in_greenwich(chased_case):
    """00:30 on 11 June in Shanghai is still 10 June in Greenwich."""
    case = chased_case(DUE)
    with time_machine.travel("2026-06-11T00:30:00+08:00", tick=False):
        tasks.chase()
    assert ("after-1", 0, date(2026, 6, 11)) in told(case)


# --- held until a person says so ---------------------------------------------------------------------------
def test_a_held_morning_tells_the_office_and_goes_ahead_when_released(chased_case, posts, settings):
    settings.CHASE_HOLD_FIRST_ABOVE = 3
    case = chased_case(DUE)
    with time_machine.travel("2026-06-11T08:00:00+08:00", tick=False):
        counts = tasks.chase()
        assert (counts["claimed"], counts["messages"]) == (4, 2)
        assert told(case) == []
        held = ChaseRun.objects.get()
        letters = Message.objects.filter(kind="chase")
        assert [letter.recipient.username for letter in letters] == ["office"]
        assert "4 件" in letters[0].subject
        # Nobody has looked yet: the ten-minute look changes nothing.
        assert tasks.catch_up() is None
        assert health.chase().endswith("held: 4 lines wait until somebody releases them")
    with time_machine.travel("2026-06-11T09:30:00+08:00", tick=False):
        holding.release(held, by=posts["office"], at=at(date(2026, 6, 11), 9))
        with pytest.raises(AlreadyDone):
            holding.release(held, by=posts["office"], at=at(date(2026, 6, 11), 9))
        assert tasks.catch_up()["messages"] == 2
        assert len(told(case)) == 2
        assert tasks.catch_up() is None


def test_the_page_of_a_held_run_says_what_it_would_say_and_where(chased_case, posts, settings, as_user):
    settings.CHASE_HOLD_FIRST_ABOVE = 3
    chased_case(DUE)
    with time_machine.travel("2026-06-11T08:00:00+08:00", tick=False):
        tasks.chase()
        page = reverse("rectification:chase-run", args=[ChaseRun.objects.get().pk])
        said = as_user(posts["office"]).get(page).content.decode()
        assert "<span>到期前三个工作日提醒</span><strong>2</strong>" in said
        assert "<span>逾期一个工作日催办</span><strong>2</strong>" in said
        assert "<span>马屯镇</span><strong>4</strong>" in said
        assert "<strong>4</strong>" not in as_user(posts["head"]).get(page).content.decode()


def test_only_the_office_and_administrators_release(chased_case, posts, settings):
    settings.CHASE_HOLD_FIRST_ABOVE = 3
    chased_case(DUE)
    with time_machine.travel("2026-06-11T08:00:00+08:00", tick=False):
        tasks.chase()
        with pytest.raises(NotAllowed):
            holding.release(ChaseRun.objects.get(), by=posts["officer"], at=at(date(2026, 6, 11), 9))
    assert ChaseRun.objects.waiting().count() == 1


def test_a_look_by_the_hour_is_no_morning(ladder):
    with time_machine.travel("2026-06-11T10:30:00+08:00", tick=False):
        moment = at(date(2026, 6, 11), 10)
        ChaseRun.objects.create(on=date(2026, 6, 11), started_at=moment, finished_at=moment, hourly=True)
        assert health.chase() == "first run is still to come"
