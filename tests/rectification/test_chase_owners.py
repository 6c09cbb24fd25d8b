"""Letters to the units themselves: by SMS to whoever answers for fire safety there, or a reason in the ledger."""

from datetime import date

import pytest

from notifications.models import Delivery, Gateway, Message
from rectification.chase import engine
from rectification.models import ChaseClaim, Rung
from tests.factories import at
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts  # noqa: F401
from units.models import UnitPerson

pytestmark = pytest.mark.django_db
DUE = date(2026, 6, 10)
DAY_AFTER = date(2026, 6, 11)


@pytest.fixture
def case(chased_case):
    """One whose only rung, the day after, tells the unit."""
    found = chased_case(DUE)
    Rung.objects.exclude(code="after-1").delete()
    Rung.objects.update(recipients=["owner"])
    return found


def person(case, **facts):
    UnitPerson.objects.create(
        unit=case.unit, duty="responsible", name="张三", starts_on=date(2026, 1, 1), **facts
    )


def run():
    rehearsed = engine.run(on=DAY_AFTER, at=at(DAY_AFTER, 8), dry_run=True)
    done = engine.run(on=DAY_AFTER, at=at(DAY_AFTER, 8))
    assert rehearsed.counts() == done.counts()
    return done


def way():
    return Delivery.objects.values_list("channel", "state", "fault", "gateway__name").get()


def test_with_a_number_and_the_gateway_of_the_county_an_sms_goes_out(case):
    person(case, phone="13900000000")
    Gateway.objects.create(
        channel="webhook",
        name="县短信",
        url="http://127.0.0.1:9/",
        secret="s" * 32,
        region_id=case.region_id[:6],
    )
    assert (run().claimed, Message.objects.count()) == (1, 1)
    letter = Message.objects.get()
    assert (letter.recipient, letter.to_name, letter.to_phone) == (None, "张三", "13900000000")
    assert letter.region == case.region_id[:9]
    assert way() == ("webhook", "pending", "", "县短信")


def test_with_a_number_and_no_gateway_it_lies_with_the_undelivered_of_the_county(case):
    person(case, phone="13900000000")
    assert run().messages == 1
    assert way() == ("webhook", "impossible", "no-webhook-gateway", None)
    assert Message.objects.get().region == case.region_id[:9]


def test_without_a_number_nothing_is_written_and_the_ledger_says_why(case):
    person(case, phone="")
    assert run().messages == 0
    assert Message.objects.count() == 0
    assert ChaseClaim.objects.get().outcome == "no_phone"


def test_a_number_of_somebody_who_has_left_is_none(case):
    person(case, phone="13900000000", ends_on=date(2026, 3, 1))
    assert run().messages == 0
    assert ChaseClaim.objects.get().outcome == "no_phone"


def test_an_office_told_by_the_same_rung_hears_in_its_digest(case, office):
    Rung.objects.update(recipients=["owner", "office"])
    person(case, phone="13900000000")
    assert (run().claimed, Message.objects.count()) == (2, 2)
    assert Message.objects.filter(recipient=office).exists()
