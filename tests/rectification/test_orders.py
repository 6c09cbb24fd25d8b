"""Orders: one notice, many items, each its own deadline, numbered without gaps."""

import uuid

import pytest
from django.db import transaction

from common.errors import RuleBroken
from documents.models import Document
from rectification.models import Order
from rectification.services import orders
from tests.factories import DAY, at, plus

pytestmark = pytest.mark.django_db


def issue(unit, items, by, **more):
    return orders.issue(unit=unit, items=items, by=by, at=at(), **more)


def test_one_notice_carries_items_with_their_own_deadlines(unit, make_case, inspector_a):
    first, second = make_case(), make_case(category="lodging")
    order = issue(unit, [orders.Item(first, plus(3)), orders.Item(second, plus(15))], inspector_a)
    assert order.document.number == "枣消限字〔2026〕第0001号"
    assert [(item.case_id, item.due_on) for item in order.items.all()] == [
        (first.pk, plus(3)),
        (second.pk, plus(15)),
    ]
    assert (first.due_on, second.due_on) == (plus(3), plus(15))
    assert [item["due_on"] for item in order.document.content["items"]] == ["2026-03-13", "2026-03-25"]


def test_all_items_due_today_make_an_order_to_correct_at_once(unit, make_case, inspector_a):
    order = issue(unit, [orders.Item(make_case(), DAY)], inspector_a)
    assert order.document.number == "枣消即字〔2026〕第0001号"


def test_the_same_client_id_issues_one_order(unit, case, inspector_a):
    key = uuid.uuid4()
    first = issue(unit, [orders.Item(case, plus(3))], inspector_a, client_id=key)
    again = issue(unit, [orders.Item(case, plus(3))], inspector_a, client_id=key)
    assert first == again and Order.objects.count() == 1 and case.events.count() == 2


def test_a_refused_order_takes_no_number(unit, make_case, inspector_a):
    good, bad = make_case(), make_case()
    with pytest.raises(RuleBroken):
        issue(unit, [orders.Item(good, plus(3)), orders.Item(bad, plus(-1))], inspector_a)
    good.refresh_from_db()
    assert good.state == "registered" and Document.objects.count() == 0
    assert issue(unit, [orders.Item(good, plus(3))], inspector_a).document.serial == 1


def test_numbers_are_gapless_when_a_transaction_fails(unit, make_case, inspector_a):
    issue(unit, [orders.Item(make_case(), plus(3))], inspector_a)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        issue(unit, [orders.Item(make_case(), plus(3))], inspector_a)
        raise ZeroDivisionError
    third = issue(unit, [orders.Item(make_case(), plus(3))], inspector_a)
    assert third.document.serial == 2


@pytest.mark.parametrize(
    ("items", "field"),
    [
        (lambda case, other: [], "items"),
        (lambda case, other: [orders.Item(case, plus(3)), orders.Item(case, plus(4))], "items"),
        (lambda case, other: [orders.Item(other, plus(3))], "items"),
        (lambda case, other: [orders.Item(case, plus(-1))], "due_on"),
        (lambda case, other: [orders.Item(case, None)], "due_on"),
        (lambda case, other: [orders.Item(case, plus(1000))], "due_on"),
    ],
)
def test_what_a_notice_may_not_say(items, field, unit, case, make_unit, make_case, inspector_a):
    other = make_case(unit=make_unit("永顺旅店", address="马屯村2号"))
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, items(case, other), inspector_a)
    assert refusal.value.field == field


def test_somebody_without_an_office_issues_no_paper(unit, case, make_person):
    loner = make_person("loner", "独行", "inspector", "131121", card="冀消监〔2023〕099")
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [orders.Item(case, plus(3))], loner)
    assert refusal.value.code == "no_office"
