"""The running sums agree with the cases after any acts, folded or not, and two folds lose nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import RuleBroken
from hazards import selectors, states, tally
from hazards.models import CaseTally, HazardCase
from hazards.services import open_case, record
from hazards.tasks import fold_tally
from tests.cast import EAST, EAST_VILLAGE, WEST
from tests.factories import at, plus

pytestmark = pytest.mark.django_db
ACTS = [name for name, act in states.ACTS.items() if act.to or name == "grant_extension"]


@pytest.fixture
def open_one(catalogue, inspector_a, make_unit):
    """`open_one()`: a new case in East."""
    unit = make_unit("东街旅馆")

    def make():
        return open_case(
            unit=unit, category=catalogue["exit"], description="安全出口上锁", by=inspector_a, at=at(plus(0))
        )

    return make


def cell(kind, day):
    """The sums of one cell in East, loose rows and all."""
    rows = CaseTally.objects.filter(kind=kind, region_code=EAST, day=day)
    return tuple(sum(getattr(row, name) for row in rows) for name in tally.SUMS)


def test_a_case_from_finding_to_closing_is_counted_by_its_days(open_one):
    case = open_one()
    # found, closed, on time, live, submitted
    assert cell("opened", plus(0)) == (1, 0, 0, 0, 0)
    assert cell("standing", None) == (0, 0, 0, 1, 0)
    record(case, "order", by=None, at=at(plus(0)), due_on=plus(10))
    assert cell("promised", plus(10)) == (1, 0, 0, 0, 0)
    assert (cell("standing", None)[3], cell("standing", plus(10))) == (0, (0, 0, 0, 1, 0))
    record(case, "submit", by=None, at=at(plus(3)))
    assert cell("standing", plus(10)) == (0, 0, 0, 1, 1)
    record(case, "pass", by=None, at=at(plus(4)))
    assert cell("opened", plus(0)) == (1, 1, 0, 0, 0)
    assert cell("promised", plus(10)) == (1, 0, 1, 0, 0)
    assert cell("standing", plus(10)) == (0, 0, 0, 0, 0)


def test_what_is_rolled_back_was_never_counted(open_one):
    case = open_one()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(case, "ask_void", by=None, at=at(plus(1)), reason="误报")
        record(case, "void", by=None, at=at(plus(1)), reason="误报")
        raise RuntimeError
    assert cell("opened", plus(0)) == (1, 0, 0, 0, 0)


def test_folding_changes_no_sum_and_leaves_one_row_a_cell(open_one):
    for _ in range(3):
        record(open_one(), "order", by=None, at=at(plus(0)), due_on=plus(5))
    assert CaseTally.objects.filter(kind="opened").count() == 3
    assert fold_tally() == 3
    assert tally.differences() == []
    assert sorted(CaseTally.objects.values_list("kind", "found", "live")) == [
        ("opened", 3, 0),
        ("promised", 3, 0),
        ("standing", 0, 3),
    ]
    assert fold_tally() == 0


def test_a_sum_that_was_written_by_another_hand_is_found_out(open_one):
    open_one()
    CaseTally.objects.filter(kind="standing").update(live=2)
    assert tally.differences() == [("standing", EAST, None)]


def test_moving_many_cases_in_one_statement_is_counted_too(open_one):
    for _ in range(4):
        record(open_one(), "order", by=None, at=at(plus(0)), due_on=plus(5))
    HazardCase.objects.update(due_on=plus(7))
    assert tally.differences() == []
    assert cell("standing", plus(7)) == (0, 0, 0, 4, 0)


def test_the_numbers_above_a_list_are_those_of_the_lists(open_one, office, make_person, make_unit):
    for n in range(3):
        record(open_one(), "order", by=None, at=at(plus(0)), due_on=plus(5 + n))
    record(HazardCase.objects.first(), "submit", by=None, at=at(plus(1)))
    open_one()
    wanted = {"live": 4, "overdue": 2, "submitted": 1, "listed": 0}
    assert selectors.desk_counts(office, plus(7)) == wanted
    # Below the township there are no sums: the cases themselves are counted.
    villager = make_person("villager", "村干部", "township_officer", EAST_VILLAGE)
    assert selectors.desk_counts(villager, plus(7)) == wanted
    west = make_person("west", "西乡", "township_officer", WEST)
    assert set(selectors.desk_counts(west, plus(7)).values()) == {0}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTS), st.integers(0, 40)), max_size=14), st.data()
)
def test_the_sums_hold_after_any_acts(open_one, acts, data):
    with transaction.atomic():
        cases = [open_one() for _ in range(3)]
        for number, act, days in acts:
            facts = {"due_on": plus(days)} if "due_on" in states.ACTS[act].needs else {}
            try:
                with transaction.atomic():
                    record(cases[number], act, by=None, at=at(plus(days)), reason="核实", **facts)
            except RuleBroken:
                continue
        if data.draw(st.booleans()):
            tally.fold()
        assert tally.differences() == []
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_folding_beside_writing_loses_nothing(open_one):
    failed = []

    def fold_often():
        try:
            for _ in range(25):
                tally.fold()
        except Exception as error:  # shown by the test itself
            failed.append(error)
        finally:
            connection.close()

    folders = [threading.Thread(target=fold_often) for _ in range(2)]
    for thread in folders:
        thread.start()
    for n in range(12):
        record(open_one(), "order", by=None, at=at(plus(0)), due_on=plus(0) + timedelta(n % 3))
    for thread in folders:
        thread.join()
    assert failed == []
    assert tally.differences() == []
