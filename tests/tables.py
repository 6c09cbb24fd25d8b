"""The tables of the tests, made once a session while the tests are collected; each worker copies them.

tests/conftest.py starts `python -m tests.tables FOLDER` with the settings of production on an empty database: what all
tests stand on is what an installation gets.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from devtools import embedded

ROOT = Path(__file__).resolve().parents[1]
NAME = "migrated"
"""The database that `TEST["TEMPLATE"]` in config/settings/test.py names."""
PATIENCE = 600
"""Seconds, for a machine that is busy with other things."""


class NoTables(Exception):
    """The migration has failed; the text is the end of its log."""


def begin(folder: Path) -> subprocess.Popen:
    """Start the migration. Its log, its process number and its word that it is done are in `folder`."""
    sockets = embedded.socket_folder(folder)
    _create(embedded.database_url(sockets, "postgres"))
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "a-key-for-the-migration-alone-0123456789-0123456789",
        "DATABASE_URL": embedded.database_url(sockets, NAME),
        "REDIS_URL": embedded.redis_url(sockets),
        "ALLOWED_HOSTS": "localhost",
    }
    command = [sys.executable, "-m", "tests.tables", str(folder)]
    child = embedded.spawn(command, log=_log(folder), cwd=ROOT, env=environment)
    _pid(folder).write_text(str(child.pid))
    return child


def end(child: subprocess.Popen) -> None:
    """Nobody has asked for a database, or all have got theirs."""
    embedded.stop(child, signal.SIGKILL)


def wait(folder: Path, patience: float = PATIENCE) -> None:
    """Return once the tables can be copied. Raises NoTables where they will never be there."""
    deadline = time.monotonic() + patience
    pid = int(_pid(folder).read_text())
    while not _done(folder).exists():
        if time.monotonic() > deadline or not (embedded.is_alive(pid) or _done(folder).exists()):
            raise NoTables(
                f"The tests have no tables. The migration says:\n{embedded.tail(_log(folder), 40)}"
            )
        time.sleep(0.05)


def make(folder: Path) -> None:
    """Migrate, and say so when nobody is connected any more."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    _done(folder).touch()


def _create(url: str) -> None:
    import psycopg2

    with closing(psycopg2.connect(url)) as line:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {NAME}")


def _log(folder: Path) -> Path:
    return folder / "tables.log"


def _pid(folder: Path) -> Path:
    return folder / "tables.pid"


def _done(folder: Path) -> Path:
    return folder / "tables.done"


if __name__ == "__main__":
    import django

    django.setup()
    make(Path(sys.argv[1]))
