"""Rungs that came into the table past the form stop no other, forget nobody, and are named on the run."""

from datetime import date

import pytest

from notifications.models import Message
from rectification.chase import engine
from rectification.chase.ledger import left_out
from rectification.models import ChaseRun, Rung
from tests.factories import at
from tests.rectification.chasing import chased_case, full_ladder, ladder, posts  # noqa: F401

pytestmark = pytest.mark.django_db
DUE = date(2026, 6, 10)
DAY_AFTER = date(2026, 6, 11)


# The run of the day after owes before-3 and after-1, each to the inspector and the township officer: four claims.
def run(on=DAY_AFTER, **options):
    return engine.run(on=on, at=at(on, 8), **options)


def spoil(code="after-1", **facts):
    """As somebody with a database prompt would."""
    Rung.objects.filter(code=code).update(**facts)


@pytest.mark.parametrize("words", ["逾期 {owner_name}", "逾期 {due_on:%Y}", "逾期 {unit", "逾期 {}"])
def test_words_that_cannot_be_written_go_out_plain(chased_case, words):
    chased_case(DUE)
    spoil(subject=words, body=words)
    tally = run()
    assert tally.claimed == 4
    letters = Message.objects.filter(kind="chase").order_by("recipient__username")
    assert [(one.recipient.username, one.subject) for one in letters] == [
        ("inspector_a", "逾期 1 天：整改期限 · 兴旺百货店"),
        ("officer_east", "逾期 1 天：整改期限 · 兴旺百货店"),
    ]
    assert letters[0].body.splitlines()[1:] == [
        "事项：整改期限，2026年6月10日（逾期 1 天）",
        "您是承办监督员，故送达本件。",
    ]
    assert ChaseRun.objects.get().finished_at is not None
    assert [len(left_out(ChaseRun.objects.get())), len(list(tally.reasons()))] == [1, 1]


def test_the_run_says_which_fact_is_unknown(chased_case):
    chased_case(DUE)
    spoil(subject="{owner_name}")
    assert run(dry_run=True).notes()["faulty"] == {"after-1": {"words": "{owner_name}"}}


def test_a_role_that_nobody_knows_falls_to_the_office(chased_case):
    chased_case(DUE)
    spoil(recipients=["mayor", "inspector"])
    assert run().claimed == 4
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {
        "inspector_a",
        "officer_east",
        "office",
    }
    assert ChaseRun.objects.get().notes["faulty"] == {"after-1": {"recipients": "mayor"}}


def test_a_channel_that_does_not_exist_is_left_out(chased_case):
    chased_case(DUE)
    spoil(channels=["pigeon"])
    assert run().claimed == 4
    assert Message.objects.filter(kind="chase").count() == 2
    assert ChaseRun.objects.get().notes["faulty"] == {"after-1": {"channels": "pigeon"}}


def test_a_rung_that_is_not_owed_is_not_mentioned(chased_case):
    chased_case(DUE)
    spoil("after-7", subject="{owner_name}")
    assert run().notes() == {}


def test_the_ladder_shows_what_is_wrong_where_it_can_be_mended(as_user, office, ladder):
    spoil(recipients=["mayor"], channels=["pigeon"], follow_ups=["dance"], subject="{owner_name}")
    for path in ("/rectification/chase/ladder/", "/rectification/chase/ladder/rungs/after-1/"):
        page = as_user(office).get(path).content.decode()
        for name in ("{owner_name}", "mayor", "pigeon"):
            assert name in page
    rung = Rung.objects.get(code="after-1")
    assert as_user(office).get(f"/rectification/chase/ladder/{rung.pk}/change/").status_code == 200


def test_a_rehearsal_counts_cases_that_nobody_answers_for_and_writes_nothing(
    make_case, full_ladder, posts, inspector_a
):
    from accounts.models import Post
    from rectification.models import ChaseClaim, Matter

    case = make_case(day=date(2026, 6, 1))
    Post.objects.filter(user=inspector_a).update(ends_on=date(2026, 6, 9))
    rehearsed = run(dry_run=True)
    assert not Matter.objects.filter(watched="orphan").exists()
    assert (ChaseRun.objects.count(), ChaseClaim.objects.count(), Message.objects.count()) == (0, 0, 0)
    done = run()
    assert Matter.objects.filter(watched="orphan", subject=case.pk, ended_at=None).exists()
    assert rehearsed.counts() == done.counts()
    assert done.claimed >= 1
