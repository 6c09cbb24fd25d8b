"""What a start prepares: nothing twice, a cut-off demo county anew, a changed password for those who share it."""

import json
from unittest import mock

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.core.management import CommandError, call_command

from accounts.models import User
from devtools import supervisor


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """A demo whose servers and commands only write down what they were asked."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    demo = supervisor.Demo()
    demo.servers = mock.Mock(wanted={"pg", "redis"}, pg_data=tmp_path)
    demo.environment = {"DEMO_PASSWORD": "first"}
    demo.ran = []
    demo.manage = lambda *command: demo.ran.append(command[0])
    return demo


FIRST = ["migrate", "load_reference", "seed_demo"]  # the county is built with the password
ALL = [*FIRST, "demo_password"]


def test_first_start_does_everything_and_the_second_nothing(demo):
    demo.prepare()
    assert demo.ran == FIRST
    assert [call.args[0]["fsync"] for call in demo.servers.tune.call_args_list] == ["off", "on"]

    demo.ran.clear()
    demo.servers.tune.reset_mock()
    demo.prepare()
    assert demo.ran == []
    demo.servers.tune.assert_not_called()


def test_new_migration_or_new_data_are_taken_over_without_a_new_county(demo):
    demo.prepare()
    demo.ran.clear()
    noted = json.loads(demo.notes.read_text())
    demo.remember(noted | {"migrate": "of last week", "reference": "of last week"})
    demo.prepare()

    assert demo.ran == ["migrate", "load_reference"]
    demo.servers.empty_database.assert_not_called()


def test_other_password_is_set(demo):
    demo.prepare()
    demo.ran.clear()
    demo.environment = {"DEMO_PASSWORD": "second"}
    demo.prepare()
    assert demo.ran == ["demo_password"]


def test_county_that_was_cut_off_is_built_anew(demo):
    def cut_off(*command):
        if command[0] == "seed_demo":
            raise supervisor.Stopped

    whole, demo.manage = demo.manage, cut_off
    with pytest.raises(supervisor.Stopped):
        demo.prepare()
    demo.manage = whole
    demo.prepare()

    demo.servers.empty_database.assert_called_once_with()
    assert demo.ran == FIRST


def test_server_of_ones_own_is_asked_every_time_and_never_emptied(demo):
    demo.servers.wanted = {"redis"}
    for _ in range(2):
        demo.ran.clear()
        demo.prepare()
        assert demo.ran == ALL
    demo.servers.empty_database.assert_not_called()
    demo.servers.tune.assert_not_called()


@pytest.mark.django_db
def test_password_changes_for_those_who_share_it_alone(monkeypatch):
    shared = make_password("first")
    for name in ("demo-one", "demo-two"):
        User.objects.create(username=name, password=shared)
    User.objects.create(username="own", password=make_password("chosen by myself"))
    monkeypatch.setenv("DEMO_PASSWORD", "second")
    call_command("demo_password")

    kept = {user.username: user.password for user in User.objects.all()}
    assert check_password("second", kept["demo-one"])
    assert check_password("second", kept["demo-two"])
    assert check_password("chosen by myself", kept["own"])

    call_command("demo_password")
    assert {user.username: user.password for user in User.objects.all()} == kept


def test_password_must_be_given(monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="Set DEMO_PASSWORD"):
        call_command("demo_password")
