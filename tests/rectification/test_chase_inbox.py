"""Letters of the chase in the inbox: they lead to their case, and offer what may be done about it."""

from datetime import date

import pytest
from django.urls import reverse

from notifications.models import Message
from rectification.chase import engine
from tests.factories import at
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(chased_case):
    case = chased_case(date(2026, 3, 10))
    engine.run(on=date(2026, 3, 11), at=at(date(2026, 3, 11), 8))
    return case


def test_a_letter_about_one_case_offers_its_acts(told, officer_east, as_user):
    page = as_user(officer_east).get(reverse("notifications:inbox")).content.decode()
    assert f'hx-get="{reverse("rectification:act", args=[told.pk, "submit"])}"' in page


def test_it_leads_to_its_case_and_is_read(told, officer_east, as_user):
    letter = Message.objects.get(recipient=officer_east, kind="chase")
    answer = as_user(officer_east).get(reverse("notifications:open", args=[letter.pk]))
    assert answer["Location"] == told.get_absolute_url()
    letter.refresh_from_db()
    assert letter.read_at is not None


def test_a_case_that_left_the_area_offers_nothing(told, officer_east, officer_west, as_user):
    Message.objects.filter(recipient=officer_east).update(recipient=officer_west)
    page = as_user(officer_west).get(reverse("notifications:inbox")).content.decode()
    assert "letter-acts" not in page


@pytest.mark.parametrize("about", ["case:", "case:x", "case:99999999", "unit:1", ""])
def test_strange_occasions_do_no_harm(about, told, officer_east, as_user):
    Message.objects.filter(recipient=officer_east).update(about=about)
    page = as_user(officer_east).get(reverse("notifications:inbox"))
    assert page.status_code == 200 and "letter-acts" not in page.content.decode()


def test_the_acts_of_a_page_cost_one_statement(
    chased_case, make_unit, officer_east, as_user, django_assert_max_num_queries
):
    cases = [chased_case(date(2026, 3, 10), unit=make_unit(f"店{n}")) for n in range(6)]
    Message.objects.bulk_create(
        Message(
            recipient=officer_east,
            kind="chase",
            subject="x",
            key=f"k{c.pk}",
            about=f"case:{c.pk}",
            on=date(2026, 3, 11),
        )
        for c in cases
    )
    client = as_user(officer_east)
    client.get(reverse("notifications:inbox"))
    with django_assert_max_num_queries(12):
        assert client.get(reverse("notifications:inbox")).content.decode().count("letter-acts") == 6


def test_the_preview_is_grouped_by_day_and_folds(chased_case, officer_east, as_user):
    case = chased_case(date(2026, 3, 10))
    page = as_user(officer_east).get(reverse("rectification:outlook", args=[case.pk])).content.decode()
    assert 'class="chase-days"' in page
