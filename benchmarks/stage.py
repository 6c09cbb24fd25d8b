"""A throw-away PostgreSQL and Redis with a county of the asked size, and gunicorn before it, as `make demo` runs it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from devtools import embedded

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "benchmarks.settings"
PREFIX = "xiaohuan-bench-"


class CannotMeasure(Exception):
    """The benchmarks cannot run; the text says why."""


class Stage:
    """Servers of one's own, seeded; leaves nothing behind. Data settings are the product's: fsync is on."""

    def __init__(self, cases: int, tell=lambda text: None):
        self.cases, self.tell = cases, tell
        embedded.sweep(Path(tempfile.gettempdir()), f"{PREFIX}*")
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.servers = embedded.Servers(self.folder, keep=False)
        self.web: subprocess.Popen | None = None
        self.port = 0

    def __enter__(self):
        try:
            self.servers.start()
            # Not the reader's own database, whatever their environment names.
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": SETTINGS,
                "DATA_DIR": str(self.folder),
                "DATABASE_URL": self.servers.database_url,
                "REDIS_URL": self.servers.redis_url,
                "SECRET_KEY": "of-a-server-that-lives-for-minutes-and-signs-nothing-of-worth",
                "DEBUG": "0",
            }
            self.seed()
        except embedded.CannotStart as error:
            self.close()
            raise CannotMeasure(str(error)) from error
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception):
        self.close()

    def seed(self) -> None:
        """The county. Durability waits until it is there: nothing can be lost before."""
        self.servers.tune(embedded.FAST)
        self.step("Preparing the database", "migrate", "--no-input")
        self.step("Loading divisions and code tables", "load_reference")
        self.step(f"Writing {self.cases:,} cases", "seed_scale", "--cases", str(self.cases))
        self.servers.tune(embedded.SAFE)
        os.sync()

    def step(self, words: str, *command: str) -> None:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = (done.stdout + done.stderr)[-3000:]
            raise CannotMeasure(f"`manage.py {command[0]}` failed:\n{told}")
        self.tell(f"{words}: {time.monotonic() - began:.0f} s")

    def serve(self) -> None:
        """Start gunicorn and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        log = self.folder / "web.log"
        words = f"gunicorn --config python:devtools.web --bind 127.0.0.1:{self.port} config.wsgi"
        self.web = embedded.spawn([sys.executable, "-m", *words.split()], log=log, cwd=ROOT)
        for _ in range(600):
            if self.web.poll() is not None:
                break
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise CannotMeasure(f"The web server does not start. Its log ends:\n{embedded.tail(log, 25)}")

    def get(self, path: str, headers: dict | None = None) -> tuple[int, dict, float]:
        """One request: its status, its headers, and the seconds until its last byte was read."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        began = time.perf_counter()
        try:
            line.request("GET", path, headers={"Accept-Language": "zh-CN", **(headers or {})})
            answer = line.getresponse()
            answer.read()
            return answer.status, dict(answer.headers), time.perf_counter() - began
        finally:
            line.close()

    def settle(self) -> None:
        """What autovacuum would have done within minutes: visibility and statistics of the fresh rows."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def stop_serving(self) -> None:
        if self.web:
            embedded.stop(self.web, signal.SIGTERM)
            self.web = None

    def close(self) -> None:
        self.stop_serving()
        self.servers.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
