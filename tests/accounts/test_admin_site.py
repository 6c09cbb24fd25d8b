"""Django's administration holds code tables only, for those who manage them."""

import pytest


@pytest.mark.parametrize(("who", "status"), [("admin_user", 200), ("office", 302), ("auditor", 302)])
def test_only_the_administrator_enters(cast, as_user, who, status):
    assert as_user(cast[who]).get("/admin/").status_code == status


def test_offices_may_be_added_but_accounts_and_tokens_may_not(admin_user, as_user):
    browser = as_user(admin_user)
    assert browser.get("/admin/accounts/office/add/").status_code == 200
    assert browser.get("/admin/auth/group/add/").status_code == 403
    assert browser.get("/admin/authtoken/tokenproxy/add/").status_code == 403


@pytest.mark.parametrize("path", ["accounts/user/", "accounts/post/", "hazards/hazardcase/", "units/unit/"])
def test_business_has_no_side_door_here(admin_user, as_user, path):
    assert as_user(admin_user).get(f"/admin/{path}").status_code in {403, 404}


def test_nothing_is_deleted_here(admin_user, offices, as_user):
    assert (
        as_user(admin_user).get(f"/admin/accounts/office/{offices['brigade'].pk}/delete/").status_code == 403
    )


def test_who_has_no_business_here_is_told_so_and_not_sent_in_a_circle(cast, as_user):
    answer = as_user(cast["office"]).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert len(answer.redirect_chain) == 1


def test_a_stranger_goes_to_the_one_door_and_keeps_the_way_back(client, db):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"
