"""A deadline on a public holiday is refused at its field, with the article and the day that follows."""

import uuid
from datetime import date

import pytest
import time_machine

from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    with time_machine.travel(at(plus(1)), tick=False):
        yield
    forget_calendar()


def post(client, case, slug, **body):
    return client.post(
        f"/api/v1/cases/{case.pk}/{slug}/", body | {"client_id": str(uuid.uuid4())}, format="json"
    )


@pytest.mark.parametrize(
    ("day", "is_right"),
    [
        ("2026-05-01", False),  # Labour Day
        ("2026-05-05", False),  # the last day of that holiday
        ("2026-05-06", True),
        ("2026-05-09", True),  # a make-up Saturday
        ("2026-05-17", True),  # an ordinary Sunday: the officer may name it
    ],
)
def test_an_order_names_no_holiday(day, is_right, case, api_as, inspector_a):
    answer = post(api_as(inspector_a), case, "order", due_on=day)
    case.refresh_from_db()
    if is_right:
        assert answer.status_code == 200 and case.due_on == date.fromisoformat(day)
        return
    assert answer.status_code == 400
    (told,) = answer.json()["due_on"]
    assert "劳动节" in told and "第八十五条" in told and "5月6日" in told
    assert (case.state, case.due_on, case.order_items.count()) == ("registered", None, 0)


def test_the_day_of_the_breach_and_an_extension_neither(case, api_as, inspector_a):
    client = api_as(inspector_a)
    assert (
        "breach_due_on" in post(client, case, "order", due_on="2026-05-20", breach_due_on="2026-05-01").json()
    )
    journeys.order(case, by=inspector_a, due_on=plus(20), day=plus(1))
    asked = post(client, case, "ask-extension", until="2026-05-02", reason="等材料", interim="专人值守")
    assert asked.status_code == 400 and "until" in asked.json()


def test_the_page_of_several_hazards_says_it_too(case, unit, as_user, inspector_a):
    sent = {f"take-{case.pk}": "on", f"due-{case.pk}": "2026-05-01", "kind": "by"}
    answer = as_user(inspector_a).post(f"/rectification/units/{unit.pk}/order/", sent)
    assert answer.status_code == 422 and "劳动节" in answer.content.decode()
