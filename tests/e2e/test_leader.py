"""The county leader looks at one screen, presses a number, gets its cases, and goes down to a township."""

import re

import pytest
import time_machine

from tests.dashboards.conftest import make_hazard, march  # noqa: F401 - fixtures of the small county

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def end_of_march():
    from django.core.cache import cache

    cache.clear()
    # The server of the test lives in this process, so it shares the day.
    with time_machine.travel("2026-03-31 10:00+08:00", tick=True):
        yield


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_one_screen_and_every_number_a_door(desktop, sign_in, axe, march, leader):
    page = sign_in(desktop, leader)
    page.goto("/")
    page.wait_for_url("**/leader/**")
    page.get_by_role("link", name="本月").click()
    page.get_by_text("2026年3月1日至3月31日").wait_for()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (
        "the page scrolls at 1440 x 900"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)

    # the chart is drawn from the table
    assert page.locator(".leader-canvas canvas").count() == 1
    # the definition stands beside the figure
    page.locator(".hl").first.locator("details summary").click()
    page.get_by_text("销号÷发现").first.wait_for()

    # a number opens its cases
    overdue = page.locator(".hl").nth(2).locator(".hl-number")
    count = number(overdue.inner_text())
    assert count == 3
    overdue.click()
    page.wait_for_url("**/cases/**")
    assert page.locator("tbody tr").count() == count
    page.go_back()

    # down to the township, and up again
    page.locator("#ranking").get_by_role("link", name="马屯镇").click()
    page.get_by_role("heading", name=re.compile("马屯镇")).wait_for()
    page.locator("#ranking").get_by_text("张仓口村").wait_for()
    page.get_by_role("link", name="枣强县", exact=True).click()
    page.get_by_role("heading", name=re.compile("枣强县")).wait_for()

    # the table, by grade, with its check
    page.get_by_role("link", name="完整表格").click()
    page.get_by_text("与现有未销号隐患核对一致").wait_for()
    page.get_by_label("分组").select_option("grade")
    page.locator("#figures-table").get_by_text("重大火灾隐患").wait_for()
    axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_under_the_thumb(new_page, sign_in, axe, march, leader, theme):
    page = sign_in(new_page("phone", theme=theme), leader)
    page.goto("/leader/?period=month")
    page.locator(".leader-canvas canvas").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than the phone"
    )
    axe(page)
    page.get_by_role("link", name="看逾期的").or_(page.locator(".hl-number").nth(2)).first.click()
    page.wait_for_url("**/cases/**")
    for address in ("/figures/", "/leader/listings/", "/leader/combined/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        axe(page)


def test_the_office_sees_what_waits_first(desktop, sign_in, axe, march, leader, office):
    page = sign_in(desktop, office)
    page.goto("/office/")
    page.get_by_role("heading", name=re.compile("待我审批")).wait_for()
    axe(page)


def test_wrong_days_are_said_at_the_field(desktop, sign_in, axe, march, leader):
    page = sign_in(desktop, leader)
    page.goto("/leader/?period=own&from=2026-03-31&to=2026-03-01")
    page.get_by_text("截止日期早于起始日期").wait_for()
    axe(page)
