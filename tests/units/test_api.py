"""/api/v1/units/: the contract."""

from uuid import uuid4

import pytest

from units import services
from units.models import Unit

pytestmark = pytest.mark.django_db
URL = "/api/v1/units/"


def body(**changed):
    sent = {
        "name": "马屯兴旺百货店",
        "region": "131121104201",
        "address": "马屯镇东街1号",
        "place_type": "shop-street",
        "flags": ["small_place"],
    }
    return sent | changed


def test_a_unit_says_what_the_contract_promises(api_as, officer_east, make_unit):
    unit = make_unit(flags=["small_place"])
    answer = api_as(officer_east).get(URL).json()
    assert answer["count"] == 1
    row = answer["results"][0]
    expected = {
        "id": unit.pk,
        "number": "131121-000001",
        "name": "马屯兴旺百货店",
        "region": "131121104201",
        "address": "马屯镇东街1号",
        "flags": ["small_place"],
        "place_type": "shop-street",
        "suspended": False,
        "open_cases": 0,
    }
    assert {key: row[key] for key in expected} == expected


def test_a_unit_is_registered_once_per_client_id(api_as, officer_east, tables):
    client, sent = api_as(officer_east), body(client_id=str(uuid4()))
    first, second = client.post(URL, sent, format="json"), client.post(URL, sent, format="json")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert Unit.objects.count() == 1


def test_patch_corrects_and_logs(api_as, officer_east, make_unit):
    unit = make_unit()
    answer = api_as(officer_east).patch(f"{URL}{unit.pk}/", {"lodgers": 4}, format="json")
    assert (answer.status_code, answer.json()["lodgers"]) == (200, 4)
    assert unit.changes.first().changes == {"lodgers": [None, 4]}


def test_patch_of_the_region_is_a_move(api_as, inspector_a, make_unit):
    unit, client = make_unit(), api_as(inspector_a)
    assert client.patch(f"{URL}{unit.pk}/", {"region": "131121101201"}, format="json").json().keys() == {
        "address"
    }
    sent = {"region": "131121101201", "address": "恩察镇西街2号"}
    assert client.patch(f"{URL}{unit.pk}/", sent, format="json").json()["region"] == "131121101201"
    assert unit.changes.first().act == "moved"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"region": "131121101201"}, "region"),
        ({"region": "131121"}, "region"),
        ({"region": "x"}, "region"),
        ({"place_type": "x"}, "place_type"),
        ({"flags": ["x"]}, "flags"),
        ({"credit_code": "123"}, "credit_code"),
        ({"longitude": "37", "latitude": "115"}, "non_field_errors"),
    ],
)
def test_mistakes_are_named_by_field(api_as, officer_east, tables, changed, field):
    answer = api_as(officer_east).post(URL, body(**changed), format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Unit.objects.count() == 0


def test_outside_the_area_is_404(api_as, officer_west, make_unit):
    unit, client = make_unit(), api_as(officer_west)
    assert client.get(URL).json()["count"] == 0
    assert client.get(f"{URL}{unit.pk}/").status_code == 404
    assert client.patch(f"{URL}{unit.pk}/", {"storeys": 1}, format="json").status_code == 404


def test_a_leader_reads_and_writes_nothing(api_as, leader, make_unit):
    unit, client = make_unit(), api_as(leader)
    assert client.get(f"{URL}{unit.pk}/").status_code == 200
    answer = client.patch(f"{URL}{unit.pk}/", {"storeys": 1}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")


def test_a_county_sees_its_townships_by_prefix(api_as, inspector_a, make_unit, west_village):
    make_unit(flags=["small_place"])
    make_unit(name="恩察裘皮加工点", region=west_village, flags=["combined_use"])
    client = api_as(inspector_a)
    for query, count in (
        ("region=131121", 2),
        ("region=131121101", 1),
        ("region=33", 0),
        ("flag=combined_use", 1),
        ("flag=combined_use&flag=small_place", 0),
        ("place_type=shop", 2),
        ("q=裘", 1),
        ("suspended=true", 0),
    ):
        assert client.get(f"{URL}?{query}").json()["count"] == count, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("flag=x", "flag"),
        ("place_type=x", "place_type"),
        ("region=abc", "region"),
        ("page_size=100000", "page_size"),
        ("page_size=abc", "page_size"),
        ("unseen_since=x", "unseen_since"),
        ("ordering=x", "ordering"),
    ],
)
def test_a_bad_value_answers_400_with_its_field(api_as, inspector_a, tables, query, field):
    answer = api_as(inspector_a).get(f"{URL}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_the_mark_of_a_suspension_is_read_only(api_as, inspector_a, make_unit, on):
    unit, client = make_unit(), api_as(inspector_a)
    client.patch(f"{URL}{unit.pk}/", {"suspended": True, "suspended_since": "2026-01-01"}, format="json")
    assert client.get(f"{URL}{unit.pk}/").json()["suspended"] is False
    services.mark_suspended(unit, since=on, by=inspector_a)
    assert client.get(f"{URL}{unit.pk}/").json()["suspended"] is True


def test_nobody_is_asked_for_without_signing_in(api_as):
    assert api_as().get(URL).status_code in (401, 403)
