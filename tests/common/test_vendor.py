"""What we ship of others is what the lock file says, with its licence; nothing is fetched from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LOCK = json.loads((VENDOR / "vendor.lock.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", LOCK, ids=lambda entry: entry["file"])
def test_vendored_file_has_its_hash_and_licence(entry):
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    for part in entry["contains"]:
        name = part["name"].replace("@", "").replace("/", "-")
        assert part["version"] and part["licence"]
        assert (VENDOR / "licences" / f"{name}.txt").read_text(encoding="utf-8").strip()


def test_every_vendored_file_is_locked():
    known = {entry["file"] for entry in LOCK} | {"vendor.lock.json"}
    assert {path.name for path in VENDOR.iterdir() if path.is_file()} == known


def test_versions_are_those_of_the_manifest():
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    shipped = {part["name"]: part["version"] for entry in LOCK for part in entry["contains"]}
    assert {name: shipped.get(name) for name in wanted} == wanted


def test_no_source_map_is_asked_for():
    """Hashed static files refuse to be collected when a named map is missing."""
    for path in [*VENDOR.glob("*.js"), *VENDOR.glob("*.css")]:
        assert "sourceMappingURL=" not in path.read_text(encoding="utf-8"), path.name


def test_our_own_scripts_and_styles_name_no_other_host():
    ours = [*(ROOT / "static" / "js").glob("*.js"), *(ROOT / "static" / "css").rglob("*.css")]
    assert ours
    for path in ours:
        assert not re.search(r"https?://|@import", path.read_text(encoding="utf-8")), path.name
