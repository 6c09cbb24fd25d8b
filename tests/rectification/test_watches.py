"""Watches: from the stop to its end, a look every two weeks, and who hears when the unit produces all the same."""

import pytest

from common.errors import NotAllowed, RuleBroken
from notifications.models import Message
from rectification.models import Watch
from rectification.services import suspensions, watches
from tests import journeys
from tests.factories import at, plus
from units.services import restore, retire

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(unit, case, inspector_a, office):
    """Stopped on day 1 because of one case."""
    made = suspensions.propose(unit, reason="生产车间住人", by=inspector_a, at=at(), cases=[case])
    suspensions.decide(made, by=office, at=at(plus(1)))
    return made


def look(watch, by, outcome="stopped", day=10, **more):
    return watches.look(watch, outcome=outcome, by=by, at=at(plus(day)), **more)


def test_a_stop_in_force_is_watched_a_proposal_is_not(unit, case, inspector_a, office):
    made = suspensions.propose(unit, reason="生产车间住人", by=inspector_a, at=at(), cases=[case])
    assert not Watch.objects.exists()
    suspensions.decide(made, by=office, at=at(plus(1)))
    watch = Watch.objects.get()
    assert (watch.why, watch.suspension, watch.since, watch.next_on) == ("suspended", made, plus(1), plus(15))
    assert not Watch.objects.due(plus(14)).exists() and Watch.objects.due(plus(15)).exists()
    assert not Watch.objects.late(plus(15)).exists() and Watch.objects.late(plus(16)).exists()


def test_still_stopped_sets_the_next_day_and_tells_nobody(stopped, officer_east, office):
    look(stopped.watch, officer_east, day=15)
    stopped.watch.refresh_from_db()
    assert stopped.watch.next_on == plus(29)
    assert not Message.objects.filter(kind="watch").exists()


def test_producing_again_is_told_to_office_and_leader_and_stands_in_the_file(
    stopped, unit, officer_east, office, leader, leader_quzhou, inspector_a
):
    look(stopped.watch, officer_east, "producing", note="夜间开工，三名工人", day=12)
    told = Message.objects.filter(kind="watch")
    assert set(told.values_list("recipient__username", flat=True)) == {"office", "leader"}
    assert "夜间开工，三名工人" in told.first().body and told.first().link == unit.get_absolute_url()
    change = unit.changes.first()
    assert (change.act, change.reason, change.by) == ("producing", "夜间开工，三名工人", officer_east)


def test_the_watch_ends_with_the_stop(stopped, case, inspector_a, inspector_b, officer_east, office):
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=[inspector_a, inspector_b], day=plus(5))
    facts = {"outcome": "pass", "note": "已清离", "officers": [inspector_a, inspector_b]}
    suspensions.accept(stopped, **facts, by=inspector_a, at=at(plus(6)))
    suspensions.lift(stopped, by=office, at=at(plus(7)))
    watch = Watch.objects.get()
    assert watch.ended_on == plus(7)
    assert not Watch.objects.standing(plus(7)).exists()
    with pytest.raises(RuleBroken):
        look(watch, officer_east, day=8)


def test_a_unit_that_closes_down_is_watched_for_half_a_year(unit, officer_east):
    retire(unit, status="closed", by=officer_east, on=plus(0), reason="关停")
    watch = Watch.objects.get()
    assert (watch.why, watch.next_on, watch.until) == ("retired", plus(14), plus(183))
    assert Watch.objects.standing(plus(183)).exists() and not Watch.objects.standing(plus(184)).exists()
    restore(unit, by=officer_east, on=plus(20))
    watch.refresh_from_db()
    assert watch.ended_on == plus(20)


@pytest.mark.parametrize("status", ["demolished", "moved", "mistaken"])
def test_nobody_watches_where_nothing_stands(status, unit, officer_east):
    retire(unit, status=status, by=officer_east, on=plus(0), reason="登记有误")
    assert not Watch.objects.exists()


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("outcome", {"outcome": "asleep"}),
        ("held_on", {"held_on": plus(11)}),
        ("held_on", {"held_on": plus(0)}),
        ("note", {"outcome": "producing", "note": " "}),
    ],
)
def test_a_mistake_is_said_at_its_field(field, facts, stopped, officer_east):
    with pytest.raises(RuleBroken) as refusal:
        look(stopped.watch, officer_east, **facts)
    assert refusal.value.field == field
    assert not stopped.watch.looks.exists()


def test_who_may_look(stopped, office, officer_west):
    for person in (office, officer_west):
        with pytest.raises(NotAllowed):
            look(stopped.watch, person)


def test_the_page_notes_it_once(stopped, unit, as_user, officer_east, officer_west, office):
    client = as_user(officer_east)
    listed = client.get("/rectification/watches/?tab=standing").content.decode()
    url = f"/rectification/watches/{stopped.watch.pk}/look/"
    assert unit.name in listed and url in listed
    form = client.get(url).context["form"]
    sent = {"client_id": form.initial["client_id"], "outcome": "producing", "note": "正在开工"}
    for _ in range(2):
        assert client.post(url, sent).status_code == 302
    assert stopped.watch.looks.count() == 1
    assert "停产停业期间擅自生产经营" in client.get(f"{unit.get_absolute_url()}?tab=changes").content.decode()
    assert "正在开工" in client.get(f"/rectification/lookbacks/?unit={unit.pk}").content.decode()
    assert client.post(url, {"outcome": "producing"}).status_code == 422
    assert as_user(officer_west).get(url).status_code == 404
    assert as_user(office).get(url).status_code == 403
    assert unit.name in as_user(office).get("/rectification/watches/?tab=producing").content.decode()
