"""What keeps long lists quick: counts with a cap, pages by keys, a search through indexes; and that they stay right."""

import pytest

from common.listing import Listing, capped_counts, count_words
from hazards.models import HazardCase
from tests import journeys
from tests.factories import plus

pytestmark = pytest.mark.django_db


class Asked:
    """A request as `Listing` reads it."""

    path = "/cases/"

    def __init__(self, **query):
        self.GET = query


def test_counts_come_in_one_statement(make_case, inspector_a, django_assert_num_queries):
    journeys.order(make_case(), by=inspector_a, due_on=plus(5))
    journeys.order(make_case(), by=inspector_a, due_on=plus(9))
    make_case()
    cases = HazardCase.objects.all()

    with django_assert_num_queries(1):
        counts = capped_counts(live=cases.live(), overdue=cases.overdue(plus(6)), none=cases.none())

    assert counts == {"live": 3, "overdue": 1, "none": 0}


def test_a_count_stops_one_above_its_cap(make_case):
    for _ in range(4):
        make_case()
    cases = HazardCase.objects.all()

    assert capped_counts(cap=2, all=cases) == {"all": 3}
    assert capped_counts(cap=2, caps={"all": 4}, all=cases) == {"all": 4}
    assert (count_words(2, 2), count_words(3, 2), count_words(1234, 10_000)) == ("2", "2+", "1,234")


def test_later_pages_by_keys_show_what_pages_without_show(make_case):
    for _ in range(45):
        make_case()
    cases = HazardCase.objects.for_rows()
    orderings = {"number": ("", ("-number",))}

    for page in ("1", "2", "3"):
        plain = Listing(Asked(page=page), cases, orderings=orderings)
        by_keys = Listing(Asked(page=page), cases, orderings=orderings, keys_first=True)
        assert [case.pk for case in by_keys] == [case.pk for case in plain]
        assert (by_keys.count, by_keys.has_next) == (45, page != "3")


def test_a_later_page_reads_no_case_by_itself(make_case, django_assert_num_queries):
    for _ in range(25):
        make_case()

    with django_assert_num_queries(2):
        rows = list(Listing(Asked(page="2"), HazardCase.objects.for_rows(), keys_first=True))
        assert [(case.unit.name, case.category.name, case.region.name) for case in rows]


@pytest.mark.parametrize("words", ["131121-2026-000001", "2026-000001", "26-000001", "疏散通道堆放", "堆放"])
def test_a_case_is_found_by_parts_of_its_number_and_words(make_case, words):
    case = make_case(description="疏散通道堆放毛皮原料")
    make_case(description="灭火器压力不足")

    assert list(HazardCase.objects.search(words)) == [case]


def test_a_case_is_found_by_its_unit_however_many_units_match(case, unit, monkeypatch):
    for few in (1_000, 0):
        monkeypatch.setattr("hazards.models.FEW_UNITS", few)
        assert list(HazardCase.objects.search(unit.name)) == [case]
        assert list(HazardCase.objects.search(unit.name[:2])) == [case]
        assert list(HazardCase.objects.search(unit.name_initials[:3])) == [case]
        assert not HazardCase.objects.search("查无此处").exists()


def test_blanks_and_zero_bytes_search_for_nothing(case):
    assert list(HazardCase.objects.search(" \x00 ")) == [case]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("锁", 1),  # one character
        ("上锁", 1),
        ("口上", 1),
        ("锁上", 0),
        ("A区", 1),
        ("a区", 0),  # findings are searched as they were written
        ("%锁", 0),
        ("__", 0),
        ("😀", 1),
    ],
)
def test_short_words_of_findings_are_found(make_case, words, found):
    make_case(description="A区安全出口上锁😀")
    make_case(description="灭火器过期")
    assert HazardCase.objects.search(words).count() == found
