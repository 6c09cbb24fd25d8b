"""Production refuses to start half-configured, passes Django's own audit, and runs as gunicorn, worker and beat."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from devtools import embedded, supervisor
from tests import tables

ROOT = Path(__file__).resolve().parents[1]
GIVEN = {
    "SECRET_KEY": "a-key-for-this-test-alone-0123456789-0123456789-abcdef",
    "DATABASE_URL": "postgresql://someone@localhost/none",
    "REDIS_URL": "redis://localhost:1/0",
    "ALLOWED_HOSTS": "xiaohuan.example.cn,localhost",
}


def environment(**given) -> dict[str, str]:
    """What a production process sees: our PATH, the settings module and what is given; None leaves a name out."""
    plain = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONUNBUFFERED": "1",
    }
    return plain | {name: value for name, value in (GIVEN | given).items() if value is not None}


def run(*command: str, **given):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_every_missing_secret_is_named_in_one_sentence():
    told = run("manage.py", "check", SECRET_KEY=None, DATABASE_URL=None, REDIS_URL="", ALLOWED_HOSTS=None)

    assert told.returncode == 1
    assert "SECRET_KEY, DATABASE_URL, REDIS_URL, ALLOWED_HOSTS are missing" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("name", GIVEN)
def test_one_missing_secret_is_named(name):
    told = run("manage.py", "check", **{name: None})

    assert told.returncode == 1
    assert f"Xiaohuan does not start: {name} is missing." in told.stderr


def test_short_secret_key_is_refused():
    told = run("manage.py", "check", SECRET_KEY="changeme")

    assert told.returncode == 1
    assert "at least 40 characters" in told.stderr


def test_secrets_come_from_files(tmp_path):
    files = {}
    for name, value in GIVEN.items():
        (tmp_path / name).write_text(value + "\n")
        files |= {name: None, f"{name}_FILE": str(tmp_path / name)}
    (tmp_path / "password").write_text("wicked#pass:word\n")
    told = run(
        *("manage.py", "shell", "-v0", "-c"),
        "from django.conf import settings as s;"
        "print(s.SECRET_KEY, s.ALLOWED_HOSTS, s.DATABASES['default']['PASSWORD'])",
        DATABASE_PASSWORD_FILE=str(tmp_path / "password"),
        **files,
    )

    assert told.stdout.split("\n")[0].endswith(
        f"{GIVEN['SECRET_KEY']} ['xiaohuan.example.cn', 'localhost'] wicked#pass:word"
    ), told.stderr


def test_file_that_cannot_be_read_is_named():
    told = run("manage.py", "check", SECRET_KEY=None, SECRET_KEY_FILE="/nowhere/key")

    assert told.returncode == 1
    assert "/nowhere/key" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(("url", "jobs"), [(None, "[]"), ("imaps://a:b@mail.example/INBOX", "['*/5']")])
def test_a_mailbox_for_what_comes_back_is_read_only_where_there_is_one(url, jobs):
    told = run(
        *("manage.py", "shell", "-v0", "-c"),
        "from django.conf import settings as s;"
        "entries = [one for one in s.CELERY_BEAT_SCHEDULE.values() if one['task'].endswith('read_bounces')];"
        "print([one['schedule']._orig_minute for one in entries])",
        BOUNCES_URL=url,
    )
    assert told.stdout.strip() == jobs


def test_gunicorn_ends_instead_of_looping_without_secrets():
    told = run(
        "-m",
        "gunicorn",
        "--config",
        "python:config.gunicorn",
        "config.wsgi",
        SECRET_KEY=None,
        BIND="127.0.0.1:0",
    )

    assert told.returncode != 0
    assert "SECRET_KEY is missing" in told.stderr


def test_deployment_check_is_clean():
    told = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert told.returncode == 0, told.stdout + told.stderr
    assert "no issues (0 silenced)" in told.stdout


def test_closed_network_may_leave_hsts_out():
    told = run(
        *(
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from django.conf import settings as s; print(s.SECURE_HSTS_SECONDS)",
        ),
        HSTS_SECONDS="0",
    )

    assert told.stdout.strip().endswith("0")


# --- the real processes ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def installation(servers, tmp_path_factory):
    """A migrated database without rows and collected static files, as after the `setup` service.

    These very settings have migrated an empty database already, for all tests (tests/tables.py): that one is copied.
    """
    from django.conf import settings as ours

    template = ours.DATABASES["default"]["TEST"].get("TEMPLATE")
    if template:
        tables.wait(Path(ours.TEST_DIR).resolve())
    folder = tmp_path_factory.mktemp("production")
    base, _, _ = servers["DATABASE_URL"].rpartition("/")
    line = psycopg2.connect(f"{base}/postgres")
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS production WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE production TEMPLATE {template or 'template1'}")
    given = {
        "DATABASE_URL": f"{base}/production",
        "REDIS_URL": servers["REDIS_URL"].replace("db=15", "db=14"),
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
        "BEAT_FILE": str(folder / "beat"),
        "CHASE_GRACE_MINUTES": "60",
    }
    for command in (["migrate", "--no-input"], ["collectstatic", "--no-input", "-v0"]):
        done = run("manage.py", *command, **given)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    yield folder, given
    with line.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS production WITH (FORCE)")
    line.close()


@pytest.fixture(scope="module")
def running(installation):
    """gunicorn, worker and beat by the very words of docker-compose.yml."""
    import yaml

    folder, given = installation
    port = next(port for port in range(18400, 18500) if supervisor.is_free("127.0.0.1", port))
    given = given | {"BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    children = {}
    for name in ("web", "worker", "beat"):
        program, *arguments = services[name]["command"]
        children[name] = embedded.spawn(
            [sys.executable, "-m", program, *arguments],
            log=folder / f"{name}.log",
            cwd=ROOT,
            env=environment(**given),
        )
    yield port, folder, children
    for child in reversed(children.values()):
        embedded.stop(child, signal.SIGKILL)


def ask(port, path, **headers):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", path, headers={"Host": "xiaohuan.example.cn"} | headers)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    except OSError:
        return 0, {}, b""
    finally:
        line.close()


def await_status(port, path, wanted, patience=45):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        status, _headers, body = ask(port, path)
        if status == wanted:
            break
        time.sleep(0.2)
    return status, body


@pytest.mark.stack
def test_production_gets_ready_with_worker_and_beat(running):
    port, folder, _children = running
    status, body = await_status(port, "/readyz", 200)

    assert status == 200, body.decode() + "".join(
        embedded.tail(folder / f"{n}.log") for n in ("web", "worker", "beat")
    )
    assert set(json.loads(body)["checks"]) == {"database", "broker", "worker", "beat", "delivery", "chase"}


@pytest.mark.stack
def test_plain_http_goes_to_https_and_pages_carry_hsts(running):
    port, folder, _children = running
    await_status(port, "/healthz", 200)
    status, headers, _body = ask(port, "/accounts/login/")
    assert status == 301
    assert headers["Location"] == "https://xiaohuan.example.cn/accounts/login/"

    status, headers, body = ask(port, "/accounts/login/", **{"X-Forwarded-Proto": "https"})
    assert status == 200, embedded.tail(folder / "web.log", 40)
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in headers["Set-Cookie"]
    assert b"/static/" in body


@pytest.mark.stack
def test_foreign_host_is_refused(running):
    port, _folder, _children = running
    await_status(port, "/healthz", 200)

    assert ask(port, "/healthz", Host="evil.example.com")[0] == 400


@pytest.mark.stack
def test_probe_of_the_container_finds_web_and_beat(running, installation):
    port, _folder, _children = running
    await_status(port, "/readyz", 200)
    _, given = installation

    assert run("-m", "config.probe", "web", BIND=f"0.0.0.0:{port}", **given).returncode == 0
    assert run("-m", "config.probe", "beat", **given).returncode == 0
    told = run("-m", "config.probe", "web", BIND="0.0.0.0:1", **given)
    assert told.returncode == 1
    assert "no answer" in told.stderr


@pytest.mark.stack
def test_logs_are_one_json_object_per_line(running):
    port, folder, _children = running
    await_status(port, "/readyz", 200)
    lines = [line for line in (folder / "worker.log").read_text().splitlines() if line.startswith("{")]

    assert any(json.loads(line)["logger"].startswith("celery") for line in lines)


@pytest.mark.stack
def test_stopped_worker_makes_readyz_answer_503_with_the_reason(running):
    port, _folder, children = running
    await_status(port, "/readyz", 200)
    embedded.stop(children["worker"], signal.SIGTERM, patience=10)

    status, body = await_status(port, "/readyz", 503, patience=10)

    assert status == 503
    worker = json.loads(body)["checks"]["worker"]
    assert (worker["ok"], worker["detail"]) == (False, "no worker has reported: start one")
    assert worker["since"]  # when it was stopped
