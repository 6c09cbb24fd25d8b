"""`make demo`: starts the servers, prepares the data, runs web, worker, beat and watchdog, and stops all in order.

`--empty` leaves the demo county out. Standard library only. One process per data folder; children live and die with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from devtools import embedded

ROOT = Path(__file__).resolve().parent.parent
ACCOUNTS = (
    "inspector1, inspector2",
    "clerk1",
    "officer-131121104 (and the other townships)",
    "office",
    "leader",
    "leader-quzhou",
    "auditor",
    "admin",
)
# Seconds after the request by which each child must have ended; what one leaves, the next may use.
ENDED_BY = {"step": 1.0, "watchdog": 1.5, "beat": 2.5, "worker": 6.0, "web": 8.0}


BEGUN = "begun"


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


class Failed(Exception):
    """The demo cannot go on; the text says why."""


def say(text: str = "") -> None:
    with contextlib.suppress(OSError):  # nobody listens any more: that must not keep children alive
        print(text, flush=True)  # noqa: T201


# --- the port ------------------------------------------------------------------------------------------
def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def who_listens(port: int) -> str:
    """The name and number of the process on that port, as far as /proc tells us."""
    with contextlib.suppress(OSError, ValueError):
        sockets = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in Path(table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{words[9]}]")
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if any(os.readlink(fd) in sockets for fd in (process / "fd").iterdir()):
                    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return "another program"


def choose_port(host: str) -> int:
    """PORT when given, otherwise 8000 or the next free one. Raises Failed."""
    given = os.environ.get("PORT")
    if given:
        if not given.isdigit() or not 0 < int(given) < 65536:
            raise Failed(f"PORT must be a number from 1 to 65535, not {given!r}.")
        if not is_free(host, int(given)):
            if int(given) < 1024 and os.getuid() != 0:
                raise Failed(
                    f"Port {given} is reserved for root. Choose one from 1024 up: PORT=8000 make demo"
                )
            raise Failed(
                f"Port {given} is taken by {who_listens(int(given))}. Stop it, or choose another: "
                f"PORT={int(given) + 1} make demo"
            )
        return int(given)
    for port in range(8000, 8100):
        if is_free(host, port):
            return port
    raise Failed("Ports 8000 to 8099 are all taken. Choose another: PORT=9000 make demo")


# --- the demo ---------------------------------------------------------------------------------------------
class Demo:
    """The children of one `make demo`, and the order in which they come and go."""

    def __init__(self, *, empty: bool = False) -> None:
        self.empty = empty
        self.data_dir = Path(os.environ.get("DATA_DIR") or ROOT / ".local").resolve()
        self.host = os.environ.get("HOST") or "127.0.0.1"
        own = {"DATABASE_URL": "pg", "REDIS_URL": "redis"}
        wanted = [server for name, server in own.items() if not os.environ.get(name)]
        self.servers = embedded.Servers(self.data_dir, wanted=wanted)
        self.children: dict[str, subprocess.Popen] = {}
        self.log_dir = self.data_dir / "log"
        self.port = 0
        self.environment: dict[str, str] = {}
        self.announced = self.data_dir / "demo.json"

    # --- coming -----------------------------------------------------------------------------------------
    def run(self) -> int:
        """Up, ready, watch; whatever happens, down again. Returns the exit code."""
        started = time.monotonic()
        try:
            self.claim()
            self.port = choose_port(self.host)
            self.start_servers()
            self.prepare()
            self.start_children()
            self.await_ready()
            say(f"\nready {self.url}")
            say(f"Up in {time.monotonic() - started:.1f} s. Ctrl-C stops everything.")
            self.watch()
        except Stopped:
            say("\nStopping ...")
            return 0
        except (Failed, embedded.CannotStart) as error:
            say(f"\n{error}")
            return 1
        finally:
            ignore_signals()
            self.stop()
        return 0

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{host}:{self.port}"

    def claim(self) -> None:
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            claimed = self.servers.claim()
            if not claimed and not self.announced.exists():
                say("Waiting for another command that uses the same data ...")
                claimed = self.servers.claim(patience=15)
        except OSError as error:
            raise Failed(f"The data folder {self.data_dir} cannot be used: {error.strerror}.") from error
        if not claimed:
            holder = (self.data_dir / "owner.lock").read_text().strip()
            raise Failed(
                f"The demo already runs with this data {self.where_it_runs()}(process {holder}). Stop it first."
            )
        self.announced.unlink(missing_ok=True)
        self.log_dir.mkdir(exist_ok=True)

    def where_it_runs(self) -> str:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return f"at {json.loads(self.announced.read_text())['url']} "
        return ""

    def start_servers(self) -> None:
        if self.servers.wanted:
            names = {"pg": "PostgreSQL", "redis": "Redis"}
            say(f"Starting {' and '.join(names[server] for server in sorted(self.servers.wanted))} ...")
            self.servers.start()
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": os.environ.get("DATABASE_URL") or self.servers.database_url,
            "REDIS_URL": os.environ.get("REDIS_URL") or self.servers.redis_url,
            "DEMO_PASSWORD": self.password(),
            "DEMO": "0" if self.empty else "1",
            "PUBLIC_URL": os.environ.get("PUBLIC_URL") or self.url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }

    def password(self) -> str:
        """DEMO_PASSWORD, or one made once and kept beside the data."""
        if given := os.environ.get("DEMO_PASSWORD"):
            return given
        kept = self.data_dir / "demo-password"
        if not kept.exists():
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(9))
        return kept.read_text().strip()

    # --- data ----------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        """Migrate, load the code tables, build the demo county; each only when its sources have changed."""
        done = self.done_before()
        if done.get("demo") == BEGUN:
            say("The demo county was cut off half-way last time: starting it anew ...")
            self.servers.empty_database()
            done = {}
        due = [step for step in self.steps() if done.get(step[0]) != step[2] and has_command(step[1][0])]
        first = "demo" not in done and "pg" in self.servers.wanted
        if first and due:
            self.servers.tune(embedded.FAST)  # nothing to lose yet; half the time of a first start
        for name, command, state, words in due:
            if name == "password" and first:
                self.remember(done := done | {name: state})  # the county was built with it a moment ago
                continue
            begun = time.monotonic()
            say(f"{words} ...")
            if name == "demo":
                self.remember(done | {"demo": BEGUN})
            self.manage(*command)
            done[name] = state
            self.remember(done)
            say(f"  {time.monotonic() - begun:.1f} s")
        if first and due:
            self.servers.tune(embedded.SAFE)
            threading.Thread(target=os.sync, daemon=True).start()

    def steps(self) -> list[tuple[str, list[str], str, str]]:
        """What must have been done: name, command, the state it leaves, and how we call it."""
        password = digest(self.environment["DEMO_PASSWORD"])
        steps = [
            ("migrate", ["migrate", "--no-input"], tree_hash("*/migrations/*.py"), "Preparing the database"),
            (
                "reference",
                ["load_reference"],
                tree_hash("reference/data/**/*"),
                "Loading divisions and code tables",
            ),
            ("demo", ["seed_demo"], "built", "Building the demo county (once)"),
            ("password", ["demo_password"], password, "Setting the demo's password"),
        ]
        return steps[:2] if self.empty else steps

    @property
    def notes(self) -> Path:
        """Kept inside the cluster, so that it goes when the cluster goes."""
        return self.servers.pg_data / "xiaohuan-prepared.json"

    def done_before(self) -> dict[str, str]:
        # A server of one's own may have been emptied or swapped meanwhile: ask it every time.
        if "pg" in self.servers.wanted:
            with contextlib.suppress(OSError, ValueError):
                return json.loads(self.notes.read_text())
        return {}

    def remember(self, done: dict[str, str]) -> None:
        if "pg" in self.servers.wanted:
            self.notes.write_text(json.dumps(done))

    def manage(self, *command: str) -> None:
        """One management command, logged. Raises Failed with the end of its output."""
        log = self.log_dir / f"{command[0]}.log"
        log.unlink(missing_ok=True)
        step = embedded.spawn(
            [sys.executable, "manage.py", *command], log=log, cwd=ROOT, env=self.environment
        )
        self.children["step"] = step
        while step.poll() is None:
            self.check("step")
            time.sleep(0.05)
        del self.children["step"]
        if step.returncode:
            raise Failed(f"`manage.py {command[0]}` failed. Its output ends:\n{embedded.tail(log, 25)}")

    # --- processes -------------------------------------------------------------------------------------------
    def start_children(self) -> None:
        say("Starting web, worker, beat and watchdog ...")
        bind = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        self.launch("web", f"gunicorn --config python:devtools.web --bind {bind} config.wsgi")
        celery = "celery -A config"
        self.launch(
            "worker", f"{celery} worker --concurrency 2 --loglevel INFO --without-gossip --without-mingle"
        )
        self.launch("beat", f"{celery} beat --loglevel INFO --pidfile=", "-s", str(self.data_dir / "beat"))
        self.launch_command("watchdog", "manage.py", "watchdog", "--every", "60")

    def launch(self, name: str, module: str, *more: str) -> None:
        """Start a module of the environment with these words."""
        self.launch_command(name, "-m", *module.split(), *more)

    def launch_command(self, name: str, *words: str) -> None:
        """Start Python with these words; the log of the last time is kept beside."""
        log = self.log_dir / f"{name}.log"
        with contextlib.suppress(FileNotFoundError):
            log.replace(log.with_suffix(".old.log"))
        self.children[name] = embedded.spawn(
            [sys.executable, *words], log=log, cwd=ROOT, env=self.environment
        )

    def check(self, *skip: str) -> None:
        """Raises Failed when a child has died."""
        for name, child in (self.servers.running() | self.children).items():
            if name not in skip and child.poll() is not None:
                code = child.returncode
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                log = self.log_dir / f"{name}.log"
                raise Failed(f"{name} {how}, so everything stops. {log} ends:\n{embedded.tail(log)}")

    def await_ready(self) -> None:
        """Wait for /readyz. A late chase is no reason to keep the door shut: it is said, and caught up."""
        reasons: dict[str, str] = {}
        for _ in range(600):
            self.check()
            status, reasons = self.ask()
            if status == 200:
                break
            if status == 503 and set(reasons) == {"chase"}:
                say(f"Note: {reasons['chase']}.")
                break
            time.sleep(0.1)
        else:
            raise Failed(
                f"Not ready after a minute: {reasons or 'the web server does not answer'}. See {self.log_dir}."
            )
        self.announced.write_text(json.dumps({"url": self.url, "pid": os.getpid()}))
        say(f"\nAccounts: {'; '.join(ACCOUNTS)}")
        say(f"DEMO_PASSWORD {self.environment['DEMO_PASSWORD']}")

    def ask(self) -> tuple[int, dict[str, str]]:
        """The status of /readyz, and what it complains about."""
        line = http.client.HTTPConnection(
            "127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port, timeout=10
        )
        try:
            line.request("GET", "/readyz", headers={"Host": "localhost"})
            answer = line.getresponse()
            body = json.loads(answer.read() or b"{}")
            return answer.status, {k: v["detail"] for k, v in body.get("checks", {}).items() if not v["ok"]}
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}
        finally:
            line.close()

    def watch(self) -> None:
        while True:
            self.check()
            time.sleep(0.2)

    # --- going -----------------------------------------------------------------------------------------------
    def stop(self) -> None:
        """Whoever gives work goes first, whoever keeps data goes last."""
        self.announced.unlink(missing_ok=True)
        asked = time.monotonic()
        for name, limit in ENDED_BY.items():
            if child := self.children.pop(name, None):
                patience = max(0.5, asked + limit - time.monotonic())
                self.tell(name, embedded.stop(child, signal.SIGTERM, patience=patience))
        if self.servers.owned:
            self.servers.stop(tell=self.tell)

    @staticmethod
    def tell(name: str, code: int) -> None:
        say(f"  {name} ended{f' (code {code})' if code else ''}")


def tree_hash(pattern: str) -> str:
    """Names and contents of the files that a step is made from."""
    found = hashlib.sha256()
    for path in sorted(path for path in ROOT.glob(pattern) if path.is_file() and ".venv" not in path.parts):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def has_command(name: str) -> bool:
    return name == "migrate" or any(ROOT.glob(f"*/management/commands/{name}.py"))


# --- signals ---------------------------------------------------------------------------------------------------
def stop_on_signals() -> None:
    def asked(number, frame):
        ignore_signals()
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, asked)


def ignore_signals() -> None:
    """The end has begun; a second Ctrl-C must not interrupt it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def follow_make() -> None:
    """When `make` itself is killed with -9, end in good order instead of living on unseen."""
    with contextlib.suppress(OSError):
        parent = Path(f"/proc/{os.getppid()}/comm").read_text().strip()
        if parent in {"make", "gmake"}:
            import ctypes

            ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def main() -> int:
    stop_on_signals()
    follow_make()
    try:
        return Demo(empty="--empty" in sys.argv).run()
    except Stopped:
        return 0
    except embedded.CannotStart as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
