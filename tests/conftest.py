"""One throw-away PostgreSQL and Redis per test session; the people and places come from factories.py and cast.py."""

import atexit
import gc
import importlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import blocking_manager_key

from devtools import embedded
from tests import order, tables

# Fixtures that several apps share live in these modules, so that this file stays about servers.
pytest_plugins = [name for name in ("tests.factories", "tests.cast") if importlib.util.find_spec(name)]

# A machine that is busy with something else is no fault of the rule under test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_servers: embedded.Servers | None = None
_migration: subprocess.Popen | None = None


def pytest_configure(config):
    """Start the servers before the first database is made. xdist workers use those of their controller."""
    global _servers, _migration
    if hasattr(config, "workerinput") or config.option.collectonly or os.environ.get("DATABASE_URL"):
        return
    from django.conf import settings

    embedded.sweep(settings.TEST_DIR.parent, "xiaohuan-test-*")
    _servers = embedded.Servers(settings.TEST_DIR, settings=embedded.FAST, keep=False)
    try:
        _servers.start()
    except embedded.CannotStart as error:
        pytest.exit(str(error), returncode=1)
    _migration = tables.begin(Path(settings.TEST_DIR).resolve())
    atexit.register(_stop)


def pytest_collection_modifyitems(items):
    order.sort(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return order.ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish():
    """What is there now stays to the end: the collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config):
    _stop()


def _stop():
    global _servers, _migration
    if _migration:
        tables.end(_migration)
        _migration = None
    if _servers:
        servers, _servers = _servers, None
        servers.stop()
        shutil.rmtree(servers.data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of this session's servers, for tests that boot real processes."""
    from django.conf import settings

    sockets = embedded.socket_folder(Path(settings.TEST_DIR).resolve())
    return {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or embedded.database_url(sockets),
        "REDIS_URL": os.environ.get("REDIS_URL") or embedded.redis_url(sockets, 15),
    }


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Each worker's database is a copy of the one that is migrated while the tests are collected."""
    from django.conf import settings
    from django.db import connection

    if connection.settings_dict["TEST"].get("TEMPLATE"):
        tables.wait(Path(settings.TEST_DIR).resolve())


@pytest.fixture
def media(settings, tmp_path):
    """An empty folder for uploads, gone after the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def no_language_of_an_earlier_test():
    """A page in English leaves its language behind in the thread."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def no_calendar_of_an_earlier_test():
    """The process keeps the calendar for half a minute, and a test's rollback takes its rows away without a signal."""
    yield
    from reference.selectors import forget_calendar

    forget_calendar()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test that empties all tables empties those that a migration filled; they are filled again behind it."""
    answer = yield
    marker = item.get_closest_marker("django_db")
    emptied = "transactional_db" in getattr(item, "fixturenames", ()) or (
        marker is not None and marker.kwargs.get("transaction")
    )
    # After the last test the database itself is gone.
    if emptied and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            fill_limits()
    return answer


def fill_limits():
    from django.apps import apps

    if not apps.get_model("reference", "Limit").objects.exists():
        importlib.import_module("reference.migrations.0003_limits").load(apps, None)
