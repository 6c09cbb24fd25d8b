"""Out of the books by two people: asked with a reason, decided by somebody else; a duplicate goes into the other."""

import pytest
from django.db import IntegrityError, transaction

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from hazards.services import record
from rectification import panels
from rectification.models import VoidRequest
from rectification.services import voids
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


def ask(case, by, day=1, **more):
    return voids.ask(case, **({"reason": "误报"} | more), by=by, at=at(plus(day)))


def test_asking_moves_nothing(case, inspector_a):
    request = ask(case, inspector_a)
    assert (case.state, case.void_asked_on) == ("registered", plus(1))
    event = case.events.last()
    assert (event.act, event.reason, event.data) == ("ask_void", "误报", {"request": request.pk})


def test_somebody_else_grants_it(case, inspector_a, office):
    voids.grant(ask(case, inspector_a), by=office, at=at(plus(2)))
    case.refresh_from_db()
    assert (case.state, case.void_asked_on) == ("void", None)
    event = case.events.last()
    assert (event.act, event.by, event.reason, event.data["asked_by"]) == (
        "void",
        office,
        "误报",
        inspector_a.pk,
    )


def test_refused_it_stands_as_before(case, inspector_a, office):
    request = ask(case, inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        voids.refuse(request, by=office, at=at(plus(2)), note=" ")
    assert refusal.value.field == "note"
    voids.refuse(request, by=office, at=at(plus(2)), note="现场属实")
    case.refresh_from_db()
    assert (case.state, case.void_asked_on, request.decision) == ("registered", None, "refused")
    assert ask(case, inspector_a, day=3).decision == ""


def test_nobody_decides_his_own_request(case, office, inspector_a, make_person, offices):
    request = ask(case, office)
    with pytest.raises(NotAllowed):
        voids.grant(request, by=office, at=at(plus(2)))
    with pytest.raises(NotAllowed):
        voids.grant(request, by=inspector_a, at=at(plus(2)))
    request.refresh_from_db()
    assert request.decision == ""
    other = make_person("office_2", "副主任", "county_office", "131121", office=offices["committee"])
    voids.grant(request, by=other, at=at(plus(2)))
    case.refresh_from_db()
    assert case.state == "void"


def test_the_database_itself_refuses_one_person_twice(case, inspector_a):
    request = ask(case, inspector_a)
    with pytest.raises(IntegrityError), transaction.atomic():
        VoidRequest.objects.filter(pk=request.pk).update(decision="granted", decided_by=inspector_a)


def test_the_office_alone_makes_no_case_void(case, office):
    with pytest.raises(RuleBroken) as refusal:
        record(case, "void", by=office, at=at(plus(1)), reason="误报")
    assert refusal.value.code == "not_now"


def test_it_is_decided_once_and_asked_once(case, inspector_a, office):
    request = ask(case, inspector_a)
    with pytest.raises(RuleBroken):
        ask(case, office)
    voids.grant(request, by=office, at=at(plus(2)))
    with pytest.raises(AlreadyDone):
        voids.refuse(request, by=office, at=at(plus(2)), note="晚了")


def test_a_case_that_closes_meanwhile_lets_the_request_lapse(case, inspector_a, inspector_b, office):
    journeys.order(case, by=inspector_a)
    request = ask(case, inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b])
    assert not VoidRequest.objects.waiting().exists()
    with pytest.raises(RuleBroken):
        voids.grant(request, by=office, at=at(plus(6)))
    case.refresh_from_db()
    assert case.state == "closed"
    record(case, "reopen", by=inspector_a, at=at(plus(20)), reason="反弹")
    assert not VoidRequest.objects.waiting().exists()
    again = ask(case, inspector_a, day=21)
    request.refresh_from_db()
    assert request.decision == "lapsed" and list(VoidRequest.objects.waiting()) == [again]


@pytest.mark.parametrize("who", ["officer_east", "clerk", "leader", "auditor"])
def test_who_may_not_ask(who, case, cast):
    with pytest.raises(NotAllowed):
        ask(case, cast[who])
    assert not VoidRequest.objects.exists()


# --- duplicates -----------------------------------------------------------------------------------------


def test_a_duplicate_goes_into_the_other(case, make_case, inspector_a, office):
    twin = make_case(description="安全出口上锁（重复）")
    request = ask(twin, inspector_a, into=case, reason="同一隐患重复登记")
    assert (twin.state, case.state) == ("registered", "registered")
    voids.grant(request, by=office, at=at(plus(2)))
    twin.refresh_from_db()
    case.refresh_from_db()
    assert (twin.state, case.state, case.round) == ("void", "registered", 1)
    assert (twin.events.last().data["into"], twin.events.last().data["into_number"]) == (case.pk, case.number)
    line = case.events.last()
    assert (line.act, line.reason, line.data) == (
        "absorb",
        twin.number,
        {"case": twin.pk, "number": twin.number},
    )
    assert [row.case for row in panels.duplicates_of(case)] == [twin]


def test_duplicates_of_duplicates_stay_reachable(make_case, inspector_a, office):
    first, second, third = make_case(), make_case(), make_case()
    journeys.void(first, asked_by=inspector_a, decided_by=office, into=second)
    journeys.void(second, asked_by=inspector_a, decided_by=office, into=third)
    assert [row.case for row in panels.duplicates_of(third)] == [second, first]


def test_into_what_a_case_cannot_go(case, make_case, make_unit, inspector_a, inspector_b, office):
    elsewhere = make_case(unit=make_unit("别家商店"))
    closed, going = make_case(), make_case()
    journeys.order(closed, by=inspector_a)
    journeys.review(closed, officers=[inspector_a, inspector_b])
    closed.refresh_from_db()
    ask(going, inspector_a)
    for into in (case, elsewhere, closed, going):
        with pytest.raises(RuleBroken) as refusal:
            ask(case, inspector_a, into=into)
        assert refusal.value.field == "into"
    assert case.void_asked_on is None


def test_a_target_that_closed_meanwhile_takes_nothing_in(case, make_case, inspector_a, inspector_b, office):
    twin = make_case()
    request = ask(twin, inspector_a, into=case)
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b])
    with pytest.raises(RuleBroken) as refusal:
        voids.grant(request, by=office, at=at(plus(6)))
    assert refusal.value.field == "into"
    twin.refresh_from_db()
    request.refresh_from_db()
    assert (twin.state, request.decision) == ("registered", "")


def test_photos_of_a_duplicate_stand_on_the_other_page(case, make_case, inspector_a, office, as_user, media):
    from devtools.demo.pictures import picture
    from rectification.services import submissions

    twin = make_case()
    journeys.order(twin, by=inspector_a)
    submissions.submit(twin, words="已清理", photos=[picture(3)], by=inspector_a, at=at(plus(1)))
    assert panels.photo_pair(case)["after"] == []
    journeys.void(twin, asked_by=inspector_a, decided_by=office, into=case, day=plus(2))
    assert len(panels.photo_pair(case)["after"]) == 1
    page = as_user(office).get(case.get_absolute_url()).content.decode()
    assert "并入本案的重复案件" in page and twin.number in page
    assert case.number in as_user(office).get(twin.get_absolute_url()).content.decode()


def test_pages_from_asking_to_deciding(case, make_case, as_user, inspector_a, office):
    twin = make_case()
    url = f"/rectification/cases/{twin.pk}"
    form = as_user(inspector_a).get(f"{url}/merge/").content.decode()
    assert case.number in form
    sent = {"into": case.pk, "reason": "重复登记"}
    assert as_user(inspector_a).post(f"{url}/merge/", sent).status_code == 302
    waits = as_user(office).get("/rectification/approvals/").content.decode()
    assert f"{url}/decide-void/" in waits and "重复登记" in waits
    assert as_user(office).post(f"{url}/decide-void/", {"decision": "granted"}).status_code == 302
    twin.refresh_from_db()
    assert twin.state == "void"
    assert as_user(office).get("/rectification/approvals/").status_code == 200


def test_the_office_is_the_other_pair_of_eyes_for_what_an_inspector_registered(case, as_user, office):
    assert (
        as_user(office).post(f"/rectification/cases/{case.pk}/void/", {"reason": "误报"}).status_code == 302
    )
    case.refresh_from_db()
    assert case.state == "void"
    asked, decided = case.events.order_by("pk")[1:]
    assert (asked.act, asked.by, decided.act, decided.by) == ("ask_void", None, "void", office)


def test_whoever_registered_it_only_asks_and_sees_that_somebody_else_decides(
    unit, catalogue, as_user, office
):
    from hazards.services import open_case

    case = open_case(unit=unit, category=catalogue["exit"], description="上锁", by=office, at=at())
    client = as_user(office)
    assert client.post(f"/rectification/cases/{case.pk}/void/", {"reason": "误报"}).status_code == 302
    assert "须由他人审批" in client.get("/rectification/approvals/").content.decode()
    answer = client.post(f"/rectification/cases/{case.pk}/decide-void/", {"decision": "granted"})
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.state == "registered"
