"""Orders over the API: one notice over several hazards, and one in the place of a notice that was never served."""

import uuid

import pytest
import time_machine

from rectification.models import Order
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

URL = "/api/v1/orders/"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(at(plus(5)), tick=False):
        yield


@pytest.fixture
def pair(make_case):
    return make_case(), make_case(category="lodging")


@pytest.fixture
def post(api_as, unit):
    def send(person, *items, **body):
        body = {"unit": unit.pk, "items": list(items)} | body
        return api_as(person).post(URL, body, format="json")

    return send


def line(case, due_on="2026-03-25", **more):
    return {"case": case.pk, "due_on": due_on} | more


def refused(answer, code):
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == code and answer.json()["detail"]


def wrong(answer, *fields):
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == set(fields)


def test_one_notice_over_two_hazards_once(post, pair, inspector_a):
    first, second = pair
    lines = [
        line(first, measure="拆除锁具"),
        line(second, "2026-04-10", breach_due_on="2026-03-31"),
    ]
    client_id = str(uuid.uuid4())
    answer = post(inspector_a, *lines, client_id=client_id)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["form"], body["void"], body["served_on"]) == ("correct_by", False, None)
    assert body["document"]["number"] == "枣消限字〔2026〕第0001号" and body["client_id"] == client_id
    assert [(item["case"]["id"], item["due_on"], item["measure"]) for item in body["items"]] == [
        (first.pk, "2026-03-25", "拆除锁具"),
        (second.pk, "2026-04-10", ""),
    ]
    assert body["items"][1]["breach_due_on"] == "2026-03-31"
    assert [item["case"]["state"] for item in body["items"]] == ["ordered", "ordered"]
    again = post(inspector_a, *lines, client_id=client_id)
    assert (again.status_code, again.json()) == (200, body)
    assert Order.objects.count() == 1


def test_at_once_means_today(post, pair, inspector_a):
    answer = post(inspector_a, {"case": pair[0].pk}, kind="now")
    assert answer.status_code == 201, answer.content
    assert answer.json()["form"] == "correct_now" and answer.json()["items"][0]["due_on"] == "2026-03-15"


def test_an_order_that_was_never_served_is_issued_anew(post, api_as, case, inspector_a):
    old = journeys.order(case, by=inspector_a, due_on=plus(3))
    answer = post(inspector_a, line(case))
    assert answer.status_code == 201, answer.content
    case.refresh_from_db()
    assert (case.due_on, case.original_due_on) == (plus(15), plus(3))
    assert case.events.last().act == "reorder"
    assert api_as(inspector_a).get(f"{URL}{old.pk}/").json()["void"] is True
    assert answer.json()["void"] is False


def test_what_stands_on_the_old_paper_is_ordered_anew_together(post, api_as, pair, inspector_a):
    first, second = pair
    assert post(inspector_a, line(first), line(second)).status_code == 201
    refused(post(inspector_a, line(first, "2026-04-01")), "refused")
    assert post(inspector_a, line(first, "2026-04-01"), line(second, "2026-04-02")).status_code == 201
    assert [row["void"] for row in api_as(inspector_a).get(URL).json()["results"]] == [False, True]


def test_a_served_order_stands(post, case, inspector_a):
    journeys.serve(journeys.order(case, by=inspector_a), by=inspector_a, day=plus(1))
    for _again in range(2):
        refused(post(inspector_a, line(case)), "served")
    assert Order.objects.count() == 1


def test_a_closed_hazard_is_not_ordered(post, case, inspector_a, inspector_b):
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b])
    for _again in range(2):
        refused(post(inspector_a, line(case)), "wrong_state")


def test_who_may_not_order(post, case, officer_east, office, auditor):
    for person in (officer_east, office, auditor):
        refused(post(person, line(case)), "not_allowed")
    assert not Order.objects.exists()


def test_outside_ones_jurisdiction_there_is_none(
    post, api_as, case, inspector_a, officer_west, leader_quzhou
):
    order = journeys.order(case, by=inspector_a)
    for person in (officer_west, leader_quzhou):
        assert api_as(person).get(URL).json()["count"] == 0
        assert api_as(person).get(f"{URL}{order.pk}/").status_code == 404
        assert post(person, line(case)).status_code == 404


def test_a_hazard_of_another_unit_is_named(post, make_unit, make_case, inspector_a):
    other = make_case(unit=make_unit("别家商店"))
    answer = post(inspector_a, line(other))
    wrong(answer, "items")
    assert str(other.pk) in answer.json()["items"][0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": "all"}, "items"),
        ({"items": [{}]}, "items"),
        ({"items": [1]}, "items"),
        ({"kind": "gently"}, "kind"),
        ({"kind": "major"}, "kind"),
        ({"interim": "看" * 1001}, "interim"),
        ({"client_id": "x"}, "client_id"),
        ({"unit": "x"}, "unit"),
    ],
)
def test_a_bad_order_names_its_field(change, field, post, case, inspector_a):
    wrong(post(inspector_a, line(case), **change), field)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"breach_due_on": "x"}, "breach_due_on"),
        ({"measure": "拆" * 501}, "measure"),
        ({"case": "x"}, "case"),
    ],
)
def test_a_bad_line_names_its_field_at_its_place(change, field, post, pair, inspector_a):
    answer = post(inspector_a, line(pair[0]), line(pair[1]) | change)
    wrong(answer, "items")
    [(place, mistakes)] = answer.json()["items"].items()
    assert (place, set(mistakes)) == ("1", {field})


def test_the_same_hazard_twice_and_a_day_in_the_past(post, case, inspector_a):
    wrong(post(inspector_a, line(case), line(case)), "items")
    answer = post(inspector_a, line(case, "2026-03-14"))
    refused(answer, "refused")
    assert answer.json()["field"] == "due_on"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("served=false", True),
        ("served=true", False),
        ("void=false", True),
        ("void=true", False),
        ("issued_after=2026-03-10", True),
        ("issued_after=2026-03-11", False),
        ("issued_before=2026-03-09", False),
        ("region=131121", True),
        ("region=33", False),
        ("unit=0", False),
        ("case=0", False),
    ],
)
def test_filters(query, found, api_as, case, inspector_a):
    journeys.order(case, by=inspector_a)
    assert api_as(inspector_a).get(f"{URL}?{query}").json()["count"] == found


@pytest.mark.parametrize("query", ["served=x", "void=x", "issued_after=x", "region=x", "unit=x", "case=x"])
def test_a_bad_filter_names_its_field(query, api_as, office):
    wrong(api_as(office).get(f"{URL}?{query}"), query.partition("=")[0])
