"""Joint enforcement: other departments on one visit, counted once everywhere."""

import pytest

from common.errors import RuleBroken
from inspections import joint, services
from inspections.models import Inspection
from rectification.services import filing
from tests.factories import DAY, at

pytestmark = pytest.mark.django_db

TWO = [
    {"department": "住房和城乡建设局", "people": ["张三", "李四"]},
    {"department": "市场监督管理局", "people": ["王五"]},
]


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("", []),
        ("\n \n", []),
        ("住房和城乡建设局：张三、李四\n市场监督管理局:王五", TWO),
        ("住房和城乡建设局： 张三，李四 \n\n市场监督管理局：王五;", TWO),
        ("住建局", [{"department": "住建局", "people": []}]),
        ("：张三", [{"department": "", "people": ["张三"]}]),
    ],
)
def test_a_line_is_a_department_with_its_people(text, parties):
    assert joint.parse(text) == parties


def test_what_is_shown_is_what_was_typed():
    assert joint.parse(joint.text_of(TWO)) == TWO


@pytest.mark.parametrize(
    ("parties", "code"),
    [
        ([{"department": " ", "people": ["张三"]}], "joint_unnamed"),
        ([{"department": "住建局", "people": [" "]}], "joint_nobody"),
        ([TWO[0], TWO[0]], "joint_twice"),
        ([{"department": "局" * 121, "people": ["张三"]}], "joint_long"),
        ([{"department": f"局{n}", "people": ["张三"]} for n in range(13)], "joint_many"),
    ],
)
def test_a_mistake_is_said_at_the_field(parties, code):
    with pytest.raises(RuleBroken) as refusal:
        services.joint_parties(parties, "spot")
    assert (refusal.value.field, refusal.value.code) == ("joint", code)


def test_a_patrol_is_no_joint_enforcement():
    with pytest.raises(RuleBroken) as refusal:
        services.joint_parties(TWO, "grid")
    assert refusal.value.field == "joint"


@pytest.fixture
def filed(unit, inspector_a, inspector_b):
    """One visit of two departments beside the brigade, completed."""
    import uuid

    def make(parties):
        visit, _new = services.file_whole(
            by=inspector_a,
            client_id=uuid.uuid4(),
            unit=unit,
            kind="special",
            started_at=at(DAY, 9),
            ended_at=at(DAY, 10),
            officers=[inspector_a, inspector_b],
            joint=parties,
        )
        return filing.complete(visit, by=inspector_a, at=at(DAY, 11)).inspection

    return make


def test_record_paper_and_list_show_it(filed, as_user, inspector_a):
    visit = filed(TWO)
    assert visit.document.content["joint"] == TWO
    browser = as_user(inspector_a)
    for address in (
        visit.get_absolute_url(), visit.document.get_absolute_url(), "/inspections/?joint=true",
    ):  # fmt: skip
        page = browser.get(address)
        assert page.status_code == 200, address
        assert "住房和城乡建设局" in page.content.decode(), address


def test_it_is_one_visit_in_every_list(filed, api_as, inspector_a):
    together, alone = filed(TWO), filed([])
    client = api_as(inspector_a)

    def found(query):
        body = client.get(f"/api/v1/inspections/?{query}").json()
        return body["count"], {row["id"] for row in body["results"]}

    assert found("") == (2, {together.pk, alone.pk})
    assert found("joint=true") == (1, {together.pk})
    assert found("joint=false") == (1, {alone.pk})
    assert client.get("/api/v1/inspections/?joint=perhaps").status_code == 400
    assert client.get(f"/api/v1/inspections/{together.pk}/").json()["joint"] == TWO


def test_what_was_filed_is_locked(filed):
    from django.db import DatabaseError, transaction

    visit = filed(TWO)
    with pytest.raises(DatabaseError), transaction.atomic():
        Inspection.objects.filter(pk=visit.pk).update(joint=[])
