"""Every state x act x role, from the table the product itself reads."""

import itertools

import pytest

from accounts import roles
from common.errors import NotAllowed, RuleBroken
from hazards import services, states
from hazards.models import HazardCase, State
from hazards.selectors import OFFERED, offers
from hazards.words import ACT_LABELS, act_label, button_label, event_label
from tests import journeys
from tests.factories import at, plus

FACTS = {
    "due_on": {"due_on": plus(40)},
    "reason": {"reason": "理由"},
    "grade": {"grade": "major"},
    "listed_levels": {"listed_levels": ["county"]},
    "asked_until": {"asked_until": plus(45)},
}


def facts_of(step, cast):
    """What the act must bring; people come from the cast."""
    facts = {key: value for need in step.needs if need in FACTS for key, value in FACTS[need].items()}
    return facts | ({"inspector": cast["inspector_b"]} if "inspector" in step.needs else {})


# By hand: which acts the law and the house allow from each state. The table must say the same.
ALLOWED = {
    "registered": {
        "correct_on_site", "order", "transfer", "suspend", "ask_void", "ask_merge", "void",
        "refuse_void", "absorb", "correct_deadline", "determine", "list",
        "instruct", "reply", "plan", "assure", "achieve", "report", "hand_over",
    },
    "ordered": {
        "reorder", "urge", "instruct", "reply", "submit", "pass", "partly", "fail", "ask_extension", "grant_extension",
        "refuse_extension", "transfer", "suspend", "ask_void", "ask_merge", "void",
        "refuse_void", "absorb", "correct_deadline", "determine", "list", "plan", "assure",
        "achieve", "report", "hand_over",
    },
    "submitted": {
        "withdraw", "pass", "partly", "fail", "transfer", "suspend", "ask_void", "ask_merge", "void",
        "refuse_void", "absorb", "correct_deadline", "determine", "list",
        "instruct", "reply", "plan", "assure", "achieve", "report", "hand_over",
    },
    "closed": {"reopen", "reverse", "delist", "reply", "look_back"},
    "transferred": {"accept_referral", "answer_referral", "close_referral", "take_back", "delist", "reply"},
    "suspended": {"resume", "delist", "reply"},
    "void": {"delist", "reply"},
}  # fmt: skip

# By hand: who does it. An act by anybody else is refused, whatever the state.
DOERS = {
    "correct_on_site": {"inspector_a"},
    "order": {"inspector_a"},
    "reorder": {"inspector_a"},
    "submit": {"inspector_a", "officer_east", "head_east"},
    "withdraw": {"inspector_a", "officer_east", "head_east"},
    "urge": {"inspector_a", "officer_east", "head_east"},
    "instruct": {"office", "leader"},
    "reply": {"inspector_a", "officer_east", "head_east", "office"},
    "pass": {"inspector_a"},
    "partly": {"inspector_a"},
    "fail": {"inspector_a"},
    "ask_extension": {"inspector_a", "officer_east", "head_east"},
    "grant_extension": {"office"},
    "refuse_extension": {"office"},
    "transfer": {"inspector_a", "office"},
    "accept_referral": {"inspector_a", "office"},
    "answer_referral": {"inspector_a", "office"},
    "close_referral": {"inspector_a"},
    "take_back": {"inspector_a", "office"},
    "suspend": {"office"},
    "resume": {"office"},
    "ask_void": {"inspector_a", "office"},
    "ask_merge": {"inspector_a", "office"},
    "void": {"office"},
    "refuse_void": {"office"},
    "absorb": {"office"},
    "look_back": {"inspector_a"},
    "reopen": {"inspector_a", "office"},
    "correct_deadline": {"office"},
    "hand_over": {"inspector_a", "office"},
    "determine": {"inspector_a", "office"},
    "list": {"office", "leader"},
    "delist": {"office", "leader"},
    "reverse": {"inspector_a", "office"},
    "plan": {"office"},
    "assure": {"inspector_a", "office"},
    "achieve": {"inspector_a", "officer_east", "head_east"},
    "report": {"inspector_a", "officer_east", "head_east"},
}
# What the case must carry beside its state.
CARRIES = {
    "list": {"grade": "major"},
    "delist": {"listed_levels": ["county"]},
    "reverse": {"grade": "major"},
    "plan": {"listed_levels": ["county"]},
    "assure": {"listed_levels": ["county"]},
    "achieve": {"listed_levels": ["county"]},
    "report": {"listed_levels": ["county"]},
    "correct_deadline": {"due_on": plus(20)},
    "grant_extension": {"asked_until": plus(45)},
    "refuse_extension": {"asked_until": plus(45)},
    "accept_referral": {"referral_stage": "waiting"},
    "answer_referral": {"referral_stage": "accepted"},
    "close_referral": {"referral_stage": "answered"},
    "void": {"void_asked_on": plus(20)},
    "refuse_void": {"void_asked_on": plus(20)},
}
PEOPLE = (
    "inspector_a", "clerk", "officer_east", "officer_west", "head_east", "office", "leader", "leader_quzhou",
    "auditor", "admin_user", "stranger",
)  # fmt: skip


def test_the_table_says_what_was_written_by_hand():
    assert {state: {act.name for act in states.acts_from(state)} for state in states.STATES} == ALLOWED


def test_every_state_and_act_has_words_and_a_known_permission():
    assert set(State.values) == set(states.STATES)
    for act in states.ACTS.values():
        assert roles.roles_of(act.permission)
        assert act_label(act.name) and event_label(act.name)
    assert set(ACT_LABELS) == set(states.ACTS) | {"open"}
    assert all(button_label(name) for name in OFFERED)


def test_a_live_case_can_always_reach_closed():
    reachable = {states.CLOSED}
    for _round in states.STATES:
        reachable |= {s for a in states.ACTS.values() for s in a.froms if a.leads_to(s) in reachable}
    assert set(states.STATES) - reachable == {states.VOID}


@pytest.mark.django_db
@pytest.mark.parametrize("state", states.STATES)
def test_every_act_by_every_role(state, case, cast):
    journeys.reach(case, state, cast)
    day = at(plus(30))
    for name, person in itertools.product(states.ACTS, PEOPLE):
        step = states.ACTS[name]
        facts = facts_of(step, cast)
        permitted = person in DOERS[name]
        possible = name in ALLOWED[state]
        before = case.events.count()
        if not (permitted and possible):
            with pytest.raises(RuleBroken) as refusal:
                services.record(case, name, by=cast[person], at=day, **facts)
            assert isinstance(refusal.value, NotAllowed) is not permitted
            assert str(refusal.value)
            assert case.events.count() == before
    for offer in offers(case, cast["stranger"]):
        assert not offer.allowed and offer.why_not


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "name"), [(state, name) for state in states.STATES for name in sorted(ALLOWED[state])]
)
def test_each_allowed_act_works_and_leaves_its_event(state, name, case, cast):
    journeys.reach(case, state, cast)
    HazardCase.objects.filter(pk=case.pk).update(**CARRIES.get(name, {"round": 1}))
    step = states.ACTS[name]
    facts = facts_of(step, cast)
    doer = cast[sorted(DOERS[name])[0]]
    event = services.record(case, name, by=doer, at=at(plus(30)), **facts)
    assert (event.from_state, event.to_state) == (state, step.to or state)
    assert case.state == event.to_state
    assert case.events.last().by == doer


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("list", "ordered"),
        ("delist", "closed"),
        ("reverse", "closed"),
        ("plan", "ordered"),
        ("report", "ordered"),
        ("correct_deadline", "registered"),
        ("grant_extension", "ordered"),
        ("refuse_extension", "ordered"),
        ("void", "ordered"),
        ("refuse_void", "ordered"),
        ("close_referral", "transferred"),
    ],
)
def test_what_the_case_must_carry_beside_its_state(name, state, case, cast):
    journeys.reach(case, state, cast)
    step = states.ACTS[name]
    facts = facts_of(step, cast)
    with pytest.raises(RuleBroken) as refusal:
        services.record(case, name, by=cast[sorted(DOERS[name])[0]], at=at(plus(30)), **facts)
    assert refusal.value.code == "not_now" and str(refusal.value)


@pytest.mark.django_db
def test_one_request_at_a_time_and_settled_by_its_decision(case, cast):
    journeys.reach(case, "ordered", cast)
    ask = {"reason": "等配件", "asked_until": plus(45)}
    services.record(case, "ask_extension", by=cast["officer_east"], at=at(plus(1)), **ask)
    with pytest.raises(RuleBroken):
        services.record(case, "ask_extension", by=cast["officer_east"], at=at(plus(2)), **ask)
    services.record(case, "refuse_extension", by=cast["office"], at=at(plus(2)), reason="不同意")
    assert case.asked_until is None
