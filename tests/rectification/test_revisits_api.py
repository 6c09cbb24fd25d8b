"""Look-backs and watches over the API: what waits, what was seen, once."""

import uuid

import pytest
import time_machine

from notifications.models import Message
from rectification.models import LookBack, WatchLook
from rectification.services import suspensions
from tests import journeys
from tests.factories import at, picture, plus

pytestmark = pytest.mark.django_db

LOOKBACKS, WATCHES = "/api/v1/lookbacks/", "/api/v1/watches/"
PAIR = ["inspector_a", "inspector_b"]


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel(at(plus(60)), tick=False):
        yield


@pytest.fixture
def pair(inspector_a, inspector_b):
    return [inspector_a, inspector_b]


@pytest.fixture
def waiting(case, inspector_a, pair):
    """The look-back of a case that was closed on day 5, due on day 95."""
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=pair)
    return LookBack.objects.get(case=case)


@pytest.fixture
def watch(unit, case, inspector_a, office):
    """Of a unit that was stopped on day 1."""
    made = suspensions.propose(unit, reason="车间住人", by=inspector_a, at=at(), cases=[case])
    return suspensions.decide(made, by=office, at=at(plus(1))).watch


@pytest.fixture
def record(api_as):
    def send(person, row, **body):
        shape = "multipart" if "photos" in body else "json"
        body = {"outcome": "holds", "officers": PAIR} | body
        return api_as(person).post(f"{LOOKBACKS}{row.pk}/record/", body, format=shape)

    return send


@pytest.fixture
def look(api_as):
    def send(person, row, **body):
        return api_as(person).post(f"{WATCHES}{row.pk}/look/", {"outcome": "stopped"} | body, format="json")

    return send


def refused(answer, code):
    assert answer.status_code == 409, answer.content
    assert answer.json()["code"] == code and answer.json()["detail"]


def wrong(answer, *fields):
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == set(fields)


# --- look-backs


def test_a_look_back_that_waits(api_as, waiting, unit, case, officer_east):
    row = api_as(officer_east).get(LOOKBACKS).json()["results"][0]
    assert (row["id"], row["unit"], row["region"]) == (waiting.pk, unit.pk, "131121104201")
    assert (row["case"]["number"], row["round"], row["why"]) == (case.number, 1, "closed")
    assert (row["due_on"], row["late"], row["outcome"]) == ("2026-06-13", False, "")
    assert (row["held_on"], row["recorded_by"], row["officers"], row["photos"]) == (None, None, [], [])
    assert api_as(officer_east).get(f"{LOOKBACKS}{waiting.pk}/").json() == row


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("pending=true", True),
        ("pending=false", False),
        ("late=true", False),
        ("late=false", True),
        ("outcome=holds", False),
        ("why=closed", True),
        ("why=draw", False),
        ("due_before=2026-06-13", True),
        ("due_before=2026-06-12", False),
        ("due_after=2026-06-14", False),
        ("region=131121104", True),
        ("region=131121101", False),
        ("unit=0", False),
        ("case=0", False),
    ],
)
def test_look_backs_are_narrowed(query, found, api_as, waiting, office):
    assert api_as(office).get(f"{LOOKBACKS}?{query}").json()["count"] == found


@pytest.mark.parametrize("query", ["pending=x", "late=x", "outcome=x", "due_after=x", "unit=x", "case=x"])
def test_a_bad_filter_of_look_backs_names_its_field(query, api_as, office):
    wrong(api_as(office).get(f"{LOOKBACKS}?{query}"), query.partition("=")[0])


def test_outside_ones_jurisdiction_there_is_no_look_back(
    api_as, record, waiting, officer_west, leader_quzhou
):
    for person in (officer_west, leader_quzhou):
        assert api_as(person).get(LOOKBACKS).json()["count"] == 0
        assert api_as(person).get(f"{LOOKBACKS}{waiting.pk}/").status_code == 404
        assert record(person, waiting).status_code == 404


def test_it_holds_and_is_recorded_once(record, waiting, inspector_a, pair):
    body = {"note": "现场核实", "held_on": "2026-05-08", "client_id": str(uuid.uuid4())}
    first = record(inspector_a, waiting, **body)
    assert first.status_code == 200, first.content
    seen = first.json()
    assert (seen["outcome"], seen["held_on"], seen["recorded_by"]) == ("holds", "2026-05-08", "周安")
    assert [officer["username"] for officer in seen["officers"]] == PAIR
    again = record(inspector_a, waiting, **body)
    assert (again.status_code, again.json()) == (200, seen)
    refused(record(inspector_a, waiting), "already_done")


def test_a_relapse_with_its_photos_opens_the_next_round(record, waiting, case, inspector_a, pair, media):
    body = {"outcome": "relapse", "note": "再次上锁", "client_id": str(uuid.uuid4())}
    first = record(inspector_a, waiting, **body, photos=[picture("1.jpg"), picture("2.jpg", "red")])
    assert first.status_code == 200, first.content
    assert first.json()["outcome"] == "relapse" and len(first.json()["photos"]) == 2
    case.refresh_from_db()
    assert (case.state, case.round) == ("registered", 2)
    again = record(inspector_a, waiting, **body)
    assert (again.status_code, again.json()) == (200, first.json())
    refused(record(inspector_a, waiting), "wrong_state")


def test_an_old_look_back_does_not_answer_for_the_present_round(record, waiting, case, inspector_a, pair):
    record(inspector_a, waiting, outcome="relapse", note="再次上锁")
    case.refresh_from_db()
    journeys.order(case, by=inspector_a, day=plus(60), due_on=plus(70))
    journeys.review(case, officers=pair, day=plus(60))
    refused(record(inspector_a, waiting), "wrong_state")
    assert LookBack.objects.get(case=case, round=2).outcome == ""


def test_what_is_no_picture_is_refused(record, waiting, inspector_a, pair, media):
    from django.core.files.uploadedfile import SimpleUploadedFile

    fake = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    refused(record(inspector_a, waiting, photos=[fake]), "bad_file")
    assert not LookBack.objects.exclude(outcome="").exists()


def test_who_may_not_look_back_and_how_not(
    record, waiting, officer_east, office, inspector_c, inspector_a, pair
):
    for person in (officer_east, office):
        refused(record(person, waiting), "not_allowed")
    refused(record(inspector_c, waiting), "refused")
    refused(record(inspector_a, waiting, officers=["inspector_a"]), "refused")
    refused(record(inspector_a, waiting, outcome="relapse"), "refused")
    refused(record(inspector_a, waiting, held_on="2026-03-14"), "refused")
    refused(record(inspector_a, waiting, held_on="2026-05-10"), "refused")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"outcome": None}, "outcome"),
        ({"officers": ["nobody"]}, "officers"),
        ({"note": "见" * 501}, "note"),
        ({"held_on": "x"}, "held_on"),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_a_bad_look_back_names_its_field(change, field, record, waiting, inspector_a, pair):
    wrong(record(inspector_a, waiting, **change), field)


# --- watches


def test_a_watched_unit(api_as, watch, unit, officer_east):
    row = api_as(officer_east).get(WATCHES).json()["results"][0]
    assert (row["id"], row["unit"], row["why"]) == (watch.pk, unit.pk, "suspended")
    assert (row["suspension"], row["since"], row["next_on"]) == (
        watch.suspension_id,
        "2026-03-11",
        "2026-03-25",
    )
    assert (row["standing"], row["late"], row["ended_on"]) == (True, True, None)
    assert api_as(officer_east).get(f"{WATCHES}{watch.pk}/").json() == row | {"looks": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("why=suspended", True),
        ("why=retired", False),
        ("standing=true", True),
        ("standing=false", False),
        ("due=true", True),
        ("due=false", False),
        ("region=1311", True),
        ("region=131121101", False),
        ("unit=0", False),
    ],
)
def test_watches_are_narrowed(query, found, api_as, watch, office):
    assert api_as(office).get(f"{WATCHES}?{query}").json()["count"] == found


@pytest.mark.parametrize("query", ["why=x", "standing=x", "due=x", "region=x", "unit=x"])
def test_a_bad_filter_of_watches_names_its_field(query, api_as, office):
    wrong(api_as(office).get(f"{WATCHES}?{query}"), query.partition("=")[0])


def test_outside_ones_jurisdiction_nothing_is_watched(api_as, look, watch, officer_west, leader_quzhou):
    for person in (officer_west, leader_quzhou):
        assert api_as(person).get(WATCHES).json()["count"] == 0
        assert api_as(person).get(f"{WATCHES}{watch.pk}/").status_code == 404
        assert look(person, watch).status_code == 404


def test_a_look_is_noted_once_and_sets_the_next_day(look, watch, officer_east):
    body = {"note": "大门紧闭", "held_on": "2026-05-08", "client_id": str(uuid.uuid4())}
    first = look(officer_east, watch, **body)
    assert first.status_code == 200, first.content
    [seen] = first.json()["looks"]
    assert (seen["outcome"], seen["held_on"], seen["seen_by"]) == ("stopped", "2026-05-08", "马东")
    assert first.json()["next_on"] == "2026-05-22"
    assert look(officer_east, watch, **body).json() == first.json()
    assert WatchLook.objects.count() == 1


def test_producing_again_is_told(look, watch, officer_east, office):
    assert look(officer_east, watch, outcome="producing", note="夜间开工").status_code == 200
    assert Message.objects.filter(kind="watch", recipient=office).count() == 1


def test_who_may_not_look_and_how_not(look, watch, office, auditor, officer_east):
    for person in (office, auditor):
        refused(look(person, watch), "not_allowed")
    refused(look(officer_east, watch, outcome="producing"), "refused")
    refused(look(officer_east, watch, held_on="2026-03-10"), "refused")
    refused(look(officer_east, watch, held_on="2026-05-10"), "refused")


def test_nobody_looks_at_a_unit_that_is_not_watched_any_longer(look, watch, officer_east):
    watch.ended_on = plus(50)
    watch.save()
    for _again in range(2):
        refused(look(officer_east, watch), "wrong_state")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"outcome": "x"}, "outcome"), ({"note": "见" * 501}, "note"), ({"held_on": "x"}, "held_on")],
)
def test_a_bad_look_names_its_field(change, field, look, watch, officer_east):
    wrong(look(officer_east, watch, **change), field)
