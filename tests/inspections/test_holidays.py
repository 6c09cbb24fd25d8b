"""The deadline of a finding is no public holiday: not the one proposed, not the one typed, not the one sent."""

from datetime import date

import pytest
import time_machine

from inspections import selectors
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar
from tests.factories import at, plus
from tests.inspections import test_api, test_pages
from tests.inspections.conftest import fail
from tests.inspections.test_api import body  # noqa: F401
from tests.inspections.test_pages import draft  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    with time_machine.travel(at(plus(40)), tick=False):
        yield
    forget_calendar()


@pytest.mark.parametrize(
    ("visited", "proposed"),
    [
        (date(2026, 4, 10), date(2026, 4, 25)),  # an ordinary Saturday stays
        (date(2026, 4, 15), date(2026, 4, 30)),
        (date(2026, 4, 16), date(2026, 5, 6)),  # 1 to 5 May
        (date(2026, 4, 20), date(2026, 5, 6)),
        (date(2026, 9, 16), date(2026, 10, 8)),  # 1 to 7 October
        (date(2031, 4, 16), date(2031, 5, 1)),  # a year that is not loaded names no holiday
    ],
)
def test_the_catalogue_proposes_no_holiday(visited, proposed, catalogue):
    catalogue["lodging"].default_days = 15
    assert selectors.suggested_deadline(catalogue["lodging"], visited) == proposed


def test_a_holiday_typed_comes_back_at_its_field(as_user, inspector_a, draft):
    finding = fail(draft, 2, inspector_a)
    before = finding.due_on
    sent = test_pages.finding_form(finding, due_on="2026-05-01")
    response = as_user(inspector_a).post(test_pages.url("finding", finding.pk), sent, **test_pages.HTMX)
    said = response.content.decode()
    assert response.status_code == 422
    assert "劳动节" in said and "第八十五条" in said and "5月6日" in said
    finding.refresh_from_db()
    assert (finding.due_on, finding.description) == (before, "")


def test_a_holiday_sent_leaves_nothing(api_as, inspector_a, body, catalogue):
    found = test_api.finding(catalogue, due_on="2026-05-05")
    answer = api_as(inspector_a).post(test_api.INSPECTIONS, body(findings=[found]), format="json")
    assert answer.status_code == 400
    (told,) = answer.json()["findings"]["0"]["due_on"]
    assert "劳动节" in told and "5月6日" in told
    assert test_api.counts() == (0, 0, 0, 0)
