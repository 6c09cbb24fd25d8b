"""Filing a whole visit from another program, its photos, and reading visits."""

import uuid
from datetime import timedelta

import pytest

from common.days import now, today
from documents.models import Document
from hazards.models import HazardCase
from inspections.models import Finding, Inspection, Photo

pytestmark = pytest.mark.django_db

INSPECTIONS = "/api/v1/inspections/"


@pytest.fixture
def body(checklists, unit, inspector_a, inspector_b, catalogue):
    """`body(officers=["inspector_a"])`: a visit with one failing item, as JSON."""
    items = list(checklists["general"].items.order_by("number"))

    def make(**change):
        facts = {
            "client_id": str(uuid.uuid4()),
            "unit": unit.pk,
            "kind": "spot",
            "started_at": (now() - timedelta(hours=1)).isoformat(),
            "ended_at": (now() - timedelta(minutes=5)).isoformat(),
            "officers": ["inspector_a", "inspector_b"],
            "answers": [{"item": item.pk, "result": "fail" if item.number == 2 else "ok"} for item in items],
            "findings": [finding(catalogue)],
        }
        return facts | change

    return make


def finding(catalogue, **change):
    facts = {
        "client_id": str(uuid.uuid4()),
        "category": catalogue["lodging"].pk,
        "description": "车间二层住人",
        "part": "二层",
        "corrected_on_site": False,
        "due_on": (today() + timedelta(days=15)).isoformat(),
    }
    return facts | change


def counts():
    return (
        Inspection.objects.count(),
        Finding.objects.count(),
        HazardCase.objects.count(),
        Document.objects.count(),
    )


def test_a_whole_visit_is_filed_at_once(api_as, inspector_a, body):
    answer = api_as(inspector_a).post(INSPECTIONS, body(), format="json")
    assert answer.status_code == 201, answer.content.decode()
    visit = Inspection.objects.get()
    assert answer.json()["id"] == visit.pk
    assert answer.json()["number"] == visit.number
    (case,) = answer.json()["cases"]
    assert (case["state"], case["due_on"]) == ("ordered", (today() + timedelta(days=15)).isoformat())
    assert counts() == (1, 1, 1, 2)


def test_the_same_id_again_answers_the_same_and_writes_nothing(api_as, inspector_a, body):
    sent = body()
    first = api_as(inspector_a).post(INSPECTIONS, sent, format="json")
    again = api_as(inspector_a).post(INSPECTIONS, sent, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert counts() == (1, 1, 1, 2)


def test_the_same_id_with_other_contents_is_refused(api_as, inspector_a, body):
    sent = body()
    api_as(inspector_a).post(INSPECTIONS, sent, format="json")
    answer = api_as(inspector_a).post(INSPECTIONS, sent | {"note": "别的内容"}, format="json")
    assert answer.status_code == 409
    assert answer.json()["code"] == "client_id_used"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"officers": ["inspector_a"]}, "team_too_small"),
        ({"officers": ["inspector_a", "inspector_a"]}, "officer_twice"),
        ({"started_at": "2031-01-01T09:00:00+08:00", "ended_at": "2031-01-01T10:00:00+08:00"}, "incomplete"),
        ({"ended_at": "2025-01-01T10:00:00+08:00"}, "ends_before_start"),
    ],
)
def test_a_refused_visit_leaves_nothing(api_as, inspector_a, body, change, code):
    answer = api_as(inspector_a).post(INSPECTIONS, body(**change), format="json")
    assert answer.status_code == 409, answer.content.decode()
    assert answer.json()["code"] == code
    assert counts() == (0, 0, 0, 0)


def test_a_deadline_before_the_inspection_names_its_field(api_as, inspector_a, body, catalogue):
    early = (today() - timedelta(days=3)).isoformat()
    answer = api_as(inspector_a).post(
        INSPECTIONS, body(findings=[finding(catalogue, due_on=early)]), format="json"
    )
    assert (answer.status_code, answer.json()["field"]) == (409, "due_on")
    assert counts() == (0, 0, 0, 0)


def test_a_failing_item_needs_its_finding(api_as, inspector_a, body):
    answer = api_as(inspector_a).post(INSPECTIONS, body(findings=[]), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "fail_without_finding")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_id": "no"}, "client_id"),
        ({"kind": "party"}, "kind"),
        ({"officers": ["nobody"]}, "officers"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"answers": [{"item": 999999, "result": "ok"}]}, "answers"),
        (
            {"findings": [{"client_id": str(uuid.uuid4()), "category": "none", "description": "x"}]},
            "findings",
        ),
        ({"unit": "x"}, "unit"),
    ],
)
def test_a_mistake_is_named_by_its_field(api_as, inspector_a, body, change, field):
    answer = api_as(inspector_a).post(INSPECTIONS, body(**change), format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert counts() == (0, 0, 0, 0)


def test_a_unit_outside_the_area_does_not_exist(api_as, body, make_person):
    far = make_person("far", "远人", "inspector", "330802", card="浙消监〔2023〕001")
    assert api_as(far).post(INSPECTIONS, body(), format="json").status_code == 404


def test_a_township_officer_files_no_enforcement_record(api_as, officer_east, body):
    answer = api_as(officer_east).post(INSPECTIONS, body(), format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed")


def test_a_visit_without_checklist_is_filed_too(api_as, inspector_a, body):
    answer = api_as(inspector_a).post(INSPECTIONS, body(answers=[]), format="json")
    assert answer.status_code == 201


def test_visits_are_read_in_ones_area_alone(api_as, inspector_a, officer_east, officer_west, body):
    pk = api_as(inspector_a).post(INSPECTIONS, body(), format="json").json()["id"]
    rows = api_as(officer_east).get(INSPECTIONS).json()
    assert rows["count"] == 1
    assert rows["results"][0]["officers"] == ["inspector_a", "inspector_b"]
    assert api_as(officer_west).get(INSPECTIONS).json()["count"] == 0
    assert api_as(officer_west).get(f"{INSPECTIONS}{pk}/").status_code == 404


def test_a_list_costs_the_same_for_three_rows_as_for_one(
    api_as, inspector_a, body, django_assert_max_num_queries
):
    client = api_as(inspector_a)
    for _visit in range(3):
        client.post(INSPECTIONS, body(answers=[]), format="json")
    with django_assert_max_num_queries(9):
        assert client.get(INSPECTIONS).json()["count"] == 3


@pytest.mark.parametrize("size", ["100000", "abc"])
def test_a_page_size_that_is_none_is_a_mistake(api_as, inspector_a, size):
    answer = api_as(inspector_a).get(INSPECTIONS, {"page_size": size})
    assert (answer.status_code, list(answer.json())) == (400, ["page_size"])


def test_photos_follow_the_filing(api_as, inspector_a, officer_west, body, picture, media):
    filed = api_as(inspector_a).post(INSPECTIONS, body(), format="json").json()
    address = f"/api/v1/findings/{filed['findings'][0]['id']}/photos/"
    one = str(uuid.uuid4())
    first = api_as(inspector_a).post(address, {"photo": picture(), "client_id": one}, format="multipart")
    again = api_as(inspector_a).post(address, {"photo": picture(), "client_id": one}, format="multipart")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Photo.objects.count() == 1
    stranger = api_as(officer_west).post(address, {"photo": picture()}, format="multipart")
    assert stranger.status_code == 404


def test_what_is_no_picture_is_refused(api_as, inspector_a, body, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    filed = api_as(inspector_a).post(INSPECTIONS, body(), format="json").json()
    address = f"/api/v1/findings/{filed['findings'][0]['id']}/photos/"
    answer = api_as(inspector_a).post(
        address, {"photo": SimpleUploadedFile("a.jpg", b"text")}, format="multipart"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "bad_file")
