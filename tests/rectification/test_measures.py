"""Which measure is proposed first after a re-inspection that was not passed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification.measures import INSTRUCT, LIST, PENALTY, SEAL, SUSPEND, Standing, ranked, weights


@pytest.mark.parametrize(
    ("case", "order"),
    [
        # A first failure within the deadline: 40, 20, 10, 8.
        (Standing(), [PENALTY, INSTRUCT, SEAL, SUSPEND]),
        # Thirty days late and failed three times: penalty 70, suspension 38, seal 30, instruction 30.
        (Standing(failed=3, overdue=30), [PENALTY, SUSPEND, SEAL, INSTRUCT]),
        # A major hazard: listing 50, seal 45, suspension 42, penalty 40, instruction 20.
        (Standing(is_major=True), [LIST, SEAL, SUSPEND, PENALTY, INSTRUCT]),
        (Standing(is_major=True, is_listed=True), [SEAL, SUSPEND, PENALTY, INSTRUCT]),
        # A stopped unit is not stopped again.
        (Standing(is_stopped=True), [PENALTY, INSTRUCT, SEAL]),
        # Sixty days late: suspension 62 and penalty 60 pass the listing's 50.
        (Standing(is_major=True, overdue=60), [SUSPEND, PENALTY, LIST, SEAL, INSTRUCT]),
    ],
)
def test_the_order(case, order):
    assert ranked(case) == order


standings = st.builds(
    Standing,
    is_major=st.booleans(),
    is_listed=st.booleans(),
    is_stopped=st.booleans(),
    round=st.integers(1, 9),
    failed=st.integers(1, 9),
    overdue=st.integers(0, 2000),
)


@given(standings)
def test_what_is_impossible_is_never_proposed(case):
    found = ranked(case)
    assert len(found) == len(set(found))
    assert {PENALTY, SEAL, INSTRUCT} <= set(found)
    assert (LIST in found) is (case.is_major and not case.is_listed)
    assert (SUSPEND in found) is not case.is_stopped


@given(standings, st.integers(1, 5))
def test_failing_again_lowers_no_measure(case, more):
    from dataclasses import replace

    before, after = weights(case), weights(replace(case, failed=case.failed + more))
    assert all(after[name] >= before[name] for name in before)
