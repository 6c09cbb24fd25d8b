"""Any mornings, in any order, any of them twice: each rung once, as a clerk with a wall calendar would do it."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import Message
from rectification.chase import engine
from rectification.models import ChaseClaim, Matter
from tests.factories import at
from tests.rectification.chasing import Oracle, chased_case, full_ladder, ladder, passed, posts, told  # noqa: F401

ORDERED = date(2026, 1, 5)
# Deadlines around the Spring Festival and around an ordinary month; runs until a quarter of a year later.
deadlines = st.dates(ORDERED, date(2026, 3, 20))
mornings = st.lists(st.integers(0, 150).map(lambda n: ORDERED + timedelta(days=n)), min_size=1, max_size=8)


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(due_on=deadlines, days=mornings)
def test_each_rung_once_in_whatever_order(chased_case, due_on, days):
    with transaction.atomic():
        case = chased_case(due_on, ORDERED)
        oracle = Oracle(due_on, ORDERED)
        for on in days:
            before = len(told(case))
            engine.run(on=on, at=at(on, 8))
            assert len(told(case)) - before == oracle.run(on)
        assert sorted(told(case)) == sorted(oracle.sent)
        assert passed(case) == oracle.passed
        keys = list(Message.objects.values_list("key", flat=True))
        assert len(keys) == len(set(keys))
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(dues=st.lists(deadlines, min_size=2, max_size=6), days=mornings)
def test_many_cases_at_once_are_as_each_alone(chased_case, monkeypatch, dues, days):
    monkeypatch.setattr(engine, "BATCH", 2)
    with transaction.atomic():
        oracles = {chased_case(due_on, ORDERED): Oracle(due_on, ORDERED) for due_on in dues}
        for on in days:
            engine.run(on=on, at=at(on, 8))
            for oracle in oracles.values():
                oracle.run(on)
        for case, oracle in oracles.items():
            assert sorted(told(case)) == sorted(oracle.sent)
            assert passed(case) == oracle.passed
        claims = ChaseClaim.objects.values("subject", "rung", "cycle").distinct().count()
        assert claims == sum(len(oracle.sent) + len(oracle.passed) for oracle in oracles.values())
        assert not Matter.objects.filter(watched="deadline", next_on=None).exists()
        transaction.set_rollback(True)
