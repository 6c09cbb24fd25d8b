"""The pages and the API of figures: who gets in, what they say, what they refuse, what they cost."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import time_machine

from tests.cast import COUNTY, EAST, QUZHOU, WEST

pytestmark = pytest.mark.django_db
API = "/api/v1/figures/rectification/"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(autouse=True)
def end_of_march():
    from django.core.cache import cache

    cache.clear()
    with time_machine.travel("2026-03-31 10:00+08:00", tick=False):
        yield


def test_the_api_answers_as_contracted(march, api_as, leader):
    answer = api_as(leader).get(API, {"region": COUNTY, **MARCH})
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) >= {"definition", "as_of", "rows", "total"}
    assert body["as_of"] == "2026-03-31T10:00:00+08:00"
    east = next(row for row in body["rows"] if row["key"] == EAST)
    names = ("name", "found", "closed", "on_time", "overdue", "rate", "on_time_rate")
    assert [east[name] for name in names] == ["马屯镇", 9, 4, 2, 1, "0.4444", "0.2222"]
    assert [body["total"][name] for name in names[1:]] == [10, 4, 2, 2, "0.4000", "0.2000"]


def test_the_api_sends_null_for_nothing_of_nothing(march, api_as, leader):
    body = api_as(leader).get(API, {"from": "2026-01-01", "to": "2026-01-31"}).json()
    assert (body["total"]["rate"], body["total"]["on_time_rate"]) == (None, None)


def test_the_cases_behind_a_number_are_counted_alike_by_the_api(march, api_as, leader):
    body = api_as(leader).get(API, {"by": "grade", "cohort": "due", **MARCH}).json()
    for row in [*body["rows"], body["total"]]:
        query = parse_qs(urlsplit(row["cases_url"]).query)
        assert api_as(leader).get("/api/v1/cases/", query).json()["count"] == row["found"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"by": "village"}, "by"),
        ({"cohort": "closed"}, "cohort"),
        ({"from": "31.3.2026"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"region": "Zaoqiang"}, "region"),
        ({"region": "131121' OR 1=1"}, "region"),
    ],
)
def test_a_bad_value_is_named(api_as, leader, wrong, field):
    answer = api_as(leader).get(API, wrong)
    assert answer.status_code == 400 and list(answer.json()) == [field]


@pytest.mark.parametrize("code", [QUZHOU, "13", "131121999"])
def test_elsewhere_does_not_exist(march, api_as, as_user, leader, code):
    assert api_as(leader).get(API, {"region": code}).status_code == 404
    for page in (
        "/leader/",
        "/office/",
        "/figures/",
        "/figures/export/",
        "/figures/movements/",
        "/leader/listings/",
        "/leader/combined/",
    ):
        assert as_user(leader).get(page, {"region": code}).status_code == 404, page


def test_a_city_elsewhere_counts_nothing_of_ours(march, api_as, leader_quzhou):
    assert api_as(leader_quzhou).get(API, MARCH).json()["total"]["found"] == 0


def test_without_a_post_there_are_no_figures(api_as, as_user, stranger):
    assert api_as(stranger).get(API).status_code == 409
    assert as_user(stranger).get("/leader/").status_code == 403


@pytest.mark.parametrize("page", ["/leader/", "/office/"])
def test_the_leaders_page_shows_what_the_api_says(march, as_user, leader, page):
    text = as_user(leader).get(page, {"period": "month"}).content.decode()
    for words in ("40.0 %", "33.3 %", "马屯镇", "恩察镇"):
        assert words in text


def test_the_table_page_marks_small_numbers_and_prints_its_definition(march, as_user, leader):
    text = as_user(leader).get("/figures/", MARCH).content.decode()
    assert "44.4 %" in text and 'class="few"' in text and "原定期限" in text


def test_wrong_days_are_said_at_the_field_and_the_year_is_shown(march, as_user, leader):
    for page in ("/leader/", "/figures/"):
        answer = as_user(leader).get(page, {"from": "2026-03-31", "to": "2026-03-01"})
        text = answer.content.decode()
        assert answer.status_code == 400
        assert "field-errors" in text and "2026-01-01" in text


def test_an_empty_county_is_told_the_next_step(as_user, leader):
    assert "empty-state" in as_user(leader).get("/leader/").content.decode()


def test_a_press_on_a_division_swaps_the_screen_alone(march, as_user, leader):
    answer = as_user(leader).get("/leader/", {"region": EAST}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.lstrip().startswith('<div id="leader"') and "<html" not in text
    assert "张仓口村" in text


def test_the_workbook_holds_numbers_and_no_formula(march, as_user, leader, divisions):
    from reference.models import Region

    Region.objects.filter(code=WEST).update(short_name="=HYPERLINK(1)")
    answer = as_user(leader).get("/figures/export/", MARCH)
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=5, max_row=7, values_only=True)}
    assert rows["马屯镇"][:6] == (9, 4, pytest.approx(0.4444), 2, pytest.approx(0.2222), 1)
    assert "'=HYPERLINK(1)" in rows
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "attachment" in answer["Content-Disposition"]


def test_only_those_who_may_export_do(march, as_user, officer_east):
    assert as_user(officer_east).get("/figures/", MARCH).status_code == 200
    assert as_user(officer_east).get("/figures/export/", MARCH).status_code == 403


def test_the_boards_open(march, as_user, leader):
    text = as_user(leader).get("/leader/listings/", {"state": "standing"}).content.decode()
    assert "兴旺百货店" in text and "枣政函〔2026〕3号" in text
    assert as_user(leader).get("/leader/combined/", {"state": "running"}).status_code == 200
    assert "与现有未销号隐患核对一致" in as_user(leader).get("/figures/movements/", MARCH).content.decode()


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("/leader/", 12),
        ("/office/", 12),
        ("/figures/", 9),
        ("/leader/listings/", 9),
        ("/leader/combined/", 9),
    ],
)
def test_pages_stay_within_their_statements(
    march, as_user, office, page, most, django_assert_max_num_queries
):
    browser = as_user(office)
    browser.get("/accounts/me/")
    with django_assert_max_num_queries(most):
        assert browser.get(page, {"period": "year"}).status_code == 200


def test_no_one_else_writes(as_user, leader):
    for page in ("/leader/", "/figures/", "/figures/export/"):
        assert as_user(leader).post(page).status_code == 405
