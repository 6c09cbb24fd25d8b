"""The whole life of one major hazard under a government's eye, from the finding to 摘牌, by clicks alone.

Each station is another day and, as a rule, another person; what is asserted is what that person reads there.
"""

import re
from datetime import datetime

import pytest
import time_machine

from tests.e2e.test_case_life import headline, picture, press, shot, told  # noqa: F401 - `picture` is a fixture

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

UNIT = "金盛宾馆"


@pytest.fixture
def calendar():
    """`calendar("2026-03-03 10:00")`: the product's clock; the server of the test lives in this process."""
    with time_machine.travel("2026-03-03 09:30+08:00", tick=True) as traveller:

        def turn(moment):
            traveller.move_to(datetime.fromisoformat(f"{moment}:00+08:00"))

        yield turn


@pytest.fixture
def world(
    calendar, make_unit, inspector_a, inspector_b, inspector_c, inspector_d, officer_east, office, leader
):
    from reference.models import PlaceType
    from reference.services.calendar import load_calendar
    from reference.services.rule_sets import load_shipped
    from reference.services.tables import load_tables

    load_tables()
    load_calendar()
    load_shipped()
    return make_unit(UNIT, place_type=PlaceType.objects.get(code="hotel-inn"), flags=["crowded"])


@pytest.fixture
def people(new_page, sign_in, world, inspector_a, inspector_c, officer_east, office, leader):
    """`people("inspector", "/cases/1/")`: somebody's own screen, signed in as of today, at an address."""
    who = {
        "inspector": (inspector_a, "phone"),
        "second pair": (inspector_c, "phone"),
        "township": (officer_east, "desktop"),
        "office": (office, "desktop"),
        "leader": (leader, "desktop"),
    }
    pages = {}

    def at_the_desk(name, address):
        person, size = who[name]
        page = pages.get(name) or pages.setdefault(name, new_page(size))
        sign_in(page, person)
        page.goto(address)
        return page

    return at_the_desk


def says(page, *words):
    said = page.inner_text("main")
    missing = [one for one in words if one not in said]
    assert not missing, f"{missing} not in:\n{said}"


def do(page, name):
    """Open an act of the case by its link."""
    page.locator("#acts").get_by_role("link", name=name, exact=True).click()
    page.locator("form#act").wait_for()


def step(page, name):
    """Unfold the form of a step of the listing."""
    panel = page.locator(f"#{name}")
    if panel.evaluate("one => one.tagName === 'DETAILS' && !one.open"):
        panel.locator("summary").click()
    return panel


def file_the_visit(page, picture):
    page.locator(".person-choice", has_text="吴平").tap()
    press(page, "开始")
    page.wait_for_url(re.compile(r"/inspections/\d+/edit/"))
    page.get_by_role("button", name="一键全部合格").tap()
    page.locator("#visit-bar").get_by_text(re.compile(r"已查 (\d+)/\1")).wait_for()
    question = page.locator(".question", has=page.locator("legend", has_text="疏散")).first
    question.locator(".answer-choice", has_text="不合格").tap()
    question.locator(".phrases:not(.phrases-part) .phrase").first.tap()
    question.locator("label", has_text="限期整改").tap()
    question.locator("[name$=due_on]").fill("2026-04-03")
    question.locator(".saved", has_text="已保存").wait_for()
    question.locator("input[type=file]").set_input_files(picture("before"))
    question.locator(".photo.is-done").wait_for()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.locator("#visit-bar").get_by_role("link", name="下一步").tap()
    page.wait_for_url(re.compile(r"/finish/$"))
    page.get_by_label("收件人").fill("李经理")
    press(page, "提交并出具文书")
    page.wait_for_url(re.compile(r"/filed/$"))


def test_a_major_hazard_from_its_finding_to_the_board_coming_down(world, calendar, people, picture, media):
    from hazards.models import HazardCase

    # 3 March: two inspectors find it; the order that goes with every finding is handed over on the spot.
    phone = people("inspector", f"/inspections/start/?unit={world.pk}")
    file_the_visit(phone, picture)
    case = HazardCase.objects.get(unit=world)
    here = f"/cases/{case.pk}/"
    says(phone, case.number, "责令限期改正通知书", "4月3日")
    phone = people("inspector", here)
    says(phone, "整改中", "还剩 31 天", "一般隐患")
    shot(phone, "listed-1-found")

    # 4 March: a meeting determines it as a major fire hazard, by clauses typed by hand.
    calendar("2026-03-04 15:00")
    phone = people("inspector", here)
    do(phone, "认定等级")
    phone.fill("[name=held_on]", "2026-03-04")
    phone.get_by_label("重大火灾隐患").check()
    phone.fill("[name=attendees]", "周安、吴平、郑岩")
    phone.fill("[name=clauses]", "第7.3.1条")
    phone.fill("[name=conclusion]", "经集体讨论，判定为重大火灾隐患")
    phone.locator("#sticky-bar .btn-primary").tap()
    told(phone, "已判定为重大火灾隐患")
    says(phone, "3月4日", "周安、吴平、郑岩", "第7.3.1条")
    meeting = case.determinations.get()
    assert meeting.attendees == ["周安", "吴平", "郑岩"]

    # The major-hazard notice takes the place of the order, and is served the same afternoon.
    phone.get_by_role("link", name="重新下达").tap()
    phone.get_by_role("radio", name="重大火灾隐患整改通知").check()
    phone.fill("[name=interim]", "停用三层客房，专人值守")
    phone.get_by_label("列入本文书").check()
    phone.fill(f"[name=due-{case.pk}]", "2026-05-29")
    press(phone, "下达文书")
    phone.wait_for_url(re.compile(r"/documents/\d+/"))
    says(phone, "重大火灾隐患整改通知书", UNIT, "2026年5月29日", "停用三层客房", "尚未送达")
    phone.locator("#service [name=receiver]").fill("李经理")
    press(phone, "记录送达情况")
    says(phone, "已送达", "李经理")
    shot(phone, "listed-2-notice")

    # 6 March: the county lists it, sets the plan and notes what is in place.
    calendar("2026-03-06 09:00")
    county = people("office", here)
    do(county, "挂牌督办")
    county.get_by_label("县级挂牌督办").check()
    county.fill("[name=paper_number]", "枣政函〔2026〕7号")
    county.fill("[name=leader_name]", "赵副县长")
    county.fill("[name=department]", "县文化和旅游局")
    press(county, "挂牌督办")
    told(county, "已挂牌督办（县级挂牌督办）")
    county.get_by_role("link", name="查看挂牌督办").click()
    for n, (title, day) in enumerate(
        (("防烟楼梯间改造完成", "2026-04-10"), ("自动报警系统联调", "2026-05-20")), 1
    ):
        adding = step(county, "add")
        adding.locator("[name=title]").fill(title)
        adding.locator("[name=due_on]").fill(day)
        press(adding, "增加节点")
        county.get_by_role("heading", name=f"整改方案 0/{n}").wait_for()
    for n, flag in enumerate(("goals", "duty", "measures", "funds", "time", "emergency"), 1):
        assuring = step(county, "assure")
        assuring.locator("[name=flag]").select_option(flag)
        assuring.locator("[name=is_met][value=yes]").check()
        press(assuring, "登记到位情况")
        county.get_by_role("heading", name=f"六到位 {n}/6").wait_for()
    says(county, "枣政函〔2026〕7号", "赵副县长", "县文化和旅游局", "6/6", "0/2", "4月10日", "5月20日")
    shot(county, "listed-3-board")

    # 3 April: the township reports, in time, and the first milestone is reached.
    calendar("2026-04-03 10:00")
    township = people("township", here)
    do(township, "报送进展")
    township.fill("[name=words]", "防烟楼梯间已改造完成，报警系统正在安装")
    township.fill("[name=percent]", "60")
    township.fill("[name=funds]", "12.5")
    press(township, "报送进展")
    told(township, "60")
    township.get_by_role("link", name="查看挂牌督办").click()
    reached = step(township, "achieve")
    reached.locator("[name=milestone]").select_option(label="防烟楼梯间改造完成")
    press(reached, reached.locator("button.btn").inner_text())
    township.get_by_role("heading", name="整改方案 1/2").wait_for()
    says(township, "1/2", "60 %", "12.5", "5月6日")

    # 20 May: reported as rectified. 21 May: other eyes than those that ordered it find it half done.
    calendar("2026-05-20 16:00")
    report_done(people("township", here), "楼梯间、报警系统全部整改到位", picture("stairs", "darkgreen"))
    calendar("2026-05-21 10:00")
    second = people("second pair", here)
    says(second, "待复查", "楼梯间、报警系统全部整改到位")
    look_again(second, "fail", "三层报警探测器未联动")
    second.locator("[name=due_on]").fill("2026-06-15")
    second.locator("#sticky-bar .btn-primary").tap()
    second.wait_for_url(re.compile(r"/reviews/\d+/"))
    says(second, "未整改到位", f"{case.number}-1", "6月15日")
    shot(second, "listed-4-failed")

    # 10 June: reported again. 11 June: passed and closed; the board still hangs.
    calendar("2026-06-10 09:00")
    report_done(people("township", here), "报警系统已全部联动，附调试记录", picture("alarm", "darkblue"))
    calendar("2026-06-11 14:00")
    second = people("second pair", here)
    look_again(second, "pass", "现场测试三层探测器，全部联动")
    second.locator("input[type=file]").set_input_files(picture("tested"))
    second.locator(".photo.is-local").wait_for()
    second.locator("#sticky-bar .btn-primary").tap()
    told(second, "销号")
    says(second, "已销号", "6月11日", f"{case.number}-2", "县级挂牌督办")
    # The look-back is dated 30 days after the closing, a Saturday.
    says(second, "回头看", "7月11日")

    # 15 June: the government that listed takes the board down, by somebody who closed nothing.
    calendar("2026-06-15 09:00")
    chief = people("leader", here)
    assert headline(chief) == {"rate": "100.0 %", "found": "1", "closed": "1"}
    listed = chief.locator(".hl[data-tone=listed]")
    assert [one.inner_text() for one in listed.locator(".hl-note a").all()] == ["1", "0", "1"]
    chief.goto(here)
    do(chief, "摘牌")
    chief.fill("[name=paper_number]", "枣政函〔2026〕21号")
    press(chief, "摘牌")
    told(chief, "摘牌")
    says(chief, "已摘牌", "6月15日", "枣政函〔2026〕21号")
    shot(chief, "listed-5-down")
    headline(chief)
    assert listed.locator(".hl-number").inner_text() == "100.0 %"
    assert [one.inner_text() for one in listed.locator(".hl-note a").all()] == ["1", "1", "0"]
    listed.locator(".hl-note a").nth(1).click()
    says(chief, UNIT, "枣政函〔2026〕7号", "赵副县长", "6月15日")

    case.refresh_from_db()
    closed, board = case.review_items.get(outcome="pass").review, case.listings.get()
    assert (case.state, case.listed_levels, str(case.original_due_on)) == ("closed", [], "2026-04-03")
    assert {one.user.username for one in closed.officers.all()} == {"inspector_c", "inspector_d"}
    assert (closed.recorded_by.username, board.delisted_by.username) == ("inspector_c", "leader")
    assert str(case.look_backs.get().due_on) == "2026-07-11"


def report_done(page, words, photo):
    """The township sends the owner's reply with a photograph."""
    do(page, "上报整改")
    page.fill("[name=words]", words)
    page.set_input_files("input[name=photos]", photo)
    page.locator(".photo.is-local").wait_for()
    press(page, "上报整改")
    told(page, "复查")


def look_again(page, outcome, note):
    """The independent pair opens the re-inspection on the phone and says what it saw."""
    page.locator("#sticky-bar .btn-primary").tap()
    page.locator(f"[name=outcome][value={outcome}]").check()
    page.fill("[name=note]", note)
    page.locator("label", has_text="钱立").locator("input[name=officers]").check()
