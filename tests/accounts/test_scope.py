"""Who sees where: prefixes of region codes, from posts in force on a day."""

from datetime import date

import pytest
from django.db import IntegrityError, connection

from accounts.models import Post, User
from accounts.scope import Scope, after, widest
from reference.models import Region
from tests.cast import COUNTY, EAST, EAST_VILLAGE, EAST_VILLAGE_2, QUZHOU_COUNTY, WEST, WEST_VILLAGE


def seen(user, level="village"):
    return sorted(Region.objects.filter(user.scope.q("code"), level=level).values_list("code", flat=True))


def test_a_township_officer_sees_the_own_villages_only(officer_east):
    assert seen(officer_east) == [EAST_VILLAGE, EAST_VILLAGE_2]


def test_a_county_sees_all_its_townships(inspector_a):
    assert seen(inspector_a, "township") == [WEST, EAST]


def test_a_city_sees_its_counties_and_no_other_city(leader_quzhou):
    assert seen(leader_quzhou, "county") == [QUZHOU_COUNTY]


def test_without_a_post_nothing_is_seen(stranger):
    assert stranger.scope.codes == ()
    assert seen(stranger) == []
    assert not stranger.scope.covers(EAST)


def test_an_empty_scope_adds_nothing_to_another_condition(stranger, divisions):
    assert Region.objects.filter(stranger.scope.q("code") | stranger.scope.q("code")).count() == 0


def test_a_locked_account_has_no_scope(officer_east):
    officer_east.is_active = False
    officer_east.save()
    assert User.objects.get(pk=officer_east.pk).scope.codes == ()


@pytest.mark.parametrize(
    ("day", "sees"),
    [("2024-12-31", False), ("2025-01-01", True), ("2025-06-30", True), ("2025-07-01", False)],
)
def test_a_post_holds_from_its_first_to_its_last_day(stranger, divisions, day, sees):
    Post.objects.create(
        user=stranger, role="leader", region_id=EAST, starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30)
    )
    assert stranger.scope_on(date.fromisoformat(day)).covers(EAST_VILLAGE) is sees


@pytest.mark.parametrize(
    ("day", "sees"),
    [("2025-02-28", False), ("2025-03-01", True), ("2025-03-10", True), ("2025-03-11", False)],
)
def test_a_deputy_acts_while_standing_in(officer_west, officer_east, day, sees):
    post = officer_east.posts.get()
    post.deputy, post.deputy_from, post.deputy_to = officer_west, date(2025, 3, 1), date(2025, 3, 10)
    post.save()
    scope = officer_west.scope_on(date.fromisoformat(day))
    assert scope.covers(EAST_VILLAGE) is sees
    assert scope.covers(WEST_VILLAGE)
    assert officer_east.scope_on(date.fromisoformat(day)).covers(EAST_VILLAGE)


def test_a_deputy_of_an_ended_post_acts_no_more(officer_west, officer_east):
    post = officer_east.posts.get()
    post.ends_on = date(2025, 3, 5)
    post.deputy, post.deputy_from = officer_west, date(2025, 3, 1)
    post.save()
    assert not officer_west.scope_on(date(2025, 3, 6)).covers(EAST)


def test_a_scope_costs_one_query(officer_east, fresh, django_assert_num_queries):
    person = fresh(officer_east)
    with django_assert_num_queries(1):
        assert person.scope.covers(EAST)
        assert person.roles == {"township_officer"}
        assert person.may("case.submit", EAST)


def test_a_county_swallows_its_townships():
    assert widest(["131121104", "131121", "3308"]) == ("131121", "3308")
    assert Scope((("leader", "131121"), ("auditor", "131121104"))).codes == ("131121",)


@pytest.mark.parametrize(
    ("code", "end"), [("131121", "131122"), ("131129", "131130"), ("13", "14"), ("01", "02")]
)
def test_the_range_ends_at_the_next_number(code, end):
    assert after(code) == end


def test_the_range_walks_an_index(officer_east):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Region.objects.filter(officer_east.scope.q("code")).explain()
    assert "Index" in plan
    assert "131121105" in plan


def test_people_are_seen_where_their_posts_lie(cast):
    east = set(User.objects.visible_to(cast["officer_east"]).values_list("username", flat=True))
    assert east == {"officer_east", "head_east"}
    assert set(User.objects.visible_to(cast["stranger"]).values_list("username", flat=True)) == {"stranger"}


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_on": date(2024, 12, 31)},
        {"deputy_from": date(2025, 2, 1), "deputy_to": date(2025, 1, 1), "deputy_is": "other"},
        {"deputy_is": "other"},
        {"deputy_is": "self", "deputy_from": date(2025, 2, 1)},
    ],
)
def test_a_post_that_cannot_be_is_refused_by_the_database(officer_east, stranger, facts):
    who = facts.pop("deputy_is", None)
    facts |= {"deputy": {"other": officer_east, "self": stranger}[who]} if who else {}
    with pytest.raises(IntegrityError):
        Post.objects.create(
            user=stranger, role="leader", region_id=COUNTY, starts_on=date(2025, 1, 1), **facts
        )


@pytest.mark.parametrize(
    ("number", "valid_to", "certificated"),
    [
        ("", None, False),
        ("冀1", None, True),
        ("冀1", date(2025, 5, 1), True),
        ("冀1", date(2025, 4, 30), False),
    ],
)
def test_a_card_counts_up_to_its_last_day(stranger, number, valid_to, certificated):
    stranger.card_number, stranger.card_valid_to = number, valid_to
    stranger.save()
    assert stranger.is_certificated(date(2025, 5, 1)) is certificated
    assert User.objects.certificated(date(2025, 5, 1)).filter(pk=stranger.pk).exists() is certificated
