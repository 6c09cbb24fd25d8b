"""Random lives of three hazards of one unit, played by several people: what must hold, holds after every step.

A refusal is part of life here: whatever is refused must have changed nothing.
"""

import os
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from common.errors import RuleBroken
from documents.models import Document
from hazards import services, states, tally
from rectification.models import Listing, ReviewItem, Suspension
from rectification.services import (
    extensions,
    listings,
    orders,
    reversals,
    reviews,
    submissions,
    suspensions,
    transfers,
    voids,
)
from tests import journeys
from tests.factories import at, picture, plus

pytestmark = pytest.mark.django_db

FEW = 12
LIVES = int(os.environ.get("LIVES", FEW))
"""`LIVES=2000 make test` plays others, and more, than the few that every run plays."""

NUMBER = st.integers(0, 2)
DAYS = st.integers(-3, 40)
PEOPLE = ("inspector_a", "inspector_b", "inspector_c", "inspector_d", "officer_east", "office", "leader")
WHO = st.sampled_from(PEOPLE)
PAIR = st.sampled_from(
    [("inspector_a", "inspector_b"), ("inspector_c", "inspector_d"), ("inspector_a", "inspector_a")]
)
WORDS = "现场核实，已按要求整改到位"


def lives(world):
    """A machine whose every example plays in a transaction that is rolled back."""

    class Lives(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            self.people, self.minutes = world.people, 0
            self.cases = [world.open_case() for _ in range(3)]
            self.unit = self.cases[0].unit

        def teardown(self):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

        # --- acting ---------------------------------------------------------------------------------
        @property
        def now(self):
            """Each act comes later than the one before."""
            self.minutes += 1
            return at(plus(0)) + timedelta(minutes=self.minutes) + timedelta(days=self.minutes // 4)

        def attempt(self, act, *cases):
            """Do it, or be refused and have changed nothing."""
            before = [trace(case) for case in cases]
            try:
                with transaction.atomic():
                    act()
            except RuleBroken as refusal:
                assert str(refusal)
                for case, known in zip(cases, before, strict=True):
                    case.refresh_from_db()
                    assert trace(case) == known

        @rule(n=NUMBER, who=WHO, days=DAYS)
        def order(self, n, who, days):
            case, now = self.cases[n], self.now
            item = orders.Item(case, now.date() + timedelta(days=days))
            self.attempt(
                lambda: orders.issue(unit=case.unit, items=[item], by=self.people[who], at=now), case
            )

        @rule(n=NUMBER, who=WHO, shown=st.booleans())
        def submit(self, n, who, shown):
            case, now, photos = self.cases[n], self.now, [picture()] if shown else []
            self.attempt(
                lambda: submissions.submit(case, words="已整改", photos=photos, by=self.people[who], at=now),
                case,
            )

        @rule(
            n=NUMBER,
            pair=PAIR,
            outcome=st.sampled_from(["pass", "partly", "fail"]),
            days=DAYS,
            note=st.booleans(),
        )
        def review(self, n, pair, outcome, days, note):
            case, now, team = self.cases[n], self.now, [self.people[name] for name in pair]
            due_on = None if outcome == "pass" else now.date() + timedelta(days=days)
            verdict = reviews.Verdict(case, outcome, WORDS if note else "", due_on)
            self.attempt(
                lambda: reviews.review(unit=case.unit, verdicts=[verdict], officers=team, by=team[0], at=now),
                case,
            )

        @rule(n=NUMBER, who=WHO, days=DAYS)
        def ask_extension(self, n, who, days):
            case, now = self.cases[n], self.now
            facts = {"until": now.date() + timedelta(days=days), "reason": "配件未到", "interim": "专人看守"}
            self.attempt(lambda: extensions.ask(case, **facts, by=self.people[who], at=now), case)

        @rule(n=NUMBER, who=WHO, yes=st.booleans())
        def decide_extension(self, n, who, yes):
            case, now = self.cases[n], self.now
            asked = case.extensions.undecided().first()
            if asked:
                asked.case = case
                decide = extensions.grant if yes else extensions.refuse
                self.attempt(lambda: decide(asked, by=self.people[who], at=now, note="已研究"), case)

        @rule(n=NUMBER, who=WHO, grade=st.sampled_from(["major", "general"]))
        def determine(self, n, who, grade):
            case, now = self.cases[n], self.now
            facts = {
                "clauses": "7.3.1",
                "attendees": ["甲", "乙", "丙"],
                "held_on": now.date(),
                "conclusion": "认定",
            }
            self.attempt(
                lambda: services.determine(case, grade=grade, **facts, by=self.people[who], at=now), case
            )

        @rule(n=NUMBER, who=WHO, level=st.sampled_from(["county", "city", "province"]))
        def list_(self, n, who, level):
            case, now = self.cases[n], self.now
            facts = {"level": level, "paper_number": "枣政函3号", "leader_name": "刘副县长"}
            self.attempt(lambda: listings.list_case(case, **facts, by=self.people[who], at=now), case)

        @rule(n=NUMBER, who=WHO)
        def delist(self, n, who):
            case, now = self.cases[n], self.now
            board = Listing.objects.standing().filter(case=case).first()
            if board:
                self.attempt(
                    lambda: listings.delist(board, paper_number="枣政函9号", by=self.people[who], at=now),
                    case,
                )

        @rule(n=NUMBER, who=WHO)
        def transfer(self, n, who):
            case, now = self.cases[n], self.now
            self.attempt(
                lambda: transfers.transfer(
                    case, department="住建局", reason="属其职责", by=self.people[who], at=now
                ),
                case,
            )

        @rule(n=NUMBER, who=WHO, act=st.sampled_from(["suspend", "resume", "reopen", "take_back"]))
        def plain(self, n, who, act):
            case, now = self.cases[n], self.now
            if act == "take_back":
                self.attempt(
                    lambda: transfers.take_back(case, reason="退回", by=self.people[who], at=now), case
                )
            else:
                self.attempt(
                    lambda: services.record(case, act, by=self.people[who], at=now, reason="核实"), case
                )

        @rule(n=NUMBER, who=WHO)
        def reverse(self, n, who):
            case, now = self.cases[n], self.now
            self.attempt(
                lambda: reversals.reverse(case, reason="销号有误", by=self.people[who], at=now), case
            )

        @rule(n=NUMBER, who=WHO, other=WHO)
        def void(self, n, who, other):
            case, now = self.cases[n], self.now

            def both():
                asked = voids.ask(case, reason="重复登记", by=self.people[who], at=now)
                voids.grant(asked, by=self.people[other], at=now + timedelta(seconds=1))

            self.attempt(both, case)

        @rule(
            who=WHO, step=st.sampled_from(["propose", "decide", "ask", "check", "lift"]), passes=st.booleans()
        )
        def stop(self, who, step, passes):
            now, person = self.now, self.people[who]
            standing = Suspension.objects.filter(unit=self.unit, status__in=["proposed", "in_force"]).first()
            if step == "propose":
                live = [case for case in self.cases if case.is_live]
                self.attempt(
                    lambda: suspensions.propose(self.unit, reason="住人", by=person, at=now, cases=live)
                )
            elif standing is None:
                return
            elif step == "check":
                team = [self.people["inspector_a"], self.people["inspector_b"]]
                facts = {"outcome": "pass" if passes else "fail", "note": "现场验收", "officers": team}
                self.attempt(lambda: suspensions.accept(standing, **facts, by=team[0], at=now))
            elif step == "ask":
                self.attempt(lambda: suspensions.ask_to_resume(standing, words="已整改", by=person, at=now))
            else:
                act = {"decide": suspensions.decide, "lift": suspensions.lift}[step]
                self.attempt(lambda: act(standing, by=person, at=now))

        # --- what must hold -------------------------------------------------------------------------
        @invariant()
        def the_ledger_explains_the_deadline(self):
            for case in self.cases:
                entries = list(case.deadlines.order_by("version"))
                assert [entry.version for entry in entries] == list(range(1, case.deadline_version + 1))
                assert (entries[-1].due_on if entries else None) == case.due_on
                assert all(later.previous == earlier.due_on for earlier, later in pairwise(entries))

        @invariant()
        def the_original_deadline_is_the_first_of_its_round(self):
            for case in self.cases:
                relapse = case.events.filter(act="reopen").order_by("pk").last()
                entries = case.deadlines.exclude(due_on=None).order_by("version")
                if relapse:
                    entries = entries.filter(at__gt=relapse.at)
                first = entries.first()
                assert case.original_due_on == (first.due_on if first else None)

        @invariant()
        def the_events_rebuild_the_state(self):
            for case in self.cases:
                events = list(case.events.order_by("pk"))
                assert events[0].to_state == states.REGISTERED
                assert all(later.from_state == earlier.to_state for earlier, later in pairwise(events))
                assert events[-1].to_state == case.state
                assert case.round == 1 + sum(event.act == "reopen" for event in events)

        @invariant()
        def one_main_listing_and_the_boards_that_hang(self):
            for case in self.cases:
                boards = Listing.objects.standing().filter(case=case)
                assert sorted(boards.values_list("level", flat=True)) == sorted(case.listed_levels)
                assert boards.filter(is_main=True).count() == bool(case.listed_levels)

        @invariant()
        def what_is_closed_was_seen_by_two_others_with_evidence(self):
            for case in self.cases:
                if case.state != states.CLOSED:
                    continue
                item = ReviewItem.objects.filter(case=case, outcome="pass").order_by("pk").last()
                sent = case.submissions.filter(photos__isnull=False).exists()
                assert item.note or item.photos.exists() or sent
                team = set(item.review.officers.values_list("user", flat=True))
                assert len(team) == 2
                closing = case.events.filter(to_state="closed").order_by("pk").last()
                if was_major(case, closing):
                    assert not team & reviews.hands_on(case)

        @invariant()
        def a_stopped_unit_resumes_after_acceptance_alone(self):
            self.unit.refresh_from_db()
            stops = Suspension.objects.filter(unit=self.unit)
            assert bool(self.unit.suspended_since) == stops.in_force().exists()
            for lifted in stops.filter(status="lifted"):
                assert lifted.checks.last().outcome == "pass"

        @invariant()
        def numbers_have_no_gap(self):
            taken: dict[tuple, list[int]] = {}
            for body, form, year, serial in Document.objects.values_list("body", "form", "year", "serial"):
                taken.setdefault((body, form, year), []).append(serial)
            assert all(sorted(serials) == list(range(1, len(serials) + 1)) for serials in taken.values())

        @invariant()
        def the_running_sums_agree(self):
            assert tally.differences() == []

    return Lives


def trace(case):
    """What an act would leave behind."""
    rows = (case.events, case.deadlines, case.submissions, case.extensions, case.listings, case.review_items)
    return case.version, Document.objects.count(), *[manager.count() for manager in rows]


def was_major(case, closing) -> bool:
    """Whether the hazard was major when it was closed."""
    meeting = case.determinations.filter(recorded_at__lte=closing.at).order_by("recorded_at").last()
    return meeting is not None and meeting.grade == "major"


def test_any_life_keeps_the_book(make_case, make_person, brigade, cast, inspector_c, inspector_d):
    people = cast | {"inspector_c": inspector_c, "inspector_d": inspector_d}
    world = SimpleNamespace(people=people, open_case=make_case)
    run_state_machine_as_test(
        lives(world),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=30,
            deadline=None,
            derandomize=LIVES == FEW,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_would_notice_a_book_that_lies(make_case, cast):
    """A deadline written past the ledger is found out."""
    case = make_case()
    journeys.order(case, by=cast["inspector_a"])
    type(case).objects.filter(pk=case.pk).update(due_on=plus(99))
    case.refresh_from_db()
    machine = lives(SimpleNamespace(people=cast, open_case=lambda: case))()
    with pytest.raises(AssertionError):
        machine.the_ledger_explains_the_deadline()
    machine.teardown()
