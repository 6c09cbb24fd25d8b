"""A listing's plan, flags, milestones and reports: who does what, every refusal at its field, and what is late."""

from decimal import Decimal

import pytest

from common.errors import AlreadyDone, NotAllowed, RuleBroken
from rectification import supervised
from rectification.models import FlagEntry, Milestone, ProgressReport
from rectification.services import listings, supervision
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(case, inspector_a):
    journeys.make_major(case, by=inspector_a)
    journeys.order(case, by=inspector_a, due_on=plus(90))
    case.refresh_from_db()
    return case


@pytest.fixture
def listing(ordered, office):
    """Listed on 10 March, reported on every week: the first report is due on 17 March."""
    return listings.list_case(
        ordered,
        level="county",
        paper_number="枣政函〔2026〕3号",
        leader_name="刘副县长",
        report_every="weekly",
        by=office,
        at=at(plus(0), 13),
    )


@pytest.fixture
def step(listing, office):
    return supervision.add_milestone(listing, title="更换防火门", due_on=plus(10), by=office, at=at(plus(1)))


def view(listing, on):
    (board,) = supervised.boards([listing], on)
    return board


def close(case, cast, day=5):
    journeys.submit(case, by=cast["officer_east"], day=plus(day))
    journeys.review(case, officers=journeys.other_eyes(), day=plus(day))
    case.refresh_from_db()


# --- reports ---------------------------------------------------------------------------------------------
def test_listing_sets_the_first_day_for_a_report(listing):
    assert (listing.report_every, listing.report_from, listing.report_due_on) == ("weekly", plus(0), plus(7))


def test_monthly_unless_said_otherwise(ordered, office):
    listing = journeys.list_(ordered, by=office)
    assert (listing.report_every, str(listing.report_due_on)) == ("monthly", "2026-04-10")


def test_an_unknown_interval_is_refused(ordered, office):
    with pytest.raises(RuleBroken) as refusal:
        listings.list_case(
            ordered,
            level="county",
            paper_number="1",
            leader_name="刘",
            report_every="daily",
            by=office,
            at=at(),
        )
    assert refusal.value.field == "report_every"


@pytest.mark.parametrize(
    ("day", "until", "is_late", "next_day"),
    [(5, 7, False, 14), (7, 7, False, 14), (8, 7, True, 14), (14, 14, True, 21), (20, 14, True, 21)],
)
def test_a_report_on_both_sides_of_its_day(day, until, is_late, next_day, listing, officer_east):
    made = supervision.report(
        listing,
        words="已更换三樘防火门",
        percent=30,
        funds=Decimal("12.345"),
        by=officer_east,
        at=at(plus(day)),
    )
    listing.refresh_from_db()
    assert (made.period_from, made.period_to, made.due_on) == (plus(0), plus(until), plus(7))
    assert (made.is_late, listing.report_due_on) == (is_late, plus(next_day))
    assert (made.percent, made.funds, made.reported_by) == (30, Decimal("12.345"), officer_east)
    event = listing.case.events.last()
    assert (event.act, event.reason, event.data["late"]) == ("report", "已更换三樘防火门", is_late)
    assert event.data["funds"] == "12.345"


def test_the_second_report_follows_the_first_and_an_extra_one_moves_nothing(listing, officer_east):
    for day in (7, 9, 10):
        supervision.report(listing, words="进展", percent=40, by=officer_east, at=at(plus(day)))
    rows = [(row.period_from, row.period_to, row.due_on) for row in listing.reports.order_by("pk")]
    assert rows == [
        (plus(0), plus(7), plus(7)),
        (plus(8), plus(14), plus(14)),
        (plus(8), plus(14), None),
    ]
    listing.refresh_from_db()
    assert listing.report_due_on == plus(21)


def test_the_same_report_twice_is_one(listing, officer_east):
    facts = {"words": "进展", "percent": 40, "client_id": "5b0c2c55-4b0e-4a0e-9d9d-3d0f3f4d5a11"}
    first = supervision.report(listing, **facts, by=officer_east, at=at(plus(7)))
    assert supervision.report(listing, **facts, by=officer_east, at=at(plus(7))) == first
    assert ProgressReport.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("words", {"words": " "}),
        ("percent", {"percent": -1}),
        ("percent", {"percent": 101}),
        ("funds", {"funds": Decimal("-0.001")}),
        ("funds", {"funds": Decimal("1.2345")}),
        ("funds", {"funds": Decimal("1000000000")}),
    ],
)
def test_a_bad_report_is_refused_at_its_field(field, facts, listing, officer_east):
    right = {"words": "进展", "percent": 40} | facts
    with pytest.raises(RuleBroken) as refusal:
        supervision.report(listing, **right, by=officer_east, at=at(plus(3)))
    assert refusal.value.field == field
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("percent", [0, 100])
def test_nought_and_a_hundred_are_per_cent(percent, listing, officer_east):
    assert supervision.report(listing, words="进展", percent=percent, by=officer_east, at=at(plus(3))).pk


def test_a_closed_case_is_reported_on_no_more(listing, ordered, cast):
    close(ordered, cast)
    with pytest.raises(RuleBroken) as refusal:
        supervision.report(listing, words="进展", percent=40, by=cast["officer_east"], at=at(plus(6)))
    assert refusal.value.code == "wrong_state"
    assert not ProgressReport.objects.exists()
    listings.delist(listing, paper_number="9号", by=cast["office"], at=at(plus(7)))
    with pytest.raises(RuleBroken) as refusal:
        supervision.report(listing, words="进展", percent=40, by=cast["officer_east"], at=at(plus(8)))
    assert refusal.value.code == "delisted"


def test_a_new_interval_counts_from_today_and_what_is_owed_stays_owed(listing, office, inspector_a):
    supervision.set_interval(listing, every="half_monthly", reason="进入收尾", by=office, at=at(plus(7)))
    listing.refresh_from_db()
    assert (listing.report_from, listing.report_due_on) == (plus(7), plus(22))
    supervision.set_interval(listing, every="monthly", reason="", by=office, at=at(plus(23)))
    listing.refresh_from_db()
    assert listing.report_due_on == plus(22)
    made = supervision.report(listing, words="进展", percent=50, by=inspector_a, at=at(plus(24)))
    listing.refresh_from_db()
    assert made.is_late
    # From 2 April every month, so that the next one is due on 2 May.
    assert (str(listing.report_from), str(listing.report_due_on)) == ("2026-04-02", "2026-05-02")


@pytest.mark.parametrize("every", ["", "daily"])
def test_an_interval_is_one_of_three(every, listing, office):
    with pytest.raises(RuleBroken) as refusal:
        supervision.set_interval(listing, every=every, reason="", by=office, at=at(plus(1)))
    assert refusal.value.field == "every"


def test_the_same_interval_again_changes_nothing(listing, office):
    with pytest.raises(AlreadyDone):
        supervision.set_interval(listing, every="weekly", reason="", by=office, at=at(plus(3)))


# --- milestones ------------------------------------------------------------------------------------------
def test_a_milestone_is_planned_moved_and_reached(step, listing, office, officer_east):
    supervision.move_milestone(step, due_on=plus(20), reason="设备到货推迟", by=office, at=at(plus(9)))
    supervision.achieve(step, done_on=plus(18), words="已验收", by=officer_east, at=at(plus(19)))
    step.refresh_from_db()
    assert (step.original_due_on, step.due_on, step.done_on) == (plus(10), plus(20), plus(18))
    assert (step.done_by, step.note) == (officer_east, "已验收")
    acts = list(listing.case.events.values_list("act", "reason").order_by("pk"))[-3:]
    assert [act for act, _reason in acts] == ["plan", "plan", "achieve"]
    assert acts[1][1] == "更换防火门：设备到货推迟"


@pytest.mark.parametrize(("on", "is_late"), [(10, False), (11, True)])
def test_a_milestone_is_late_after_the_end_of_its_day(on, is_late, step, listing):
    board = view(listing, plus(on))
    assert bool(board.late_milestones) is is_late
    assert board.next_milestone == step
    assert Milestone.objects.late(plus(on)).exists() is is_late


def test_reached_late_stays_to_be_seen(step, listing, officer_east):
    supervision.achieve(step, by=officer_east, at=at(plus(12)))
    board = view(listing, plus(12))
    assert [is_late for _step, is_late in board.plan] == [True]
    assert (board.late_milestones, board.reached, board.planned) == ([], 1, 1)


def test_a_milestone_is_reached_once_and_a_dropped_one_never(step, listing, office, officer_east):
    other = supervision.add_milestone(listing, title="通电测试", due_on=plus(1), by=office, at=at(plus(1)))
    supervision.achieve(step, by=officer_east, at=at(plus(2)))
    supervision.drop_milestone(other, reason="并入验收", by=office, at=at(plus(2)))
    for done in (step, other):
        with pytest.raises(AlreadyDone):
            supervision.achieve(done, by=officer_east, at=at(plus(3)))
        with pytest.raises(AlreadyDone):
            supervision.move_milestone(done, due_on=plus(9), reason="再等", by=office, at=at(plus(3)))
    assert view(listing, plus(20)).planned == 1


@pytest.mark.parametrize(("field", "facts"), [("title", {"title": " "}), ("due_on", {"due_on": plus(0)})])
def test_a_bad_milestone_is_refused_at_its_field(field, facts, listing, office):
    right = {"title": "更换防火门", "due_on": plus(1)} | facts
    with pytest.raises(RuleBroken) as refusal:
        supervision.add_milestone(listing, **right, by=office, at=at(plus(1)))
    assert refusal.value.field == field
    assert not Milestone.objects.exists()


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("reason", {"reason": " "}),
        ("due_on", {"due_on": plus(10)}),
        ("due_on", {"due_on": plus(1)}),
    ],
)
def test_a_bad_move_is_refused_at_its_field(field, facts, step, office):
    right = {"due_on": plus(2), "reason": "提前"} | facts
    with pytest.raises(RuleBroken) as refusal:
        supervision.move_milestone(step, **right, by=office, at=at(plus(2)))
    assert refusal.value.field == field


@pytest.mark.parametrize("done_on", [plus(3), plus(-1)])
def test_reached_neither_in_the_future_nor_before_the_listing(done_on, step, officer_east):
    with pytest.raises(RuleBroken) as refusal:
        supervision.achieve(step, done_on=done_on, by=officer_east, at=at(plus(2)))
    assert refusal.value.field == "done_on"


def test_dropping_says_why(step, office):
    with pytest.raises(RuleBroken) as refusal:
        supervision.drop_milestone(step, reason="", by=office, at=at(plus(2)))
    assert refusal.value.field == "reason"


# --- the six things in place -----------------------------------------------------------------------------
def test_the_newest_finding_counts_and_the_older_stays(listing, inspector_a):
    supervision.assure(
        listing, flag="funds", is_met=False, words="尚缺20万元", by=inspector_a, at=at(plus(1))
    )
    supervision.assure(listing, flag="funds", is_met=True, on=plus(3), by=inspector_a, at=at(plus(4)))
    supervision.assure(listing, flag="goals", is_met=True, by=inspector_a, at=at(plus(4)))
    board = view(listing, plus(5))
    assert (board.met, FlagEntry.objects.count()) == (2, 3)
    assert [line.is_met for line in board.flags] == [True, False, False, True, False, False]
    assert [line.entry.on if line.entry else None for line in board.flags][:4] == [
        plus(4),
        None,
        None,
        plus(3),
    ]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("flag", {"flag": "luck"}),
        ("on", {"on": plus(2)}),
        ("on", {"on": plus(-1)}),
        ("words", {"is_met": False}),
    ],
)
def test_a_bad_flag_is_refused_at_its_field(field, facts, listing, inspector_a):
    right = {"flag": "funds", "is_met": True} | facts
    with pytest.raises(RuleBroken) as refusal:
        supervision.assure(listing, **right, by=inspector_a, at=at(plus(1)))
    assert refusal.value.field == field
    assert not FlagEntry.objects.exists()


# --- the talk --------------------------------------------------------------------------------------------
def test_a_talk_is_noted(listing, office):
    supervision.call_in(listing, words="约谈主要负责人，承诺月底前完成", by=office, at=at(plus(5)))
    listing.refresh_from_db()
    assert (listing.interviewed_on, listing.interview_note) == (plus(5), "约谈主要负责人，承诺月底前完成")


@pytest.mark.parametrize(
    ("field", "facts"), [("words", {"words": ""}), ("on", {"on": plus(6)}), ("on", {"on": plus(-1)})]
)
def test_a_bad_talk_is_refused_at_its_field(field, facts, listing, office):
    with pytest.raises(RuleBroken) as refusal:
        supervision.call_in(listing, **({"words": "约谈负责人"} | facts), by=office, at=at(plus(5)))
    assert refusal.value.field == field


# --- by role ---------------------------------------------------------------------------------------------
DOES = {
    "report": {"inspector_a", "inspector_b", "officer_east", "head_east"},
    "achieve": {"inspector_a", "inspector_b", "officer_east", "head_east"},
    "assure": {"inspector_a", "inspector_b", "office"},
    "add": {"office"},
    "move": {"office"},
    "drop": {"office"},
    "interval": {"office"},
    "call-in": {"office"},
}


def attempt(name, listing, step, person):
    who = {"by": person, "at": at(plus(2))}
    match name:
        case "report":
            supervision.report(listing, words="进展", percent=1, **who)
        case "achieve":
            supervision.achieve(step, **who)
        case "assure":
            supervision.assure(listing, flag="goals", is_met=True, **who)
        case "add":
            supervision.add_milestone(listing, title="验收", due_on=plus(9), **who)
        case "move":
            supervision.move_milestone(step, due_on=plus(11), reason="推迟", **who)
        case "drop":
            supervision.drop_milestone(step, reason="取消", **who)
        case "interval":
            supervision.set_interval(listing, every="monthly", reason="", **who)
        case "call-in":
            supervision.call_in(listing, words="约谈负责人", **who)


@pytest.mark.parametrize("name", sorted(DOES))
@pytest.mark.parametrize(
    "person",
    [
        "inspector_b",
        "clerk",
        "officer_east",
        "officer_west",
        "office",
        "leader",
        "auditor",
        "admin_user",
        "stranger",
    ],
)
def test_each_step_by_each_role(name, person, listing, step, cast, fresh):
    before = listing.case.events.count()
    if person in DOES[name]:
        attempt(name, listing, step, fresh(cast[person]))
        assert listing.case.events.count() == before + 1
    else:
        with pytest.raises(NotAllowed):
            attempt(name, listing, step, fresh(cast[person]))
        assert listing.case.events.count() == before


@pytest.mark.parametrize(
    ("person", "offered"),
    [
        ("inspector_a", ["report", "achieve", "assure"]),
        ("officer_east", ["report", "achieve"]),
        ("office", ["assure", "add", "move", "drop", "interval", "call-in"]),
        ("leader", []),
        ("auditor", []),
    ],
)
def test_what_the_page_offers_to_whom(person, offered, listing, step, cast):
    assert supervised.steps(view(listing, plus(2)), cast[person]) == offered


def test_without_an_open_milestone_none_is_offered(listing, cast):
    assert supervised.steps(view(listing, plus(2)), cast["officer_east"]) == ["report"]


def test_nothing_of_a_closed_case_is_late(step, listing, ordered, cast):
    close(ordered, cast)
    listing.refresh_from_db()
    assert not view(listing, plus(30)).is_late
