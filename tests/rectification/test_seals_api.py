"""Temporary seals over the API: proposed or put up at once, studied, carried out, asked off, inspected, lifted."""

import uuid

import pytest
import time_machine

from rectification.models import Seal, UnsealRequest
from rectification.services import seals
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

URL = "/api/v1/seals/"
CAUSE = {"part": "东侧仓库", "circumstance": "exits", "reason": "安全出口封堵"}
STUDY = {"names": ["周某", "吴某", "郑某"], "held_at": "2026-03-10T11:00", "ends_on": "2026-04-09"}
NOON = at(hour=12)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def proposed(unit, case, inspector_a):
    cause = seals.Cause(**CAUSE, cases=(case,))
    return seals.propose(unit, cause, by=inspector_a, at=at(hour=9))


@pytest.fixture
def decided(proposed, office):
    study = seals.Study(("周某", "吴某", "郑某"), at(hour=10))
    return seals.decide(proposed, study, ends_on=plus(30), by=office, at=at(hour=10))


@pytest.fixture
def sealed(decided, inspector_a, inspector_b):
    return seals.execute(decided, officers=[inspector_a, inspector_b], by=inspector_a, at=at(hour=11))


@pytest.fixture
def asked(sealed, officer_east):
    seals.ask_to_lift(sealed, words="已拆除", by=officer_east, at=at(hour=12))
    return sealed


@pytest.fixture
def urgent(unit, inspector_a, inspector_b):
    """Up since 9:00 on oral consent."""
    return seals.seal_at_once(
        unit,
        seals.Cause(**CAUSE),
        consent_by="大队长",
        officers=[inspector_a, inspector_b],
        sealed_at=at(hour=9),
        by=inspector_a,
        at=at(hour=9),
    )


@pytest.fixture
def post(api_as):
    def send(person, path="", **body):
        return api_as(person).post(f"{URL}{path}/" if path else URL, body, format="json")

    return send


def refused(answer, code):
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == code and answer.json()["detail"]


def wrong(answer, *fields):
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == set(fields)


# --- reading


def test_the_list_and_one_seal(api_as, sealed, unit, case, officer_east):
    row = api_as(officer_east).get(URL).json()["results"][0]
    assert (row["id"], row["unit"], row["region"]) == (sealed.pk, unit.pk, "131121104201")
    assert (row["part"], row["circumstance"], row["status"]) == ("东侧仓库", "exits", "in_force")
    assert (row["urgent"], row["has_run_out"], row["study_is_late"]) == (False, False, False)
    assert row["ends_at"] == "2026-04-09T23:59:59+08:00"
    assert row["document"]["number"] == "枣消安办封字〔2026〕第0001号" and "steps" not in row
    one = api_as(officer_east).get(f"{URL}{sealed.pk}/").json()
    assert [behind["number"] for behind in one["cases"]] == [case.number]
    assert [officer["card_number"] for officer in one["officers"]] == [
        "冀消监〔2023〕011",
        "冀消监〔2023〕012",
    ]
    assert [step["name"] for step in one["steps"]] == ["ask-to-lift"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=in_force", True),
        ("status=proposed", False),
        ("urgent=false", True),
        ("urgent=true", False),
        ("unstudied=false", True),
        ("unstudied=true", False),
        ("ends_before=2026-04-09", True),
        ("ends_before=2026-04-08", False),
        ("asked=false", True),
        ("asked=true", False),
        ("region=131121104", True),
        ("region=3308", False),
        ("unit=0", False),
    ],
)
def test_filters(query, found, api_as, sealed, office):
    assert api_as(office).get(f"{URL}?{query}").json()["count"] == found


def test_the_filters_find_an_urgent_one_whose_study_is_owed(api_as, urgent, office):
    for query in ("urgent=true", "unstudied=true"):
        assert api_as(office).get(f"{URL}?{query}").json()["count"] == 1


@pytest.mark.parametrize("query", ["status=x", "urgent=x", "ends_before=x", "region=x", "unit=x", "asked=1x"])
def test_a_bad_filter_names_its_field(query, api_as, office):
    wrong(api_as(office).get(f"{URL}?{query}"), query.partition("=")[0])


def test_outside_ones_jurisdiction_there_is_none(post, api_as, sealed, unit, officer_west, leader_quzhou):
    for person in (officer_west, leader_quzhou):
        assert api_as(person).get(URL).json()["count"] == 0
        assert api_as(person).get(f"{URL}{sealed.pk}/").status_code == 404
        for step in ("decide", "decline", "execute", "ask-to-lift", "inspect", "lift", "refuse"):
            assert post(person, f"{sealed.pk}/{step}").status_code == 404
        assert post(person, unit=unit.pk, **CAUSE).status_code == 404


# --- proposing and sealing at once


def test_an_inspector_proposes_and_a_repeated_post_proposes_once(post, unit, case, inspector_a):
    body = CAUSE | {"unit": unit.pk, "cases": [case.pk], "client_id": str(uuid.uuid4())}
    first = post(inspector_a, **body)
    assert first.status_code == 201, first.content
    assert (first.json()["status"], first.json()["client_id"]) == ("proposed", body["client_id"])
    assert [behind["id"] for behind in first.json()["cases"]] == [case.pk]
    again = post(inspector_a, **body)
    assert (again.status_code, again.json()) == (200, first.json())
    assert Seal.objects.count() == 1
    refused(post(inspector_a, unit=unit.pk, **CAUSE), "already_done")


def test_in_danger_it_is_sealed_at_once(post, unit, inspector_a, inspector_b):
    body = CAUSE | {
        "unit": unit.pk,
        "urgent": "yes",
        "consent_by": "大队长",
        "sealed_at": "2026-03-10T11:30",
        "officers": ["inspector_a", "inspector_b"],
    }
    answer = post(inspector_a, **body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["status"], made["urgent"], made["consent_by"]) == ("in_force", True, "大队长")
    assert made["executed_at"] == "2026-03-10T11:30:00+08:00" and made["document"] is None
    unit.refresh_from_db()
    assert unit.sealed_since == plus(0)


def test_who_may_not_propose(post, unit, officer_east, office, auditor):
    for person in (officer_east, office, auditor):
        refused(post(person, unit=unit.pk, **CAUSE), "not_allowed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"part": ""}, "part"),
        ({"part": "仓" * 201}, "part"),
        ({"circumstance": "whim"}, "circumstance"),
        ({"reason": None}, "reason"),
        ({"cases": [0]}, "cases"),
        ({"cases": ["x"]}, "cases"),
        ({"urgent": "perhaps"}, "urgent"),
        ({"urgent": "yes", "consent_by": "大队长"}, "sealed_at"),
        ({"sealed_at": "noon"}, "sealed_at"),
        ({"officers": ["nobody"]}, "officers"),
        ({"again_of": 987654321}, "again_of"),
        ({"again_of": "x"}, "again_of"),
        ({"unit": []}, "unit"),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_a_bad_proposal_names_its_field(change, field, post, unit, case, inspector_a):
    wrong(post(inspector_a, **({"unit": unit.pk} | CAUSE | change)), field)
    assert not Seal.objects.exists()


def test_hazards_of_a_unit_where_none_stands_are_no_wish_of_anybody(post, make_unit, case, inspector_a):
    quiet = make_unit("安静小店")
    wrong(post(inspector_a, unit=quiet.pk, cases=[case.pk], **CAUSE), "__all__")


def test_a_seal_that_is_up_goes_on_by_another_decision(post, sealed, unit, inspector_a):
    facts = {"unit": unit.pk, "circumstance": "exits", "reason": "隐患未除"}
    answer = post(inspector_a, again_of=sealed.pk, **facts)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["again_of"], answer.json()["part"]) == (sealed.pk, "东侧仓库")


def test_only_a_seal_that_is_up_goes_on(post, proposed, unit, inspector_a):
    facts = {"unit": unit.pk, "circumstance": "exits", "reason": "隐患未除"}
    refused(post(inspector_a, again_of=proposed.pk, **facts), "not_sealed")


# --- deciding


def test_the_office_decides_once(post, proposed, office):
    answer = post(office, f"{proposed.pk}/decide", note="同意", **STUDY)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["status"], body["decided_by"], body["studied_by"]) == ("decided", "安办主任", STUDY["names"])
    assert body["document"]["number"] == "枣消安办封字〔2026〕第0001号"
    refused(post(office, f"{proposed.pk}/decide", **STUDY), "already_done")
    refused(post(office, f"{proposed.pk}/decline", note="不封"), "already_done")


def test_an_urgent_seal_is_decided_within_24_hours(post, urgent, office):
    with time_machine.travel(at(plus(1), 9), tick=False):
        answer = post(office, f"{urgent.pk}/decide", **STUDY)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["ends_at"]) == ("in_force", "2026-04-09T23:59:59+08:00")


def test_or_it_must_come_off(post, urgent, office):
    with time_machine.travel(at(plus(1), 10), tick=False):
        refused(post(office, f"{urgent.pk}/decide", **STUDY), "too_late")
        refused(post(office, f"{urgent.pk}/lift"), "refused")
        answer = post(office, f"{urgent.pk}/lift", note="未在24小时内集体研究")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["lift_note"]) == ("lifted", "未在24小时内集体研究")


def test_the_office_declines_once_with_a_reason(post, proposed, office):
    wrong(post(office, f"{proposed.pk}/decline"), "note")
    assert post(office, f"{proposed.pk}/decline", note="已拆除").json()["status"] == "declined"
    refused(post(office, f"{proposed.pk}/decline", note="已拆除"), "already_done")


def test_who_may_not_decide(post, proposed, inspector_a, officer_east, leader, auditor):
    for person in (inspector_a, officer_east, leader, auditor):
        refused(post(person, f"{proposed.pk}/decide", **STUDY), "not_allowed")
        refused(post(person, f"{proposed.pk}/decline"), "not_allowed")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"names": ""}, "names"),
        ({"held_at": "noon"}, "held_at"),
        ({"held_at": None}, "held_at"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"note": "好" * 501}, "note"),
        ({"names": [{"a": 1}]}, "names"),
    ],
)
def test_a_bad_decision_names_its_field(change, field, post, proposed, office):
    wrong(post(office, f"{proposed.pk}/decide", **(STUDY | change)), field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"names": ["甲", "乙", "甲"]}, "names"),
        ({"held_at": "2026-03-10T12:01"}, "held_at"),
        ({"ends_on": "2026-04-10"}, "ends_on"),
    ],
)
def test_what_a_decision_is_refused_for(change, field, post, proposed, office):
    answer = post(office, f"{proposed.pk}/decide", **(STUDY | change))
    refused(answer, "refused")
    assert answer.json()["field"] == field


# --- putting it up


def test_two_officers_put_it_up_once(post, decided, unit, inspector_a, inspector_b):
    body = {"officers": ["inspector_a", "inspector_b"], "executed_at": "2026-03-10T11:00"}
    answer = post(inspector_a, f"{decided.pk}/execute", **body)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], len(answer.json()["officers"])) == ("in_force", 2)
    unit.refresh_from_db()
    assert unit.sealed_since == plus(0)
    refused(post(inspector_a, f"{decided.pk}/execute", **body), "already_done")


def test_who_may_not_put_it_up_and_how_not(post, decided, inspector_a, inspector_b, inspector_c, office):
    pair = {"officers": ["inspector_a", "inspector_b"]}
    refused(post(office, f"{decided.pk}/execute", **pair), "not_allowed")
    refused(post(inspector_c, f"{decided.pk}/execute", **pair), "refused")
    refused(post(inspector_a, f"{decided.pk}/execute", officers=["inspector_a"]), "refused")
    wrong(post(inspector_a, f"{decided.pk}/execute"), "officers")
    wrong(post(inspector_a, f"{decided.pk}/execute", executed_at="x", **pair), "executed_at")


def test_what_is_not_decided_is_not_put_up(post, proposed, inspector_a, inspector_b):
    body = {"officers": ["inspector_a", "inspector_b"]}
    refused(post(inspector_a, f"{proposed.pk}/execute", **body), "already_done")


# --- lifting


def test_the_township_asks_once(post, sealed, officer_east):
    answer = post(officer_east, f"{sealed.pk}/ask-to-lift", words="封堵物已拆除")
    assert answer.status_code == 200, answer.content
    [request] = answer.json()["requests"]
    assert (request["words"], request["asked_by"], request["decision"]) == ("封堵物已拆除", "马东", "")
    refused(post(officer_east, f"{sealed.pk}/ask-to-lift", words="再催"), "already_done")
    assert UnsealRequest.objects.count() == 1


def test_asking_needs_words_a_seal_and_the_post(post, sealed, officer_east, office):
    wrong(post(officer_east, f"{sealed.pk}/ask-to-lift", words=""), "words")
    refused(post(office, f"{sealed.pk}/ask-to-lift", words="已拆除"), "not_allowed")


def test_nobody_asks_off_what_is_not_up(post, decided, officer_east):
    refused(post(officer_east, f"{decided.pk}/ask-to-lift", words="已拆除"), "wrong_state")


def looking(**more):
    return {"outcome": "fail", "note": "仍封堵", "officers": ["inspector_a", "inspector_b"]} | more


def test_two_officers_inspect(post, asked, inspector_a, inspector_b):
    answer = post(inspector_a, f"{asked.pk}/inspect", **looking())
    assert answer.status_code == 200, answer.content
    [request] = answer.json()["requests"]
    assert (request["outcome"], request["note"], request["checked_by"]) == ("fail", "仍封堵", "周安")
    assert request["officers"] == ["周安 冀消监〔2023〕011", "吴平 冀消监〔2023〕012"]


def test_what_an_inspection_is_refused_for(post, asked, inspector_a, inspector_b, office):
    refused(post(office, f"{asked.pk}/inspect", **looking()), "not_allowed")
    refused(post(inspector_a, f"{asked.pk}/inspect", **looking(officers=["inspector_a"])), "refused")
    refused(post(inspector_a, f"{asked.pk}/inspect", **looking(outcome="pass")), "hazard_stands")


def test_nobody_inspects_what_nobody_asked(post, sealed, inspector_a, inspector_b):
    for _again in range(2):
        refused(post(inspector_a, f"{sealed.pk}/inspect", **looking()), "nothing_asked")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"outcome": "x"}, "outcome"), ({"note": ""}, "note"), ({"officers": ["x"]}, "officers")],
)
def test_a_bad_inspection_names_its_field(change, field, post, asked, inspector_a, inspector_b):
    wrong(post(inspector_a, f"{asked.pk}/inspect", **looking(**change)), field)


def test_the_office_lifts_once_after_a_passed_inspection(
    post, asked, case, unit, office, inspector_a, inspector_b
):
    refused(post(office, f"{asked.pk}/lift"), "not_inspected")
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b], day=plus(0))
    assert post(inspector_a, f"{asked.pk}/inspect", **looking(outcome="pass")).status_code == 200
    refused(post(inspector_a, f"{asked.pk}/lift"), "not_allowed")
    answer = post(office, f"{asked.pk}/lift")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["lifted_by"]) == ("lifted", "安办主任")
    assert answer.json()["lifting_document"]["number"]
    unit.refresh_from_db()
    assert unit.sealed_since is None
    refused(post(office, f"{asked.pk}/lift"), "wrong_state")
    wrong(post(office, f"{asked.pk}/lift", note="好" * 501), "note")


def test_the_office_refuses_once_after_a_failed_inspection(post, asked, office, inspector_a, inspector_b):
    refused(post(office, f"{asked.pk}/refuse", reason="未除"), "not_inspected")
    post(inspector_a, f"{asked.pk}/inspect", **looking())
    wrong(post(office, f"{asked.pk}/refuse"), "reason")
    refused(post(inspector_a, f"{asked.pk}/refuse", reason="未除"), "not_allowed")
    answer = post(office, f"{asked.pk}/refuse", reason="未除")
    assert answer.status_code == 200, answer.content
    [request] = answer.json()["requests"]
    assert (request["decision"], request["reason"], answer.json()["status"]) == (
        "refused",
        "未除",
        "in_force",
    )
    refused(post(office, f"{asked.pk}/refuse", reason="未除"), "already_done")


def test_a_seal_answers_its_clocks_and_why(sealed, api_as, as_user, inspector_a):
    answer = api_as(inspector_a).get(f"{URL}{sealed.pk}/").json()
    (lasts,) = [clock for clock in answer["clocks"] if clock["code"] == "C11"]
    assert (lasts["due"], lasts["is_late"]) == ("2026-04-09", False)
    assert "30" in lasts["why"] and "第二十二条" in lasts["article"]
    page = as_user(inspector_a).get(f"/rectification/seals/{sealed.pk}/").content.decode()
    assert lasts["why"] in page
