"""The servers of one data folder: private, Chinese-proof, borrowed by commands, recovered after a kill."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from devtools import embedded

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    yield folder
    servers = embedded.Servers(folder)
    for pidfile, program in (
        (servers.pg_data / "postmaster.pid", "postgres"),
        (servers.redis_data / "redis.pid", "redis"),
    ):
        embedded.end_orphan(pidfile, program)
    shutil.rmtree(servers.sockets, ignore_errors=True)


def one(url, sql):
    line = psycopg2.connect(url)
    try:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        line.close()


def test_socket_folder_is_short_and_differs_by_data_folder(monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/" + "long" * 40)
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp/" + "x" * 120)

    here, there = embedded.socket_folder(Path("/a")), embedded.socket_folder(Path("/b"))

    assert here != there
    assert len(str(here / ".s.PGSQL.5432.lock")) < 104


def test_private_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "theirs")

    with pytest.raises(embedded.CannotStart, match="belongs to somebody else"):
        embedded.make_private(tmp_path / "link")


def test_urls_name_sockets_that_settings_understand(tmp_path):
    from config.settings.base import servers

    database, redis = embedded.urls(tmp_path)
    found = servers(database, redis)

    assert found["DATABASES"]["default"]["HOST"] == str(embedded.socket_folder(tmp_path))
    assert found["CELERY_BROKER_URL"].startswith("redis+socket:///")
    assert found["CELERY_BROKER_URL"].endswith("virtual_host=0")


@pytest.mark.stack
def test_chinese_text_has_trigrams_and_role_is_no_superuser(data):
    servers = embedded.Servers(data, settings=embedded.FAST).start()
    try:
        one(servers.database_url, "CREATE EXTENSION pg_trgm")
        assert one(servers.database_url, "SELECT array_length(show_trgm('消防'), 1)") == 3
        assert (
            one(servers.database_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        )
        assert one(servers.database_url, "SHOW listen_addresses") == ""
    finally:
        servers.stop()


@pytest.mark.stack
def test_data_survive_a_stop_and_a_kill(data):
    servers = embedded.Servers(data).start()
    one(servers.database_url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    servers.stop()
    assert not servers.sockets.exists()

    again = embedded.Servers(data).start()
    again.postgres.kill()
    again.redis.kill()
    again.postgres.wait()
    again.redis.wait()
    again.release()  # as if the owner had been killed: pid files and sockets lie around
    assert (data / "pg" / "postmaster.pid").exists()

    third = embedded.Servers(data).start()
    try:
        assert one(third.database_url, "SELECT n FROM kept") == 7
    finally:
        third.stop()


@pytest.mark.stack
def test_killed_owner_takes_its_servers_along(data):
    code = (
        "import sys, time; from devtools import embedded; s = embedded.Servers(sys.argv[1]).start();"
        "print(s.postgres.pid, s.redis.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert len(pids) == 2

    owner.send_signal(signal.SIGKILL)
    owner.wait()

    deadline = time.monotonic() + 5
    while any(map(embedded.is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(embedded.is_alive, pids))


@pytest.mark.stack
def test_second_owner_is_refused_and_a_borrower_shares(data):
    servers = embedded.Servers(data, settings=embedded.FAST).start()
    try:
        with pytest.raises(embedded.CannotStart, match="already run"):
            embedded.Servers(data).start()
        with embedded.borrowed(data) as (database, _redis):
            assert one(database, "SELECT 1") == 1
        assert servers.postgres.poll() is None
    finally:
        servers.stop()


@pytest.mark.stack
def test_command_outside_the_environment_finds_django_and_its_own_servers(data):
    """`manage.py` by the system's Python, with no DATABASE_URL: servers come and go with the command."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "HOME": str(data.parent)}
    outside = subprocess.run(
        [
            "python3",
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.db import connection as c; c.ensure_connection(); print('in')",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert outside.stdout.strip().endswith("in"), outside.stderr
    assert not embedded.socket_folder(data).exists()


@pytest.mark.stack
@pytest.mark.skipif(os.getuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_runs_postgres_as_nobody(data, monkeypatch):
    monkeypatch.setattr(embedded, "user_namespaces_work", lambda: False)
    servers = embedded.Servers(data, settings=embedded.FAST).start()
    try:
        assert Path(f"/proc/{servers.postgres.pid}").stat().st_uid == embedded.NOBODY
        assert one(servers.database_url, "SELECT 1") == 1
    finally:
        servers.stop()
        if servers.pg_data != data / "pg":
            subprocess.run(["rm", "-rf", servers.pg_data.parent], check=True)


def test_sweep_removes_only_what_is_old_and_not_in_use(tmp_path):
    for name in ("old", "young", "used"):
        (tmp_path / name).mkdir()
    owner = embedded.Servers(tmp_path / "used")
    assert owner.claim()
    for name in ("old", "used"):
        os.utime(tmp_path / name, (1, 1))

    embedded.sweep(tmp_path, "*")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["used", "young"]
    owner.release()
