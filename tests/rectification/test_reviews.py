"""Re-inspections: two officers with cards, item by item, nobody verifies his own work on a grave hazard."""

from datetime import timedelta

import pytest

from common.errors import AlreadyDone, RuleBroken
from hazards.models import HazardCase
from rectification.models import Review
from rectification.services import orders, reviews, submissions
from tests import journeys
from tests.factories import at, picture, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(inspector_a, inspector_b):
    return [inspector_a, inspector_b]


def look(case, team, outcome="pass", **more):
    facts = {"note": journeys.WORDS, **more.pop("facts", {})}
    if outcome == "pass" and not facts.get("photos"):
        facts.setdefault("no_photo", "other")
    verdict = reviews.Verdict(case, outcome, **facts)
    return reviews.review(
        unit=case.unit, verdicts=[verdict], officers=team, by=team[0], at=at(plus(5)), **more
    )


def test_one_visit_passes_one_item_and_fails_another(unit, make_case, team, officer_east):
    first, second = make_case(), make_case()
    items = [orders.Item(first, plus(3)), orders.Item(second, plus(3))]
    orders.issue(unit=unit, items=items, by=team[0], at=at())
    journeys.submit(first, by=officer_east)
    sitting = reviews.review(
        unit=unit,
        verdicts=[
            reviews.Verdict(first, "pass", journeys.WORDS, no_photo="other"),
            reviews.Verdict(second, "fail", "仍上锁", plus(9)),
        ],
        officers=team,
        by=team[0],
        at=at(plus(5)),
    )
    assert (first.state, second.state, second.due_on) == ("closed", "ordered", plus(9))
    assert sitting.document.number == "枣消复字〔2026〕第0001号"
    assert first.submissions.get().outcome == "passed"


def test_reinspections_of_a_case_are_counted(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team, "fail", facts={"due_on": plus(20)})
    look(case, team)
    assert [item.sequence for item in case.review_items.order_by("pk")] == [1, 2]
    assert case.state == "closed"


def test_without_a_submission_the_deadline_alone_allows_it(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team)
    assert case.state == "closed"


@pytest.mark.parametrize(
    "people", [["inspector_a"], ["inspector_a", "inspector_a"], ["inspector_a", "clerk"], []]
)
def test_two_different_officers_with_cards(people, case, cast, inspector_a):
    journeys.order(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        reviews.review(
            unit=case.unit,
            verdicts=[reviews.Verdict(case, "pass", journeys.WORDS, no_photo="other")],
            officers=[cast[name] for name in people],
            by=inspector_a,
            at=at(plus(5)),
        )
    assert refusal.value.field == "officers"
    assert Review.objects.count() == 0


def test_an_expired_card_signs_nothing(case, team, inspector_a, inspector_b):
    journeys.order(case, by=inspector_a)
    inspector_b.card_valid_to = plus(4)
    inspector_b.save()
    with pytest.raises(RuleBroken, match="吴平"):
        look(case, team)


def test_failing_needs_a_new_deadline_and_words(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    for facts, field in (({"due_on": None}, "due_on"), ({"due_on": plus(9), "note": ""}, "note")):
        with pytest.raises(RuleBroken) as refusal:
            look(case, team, "fail", facts=facts)
        assert refusal.value.field == field


def verdicts_refused(field, act, code=""):
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.field == field and str(refusal.value)
    assert not code or refusal.value.code == code
    return refusal.value


# --- by degrees, and numbered ------------------------------------------------------------------------


def test_partly_keeps_the_case_ordered_with_what_remains(case, team, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=officer_east)
    sitting = look(case, team, "partly", facts={"note": "东侧已清理，西侧仍堆物", "due_on": plus(12)})
    assert (case.state, case.due_on, case.closed_on) == ("ordered", plus(12), None)
    assert case.original_due_on == plus(15)
    assert case.submissions.get().outcome == "partly"
    assert [event.act for event in case.events.all()] == ["open", "order", "submit", "partly"]
    assert sitting.document.content["items"][0] | {"description": "", "category": "", "part": ""} == {
        "number": case.number,
        "category": "",
        "description": "",
        "part": "",
        "outcome": "partly",
        "clauses": [],
        "sequence": 1,
        "note": "东侧已清理，西侧仍堆物",
        "due_on": plus(12).isoformat(),
    }


@pytest.mark.parametrize(
    ("field", "facts"),
    [("due_on", {"due_on": None}), ("note", {"note": " "}), ("due_on", {"due_on": plus(4)})],
)
def test_partly_needs_a_deadline_and_what_remains(field, facts, case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    right = {"note": "西侧仍堆物", "due_on": plus(12)} | facts
    verdicts_refused(field, lambda: look(case, team, "partly", facts=right))
    case.refresh_from_db()
    assert case.state == "ordered" and Review.objects.count() == 0


def test_page_and_paper_show_the_number_and_the_degree(case, team, inspector_a, as_user):
    journeys.order(case, by=inspector_a)
    look(case, team, "partly", facts={"note": "西侧仍堆物", "due_on": plus(12)})
    sitting = look(case, team, "fail", facts={"note": "又堆满", "due_on": plus(20)})
    page = as_user(inspector_a).get(case.get_absolute_url()).content.decode()
    assert f"{case.number}-1" in page and f"{case.number}-2" in page and "部分整改" in page
    paper = as_user(inspector_a).get(sitting.document.get_absolute_url()).content.decode()
    assert f"{case.number}-2" in paper


# --- evidence ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("note", {"no_photo": "", "note": ""}),
        ("note", {"no_photo": "", "note": "好"}),
        ("no_photo", {"no_photo": "lazy"}),
        ("note", {"no_photo": "papers", "note": "制度已补齐"}),
        ("note", {"no_photo": "papers", "note": "九个字不够还差一"}),
    ],
)
def test_without_a_photo_words_are_needed(field, facts, case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    verdicts_refused(field, lambda: look(case, team, facts=facts), code="no_evidence")
    case.refresh_from_db()
    assert case.state == "ordered"


def test_ten_characters_and_a_reason_stand_for_a_photo(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    sitting = look(case, team, facts={"no_photo": "papers", "note": "培训记录已补并抽查三人"})
    assert (case.state, sitting.items.get().no_photo) == ("closed", "papers")


def test_a_photo_of_the_reinspection_or_of_the_submission_is_evidence(
    make_case, team, inspector_a, officer_east
):
    seen, sent = make_case(), make_case()
    for one in (seen, sent):
        journeys.order(one, by=inspector_a)
    look(seen, team, facts={"photos": (picture(),), "note": ""})
    submissions.submit(sent, words="已清理", photos=[picture()], by=officer_east, at=at(plus(3)))
    look(sent, team, facts={"note": "", "no_photo": ""})
    assert (seen.state, sent.state) == ("closed", "closed")


def test_the_photo_of_a_submission_that_failed_is_no_evidence_later(case, team, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    submissions.submit(case, words="已清理", photos=[picture()], by=officer_east, at=at(plus(3)))
    look(case, team, "fail", facts={"note": "又堆满", "due_on": plus(20)})
    verdicts_refused("note", lambda: look(case, team, facts={"no_photo": "", "note": ""}), code="no_evidence")


def test_a_major_hazard_is_closed_with_a_photo_or_an_account(
    case, make_case, inspector_a, inspector_c, inspector_d
):
    journeys.make_major(case, by=inspector_a)
    journeys.order(case, by=inspector_a)
    others = [inspector_c, inspector_d]
    short = {"no_photo": "", "note": "九个字不够还差一"}
    verdicts_refused("note", lambda: look(case, others, facts=short), code="no_evidence")
    look(case, others, facts={"photos": (picture(),), "note": ""})
    assert case.state == "closed"
    other = make_case()
    journeys.make_major(other, by=inspector_a)
    journeys.order(other, by=inspector_a)
    look(other, others, facts={"no_photo": "", "note": "隔墙已砌到顶并抹灰"[:8] + "封堵"})
    assert other.state == "closed"


# --- other eyes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("grave", ["major", "listed"])
@pytest.mark.parametrize("hand", ["submitted", "ordered"])
def test_nobody_verifies_what_he_submitted_or_ordered(
    grave, hand, case, inspector_a, inspector_c, inspector_d, office, officer_east
):
    journeys.make_major(case, by=office)
    if grave == "listed":
        journeys.list_(case, by=office)
    journeys.order(case, by=inspector_c if hand == "ordered" else inspector_d)
    journeys.submit(case, by=inspector_c if hand == "submitted" else officer_east)
    with pytest.raises(RuleBroken) as refusal:
        look(case, [inspector_a, inspector_c], facts={"photos": (picture(),)})
    assert (refusal.value.code, refusal.value.field) == ("own_work", "officers")
    assert "郑岩" in str(refusal.value) and "120" in str(refusal.value)
    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_grade_of_the_setting_needs_other_eyes_too(case, team, inspector_a, settings):
    settings.INDEPENDENT_GRADES = ("general",)
    journeys.order(case, by=inspector_a)
    verdicts_refused("officers", lambda: look(case, team, facts={"photos": (picture(),)}), code="own_work")


def test_a_general_hazard_may_be_verified_by_who_ordered_it(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team)
    assert case.state == "closed"


def test_whoever_did_not_go_records_nothing(case, inspector_a, inspector_b, inspector_c):
    journeys.order(case, by=inspector_a)
    verdict = reviews.Verdict(case, "pass", journeys.WORDS, no_photo="other")
    with pytest.raises(RuleBroken) as refusal:
        reviews.review(
            unit=case.unit,
            verdicts=[verdict],
            officers=[inspector_a, inspector_b],
            by=inspector_c,
            at=at(plus(5)),
        )
    assert refusal.value.field == "officers"


# --- what may follow, and a page that was overtaken --------------------------------------------------


def test_a_stale_page_is_refused(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    look(case, team, "fail", facts={"note": "仍上锁", "due_on": plus(20)})
    with pytest.raises(AlreadyDone):
        look(case, team, "fail", facts={"note": "仍上锁", "due_on": plus(25), "sequence": 1})
    assert case.review_items.count() == 1


def test_a_case_read_before_somebody_else_decided_is_refused(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    stale = HazardCase.objects.get(pk=case.pk)
    look(case, team, "fail", facts={"note": "仍上锁", "due_on": plus(20)})
    with pytest.raises(AlreadyDone):
        look(stale, team, "fail", facts={"note": "仍上锁", "due_on": plus(25)})


def test_the_api_names_the_next_measures_after_a_failure(case, team, inspector_a, api_as):
    from common.days import today

    journeys.order(case, by=inspector_a)
    later = (today() + timedelta(10)).isoformat()
    body = {"outcome": "fail", "note": "仍上锁", "due_on": later, "officers": ["inspector_a", "inspector_b"]}
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/review/", body, format="json")
    assert answer.status_code == 200, answer.content
    found = {row["measure"]: row["url"] for row in answer.json()["next_measures"]}
    assert next(iter(found)) == "penalty"
    assert set(found) == {"penalty", "suspend", "instruct", "seal"}
    assert found["suspend"] == f"/rectification/units/{case.unit_id}/stop/"
    assert found["instruct"] == f"/rectification/cases/{case.pk}/instruct/"
    closing = body | {"outcome": "pass", "note": journeys.WORDS, "no_photo": "other", "due_on": ""}
    answer = api_as(inspector_a).post(f"/api/v1/cases/{case.pk}/review/", closing, format="json")
    assert answer.json()["state"] == "closed" and "next_measures" not in answer.json()


def test_the_page_leads_from_a_failure_to_what_may_follow(case, team, inspector_a, as_user):
    from common.days import today

    journeys.order(case, by=inspector_a)
    browser = as_user(inspector_a)
    sent = {
        "outcome": "fail",
        "note": "仍上锁",
        "due_on": (today() + timedelta(10)).isoformat(),
        "officers": ["inspector_a", "inspector_b"],
        "sequence": "1",
    }
    answer = browser.post(f"/rectification/cases/{case.pk}/review/", sent)
    assert answer.status_code == 302 and answer.url.startswith("/rectification/reviews/")
    page = browser.get(answer.url).content.decode()
    assert f"{case.number}-1" in page and f"/rectification/units/{case.unit_id}/stop/" in page


def test_a_reinspection_in_the_future_is_refused(case, team, inspector_a):
    journeys.order(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        look(case, team, held_on=plus(6))
    assert refusal.value.field == "held_on"


def test_an_undecided_extension_is_settled_by_the_reinspection(case, team, inspector_a, officer_east):
    journeys.order(case, by=inspector_a)
    journeys.extensions.ask(
        case, until=plus(30), reason="等配件", interim="专人看护", by=officer_east, at=at(plus(1))
    )
    look(case, team)
    assert case.extensions.get().decision == "refused"


def test_partly_over_the_api(case, team, inspector_a, officer_east, api_as):
    from common.days import today

    journeys.order(case, by=inspector_a)
    url = f"/api/v1/cases/{case.pk}/review/"
    body = {"outcome": "partly", "note": "西侧仍堆物", "officers": ["inspector_a", "inspector_b"]}
    without = api_as(inspector_a).post(url, body, format="json")
    assert (without.status_code, without.json()["code"]) == (409, "refused")
    body["due_on"] = (today() + timedelta(8)).isoformat()
    # A township officer has nobody with a card to choose from.
    township = api_as(officer_east).post(url, body, format="json")
    assert (township.status_code, list(township.json())) == (400, ["officers"])
    answer = api_as(inspector_a).post(url, body, format="json").json()
    assert (answer["state"], answer["due_on"], answer["closed_at"]) == ("ordered", body["due_on"], None)
    assert answer["next_measures"]
    assert case.review_items.get().outcome == "partly"
