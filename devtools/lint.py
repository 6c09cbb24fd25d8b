"""`make lint`: every check runs, also when an earlier one fails; the exit code tells whether all passed."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m"]
CHECKS = {
    "style": [*PYTHON, "ruff", "check", "--quiet", "."],
    "format": [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
    "import contracts": [str(Path(sys.executable).parent / "lint-imports"), "--config", "pyproject.toml"],
    "templates": [*PYTHON, "djlint", "templates", "--lint", "--quiet"],
    "settings": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
    # The test settings name a database that need not run: only the files are compared.
    "migrations": [
        *(
            sys.executable,
            "-W",
            "ignore::RuntimeWarning",
            "manage.py",
            "makemigrations",
            "--check",
            "--dry-run",
        ),
    ],
    "translations": [*PYTHON, "devtools.messages", "--check"],
}


def main() -> int:
    """Run the checks, or those named on the command line. Returns how many failed."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONUTF8": "1"}
    unknown = set(sys.argv[1:]) - CHECKS.keys()
    if unknown:
        print(f"No such check: {', '.join(unknown)}. There are: {', '.join(CHECKS)}")  # noqa: T201
        return 2
    failed = []
    for name in sys.argv[1:] or CHECKS:
        started = time.monotonic()
        done = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True)
        ok = done.returncode == 0
        print(f"{'ok  ' if ok else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)  # noqa: T201
        if not ok:
            failed.append(name)
            print((done.stdout + done.stderr).strip() + "\n", flush=True)  # noqa: T201
    print(f"lint: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")  # noqa: T201
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
