"""`make demo` as people use it: up, ready, down in order; killed, started twice, port taken. No demo county here."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from devtools import embedded, supervisor

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.stack


class Run:
    """One supervisor, its lines as they come, and the children it has."""

    def __init__(self, data: Path, **environment: str):
        plain = {
            k: v
            for k, v in os.environ.items()
            if k not in {"DATABASE_URL", "REDIS_URL", "PORT", "DJANGO_SETTINGS_MODULE"}
        }
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "devtools.supervisor", "--empty"],
            cwd=ROOT,
            env=plain | {"DATA_DIR": str(data)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def ready(self, patience=90) -> str:
        """The address, once it is printed."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            for line in self.lines:
                if line.startswith("ready "):
                    return line.removeprefix("ready ")
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail("not ready:\n" + "\n".join(self.lines))

    def children(self) -> dict[int, str]:
        """Every process below this one, with its command line."""
        listed = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        found, parents = {}, {self.process.pid}
        while parents:
            below = {
                int(pid): args for pid, ppid, args in rows if int(ppid) in parents and int(pid) not in found
            }
            found |= below
            parents = set(below)
        return found

    def end(self, number=signal.SIGTERM, patience=10) -> int:
        """Send a signal and wait; fails when it takes longer than promised."""
        self.process.send_signal(number)
        return self.wait(patience)

    def wait(self, patience=10) -> int:
        code = self.process.wait(patience)
        self.reader.join(5)
        return code

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder that the first start prepares and the later ones find prepared."""
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture
def start(data):
    with runs_of(data) as start:
        yield start


@contextmanager
def runs_of(data):
    """Starts supervisors, and ends those that a test has left."""
    runs = []

    def run(**environment):
        runs.append(Run(data, **environment))
        return runs[-1]

    try:
        yield run
    finally:
        for left in runs:
            if left.process.poll() is None:
                left.end(patience=20)


def get(url: str, path: str):
    host, _, port = url.removeprefix("http://").partition(":")
    line = http.client.HTTPConnection(host, int(port), timeout=10)
    line.request("GET", path)
    answer = line.getresponse()
    return answer.status, answer.read()


def gone(pids, patience=5) -> bool:
    deadline = time.monotonic() + patience
    while any(map(embedded.is_alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def database(data, sql):
    line = psycopg2.connect(embedded.urls(data)[0])
    with line, line.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone() if cursor.description else None
    line.close()
    return found


def test_everything_starts_answers_and_stops_in_order(start, data):
    demo = start(DEMO_PASSWORD="agreed-by-all")
    url = demo.ready()
    children = demo.children()

    status, body = get(url, "/readyz")
    assert status == 200, body
    assert all(part["ok"] for part in json.loads(body)["checks"].values())
    assert get(url, "/healthz") == (200, b"ok\n")
    assert "DEMO_PASSWORD agreed-by-all" in demo.lines
    assert any("inspector1" in line for line in demo.lines[: demo.lines.index(f"ready {url}")])
    database(data, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")

    assert demo.end(signal.SIGTERM) == 0
    ended = [line.split()[0] for line in demo.lines if " ended" in line]
    assert ended == ["watchdog", "beat", "worker", "web", "redis", "pg"]
    assert {"  redis ended", "  pg ended"} <= set(demo.lines)  # in good order, whatever the others did
    assert gone(children)


@pytest.fixture(scope="class")
def demo(data):
    """The second start: the same data once more."""
    with runs_of(data) as start:
        demo = start()
        demo.started = time.monotonic()
        demo.url = demo.ready()
        demo.took = time.monotonic() - demo.started
        yield demo
        assert demo.end(signal.SIGINT) == 0


class TestSecondStart:
    """What it finds, and what may happen beside it while it runs."""

    def test_is_warm_and_finds_the_data(self, demo, data):
        # 8 s are promised for a quiet machine; a busy one may take longer here.
        assert demo.took < 30
        assert "Preparing" not in demo.text
        assert database(data, "SELECT n FROM kept") == (7,)

    def test_password_is_made_once_and_kept(self, demo, data):
        kept = (data / "demo-password").read_text()

        assert f"DEMO_PASSWORD {kept}" in demo.lines
        assert len(kept) >= 12
        assert (data / "demo-password").stat().st_mode & 0o077 == 0

    def test_third_beside_it_says_where_it_runs(self, demo, start):
        third = start()

        assert third.wait(30) == 1
        assert f"already runs with this data at {demo.url}" in third.text
        assert get(demo.url, "/healthz")[0] == 200

    def test_command_beside_it_uses_its_servers(self, demo, data):
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data)}
        told = subprocess.run(
            [sys.executable, "manage.py", "doctor"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

        assert "[x ]" not in told.stdout, told.stdout + told.stderr
        assert told.returncode == 0
        assert demo.process.poll() is None


def test_killed_worker_stops_everything_with_a_sentence(start):
    demo = start()
    demo.ready()
    children = demo.children()
    worker = min(pid for pid, args in children.items() if "celery" in args and " worker" in args)

    os.kill(worker, signal.SIGKILL)

    assert demo.wait(12) == 1
    assert "worker was killed by signal 9, so everything stops." in demo.text
    assert gone(children)


def test_killed_supervisor_takes_its_children_and_the_next_start_recovers(start):
    demo = start()
    demo.ready()
    children = demo.children()
    demo.end(signal.SIGKILL)

    assert gone(children)
    start().ready()


def test_given_port_that_is_taken_is_named_with_its_holder(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start(PORT=str(port))

        assert demo.wait(30) == 1
        assert f"Port {port} is taken by" in demo.text
        assert f"(process {os.getpid()})" in demo.text


def test_without_a_given_port_the_next_free_one_is_used(monkeypatch):
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr(supervisor, "is_free", lambda host, port: port == 8003)

    assert supervisor.choose_port("127.0.0.1") == 8003


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(supervisor.Failed, match="must be a number"):
        supervisor.choose_port("127.0.0.1")
