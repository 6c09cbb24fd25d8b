"""Submissions: several hazards in one reply, each with its own words and photos; taken back before anybody looked."""

import uuid

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification.models import Submission
from rectification.services import submissions
from rectification.services.submissions import Report
from tests import journeys
from tests.factories import at, picture, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_case, inspector_a):
    cases = [make_case(), make_case(category="lodging", description="车间住人")]
    for case in cases:
        journeys.order(case, by=inspector_a)
    return cases


def send(cases, by, **more):
    reports = [Report(case, f"已整改{n}", (picture(),)) for n, case in enumerate(cases)]
    return submissions.submit_several(cases[0].unit, reports, by=by, at=at(plus(3)), **more)


def test_each_hazard_has_its_own_words_photos_and_instant(pair, officer_east):
    rows = send(pair, officer_east)
    assert [case.state for case in pair] == ["submitted", "submitted"]
    assert [(row.words, row.photos.count(), row.submitted_at) for row in rows] == [
        ("已整改0", 1, at(plus(3))),
        ("已整改1", 1, at(plus(3))),
    ]


def test_the_same_form_twice_is_one_reply(pair, officer_east):
    key = uuid.uuid4()
    assert send(pair, officer_east, client_id=key) == send(pair, officer_east, client_id=key)
    assert Submission.objects.count() == 2


def test_all_or_nothing(pair, officer_east, make_unit, make_case):
    stranger = make_case(unit=make_unit("别家店"))
    for bad, field in (
        ([Report(pair[0], "已整改"), Report(pair[1], " ")], "words"),
        ([Report(pair[0], "已整改"), Report(pair[0], "已整改")], "items"),
        ([Report(pair[0], "已整改"), Report(stranger, "已整改")], "items"),
        ([Report(pair[0], "已整改", (picture(),) * 13)], "photos"),
        ([], "items"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            submissions.submit_several(pair[0].unit, bad, by=officer_east, at=at(plus(3)))
        assert refusal.value.field == field
    assert not Submission.objects.exists()


# --- taking it back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer_east", "head_east"])
def test_whoever_submitted_or_the_same_office_takes_it_back(who, pair, officer_east, cast):
    send(pair, officer_east)
    row = submissions.withdraw(pair[0], reason="传错照片", by=cast[who], at=at(plus(4)))
    assert (pair[0].state, pair[0].due_on, pair[1].state) == ("ordered", plus(15), "submitted")
    assert (row.outcome, row.withdrawn_by, row.withdrawal_reason) == ("withdrawn", cast[who], "传错照片")
    again = submissions.submit(pair[0], words="这次对了", by=officer_east, at=at(plus(5)))
    assert again.outcome == ""


def test_another_office_takes_nothing_back(pair, officer_east, inspector_a):
    send(pair, officer_east)
    with pytest.raises(NotAllowed):
        submissions.withdraw(pair[0], reason="不该如此", by=inspector_a, at=at(plus(4)))
    pair[0].refresh_from_db()
    assert pair[0].state == "submitted"


def test_it_needs_a_reason_and_something_to_take_back(pair, officer_east, inspector_a, inspector_b):
    with pytest.raises(RuleBroken) as refusal:
        submissions.withdraw(pair[0], reason="传错", by=officer_east, at=at(plus(4)))
    assert refusal.value.code == "nothing_submitted"
    send(pair, officer_east)
    with pytest.raises(RuleBroken) as refusal:
        submissions.withdraw(pair[0], reason=" ", by=officer_east, at=at(plus(4)))
    assert refusal.value.field == "reason"
    journeys.review(pair[0], officers=[inspector_a, inspector_b])
    with pytest.raises(RuleBroken):
        submissions.withdraw(pair[0], reason="传错", by=officer_east, at=at(plus(6)))


def test_over_the_api(api_as, pair, officer_east, inspector_a):
    send(pair, officer_east)
    url = f"/api/v1/cases/{pair[0].pk}/withdraw/"
    other = api_as(inspector_a).post(url, {"reason": "传错"}, format="json")
    assert (other.status_code, other.json()["code"]) == (409, "not_allowed")
    assert api_as(officer_east).post(url, {"reason": "传错"}, format="json").json()["state"] == "ordered"


# --- the page of several hazards ---------------------------------------------------------------------


def test_the_page_takes_the_chosen_ones(as_user, pair, officer_east, unit):
    browser = as_user(officer_east)
    page = browser.get(f"/rectification/units/{unit.pk}/submit/?case={pair[0].pk}")
    assert page.status_code == 200
    one, two = pair
    sent = {
        "client_id": str(uuid.uuid4()),
        f"c{one.pk}-chosen": "on",
        f"c{one.pk}-words": "已清理",
        f"c{one.pk}-photos": [picture(), picture("b.jpg", "blue")],
        f"c{two.pk}-words": "",
    }
    answer = browser.post(f"/rectification/units/{unit.pk}/submit/", sent)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    for case in pair:
        case.refresh_from_db()
    assert (one.state, two.state) == ("submitted", "ordered")
    assert one.submissions.get().photos.count() == 2


def test_a_refusal_stands_at_its_hazard(as_user, pair, officer_east, unit):
    one, two = pair
    sent = {f"c{one.pk}-chosen": "on", f"c{one.pk}-words": "已清理", f"c{two.pk}-chosen": "on"}
    answer = as_user(officer_east).post(f"/rectification/units/{unit.pk}/submit/", sent)
    assert answer.status_code == 422
    items = answer.context["sheet"].items
    assert {item.case.pk: bool(item.errors) for item in items if item.is_chosen} == {
        one.pk: False,
        two.pk: True,
    }
    assert not Submission.objects.exists()


def test_nothing_chosen_is_a_sentence(as_user, pair, officer_east, unit):
    answer = as_user(officer_east).post(f"/rectification/units/{unit.pk}/submit/", {"x": "y"})
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["officer_west", "leader", "auditor"])
def test_the_page_is_not_there_for_other_posts(who, as_user, cast, unit, pair):
    for page in ("submit", "review"):
        assert as_user(cast[who]).get(f"/rectification/units/{unit.pk}/{page}/").status_code == 404


def test_one_reinspection_of_several(as_user, pair, officer_east, inspector_a, inspector_b, unit):
    from datetime import timedelta

    from common.days import today

    send(pair, officer_east)
    one, two = pair
    browser = as_user(inspector_a)
    assert browser.get(f"/rectification/units/{unit.pk}/review/").status_code == 200
    sent = {
        "officers": ["inspector_a", "inspector_b"],
        f"c{one.pk}-chosen": "on",
        f"c{one.pk}-outcome": "pass",
        f"c{one.pk}-sequence": "1",
        f"c{two.pk}-chosen": "on",
        f"c{two.pk}-outcome": "partly",
        f"c{two.pk}-note": "仍有一张床",
        f"c{two.pk}-due_on": "",
        f"c{two.pk}-sequence": "1",
    }
    answer = browser.post(f"/rectification/units/{unit.pk}/review/", sent)
    assert answer.status_code == 422
    wrong = next(item for item in answer.context["sheet"].items if item.case.pk == two.pk)
    assert list(wrong.errors) == ["due_on"]
    sent[f"c{two.pk}-due_on"] = (today() + timedelta(9)).isoformat()
    answer = browser.post(f"/rectification/units/{unit.pk}/review/", sent)
    assert answer.status_code == 302, answer.context["sheet"].form.errors
    for case in pair:
        case.refresh_from_db()
    assert (one.state, two.state) == ("closed", "ordered")
    page = browser.get(answer.url).content.decode()
    assert f"{one.number}-1" in page and f"{two.number}-1" in page


ODD = [
    "\x00",
    "99999999999999999999",
    "-1",
    "half \ud800".encode("utf-16", "surrogatepass").decode("latin1"),
    "x" * 3000,
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_are_mistakes_never_crashes(odd, as_user, pair, inspector_a, unit):
    browser = as_user(inspector_a)
    one = pair[0]
    names = ["words", "outcome", "note", "due_on", "no_photo", "sequence", "photos"]
    sent = {f"c{one.pk}-chosen": "on", "officers": odd, "held_on": odd, "client_id": odd}
    sent |= {f"c{one.pk}-{name}": odd for name in names}
    for page in ("submit", "review"):
        assert browser.post(f"/rectification/units/{unit.pk}/{page}/", sent).status_code in (422, 302)
        assert browser.get(f"/rectification/units/{unit.pk}/{page}/", {"case": odd}).status_code == 200


def test_decided_already_says_who(pair, officer_east, head_east):
    send(pair, officer_east)
    with pytest.raises(AlreadyDone, match="马东"):
        submissions.submit(pair[0], words="再报", by=head_east, at=at(plus(4)))
