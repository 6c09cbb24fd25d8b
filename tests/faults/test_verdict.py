"""The oracle by hand, and that the verdict notices each way in which a run can go wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from faults.oracle import FOREVER, CardIndex, Holding, Step, Thing, WallCalendar, cycles
from faults.records import Case, Claim, Execution, Records
from faults.sinks import Received
from faults.verdict import Verdict

YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
CALENDAR = WallCalendar((day, chinese_calendar.is_workday(day)) for day in YEAR)
DUE = date(2026, 4, 29)  # a Wednesday; 1 to 5 May are off, 9 May is a Saturday that is worked
AGAIN = Step(
    1,
    "again-2",
    "deadline",
    (),
    (),
    (),
    "working_days",
    1,
    2,
    ("officer",),
    False,
    (),
    date(2000, 1, 1),
    None,
)
THING = Thing("deadline", 7, 1, DUE, datetime(2026, 4, 29, 15, 59, tzinfo=UTC), 7, "131121104", inspector=1)
SINCE = date(2024, 1, 1)


def holding(number, user, role="township_officer", region="131121104", *, head=False, **more):
    facts = {
        "ends_on": None,
        "deputy": None,
        "deputy_active": False,
        "deputy_from": None,
        "deputy_to": None,
    } | more
    return Holding(number, user, True, role, region, head, SINCE, **facts)


def test_the_days_of_a_repeating_rung_walk_over_the_labour_holiday():
    found = cycles(AGAIN, THING, CALENDAR, date(2026, 5, 12))
    assert [(cycle, f"{day:%m-%d}") for cycle, day in found] == [
        (0, "04-30"), (1, "05-07"), (2, "05-09"), (3, "05-12"),
    ]  # fmt: skip


def test_a_rung_owes_nothing_outside_its_validity():
    short = replace(AGAIN, valid_from=date(2026, 5, 8), valid_to=date(2026, 5, 11))
    assert cycles(short, THING, CALENDAR, date(2026, 6, 30)) == [(2, date(2026, 5, 9))]


def test_a_deputy_hears_in_the_holders_place_and_the_office_where_nobody_is():
    away = {
        "deputy": 2,
        "deputy_active": True,
        "deputy_from": date(2026, 4, 1),
        "deputy_to": date(2026, 4, 30),
    }
    posts = CardIndex([holding(1, 1, **away), holding(2, 9, "county_office", "131121")])
    assert posts.told("officer", THING, "", date(2026, 4, 30)) == {2}
    assert posts.told("officer", THING, "", date(2026, 5, 1)) == {1}
    assert posts.told("leader", THING, "", date(2026, 5, 1)) == {9}


# --- the verdict ------------------------------------------------------------------------------------------
ON = date(2026, 5, 7)
KEY = "digest:5:3"


def claim(**more):
    facts = {
        "id": 1, "watched": "deadline", "subject": 7, "version": 1, "rung": 1, "cycle": 1, "recipient": "officer",
        "person": 3, "run": 5, "due_on": DUE, "on": ON, "at": datetime(2026, 5, 7, 0, 1, tzinfo=UTC),
        "outcome": "told", "real": 150.0,
    }  # fmt: skip
    return Claim(**facts | more)


def passed(**more):
    return claim(id=2, cycle=0, person=None, outcome="passed", **more)


@pytest.fixture
def records():
    """One case, two letters of its rung due, one run that told the later one to the officer."""
    letter = {
        "id": 1, "key": KEY, "recipient_id": 3, "to_phone": "", "kind": "chase", "on": "2026-05-07",
        "subject": "逾期 8 天：兴旺百货店（N-7）", "body": "逾期 8 天",
    }  # fmt: skip
    delivery = {"message_id": 1, "key": KEY, "recipient_id": 3, "to_phone": "", "kind": "chase", "fault": ""}
    case = Case(7, "N-7", [(1.0, "ordered", "general", "", 1, 1, DUE)])
    return Records(
        calendar=CALENDAR,
        posts=CardIndex([holding(1, 3)]),
        steps={1: AGAIN},
        cases={7: case},
        things={THING.key: replace(THING, stood=[[1.0, FOREVER]])},
        executions=[Execution(5, ON, 100.0, 200.0, is_whole=True)],
        claims=[claim(), passed()],
        users={3: {"id": 3, "name": "马东", "email": "m@example.test", "phone": "", "is_active": True}},
        messages={KEY: letter},
        deliveries=[
            delivery | {"channel": "in_app", "state": "sent", "token": "a"},
            delivery | {"channel": "email", "state": "sent", "token": "b"},
        ],
        deadlines={(7, 1): DUE},
    )


LETTER = Received(160.0, "m@example.test", "b", "逾期 8 天", "words")


def differences(records, mail=(LETTER,)):
    verdict = Verdict(
        records,
        mail=list(mail),
        hooks=[],
        slack=1.0,
        clock_at=lambda real: datetime(2026, 5, 7, 0, 1, tzinfo=UTC),
    )
    return list(verdict.differences())


def test_a_run_in_order_has_no_differences(records):
    assert differences(records) == []


def test_the_same_key_again_is_a_repeat_and_no_difference(records):
    assert differences(records, [LETTER, LETTER]) == []


def spoil_lines(records):
    records.claims = []


def spoil_twice(records):
    records.claims.append(claim(id=3, recipient="inspector"))


def spoil_person(records):
    records.claims[0].person = 4
    records.users[4] = records.users[3] | {"id": 4, "name": "别人"}


def spoil_closed(records):
    records.things[THING.key].stood = [[1.0, 120.0]]


def spoil_early(records):
    records.claims[0].cycle = 2


def spoil_late(records):
    records.claims[0].cycle = 0


def spoil_letter(records):
    records.messages.clear()


def spoil_days(records):
    records.messages[KEY] |= {"subject": "逾期 7 天：兴旺百货店（N-7）", "body": ""}


def spoil_number(records):
    records.messages[KEY] |= {"subject": "逾期 8 天：兴旺百货店", "body": "逾期 8 天"}


def spoil_run(records):
    records.executions.append(Execution(6, ON, 300.0))


def spoil_way(records):
    records.deliveries.pop()


def spoil_state(records):
    records.deliveries[1]["state"] = "failed"


def spoil_ledger_of_deadlines(records):
    records.deadlines[7, 1] = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_lines, "not claimed by run 5"),
        (spoil_twice, "told 2 times by again-2/1"),
        (spoil_person, "told 别人, by the posts it is 马东"),
        (spoil_closed, "nothing was owed any more"),
        (spoil_early, "its day had not come"),
        (spoil_late, "number 1 was due already"),
        (spoil_letter, "was never written; 1 lines of the ledger count on it"),
        (spoil_days, "says “逾期 7 天：兴旺百货店（N-7）”; true is 逾期 8 天"),
        (spoil_number, "does not name case N-7"),
        (spoil_run, "run 6 was begun and never ended"),
        (spoil_way, "does not go by email"),
        (spoil_state, "by email is failed at the end"),
        (spoil_ledger_of_deadlines, "its ledger of deadlines has 2026-05-01"),
    ],
)
def test_what_is_wrong_is_said(records, spoil, words):
    spoil(records)
    found = differences(records)
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ([], "is called sent and never arrived"),
        ([LETTER, replace(LETTER, key="c")], "c arrived at m@example.test and is not in the outbox"),
        ([replace(LETTER, to="x@example.test")], "arrived at x@example.test"),
    ],
)
def test_what_arrived_wrongly_is_said(records, mail, words):
    found = differences(records, mail)
    assert any(words in line for line in found), found


def test_the_same_words_under_two_keys_are_a_letter_said_twice(records):
    records.deliveries.append(records.deliveries[1] | {"token": "c"})
    found = differences(records, [LETTER, replace(LETTER, key="c")])
    assert "m@example.test got “逾期 8 天” 2 times by email, under different keys" in found
