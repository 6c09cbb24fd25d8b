"""Look-backs: a day by grade at every door that closes, two officers, one result a round, a relapse opens the next."""

import json
from datetime import date, timedelta

import pytest

from common.days import today
from common.errors import AlreadyDone, NotAllowed, RuleBroken
from documents import typesetting
from documents.models import Document, Serial
from hazards.services import record
from notifications.models import Message
from rectification.chase import engine, selectors
from rectification.models import ChaseClaim, LookBack, Matter, Rung
from tests import journeys
from tests.documents import reading
from tests.factories import at, plus
from tests.rectification.chasing import full_ladder  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(inspector_a, inspector_b):
    return [inspector_a, inspector_b]


@pytest.fixture
def closed(case, inspector_a, pair):
    """Closed on day 5 after a re-inspection."""
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=pair)
    case.refresh_from_db()
    return case


def waiting(case):
    return list(LookBack.objects.filter(case=case).values_list("round", "why", "due_on", "outcome"))


def test_a_general_hazard_is_looked_back_after_ninety_days(closed):
    assert waiting(closed) == [(1, "closed", plus(95), "")]


def test_a_major_one_after_thirty(case, pair, inspector_a):
    journeys.make_major(case, by=inspector_a)
    journeys.order(case, by=inspector_a)
    journeys.review(case, officers=journeys.other_eyes())
    assert waiting(case) == [(1, "closed", plus(35), "")]


def test_corrected_on_the_spot_brings_none(case, inspector_a):
    record(case, "correct_on_site", by=inspector_a, at=at())
    assert waiting(case) == []


def test_closing_that_is_rolled_back_leaves_no_look_back(case, inspector_a, pair):
    from django.db import transaction

    journeys.order(case, by=inspector_a)
    with pytest.raises(RuntimeError), transaction.atomic():
        journeys.review(case, officers=pair)
        raise RuntimeError
    assert waiting(case) == []


def test_it_holds(closed, pair, inspector_a):
    done = journeys.look_back(closed, officers=pair, day=plus(60))
    assert (done.outcome, done.held_on, done.recorded_by, done.why) == (
        "holds",
        plus(60),
        inspector_a,
        "closed",
    )
    assert [officer.card_number for officer in done.officers.all()] == [
        "冀消监〔2023〕011",
        "冀消监〔2023〕012",
    ]
    assert (closed.state, closed.round) == ("closed", 1)
    event = closed.events.last()
    assert (event.act, event.data) == ("look_back", {"look_back": done.pk})
    assert not LookBack.objects.pending().exists()


def test_a_relapse_opens_the_next_round_and_counts_once(closed, pair, inspector_a):
    done = journeys.look_back(closed, officers=pair, outcome="relapse", note="安全出口再次上锁", day=plus(60))
    assert (closed.state, closed.round, closed.due_on, closed.closed_on) == ("registered", 2, None, None)
    event = closed.events.last()
    assert (event.act, event.reason, event.data) == ("reopen", "安全出口再次上锁", {"look_back": done.pk})
    assert LookBack.objects.relapsed().count() == 1
    assert closed.events.filter(act="reopen").count() == 1
    with pytest.raises(RuleBroken):
        journeys.look_back(closed, officers=pair, outcome="relapse", note="再记一次", day=plus(61))
    # Closed again, the second round gets its own day.
    journeys.order(closed, by=inspector_a, day=plus(61))
    journeys.review(closed, officers=pair, day=plus(70))
    assert waiting(closed)[1] == (2, "closed", plus(160), "")
    assert LookBack.objects.relapsed().count() == 1


def test_a_round_is_looked_back_once(closed, pair):
    journeys.look_back(closed, officers=pair)
    with pytest.raises(AlreadyDone):
        journeys.look_back(closed, officers=pair)


def test_a_case_without_a_day_may_be_looked_back_too(case, inspector_a, pair):
    record(case, "correct_on_site", by=inspector_a, at=at())
    done = journeys.look_back(case, officers=pair, day=plus(9))
    assert (done.why, done.outcome) == ("chance", "holds")


def test_reopened_by_hand_the_old_look_back_waits_no_longer(closed, inspector_a):
    assert LookBack.objects.late(plus(96)).count() == 1
    record(closed, "reopen", by=inspector_a, at=at(plus(20)), reason="群众举报")
    assert not LookBack.objects.pending().exists() and not LookBack.objects.late(plus(96)).exists()


def test_a_day_means_its_end(closed):
    assert not LookBack.objects.late(plus(95)).exists()
    assert LookBack.objects.late(plus(96)).count() == 1


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("officers", {"officers": ["inspector_a"]}),
        ("officers", {"officers": ["inspector_a", "inspector_a"]}),
        ("officers", {"officers": ["inspector_a", "clerk"]}),
        ("officers", {"officers": ["inspector_b", "clerk"]}),
        ("held_on", {"day": plus(4)}),
        ("note", {"outcome": "relapse", "note": " "}),
        ("outcome", {"outcome": "unclear"}),
    ],
)
def test_a_mistake_is_said_at_its_field_and_nothing_is_written(field, facts, closed, cast):
    right = {"officers": ["inspector_a", "inspector_b"]} | facts
    right["officers"] = [cast[name] for name in right["officers"]]
    with pytest.raises(RuleBroken) as refusal:
        journeys.look_back(closed, **right)
    assert refusal.value.field == field
    assert waiting(closed) == [(1, "closed", plus(95), "")]


def test_a_case_that_is_not_closed_is_not_looked_back(case, pair):
    with pytest.raises(RuleBroken) as refusal:
        journeys.look_back(case, officers=pair)
    assert refusal.value.code == "wrong_state"
    assert waiting(case) == []


def test_whoever_submitted_a_major_one_does_not_look_back_at_it(
    case, pair, inspector_a, inspector_b, make_person, brigade
):
    third = make_person("inspector_c", "丙", "inspector", "131121", office=brigade, card="冀消监〔2023〕013")
    journeys.make_major(case, by=inspector_a)
    journeys.order(case, by=inspector_a)
    journeys.submit(case, by=third)
    journeys.review(case, officers=journeys.other_eyes())
    with pytest.raises(RuleBroken) as refusal:
        journeys.look_back(case, officers=[inspector_a, third])
    assert refusal.value.code == "own_work"


def test_a_township_does_not_look_back(closed, officer_east, inspector_b):
    with pytest.raises(NotAllowed):
        journeys.look_back(closed, officers=[officer_east, inspector_b])


def test_the_same_press_twice_is_one_look_back(closed, api_as, inspector_a):
    body = {
        "client_id": "5b0c2c55-4b0e-4a0e-9d9d-3d0f3f4d5a12",
        "outcome": "relapse",
        "note": "再次上锁",
        "officers": ["inspector_a", "inspector_b"],
    }
    url = f"/api/v1/cases/{closed.pk}/look-back/"
    for _ in range(2):
        answer = api_as(inspector_a).post(url, json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.json()["round"]) == (200, 2), answer.content
    assert closed.events.filter(act="reopen").count() == 1


def test_the_list_shows_what_is_late_and_offers_the_look(
    closed, as_user, inspector_a, officer_east, officer_west
):
    tab = "due" if today() >= plus(88) else "coming"
    page = as_user(inspector_a).get(f"/rectification/lookbacks/?tab={tab}").content.decode()
    assert closed.number in page and f"/rectification/cases/{closed.pk}/look-back/" in page
    late = as_user(inspector_a).get("/rectification/lookbacks/?tab=late").content.decode()
    assert (closed.number in late) is (today() > plus(95))
    assert "/look-back/" not in as_user(officer_east).get("/rectification/lookbacks/").content.decode()
    assert closed.number not in as_user(officer_west).get("/rectification/lookbacks/").content.decode()


def test_the_form_records_it_and_pages_tell(closed, as_user, inspector_a):
    client = as_user(inspector_a)
    url = f"/rectification/cases/{closed.pk}/look-back/"
    assert client.get(url).status_code == 200
    sent = {"outcome": "holds", "note": "通道畅通", "officers": ["inspector_a", "inspector_b"]}
    assert client.post(url, sent).status_code == 302
    page = client.get(closed.get_absolute_url()).content.decode()
    assert "回头看：整改巩固" in page and "通道畅通" in page
    file = client.get(f"/rectification/lookbacks/?unit={closed.unit_id}").content.decode()
    assert closed.number in file
    assert (
        "lookbacks/?unit=" in client.get(f"{closed.unit.get_absolute_url()}?tab=lookbacks").content.decode()
    )
    assert client.post(url, sent).status_code == 422


def test_the_list_costs_no_more_for_many(
    make_case, pair, inspector_a, as_user, django_assert_max_num_queries
):
    for _ in range(12):
        case = make_case()
        journeys.order(case, by=inspector_a)
        journeys.review(case, officers=pair)
    client = as_user(inspector_a)
    with django_assert_max_num_queries(10):
        client.get("/rectification/lookbacks/")


@pytest.mark.parametrize("query", ["tab=abc", "unit=abc", "unit=99999999999999999999", "page=-1", "unit=２"])
def test_nonsense_in_the_address_breaks_nothing(query, as_user, inspector_a):
    for path in ("lookbacks", "watches"):
        assert as_user(inspector_a).get(f"/rectification/{path}/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("outcome", "words"), [("holds", "整改成果保持，未反弹"), ("relapse", "隐患反弹，重新立案整改")]
)
def test_it_leaves_a_numbered_record(outcome, words, closed, pair, as_user):
    look = journeys.look_back(closed, officers=pair, outcome=outcome, note="现场核实通道情况")
    made = look.document
    assert made.number == "枣消回字〔2026〕第0001号" and not made.awaits_service
    assert closed.events.get(act="look_back" if outcome == "holds" else "reopen").document == made
    said = reading.text(typesetting.pdf([made]))
    for sentence in (
        "消防监督检查记录（回头看）",
        closed.number,
        words,
        "现场核实通道情况",
        pair[1].card_number,
    ):
        assert sentence in said
    assert made.number in as_user(pair[0]).get(closed.get_absolute_url()).content.decode()


def test_a_look_back_that_comes_too_late_takes_no_number(closed, pair):
    journeys.look_back(closed, officers=pair)
    with pytest.raises(AlreadyDone):
        journeys.look_back(closed, officers=pair)
    assert Document.objects.filter(form="look_back").count() == 1
    assert Serial.objects.get(form="look_back").last == 1


# --- a relapse climbs the ladder ------------------------------------------------------------------------------
def chase_at(day, hour=10):
    """The look at what is counted in hours, as every few minutes; the letters of the relapse written so far."""
    engine.run_hourly(at=at(day, hour))
    rows = Message.objects.filter(key__startswith="chase:relapse:").order_by("recipient__username")
    return list(rows.select_related("recipient"))


def relapsed(case, pair, day):
    return journeys.look_back(case, officers=pair, outcome="relapse", note="安全出口再次上锁", day=day)


def test_a_relapse_is_told_within_minutes_to_everybody_who_answers_for_the_case(
    closed, pair, inspector_b, office, officer_east, full_ladder
):
    """In one letter of its own for each, not in the next morning's digest, and once however often the chase looks."""
    relapsed(closed, pair[::-1], plus(60))
    letters = chase_at(plus(60))
    assert [one.recipient.username for one in letters] == ["inspector_a", "office", "officer_east"]
    assert letters[0].subject == f"隐患反弹：兴旺百货店（{closed.number}）"
    assert letters[0].body.splitlines() == [
        "单位：兴旺百货店（马屯镇，张仓口村主街1号）",
        "隐患：疏散通道、安全出口被占用、堵塞",
        "隐患反弹：安全出口再次上锁",
        f"案件编号：{closed.number}　承办监督员：周安",
        "案件已重新启动整改，请及时责令改正并重新确定整改期限。",
        "您是承办监督员，故送达本件。",
    ]
    assert {one.urgent for one in letters} == {True}
    assert letters[0].link == closed.get_absolute_url()
    assert len(chase_at(plus(60), 11)) == 3


def test_a_rectification_that_holds_tells_nobody(closed, pair, full_ladder):
    journeys.look_back(closed, officers=pair, day=plus(60))
    assert chase_at(plus(60)) == []


def test_the_deputy_hears_of_a_relapse_in_the_place_of_who_is_away(
    closed, pair, office, officer_east, officer_west, full_ladder
):
    from accounts.models import Post

    Post.objects.filter(user=officer_east).update(
        deputy=officer_west, deputy_from=plus(50), deputy_to=plus(70)
    )
    relapsed(closed, pair, plus(60))
    assert [one.recipient.username for one in chase_at(plus(60))] == ["inspector_a", "office", "officer_west"]


def test_a_relapse_is_chased_until_it_is_ordered_anew(
    closed, pair, office, officer_east, head_east, full_ladder
):
    """One working day later inspector and office, every second day again, after three the head; an order ends it."""
    relapsed(closed, pair, date(2026, 5, 11))

    def told(day):
        engine.run(on=day, at=at(day, 18))
        claims = ChaseClaim.objects.filter(watched="relapse", on=day, outcome="told")
        return sorted(
            {(one.rung.code, one.person.username) for one in claims.select_related("rung", "person")}
        )

    assert told(date(2026, 5, 11)) == [
        ("relapse", "inspector_a"), ("relapse", "office"), ("relapse", "officer_east"),
    ]  # fmt: skip
    assert told(date(2026, 5, 12)) == [("relapse-late", "inspector_a"), ("relapse-late", "office")]
    assert told(date(2026, 5, 13)) == []
    assert told(date(2026, 5, 14)) == [
        ("relapse-late", "inspector_a"), ("relapse-late", "office"), ("relapse-late-3", "head_east"),
    ]  # fmt: skip
    letter = ChaseClaim.objects.get(watched="relapse", rung__code="relapse-late-3")
    assert Message.objects.get(key=f"digest:{letter.run_id}:{head_east.pk}").subject == (
        f"反弹已等待 3 天未责令改正：兴旺百货店（{closed.number}）"
    )
    closed.refresh_from_db()
    record(closed, "order", by=pair[0], at=at(date(2026, 5, 15), 9), due_on=date(2026, 6, 15))
    assert not Matter.objects.get(watched="relapse").is_open
    assert told(date(2026, 5, 18)) == []


def test_a_discontinued_relapse_is_owed_no_order(closed, pair, office, full_ladder):
    relapsed(closed, pair, plus(60))
    closed.refresh_from_db()
    record(closed, "suspend", by=office, at=at(plus(60), 9), reason="单位关停")
    assert Matter.objects.get(watched="relapse").ended_at is not None
    assert chase_at(plus(60)) == []


def test_the_timeline_says_the_hour_of_what_is_counted_in_hours(
    closed, pair, office, officer_east, full_ladder
):
    Rung.objects.create(
        code="relapse-24", name="隐患反弹满二十四小时", watched="relapse", measure="hours", urgent=True, offset=24,
        repeat_every=12, recipients=["office"], subject="{when}：{unit}", body="{what}", valid_from=plus(0),
    )  # fmt: skip
    relapsed(closed, pair, plus(60))
    closed.refresh_from_db()
    begun = Matter.objects.get(watched="relapse").due_at

    def coming(moment):
        found = selectors.preview(closed, plus(60), at=moment, cycles=2)
        return [
            (one.rung.code, one.day, one.moment and one.moment - begun) for one in found if one.rung.urgent
        ]

    hours = [("relapse-24", plus(61), timedelta(hours=24)), ("relapse-24", plus(61), timedelta(hours=36))]
    assert coming(begun + timedelta(minutes=1)) == [("relapse", plus(60), None), *hours]
    chase_at(plus(60), 23)
    assert coming(begun + timedelta(hours=14)) == hours
