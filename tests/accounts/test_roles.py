"""The policy table, written a second time by hand."""

import pytest

from accounts.roles import POLICY, Role, may, need
from common.errors import NotAllowed
from tests.cast import COUNTY, EAST, EAST_VILLAGE, WEST

EVERYBODY = "inspector_a clerk officer_east office leader auditor admin_user"

EXPECTED = {
    "unit.view": EVERYBODY,
    "unit.register": "inspector_a clerk officer_east office",
    "unit.correct": "inspector_a clerk officer_east office",
    "unit.retire": "inspector_a officer_east office",
    "unit.import": "inspector_a officer_east office",
    "unit.see_phones": "inspector_a officer_east office",
    "inspection.view": EVERYBODY,
    "inspection.plan": "inspector_a office",
    "inspection.file": "inspector_a",
    "inspection.assist": "clerk",
    "inspection.self_check": "officer_east",
    "case.view": EVERYBODY,
    "case.open": "inspector_a officer_east office",
    "case.determine": "inspector_a office",
    "case.order": "inspector_a",
    "case.submit": "inspector_a officer_east",
    "case.urge": "inspector_a officer_east",
    "case.review": "inspector_a",
    "case.ask_extension": "inspector_a officer_east",
    "case.decide_extension": "office",
    "case.correct_deadline": "office",
    "case.hand_over": "inspector_a office",
    "case.hand_over_others": "office",
    "chase.release": "office admin_user",
    "chase.ladder": "office admin_user",
    "chase.ledger": "office leader auditor admin_user",
    "suggestion.settle": "inspector_a officer_east office",
    "case.transfer": "inspector_a office",
    "case.suspend": "office",
    "complaint.receive": "inspector_a officer_east office",
    "complaint.answer": "inspector_a office",
    "complaint.drop": "office",
    "case.ask_void": "inspector_a office",
    "case.void": "office",
    "case.look_back": "inspector_a",
    "lookback.draw": "office",
    "watch.look": "inspector_a officer_east",
    "case.reopen": "inspector_a office",
    "case.list": "office leader",
    "case.delist": "office leader",
    "case.reverse": "inspector_a office",
    "listing.plan": "office",
    "listing.assure": "inspector_a office",
    "listing.report": "inspector_a officer_east",
    "suspension.propose": "inspector_a",
    "suspension.decide": "office",
    "suspension.lift": "office",
    "suspension.ask_to_resume": "inspector_a officer_east",
    "acceptance.record": "inspector_a",
    "enforcement.find": "inspector_a",
    "enforcement.demand": "office",
    "enforcement.hear": "inspector_a office",
    "enforcement.decide": "office",
    "enforcement.execute": "inspector_a",
    "enforcement.comply": "inspector_a",
    "seal.propose": "inspector_a",
    "seal.decide": "office",
    "seal.execute": "inspector_a",
    "seal.ask_to_lift": "inspector_a officer_east",
    "seal.inspect": "inspector_a",
    "seal.lift": "office",
    "figures.view": EVERYBODY,
    "figures.export": "office leader auditor",
    "instruction.give": "office leader",
    "instruction.reply": "inspector_a officer_east office",
    "document.view": "inspector_a clerk officer_east office leader auditor",
    "document.serve": "inspector_a",
    "document.void": "office",
    "message.dead_letters": "auditor admin_user",
    "message.mend": "admin_user",
    "account.manage": "admin_user",
    "reference.manage": "admin_user",
    "audit.view": "auditor admin_user",
    "status.view": "office auditor admin_user",
}


def test_every_permission_is_expected_here():
    assert set(EXPECTED) == set(POLICY)


def test_each_role_may_what_the_table_says_and_nothing_else(cast):
    people = [*EVERYBODY.split(), "stranger"]
    for permission, names in EXPECTED.items():
        allowed = [name for name in people if may(cast[name], permission, EAST_VILLAGE)]
        assert sorted(allowed) == sorted(names.split()), permission


@pytest.mark.parametrize("act", ["case.order", "case.review", "inspection.file", "case.decide_extension"])
def test_an_auditor_acts_on_nothing(auditor, act):
    assert not may(auditor, act)


def test_the_right_ends_at_the_border_of_the_township(officer_east):
    assert may(officer_east, "case.submit", EAST_VILLAGE)
    assert not may(officer_east, "case.submit", WEST)
    assert not may(officer_east, "case.submit", COUNTY)


def test_two_posts_are_not_mixed(make_person, officer_east, divisions):
    """Auditor of the county and officer of East: may submit in East, may only look in West."""
    officer_east.posts.create(role=Role.AUDITOR, region_id=COUNTY, starts_on="2024-01-01")
    person = type(officer_east).objects.get(pk=officer_east.pk)
    assert may(person, "case.submit", EAST)
    assert may(person, "audit.view", WEST)
    assert not may(person, "case.submit", WEST)


def test_a_refusal_names_who_may(clerk, settings):
    with pytest.raises(NotAllowed) as refused:
        need(clerk, "case.order", EAST)
    assert refused.value.code == "not_allowed"
    assert str(Role.INSPECTOR.label) in str(refused.value)


def test_a_misspelt_permission_is_an_error_not_a_refusal(clerk):
    with pytest.raises(KeyError):
        may(clerk, "case.oder")
