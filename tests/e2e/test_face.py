"""The style guide in a real browser: both sizes, both themes, and the small scripts."""

import pytest


@pytest.fixture
def guide(new_page, sign_in, inspector_a):
    def open_in(size, **options):
        page = sign_in(new_page(size, **options), inspector_a)
        page.goto("/styleguide/")
        return page

    return open_in


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_style_guide_is_accessible_and_fits(guide, axe, size, theme):
    page = guide(size, theme=theme)
    assert page.get_attribute("html", "data-bs-theme") == theme
    axe(page)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_the_device_decides_until_a_person_chooses(new_page, sign_in, inspector_a):
    page = sign_in(new_page("desktop", theme="auto", color_scheme="dark"), inspector_a)
    page.goto("/styleguide/")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click("[data-theme-toggle]")
    assert page.get_attribute("html", "data-bs-theme") == "light"
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "light"


def test_a_deadline_explains_itself_on_press_and_closes_elsewhere(guide):
    page = guide("phone")
    chip = page.locator("details.due").first
    chip.locator("summary").tap()
    assert chip.locator(".pop-body").is_visible()
    page.keyboard.press("Escape")
    assert not chip.locator(".pop-body").is_visible()


def test_chart_is_drawn_from_the_table(guide):
    page = guide("desktop")
    page.wait_for_function("() => document.querySelector('[data-chart] canvas')")
    assert page.locator("#towns tbody tr").count() == 4


def test_what_was_typed_comes_back(guide):
    page = guide("phone")
    note = page.locator("form[data-draft] textarea")
    note.fill("二层住人")
    page.wait_for_timeout(700)
    page.reload()
    assert page.locator("form[data-draft] textarea").input_value() == "二层住人"
    page.get_by_role("button", name="放弃草稿").click()
    assert page.locator("form[data-draft] textarea").input_value() == ""


def test_confirm_asks_for_a_reason_and_sends_it(guide):
    page = guide("desktop")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data))
    form = page.locator("form[data-draft]")
    form.evaluate("form => form.noValidate = true")
    form.get_by_role("button", name="保存").click()
    assert page.locator("#ask").is_visible() and not sent
    page.fill("#ask-reason", "人员已撤离")
    page.get_by_role("button", name="确认").click()
    page.wait_for_load_state()
    assert len(sent) == 1 and "reason=" in sent[0]


def test_choosing_rows_shows_the_bulk_bar(guide):
    page = guide("desktop")
    page.locator("[data-choose]").first.check()
    assert page.locator("[data-bulk-bar]").is_visible()
    assert page.locator("[data-bulk-count]").inner_text() == "1"


def test_side_bar_on_the_desk_and_bottom_bar_on_the_phone(guide):
    desk, phone = guide("desktop"), guide("phone")
    assert desk.locator("#sidebar").is_visible() and not desk.locator(".bottombar").is_visible()
    assert phone.locator(".bottombar").is_visible() and not phone.locator("#sidebar").is_visible()
    small = [box["height"] for link in phone.locator(".bottombar a").all() if (box := link.bounding_box())]
    assert min(small) >= 44
