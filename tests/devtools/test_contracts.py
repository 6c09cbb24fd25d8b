"""The import contracts are kept, and each of them notices when it is broken, also inside a function."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"
APPS = [
    *(
        "faults",
        "config",
        "devtools",
        "operations",
        "dashboards",
        "rectification",
        "inspections",
        "hazards",
        "units",
    ),
    *("notifications", "documents", "accounts", "reference", "common"),
]


def lint(folder):
    return subprocess.run(
        [LINTER, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, timeout=60
    )


def test_contracts_are_kept():
    told = lint(ROOT)
    assert told.returncode == 0, told.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The Python of the project in a place where it may be spoilt."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for app in APPS:
        shutil.copytree(
            ROOT / app, folder / app, ignore=lambda path, names: [n for n in names if not is_python(path, n)]
        )
    return folder


def is_python(path, name):
    return ((Path(path) / name).is_dir() and name != "__pycache__") or name.endswith(".py")


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("common/spoilt.py", "def late():\n    import rectification.models", "Apps import one way"),
        ("hazards/spoilt.py", "from rectification import models", "Apps import one way"),
        ("notifications/spoilt.py", "import documents.models", "Apps import one way"),
        ("devtools/spoilt.py", "import faults.run", "Apps import one way"),
        (
            "faults/oracle.py",
            "import rectification.chase.ladder",
            "The oracle of the fault run shares no code with the product",
        ),
        (
            "units/models.py",
            "import units.selectors",
            "Inside an app, doors call services and services call models",
        ),
        (
            "common/workdays.py",
            "def late():\n    from django.utils import timezone",
            "Arithmetic is plain Python",
        ),
        ("common/clocks.py", "from django.utils import timezone", "Arithmetic is plain Python"),
        ("hazards/services.py", "import rest_framework.response", "Rules know neither HTTP nor jobs"),
        ("hazards/models.py", "import celery", "Rules know neither HTTP nor jobs"),
        ("documents/models.py", "import documents.spoilt", "No cycles among the parts of an app"),
    ],
)
def test_each_contract_catches_its_violation(copy, module, line, contract):
    path = copy / module
    before = path.read_text() if path.exists() else None
    other = copy / "documents/spoilt.py"
    try:
        if module == "documents/models.py":
            other.write_text("import documents.models\n")
        path.write_text((before or "") + "\n" + line + "\n")
        told = lint(copy)
    finally:
        path.unlink() if before is None else path.write_text(before)
        other.unlink(missing_ok=True)

    assert told.returncode == 1
    assert f"{contract} BROKEN" in told.stdout
