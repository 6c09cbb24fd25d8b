"""The description of the API is drawn by its own scripts under our content policy, without a request to elsewhere."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_docs_are_drawn_under_the_content_policy(desktop, sign_in, cast):
    page = sign_in(desktop, cast["admin_user"])
    page.goto("/api/v1/docs/")
    page.get_by_role("link", name="/api/v1/cases/", exact=True).first.wait_for(timeout=20_000)
    assert page.locator(".opblock").count() > 20
