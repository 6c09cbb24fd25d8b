"""One case from the register to the leader's number, by the people who do it, each in a browser of their own."""

import os
import re

import pytest

from common.days import now, today
from tests.factories import plus

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

UNIT = "顺达裘皮加工厂"


@pytest.fixture
def world(inspector_a, inspector_b, officer_east, office, leader, make_unit, make_case, east_village):
    """The real tables, and one older hazard of the township, so that the leader's page has a rate to change."""
    from rectification.services import orders
    from reference.services.calendar import load_calendar
    from reference.services.tables import load_tables

    load_tables()
    load_calendar()
    shop = make_unit("兴旺百货店")
    case = make_case(unit=shop, day=today())
    orders.issue(unit=shop, items=[orders.Item(case, plus(20, today()))], by=inspector_a, at=now())
    return case


@pytest.fixture
def picture(tmp_path):
    """`picture("after")`: a photograph as a phone takes it."""
    from PIL import Image

    def take(name, colour="darkred"):
        path = tmp_path / f"{name}.jpg"
        Image.new("RGB", (1200, 900), colour).save(path, "JPEG")
        return str(path)

    return take


def shot(page, name):
    """A picture for whoever asks for one with SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/life-{name}.png", full_page=True)


def headline(page) -> dict[str, str]:
    """The numbers of the leader's page by the name of their links: rate, found, closed."""
    page.goto("/leader/")
    first = page.locator(".headline .hl").first
    found, closed = first.locator(".hl-note a").all()
    return {
        "rate": first.locator(".hl-number").inner_text(),
        "found": found.inner_text(),
        "closed": closed.inner_text(),
    }


def rows(page) -> list[str]:
    """The numbers of the cases in the list on the page."""
    return sorted(page.locator("#case-rows tbody .mono").all_inner_texts())


def press(page, name):
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


def told(page, words):
    """The sentence that says what happened."""
    page.locator("#messages .notice", has_text=words).wait_for()


def test_from_the_register_to_the_leaders_number(
    new_page, sign_in, axe, world, inspector_a, officer_east, office, leader, picture, media
):
    from hazards.models import HazardCase
    from inspections.models import Inspection
    from rectification.models import Suspension
    from units.models import Unit

    township = sign_in(new_page("desktop"), officer_east)
    officer = sign_in(new_page("phone"), inspector_a)
    county = sign_in(new_page("desktop"), office)
    chief = sign_in(new_page("desktop"), leader)

    assert headline(chief) == {"rate": "0.0 %", "found": "1", "closed": "0"}
    shot(chief, "01-leader-before")

    # The township registers a household that works and sleeps under one roof.
    township.goto("/units/register/")
    township.fill("[name=name]", UNIT)
    township.select_option("[name=place_type]", "work-fur")
    township.select_option("[name=village]", label="张仓口村")
    township.fill("[name=address]", "张仓口村东街12号")
    township.locator("[name=flags][value=combined_use]").check()
    township.fill("[name=responsible_name]", "李顺达")
    township.fill("[name=responsible_phone]", "13800138000")
    shot(township, "02-register")
    press(township, "登记")
    township.wait_for_url(re.compile(r"/units/\d+/"))
    unit = Unit.objects.get(name=UNIT)
    assert unit.region_id == "131121104201" and "combined_use" in unit.flags
    shot(township, "03-dossier")

    # The inspector finds it with one character and begins with a colleague.
    officer.goto("/inspections/start/")
    officer.fill("#find-q", "裘")
    officer.wait_for_function("() => document.querySelectorAll('#found .unit-card').length === 1")
    officer.locator(".unit-card", has_text="顺达").get_by_role("link", name="开始检查").tap()
    officer.locator(".person-choice", has_text="吴平").tap()
    press(officer, "开始")
    officer.wait_for_url(re.compile(r"/inspections/\d+/edit/"))

    officer.get_by_role("button", name="一键全部合格").tap()
    bar = officer.locator("#visit-bar")
    bar.get_by_text(re.compile(r"已查 (\d+)/\1")).wait_for()
    visit = Inspection.objects.get()
    asked = visit.answers.select_related("category").order_by("number")
    on_spot = next(one for one in asked if one.category and one.category.on_site)
    by_date = next(one for one in asked if one.category and not one.category.on_site)
    for one in (on_spot, by_date):
        question = officer.locator(f"#question-{one.number}")
        question.locator(".answer-choice", has_text="不合格").tap()
        question.locator(".phrases:not(.phrases-part) .phrase").first.tap()
        question.locator(".saved", has_text="已保存").wait_for()
    first = officer.locator(f"#question-{on_spot.number}")
    first.locator("input[value=on_site]").check()
    first.locator("input[type=file]").set_input_files(picture("exit"))
    first.locator(".photo.is-done").wait_for()
    officer.wait_for_function("() => !document.querySelector('.htmx-request')")
    bar.get_by_text("隐患 2").wait_for()

    bar.get_by_role("link", name="下一步").tap()
    officer.wait_for_url(re.compile(r"/finish/$"))
    assert officer.get_by_role("radio", name="提请停产停业", exact=True).is_checked()
    assert officer.get_by_role("radio", name="当场送达，已签收", exact=True).is_checked()
    officer.get_by_label("收件人").fill("王掌柜")
    shot(officer, "04-finish")
    press(officer, "提交并出具文书")
    officer.wait_for_url(re.compile(r"/filed/$"))
    shot(officer, "05-filed")
    axe(officer)

    # Numbers, notice and proposal are there at once, on the page and in the register.
    visit.refresh_from_db()
    corrected = HazardCase.objects.get(unit=unit, on_site=True)
    case = HazardCase.objects.get(unit=unit, on_site=False)
    assert (corrected.state, case.state) == ("closed", "ordered")
    notice, stop = visit.orders.get(), Suspension.objects.get(unit=unit)
    assert list(notice.items.values_list("case", "due_on")) == [(case.pk, case.due_on)]
    assert stop.status == "proposed"
    said = officer.inner_text("main")
    for words in (visit.number, notice.document.number, corrected.number, case.number, "停产停业"):
        assert words in said
    officer.get_by_role("link", name=re.compile("责令限期改正")).tap()
    officer.wait_for_url(re.compile(r"/documents/\d+/"))
    assert UNIT in officer.inner_text("main")
    shot(officer, "06-notice")

    # The county office puts the suspension in force.
    county.goto("/rectification/approvals/")
    shot(county, "07-approvals")
    axe(county)
    county.get_by_role("link", name="审批", exact=True).click()
    county.fill("#decide [name=note]", "同意，立即停产")
    press(county, "批准停产停业")
    told(county, "停产停业")
    shot(county, "08-in-force")
    stop.refresh_from_db()
    unit.refresh_from_db()
    assert stop.status == "in_force" and stop.decided_by == office and unit.suspended_since == today()

    # The township reports the rectification with a photograph.
    township.goto("/rectification/mine/?tab=stopped")
    assert UNIT in township.inner_text("main")
    township.goto("/rectification/mine/?tab=all")
    shot(township, "09-mine")
    township.locator("tr", has_text=UNIT).get_by_role("link", name="上报整改").click()
    township.fill("[name=words]", "住宿人员全部清离，隔墙已拆除")
    township.set_input_files("input[name=photos]", picture("after", "darkgreen"))
    township.locator(".photo.is-local").wait_for()
    shot(township, "10-submit")
    press(township, "上报整改")
    township.wait_for_url(re.compile(rf"/cases/{case.pk}/$"))
    told(township, "复查")
    case.refresh_from_db()
    assert case.state == "submitted" and case.submissions.get().photos.count() == 1
    shot(township, "11-submitted")

    # The inspector looks again with the colleague, and the case is closed.
    officer.goto(f"/cases/{case.pk}/")
    shot(officer, "12-case-phone")
    officer.locator("#sticky-bar .btn-primary").tap()
    officer.locator("[name=outcome][value=pass]").check()
    assert officer.locator("[name=due_on]").is_hidden()
    officer.locator("label", has_text="吴平").locator("input[name=officers]").check()
    officer.fill("[name=note]", "现场无人住宿，隔墙已拆除")
    shot(officer, "13-review")
    axe(officer)
    press(officer, "记录复查")
    officer.wait_for_url(re.compile(rf"/cases/{case.pk}/$"))
    told(officer, "销号")
    shot(officer, "14-closed")
    case.refresh_from_db()
    assert case.state == "closed" and case.closed_on == today()
    assert {person.user.name for person in case.review_items.get().review.officers.all()} == {"周安", "吴平"}

    # No reopening before the acceptance check; with it the office lifts.
    county.goto(f"/rectification/suspensions/{stop.pk}/")
    assert "复工验收" in county.inner_text("#main .case-side")
    assert not county.locator("form[action$='/lift/']").count()
    officer.goto(f"/rectification/suspensions/{stop.pk}/")
    accept = officer.locator("form[action$='/accept/']")
    accept.locator("[name=outcome][value=pass]").check()
    accept.locator("[name=note]").fill("隐患全部整改，无人住宿")
    accept.locator("label", has_text="吴平").locator("input").check()
    shot(officer, "15-accept")
    accept.locator("button").last.tap()
    told(officer, "验收")
    county.goto("/rectification/approvals/")
    shot(county, "16-approvals-resume")
    county.get_by_role("link", name="同意复工").click()
    press(county, "同意复工")
    told(county, "同意复工")
    shot(county, "17-lifted")
    stop.refresh_from_db()
    unit.refresh_from_db()
    assert stop.status == "lifted" and unit.suspended_since is None
    assert stop.checks.get().officers.count() == 2

    # The leader's numbers have changed, and pressing one opens exactly its cases.
    assert headline(chief) == {"rate": "66.7 %", "found": "3", "closed": "2"}
    shot(chief, "18-leader-after")
    chief.locator(".headline .hl").first.locator(".hl-note a").nth(1).click()
    chief.wait_for_url(re.compile("/cases/"))
    assert rows(chief) == sorted([corrected.number, case.number])
    headline(chief)
    chief.locator(".headline .hl").first.locator(".hl-note a").nth(0).click()
    chief.wait_for_url(re.compile("/cases/"))
    assert rows(chief) == sorted([world.number, corrected.number, case.number])
    shot(chief, "19-cases")
    chief.get_by_role("link", name=re.compile(case.description[:6])).first.click()
    chief.wait_for_url(re.compile(r"/cases/\d+/"))
    assert [event.act for event in case.events.order_by("at", "pk")] == ["open", "order", "submit", "pass"]
    shot(chief, "20-case-desk")
    axe(chief)
