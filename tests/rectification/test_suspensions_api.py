"""Suspensions over the API: proposed, decided, asked to resume, checked, allowed or refused."""

import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rectification.models import AcceptanceCheck, Resumption, Suspension
from rectification.services import suspensions
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

URL = "/api/v1/suspensions/"


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(at(plus(6)), tick=False):
        yield


@pytest.fixture
def proposed(unit, case, inspector_a):
    journeys.order(case, by=inspector_a)
    return suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(), cases=[case])


@pytest.fixture
def stopped(proposed, office):
    return suspensions.decide(proposed, by=office, at=at(plus(1)))


@pytest.fixture
def asked(stopped, officer_east):
    return suspensions.ask_to_resume(stopped, words="已搬离", by=officer_east, at=at(plus(2)))


def check(suspension, team, outcome):
    return suspensions.accept(
        suspension, outcome=outcome, note="现场核查", officers=team, by=team[0], at=at(plus(6))
    )


@pytest.fixture
def passed(asked, case, inspector_a, inspector_b):
    journeys.review(case, officers=[inspector_a, inspector_b])
    check(asked, [inspector_a, inspector_b], "pass")
    return asked


@pytest.fixture
def failed(asked, inspector_a, inspector_b):
    check(asked, [inspector_a, inspector_b], "fail")
    return asked


@pytest.fixture
def post(api_as):
    """`post(person, "12/decide", note="同意")`; without a path the list."""

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


def test_the_list_and_one_suspension(api_as, stopped, unit, case, officer_east):
    listed = api_as(officer_east).get(URL).json()
    assert (listed["count"], listed["next"], listed["previous"]) == (1, None, None)
    row = listed["results"][0]
    assert (row["id"], row["unit"], row["unit_name"]) == (stopped.pk, unit.pk, "兴旺百货店")
    assert (row["region"], row["kind"], row["status"]) == ("131121104201", "business", "in_force")
    assert (row["proposed_by"], row["decided_by"], row["lifted_by"]) == ("周安", "安办主任", None)
    assert row["document"]["number"] == "枣消安办停字〔2026〕第0001号" and "steps" not in row
    one = api_as(officer_east).get(f"{URL}{stopped.pk}/").json()
    assert [behind["number"] for behind in one["cases"]] == [case.number]
    assert (one["resumptions"], one["checks"]) == ([], [])
    assert [step["name"] for step in one["steps"]] == ["ask-to-resume"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=in_force", True),
        ("status=lifted", False),
        ("kind=business", True),
        ("kind=work", False),
        ("region=131121", True),
        ("region=131121101", False),
        ("asked=true", False),
        ("asked=false", True),
        ("unit=0", False),
    ],
)
def test_filters(query, found, api_as, stopped, office):
    assert api_as(office).get(f"{URL}?{query}").json()["count"] == found


@pytest.mark.parametrize("query", ["status=x", "kind=x", "region=abc", "unit=x", "asked=x", "page_size=0"])
def test_a_bad_filter_names_its_field(query, api_as, office):
    wrong(api_as(office).get(f"{URL}?{query}"), query.partition("=")[0])


def test_outside_ones_jurisdiction_there_is_none(post, api_as, stopped, unit, officer_west, leader_quzhou):
    for person in (officer_west, leader_quzhou):
        assert api_as(person).get(URL).json()["count"] == 0
        assert api_as(person).get(f"{URL}{stopped.pk}/").status_code == 404
        for step in ("decide", "decline", "ask-to-resume", "accept", "lift", "refuse"):
            assert post(person, f"{stopped.pk}/{step}").status_code == 404
        assert post(person, unit=unit.pk, reason="隐患").status_code == 404


def test_nobody_reads_it_without_signing_in(api_as, stopped):
    assert api_as().get(URL).status_code == 401
    assert api_as().post(f"{URL}{stopped.pk}/lift/").status_code == 401


def test_a_list_costs_as_many_queries_for_three_as_for_one(api_as, make_unit, inspector_a, office, fresh):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert api_as(fresh(office)).get(URL).status_code == 200
        return len(seen)

    suspensions.propose(make_unit("甲店"), reason="隐患", by=inspector_a, at=at())
    one = cost()
    for name in ("乙店", "丙店"):
        suspensions.propose(make_unit(name), reason="隐患", by=inspector_a, at=at())
    assert cost() == one


# --- proposing


def test_an_inspector_proposes_with_all_that_stands(post, unit, case, inspector_a):
    answer = post(inspector_a, unit=unit.pk, kind="use", reason="车间住人")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["status"], body["kind"], body["reason"]) == ("proposed", "use", "车间住人")
    assert [behind["id"] for behind in body["cases"]] == [case.pk]
    refused(post(inspector_a, unit=unit.pk, reason="又一次"), "already_done")
    assert Suspension.objects.count() == 1


def test_who_may_not_propose(post, unit, officer_east, office, auditor):
    for person in (officer_east, office, auditor):
        refused(post(person, unit=unit.pk, reason="隐患"), "not_allowed")
    assert not Suspension.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": " "}, "reason"),
        ({}, "reason"),
        ({"reason": "隐" * 1001}, "reason"),
        ({"reason": "隐患", "kind": "sleep"}, "kind"),
        ({"reason": {"a": 1}}, "reason"),
        ({"reason": "隐患", "unit": "x"}, "unit"),
        ({"reason": "隐患", "unit": None}, "unit"),
    ],
)
def test_a_bad_proposal_names_its_field(body, field, post, unit, inspector_a):
    wrong(post(inspector_a, **({"unit": unit.pk} | body)), field)
    assert not Suspension.objects.exists()


def test_a_proposal_without_a_unit(post, inspector_a):
    wrong(post(inspector_a, reason="隐患"), "unit")
    assert post(inspector_a, reason="隐患", unit=987654321).status_code == 404


# --- deciding


def test_the_office_decides_once(post, proposed, unit, office):
    answer = post(office, f"{proposed.pk}/decide", note="同意")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["decision_note"]) == ("in_force", "同意")
    unit.refresh_from_db()
    assert unit.suspended_since == plus(6)
    refused(post(office, f"{proposed.pk}/decide"), "already_done")
    refused(post(office, f"{proposed.pk}/decline", note="不停"), "already_done")


def test_the_governments_document_is_named_where_the_effect_is_large(post, proposed, office):
    refused(post(office, f"{proposed.pk}/decide", large_effect=True), "refused")
    answer = post(office, f"{proposed.pk}/decide", large_effect=True, government_number="枣政函〔2026〕5号")
    assert answer.json()["government_number"] == "枣政函〔2026〕5号" and answer.json()["large_effect"] is True


def test_the_office_declines_once_with_a_reason(post, proposed, office):
    wrong(post(office, f"{proposed.pk}/decline"), "note")
    assert post(office, f"{proposed.pk}/decline", note="已搬离").json()["status"] == "declined"
    refused(post(office, f"{proposed.pk}/decline", note="已搬离"), "already_done")


def test_who_may_not_decide(post, proposed, inspector_a, officer_east, leader, auditor):
    for person in (inspector_a, officer_east, leader, auditor):
        refused(post(person, f"{proposed.pk}/decide"), "not_allowed")
        # Before the form is read: nobody is told of fields that are not theirs to fill in.
        refused(post(person, f"{proposed.pk}/decline"), "not_allowed")
    proposed.refresh_from_db()
    assert proposed.status == "proposed"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"note": "好" * 501}, "note"), ({"note": ["a", {"b": 1}]}, "note"), ({"client_id": "x"}, "client_id")],
)
def test_a_bad_decision_names_its_field(body, field, post, proposed, office):
    wrong(post(office, f"{proposed.pk}/decide", **body), field)


# --- resuming


def test_the_township_asks_once(post, stopped, officer_east):
    answer = post(officer_east, f"{stopped.pk}/ask-to-resume", words="已全部搬离")
    assert answer.status_code == 200, answer.content
    [request] = answer.json()["resumptions"]
    assert (request["words"], request["asked_by"], request["decision"]) == ("已全部搬离", "马东", "")
    assert answer.json()["resume_asked_at"] == "2026-03-16T10:00:00+08:00"
    refused(post(officer_east, f"{stopped.pk}/ask-to-resume", words="再催"), "already_done")
    assert Resumption.objects.count() == 1


def test_asking_needs_words_a_stop_and_the_post(post, stopped, proposed, officer_east, office):
    wrong(post(officer_east, f"{stopped.pk}/ask-to-resume", words=" "), "words")
    refused(post(office, f"{stopped.pk}/ask-to-resume", words="已搬离"), "not_allowed")


def test_nobody_asks_while_it_is_only_proposed(post, proposed, officer_east):
    refused(post(officer_east, f"{proposed.pk}/ask-to-resume", words="已搬离"), "already_done")


def checking(**more):
    return {"outcome": "fail", "note": "仍有一人", "officers": ["inspector_a", "inspector_b"]} | more


def test_two_officers_check_and_a_repeated_post_checks_once(post, asked, inspector_a, inspector_b):
    body = checking(client_id=str(uuid.uuid4()), held_on="2026-03-15")
    first = post(inspector_a, f"{asked.pk}/accept", **body)
    assert first.status_code == 200, first.content
    [made] = first.json()["checks"]
    assert (made["outcome"], made["note"], made["held_on"]) == ("fail", "仍有一人", "2026-03-15")
    assert [officer["username"] for officer in made["officers"]] == ["inspector_a", "inspector_b"]
    assert made["client_id"] == body["client_id"] and made["document"]["number"]
    assert post(inspector_a, f"{asked.pk}/accept", **body).json() == first.json()
    assert AcceptanceCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"note": ""}, "note"),
        ({"officers": []}, "officers"),
        ({"officers": ["inspector_a", "nobody"]}, "officers"),
        ({"officers": ["inspector_a", "clerk"]}, "officers"),
        ({"held_on": "yesterday"}, "held_on"),
    ],
)
def test_a_bad_check_names_its_field(change, field, post, asked, inspector_a, inspector_b, clerk):
    wrong(post(inspector_a, f"{asked.pk}/accept", **checking(**change)), field)
    assert not AcceptanceCheck.objects.exists()


def test_what_a_check_is_refused_for(
    post, asked, proposed, inspector_a, inspector_b, inspector_c, officer_east
):
    refused(post(inspector_a, f"{asked.pk}/accept", **checking(officers=["inspector_a"])), "refused")
    refused(post(inspector_c, f"{asked.pk}/accept", **checking()), "refused")
    refused(post(inspector_a, f"{asked.pk}/accept", **checking(held_on="2026-03-17")), "refused")
    refused(post(inspector_a, f"{asked.pk}/accept", **checking(outcome="pass")), "hazard_stands")
    refused(post(officer_east, f"{asked.pk}/accept", **checking()), "not_allowed")


def test_nobody_checks_what_is_not_stopped(post, passed, office, inspector_a, inspector_b):
    suspensions.lift(passed, by=office, at=at(plus(6)))
    for _again in range(2):
        refused(post(inspector_a, f"{passed.pk}/accept", **checking()), "wrong_state")


def test_the_office_lets_it_resume_once(post, passed, unit, office):
    answer = post(office, f"{passed.pk}/lift")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["status"], body["lifted_by"]) == ("lifted", "安办主任")
    assert body["lifting_document"]["number"] == "枣消安办恢字〔2026〕第0001号"
    assert [request["decision"] for request in body["resumptions"]] == ["allowed"]
    unit.refresh_from_db()
    assert unit.suspended_since is None
    refused(post(office, f"{passed.pk}/lift"), "already_done")


def test_without_a_passed_check_it_does_not_resume(post, failed, asked, office, inspector_a):
    refused(post(office, f"{failed.pk}/lift"), "not_accepted")
    refused(post(inspector_a, f"{failed.pk}/lift"), "not_allowed")
    wrong(post(office, f"{failed.pk}/lift", client_id="x"), "client_id")


def test_the_office_refuses_once_with_reasons(post, failed, unit, office, inspector_a):
    wrong(post(office, f"{failed.pk}/refuse"), "reason")
    refused(post(inspector_a, f"{failed.pk}/refuse", reason="未搬离"), "not_allowed")
    answer = post(office, f"{failed.pk}/refuse", reason="未搬离")
    assert answer.status_code == 200, answer.content
    [request] = answer.json()["resumptions"]
    assert (request["decision"], request["reason"]) == ("refused", "未搬离")
    assert request["document"]["number"] and answer.json()["status"] == "in_force"
    refused(post(office, f"{failed.pk}/refuse", reason="未搬离"), "already_done")


def test_a_request_that_nobody_checked_is_not_refused(post, asked, office):
    refused(post(office, f"{asked.pk}/refuse", reason="未搬离"), "not_checked")


def test_there_is_no_other_step(post, stopped, office):
    assert post(office, f"{stopped.pk}/dance").status_code == 404


def test_the_filter_by_request_finds_those_that_wait(api_as, asked, office):
    assert api_as(office).get(f"{URL}?asked=true").json()["count"] == 1
