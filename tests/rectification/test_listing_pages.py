"""The page of one listing, the case's panel, the API, the unit's board, and two hands at one board."""

import json
from datetime import timedelta

import pytest

from common.days import today
from common.errors import AlreadyDone, RuleBroken
from hazards import states
from hazards.services import determine
from rectification import receipts, supervised
from rectification.models import Milestone, ProgressReport
from rectification.services import listings, supervision
from tests import journeys
from tests.factories import at, plus
from tests.rectification.test_chase_parallel import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(case, inspector_a, office):
    journeys.make_major(case, by=inspector_a)
    journeys.list_(case, by=office)
    journeys.order(case, by=inspector_a, due_on=plus(90))
    case.refresh_from_db()
    return case


@pytest.fixture
def listing(ordered):
    return ordered.listings.get()


def path(listing, step=""):
    return f"/rectification/listings/{listing.pk}/" + (f"{step}/" if step else "")


# --- the page --------------------------------------------------------------------------------------------
def test_the_page_shows_what_the_listing_is_held_to(as_user, listing, office, officer_east, inspector_a):
    supervision.add_milestone(listing, title="更换防火门", due_on=plus(10), by=office, at=at(plus(1)))
    supervision.assure(listing, flag="funds", is_met=True, words="已拨付", by=inspector_a, at=at(plus(1)))
    supervision.report(listing, words="已完成招标", percent=20, funds="3.5", by=officer_east, at=at(plus(2)))
    page = as_user(officer_east).get(path(listing)).content.decode()
    for words in (
        "更换防火门",
        "已拨付",
        "已完成招标",
        "3.500",
        "1/6",
        "资金到位",
        "进展逾期未报",
        "节点逾期",
    ):
        assert words in page, words
    assert path(listing, "report") in page and path(listing, "add") not in page
    case_page = as_user(officer_east).get(listing.case.get_absolute_url()).content.decode()
    for words in ("更换防火门", "已拨付", "已完成招标", "进展逾期未报", path(listing)):
        assert words in case_page, words


@pytest.mark.parametrize(
    ("person", "status"),
    [("officer_east", 200), ("office", 200), ("auditor", 200), ("officer_west", 404), ("stranger", 404)],
)
def test_only_who_sees_the_case_sees_its_listing(person, status, as_user, listing, cast):
    assert as_user(cast[person]).get(path(listing)).status_code == status


def test_every_step_from_its_form(as_user, listing, office, officer_east, inspector_a):
    soon = (today() + timedelta(20)).isoformat()
    send = as_user(office).post
    assert send(path(listing, "add"), {"title": "更换防火门", "due_on": soon}).status_code == 302
    assert send(path(listing, "add"), {"title": "通电测试", "due_on": soon}).status_code == 302
    first, second = Milestone.objects.order_by("pk")
    later = (today() + timedelta(30)).isoformat()
    moved = {"milestone": first.pk, "due_on": later, "reason": "设备推迟"}
    assert send(path(listing, "move"), moved).status_code == 302
    assert send(path(listing, "drop"), {"milestone": second.pk, "reason": "并入"}).status_code == 302
    assert send(path(listing, "interval"), {"every": "weekly"}).status_code == 302
    assert send(path(listing, "call-in"), {"words": "约谈负责人"}).status_code == 302
    send = as_user(inspector_a).post
    assert send(path(listing, "assure"), {"flag": "duty", "is_met": "yes"}).status_code == 302
    send = as_user(officer_east).post
    assert (
        send(path(listing, "report"), {"words": "进展顺利", "percent": "40", "funds": "1.234"}).status_code
        == 302
    )
    assert send(path(listing, "achieve"), {"milestone": first.pk, "words": "完成"}).status_code == 302
    listing.refresh_from_db()
    first.refresh_from_db()
    assert (listing.report_every, listing.interview_note, first.done_on) == ("weekly", "约谈负责人", today())
    assert [event.act for event in listing.case.events.order_by("pk")][-9:] == [
        "plan", "plan", "plan", "plan", "plan", "plan", "assure", "report", "achieve",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "step", "sent", "field"),
    [
        ("officer_east", "report", {"words": "进展", "percent": "101"}, "percent"),
        ("officer_east", "report", {"words": "进展", "percent": "x"}, "percent"),
        ("officer_east", "report", {"words": "进展", "percent": "1", "funds": "1.2345"}, "funds"),
        ("officer_east", "report", {"percent": "1"}, "words"),
        ("office", "add", {"title": "验收", "due_on": "2020-01-01"}, "due_on"),
        ("office", "add", {"title": "验收", "due_on": "soon"}, "due_on"),
        ("office", "move", {"milestone": "999", "due_on": "2030-01-01", "reason": "推迟"}, "milestone"),
        ("office", "interval", {"every": "daily"}, "every"),
        ("office", "assure", {"flag": "goals", "is_met": "no"}, "words"),
        ("office", "assure", {"flag": "luck", "is_met": "yes"}, "flag"),
    ],
)
def test_bad_input_comes_back_at_its_field(person, step, sent, field, as_user, listing, cast):
    answer = as_user(cast[person]).post(path(listing, step), sent)
    assert answer.status_code == 422
    (form,) = [one.form for one in answer.context["steps"] if one.name == step]
    assert field in form.errors


@pytest.mark.parametrize(
    ("person", "step"), [("officer_east", "add"), ("office", "report"), ("auditor", "assure")]
)
def test_a_step_of_another_post_is_refused(person, step, as_user, listing, cast):
    assert as_user(cast[person]).post(path(listing, step), {}).status_code == 403


def test_an_unknown_step_is_nowhere(as_user, listing, office):
    assert as_user(office).post(path(listing, "hang"), {}).status_code == 404


def test_a_report_on_a_case_closed_meanwhile_comes_back_with_the_sentence(as_user, listing, ordered, cast):
    journeys.submit(ordered, by=cast["officer_east"], day=plus(4))
    journeys.review(ordered, officers=journeys.other_eyes(), day=plus(5))
    answer = as_user(cast["officer_east"]).post(path(listing, "report"), {"words": "进展", "percent": "50"})
    assert answer.status_code == 422 and "进展" in answer.content.decode()
    assert not ProgressReport.objects.exists()


# --- the API ---------------------------------------------------------------------------------------------
def test_reporting_over_the_api(api_as, ordered, officer_east, office):
    url = f"/api/v1/cases/{ordered.pk}"
    assert "report" in api_as(officer_east).get(f"{url}/").json()["acts"]
    body = {"words": "已完成招标", "percent": 20, "funds": "12.345"}
    answer = api_as(officer_east).post(f"{url}/report/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    made = ProgressReport.objects.get()
    assert (made.percent, str(made.funds), made.listing.level) == (20, "12.345", "county")
    bad = api_as(officer_east).post(f"{url}/report/", {"words": "x", "percent": 200}, format="json")
    assert (bad.status_code, list(bad.json())) == (400, ["percent"])
    refused = api_as(office).post(f"{url}/report/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_allowed")


def test_an_unlisted_case_is_not_reported_on(api_as, make_case, officer_east):
    case = make_case(category="lodging")
    answer = api_as(officer_east).post(
        f"/api/v1/cases/{case.pk}/report/", {"words": "进展", "percent": 1}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")


def test_listing_over_the_api_says_how_often(api_as, case, inspector_a, office):
    journeys.make_major(case, by=inspector_a)
    body = {
        "level": "county",
        "paper_number": "枣政函〔2026〕3号",
        "leader_name": "刘副县长",
        "report_every": "weekly",
    }
    assert api_as(office).post(f"/api/v1/cases/{case.pk}/list/", body, format="json").status_code == 200
    assert case.listings.get().report_every == "weekly"


# --- grades ----------------------------------------------------------------------------------------------
def downgrade(case, by):
    return determine(
        case,
        grade="general",
        clauses="GB 35181-2017 5.1.3",
        attendees=["周安", "吴平", "郑文"],
        held_on=plus(2),
        conclusion="不构成重大火灾隐患",
        by=by,
        at=at(plus(2)),
    )


def test_a_listed_hazard_is_not_downgraded_under_its_board(ordered, inspector_a):
    with pytest.raises(RuleBroken) as refusal:
        downgrade(ordered, inspector_a)
    assert (refusal.value.code, refusal.value.field) == ("listed", "grade")
    ordered.refresh_from_db()
    assert ordered.grade == "major" and ordered.determinations.count() == 1


def test_an_unlisted_major_hazard_is(case, inspector_a):
    journeys.make_major(case, by=inspector_a)
    downgrade(case, inspector_a)
    case.refresh_from_db()
    assert case.grade == "general"


# --- the unit's board ------------------------------------------------------------------------------------
@pytest.fixture
def pair(make_case, cast, office):
    """Two listed hazards of one unit: the first closed, the second under rectification."""
    cases = [make_case(), make_case(category="lodging")]
    for case in cases:
        journeys.make_major(case, by=cast["inspector_a"])
        journeys.list_(case, by=office)
    journeys.reach(cases[0], states.CLOSED, cast)
    journeys.reach(cases[1], states.ORDERED, cast)
    return cases


def unit_board(case):
    (board,) = supervised.boards(case.listings.all(), plus(9))
    facts = board.unit_board
    return facts.listed, facts.closed, facts.hanging, facts.down_on


def test_the_units_board_comes_down_with_the_last(pair, office, cast, as_user):
    first, second = pair
    assert unit_board(first) == unit_board(second) == (2, 1, 2, None)
    listings.delist(first.listings.get(), paper_number="9号", by=office, at=at(plus(7)))
    assert unit_board(second) == (2, 1, 1, None)
    assert "尚有 1 处" in receipts.of_act("delist", first, {"level": "county"})
    assert "2 处" in as_user(office).get(path(second.listings.get())).content.decode()
    journeys.submit(second, by=cast["officer_east"], day=plus(8))
    journeys.review(second, officers=journeys.other_eyes(), day=plus(9))
    second.refresh_from_db()
    listings.delist(second.listings.get(), paper_number="10号", by=office, at=at(plus(11)))
    assert unit_board(first) == unit_board(second) == (2, 2, 0, plus(11))
    assert "尚有" not in receipts.of_act("delist", second, {"level": "county"})


def test_thirty_listings_cost_as_many_statements_as_one(ordered, pair, django_assert_num_queries):
    rows = list(supervised.find(ordered.inspector))
    assert len(rows) == 3
    for some in (rows[:1], rows):
        with django_assert_num_queries(4):
            supervised.boards(some, plus(9))


# --- two hands -------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_delistings_at_once_one_wins(ordered, office, leader, cast):
    journeys.submit(ordered, by=cast["officer_east"], day=plus(4))
    journeys.review(ordered, officers=journeys.other_eyes(), day=plus(5))
    people = [office, leader]

    def work():
        person = people.pop()
        listing = ordered.listings.get()
        try:
            return listings.delist(listing, paper_number=f"{person.name}", by=person, at=at(plus(9)))
        except AlreadyDone:
            return None

    results = in_threads(2, work)
    (winner,) = [one for one in results if one]
    ordered.refresh_from_db()
    assert ordered.listed_levels == []
    events = ordered.events.filter(act="delist")
    assert [event.reason for event in events] == [winner.delisting_paper]


@pytest.mark.django_db(transaction=True)
def test_of_four_equal_reports_at_once_one_is_kept(listing, officer_east):
    client_id = "5b0c2c55-4b0e-4a0e-9d9d-3d0f3f4d5a11"

    def work():
        facts = {"words": "进展", "percent": 5, "client_id": client_id}
        return supervision.report(listing, **facts, by=officer_east, at=at(plus(3))).pk

    assert len(set(in_threads(4, work))) == 1
    assert ProgressReport.objects.count() == 1
