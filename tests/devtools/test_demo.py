"""The demo: both scenarios hold what they promise, whatever the day, and a second run changes nothing."""

import io
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from accounts.models import Post, User
from common.days import today
from dashboards.selectors import area_of, listed_units, listing_lines
from devtools.demo import people
from devtools.demo.clock import Queue, Times, at
from documents.models import Document
from hazards import tally
from hazards.models import CaseEvent, Clock, DeadlineEntry, HazardCase
from inspections.agenda import Day
from inspections.models import Inspection
from notifications.models import Delivery, Message
from rectification import supervised
from rectification.models import (
    ChaseClaim,
    Draw,
    Enforcement,
    Extension,
    HandOver,
    Instruction,
    Listing,
    LookBack,
    Seal,
    Suspension,
    VoidRequest,
    Watch,
    WatchLook,
)
from rectification.services import draws
from reference.selectors import forget_calendar
from tests.rectification.chasing import load_ladder
from units.models import Unit

ON = date(2026, 6, 16)  # a Tuesday


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The code tables and a tenth of the demo, once for this module; gone after it."""
    from django.test import override_settings

    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DEMO_PASSWORD", "Xiaohuan-2026")
        with transaction.atomic():
            # Where an earlier test has emptied all tables, the ladder has gone with them.
            load_ladder()
            call_command("load_reference", stdout=io.StringIO())
            forget_calendar()
            yield seeded()
            transaction.set_rollback(True)
        forget_calendar()


def seeded(**options) -> str:
    out, progress = io.StringIO(), io.StringIO()
    call_command("seed_demo", on=ON, scale=0.06, stdout=out, stderr=progress, **options)
    assert "refused" not in progress.getvalue(), progress.getvalue()
    return out.getvalue()


def county():
    return HazardCase.objects.under("131121")


def test_it_says_what_it_made(demo):
    assert demo.startswith("The demo is ready: ")


def test_cases_stand_in_many_states(demo):
    states = set(county().values_list("state", flat=True))
    assert {"ordered", "closed"} <= states
    assert county().overdue(ON).exists()
    assert Extension.objects.exists()


def test_three_fur_workshops_stand_suspended_and_some_wait_or_have_resumed(demo):
    standing = Suspension.objects.filter(status="in_force")
    assert standing.count() == 3
    for suspension in standing:
        assert suspension.unit.region_id.startswith("131121102")
        assert "combined_use" in suspension.unit.flags and "裘皮" in suspension.unit.name
        assert suspension.unit.suspended_since
        assert suspension.cases.live().exists()
    assert Unit.objects.exclude(suspended_since=None).count() == 3
    assert Suspension.objects.filter(status="proposed").count() == 2
    assert Suspension.objects.filter(status="lifted").exists()


def test_one_seal_stands_and_ends_soon_and_one_was_lifted(demo):
    standing = Seal.objects.in_force().get()
    assert 0 <= (standing.last_day - ON).days <= 7 and standing.unit.sealed_since
    lifted = Seal.objects.get(status="lifted")
    assert lifted.lifting_document and lifted.unit.sealed_since is None


def test_orders_are_served_but_a_few_of_the_last_days(demo):
    orders = Document.objects.filter(form__in=["correct_now", "correct_by", "major", "suspension", "seal"])
    waits = orders.awaiting_service()
    assert not waits.filter(issued_at__lt=at(ON - timedelta(days=3), 0)).exists()
    assert orders.exclude(served_at=None).count() > 10 * waits.count()


def test_the_city_leader_sees_thirteen_listed_and_eight_done(demo):
    leader = User.objects.get(username="leader-quzhou")
    area = area_of(leader, "3308", ON)
    units = listed_units(leader, area, ON)
    levels, total = listing_lines(units, area)
    assert (total.listed, total.done, str(total.rate)) == (13, 8, "0.6154")
    assert [(line.level, line.listed) for line in levels] == [("province", 2), ("city", 5), ("county", 6)]
    assert total.overdue > 0
    assert set(HazardCase.objects.filter(listings__isnull=False).values_list("grade", flat=True)) == {"major"}


def test_zaoqiang_lists_some_itself(demo):
    boards = Listing.objects.filter(case__in=county())
    assert set(boards.values_list("level", flat=True)) == {"county"}
    assert boards.standing().count() == 3


def test_closed_cases_have_their_day_and_nothing_lies_in_the_future(demo):
    assert not HazardCase.objects.filter(state="closed", closed_on=None).exists()
    assert not HazardCase.objects.filter(closed_on__gt=ON).exists()
    assert not HazardCase.objects.filter(opened_on__gt=ON).exists()
    assert not HazardCase.objects.filter(closed_on__lt=F("opened_on")).exists()
    assert not Document.objects.filter(issued_at__gt=at(ON, 18)).exists()


def test_the_deadline_ledger_is_whole(demo):
    last = {}
    for entry in DeadlineEntry.objects.order_by("case", "version"):
        before = last.get(entry.case_id)
        assert entry.version == (before.version + 1 if before else 1)
        assert entry.previous == (before.due_on if before else None)
        last[entry.case_id] = entry
    for case in HazardCase.objects.all():
        assert case.deadline_version == (last[case.pk].version if case.pk in last else 0)
        assert case.due_on == (last[case.pk].due_on if case.pk in last else None)


def test_papers_are_numbered_without_gaps_in_the_order_of_their_hours(demo):
    kinds = set(Document.objects.values_list("body", "form", "year"))
    assert len(kinds) > 8
    for body, form, year in kinds:
        papers = Document.objects.filter(body=body, form=form, year=year).order_by("serial")
        rows = list(papers.values_list("serial", "issued_at"))
        assert [serial for serial, _at in rows] == list(range(1, len(rows) + 1))
        if form == "look_back":
            continue  # the demo makes the look-backs of its year after it
        assert all(one[1] <= other[1] for one, other in pairwise(rows)), (body, form, year)


def test_the_chase_told_people_in_their_inbox_alone(demo):
    assert Message.objects.filter(kind="chase").exists()
    assert not Delivery.objects.exclude(channel="in_app").exists()


def test_every_township_has_a_head_and_two_officers_are_on_leave(demo):
    heads = Post.objects.filter(region__parent="131121", is_head=True)
    assert heads.count() == 11
    away = Post.objects.filter(region__parent="131121", deputy__isnull=False)
    assert away.count() == 2 and all(post.has_deputy(ON) for post in away)


def test_the_inspector_has_a_day_and_a_visit_begun(demo):
    day = Day(User.objects.get(username="inspector1"), ON)
    assert day.counts["drafts"] == 1 and day.counts["inspect"] > 0
    draft = Inspection.objects.get(status="draft")
    results = list(draft.answers.values_list("result", flat=True))
    assert "" in results and "ok" in results and "fail" in results
    assert draft.findings.get().description


def test_people_are_surname_and_mou_and_phones_are_invented(demo):
    assert all(user.name[1:] == "某" and user.phone.startswith("138") for user in User.objects.all())


def test_a_second_run_changes_nothing(demo):
    before = HazardCase.objects.count(), Document.objects.count(), Message.objects.count()
    out = io.StringIO()
    call_command("seed_demo", on=ON, stdout=out)
    assert "nothing was changed" in out.getvalue()
    assert before == (HazardCase.objects.count(), Document.objects.count(), Message.objects.count())


@pytest.mark.django_db
def test_an_unfinished_demo_is_not_built_upon(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "Xiaohuan-2026")
    people.Hiring("Xiaohuan-2026").person("inspector1")
    with pytest.raises(CommandError, match="begun in this database and not finished"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_without_code_tables_it_says_what_to_do(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "Xiaohuan-2026")
    with pytest.raises(CommandError, match="load_reference"):
        call_command("seed_demo")


@pytest.mark.django_db
def test_nothing_is_planned_beyond_now():
    times = Times(today(), at(today(), 11, 30))
    queue, done = Queue(times), []
    for day in range(3):
        queue.plan(today() + timedelta(days=day), 12, done.append)
    assert not queue.steps


def test_the_leader_asked_and_townships_urged(demo):
    asked = Instruction.objects.select_related("addressee", "given_by")
    assert asked.exists()
    assert {one.addressee.username.split("-")[0] for one in asked} == {"officer"}
    assert CaseEvent.objects.filter(act="urge", case__region__code__startswith=people.COUNTY).exists()


def test_somebody_left_the_brigade_and_most_was_handed_over(demo):
    sheet = HandOver.objects.get()
    assert (sheet.person.username, sheet.to.username, sheet.by.username) == (
        "inspector6",
        "inspector4",
        "office",
    )
    handed = CaseEvent.objects.filter(act="hand_over")
    assert sheet.cases == handed.count() > 0
    assert {case.inspector for case in county().orphaned(ON)} <= {sheet.person}


def test_closed_hazards_were_looked_at_again(demo):
    looks = LookBack.objects.filter(case__region__code__startswith=people.COUNTY)
    assert looks.filter(outcome="holds").exists() and looks.pending().exists()
    assert looks.relapsed().count() >= 2
    assert not looks.filter(held_on__gt=ON).exists()
    draw = Draw.objects.get()
    assert (draw.quarter, draw.drawn_by.username) == ("2026Q1", "office") and draws.is_true(draw)
    relapses = CaseEvent.objects.filter(act="reopen").exclude(data={})
    assert relapses.count() == LookBack.objects.relapsed().count()


def test_stopped_workshops_are_watched_and_one_was_found_at_work(demo):
    assert Watch.objects.standing(ON).filter(why="suspended").count() == 3
    assert WatchLook.objects.filter(outcome="producing").count() == 1
    assert Message.objects.filter(kind="watch").exists()


def test_what_was_found_at_work_was_demanded_heard_and_executed(demo):
    row = Enforcement.objects.get()
    assert (row.status, row.look.outcome, row.pleas.count()) == ("executed", "producing", 1)
    assert row.demand.served_at and row.document.served_at
    clocks = Clock.objects.filter(subject=row.suspension.clock_subject, code__in=["C14", "C14-2"])
    assert dict(clocks.values_list("code", "met_by")) == {"C14": "demand", "C14-2": "serve"}
    assert not any(clock.is_late(at(ON, 18)) for clock in clocks)
    assert row.demand.services.get().colleague is not None


def test_cases_are_void_by_two_and_one_waits(demo):
    merged = VoidRequest.objects.merged().get()
    assert merged.case.state == "void" and merged.into.is_live
    assert VoidRequest.objects.waiting().count() == 1
    voids = HazardCase.objects.filter(state="void")
    assert voids.count() == VoidRequest.objects.filter(decision="granted").count()


def test_the_running_sums_agree_with_the_cases(demo):
    assert tally.differences() == []


def test_listed_units_have_plans_flags_and_reports_and_some_are_late(demo):
    boards = supervised.boards(Listing.objects.select_related("case").order_by("pk"), ON)
    # Thirteen in Quzhou, two of them listed twice, and four in Zaoqiang.
    assert len(boards) == 19
    assert all(board.planned == 4 and board.met >= 3 and board.reports for board in boards[:15])
    done = [board for board in boards if board.listing.delisted_on]
    assert len(done) == 8 + 2 + 1
    assert all((board.reached, board.met) == (4, 6) for board in done)
    standing = [board for board in boards if board.listing.is_pressing]
    assert len(standing) == 8
    assert any(board.late_milestones for board in standing)
    assert any(board.is_report_late for board in standing) and not all(
        board.is_report_late for board in standing
    )
    chased = set(ChaseClaim.objects.filter(outcome="told").values_list("watched", flat=True))
    assert {"deadline", "milestone", "report", "clock"} <= chased
