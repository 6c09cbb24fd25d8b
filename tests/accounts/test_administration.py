"""Accounts and posts, by those who manage them."""

from datetime import date

import pytest

from accounts import selectors, services
from accounts.models import AccountEvent, Post, User
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from tests.cast import COUNTY, EAST, PASSWORD, QUZHOU, WEST

DAY = date(2025, 3, 3)
NEW = {
    "username": "xinren",
    "name": "新人",
    "role": "township_officer",
    "region": EAST,
    "starts_on": "2025-03-03",
}


def opened(admin_user, divisions, **more):
    facts = {
        "username": "xinren",
        "name": "新人",
        "role": "leader",
        "region": divisions[EAST],
        "on": DAY,
    } | more
    return services.create_account(by=admin_user, **facts)


def test_a_new_account_must_change_the_password_it_was_given(admin_user, divisions):
    user, password = opened(admin_user, divisions)
    assert user.must_change_password
    assert user.check_password(password)
    assert user.scope_on(DAY).codes == (EAST,)
    assert list(user.account_events.values_list("act", flat=True)) == ["post_given", "created"]


def test_the_first_password_is_shown_once_and_stored_nowhere(admin_user, as_user, divisions):
    answer = as_user(admin_user).post("/accounts/people/new/", NEW)
    assert answer.status_code == 200
    user = User.objects.get(username="xinren")
    shown = answer.content.decode().split('class="first-password">')[1].split("<")[0]
    assert user.check_password(shown)
    again = as_user(admin_user).get(f"/accounts/people/{user.pk}/").content.decode()
    assert shown not in again


@pytest.mark.parametrize(
    ("change", "field"),
    [({"username": "officer_east"}, "username"), ({"region": "3308"}, "region"), ({"region": "x"}, "region")],
)
def test_a_refused_account_comes_back_filled(admin_user, officer_east, as_user, divisions, change, field):
    answer = as_user(admin_user).post("/accounts/people/new/", NEW | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.split(f'data-field="{field}"')[1].split("data-field")[0].count("field-errors") == 1
    assert 'value="新人"' in page
    assert not User.objects.filter(username="xinren").exists()


def test_a_region_may_be_given_by_its_name(admin_user, as_user, divisions):
    as_user(admin_user).post("/accounts/people/new/", NEW | {"region": "马屯镇"})
    assert Post.objects.get(user__username="xinren").region_id == EAST


def test_nobody_without_the_role_opens_accounts(office, divisions):
    with pytest.raises(NotAllowed):
        opened(office, divisions)


def test_no_account_is_opened_outside_ones_region(admin_user, divisions):
    with pytest.raises(NotAllowed):
        opened(admin_user, divisions, region=divisions[QUZHOU])


def test_no_account_outside_ones_region_is_found(admin_user, leader_quzhou, as_user):
    assert as_user(admin_user).get(f"/accounts/people/{leader_quzhou.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        services.reset_password(leader_quzhou, by=admin_user)


def test_nobody_gives_themselves_a_post(admin_user, divisions):
    with pytest.raises(RuleBroken) as refused:
        services.give_post(admin_user, by=admin_user, role="leader", region=divisions[COUNTY], on=DAY)
    assert refused.value.code == "own_account"


def test_nobody_makes_themselves_a_deputy(admin_user, officer_east):
    with pytest.raises(RuleBroken):
        services.name_deputy(officer_east.posts.get(), by=admin_user, deputy=admin_user, starts_on=DAY)


def test_a_post_ends_after_its_last_day(admin_user, officer_east):
    services.end_post(officer_east.posts.get(), by=admin_user, on=DAY)
    assert officer_east.scope_on(DAY).covers(EAST)
    assert not officer_east.scope_on(date(2025, 3, 4)).covers(EAST)


def test_a_post_changed_meanwhile_is_not_ended_twice(admin_user, officer_east):
    first, second = officer_east.posts.get(), officer_east.posts.get()
    services.end_post(first, by=admin_user, on=DAY)
    with pytest.raises(AlreadyDone):
        services.end_post(second, by=admin_user, on=date(2025, 5, 1))


def test_locking_twice_says_so(admin_user, officer_east):
    services.lock(officer_east, by=admin_user)
    with pytest.raises(AlreadyDone):
        services.lock(officer_east, by=admin_user)
    services.unlock(officer_east, by=admin_user)
    assert User.objects.get(pk=officer_east.pk).is_active


def test_nobody_locks_themselves_out(admin_user):
    with pytest.raises(RuleBroken):
        services.lock(admin_user, by=admin_user)


def test_a_new_first_password_ends_every_session(admin_user, officer_east, client):
    client.post("/accounts/login/", {"username": "officer_east", "password": PASSWORD})
    services.reset_password(officer_east, by=admin_user)
    assert client.get("/accounts/me/").status_code == 302


def test_the_history_cannot_be_rewritten(admin_user, officer_east):
    services.lock(officer_east, by=admin_user)
    with pytest.raises(Exception, match="append_only"):
        AccountEvent.objects.all().delete()


def test_who_answers_for_a_township(cast, divisions):
    def names(rows):
        return {user.username for user in rows}

    assert names(selectors.inspectors(code=EAST, on=DAY)) == {"inspector_a", "inspector_b"}
    assert names(selectors.assistants(code=EAST, on=DAY)) == {"clerk"}
    assert names(selectors.holders_of("township_officer", code=EAST, on=DAY, heads=True)) == {"head_east"}
    assert names(selectors.holders("case.decide_extension", code=WEST, on=DAY)) == {"office"}


def test_a_deputy_is_among_the_holders(officer_east, officer_west, divisions):
    post = officer_east.posts.get()
    post.deputy, post.deputy_from, post.deputy_to = officer_west, DAY, DAY
    post.save()
    assert officer_west in selectors.holders_of("township_officer", code=EAST, on=DAY)
    assert officer_west not in selectors.holders_of("township_officer", code=EAST, on=date(2025, 3, 4))


@pytest.mark.parametrize("page", ["people/", "people/new/", "sign-ins/"])
def test_the_pages_answer_their_reader_and_refuse_others(admin_user, office, as_user, page):
    assert as_user(admin_user).get(f"/accounts/{page}").status_code == 200
    assert as_user(office).get(f"/accounts/{page}").status_code == 403


def test_the_pages_of_one_account(admin_user, officer_east, officer_west, as_user):
    browser = as_user(admin_user)
    post = officer_east.posts.get()
    assert browser.get(f"/accounts/people/{officer_east.pk}/").status_code == 200
    assert browser.get(f"/accounts/posts/{post.pk}/deputy/").status_code == 200
    facts = {"deputy": officer_west.pk, "starts_on": "2025-03-01", "ends_on": "2025-03-10"}
    assert browser.post(f"/accounts/posts/{post.pk}/deputy/", facts).status_code == 302
    assert officer_west.scope_on(DAY).covers(EAST)
    backwards = facts | {"ends_on": "2025-02-01"}
    assert browser.post(f"/accounts/posts/{post.pk}/deputy/", backwards).status_code == 422
    assert browser.post(f"/accounts/posts/{post.pk}/end/", {"ends_on": "2025-03-05"}).status_code == 302
    assert browser.post(f"/accounts/posts/{post.pk}/end/", {"ends_on": "soon"}).status_code == 409
    again = {"role": "auditor", "region": WEST, "starts_on": "2025-01-01"}
    assert browser.post(f"/accounts/people/{officer_east.pk}/posts/", again).status_code == 302
    assert browser.post(f"/accounts/people/{officer_east.pk}/posts/", again).status_code == 422
    assert browser.post(f"/accounts/people/{officer_east.pk}/password/").status_code == 200
    assert browser.post(f"/accounts/people/{officer_east.pk}/lock/", {"act": "lock"}).status_code == 302
    assert browser.post(f"/accounts/people/{officer_east.pk}/lock/", {"act": "lock"}).status_code == 409
    facts = {"name": "马东东", "card_number": "冀9"}
    assert browser.post(f"/accounts/people/{officer_east.pk}/", facts).status_code == 302
    assert User.objects.get(pk=officer_east.pk).name == "马东东"


def test_thirty_accounts_cost_as_many_queries_as_three(
    admin_user, make_person, as_user, django_assert_max_num_queries
):
    for n in range(18):
        make_person(f"p{n}", f"人{n}", "leader", EAST)
    browser = as_user(admin_user)
    browser.get("/accounts/people/")
    with django_assert_max_num_queries(8):
        assert browser.get("/accounts/people/").status_code == 200
