"""The table of limits is read once in a process, and right again as soon as another one has changed it."""

import os
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from redis.exceptions import ConnectionError as NoRedis

from reference import limit_rows, limits
from reference.models import Limit

DAY = date(2026, 3, 10)
ANOTHER = """
import django; django.setup()
from datetime import date
from reference.models import Limit
Limit.objects.create(code="C4", name="复查", amount=5, unit="working_days", valid_from=date(2026, 3, 1))
"""


@pytest.fixture(autouse=True)
def unread():
    limit_rows.forget()
    yield
    limit_rows.forget()


def change(day=DAY, amount=5):
    return Limit.objects.create(code="C4", name="复查", amount=amount, unit="working_days", valid_from=day)


@pytest.mark.django_db
def test_after_the_first_question_no_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert limits.amount("C4", DAY) == 3
    with django_assert_num_queries(0):
        assert limits.amount("C2", DAY) == 3 and limits.amount("C4", date(2012, 10, 31)) is None
        assert limits.Shelf(["C4", "C6"]).find("C6", DAY).amount == 7


@pytest.mark.django_db
def test_a_change_is_seen_by_its_own_transaction_and_forgotten_with_it():
    assert limits.amount("C4", DAY) == 3
    with pytest.raises(RuntimeError), transaction.atomic():
        change()
        assert limits.amount("C4", DAY) == 5
        raise RuntimeError
    assert not limit_rows.is_changed_here() and limits.amount("C4", DAY) == 3


@pytest.mark.django_db
def test_what_is_not_committed_is_not_kept():
    version = cache.get(limit_rows.VERSION)
    change()
    assert limits.amount("C4", DAY) == 5
    assert limit_rows._kept is None and cache.get(limit_rows.VERSION) == version


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_process_adds_holds_at_once(django_assert_num_queries):
    assert limits.amount("C4", DAY) == 3
    run_elsewhere(ANOTHER)
    with django_assert_num_queries(1):
        assert limits.amount("C4", DAY) == 5
    with django_assert_num_queries(0):
        assert limits.amount("C4", DAY) == 5 and limits.amount("C4", date(2026, 2, 28)) == 3


def run_elsewhere(code: str) -> None:
    """Python in a process of its own, on the database and the cache of this test."""
    facts = connection.settings_dict
    host = f"host={facts['HOST']}&port={facts['PORT']}"
    url = f"postgres://{facts['USER']}:{facts['PASSWORD']}@/{facts['NAME']}?{host}"
    redis = settings.CACHES["default"]["LOCATION"]
    env = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_without_the_cache_the_table_is_read(monkeypatch, django_assert_num_queries):
    assert limits.amount("C4", DAY) == 3

    def gone(*_args, **_more):
        raise NoRedis

    monkeypatch.setattr(limit_rows.cache, "get", gone, raising=False)
    with django_assert_num_queries(2):
        assert limits.amount("C4", DAY) == 3 and limits.amount("C2", DAY) == 3


@pytest.mark.django_db
def test_what_was_changed_past_the_product_is_seen_in_ten_minutes(monkeypatch):
    assert limits.amount("C4", DAY) == 3
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reference_limit (code, name, name_en, amount, unit, rolls, whose, event, event_en, article,"
            " source, confidence, valid_from) SELECT code, name, name_en, 5, unit, rolls, whose, event, event_en,"
            " article, source, confidence, %s FROM reference_limit WHERE code = 'C4'",
            [DAY],
        )
    assert limits.amount("C4", DAY) == 3
    later = limit_rows.time.monotonic() + 601
    monkeypatch.setattr(limit_rows.time, "monotonic", lambda: later)
    assert limits.amount("C4", DAY) == 5
