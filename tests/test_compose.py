"""What the compose file and the Dockerfile name exists in the project: there is no Docker where tests run."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "worker", "beat", "watchdog", "setup")


def read_by_settings() -> set[str]:
    """Every name that our settings read from the environment, with its _FILE twin."""
    sources = [*ROOT.glob("config/**/*.py"), *ROOT.glob("*/network.py")]
    found = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        found |= set(re.findall(r'env\.(?:text|flag|number|words)\(\s*"([A-Z_]+)"', text))
        found |= set(re.findall(r'environ(?:\.get\(|\.setdefault\(|\[)\s*"([A-Z_]+)"', text))
        for group in re.findall(r"_required\(([^)]*)\)", text):
            found |= set(re.findall(r'"([A-Z_]+)"', group))
    return found | {f"{name}_FILE" for name in found}


def words_of(command) -> list[str]:
    """A command or a health check as words; shell lines are split."""
    words = list(command)
    if words[0] in {"CMD", "CMD-SHELL"}:
        words = words[1:]
    if words[:2] == ["sh", "-c"]:
        words = words[2:]
    return [word for line in words for word in (shlex.split(line) if " " in line else [line])]


def commands():
    for name in OURS:
        yield name, words_of(SERVICES[name]["command"])
        if "healthcheck" in SERVICES[name]:
            yield name, words_of(SERVICES[name]["healthcheck"]["test"])
    for line in re.findall(r"CMD (\[.*\])", DOCKERFILE):
        yield "Dockerfile", words_of(yaml.safe_load(line))


@pytest.mark.parametrize(("service", "command"), list(commands()))
def test_commands_exist(service, command):
    from django.core.management import get_commands

    for before, word in zip(["", *command], command, strict=False):
        if before == "-m" or before == "-A" or word.startswith("python:") or word == "config.wsgi":
            assert importlib.util.find_spec(word.removeprefix("python:")), word
        if before == "manage.py":
            assert word in get_commands(), word
    assert command[0] in {"gunicorn", "celery", "python", "sh"}


@pytest.mark.parametrize("service", OURS)
def test_variables_are_read_by_the_settings(service):
    assert set(SERVICES[service]["environment"]) - read_by_settings() == set()


def test_every_required_setting_is_given():
    given = set(SERVICES["web"]["environment"])
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
        assert {name, f"{name}_FILE"} & given, name


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_are_declared_given_and_read_from_where_they_lie(service):
    body = SERVICES[service]
    paths = [
        value for value in body.get("environment", {}).values() if str(value).startswith("/run/secrets/")
    ]
    names = {Path(path).name for path in paths}

    assert names <= set(body.get("secrets", []))
    assert set(body.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_secret_files_are_those_that_dev_py_makes_and_stay_out_of_git():
    made = set(
        re.findall(
            r'"(\w+)"',
            re.search(r"for name in \((.*?)\):\n +path = folder", (ROOT / "dev.py").read_text())[1],
        )
    )

    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == made
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("service", SERVICES)
def test_volumes_exist(service):
    for volume in SERVICES[service].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"setup"}))
def test_lasting_services_are_watched_and_restarted(service):
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_dependencies_exist_and_are_waited_for(service):
    for other, how in SERVICES[service].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


def test_web_listens_where_compose_publishes():
    from config import gunicorn

    inside = SERVICES["web"]["ports"][0].rpartition(":")[2]
    assert gunicorn.bind == f"0.0.0.0:{inside}"
    assert f"EXPOSE {inside}" in DOCKERFILE


def test_probe_asks_a_path_that_exists():
    from django.urls import resolve

    asked = re.findall(r'request\("GET", "(/\w+)"', (ROOT / "config" / "probe.py").read_text())
    assert asked == ["/healthz"]
    assert resolve(asked[0]).url_name == "healthz"


def test_database_role_of_the_init_script_is_the_one_of_the_address():
    script = (ROOT / "deploy" / "make-role.sh").read_text()
    address = SERVICES["web"]["environment"]["DATABASE_URL"]
    role, database = re.fullmatch(r"postgresql://(\w+)@db:5432/(\w+)", address).groups()

    assert f"CREATE ROLE {role} LOGIN" in script
    assert f"CREATE DATABASE {database} OWNER {role}" in script


def test_postgres_is_made_with_the_locale_of_the_embedded_one():
    from devtools import embedded

    assert SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split() == embedded.INITDB_LOCALE


def test_files_that_the_image_copies_exist_and_are_let_in():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"(?m)^COPY (?!--from)(.*)$", DOCKERFILE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored, source


def test_every_app_is_in_the_image():
    from django.conf import settings

    ours = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()} | {"config"}
    copied = set(re.findall(r"(?m)^COPY (\w+) \w+$", DOCKERFILE))
    assert ours <= copied


def test_image_runs_as_an_ordinary_user():
    assert DOCKERFILE.rindex("\nUSER xiaohuan") > DOCKERFILE.rindex("\nRUN ")


def test_every_setting_is_explained():
    read = {name for name in read_by_settings() if not name.endswith("_FILE")} - {"DJANGO_SETTINGS_MODULE"}
    explained = set(
        re.findall(r"[A-Z][A-Z_]+", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    )
    tests_only = {"XIAOHUAN_TEST_DIR", "PYTEST_XDIST_WORKER"}

    assert read - tests_only - explained == set()
