"""The real parts of a fault run: PostgreSQL, Redis, Celery workers and beat, in a folder and on ports of their own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from devtools import embedded
from faults.clock import NAME, Clock
from faults.sinks import Sinks

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "xiaohuan-faults-"
# A process that is killed loses nothing that it gave to the kernel, so waiting for the disk proves nothing here;
# waiting for the write-ahead log to be written does.
CAREFUL = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "on"}

# The same accident under several names, and one that hides under a common name.
TOLD_APART = (("deadlock detected", "deadlock"), ("closed the connection", "OperationalError"))
FAILED = re.compile(r"raised unexpected: ([A-Za-z_.]+)\(")


class CannotRun(Exception):
    """The parts do not come up; the text says why."""


def wait_for(condition: Callable[[], object], patience: float, pause: float = 0.05):
    """What `condition` gives once it is true; its last answer when patience ends."""
    until = time.monotonic() + patience
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(pause)
    return found


class Parts:
    """All parts by name. What is killed stays down until `tend` starts it, as systemd or Docker would."""

    def __init__(self, sinks: Sinks, *, workers: int):
        embedded.sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.clock = Clock(self.folder / "clock")
        self.servers = embedded.Servers(self.folder, settings=CAREFUL, keep=False)
        self.sinks = sinks
        self.names = [f"worker{n}" for n in range(1, workers + 1)]
        self.children: dict[str, subprocess.Popen] = {}
        self.deaths: list[str] = []
        """Workers and beats that ended by themselves, without having been killed, and their last words."""

    # --- coming and going ------------------------------------------------------------------------------
    def start_servers(self) -> None:
        try:
            self.servers.start()
        except embedded.CannotStart as error:
            raise CannotRun(str(error)) from error
        os.environ.update(self.environment())

    def environment(self) -> dict[str, str]:
        """What every process of the run is given; the reader's own servers are not among it."""
        return {
            "DJANGO_SETTINGS_MODULE": "faults.settings",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": self.servers.redis_url,
            "SECRET_KEY": "of-a-run-that-lives-for-minutes-and-signs-nothing-of-worth-0123456789",
            "ALLOWED_HOSTS": "localhost",
            "PUBLIC_URL": "http://xiaohuan.example.test",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.sinks.mail_port),
            "MEDIA_ROOT": str(self.folder / "media"),
            "STATIC_ROOT": str(self.folder / "static"),
            "BEAT_FILE": str(self.folder / "beat"),
            "LOG_LEVEL": "INFO",
            NAME: str(self.clock.path),
            "PYTHONPATH": str(ROOT),
            "DATABASE_PASSWORD": "",
        }

    def manage(self, *command: str) -> None:
        """One management command to its end. Raises CannotRun with the end of its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CannotRun(f"`manage.py {command[0]}` failed:\n{(done.stdout + done.stderr)[-3000:]}")

    def close(self) -> None:
        """Everything down, nothing left behind."""
        for child in self.children.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        with suppress(Exception):
            self.servers.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- worker and beat ---------------------------------------------------------------------------------
    def start(self, name: str) -> None:
        kind = "beat" if name.startswith("beat") else "worker"
        options = {
            "worker": ["--concurrency", "2", "--without-gossip", "--without-mingle", "-n", f"{name}@faults"],
            "beat": ["--pidfile=", "-s", str(self.folder / name)],
        }[kind]
        command = [sys.executable, "-m", "celery", "-A", "config", kind, "--loglevel", "INFO", *options]
        self.children[name] = embedded.spawn(
            command, log=self.folder / f"{name}.log", cwd=ROOT, env=os.environ | {"PGAPPNAME": name}
        )

    def kill(self, name: str, *, whole: bool = True) -> bool:
        """kill -9, and whether there was something to kill.

        A worker goes with its children, or the parent alone: then the children finish what they began.
        """
        child = self.children.pop(name, None)
        if child is None or child.poll() is not None:
            return False
        if whole:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.wait()
        return True

    def tend(self, *, beat: bool = True) -> None:
        """Starts whatever ought to run and does not."""
        for name in [*self.names, *(["beat"] if beat else [])]:
            child = self.children.get(name)
            if child is not None and child.poll() is not None:
                self.deaths.append(f"{name}: {self.log(name, 1)[:200]}")
            if child is None or child.poll() is not None:
                self.start(name)

    def failures(self) -> Counter:
        """How the tasks failed that failed, by the kind of error."""
        found: Counter = Counter()
        for log in self.folder.glob("worker*.log"):
            for line in log.read_text("utf-8", "replace").splitlines():
                if match := FAILED.search(line):
                    found[next((name for words, name in TOLD_APART if words in line), match[1])] += 1
        return found

    def log(self, name: str, lines: int = 25) -> str:
        return embedded.tail(self.folder / f"{name}.log", lines)

    # --- servers -------------------------------------------------------------------------------------------
    def kill_redis(self) -> None:
        self.servers.redis.kill()
        self.servers.redis.wait()

    def start_redis(self) -> None:
        """Empty, for nothing of it was kept."""
        self.servers._start_redis()
        self.servers._await_redis()

    def crash_postgres(self, *, by_signal: signal.Signals) -> None:
        """SIGQUIT is PostgreSQL's immediate shutdown; SIGKILL takes all its processes, as a dying machine would."""
        postmaster = self.servers.postgres
        family = [postmaster.pid, *children_of(postmaster.pid)]
        if by_signal == signal.SIGKILL:
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        else:
            postmaster.send_signal(signal.SIGQUIT)
        with suppress(subprocess.TimeoutExpired):
            postmaster.wait(10)
        if postmaster.poll() is None:
            postmaster.kill()
            postmaster.wait()
        # Before the next one starts, nobody of the old family may still hold its shared memory.
        wait_for(lambda: not any(embedded.is_alive(pid) for pid in family), 20)

    def start_postgres(self) -> None:
        self.servers.is_new = False
        self.servers._start_postgres()


def children_of(pid: int) -> list[int]:
    """The processes that a process started (Linux)."""
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []
