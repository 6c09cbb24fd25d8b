"""Reversing a wrong closing: by another person, deadline and boards stand again, and it is no relapse."""

import pytest

from common.errors import NotAllowed, RuleBroken
from documents.models import Document
from hazards import services, states
from hazards.models import HazardCase
from hazards.selectors import steps, timeline
from rectification.models import RehungBoard, Reversal
from rectification.services import listings, reversals
from tests import journeys
from tests.factories import at, plus
from tests.rectification.test_chase_parallel import in_threads

pytestmark = pytest.mark.django_db

WHY = "复查时未发现备用通道仍被封堵"


@pytest.fixture
def closed(case, cast, office):
    """Major, listed by the county, ordered until day 15, closed on day 5 by inspectors A and B."""
    journeys.make_major(case, by=cast["inspector_a"])
    journeys.list_(case, by=office)
    journeys.reach(case, states.CLOSED, cast)
    return case


def delist(case, by, day=8):
    return listings.delist(case.listings.get(), paper_number="枣政函〔2026〕9号", by=by, at=at(plus(day)))


def rebuilt(case) -> dict:
    """State, round and boards, from nothing but the events."""
    facts = {"state": "", "round": 1, "levels": set()}
    for event in case.events.order_by("pk"):
        assert event.from_state == facts["state"]
        facts["state"] = event.to_state
        facts["round"] += event.act == "reopen"
        if event.act == "list":
            facts["levels"].add(event.data["level"])
        if event.act == "delist":
            facts["levels"].remove(event.data["level"])
        if event.act == "reverse":
            facts["levels"] = set(event.data["levels"])
    return facts


def test_the_case_stands_again_as_if_it_had_never_been_closed(closed, office):
    deadlines = closed.deadlines.count()
    reversal = reversals.reverse(closed, reason=WHY, by=office, at=at(plus(7)))
    closed.refresh_from_db()
    assert (closed.state, closed.closed_on, closed.due_on, closed.original_due_on) == (
        "ordered", None, plus(15), plus(15),
    )  # fmt: skip
    assert (closed.round, closed.listed_levels) == (1, ["county"])
    assert closed.deadlines.count() == deadlines
    assert (reversal.closed_on, reversal.closed_by.username) == (plus(5), "eyes13")
    event = closed.events.last()
    assert (event.act, event.reason, event.document) == ("reverse", WHY, reversal.document)
    assert reversal.document.number == "枣消安办反销字〔2026〕第0001号"


def test_the_figures_count_it_as_not_closed(closed, office):
    assert HazardCase.objects.closed().count() == 1
    reversals.reverse(closed, reason=WHY, by=office, at=at(plus(7)))
    assert HazardCase.objects.closed().count() == 0
    # The old deadline counts: overdue from the day after it.
    assert not HazardCase.objects.overdue(plus(15)).exists()
    assert HazardCase.objects.overdue(plus(16)).count() == 1


def test_whoever_closed_it_does_not_reverse_it(closed, cast):
    for person in journeys.other_eyes():
        with pytest.raises(NotAllowed):
            reversals.reverse(closed, reason=WHY, by=person, at=at(plus(7)))
    closed.refresh_from_db()
    assert closed.state == "closed" and not Reversal.objects.exists()


def test_another_inspector_does(closed, make_person, brigade):
    third = make_person(
        "inspector_c", "冯检", "inspector", "131121", office=brigade, card="冀消监〔2023〕013"
    )
    reversals.reverse(closed, reason=WHY, by=third, at=at(plus(7)))
    closed.refresh_from_db()
    assert closed.state == "ordered"


@pytest.mark.parametrize(
    "person", ["clerk", "officer_east", "officer_west", "leader", "auditor", "admin_user", "stranger"]
)
def test_nobody_else_does(person, closed, cast):
    papers = Document.objects.count()
    with pytest.raises(RuleBroken):
        reversals.reverse(closed, reason=WHY, by=cast[person], at=at(plus(7)))
    closed.refresh_from_db()
    assert closed.state == "closed" and Document.objects.count() == papers


def test_it_says_why(closed, office):
    with pytest.raises(RuleBroken) as refusal:
        reversals.reverse(closed, reason=" ", by=office, at=at(plus(7)))
    assert refusal.value.field == "reason"


def test_what_stands_is_not_reversed(case, office, inspector_a):
    journeys.make_major(case, by=inspector_a)
    with pytest.raises(RuleBroken) as refusal:
        reversals.reverse(case, reason=WHY, by=office, at=at(plus(7)))
    assert refusal.value.code == "wrong_state"


def test_a_general_hazard_is_reopened_instead(case, cast, office):
    journeys.reach(case, states.CLOSED, cast)
    with pytest.raises(RuleBroken) as refusal:
        reversals.reverse(case, reason=WHY, by=office, at=at(plus(7)))
    assert refusal.value.code == "not_now"


def test_a_board_that_came_down_hangs_again_and_its_delisting_is_kept(closed, office):
    delist(closed, office)
    reversal = reversals.reverse(closed, reason=WHY, by=office, at=at(plus(12)))
    closed.refresh_from_db()
    listing = closed.listings.get()
    assert (closed.listed_levels, closed.main_level) == (["county"], "county")
    assert (listing.delisted_on, listing.delisting_paper, listing.is_main) == (None, "", True)
    (kept,) = reversal.boards.all()
    assert (kept.listing, kept.delisted_on, kept.delisting_paper) == (listing, plus(8), "枣政函〔2026〕9号")
    assert kept.delisted_by == office
    # Monthly from 10 March: nobody owed a report meanwhile, the next is due after the reversal.
    assert str(listing.report_due_on) == "2026-04-10"


def test_only_the_level_that_took_its_board_down_reverses_then(closed, office, make_person, offices):
    city = make_person("city_office", "市安办", "county_office", "1311", office=offices["committee"])
    case = closed
    reversals.reverse(case, reason=WHY, by=office, at=at(plus(6)))
    journeys.list_(case, by=city, level="city", day=plus(6))
    journeys.submit(case, by=case.inspector, day=plus(7))
    # Submitted by A: on a major hazard A may not verify.
    journeys.review(case, officers=journeys.other_eyes(), day=plus(8))
    case.refresh_from_db()
    listings.delist(case.listings.get(level="city"), paper_number="市9号", by=city, at=at(plus(9)))
    with pytest.raises(RuleBroken) as refusal:
        reversals.reverse(case, reason=WHY, by=office, at=at(plus(10)))
    assert refusal.value.code == "other_level"
    reversals.reverse(case, reason=WHY, by=city, at=at(plus(10)))
    case.refresh_from_db()
    assert (case.listed_levels, case.main_level) == (["city", "county"], "city")
    assert RehungBoard.objects.get().listing.level == "city"


def test_a_relapse_is_something_else(closed, make_case, office, cast):
    relapsed = make_case(category="lodging")
    journeys.make_major(relapsed, by=cast["inspector_a"])
    journeys.reach(relapsed, states.CLOSED, cast)
    services.record(relapsed, "reopen", by=office, at=at(plus(7)), reason="又住人")
    reversals.reverse(closed, reason=WHY, by=office, at=at(plus(7)))
    closed.refresh_from_db()
    assert (relapsed.state, relapsed.round, relapsed.due_on) == ("registered", 2, None)
    assert (closed.state, closed.round, closed.due_on) == ("ordered", 1, plus(15))


def test_the_events_rebuild_the_state_through_a_reversal(closed, office, cast):
    delist(closed, office)
    assert rebuilt(closed) == {"state": "closed", "round": 1, "levels": set()}
    reversals.reverse(closed, reason=WHY, by=office, at=at(plus(12)))
    closed.refresh_from_db()
    assert rebuilt(closed) == {"state": closed.state, "round": closed.round, "levels": {"county"}}
    journeys.submit(closed, by=cast["officer_east"], day=plus(13))
    journeys.review(closed, officers=journeys.other_eyes(), day=plus(14))
    delist(closed, office, day=15)
    closed.refresh_from_db()
    assert rebuilt(closed) == {"state": "closed", "round": 1, "levels": set()}
    assert closed.closed_on == plus(14)


def test_the_stepper_forgets_what_was_passed_by_mistake(closed, office):
    reversals.reverse(closed, reason=WHY, by=office, at=at(plus(7)))
    closed.refresh_from_db()
    marks = steps(closed, timeline(closed))
    assert [mark["state"] for mark in marks] == ["done", "done", "now", "todo", "todo"]
    assert marks[3]["on"] is None


def test_the_same_form_twice_is_one_reversal(closed, office):
    client_id = "5b0c2c55-4b0e-4a0e-9d9d-3d0f3f4d5a11"
    facts = {"reason": WHY, "by": office, "at": at(plus(7)), "client_id": client_id}
    assert reversals.reverse(closed, **facts) == reversals.reverse(closed, **facts)
    assert Reversal.objects.count() == 1


def test_over_the_api_and_on_the_page(api_as, as_user, closed, office, officer_east):
    url = f"/api/v1/cases/{closed.pk}"
    assert "reverse" in api_as(office).get(f"{url}/").json()["acts"]
    assert "reverse" not in api_as(officer_east).get(f"{url}/").json()["acts"]
    assert api_as(office).post(f"{url}/reverse/", {"reason": ""}, format="json").status_code == 400
    answer = api_as(office).post(f"{url}/reverse/", {"reason": WHY}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "ordered")
    again = api_as(office).post(f"{url}/reverse/", {"reason": WHY}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    page = as_user(office).get(closed.get_absolute_url()).content.decode()
    assert "反销号" in page and WHY in page


@pytest.mark.django_db(transaction=True)
def test_of_two_reversals_at_once_one_wins(closed, office, make_person, brigade):
    third = make_person(
        "inspector_c", "冯检", "inspector", "131121", office=brigade, card="冀消监〔2023〕013"
    )
    people = [office, third]

    def work():
        person = people.pop()
        case = HazardCase.objects.select_related("unit", "category").get(pk=closed.pk)
        try:
            return reversals.reverse(case, reason=WHY, by=person, at=at(plus(7)))
        except RuleBroken as refusal:
            return refusal.code

    results = in_threads(2, work)
    assert "wrong_state" in results
    assert Reversal.objects.count() == 1 and Document.objects.filter(form="reversal").count() == 1
