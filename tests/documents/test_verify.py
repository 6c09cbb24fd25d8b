"""The code on a paper: a stranger learns that it stands or is void, and nothing of what it says."""

import pytest
from django.core.cache import cache

from documents import verification
from documents.models import Form
from documents.services import void
from tests.documents.samples import paper
from tests.factories import at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def made(inspector_a, east_village):
    return paper(Form.CORRECT_BY, inspector_a, east_village.code)


def path(made):
    return verification.address(made).removeprefix("http://127.0.0.1:8000")


def test_a_stranger_reads_that_the_paper_stands(client, made):
    assert path(made).startswith(f"/papers/verify/{made.pk}/")
    said = client.get(path(made)).content.decode()
    for shown in (
        "枣消限字〔2026〕第0001号",
        "责令限期改正通知书",
        "枣强县消防救援大队",
        "2026年3月10日",
        made.content_hash[:16],
    ):
        assert shown in said
    assert "已作废" not in said
    for hidden in ("兴旺皮革", "大营镇", "李春明", "周安", "0111", "安全出口上锁"):
        assert hidden not in said


def test_a_void_paper_is_said_to_be_void(client, made, office):
    void(made, by=office, at=at(), reason="写给李春明的错了")
    said = client.get(path(made)).content.decode()
    assert "已作废" in said and "李春明" not in said


def test_without_the_signature_nothing_is_said(client, made):
    good = verification.signature(made)
    for bad in ("0" * 20, good[:-1], good + "0", good.upper() + "x", "签名"):
        answer = client.get(f"/papers/verify/{made.pk}/{bad}/")
        assert answer.status_code == 404
        assert made.number not in answer.content.decode()
    assert client.get(f"/papers/verify/{made.pk + 1}/{good}/").status_code == 404
    assert client.get(f"/papers/verify/{10**30}/{good}/").status_code == 404
    assert client.post(path(made)).status_code == 405


def test_looking_through_all_of_them_is_slowed_down(client, made, monkeypatch):
    monkeypatch.setattr(verification, "LOOKS_PER_MINUTE", 3)
    assert [client.get(path(made)).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
