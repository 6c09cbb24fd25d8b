"""When a year is loaded or a day corrected: proposals that a person decides, and nothing that moves alone."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from common.errors import AlreadyDone, NotAllowed, RuleBroken, StaleForm
from hazards import recomputing, services
from hazards.models import Clock, DeadlineEntry, DeadlineProposal
from rectification.services import corrections, orders
from reference.models import CalendarDay
from reference.selectors import forget_calendar
from reference.services.calendar import load_calendar, tell_changed
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db
FOUND = date(2026, 12, 21)
# A made-up notice of 2027: the New Year holiday is the 1st to the 3rd, and the week of 15 February is off.
OFF_2027 = {date(2027, 1, 1), *(date(2027, 2, day) for day in range(15, 20))}


@pytest.fixture(autouse=True)
def calendar(db):
    load_calendar()
    yield
    forget_calendar()


def load_2027():
    """The year as its notice will give it, loaded as a year is: whole, and told."""
    day = date(2027, 1, 1)
    rows = []
    while day.year == 2027:
        works = day.weekday() < 5 and day not in OFF_2027
        rows.append(CalendarDay(date=day, is_workday=works, note="节假日" if day in OFF_2027 else ""))
        day = date.fromordinal(day.toordinal() + 1)
    CalendarDay.objects.bulk_create(rows)
    tell_changed()


@pytest.fixture
def ordered(make_case, inspector_a):
    """`ordered(due_on=...)` or `ordered(working_days=...)`: a case ordered on 22 December 2026."""

    def make(due_on=None, working_days=None):
        case = make_case(day=FOUND)
        item = orders.Item(case, due_on, working_days=working_days)
        orders.issue(unit=case.unit, items=[item], by=inspector_a, at=at(date(2026, 12, 22)))
        case.refresh_from_db()
        return case

    return make


def ledger(case):
    return [(one.act, one.due_on, one.estimated) for one in case.deadlines.order_by("version")]


def test_working_days_beyond_the_loaded_years_are_estimated_and_flagged(ordered):
    case = ordered(working_days=45)
    # 23 December to 23 February by weekdays: 7 in December, 21 in January (1 January counted), 17 in February.
    assert case.due_on == date(2027, 2, 23)
    assert ledger(case) == [("order", date(2027, 2, 23), True)]
    near = ordered(working_days=3)
    assert ledger(near) == [("order", date(2026, 12, 25), False)]


def test_loading_the_year_proposes_and_moves_nothing(ordered):
    counted = ordered(working_days=45)
    named = ordered(due_on=date(2027, 2, 16))
    fits = ordered(due_on=date(2027, 3, 2))
    assert not DeadlineProposal.objects.exists()
    load_2027()
    rows = {row.case: row for row in DeadlineProposal.objects.undecided()}
    assert set(rows) == {counted, named}
    # Six days off more: 1 January and the five of February.
    assert (rows[counted].old, rows[counted].new) == (date(2027, 2, 23), date(2027, 3, 3))
    assert (rows[named].old, rows[named].new) == (date(2027, 2, 16), date(2027, 2, 22))
    assert "2027年2月16日为休息日" in rows[named].why
    assert "45个工作日" in rows[counted].why
    for case, due in ((counted, date(2027, 2, 23)), (named, date(2027, 2, 16)), (fits, date(2027, 3, 2))):
        case.refresh_from_db()
        assert (case.due_on, case.deadlines.count()) == (due, 1)
    recomputing.look_again(at=at(FOUND))
    assert DeadlineProposal.objects.count() == 2


def test_an_accepted_proposal_corrects_the_ledger_and_keeps_the_original(ordered, office):
    case = ordered(due_on=date(2027, 2, 16))
    load_2027()
    (proposal,) = DeadlineProposal.objects.all()
    recomputing.accept(proposal, by=office, at=at(date(2026, 12, 28)))
    case.refresh_from_db()
    assert (case.due_on, case.original_due_on) == (date(2027, 2, 22), date(2027, 2, 16))
    assert ledger(case) == [
        ("order", date(2027, 2, 16), True),
        ("correct_deadline", date(2027, 2, 22), False),
    ]
    last = DeadlineEntry.objects.get(case=case, version=2)
    assert (last.by, last.previous, last.reason) == (office, date(2027, 2, 16), proposal.why)
    assert case.events.last().data == {"proposal": proposal.pk}
    assert (proposal.decision, proposal.decided_by) == ("accepted", office)
    running = Clock.objects.running().get(case=case, code="C4")
    assert (running.began_on, running.due_on) == (date(2027, 2, 22), date(2027, 2, 25))
    with pytest.raises(AlreadyDone):
        recomputing.accept(proposal, by=office, at=at(date(2026, 12, 29)))
    recomputing.look_again(at=at(date(2026, 12, 29)))
    assert not DeadlineProposal.objects.undecided().exists()


def test_a_stale_proposal_is_refused_with_a_sentence_and_nothing_is_written(ordered, inspector_a, office):
    case = ordered(due_on=date(2027, 2, 16))
    load_2027()
    (proposal,) = DeadlineProposal.objects.all()
    corrections.correct(case, due_on=date(2027, 2, 10), reason="笔误", by=office, at=at(date(2026, 12, 28)))
    with pytest.raises(StaleForm, match=case.number):
        recomputing.accept(proposal, by=office, at=at(date(2026, 12, 29)))
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.is_stale) == ("", True)
    case.refresh_from_db()
    assert (case.due_on, case.deadlines.count()) == (date(2027, 2, 10), 2)
    recomputing.reject(proposal, by=office, at=at(date(2026, 12, 29)), note="期限已另行更正")
    assert not DeadlineProposal.objects.undecided().exists()


def test_a_closed_case_is_stale_too(ordered, inspector_a, inspector_b, office):
    case = ordered(due_on=date(2027, 2, 16))
    load_2027()
    (proposal,) = DeadlineProposal.objects.all()
    journeys.review(case, officers=[inspector_a, inspector_b], day=date(2026, 12, 28))
    with pytest.raises(StaleForm):
        recomputing.accept(proposal, by=office, at=at(date(2026, 12, 29)))


def test_rejecting_needs_a_reason_and_moves_nothing(ordered, office):
    case = ordered(due_on=date(2027, 2, 16))
    load_2027()
    (proposal,) = DeadlineProposal.objects.all()
    with pytest.raises(RuleBroken) as refusal:
        recomputing.reject(proposal, by=office, at=at(FOUND), note=" ")
    assert refusal.value.field == "note"
    recomputing.reject(proposal, by=office, at=at(FOUND), note="已与单位约定")
    case.refresh_from_db()
    assert case.due_on == date(2027, 2, 16)


def test_only_the_county_office_decides(ordered, inspector_a, officer_east, leader, auditor, leader_quzhou):
    ordered(due_on=date(2027, 2, 16))
    load_2027()
    (proposal,) = DeadlineProposal.objects.all()
    for person in (inspector_a, officer_east, leader, auditor, leader_quzhou):
        with pytest.raises(NotAllowed):
            recomputing.accept(proposal, by=person, at=at(FOUND))
        with pytest.raises(NotAllowed):
            recomputing.reject(proposal, by=person, at=at(FOUND), note="不同意")
        assert not recomputing.waiting_for(person).exists()


def test_statutory_clocks_wait_for_the_year_and_get_their_end_with_it(make_case, office):
    case = make_case(day=date(2026, 12, 30))
    served = Clock.objects.get(case=case, code="C2")
    assert served.due_on is None
    load_2027()
    served.refresh_from_db()
    # 31 December; 1 January is off, the 2nd and 3rd a weekend; the 4th and 5th.
    assert (served.due_on, served.missing_year) == (date(2027, 1, 5), None)
    assert not DeadlineProposal.objects.exists()


def test_a_corrected_day_proposes_another_end_of_a_running_clock(case, office):
    """Tuesday 10 March and three working days are the 13th, until the 12th turns out to be off."""
    clock = Clock.objects.get(case=case, code="C2")
    CalendarDay(date=date(2026, 3, 12), is_workday=False, note="本地放假").save()
    with time_machine.travel(at(hour=12), tick=False):
        tell_changed()
    clock.refresh_from_db()
    assert clock.due_on == date(2026, 3, 13)
    (proposal,) = DeadlineProposal.objects.all()
    assert (proposal.clock, proposal.old, proposal.new) == (clock, date(2026, 3, 13), date(2026, 3, 16))
    recomputing.accept(proposal, by=office, at=at(plus(1)))
    clock.refresh_from_db()
    assert (clock.due_on, clock.stopped_by) == (date(2026, 3, 13), "correct_deadline")
    anew = Clock.objects.running().get(case=case, code="C2")
    assert (anew.began_on, anew.due_on) == (date(2026, 3, 10), date(2026, 3, 16))
    assert case.deadlines.count() == 0


def test_a_clock_met_meanwhile_is_stale(case, inspector_a, office):
    CalendarDay(date=date(2026, 3, 12), is_workday=False).save()
    with time_machine.travel(at(hour=12), tick=False):
        tell_changed()
    (proposal,) = DeadlineProposal.objects.all()
    journeys.serve(journeys.order(case, by=inspector_a, day=plus(1)), by=inspector_a, day=plus(1))
    with pytest.raises(StaleForm):
        recomputing.accept(proposal, by=office, at=at(plus(2)))


def test_all_at_once_leaves_what_does_not_fit(ordered, office):
    cases = [ordered(due_on=date(2027, 2, day)) for day in (15, 16, 17)]
    load_2027()
    corrections.correct(
        cases[1], due_on=date(2027, 2, 9), reason="笔误", by=office, at=at(date(2026, 12, 28))
    )
    done = recomputing.accept_all(by=office, at=at(date(2026, 12, 29)))
    assert (done.accepted, len(done.refused)) == (2, 1)
    for case, due in zip(cases, (22, 9, 22), strict=True):
        case.refresh_from_db()
        assert case.due_on == date(2027, 2, due)


def test_the_page_lists_accepts_rejects_and_tells_the_stale(ordered, as_user, office):
    first, second, third = (ordered(due_on=date(2027, 2, day)) for day in (15, 16, 17))
    load_2027()
    page = as_user(office)
    html = page.get(reverse("hazards:proposals")).content.decode()
    assert all(one.number in html for one in (first, second, third)) and "全部采纳" in html
    assert "2027" in html and "顺延" in html
    assert "3" in page.get(reverse("rectification:approvals")).content.decode()

    rows = {row.case_id: row for row in DeadlineProposal.objects.all()}
    answer = page.post(reverse("hazards:proposal-decide", args=[rows[first.pk].pk, "accept"]), follow=True)
    assert "已采纳" in answer.content.decode()
    answer = page.post(reverse("hazards:proposal-decide", args=[rows[second.pk].pk, "reject"]), follow=True)
    assert "请说明" in answer.content.decode()
    corrections.correct(third, due_on=date(2027, 2, 9), reason="笔误", by=office, at=at(date(2026, 12, 28)))
    answer = page.post(reverse("hazards:proposal-decide", args=[rows[third.pk].pk, "accept"]), follow=True)
    assert "情况已经变化" in answer.content.decode()
    answer = page.post(reverse("hazards:proposals-accept-all"), follow=True)
    assert "已采纳 1 条" in answer.content.decode()
    assert page.post(reverse("hazards:proposals-look-again")).status_code == 302
    assert (
        page.post(reverse("hazards:proposal-decide", args=[rows[third.pk].pk, "frobnicate"])).status_code
        == 404
    )
    ledger_page = page.get(first.get_absolute_url()).content.decode()
    assert "期限更正" in ledger_page and "顺延" in ledger_page and "原定期限" in ledger_page


def test_others_are_kept_from_the_page(as_user, inspector_a, leader_quzhou):
    for person in (inspector_a, leader_quzhou):
        page = as_user(person)
        assert page.get(reverse("hazards:proposals")).status_code == 403
        assert page.post(reverse("hazards:proposals-accept-all")).status_code == 403
        assert page.post(reverse("hazards:proposals-look-again")).status_code == 403


# --- the act itself, through page and API --------------------------------------------------------------


def test_the_office_corrects_a_deadline_over_the_api(case, api_as, inspector_a, office):
    journeys.order(case, by=inspector_a)
    with time_machine.travel(at(plus(1), 12), tick=False):
        url = f"/api/v1/cases/{case.pk}/correct-deadline/"
        body = {"due_on": "2026-03-20", "reason": "文书笔误"}
        assert api_as(inspector_a).post(url, body, format="json").status_code == 409
        answer = api_as(office).post(url, body, format="json")
        assert answer.status_code == 200, answer.content
        assert (answer.json()["due_on"], answer.json()["original_due_on"]) == ("2026-03-20", "2026-03-25")
        for bad, field in (
            ({"due_on": "2026-03-20", "reason": "再改"}, "due_on"),
            ({"due_on": "2026-03-09", "reason": "早于发现"}, "due_on"),
            ({"due_on": "2029-03-09", "reason": "太远"}, "due_on"),
            ({"due_on": "", "reason": "缺"}, "due_on"),
            ({"due_on": "2026-03-30", "reason": " "}, "reason"),
        ):
            refused = api_as(office).post(url, bad, format="json")
            assert refused.status_code in (400, 409), bad
            assert field in refused.json() or refused.json()["detail"]
    assert ledger(case) == [
        ("order", date(2026, 3, 25), False),
        ("correct_deadline", date(2026, 3, 20), False),
    ]


def test_a_case_without_a_deadline_has_none_to_correct(case, office):
    with pytest.raises(RuleBroken) as refusal:
        services.record(case, "correct_deadline", by=office, at=at(), due_on=plus(5), reason="x")
    assert refusal.value.code == "not_now"


def test_an_order_in_working_days_over_the_page(case, as_user, inspector_a):
    with time_machine.travel(at(date(2026, 9, 24), 12), tick=False):
        page = as_user(inspector_a)
        url = reverse("rectification:act", args=[case.pk, "order"])
        both = page.post(url, {"due_on": "2026-10-20", "working_days": "3", "measure": ""})
        assert both.status_code == 422 and "只填一项" in both.content.decode()
        neither = page.post(url, {"due_on": "", "working_days": "", "measure": ""})
        assert neither.status_code == 422
        assert page.post(url, {"due_on": "", "working_days": "0", "measure": ""}).status_code == 422
        assert page.post(url, {"due_on": "", "working_days": "6", "measure": ""}).status_code == 302
        html = page.get(case.get_absolute_url()).content.decode()
    case.refresh_from_db()
    # Friday the 25th is off; the 28th, 29th and 30th; then the 8th, the 9th and the Saturday worked.
    assert case.due_on == date(2026, 10, 10)
    assert "送达（2026年9月24日）次日起6个工作日" in html and "10月10日为补班工作日" in html
