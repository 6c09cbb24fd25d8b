#!/usr/bin/env python3
"""Django's command line, in the project's own environment and with its own servers where none are given."""

import importlib.util
import os
import sys
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SERVERLESS = {
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "collectstatic",
    "compilemessages",
    "makemessages",
    "spectacular",
}


def enter_environment() -> None:
    """Go on in .venv's Python when this one has no Django."""
    if importlib.util.find_spec("django"):
        return
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix).resolve() == (ROOT / ".venv").resolve():
        sys.exit("Django is not installed here. Run `python3 dev.py setup` first; it makes .venv.")
    os.execv(python, [str(python), str(ROOT / "manage.py"), *sys.argv[1:]])


def servers():
    """The servers of DATA_DIR, where the settings are ours for development and name none."""
    named = [word.split("=", 1)[1] for word in sys.argv if word.startswith("--settings=")]
    settings = named[0] if named else os.environ["DJANGO_SETTINGS_MODULE"]
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    given = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if given or settings != "config.settings.dev" or command in SERVERLESS:
        return nullcontext()
    from devtools import embedded

    return embedded.borrowed(os.environ.get("DATA_DIR") or ROOT / ".local")


def main() -> None:
    enter_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from devtools.embedded import CannotStart

    try:
        with servers() as found:
            for name, url in zip(("DATABASE_URL", "REDIS_URL"), found or (), strict=False):
                os.environ.setdefault(name, url)
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except CannotStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
