"""The token door of the API."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts import services
from tests.cast import PASSWORD

DOOR = "/api/v1/token/"


@pytest.fixture
def api():
    return APIClient(HTTP_ACCEPT_LANGUAGE="en")


def ask(api, username="officer_east", password=PASSWORD):
    return api.post(DOOR, {"username": username, "password": password}, format="json")


def look(api, token):
    return api.get("/api/v1/schema/", headers={"Authorization": f"Token {token}", "Accept": "*/*"})


def test_a_token_opens_the_api(api, officer_east):
    token = ask(api).json()["token"]
    assert look(api, token).status_code == 200
    assert look(api, "0" * 40).status_code == 401


def test_the_same_person_gets_the_same_token(api, officer_east):
    assert ask(api).json() == ask(api).json()


def test_a_wrong_password_is_400_with_a_code(api, officer_east):
    answer = ask(api, password="nonsense-1")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_credentials")


def test_a_missing_field_is_named(api, db):
    assert set(api.post(DOOR, {}, format="json").json()) == {"username", "password"}


def test_the_lock_of_the_page_is_the_lock_of_the_api(api, client, officer_east):
    for n in range(5):
        client.post("/accounts/login/", {"username": "officer_east", "password": f"wrong-{n}"})
    answer = ask(api)
    assert (answer.status_code, answer.json()["code"]) == (429, "locked")
    assert not Token.objects.exists()


def test_wrong_tokens_at_the_api_lock_the_page(api, client, officer_east):
    for n in range(5):
        last = ask(api, password=f"wrong-{n}")
    assert last.status_code == 429
    page = client.post("/accounts/login/", {"username": "officer_east", "password": PASSWORD})
    assert page.status_code == 429


def test_a_first_password_gets_no_token(api, officer_east):
    officer_east.must_change_password = True
    officer_east.save()
    answer = ask(api)
    assert (answer.status_code, answer.json()["code"]) == (403, "must_change_password")


def test_a_token_runs_out_and_is_replaced(api, officer_east, settings):
    old = ask(api).json()["token"]
    Token.objects.update(created=timezone.now() - timedelta(days=settings.API_TOKEN_DAYS, minutes=1))
    assert look(api, old).status_code == 401
    new = ask(api).json()["token"]
    assert new != old
    assert look(api, new).status_code == 200


def test_a_locked_account_loses_its_token(api, officer_east, admin_user):
    token = ask(api).json()["token"]
    services.lock(officer_east, by=admin_user)
    assert look(api, token).status_code == 401


def test_the_documentation_loads_nothing_from_elsewhere(admin_user, as_user):
    page = as_user(admin_user).get("/api/v1/docs/").content.decode()
    assert "https://" not in page.replace("https://testserver", "")
