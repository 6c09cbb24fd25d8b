"""An inspector registers a unit on the phone, finds it by its initials, corrects it and prints its door plate."""

import re

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(divisions):
    from reference.services.tables import load_tables

    load_tables()


@pytest.mark.long
def test_a_unit_from_the_door_to_the_door_plate(phone, sign_in, axe, world, inspector_a):
    from units.models import Unit

    page = sign_in(phone, inspector_a)
    page.goto("/units/")
    axe(page)
    page.get_by_role("link", name="登记单位").click()
    axe(page)

    # register: villages follow the township, people who sleep here raise the question of 三合一
    page.get_by_label("单位名称").fill("马屯兴旺裘皮加工点")
    page.get_by_label("场所类型").select_option("work-fur")
    page.get_by_label("乡镇（街道）").select_option("131121104")
    page.locator("#id_village option[value='131121104201']").wait_for(state="attached")
    page.locator("#id_village").select_option("131121104201")
    page.get_by_label("地址", exact=True).fill("张仓口村东街12号")
    page.locator("#id_lodgers").fill("4")
    page.get_by_text("即为三合一场所").wait_for()
    page.get_by_text("三合一", exact=True).click()
    page.locator("#id_responsible_name").fill("钱某")
    page.locator("#id_responsible_phone").fill("１３８００００００01")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("已登记，编号 131121-000001。").wait_for()
    axe(page)
    unit = Unit.objects.get()
    assert (unit.region_id, unit.flags, unit.lodgers) == ("131121104201", ["combined_use"], 4)

    # find it by the initials
    page.goto("/units/")
    page.get_by_role("searchbox", name="搜索", exact=True).fill("mtxwqp")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="马屯兴旺裘皮加工点").click()

    # correct it
    page.get_by_role("link", name="更正").click()
    axe(page)
    page.get_by_label("地上层数").fill("2")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已更正。").wait_for()
    page.get_by_role("link", name="变更记录").click()
    page.get_by_text("地上层数").first.wait_for()

    # the second entry of the same unit is noticed while it is typed
    page.goto("/units/register/")
    page.get_by_label("乡镇（街道）").select_option("131121104")
    page.get_by_label("单位名称").fill("马屯兴旺裘皮加工厂")
    page.get_by_text("是否就是下面的单位").wait_for()

    # the plate for its door
    page.goto(f"/units/{unit.pk}/plate/")
    axe(page)
    assert page.locator(".plate-code svg path").count() >= 1
    assert "131121-000001" in page.locator(".plate").inner_text()


def test_a_ledger_is_looked_at_and_confirmed_on_the_desk(desktop, sign_in, axe, world, office):
    from units.models import Unit

    page = sign_in(desktop, office)
    page.goto("/units/import/")
    axe(page)
    page.locator("input[type=file]").set_input_files("units/data/sample-register.xlsx")
    page.get_by_role("button", name="读取文件").click()
    page.get_by_text("确认导入").wait_for()
    axe(page)
    # The cast has two of the eleven townships: the other rows are refused in words.
    assert Unit.objects.count() == 0
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text(re.compile("新增 45 家")).wait_for()
    assert Unit.objects.count() == 45
