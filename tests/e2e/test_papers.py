"""A paper from the list to the printer, and the code on it in the hand of somebody who has no account."""

import os

import pytest

from documents import verification
from documents.models import Form
from tests.documents.samples import paper

pytestmark = pytest.mark.django_db(transaction=True)
SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def made(inspector_a, east_village):
    from django.core.cache import cache

    cache.clear()
    return [paper(form, inspector_a, east_village.code) for form in (Form.CORRECT_BY, Form.INSPECTION)]


def fits(page) -> bool:
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_paper_is_found_read_and_taken_home(new_page, sign_in, axe, made, inspector_a, size):
    page = sign_in(new_page(size), inspector_a)
    page.goto("/documents/")
    axe(page)
    assert fits(page)
    shoot(page, f"list-{size}")
    page.get_by_role("link", name=made[0].number, exact=True).click()
    page.get_by_role("heading", name="责令限期改正通知书").wait_for()
    axe(page)
    assert fits(page)
    shoot(page, f"paper-{size}")
    for name, ending in (("下载 PDF", ".pdf"), ("下载 Word", ".docx")):
        with page.expect_download() as arriving:
            page.get_by_role("link", name=name).click()
        assert arriving.value.suggested_filename == made[0].number + ending
    page.goto(made[1].get_absolute_url())
    assert fits(page)
    page.goto("/documents/")
    page.get_by_label("日期", exact=True).first.fill("2026-03-10")
    with page.expect_download() as arriving:
        page.get_by_role("button", name="打印当日全部").click()
    assert arriving.value.suggested_filename == "2026-03-10.pdf"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_passer_by_verifies_a_paper(new_page, axe, made, size):
    page = new_page(size)
    page.goto(verification.address(made[0]).removeprefix("http://127.0.0.1:8000"))
    page.get_by_text("此文书由本系统制作，现行有效。").wait_for()
    axe(page)
    assert fits(page)
    shoot(page, f"verify-{size}")


def shoot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
