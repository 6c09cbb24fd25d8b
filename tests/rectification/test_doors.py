"""Every state x act x role through both doors: page and API answer as the table says, and never with a crash."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from common.days import today
from hazards import states
from hazards.selectors import TABLE_ACTS
from rectification.acts import DOINGS
from tests import journeys
from tests.hazards.test_states import DOERS

pytestmark = pytest.mark.django_db
ROLES = ("inspector_a", "officer_east", "office", "leader", "auditor")


def facts(case, cast):
    """What every form could ask for; each takes what it knows."""
    soon = (today() + timedelta(20)).isoformat()
    return {
        "due_on": soon, "until": (today() + timedelta(60)).isoformat(), "reason": "核实无误", "words": "已按要求办理",
        "interim": "专人看守", "outcome": "pass", "note": "现场核实，已按要求整改到位", "decision": "granted",
        "officers": ["inspector_a", "inspector_b"], "grade": "major", "held_on": today().isoformat(),
        "attendees": "甲\n乙\n丙", "clauses": "7.3.1", "conclusion": "认定", "level": "county",
        "paper_number": "枣政函3号", "leader_name": "刘副县长", "kind": "department", "department": "住建局",
        "how": "call", "addressee": "officer_east", "inspector": "inspector_b",
        "report_every": "monthly", "percent": "50", "result": "已处理",
    }  # fmt: skip


def permitted(slug: str, who: str) -> bool:
    """Whether the hand-written table lets this person do the act, or one of those that stand behind it."""
    name = slug.replace("-", "_")
    return any(who in DOERS[act] for act in TABLE_ACTS.get(name, (name,)) if act in DOERS)


def possible(slug: str, state: str) -> bool:
    name = slug.replace("-", "_")
    return any(state in states.ACTS[act].froms for act in TABLE_ACTS.get(name, (name,)) if act in states.ACTS)


def attempt(call):
    """The answer of one try, as if it had never been made."""
    with transaction.atomic():
        answer = call()
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("state", states.STATES)
def test_the_api_answers_every_act_of_every_role(state, case, cast, api_as):
    journeys.reach(case, state, cast)
    body = json.dumps(facts(case, cast))
    for who in ROLES:
        client = api_as(cast[who])
        for slug in DOINGS:
            url = f"/api/v1/cases/{case.pk}/{slug}/"
            answer = attempt(lambda: client.post(url, body, content_type="application/json"))  # noqa: B023
            assert answer.status_code in {200, 400, 403, 409}, (state, slug, who, answer.content)
            if answer.status_code == 200:
                assert permitted(slug, who) and possible(slug, state), (state, slug, who)
            else:
                assert answer.content


@pytest.mark.parametrize("state", states.STATES)
def test_the_page_answers_every_act_of_every_role(state, case, cast, as_user):
    journeys.reach(case, state, cast)
    sent = facts(case, cast)
    for who in ROLES:
        client = as_user(cast[who])
        for slug in DOINGS:
            url = f"/rectification/cases/{case.pk}/{slug}/"
            shown = client.get(url)
            assert shown.status_code in {200, 409}, (state, slug, who)
            answer = attempt(lambda: client.post(url, sent))  # noqa: B023
            assert answer.status_code in {302, 403, 409, 422}, (state, slug, who, answer.status_code)
            if answer.status_code == 302:
                assert permitted(slug, who) and possible(slug, state), (state, slug, who)


@pytest.mark.parametrize("page", ["suspensions", "seals", "lookbacks"])
@pytest.mark.parametrize("unit", ["²", "٣", "x", "-1", "9" * 40])
def test_a_unit_that_is_no_number_narrows_nothing_and_breaks_nothing(page, unit, as_user, office):
    assert as_user(office).get(f"/rectification/{page}/", {"unit": unit}).status_code == 200
