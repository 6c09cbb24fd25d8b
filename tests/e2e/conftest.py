"""A real browser against a live server: pages in two sizes, sign-in by cookie, and no error goes unnoticed."""

import os
import shutil
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.e2e.rest import AT_REST, SETTLED

# Playwright keeps an event loop in this thread; the ORM may be used from the tests all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
SERIOUS = {"serious", "critical"}


def pytest_collection_modifyitems(items):
    for item in items:
        if "/e2e/" in item.nodeid.replace(os.sep, "/"):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, or the one that CHROMIUM names."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What went wrong in the pages of a test: script errors, policy violations, requests to elsewhere."""

    def __init__(self, server: str):
        self.server, self.problems = urlsplit(server).netloc, []

    def follow(self, page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message) -> None:
        # A refusal (4xx) is an answer, not an accident; static files and 5xx are caught below.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _request(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self.server:
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response) -> None:
        static = urlsplit(response.url).path.startswith("/static/")
        if response.status >= 500 or (static and response.status >= 400):
            self.problems.append(f"{response.status} for {response.url}")


@pytest.fixture
def new_page(browser, live_server):
    """`new_page("phone", theme="dark")`: a page in a context of its own, so that several people can work at once."""
    watch, contexts = Watch(live_server.url), []

    def make(size: str = "desktop", *, theme: str = "light", language: str = "zh-hans", **options):
        context = browser.new_context(base_url=live_server.url, locale="zh-CN", **SIZES[size] | options)
        context.set_default_timeout(10_000)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": live_server.url}
                for name, value in (("theme", theme), ("django_language", language))
            ]
        )
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield make
    for context in contexts:
        with suppress(Exception):
            context.close()
    assert not watch.problems, "\n".join(watch.problems)


@pytest.fixture
def phone(new_page):
    """390 x 844 with a touch screen."""
    return new_page("phone")


@pytest.fixture
def desktop(new_page):
    """1440 x 900 with a mouse."""
    return new_page("desktop")


@pytest.fixture
def sign_in(live_server):
    """`sign_in(page, user)`: the session cookie of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    def do(page, user):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
        )
        return page

    return do


@pytest.fixture
def axe():
    """`axe(page)`: fails on any serious or critical violation of accessibility.

    `axe(page, opened=True)` is for a page that was opened by its address and touched by nobody since: it is at rest as
    soon as it says so itself. After a click only half a second of silence shows that nothing more is to come.
    """
    from axe_playwright_python.sync_playwright import Axe

    def check(page, *, opened=False):
        # Colours are judged where they have come to rest, not half-way through a transition or a load.
        if opened:
            page.wait_for_function(AT_REST)
        else:
            page.wait_for_load_state("networkidle")
        page.evaluate(SETTLED)
        found = [
            f"{violation['impact']} {violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"][:160] for node in violation["nodes"][:5])
            for violation in Axe().run(page).response["violations"]
            if violation["impact"] in SERIOUS
        ]
        assert not found, "\n".join(found)

    return check
