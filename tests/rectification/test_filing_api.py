"""Filing a whole inspection over the API: once, all of it, or not at all."""

import uuid

import pytest
import time_machine

from hazards.models import HazardCase
from inspections.models import Inspection
from rectification.models import Suspension
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(at(hour=12), tick=False):
        yield


@pytest.fixture
def body(unit, inspector_a, inspector_b, catalogue):
    return {
        "client_id": str(uuid.uuid4()),
        "unit": unit.pk,
        "kind": "spot",
        "started_at": "2026-03-10T10:00:00+08:00",
        "ended_at": "2026-03-10T10:40:00+08:00",
        "officers": ["inspector_a", "inspector_b"],
        "answers": [],
        "findings": [
            {
                "client_id": str(uuid.uuid4()),
                "category": "T301",
                "description": "安全出口上锁",
                "part": "一层",
                "corrected_on_site": True,
            },
            {
                "client_id": str(uuid.uuid4()),
                "category": "T901",
                "description": "二层住人三名",
                "due_on": "2026-03-25",
            },
        ],
    }


def file(api_as, person, body):
    return api_as(person).post("/api/v1/inspections/", body, format="json")


def test_filing_opens_closes_orders_and_numbers(api_as, inspector_a, body):
    answer = file(api_as, inspector_a, body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["number"] == "131121-J2026-000001"
    assert [(case["state"], case["due_on"]) for case in answer.json()["cases"]] == [
        ("closed", None),
        ("ordered", "2026-03-25"),
    ]
    visit = Inspection.objects.get(pk=answer.json()["id"])
    assert visit.orders.get().document.number == "枣消限字〔2026〕第0001号"
    assert visit.document.number == "枣消检字〔2026〕第0001号"
    visit.unit.refresh_from_db()
    assert visit.unit.last_inspected_on == at().date()


def test_the_same_client_id_answers_200_with_the_same_body(api_as, inspector_a, body):
    first, again = file(api_as, inspector_a, body), file(api_as, inspector_a, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Inspection.objects.count(), HazardCase.objects.count()) == (1, 2)


def test_a_combined_use_site_gets_a_proposed_suspension(api_as, inspector_a, body, make_unit):
    site = make_unit("皮草行", flags=["combined_use"], address="马屯镇3号")
    assert file(api_as, inspector_a, body | {"unit": site.pk}).status_code == 201
    proposal = Suspension.objects.get(unit=site)
    assert proposal.status == "proposed"
    assert [case.category_id for case in proposal.cases.all()] == ["T901"]


def test_turning_the_suspension_off_needs_a_reason(api_as, inspector_a, body, make_unit):
    site = make_unit("皮草行", flags=["combined_use"], address="马屯镇3号")
    refused = file(api_as, inspector_a, body | {"unit": site.pk, "suspend": False})
    assert (refused.status_code, refused.json()["field"]) == (409, "no_suspension_reason")
    assert Inspection.objects.count() == HazardCase.objects.count() == 0
    more = {"unit": site.pk, "suspend": False, "no_suspension_reason": "住宿人员已当场清离"}
    assert file(api_as, inspector_a, body | more).status_code == 201
    assert Suspension.objects.count() == 0
    assert Inspection.objects.get().no_suspension_reason == "住宿人员已当场清离"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"officers": ["inspector_a"]}, 409, "officers"),
        ({"officers": ["inspector_a", "inspector_a"]}, 409, "officers"),
        ({"officers": ["inspector_a", "clerk"]}, 409, "officers"),
        ({"officers": ["nobody", "inspector_a"]}, 400, "officers"),
        ({"started_at": "2026-03-11T10:00:00+08:00", "ended_at": None}, 409, "started_at"),
        ({"ended_at": "2026-03-10T09:00:00+08:00"}, 409, "ended_at"),
        ({"kind": "party"}, 400, "kind"),
        ({"unit": 999999}, 404, ""),
        ({"unit": "abc"}, 400, "unit"),
        ({"client_id": "abc"}, 400, "client_id"),
        ({"findings": "none"}, 400, "findings"),
    ],
)
def test_bad_input_is_answered_and_nothing_is_written(
    change, status, words, api_as, inspector_a, clerk, body
):
    answer = file(api_as, inspector_a, body | change)
    assert answer.status_code == status, answer.content
    assert words in answer.content.decode()
    assert Inspection.objects.count() == HazardCase.objects.count() == 0


def test_a_deadline_before_the_inspection_is_refused(api_as, inspector_a, body):
    body["findings"][1]["due_on"] = plus(-1).isoformat()
    answer = file(api_as, inspector_a, body)
    assert answer.status_code == 409 and "due_on" in answer.content.decode()
    assert HazardCase.objects.count() == 0


def test_an_assistant_files_nothing(api_as, clerk, body):
    assert file(api_as, clerk, body).status_code == 409
    assert Inspection.objects.count() == 0


def test_a_unit_of_another_county_does_not_exist(api_as, make_person, body):
    other = make_person("elsewhere", "外人", "inspector", "330802", card="浙消监〔2023〕001")
    assert file(api_as, other, body).status_code == 404
