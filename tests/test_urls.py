"""Every address of the product refuses a stranger. What strangers may see is listed here, one by one."""

import re

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

OPEN = {
    "healthz",
    "readyz",
    "accounts/login/",
    "language/",
    "admin/login/",  # sends to accounts/login/
    "api/v1/token/",
    "static/",
    "papers/verify/<int:pk>/<str:signature>/",  # the code on a paper: number, form, body, day, standing
}
DOORS = ("/accounts/login/", "/admin/login/")


def walk(patterns, before=""):
    """Every address as its pattern and as one example that it matches."""
    for item in patterns:
        route = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from walk(item.url_patterns, route)
        elif isinstance(item, URLPattern):
            yield route


def example(route):
    """One address that the pattern matches."""
    plain = simplify_regex(route).replace("\\", "").replace("<drf_format_suffix:format>", ".json")
    words = {"act": "order", "format": "json"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: words.get(found[1], "1"), plain)


def is_open(route):
    return any(route == known or route.startswith(known.partition("<")[0]) for known in OPEN if known)


ROUTES = sorted({route for route in walk(get_resolver().url_patterns) if not is_open(route)})


def test_there_are_addresses_to_walk():
    assert len(ROUTES) > 30


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_is_refused(client, db, route):
    for method in ("get", "post"):
        answer = getattr(client, method)(example(route))
        refused = answer.status_code in {401, 403, 405} or (
            answer.status_code == 302 and answer["Location"].startswith(DOORS)
        )
        assert refused, f"{method} {example(route)} answers {answer.status_code}"


@pytest.mark.parametrize("route", sorted(OPEN - {"static/"}))
def test_the_short_list_of_what_is_open_is_not_longer_than_needed(client, db, route):
    answer = client.get(example(route))
    # An address with a signature in it answers a guess with 404 and nothing else.
    assert answer.status_code in ({404} if "<" in route else {200, 302, 405, 503})


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/?next=/admin/"])
def test_the_administration_has_no_door_of_its_own(client, db, path):
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
