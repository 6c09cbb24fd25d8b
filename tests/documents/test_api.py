"""Papers over the API: one's area alone, the frozen content, and both files."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from documents.models import Form
from documents.services import void
from tests.documents.samples import paper
from tests.factories import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(inspector_a, east_village):
    return paper(Form.CORRECT_BY, inspector_a, east_village.code)


def as_client(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_paper_with_its_content_and_its_files(made, inspector_a, office):
    client = as_client(inspector_a)
    (row,) = client.get("/api/v1/papers/?form=correct_by").json()["results"]
    assert row["number"] == "枣消限字〔2026〕第0001号" and "content" not in row and row["is_void"] is False
    assert client.get(row["pdf"]).content.startswith(b"%PDF")
    assert client.get(row["pdf"], headers={"Accept": "application/pdf"}).content.startswith(b"%PDF")
    assert client.get(row["word"]).content.startswith(b"PK")
    whole = client.get(f"/api/v1/papers/{made.pk}/").json()
    assert whole["content"]["items"][0]["due_on"] == "2026-03-13"
    void(made, by=office, at=at(), reason="写错单位")
    assert client.get(f"/api/v1/papers/{made.pk}/").json()["is_void"] is True


def test_papers_of_elsewhere_are_not_there(made, officer_west):
    client = as_client(officer_west)
    assert client.get("/api/v1/papers/").json()["count"] == 0
    for tail in ("", "pdf/", "word/"):
        assert client.get(f"/api/v1/papers/{made.pk}/{tail}").status_code == 404
    assert client.get("/api/v1/papers/?form=nonsense").status_code == 400
    assert client.get("/api/v1/papers/x/pdf/").status_code == 404


def test_thirty_papers_cost_as_many_questions_as_three(inspector_a, east_village):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            as_client(type(inspector_a).objects.get(pk=inspector_a.pk)).get("/api/v1/papers/")
        return len(asked)

    for _ in range(3):
        paper(Form.CORRECT_BY, inspector_a, east_village.code)
    few = cost()
    for _ in range(27):
        paper(Form.CORRECT_BY, inspector_a, east_village.code)
    assert cost() == few
