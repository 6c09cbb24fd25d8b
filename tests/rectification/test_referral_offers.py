"""What is offered on a referred case: accepting and answering once, verifying only what the department answered."""

import pytest

from hazards.selectors import acts_for
from rectification.services import transfers
from tests.factories import at, plus

pytestmark = pytest.mark.django_db
REFERRAL = ("accept-referral", "answer-referral", "close-referral", "take-back")


def offered(case, person) -> list[str]:
    return [slug for slug in acts_for(case, person) if slug in REFERRAL]


def test_verifying_waits_for_the_departments_answer(case, inspector_a, office):
    transfers.transfer(case, department="住建局", reason="属住建部门职责", by=office, at=at(plus(1)))
    assert offered(case, inspector_a) == ["accept-referral", "answer-referral", "take-back"]
    transfers.accept(case, accepted_on=plus(2), accepted_by="韩科长", by=office, at=at(plus(2)))
    assert offered(case, inspector_a) == ["answer-referral", "take-back"]
    transfers.answer(case, result="已拆除彩钢板", answered_on=plus(3), by=office, at=at(plus(3)))
    assert offered(case, inspector_a) == ["close-referral", "take-back"]
    assert offered(case, office) == ["take-back"]


def test_a_case_taken_back_and_referred_again_begins_anew(case, inspector_a, office):
    transfers.transfer(case, department="住建局", reason="属住建部门职责", by=office, at=at(plus(1)))
    transfers.answer(case, result="不属本部门职责", answered_on=plus(2), by=office, at=at(plus(2)))
    transfers.take_back(case, reason="退回", by=office, at=at(plus(3)))
    assert case.referral_stage == "" and offered(case, inspector_a) == []
    transfers.transfer(case, department="城管局", reason="属城管职责", by=office, at=at(plus(4)))
    assert offered(case, inspector_a) == ["accept-referral", "answer-referral", "take-back"]
