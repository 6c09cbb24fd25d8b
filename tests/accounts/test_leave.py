"""Going on leave: the holder names who stands in, for a time; both are told; nobody gives away what is not theirs."""

from datetime import timedelta

import pytest

from accounts import services
from accounts.models import AccountEvent
from accounts.roles import may
from common.days import today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from notifications.models import Message
from tests.cast import EAST, QUZHOU, WEST

pytestmark = pytest.mark.django_db


def day(n):
    return today() + timedelta(days=n)


def go(person, deputy, first=0, last=7, by=None):
    facts = {"starts_on": day(first), "ends_on": day(last), "on": today()}
    return services.go_on_leave(person.posts.get(), by=by or person, deputy=deputy, **facts)


def letters(person):
    return list(Message.objects.filter(recipient=person).order_by("pk").values_list("subject", flat=True))


def test_an_officer_of_the_next_township_stands_in_and_both_are_told(officer_east, officer_west, fresh):
    assert not may(fresh(officer_west), "case.submit", EAST)
    go(officer_east, officer_west)
    assert may(fresh(officer_west), "case.submit", EAST) and may(fresh(officer_east), "case.submit", EAST)
    assert letters(officer_west) == ["您将代马东履职"]
    assert letters(officer_east) == ["已由白西代您履职"]
    assert AccountEvent.objects.filter(about=officer_east, act="deputy_named", by=officer_east).count() == 1


def test_coming_back_and_changing_ones_mind(officer_east, officer_west, head_east, fresh):
    go(officer_east, officer_west)
    go(officer_east, head_east)
    assert letters(officer_west)[1:] == ["不再代马东履职"]
    back = {"deputy": None, "starts_on": None, "ends_on": None, "on": today()}
    services.go_on_leave(officer_east.posts.get(), by=officer_east, **back)
    assert not may(fresh(officer_west), "case.submit", EAST)
    assert letters(head_east)[-1] == "不再代马东履职"
    with pytest.raises(AlreadyDone):
        services.go_on_leave(officer_east.posts.get(), by=officer_east, **back)


def test_a_deputy_named_by_the_administrator_is_told_as_well(officer_east, officer_west, admin_user):
    services.name_deputy(officer_east.posts.get(), by=admin_user, deputy=officer_west, starts_on=day(0))
    assert letters(officer_west) == ["您将代马东履职"]
    body = Message.objects.get(recipient=officer_west).body
    assert body.startswith(f"自{day(0).year}年{day(0).month}月{day(0).day}日起")


def test_only_the_holder(officer_east, officer_west, admin_user):
    for by in (officer_west, admin_user):
        with pytest.raises(NotAllowed):
            go(officer_east, officer_west, by=by)


def test_only_to_the_same_role_in_the_same_county(officer_east, inspector_a, office, make_person, clerk):
    far = make_person("far", "外地", "township_officer", QUZHOU)
    locked = make_person("locked", "已离职", "township_officer", WEST, is_active=False)
    for deputy in (inspector_a, office, far, locked, officer_east):
        with pytest.raises(RuleBroken) as found:
            go(officer_east, deputy)
        assert found.value.field == "deputy"
    without_card = make_person("nocard", "无证", "inspector", "131121")
    with pytest.raises(RuleBroken) as found:
        go(inspector_a, without_card)
    assert found.value.field == "deputy"


@pytest.mark.parametrize(
    ("first", "last", "field"), [(-1, 5, "starts_on"), (5, 4, "ends_on"), (0, 400, "ends_on")]
)
def test_days_that_make_no_sense(officer_east, officer_west, first, last, field):
    with pytest.raises(RuleBroken) as found:
        go(officer_east, officer_west, first, last)
    assert found.value.field == field
    assert letters(officer_west) == []


def test_not_beyond_the_post(officer_east, officer_west):
    officer_east.posts.update(ends_on=day(3))
    with pytest.raises(RuleBroken) as found:
        go(officer_east, officer_west)
    assert found.value.field == "ends_on"
    officer_east.posts.update(ends_on=day(-1))
    with pytest.raises(RuleBroken):
        go(officer_east, officer_west)


class TestPage:
    def test_leave_and_back(self, officer_east, officer_west, as_user):
        client = as_user(officer_east)
        url = f"/accounts/me/posts/{officer_east.posts.get().pk}/leave/"
        assert url in client.get("/accounts/me/").content.decode()
        sent = {"deputy": officer_west.pk, "starts_on": day(0).isoformat(), "ends_on": day(5).isoformat()}
        assert client.post(url, sent).status_code == 302
        assert officer_east.posts.get().deputy == officer_west
        assert "我已返岗" in client.get(url).content.decode()
        assert client.post(url, {"back": "yes"}).status_code == 302
        assert officer_east.posts.get().deputy is None
        assert client.post(url, {"back": "yes"}).status_code == 409

    def test_bad_wishes(self, officer_east, officer_west, inspector_a, as_user):
        client = as_user(officer_east)
        url = f"/accounts/me/posts/{officer_east.posts.get().pk}/leave/"
        for sent in (
            {},
            {"deputy": inspector_a.pk},
            {"deputy": "x"},
            {"deputy": officer_west.pk, "starts_on": "x"},
        ):
            sent = {"starts_on": day(0).isoformat(), "ends_on": day(5).isoformat()} | sent
            assert client.post(url, sent).status_code == 422

    def test_another_persons_post_is_not_found(self, officer_east, officer_west, as_user):
        url = f"/accounts/me/posts/{officer_east.posts.get().pk}/leave/"
        assert as_user(officer_west).get(url).status_code == 404
