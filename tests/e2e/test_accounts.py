"""The door, the pages about people and the inbox, in a browser."""

import os
from datetime import date

import pytest

from notifications import services
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
BOTH = pytest.mark.parametrize("size", ["phone", "desktop"])


def shot(page, name):
    """A picture for whoever asks for one with SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def fits(page):
    return page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def knock(page, username, password=PASSWORD):
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


@BOTH
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_door(new_page, axe, db, size, theme, settings):
    settings.DEMO = True
    page = new_page(size, theme=theme)
    page.goto("/")
    assert page.title().startswith("登录")
    shot(page, f"login-{size}-{theme}")
    axe(page)
    assert fits(page)


def test_wrong_then_locked(phone, axe, officer_east):
    knock(phone, "officer_east", "wrong")
    shot(phone, "wrong")
    assert phone.input_value("[name=username]") == "officer_east"
    assert phone.locator("[role=alert]").is_visible()
    axe(phone)
    for _n in range(4):
        knock(phone, "officer_east", "wrong")
    shot(phone, "locked")
    assert phone.locator(".door-when").is_visible()
    axe(phone)


@BOTH
def test_a_newcomer_chooses_a_password_and_is_let_on(new_page, axe, officer_east, size):
    officer_east.must_change_password = True
    officer_east.save()
    page = new_page(size)
    knock(page, "officer_east")
    assert page.url.endswith("/accounts/password/")
    page.fill("[name=old_password]", PASSWORD)
    page.fill("[name=new_password1]", "12345678")
    page.fill("[name=new_password2]", "12345678")
    page.locator("form.panel .btn-primary").click()
    page.wait_for_load_state()
    shot(page, f"password-{size}")
    assert page.locator(".field-errors").first.is_visible()
    axe(page)
    for name, text in (
        ("old_password", PASSWORD),
        ("new_password1", "Xin-mima-9"),
        ("new_password2", "Xin-mima-9"),
    ):
        page.fill(f"[name={name}]", text)
    page.locator("form.panel .btn-primary").click()
    page.wait_for_url(lambda url: "password" not in url)
    page.goto("/accounts/me/")
    shot(page, f"me-{size}")
    assert "马屯镇" in page.inner_text("main")
    axe(page)
    assert fits(page)


@BOTH
def test_an_administrator_opens_an_account(new_page, sign_in, axe, cast, size):
    page = sign_in(new_page(size), cast["admin_user"])
    page.goto("/accounts/people/")
    shot(page, f"people-{size}")
    axe(page)
    assert fits(page)
    page.goto("/accounts/people/new/")
    for name, text in (("username", "xinren"), ("name", "新人"), ("region", "马屯镇")):
        page.fill(f"[name={name}]", text)
    page.select_option("[name=role]", "township_officer")
    shot(page, f"new-{size}")
    axe(page)
    page.locator("form.panel .btn-primary").click()
    page.wait_for_selector(".first-password")
    shot(page, f"first-{size}")
    page.locator("main .btn-primary").click()
    page.wait_for_selector(".post-row")
    shot(page, f"person-{size}")
    axe(page)
    assert fits(page)


@BOTH
def test_the_inbox(new_page, sign_in, axe, officer_east, size):
    for n in range(3):
        services.post(
            recipient=officer_east,
            kind="reminder",
            subject=f"张仓口村皮毛加工点第{n + 1}项隐患 3 个工作日后到期",
            body="安全出口堵塞，整改期限 4月1日。请督促单位按期整改并申请复查。",
            key=f"k{n}",
            on=date(2025, 3, 3),
        )
    page = sign_in(new_page(size), officer_east)
    page.goto("/inbox/")
    assert page.locator(".letter.is-unread").count() == 3
    page.locator(".letter-side button").first.click()
    page.wait_for_function("() => document.querySelectorAll('.letter.is-unread').length === 2")
    assert page.inner_text("#inbox-bell").startswith("2")
    shot(page, f"inbox-{size}")
    axe(page)
    assert fits(page)


def test_a_refusal_in_a_fragment_is_a_toast(desktop, sign_in, axe, cast):
    page = sign_in(desktop, cast["admin_user"])
    page.goto(f"/accounts/people/{cast['officer_east'].pk}/")
    page.evaluate(
        f"""() => htmx.ajax('POST', '/accounts/people/{cast["officer_east"].pk}/lock/',
            {{target: 'main', values: {{act: 'unlock'}}}})"""
    )
    page.wait_for_selector("#toasts .toast-card")
    shot(page, "toast")
    assert "已经恢复" in page.inner_text("#toasts")
    assert page.locator("main h1").is_visible()


def test_a_refusal_as_a_page_leads_back(phone, sign_in, axe, cast):
    page = sign_in(phone, cast["officer_east"])
    page.goto("/accounts/people/")
    shot(page, "refused")
    assert "系统管理员" in page.inner_text("main")
    axe(page)
