"""The tables of the tests, made by migration once a session while the tests are being collected; each worker copies them.

    python -m tests.tables      (pytest starts it; see tests/conftest.py)
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
"""The database that `TEST["TEMPLATE"]` names. Whatever a later migration adds, the copy of a worker still runs."""
PATIENCE = 600
"""Seconds, for a machine that is busy with other things."""


class NoTables(Exception):
    """The migration has failed; the text is the end of its log."""


def begin(folder: Path) -> subprocess.Popen:
    """Start the migration beside the collection; its log, its process number and its word that it is done are in `folder`."""
    child = embedded.spawn([sys.executable, "-m", "tests.tables"], log=_log(folder), cwd=ROOT)
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
            raise NoTables(f"The tests have no tables. The migration says:\n{embedded.tail(_log(folder), 40)}")
        time.sleep(0.05)


def make(folder: Path) -> None:
    """Migrate an empty database, and say so when nobody is connected to it any more."""
    import psycopg2
    from django.core.management import call_command
    from django.db import connection

    with closing(psycopg2.connect(embedded.database_url(embedded.socket_folder(folder), "postgres"))) as line:
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {NAME}")
    connection.settings_dict["NAME"] = NAME
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    connection.close()
    _done(folder).touch()


def _log(folder: Path) -> Path:
    return folder / "tables.log"


def _pid(folder: Path) -> Path:
    return folder / "tables.pid"


def _done(folder: Path) -> Path:
    return folder / "tables.done"


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django
    from django.conf import settings

    django.setup()
    make(Path(settings.TEST_DIR).resolve())
