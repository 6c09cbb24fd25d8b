"""Referrals: accepted or returned, answered, verified; the reply due by a day and pressed once."""

import json
from datetime import date

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification.models import Transfer
from rectification.services import reviews, transfers
from reference.models import CalendarDay, Regulator
from tests import journeys
from tests.factories import at, picture, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def year_2026(db):
    """Every day of 2026 from Monday to Friday is worked: plain arithmetic for these tests."""
    from datetime import timedelta

    first = date(2026, 1, 1)
    days = [first + timedelta(n) for n in range(365)]
    CalendarDay.objects.bulk_create(
        [CalendarDay(date=day, is_workday=day.weekday() < 5) for day in days], ignore_conflicts=True
    )


@pytest.fixture
def housing(db):
    return Regulator.objects.get_or_create(code="housing", defaults={"name": "住房和城乡建设部门"})[0]


@pytest.fixture
def referred(case, office, housing):
    transfers.transfer(
        case,
        regulator=housing,
        department="枣强县住房和城乡建设局",
        clause="《消防法》第五十二条",
        reason="属房屋改建审批职责",
        reply_due_on=plus(14),
        by=office,
        at=at(plus(1)),
    )
    return case


def refused(act, *, field=None, code=None):
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert str(refusal.value)
    if field:
        assert refusal.value.field == field
    if code:
        assert refusal.value.code == code
    return refusal.value


def accept(case, by, day=3, at_day=3, **more):
    facts = {"accepted_on": plus(day), "accepted_by": "韩科长", "their_number": "枣住建收〔2026〕9号"} | more
    return transfers.accept(case, **facts, by=by, at=at(plus(at_day)))


def answer(case, by, day=8, at_day=9):
    return transfers.answer(case, result="已责令拆除夹层", answered_on=plus(day), by=by, at=at(plus(at_day)))


def verify(case, team, day=10, **facts):
    facts = {"photos": (picture(),), "note": "夹层已拆除"} | facts
    verdict = reviews.Verdict(case, "pass", **facts)
    return reviews.review(
        unit=case.unit, verdicts=[verdict], officers=team, by=team[0], at=at(plus(day)), referred=True
    )


def test_the_paper_names_department_clause_and_day(referred):
    row = referred.transfers.get()
    assert (row.department, row.regulator_id, row.kind) == ("枣强县住房和城乡建设局", "housing", "department")
    content = row.document.content
    assert (content["department"], content["clause"], content["reply_by"]) == (
        "枣强县住房和城乡建设局",
        "《消防法》第五十二条",
        "2026-03-24",
    )
    assert referred.state == "transferred" and row.stage == "waiting"


def test_a_department_of_the_list_needs_no_other_name(case, office, housing):
    row = transfers.transfer(case, regulator=housing, reason="职责", by=office, at=at(plus(1)))
    assert row.department == "住房和城乡建设部门"


def test_the_reply_is_due_in_ten_working_days(case, office, year_2026):
    row = transfers.transfer(case, department="住建局", reason="职责", by=office, at=at(plus(0)))
    # Tuesday 10 March 2026 and ten working days.
    assert row.reply_due_on == date(2026, 3, 24)


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_a_police_station_refers_within_five_working_days(days, late, case, office, year_2026):
    row = transfers.transfer(
        case, kind="fire", department="消防救援大队", reason="未经许可", by=office, at=at(plus(days))
    )
    # Found on Tuesday 10 March: the fifth working day is Tuesday 17 March (Order 120, Art. 33).
    assert row.is_late is late


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("department", {"department": " "}),
        ("reason", {"reason": ""}),
        ("kind", {"kind": "court"}),
        ("reply_due_on", {"reply_due_on": plus(0)}),
        ("reply_due_on", {"reply_due_on": plus(800)}),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_written(field, facts, case, office):
    right = {"department": "住建局", "reason": "职责", "kind": "department", "reply_due_on": plus(14)} | facts
    refused(lambda: transfers.transfer(case, **right, by=office, at=at(plus(1))), field=field)
    case.refresh_from_db()
    assert case.state == "registered" and not Transfer.objects.exists()


def test_accepted_answered_verified_and_closed(referred, office, inspector_a, inspector_b):
    accept(referred, office)
    answer(referred, inspector_a)
    sitting = verify(referred, [inspector_a, inspector_b])
    row = referred.transfers.get()
    assert (referred.state, referred.closed_on, row.stage) == ("closed", plus(10), "closed")
    assert (row.accepted_by, row.their_number, row.result) == (
        "韩科长",
        "枣住建收〔2026〕9号",
        "已责令拆除夹层",
    )
    assert [event.act for event in referred.events.all()] == [
        "open", "transfer", "accept_referral", "answer_referral", "close_referral",
    ]  # fmt: skip
    assert sitting.document.content["items"][0]["sequence"] == 1


def test_nothing_is_closed_before_the_department_answered(referred, office, inspector_a, inspector_b):
    accept(referred, office)
    refused(lambda: verify(referred, [inspector_a, inspector_b]), code="not_answered")
    referred.refresh_from_db()
    assert referred.state == "transferred"


def test_verifying_needs_evidence_as_every_closing_does(referred, office, inspector_a, inspector_b):
    answer(referred, office)
    team = [inspector_a, inspector_b]
    refused(lambda: verify(referred, team, photos=(), note=""), field="note", code="no_evidence")


def test_an_ordinary_reinspection_does_not_close_what_lies_elsewhere(
    referred, office, inspector_a, inspector_b
):
    answer(referred, office)
    refused(lambda: journeys.review(referred, officers=[inspector_a, inspector_b]), code="wrong_state")


def test_taken_back_it_stands_here_again_and_may_be_referred_again(referred, office):
    accept(referred, office)
    transfers.take_back(referred, reason="不属其职责", by=office, at=at(plus(5)))
    assert (referred.state, referred.transfers.get().stage) == ("registered", "returned")
    transfers.transfer(referred, department="市监局", reason="职责", by=office, at=at(plus(6)))
    assert [row.stage for row in referred.transfers.order_by("pk")] == ["returned", "waiting"]


def test_a_relapse_after_closing_may_be_referred_again(referred, office, inspector_a, inspector_b):
    from hazards.services import record

    answer(referred, office)
    verify(referred, [inspector_a, inspector_b])
    record(referred, "reopen", by=office, at=at(plus(30)), reason="反弹")
    transfers.transfer(referred, department="市监局", reason="职责", by=office, at=at(plus(31)))
    assert referred.transfers.count() == 2


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("accepted_on", {"day": 0}),
        ("accepted_on", {"day": 4}),
        ("accepted_by", {"accepted_by": " "}),
    ],
)
def test_an_acceptance_has_its_day_and_person(field, facts, referred, office):
    refused(lambda: accept(referred, office, **facts), field=field)
    assert referred.transfers.get().stage == "waiting"


def test_a_result_is_not_earlier_than_the_acceptance(referred, office):
    accept(referred, office)
    refused(lambda: answer(referred, office, day=2), field="answered_on")


def test_each_is_written_down_once(referred, office):
    accept(referred, office)
    answer(referred, office)
    for again in (accept, answer):
        with pytest.raises(AlreadyDone):
            again(referred, office)


def test_a_case_that_was_not_referred_has_no_acceptance(case, office):
    refused(lambda: accept(case, office), code="wrong_state")


def test_the_township_writes_no_acceptance(referred, officer_east):
    with pytest.raises(NotAllowed):
        accept(referred, officer_east)
    assert referred.transfers.get().stage == "waiting"


# --- the clock ---------------------------------------------------------------------------------------


# --- the doors ---------------------------------------------------------------------------------------


def test_over_the_api(api_as, office, case):
    url = f"/api/v1/cases/{case.pk}"
    client = api_as(office)
    sent = client.post(f"{url}/transfer/", {"department": "住建局", "reason": "职责"}, format="json")
    assert (sent.status_code, sent.json()["state"]) == (200, "transferred"), sent.content
    assert sent.json()["acts"] == ["accept-referral", "answer-referral", "take-back"]
    today = sent.json()["opened_on"]
    missing = client.post(f"{url}/accept-referral/", {"accepted_on": today}, format="json")
    assert (missing.status_code, list(missing.json())) == (400, ["accepted_by"])


@pytest.mark.parametrize("slug", ["accept-referral", "answer-referral", "close-referral", "withdraw"])
def test_values_of_any_kind_are_a_mistake_never_a_crash(slug, api_as, office, referred):
    fields = [
        "accepted_on",
        "accepted_by",
        "their_number",
        "result",
        "answered_on",
        "reason",
        "officers",
        "no_photo",
    ]
    for odd in [-1, 5.5, True, None, [1], [], {"a": 1}, [["x"]], "half \ud800", "\x00", "9999-99-99"]:
        body = json.dumps(dict.fromkeys([*fields, "note", "sequence", "held_on", "client_id"], odd))
        reply = api_as(office).post(
            f"/api/v1/cases/{referred.pk}/{slug}/", body, content_type="application/json"
        )
        assert reply.status_code in (400, 409), (odd, reply.content)


@pytest.mark.parametrize("tab", ["", "waiting", "accepted", "overdue", "answered", "all", "x", "%00"])
def test_the_list_has_its_tabs(tab, as_user, office, officer_west, referred):
    page = as_user(office).get(f"/rectification/referrals/?tab={tab}").content.decode()
    shown = "枣强县住房和城乡建设局" in page
    # The day for the reply passed long ago, whenever this test is run.
    assert shown is (tab in ("", "waiting", "overdue", "all", "x", "%00"))
    other = as_user(officer_west).get(f"/rectification/referrals/?tab={tab}").content.decode()
    assert "枣强县住房和城乡建设局" not in other


def test_the_form_offers_the_list_and_the_usual_day(as_user, office, case, housing):
    page = as_user(office).get(f"/rectification/cases/{case.pk}/transfer/")
    assert page.status_code == 200 and "住房和城乡建设部门" in page.content.decode()
    sent = {"kind": "police", "regulator": "housing", "department": "", "clause": "", "reason": "职责"}
    assert as_user(office).post(f"/rectification/cases/{case.pk}/transfer/", sent).status_code == 302
    row = case.transfers.get()
    assert (row.kind, row.department) == ("police", "住房和城乡建设部门") and row.reply_due_on


def test_referring_twice_is_a_sentence_never_a_crash(referred, as_user, api_as, inspector_a):
    sent = {"kind": "department", "department": "住建局", "reason": "属其职责"}
    answer = as_user(inspector_a).post(f"/rectification/cases/{referred.pk}/transfer/", sent)
    assert answer.status_code == 422 and "已移送" in answer.content.decode()
    over_api = api_as(inspector_a).post(f"/api/v1/cases/{referred.pk}/transfer/", sent, format="json")
    assert (over_api.status_code, over_api.json()["code"]) == (409, "wrong_state")
    assert referred.transfers.count() == 1
