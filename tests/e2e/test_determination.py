"""A major hazard and a combined-use site in the browser: the rules asked, the meeting recorded, the survey kept."""

import os
import re

import pytest

from common.days import now, today
from tests.e2e.test_pages import Audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(inspector_a, officer_east, make_unit, make_case):
    from rectification.services import orders
    from reference.services.rule_sets import load_shipped
    from reference.services.tables import load_tables
    from tests.factories import plus

    load_tables()
    load_shipped()
    site = make_unit(
        "红星毛皮加工坊", flags=["combined_use", "crowded"], floor_area=800, storeys=3, lodgers=8
    )
    case = make_case(unit=site, category="lodging", day=today())
    orders.issue(unit=site, items=[orders.Item(case, plus(20, today()))], by=inspector_a, at=now())
    return site, case


def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/determination-{name}.png", full_page=True)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_rules_are_asked_and_the_meeting_decides(new_page, sign_in, axe, world, inspector_a, size):
    _site, case = world
    page = sign_in(new_page(size), inspector_a)
    audit = Audit(page, axe, size)
    url = f"/rectification/cases/{case.pk}/determine/"
    audit.look(url)
    assert page.locator("input[name=place][value=crowded]").is_checked()
    page.locator(".elements-chapter summary", has_text="7.3").click()
    page.get_by_role("checkbox", name=re.compile(r"^7\.3\.1 ")).check()
    page.get_by_role("checkbox", name=re.compile(r"^7\.3\.6 ")).check()
    page.locator("input[name='elements-7.3.6']").fill("60")
    page.locator(".elements-chapter summary", has_text="7.5").click()
    page.get_by_role("checkbox", name=re.compile(r"^7\.5 ")).check()
    shot(page, f"{size}-form")
    page.get_by_role("button", name="查看判定建议").click()
    page.locator("#proposal").get_by_text("规则a：计3条，达到3条").wait_for()
    assert page.locator("#proposal").get_by_text("仅供参考").count() >= 1
    assert page.locator("input[name='elements-7.3.6']").input_value() == "60"
    axe(page)
    shot(page, f"{size}-proposal")

    page.get_by_label("重大火灾隐患").check()
    page.locator("[name=held_on]").fill(today().isoformat())
    page.locator("[name=attendees]").fill("周安\n吴平\n郑文")
    page.locator("[name=clauses]").fill("第7.3.1、7.3.6、7.5条")
    page.locator("[name=conclusion]").fill("经集体讨论，判定为重大火灾隐患")
    page.locator("[name=experts]").fill("7")
    page.locator("[name=expert_votes]").fill("4")
    send = page.locator("button.btn-primary:visible").last
    send.click()
    page.get_by_text("不足三分之二").first.wait_for()
    page.locator("[name=expert_votes]").fill("5")
    page.locator("button.btn-primary:visible").last.click()
    page.wait_for_url(re.compile(rf"/cases/{case.pk}/$"))
    page.get_by_role("heading", name="集体讨论决定").wait_for()
    audit.look(f"/cases/{case.pk}/")
    page.locator("summary", has_text="规则判定建议").click()
    shot(page, f"{size}-case")
    assert not audit.faults, "\n".join(audit.faults)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_survey_completes_the_verdict(new_page, sign_in, axe, world, officer_east, size):
    site, _ = world
    page = sign_in(new_page(size), officer_east)
    audit = Audit(page, axe, size)
    audit.look(site.get_absolute_url())
    page.get_by_text("尚不清楚").wait_for()
    shot(page, f"{size}-unit")
    page.get_by_role("link", name="核查").click()
    page.wait_for_url(re.compile("/lodging/$"))
    audit.look(page.url)
    page.locator("[name=use_class]").select_option("B")
    shot(page, f"{size}-survey")
    page.locator("button.btn-primary:visible").last.click()
    page.get_by_text("禁止住宿").wait_for()
    assert not audit.faults, "\n".join(audit.faults)
