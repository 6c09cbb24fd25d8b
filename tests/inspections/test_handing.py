"""The order handed over on the spot: signed for, refused before witnesses, or left for later."""

import uuid
from datetime import date

import pytest

from common.errors import RuleBroken
from documents.models import Document, Service
from inspections import services
from rectification.services import filing
from rectification.services.filing import Handing
from tests.factories import DAY, at, plus
from tests.inspections.conftest import fail, pass_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(visit, inspector_a):
    found = fail(visit, 2, inspector_a)
    services.change_finding(found, by=inspector_a, description="车间住人", due_on=plus(9))
    pass_all(visit, inspector_a)
    return visit


def complete(draft, by, *, person="", refused=False, **more):
    draft.on_site_person, draft.refused_signature = person, refused
    draft.save(update_fields=["on_site_person", "refused_signature"])
    return filing.complete(draft, by=by, at=at(DAY, 11), **more).order


def test_the_person_on_site_signs_by_default(draft, inspector_a):
    order = complete(draft, inspector_a, person="王掌柜")
    row = Service.objects.get()
    assert (order.served_on, row.receiver, row.relation, row.method) == (DAY, "王掌柜", "head", "direct")


@pytest.mark.parametrize(("person", "refused"), [("", False), ("王掌柜", True)])
def test_with_nobody_who_signs_the_order_waits_and_is_listed(person, refused, draft, inspector_a):
    order = complete(draft, inspector_a, person=person, refused=refused)
    assert order.served_on is None
    assert list(Document.objects.awaiting_service()) == [order.document]


def test_the_inspectors_day_says_how_many_wait(as_user, draft, inspector_a, clerk):
    complete(draft, inspector_a)
    assert "service=awaiting" in as_user(inspector_a).get("/inspections/today/").content.decode()
    assert "service=awaiting" not in as_user(clerk).get("/inspections/today/").content.decode()


def test_somebody_else_signs(draft, inspector_a):
    complete(draft, inspector_a, person="王掌柜", handing=Handing("signed", "李会计", "staff"))
    assert Service.objects.get().receiver == "李会计"


def test_later_is_a_choice(draft, inspector_a):
    assert complete(draft, inspector_a, person="王掌柜", handing=Handing("later")).served_on is None


def test_refused_before_two_witnesses_it_is_served(draft, inspector_a):
    handing = Handing("refused", refusal_reason="拒签", witness_1="李某", witness_2="赵某")
    assert complete(draft, inspector_a, handing=handing).served_on == DAY
    assert Service.objects.get().method == "left"


@pytest.mark.parametrize(
    ("handing", "field"),
    [
        (Handing("signed"), "receiver"),
        (Handing("refused", refusal_reason="拒签", witness_1="李某", witness_2="李某"), "witness_2"),
        (Handing("refused"), "refusal_reason"),
        (Handing("thrown"), "hand_over"),
    ],
)
def test_what_is_missing_leaves_nothing_behind(handing, field, draft, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        complete(draft, inspector_a, handing=handing)
    assert refusal.value.field == field
    draft.refresh_from_db()
    assert draft.status == "draft" and not Document.objects.exists()


def form(visit, *officers, **change):
    return {
        "officers": [officer.pk for officer in officers],
        "started_at": "2026-03-10T10:00",
        "ended_at": "2026-03-10T10:40",
        **change,
    }


def test_the_last_page_asks_and_the_filing_serves(as_user, draft, inspector_a, inspector_b):
    url, browser = f"/inspections/{draft.pk}/finish/", as_user(inspector_a)
    services.change_finding(
        draft.findings.get(), by=inspector_a, description="车间住人", due_on=date(2027, 1, 4)
    )
    assert 'name="hand_over"' in browser.get(url).content.decode()
    team = (inspector_a, inspector_b)
    nobody = browser.post(url, form(draft, *team, hand_over="signed"))
    assert nobody.status_code == 422
    assert browser.post(url, form(draft, *team, hand_over="signed", save="1")).status_code == 302
    one = {"hand_over": "refused", "refusal_reason": "拒签", "witness_1": "李某", "witness_2": "李某"}
    assert browser.post(url, form(draft, *team, **one)).status_code == 422
    done = browser.post(url, form(draft, *team, **one | {"witness_2": "赵某"}), follow=True)
    assert done.status_code == 200
    assert Service.objects.get().witness_2 == "赵某"


@pytest.mark.parametrize(
    "change",
    [{"receiver": "王" * 61}, {"relation": "x" * 9}, {"hand_over": "thrown"}, {"relation": "nobody"}],
)
def test_odd_words_sent_past_the_last_page_are_answered(change, as_user, draft, inspector_a):
    services.change_finding(
        draft.findings.get(), by=inspector_a, description="车间住人", due_on=date(2027, 1, 4)
    )
    sent = {"hand_over": "signed", "receiver": "王掌柜"} | change
    answer = as_user(inspector_a).post(f"/rectification/inspections/{draft.pk}/complete/", sent)
    assert answer.status_code == 422 and not Document.objects.exists()


def test_the_api_says_how_it_was_handed_over(api_as, unit, catalogue, inspector_a, inspector_b):
    body = {
        "unit": unit.pk,
        "kind": "spot",
        "started_at": "2026-03-10T10:00:00+08:00",
        "ended_at": "2026-03-10T10:30:00+08:00",
        "officers": ["inspector_a", "inspector_b"],
    }
    finding = {"category": "T901", "description": "车间住人", "due_on": "2027-01-04"}

    def send(**more):
        ids = {"client_id": str(uuid.uuid4()), "findings": [finding | {"client_id": str(uuid.uuid4())}]}
        return api_as(inspector_a).post("/api/v1/inspections/", body | ids | more, format="json")

    assert send(handing={"choice": "thrown"}).status_code == 400
    assert send(handing={"choice": "signed"}).json()["field"] == "receiver"
    assert send(handing={"choice": "signed", "receiver": "王掌柜"}).status_code == 201
    assert Service.objects.count() == 1
    assert send().status_code == 201 and Service.objects.count() == 1
    assert send(on_site_person="王掌柜").status_code == 201 and Service.objects.count() == 2
