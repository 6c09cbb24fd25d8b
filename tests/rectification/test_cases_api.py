"""Cases over the API: lists, one case, acts; every mistake a clear answer."""

import json

import pytest

from hazards.models import HazardCase
from tests import journeys
from tests.factories import plus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    import time_machine

    from tests.factories import at

    with time_machine.travel(at(plus(2)), tick=False):
        yield


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_a_case_carries_the_contracts_fields(api_as, inspector_a, case, unit):
    journeys.order(case, by=inspector_a)
    body = api_as(inspector_a).get(f"/api/v1/cases/{case.pk}/").json()
    assert body["number"] == "131121-2026-000001"
    assert (body["unit"], body["region"], body["category"]) == (unit.pk, unit.region_id, "T301")
    assert (body["grade"], body["state"], body["round"], body["source"]) == (
        "general",
        "ordered",
        1,
        "inspection",
    )
    assert (body["due_on"], body["original_due_on"]) == ("2026-03-25", "2026-03-25")
    assert (body["overdue"], body["overdue_days"], body["listed"]) == (False, 0, [])
    assert body["opened_at"] == "2026-03-10T10:00:00+08:00" and body["closed_at"] is None
    assert body["acts"] == [
        "review",
        "submit",
        "urge",
        "ask-extension",
        "determine",
        "transfer",
        "hand-over",
        "merge",
        "void",
    ]


def test_outside_ones_jurisdiction_a_case_does_not_exist(api_as, officer_west, leader_quzhou, case):
    for person in (officer_west, leader_quzhou):
        assert ids(api_as(person).get("/api/v1/cases/")) == []
        assert api_as(person).get(f"/api/v1/cases/{case.pk}/").status_code == 404
        answer = api_as(person).post(f"/api/v1/cases/{case.pk}/submit/", {"words": "已改"}, format="json")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=ordered", True),
        ("state=closed", False),
        ("state=live", True),
        ("state=closed&state=ordered", True),
        ("region=131121", True),
        ("region=131121101", False),
        ("grade=general", True),
        ("grade=major", False),
        ("listed=none", True),
        ("listed=any", False),
        ("overdue=true", False),
        ("overdue=false", True),
        ("due_before=2026-03-25", True),
        ("due_before=2026-03-24", False),
        ("due_after=2026-03-25", True),
        ("due_after=2026-03-26", False),
        ("opened_before=2026-03-10", True),
        ("opened_after=2026-03-11", False),
        ("q=兴旺", True),
        ("q=上锁", True),
        ("q=000001", True),
        ("q=永顺", False),
        ("ordering=-due_on", True),
        ("ordering=worst", True),
    ],
)
def test_filters(query, found, api_as, inspector_a, case):
    journeys.order(case, by=inspector_a)
    assert ids(api_as(inspector_a).get(f"/api/v1/cases/?{query}")) == ([case.pk] if found else [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=nonsense", "state"),
        ("region=abc", "region"),
        ("overdue=perhaps", "overdue"),
        ("due_before=yesterday", "due_before"),
        ("ordering=password", "ordering"),
        ("listed=world", "listed"),
        ("page_size=abc", "page_size"),
        ("page_size=100000", "page_size"),
        ("unit=abc", "unit"),
    ],
)
def test_a_bad_value_names_its_field(query, field, api_as, inspector_a):
    answer = api_as(inspector_a).get(f"/api/v1/cases/?{query}")
    assert answer.status_code == 400
    assert field in answer.json()


def test_a_case_walks_from_order_to_closed(api_as, inspector_a, inspector_b, officer_east, case):
    inspector, officer = api_as(inspector_a), api_as(officer_east)
    url = f"/api/v1/cases/{case.pk}"
    ordered = inspector.post(f"{url}/order/", {"due_on": "2026-03-20"}, format="json")
    assert (ordered.status_code, ordered.json()["state"]) == (200, "ordered")
    submitted = officer.post(f"{url}/submit/", {"words": "已清理"}, format="json")
    assert submitted.json()["state"] == "submitted"
    body = {
        "outcome": "pass",
        "note": "通道已清理，现场查看畅通",
        "no_photo": "other",
        "officers": ["inspector_a", "inspector_b"],
    }
    closed = inspector.post(f"{url}/review/", body, format="json")
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_on"]) == (
        200,
        "closed",
        "2026-03-12",
    )
    events = inspector.get(f"{url}/events/").json()
    assert [event["act"] for event in events] == ["open", "order", "submit", "pass"]


def test_a_refused_act_answers_409_with_code_and_sentence(api_as, officer_east, case):
    answer = api_as(officer_east).post(f"/api/v1/cases/{case.pk}/submit/", {"words": "已改"}, format="json")
    assert answer.status_code == 409
    assert answer.json()["code"] == "wrong_state"
    assert "已登记" in answer.json()["detail"]


def test_a_missing_fact_answers_400_with_the_field(api_as, inspector_a, case):
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/order/", {}, format="json")
    assert answer.status_code == 400 and "due_on" in answer.json()


@pytest.mark.parametrize("body", ["[]", '"text"', "{", "null", "3"])
def test_a_body_that_is_no_object_is_a_mistake(body, api_as, inspector_a, case):
    answer = api_as(inspector_a).post(
        f"/api/v1/cases/{case.pk}/order/", body, content_type="application/json"
    )
    assert answer.status_code == 400


def test_an_unknown_act_is_not_found(api_as, inspector_a, case):
    assert api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/explode/").status_code == 404
    assert api_as(inspector_a).get(f"/api/v1/cases/{case.pk}/order/").status_code == 405


def test_extension_transfer_void_and_listing_over_the_api(
    api_as, inspector_a, officer_east, office, make_case
):
    case = make_case()
    journeys.order(case, by=inspector_a)
    url = f"/api/v1/cases/{case.pk}"
    asked = {"until": "2026-04-10", "reason": "等配件", "interim": "专人看护"}
    assert (
        api_as(officer_east).post(f"{url}/ask-extension/", asked, format="json").json()["due_on"]
        == "2026-03-25"
    )
    granted = api_as(office).post(f"{url}/decide-extension/", {"decision": "granted"}, format="json").json()
    assert (granted["due_on"], granted["original_due_on"]) == ("2026-04-10", "2026-03-25")
    again = api_as(office).post(f"{url}/decide-extension/", {"decision": "granted"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_asked")
    journeys.make_major(case, by=inspector_a)
    listing = {"level": "county", "paper_number": "枣政函〔2026〕3号", "leader_name": "刘副县长"}
    assert api_as(office).post(f"{url}/list/", listing, format="json").json()["listed"] == ["county"]
    wrong = f"/api/v1/cases/{make_case().pk}"
    asked = api_as(inspector_a).post(f"{wrong}/void/", {"reason": "误报"}, format="json")
    assert asked.json()["state"] == "registered"
    void = api_as(office).post(f"{wrong}/decide-void/", {"decision": "granted"}, format="json")
    assert void.json()["state"] == "void"
    moved = api_as(office).post(
        f"/api/v1/cases/{make_case().pk}/transfer/", {"department": "住建局", "reason": "职责"}, format="json"
    )
    assert moved.json()["state"] == "transferred"


def test_thirty_cases_cost_as_many_queries_as_three(
    api_as, inspector_a, make_case, django_assert_max_num_queries
):
    for _ in range(30):
        make_case()
    client = api_as(inspector_a)
    with django_assert_max_num_queries(4):
        assert len(ids(client.get("/api/v1/cases/?page_size=30"))) == 30
    assert HazardCase.objects.count() == 30


ODD = [-1, 5.5, True, None, [1], [], {"a": 1}, [["x"]], "half a pair \ud800", "\x00", "9999-99-99"]
FIELDS = [
    "client_id", "due_on", "outcome", "officers", "held_on", "words", "until", "interim", "grade",
    "attendees", "clauses", "conclusion", "level", "paper_number", "leader_name", "listed_on", "reason", "department",
]  # fmt: skip


@pytest.mark.parametrize("act", ["order", "review", "determine", "suspend", "transfer", "void", "list"])
def test_an_act_with_values_of_any_kind_is_a_mistake_never_a_crash(api_as, office, case, act):
    for odd in ODD:
        body = json.dumps(dict.fromkeys(FIELDS, odd))
        answer = api_as(office).post(f"/api/v1/cases/{case.pk}/{act}/", body, content_type="application/json")
        assert answer.status_code == 400, (odd, answer.content)


@pytest.mark.parametrize("act", ["void", "suspend"])
def test_half_a_character_is_refused_by_the_name_of_its_field(api_as, office, case, act):
    answer = api_as(office).post(
        f"/api/v1/cases/{case.pk}/{act}/", r'{"reason": "\ud800"}', content_type="application/json"
    )
    assert (answer.status_code, list(answer.json())) == (400, ["reason"])


def test_the_people_of_a_meeting_may_be_sent_as_a_list(api_as, inspector_a, case):
    body = {
        "grade": "major",
        "held_on": plus(2).isoformat(),
        "attendees": ["甲", "乙", "丙"],
        "clauses": "7.1.1",
        "conclusion": "是",
    }
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/determine/", body, format="json")
    assert (answer.status_code, answer.json()["grade"]) == (200, "major")
