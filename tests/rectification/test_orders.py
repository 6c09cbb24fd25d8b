"""Orders: one notice, many items, each its own deadline, numbered without gaps."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from common.errors import RuleBroken
from documents import services as documents
from documents.models import Document
from documents.services import Delivery
from rectification.models import Order
from rectification.services import orders
from tests import journeys
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


# --- kinds


def test_at_once_means_today(unit, case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [orders.Item(case, plus(1))], inspector_a, kind="now")
    assert refusal.value.field == "due_on"
    assert issue(unit, [orders.Item(case, DAY)], inspector_a, kind="now").document.form == "correct_now"


def test_an_unknown_kind_is_refused(unit, case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [orders.Item(case, plus(1))], inspector_a, kind="soon")
    assert refusal.value.field == "kind"


def test_a_day_of_its_own_for_the_breach(unit, case, inspector_a):
    order = issue(unit, [orders.Item(case, plus(9), breach_due_on=plus(3))], inspector_a)
    assert order.items.get().breach_due_on == plus(3)
    assert order.document.content["items"][0]["breach_due_on"] == "2026-03-13"


def test_the_breach_has_no_day_in_the_past(unit, case, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [orders.Item(case, plus(9), breach_due_on=plus(-1))], inspector_a)
    assert refusal.value.field == "breach_due_on"


def test_the_major_notice_needs_the_meeting_and_measures(unit, case, inspector_a):
    item = orders.Item(case, plus(60))
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [item], inspector_a, kind="major", interim="专人看护")
    assert refusal.value.field == "kind"
    journeys.make_major(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        issue(unit, [item], inspector_a, kind="major", interim=" ")
    assert refusal.value.field == "interim"
    order = issue(unit, [item], inspector_a, kind="major", interim="专人看护")
    assert order.document.number == "枣消重字〔2026〕第0001号"
    assert order.document.content["interim"] == "专人看护"
    assert order.document.content["clause_words"] == "GB 35181-2017 7.3.1"


def test_a_served_order_makes_room_for_the_major_notice_once(unit, case, inspector_a):
    served(issue(unit, [orders.Item(case, plus(20))], inspector_a), inspector_a, 1)
    with pytest.raises(RuleBroken) as refusal:
        orders.issue(unit=unit, items=[orders.Item(case, plus(30))], by=inspector_a, at=at(plus(2)))
    assert refusal.value.code == "served"
    journeys.make_major(case, by=inspector_a)
    notice = {"kind": "major", "interim": "专人看护", "by": inspector_a, "unit": unit}
    orders.issue(items=[orders.Item(case, plus(60))], at=at(plus(3)), **notice)
    case.refresh_from_db()
    assert (case.due_on, case.original_due_on, case.state) == (plus(60), plus(20), "ordered")
    served(case.order_items.last().order, inspector_a, 4)
    with pytest.raises(RuleBroken) as refusal:
        orders.issue(items=[orders.Item(case, plus(70))], at=at(plus(5)), **notice)
    assert refusal.value.code == "served"


# --- service


def served(order, by, day, hour=10):
    delivery = Delivery(receiver="王掌柜", relation="head")
    documents.serve(order.document, delivery, served_at=at(plus(day), hour), by=by, at=at(plus(day), 23))
    order.refresh_from_db()
    return order


def test_the_order_is_served_on_the_day_of_its_papers_service(unit, case, inspector_a):
    order = issue(unit, [orders.Item(case, plus(9))], inspector_a)
    assert order.served_on is None
    assert served(order, inspector_a, 2).served_on == plus(2)


def test_on_the_spot_it_is_served_as_it_is_issued(unit, case, inspector_a):
    delivery = Delivery(receiver="王掌柜", relation="head")
    order = issue(unit, [orders.Item(case, plus(9))], inspector_a, delivery=delivery)
    assert order.served_on == DAY


@pytest.mark.parametrize(("day", "works"), [(3, True), (4, False)])
def test_no_deadline_ends_before_the_service(day, works, unit, make_case, inspector_a):
    first, second = make_case(), make_case()
    order = issue(unit, [orders.Item(first, plus(3)), orders.Item(second, plus(9))], inspector_a)
    if works:
        assert served(order, inspector_a, day).served_on == plus(3)
        return
    with pytest.raises(RuleBroken) as refusal:
        served(order, inspector_a, day)
    assert (refusal.value.code, refusal.value.field) == ("too_late", "served_at")
    assert first.number in str(refusal.value) and "2026年3月13日" in str(refusal.value)


def test_an_order_that_was_never_served_is_issued_anew_and_the_old_one_void(unit, make_case, inspector_a):
    first, second = make_case(), make_case()
    old = issue(unit, [orders.Item(first, plus(3)), orders.Item(second, plus(9))], inspector_a)
    later = {"unit": unit, "by": inspector_a, "at": at(plus(5))}
    with pytest.raises(RuleBroken) as refusal:
        orders.issue(items=[orders.Item(first, plus(12))], **later)
    assert second.number in str(refusal.value)
    new = orders.issue(items=[orders.Item(first, plus(12)), orders.Item(second, plus(14))], **later)
    old.document.refresh_from_db()
    assert old.document.is_void and new.document.number in old.document.void_reason
    first.refresh_from_db()
    assert (first.due_on, first.original_due_on) == (plus(12), plus(3))
    assert first.events.last().act == "reorder"
    assert served(new, inspector_a, 6).served_on == plus(6)


@pytest.mark.django_db(transaction=True)
def test_served_and_issued_anew_at_once_one_wins(unit, case, inspector_a):
    order, done, lost = issue(unit, [orders.Item(case, plus(9))], inspector_a), [], []

    def attempt(act):
        try:
            done.append(act())
        except RuleBroken:
            lost.append(1)
        finally:
            connection.close()

    case.refresh_from_db()
    acts = [
        lambda: served(Order.objects.get(pk=order.pk), inspector_a, 1),
        lambda: orders.issue(unit=unit, items=[orders.Item(case, plus(12))], by=inspector_a, at=at(plus(1))),
    ]
    threads = [threading.Thread(target=attempt, args=[act]) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(done), len(lost)) == (1, 1)
    paper = Document.objects.get(pk=order.document_id)
    assert paper.is_void is (paper.served_at is None)


# --- pages and API


def test_one_order_of_several_hazards_from_the_page(as_user, unit, make_case, inspector_a, officer_east):
    first, second, third = make_case(), make_case(category="lodging"), make_case()
    page = f"/rectification/units/{unit.pk}/order/"
    assert as_user(officer_east).get(page).status_code in (403, 409)
    browser = as_user(inspector_a)
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"kind": "by"}).status_code == 422
    facts = {f"take-{first.pk}": "on", f"take-{second.pk}": "on", "kind": "by"}
    assert browser.post(page, facts).status_code == 422
    days = {
        f"due-{first.pk}": "2027-01-01",
        f"due-{second.pk}": "2027-02-01",
        f"breach-{second.pk}": "2027-01-15",
    }
    assert browser.post(page, facts | days | {f"due-{first.pk}": "gestern"}).status_code == 422
    assert browser.post(page, facts | days | {f"due-{first.pk}": "2020-01-01"}).status_code == 422
    assert browser.post(page, facts | days | {"kind": "major", "interim": "看护"}).status_code == 422
    done = browser.post(page, facts | days)
    order = Order.objects.get()
    assert done.status_code == 302 and done.url == f"/documents/{order.document_id}/#service"
    assert [str(item.due_on) for item in order.items.all()] == ["2027-01-01", "2027-02-01"]
    third.refresh_from_db()
    assert third.state == "registered"
    assert browser.get(f"/cases/{first.pk}/").content.decode().count(order.document.number) >= 1
    assert browser.get("/rectification/units/999999/order/").status_code == 404


def test_the_act_on_one_case_knows_the_kinds(api_as, make_case, inspector_a):
    url = "/api/v1/cases/{}/order/"
    chief = api_as(inspector_a)
    one, two, three = make_case(), make_case(), make_case()
    assert chief.post(url.format(one.pk), {}, format="json").json().keys() == {"due_on"}
    assert chief.post(url.format(one.pk), {"kind": "now"}, format="json").status_code == 200
    assert (
        chief.post(url.format(two.pk), {"kind": "major", "due_on": "2027-01-01"}, format="json").status_code
        == 400
    )
    journeys.make_major(three, by=inspector_a)
    notice = {"kind": "major", "due_on": "2027-01-01"}
    assert chief.post(url.format(three.pk), notice, format="json").json()["field"] == "interim"
    assert chief.post(url.format(three.pk), notice | {"interim": "看护"}, format="json").status_code == 200
    forms = list(Document.objects.order_by("pk").values_list("form", flat=True))
    assert forms == ["correct_now", "major"]
