"""The inbox of one person, and the dead letters."""

from datetime import date

import pytest

from common import days
from notifications import selectors, services
from notifications.models import Delivery, Message

HTMX = {"HX-Request": "true"}


@pytest.fixture
def letters(officer_east, officer_west):
    def post(person, n, **more):
        facts = {"kind": "reminder", "subject": f"第{n}件", "key": f"{person.pk}-{n}", "on": date(2025, 3, 3)}
        return services.post(recipient=person, **facts | more)

    return [post(officer_east, 1, link="/accounts/me/"), post(officer_east, 2), post(officer_west, 3)]


def test_the_inbox_holds_ones_own_messages(letters, officer_east, as_user):
    page = as_user(officer_east).get("/inbox/").content.decode()
    assert "第1件" in page
    assert "第2件" in page
    assert "第3件" not in page


def test_an_empty_inbox_says_what_will_come(officer_east, as_user):
    page = as_user(officer_east).get("/inbox/").content.decode()
    assert "还没有消息" in page


def test_opening_reads_it_and_goes_to_what_it_is_about(letters, officer_east, as_user):
    answer = as_user(officer_east).get(f"/inbox/{letters[0].pk}/")
    assert answer.url == "/accounts/me/"
    assert Message.objects.get(pk=letters[0].pk).read_at
    assert selectors.unread_count(officer_east) == 1


def test_a_message_without_a_page_is_shown(letters, officer_east, as_user):
    assert "第2件" in as_user(officer_east).get(f"/inbox/{letters[1].pk}/").content.decode()


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_link_to_elsewhere_is_not_followed(officer_east, as_user, letters, link):
    Message.objects.filter(pk=letters[0].pk).update(link=link)
    assert as_user(officer_east).get(f"/inbox/{letters[0].pk}/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_message_of_another_is_not_there(letters, officer_east, as_user, method):
    address = f"/inbox/{letters[2].pk}/" + ("read/" if method == "post" else "")
    assert getattr(as_user(officer_east), method)(address).status_code == 404
    assert Message.objects.get(pk=letters[2].pk).read_at is None


def test_unread_only(letters, officer_east, as_user):
    services.mark_read(Message.objects.filter(pk=letters[0].pk), at=days.now())
    page = as_user(officer_east).get("/inbox/?show=unread").content.decode()
    assert "第1件" not in page
    assert "第2件" in page


def test_marking_all_leaves_those_of_others(letters, officer_east, officer_west, as_user):
    assert as_user(officer_east).post("/inbox/read/").status_code == 302
    assert selectors.unread_count(officer_east) == 0
    assert selectors.unread_count(officer_west) == 1


def test_marking_one_answers_with_the_tab_that_was_open(letters, officer_east, as_user):
    answer = as_user(officer_east).post(f"/inbox/{letters[0].pk}/read/", {"show": "unread"}, headers=HTMX)
    page = answer.content.decode()
    assert "第1件" not in page
    assert "第2件" in page


def test_the_first_reading_counts(letters):
    first = days.now()
    services.mark_read(Message.objects.filter(pk=letters[0].pk), at=first)
    services.mark_read(Message.objects.filter(pk=letters[0].pk), at=days.now())
    assert Message.objects.get(pk=letters[0].pk).read_at == first


def test_a_long_inbox_costs_no_more(letters, officer_east, as_user, django_assert_max_num_queries):
    for n in range(10, 60):
        services.post(
            recipient=officer_east, kind="x", subject=f"第{n}件", key=f"many-{n}", on=date(2025, 3, 3)
        )
    browser = as_user(officer_east)
    browser.get("/inbox/")
    with django_assert_max_num_queries(7):
        page = browser.get("/inbox/").content.decode()
    assert page.count('class="letter ') == 20


def test_dead_letters_are_seen_by_the_administrator_and_tried_again(
    letters, admin_user, officer_east, as_user
):
    letter = letters[0].deliveries.get(channel="email")
    Delivery.objects.filter(pk=letter.pk).update(state="dead", last_error="550 unknown", attempts=8)
    assert as_user(officer_east).get("/inbox/dead/").status_code == 403
    browser = as_user(admin_user)
    assert "550 unknown" in browser.get("/inbox/dead/").content.decode()
    assert browser.post(f"/inbox/dead/{letter.pk}/retry/").status_code == 302
    assert browser.post(f"/inbox/dead/{letter.pk}/retry/").status_code == 409


def test_dead_letters_of_another_region_are_not_there(letters, leader_quzhou, make_person, as_user):
    away = make_person("admin_q", "衢管", "admin", "3308")
    letter = letters[0].deliveries.get(channel="email")
    Delivery.objects.filter(pk=letter.pk).update(state="dead")
    assert as_user(away).post(f"/inbox/dead/{letter.pk}/retry/").status_code == 404


def test_the_lines_of_a_letter_stand_one_below_the_other(officer_east, as_user):
    text = "今天有 2 件事项需要您处理：\n　报乡镇长　2 件\n\n1. 甲店\n2. 乙店"
    services.post(
        recipient=officer_east, kind="x", subject="催办", body=text, key="lines", on=date(2025, 3, 3)
    )
    page = as_user(officer_east).get("/inbox/").content.decode()
    for line in ("今天有 2 件事项需要您处理：", "报乡镇长　2 件", "1. 甲店", "2. 乙店"):
        assert f'<p class="letter-body">{line}</p>' in page


def test_a_page_that_is_gone_shows_the_last_one(letters, officer_east, as_user):
    page = as_user(officer_east).get("/inbox/?show=unread&page=9").content.decode()
    assert "第1件" in page and "没有未读消息" not in page
