"""Reviewers of one case at the same time: one winner, no orphan paper, no gap in the numbers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from common.errors import RuleBroken
from documents.models import Document
from hazards.models import HazardCase
from rectification.models import Extension, Review, Submission
from rectification.services import extensions, reviews, submissions
from tests import journeys
from tests.factories import at, plus

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 4


def together(act, number: int = THREADS) -> list[str]:
    """What became of `act(n)` done at once: "done", or the code of the refusal."""
    gate = Barrier(number)

    def run(n):
        try:
            gate.wait(timeout=20)
            act(n)
            return "done"
        except RuleBroken as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(run, range(number)))


@pytest.fixture
def ordered(case, inspector_a):
    journeys.order(case, by=inspector_a)
    return case


@pytest.mark.parametrize("outcome", ["pass", "partly", "fail"])
def test_one_winner(outcome, ordered, inspector_a, inspector_b):
    read = [HazardCase.objects.select_related("unit", "category").get(pk=ordered.pk) for _ in range(THREADS)]

    def look(n):
        due_on = None if outcome == "pass" else plus(20 + n)
        verdict = reviews.Verdict(read[n], outcome, journeys.WORDS, due_on, no_photo="other")
        reviews.review(
            unit=read[n].unit,
            verdicts=[verdict],
            officers=[inspector_a, inspector_b],
            by=inspector_a,
            at=at(plus(5)),
        )

    results = together(look)
    assert results.count("done") == 1, results
    assert set(results) <= {"done", "already_done", "wrong_state"}
    assert Review.objects.count() == 1
    assert list(ordered.review_items.values_list("sequence", flat=True)) == [1]
    papers = Document.objects.filter(form="recheck")
    assert list(papers.values_list("serial", flat=True)) == [1]


def test_withdrawn_or_reinspected_but_not_both(ordered, officer_east, inspector_a, inspector_b):
    journeys.submit(ordered, by=officer_east)
    read = [HazardCase.objects.select_related("unit", "category").get(pk=ordered.pk) for _ in range(2)]

    def act(n):
        if n:
            submissions.withdraw(read[n], reason="传错照片", by=officer_east, at=at(plus(5)))
        else:
            journeys.review(read[n], officers=[inspector_a, inspector_b])

    results = together(act, 2)
    assert results.count("done") == 1, results
    ordered.refresh_from_db()
    outcome = Submission.objects.get().outcome
    assert (ordered.state, outcome) in {("closed", "passed"), ("ordered", "withdrawn")}
    connection.close()


def test_deciding_an_extension_beside_a_review_never_ends_in_a_ring(
    make_case, inspector_a, inspector_b, officer_east, office
):
    for n in range(6):
        case = make_case()
        journeys.order(case, by=inspector_a)
        asked = extensions.ask(
            case, until=plus(40), reason="配件未到", interim="专人看守", by=officer_east, at=at(plus(1))
        )
        mine, theirs = (
            HazardCase.objects.select_related("unit", "category").get(pk=case.pk) for _ in range(2)
        )
        asked = Extension.objects.select_related("case__unit", "case__category").get(pk=asked.pk)
        acts = (
            lambda theirs=theirs: reviews.review(
                unit=theirs.unit,
                verdicts=[reviews.Verdict(theirs, "pass", journeys.WORDS)],
                officers=[inspector_a, inspector_b],
                by=inspector_a,
                at=at(plus(5)),
            ),
            lambda asked=asked: extensions.grant(asked, by=office, at=at(plus(5))),
        )
        answers = together(lambda n, acts=acts: acts[n](), 2)
        assert "done" in answers, answers
        mine.refresh_from_db()
        assert mine.state in {"closed", "ordered"}
