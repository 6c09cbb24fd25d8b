"""The door: in, out, locked, idle, first password."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import SignIn
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"
IDLE = settings.SESSION_IDLE_SECONDS


def knock(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_the_page_speaks_chinese_and_names_the_product(client, db):
    page = client.get(LOGIN).content.decode()
    assert 'lang="zh-Hans"' in page
    assert "消患" in page
    assert "inspector1" not in page


def test_the_page_names_demo_accounts_only_in_a_demonstration(client, db, settings):
    settings.DEMO = True
    page = client.get(LOGIN).content.decode()
    assert 'data-value="inspector1"' in page and 'data-fill="#id_username"' in page
    assert page.count("data-fill") == 9


def test_in_and_back_to_the_page_that_was_asked_for(client, officer_east):
    assert client.get("/accounts/me/").url == f"{LOGIN}?next=/accounts/me/"
    assert knock(client, "officer_east", next="/accounts/me/").url == "/accounts/me/"
    assert client.get("/accounts/me/").status_code == 200


def test_nobody_is_sent_to_another_site(client, officer_east):
    assert knock(client, "officer_east", next="https://evil.example/").url == "/"


def test_full_width_letters_are_the_same_name(client, officer_east):
    assert knock(client, " ｏｆｆｉｃｅｒ_east").status_code == 302


def test_a_wrong_password_and_an_unknown_name_look_alike(client, officer_east):
    wrong = knock(client, "officer_east", "nonsense-1")
    unknown = knock(client, "officer_nowhere", "nonsense-1")
    assert wrong.status_code == unknown.status_code == 422
    strip = lambda page: page.content.decode().replace("officer_east", "").replace("officer_nowhere", "")  # noqa: E731
    assert [line for line in strip(wrong).splitlines() if "csrf" not in line.lower()] == [
        line for line in strip(unknown).splitlines() if "csrf" not in line.lower()
    ]


def test_the_page_comes_back_with_the_name_but_not_the_password(client, officer_east):
    page = knock(client, "officer_east", "typed-secret").content.decode()
    assert 'value="officer_east"' in page
    assert "typed-secret" not in page


@pytest.mark.parametrize("username", ["officer_east", "officer_nowhere"])
def test_five_wrong_attempts_lock_and_say_until_when(client, officer_east, username):
    with time_machine.travel("2025-03-03T10:00:00+08:00", tick=False):
        answers = [knock(client, username, f"wrong-{n}") for n in range(5)]
        assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
        page = answers[-1].content.decode()
        assert "10:16" in page
        assert answers[-1]["Retry-After"] == "960"
        assert knock(client, username).status_code == 429


def test_the_lock_opens_when_it_said_even_if_tried_meanwhile(client, officer_east):
    with time_machine.travel("2025-03-03T10:00:00+08:00", tick=False):
        for n in range(5):
            knock(client, "officer_east", f"wrong-{n}")
    with time_machine.travel("2025-03-03T10:10:00+08:00", tick=False):
        assert knock(client, "officer_east").status_code == 429
    with time_machine.travel("2025-03-03T10:16:00+08:00", tick=False):
        assert knock(client, "officer_east").status_code == 302


def test_a_lock_keeps_nobody_else_out(client, officer_east, officer_west):
    for n in range(5):
        knock(client, "officer_east", f"wrong-{n}")
    assert knock(client, "officer_west").status_code == 302


def test_every_attempt_is_on_record(client, officer_east):
    knock(client, "officer_east", "nonsense")
    knock(client, "my-secret-password")
    knock(client, "officer_east")
    rows = list(SignIn.objects.order_by("pk").values_list("username", "ok", "user__username", "ip"))
    assert rows == [
        ("officer_east", False, "officer_east", "127.0.0.1"),
        ("my-…", False, None, "127.0.0.1"),
        ("officer_east", True, "officer_east", "127.0.0.1"),
    ]


def test_an_idle_session_ends_and_comes_back_to_its_page(client, officer_east):
    with time_machine.travel("2025-03-03T10:00:00+08:00", tick=False) as clock:
        knock(client, "officer_east")
        client.get("/accounts/me/")
        clock.shift(IDLE - 10)
        assert client.get("/accounts/me/").status_code == 200
        clock.shift(IDLE - 10)
        assert client.get("/accounts/me/").status_code == 200
        clock.shift(IDLE + 10)
        answer = client.get("/accounts/me/?a=1")
        assert answer.url == f"{LOGIN}?next=%2Faccounts%2Fme%2F%3Fa%3D1&idle=1"
        assert client.get("/accounts/me/").status_code == 302


def test_a_fragment_sends_the_whole_page_to_the_door(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?page=2"}
    answer = client.get("/inbox/", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"{LOGIN}?next=%2Fcases%2F%3Fpage%3D2"


def test_a_foreign_page_is_not_returned_to(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}
    assert client.get("/inbox/", headers=headers)["HX-Redirect"] == f"{LOGIN}?next=%2F"


class TestFirstPassword:
    @pytest.fixture
    def newcomer(self, officer_east, as_user):
        officer_east.must_change_password = True
        officer_east.save()
        as_user(officer_east)
        return officer_east

    def test_nothing_else_opens(self, newcomer, client):
        assert client.get("/accounts/me/").url == "/accounts/password/"
        assert client.get("/inbox/", headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/password/"

    def test_the_session_api_says_so_as_a_code(self, newcomer, client):
        answer = client.get("/api/v1/schema/")
        assert (answer.status_code, answer.json()["code"]) == (403, "must_change_password")

    def test_a_new_one_opens_everything_and_keeps_the_session(self, newcomer, client, fresh):
        answer = client.post("/accounts/password/", passwords("Xin-mima-2025"))
        assert answer.url == "/"
        assert client.get("/accounts/me/").status_code == 200
        assert fresh(newcomer).check_password("Xin-mima-2025")
        assert not fresh(newcomer).must_change_password

    @pytest.mark.parametrize(
        ("new", "again", "old"),
        [
            (PASSWORD, PASSWORD, PASSWORD),
            ("Xin-mima-2025", "Xin-mima-2026", PASSWORD),
            ("Xin-mima-2025", "Xin-mima-2025", "not the present one"),
            ("12345678", "12345678", PASSWORD),
            ("kurz", "kurz", PASSWORD),
        ],
        ids=["the same", "typed differently", "present one wrong", "only digits", "too short"],
    )
    def test_a_bad_one_is_refused_at_its_field(self, newcomer, client, fresh, new, again, old):
        answer = client.post("/accounts/password/", passwords(new, again, old))
        assert answer.status_code == 422
        assert "field-errors" in answer.content.decode()
        assert fresh(newcomer).must_change_password


def passwords(new, again=None, old=PASSWORD):
    return {"old_password": old, "new_password1": new, "new_password2": again or new}


def test_signing_out_everywhere_else_keeps_this_browser(officer_east, client, django_user_model):
    from django.test import Client

    other = Client()
    knock(client, "officer_east")
    knock(other, "officer_east")
    assert client.post("/accounts/me/sessions/").status_code == 302
    assert client.get("/accounts/me/").status_code == 200
    assert other.get("/accounts/me/").status_code == 302


def test_the_chosen_language_stays(officer_east, client, fresh):
    knock(client, "officer_east")
    client.post("/language/", {"language": "en", "next": "/accounts/me/"})
    assert "My posts" in client.get("/accounts/me/").content.decode()
    assert fresh(officer_east).language == "en"


def test_home_without_a_post_is_the_own_page(stranger, as_user):
    assert as_user(stranger).get("/").url == reverse("accounts:me")


def test_home_of_an_administrator_are_the_accounts(admin_user, as_user):
    assert as_user(admin_user).get("/").url == reverse("accounts:people")


def test_a_locked_account_is_out_at_once(officer_east, as_user):
    browser = as_user(officer_east)
    officer_east.is_active = False
    officer_east.save()
    assert browser.get("/accounts/me/").status_code == 302


def test_the_address_behind_a_balancer_cannot_be_made_up(rf, settings):
    from accounts.network import client_ip

    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.1.1.1"}, REMOTE_ADDR="10.0.0.1")
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 0}
    assert client_ip(request) == "10.0.0.1"
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert client_ip(request) == "10.1.1.1"


def test_sign_ins_are_seen_by_those_who_audit_their_region(officer_east, auditor, officer_west, fresh):
    SignIn.objects.create(user=officer_east, username="officer_east", at=timezone.now(), ok=True)
    assert SignIn.objects.visible_to(auditor).count() == 1
    assert SignIn.objects.visible_to(officer_west).count() == 0
    assert SignIn.objects.visible_to(officer_east).count() == 1


def test_the_log_cannot_be_rewritten(officer_east):
    row = SignIn.objects.create(user=officer_east, username="x", at=timezone.now(), ok=True)
    with pytest.raises(Exception, match="append_only"):
        SignIn.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=1))
