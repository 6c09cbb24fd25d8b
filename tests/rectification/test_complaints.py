"""Complaints: 24 clock hours or three working days to check, met by the visit, answered, confidential."""

import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from hazards import clock_panel
from hazards.models import Clock
from inspections import services as inspections
from inspections.models import Kind
from rectification.models import Complaint, Matter
from rectification.services import complaints, filing
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

URL = "/api/v1/complaints/"


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    yield
    forget_calendar()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.fixture
def receive(unit, officer_east, inspector_a):
    def make(received="2026-03-10T09:00", matter="exits", at="2026-03-10T10:00", **more):
        facts = {"words": "二楼安全出口上锁", "inspector": inspector_a, "by": officer_east} | more
        return complaints.receive(unit, received_at=moment(received), matter=matter, at=moment(at), **facts)

    return make


def clock_of(complaint) -> Clock:
    return Clock.objects.get(subject=f"complaint:{complaint.pk}")


@pytest.mark.parametrize(
    ("matter", "received", "code", "due"),
    [
        # Hours run through the night, the weekend and the holiday.
        ("exits", "2026-03-10T09:00", "COMPLAINT-24", "2026-03-11T09:00"),
        ("facilities", "2026-03-13T23:30", "COMPLAINT-24", "2026-03-14T23:30"),
        ("exits", "2025-10-01T08:00", "COMPLAINT-24", "2025-10-02T08:00"),
        # Tuesday: Wed, Thu, Fri. Friday: Mon, Tue, Wed.
        ("other", "2026-03-10T09:00", "COMPLAINT-3", "2026-03-13T23:59:59"),
        ("other", "2026-03-13T16:00", "COMPLAINT-3", "2026-03-18T23:59:59"),
        # Tue 30 Sep 2025: 1-8 Oct off, Thu 9, Fri 10, and Sat 11 is worked.
        ("other", "2025-09-30T10:00", "COMPLAINT-3", "2025-10-11T23:59:59"),
    ],
)
def test_the_clock_of_its_kind_runs_from_the_receipt(matter, received, code, due, receive):
    clock = clock_of(receive(received, matter, at=received))
    assert (clock.code, clock.began_at) == (code, moment(received))
    assert clock.due_at == moment(due)


def test_the_page_and_the_api_say_why_that_day(receive, as_user, api_as, inspector_a):
    made = receive("2025-09-30T10:00", "other", at="2025-09-30T10:05")
    (row,) = clock_panel.rows_about(made.clock_subject, at=at())
    assert "10月11日" in row.why and "第十八条" in row.article
    (told,) = api_as(inspector_a).get(f"{URL}{made.pk}/").json()["clocks"]
    assert (told["code"], told["due"], told["why"]) == ("COMPLAINT-3", "2025-10-11", row.why)
    assert row.why in as_user(inspector_a).get(made.get_absolute_url()).content.decode()


def test_a_night_clock_is_told_by_the_clock_on_the_wall(receive, api_as, inspector_a):
    """Received at 23:30 in Shanghai, which is 15:30 in the database."""
    made = receive("2026-03-13T23:30", at="2026-03-13T23:40")
    (told,) = api_as(inspector_a).get(f"{URL}{made.pk}/").json()["clocks"]
    assert "2026年3月13日 23:30" in told["why"] and "2026年3月14日 23:30" in told["why"]
    assert told["due"] == "2026-03-14T23:30:00+08:00"


def visit(unit, inspector_a, inspector_b, kind, began):
    draft, _new = inspections.file_whole(
        by=inspector_a,
        client_id=uuid.uuid4(),
        unit=unit,
        kind=kind,
        started_at=began,
        ended_at=began + timedelta(minutes=40),
        officers=[inspector_a, inspector_b],
    )
    return filing.complete(draft, by=inspector_a, at=began + timedelta(hours=1)).inspection


def test_only_a_check_of_complaints_after_the_receipt_meets_it(receive, unit, inspector_a, inspector_b):
    early, late = receive(), receive("2026-03-10T20:00", at="2026-03-10T20:05")
    visit(unit, inspector_a, inspector_b, Kind.SPOT, moment("2026-03-10T14:00"))
    assert clock_of(early).met_at is None
    done = visit(unit, inspector_a, inspector_b, Kind.COMPLAINT, moment("2026-03-10T16:00"))
    early.refresh_from_db(), late.refresh_from_db()
    assert (early.inspection, early.checked_at) == (done, moment("2026-03-10T16:00"))
    assert clock_of(early).met_at == moment("2026-03-10T16:00") and not clock_of(early).is_late(at(plus(30)))
    assert late.checked_at is None and clock_of(late).is_running


def test_checked_late_it_stays_late(receive, unit, inspector_a, inspector_b):
    made = receive()
    visit(unit, inspector_a, inspector_b, Kind.COMPLAINT, moment("2026-03-11T10:00"))
    assert clock_of(made).is_late(at(plus(30)))


def test_the_answer_comes_after_the_check_and_once(receive, unit, inspector_a, inspector_b, officer_east):
    made = receive()
    said = {"told": "told", "words": "电话告知已责令拆除", "at": moment("2026-03-11T11:00")}
    with pytest.raises(RuleBroken) as refusal:
        complaints.answer(made, by=inspector_a, **said)
    assert refusal.value.code == "not_checked"
    visit(unit, inspector_a, inspector_b, Kind.COMPLAINT, moment("2026-03-10T16:00"))
    with pytest.raises(NotAllowed):
        complaints.answer(made, by=officer_east, **said)
    for wrong, field in (({"told": "x"}, "told"), ({"words": " "}, "words")):
        with pytest.raises(RuleBroken) as refusal:
            complaints.answer(made, by=inspector_a, **said | wrong)
        assert refusal.value.field == field
    assert complaints.answer(made, by=inspector_a, **said).stage == "answered"
    with pytest.raises(AlreadyDone):
        complaints.answer(made, by=inspector_a, **said)


def test_set_aside_by_the_office_and_not_by_its_recorder(receive, office, inspector_a):
    made, own = receive(), receive(by=office)
    later = moment("2026-03-10T12:00")
    with pytest.raises(NotAllowed):
        complaints.drop(made, reason="重复登记", by=inspector_a, at=later)
    with pytest.raises(RuleBroken) as refusal:
        complaints.drop(own, reason="重复登记", by=office, at=later)
    assert refusal.value.code == "same_person"
    assert complaints.drop(made, reason="重复登记", by=office, at=later).stage == "dropped"
    assert clock_of(made).stopped_at == later
    with pytest.raises(AlreadyDone):
        complaints.drop(made, reason="重复登记", by=office, at=later)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"received": "2026-03-10T10:01"}, "received_at"),
        ({"received": "2025-03-08T10:00"}, "received_at"),
        ({"matter": "noise"}, "matter"),
        ({"words": " "}, "words"),
        ({"inspector": None}, "inspector"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_written(wrong, field, receive):
    with pytest.raises(RuleBroken) as refusal:
        receive(**wrong)
    assert refusal.value.field == field
    assert not Complaint.objects.exists() and not Clock.objects.filter(code__startswith="COMPLAINT").exists()


def test_who_may_not_inspect_there_is_not_sent(receive, officer_west):
    with pytest.raises(RuleBroken) as refusal:
        receive(inspector=officer_west)
    assert refusal.value.field == "inspector"


def test_another_township_neither_receives_nor_sees_it(receive, unit, officer_west, as_user, api_as):
    made = receive()
    with pytest.raises(NotAllowed):
        receive(by=officer_west)
    assert as_user(officer_west).get(made.get_absolute_url()).status_code == 404
    assert as_user(officer_west).get(f"/rectification/units/{unit.pk}/complaint/").status_code == 404
    assert api_as(officer_west).get(URL).json()["count"] == 0


def test_the_same_form_twice_makes_one(receive):
    key = uuid.uuid4()
    assert receive(client_id=key) == receive(client_id=key)
    assert Complaint.objects.count() == 1


def test_from_the_pages(unit, as_user, officer_east, office, inspector_a, inspector_b):
    with time_machine.travel(moment("2026-03-10T10:00"), tick=False):
        page = as_user(officer_east).get(unit.get_absolute_url()).content.decode()
        url = f"/rectification/units/{unit.pk}/complaint/"
        assert url in page
        sent = {
            "received_at": "2026-03-10T09:00", "matter": "exits", "words": "出口上锁",
            "inspector": inspector_a.username,
        }  # fmt: skip
        assert as_user(officer_east).post(url, sent | {"received_at": "昨天"}).status_code == 422
        assert as_user(officer_east).post(url, sent).status_code == 302
        made = Complaint.objects.get()
        page = as_user(inspector_a).get(f"/rectification/complaints/?unit={unit.pk}").content.decode()
        assert unit.name in page and made.get_absolute_url() in page
        assert as_user(inspector_a).get("/rectification/complaints/?tab=%00&unit=x").status_code == 200
        page = as_user(inspector_a).get(made.get_absolute_url()).content.decode()
        assert f"?unit={unit.pk}&amp;kind=complaint" in page or f"?unit={unit.pk}&kind=complaint" in page
        assert (
            as_user(inspector_a).post(f"{made.get_absolute_url()}drop/", {"reason": "重复"}).status_code
            == 403
        )
        early = as_user(inspector_a).post(
            f"{made.get_absolute_url()}answer/", {"told": "told", "words": "已告知"}
        )
        assert early.status_code == 422 and "第十八条" in early.content.decode()
        assert as_user(inspector_a).post(f"{made.get_absolute_url()}dance/").status_code == 404
        assert as_user(office).post(f"{made.get_absolute_url()}drop/", {"reason": "重复"}).status_code == 302
        assert as_user(office).get("/rectification/complaints/?tab=done").status_code == 200


def test_over_the_api(unit, api_as, officer_east, office, inspector_a):
    body = {
        "unit": unit.pk, "received_at": "2026-03-10T09:00", "matter": "other", "words": "电动车进楼",
        "inspector": inspector_a.username, "client_id": str(uuid.uuid4()),
    }  # fmt: skip
    with time_machine.travel(moment("2026-03-10T10:00"), tick=False):
        made = api_as(officer_east).post(URL, body, format="json")
        assert (made.status_code, made.json()["stage"]) == (201, "unchecked")
        assert api_as(officer_east).post(URL, body, format="json").status_code == 200
        assert api_as(officer_east).post(URL, body | {"matter": "x"}, format="json").status_code == 400
        pk = made.json()["id"]
        refused = api_as(inspector_a).post(
            f"{URL}{pk}/answer/", {"told": "told", "words": "已告知"}, format="json"
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "not_checked")
        answer = api_as(office).post(f"{URL}{pk}/drop/", {"reason": "重复登记"}, format="json")
        assert (answer.status_code, answer.json()["stage"], answer.json()["clocks"]) == (200, "dropped", [])
        assert api_as(office).get(f"{URL}?checked=true").json()["count"] == 0
    steps = api_as(office).get(f"/api/v1/units/{unit.pk}/").json()["next_steps"]
    assert not [step for step in steps if step["step"] == "check_complaint"]


def test_it_is_the_units_next_step(receive, unit, api_as, office):
    receive()
    (step,) = api_as(office).get(f"/api/v1/units/{unit.pk}/").json()["next_steps"]
    assert (step["step"], step["by"], step["case"]) == ("check_complaint", "2026-03-11", None)


def test_the_chase_asks_the_inspector_who_is_to_check(receive, inspector_a):
    made = receive()
    row = Matter.objects.get(watched="clock", subject=clock_of(made).pk)
    assert (row.person_id, row.due_on, row.code) == (inspector_a.pk, date(2026, 3, 11), "COMPLAINT-24")
