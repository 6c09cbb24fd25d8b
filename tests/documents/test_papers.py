"""Papers: numbered without gaps, frozen, void with a reason, seen inside one's area."""

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from common.errors import AlreadyDone, RuleBroken
from documents.models import Document, Form, fingerprint
from documents.services import issue, next_serial, void
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(inspector_a, east_village):
    def make(moment=None, form=Form.CORRECT_BY):
        return issue(
            form=form,
            body="枣消",
            region_id=east_village.code,
            about="兴旺百货店",
            content={"items": ["安全出口上锁"]},
            by=inspector_a,
            at=moment or at(),
        )

    return make


def test_numbers_follow_per_body_form_and_year(paper):
    numbers = [paper().number, paper().number, paper(form=Form.RECHECK).number, paper(at(plus(365))).number]
    assert numbers == [
        "枣消限字〔2026〕第0001号",
        "枣消限字〔2026〕第0002号",
        "枣消复字〔2026〕第0001号",
        "枣消限字〔2027〕第0001号",
    ]


def test_new_years_day_counts_in_shanghai(paper):
    from datetime import UTC, datetime

    assert paper(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)).year == 2027


def test_content_is_frozen_and_fingerprinted(paper):
    made = paper()
    assert made.content_hash == fingerprint({"items": ["安全出口上锁"]})
    for change in ({"content": {}}, {"number": "x"}):
        with pytest.raises(InternalError), transaction.atomic():
            Document.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        made.delete()


def test_voiding_needs_a_reason_and_happens_once(paper, office):
    made = paper()
    with pytest.raises(RuleBroken) as refusal:
        void(made, by=office, at=at(), reason=" ")
    assert refusal.value.field == "reason"
    assert void(made, by=office, at=at(), reason="写错单位").is_void
    with pytest.raises(AlreadyDone):
        void(made, by=office, at=at(), reason="再来")
    assert paper().serial == 2


def test_a_serial_outside_a_transaction_is_a_programming_error(transactional_db):
    with pytest.raises(RuntimeError):
        next_serial("枣消", "correct_by", 2026)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_take_eight_numbers_without_a_gap():
    taken, lock = [], threading.Lock()

    def take():
        try:
            with transaction.atomic():
                number = next_serial("枣消", "correct_by", 2026)
            with lock:
                taken.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(taken) == list(range(1, 9))


def test_lists_show_ones_area_and_one_units_papers(
    as_user, case, unit, inspector_a, officer_east, officer_west
):
    journeys.order(case, by=inspector_a)
    number = "枣消限字〔2026〕第0001号"
    east = as_user(officer_east)
    assert number in east.get("/documents/").content.decode()
    assert number in east.get(f"/documents/?unit={unit.pk}").content.decode()
    assert number not in east.get(f"/documents/?unit={unit.pk + 1}").content.decode()
    assert east.get("/documents/?issued_after=abc").status_code == 400
    made = Document.objects.get()
    assert number in east.get(f"/documents/{made.pk}/").content.decode()
    west = as_user(officer_west)
    assert number not in west.get("/documents/").content.decode()
    assert west.get(f"/documents/{made.pk}/").status_code == 404
