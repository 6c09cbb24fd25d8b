"""Ways to reach a state of a case through the services, so that no test stands on an impossible row."""

from datetime import date

from accounts.models import Office, Post, User
from documents import services as documents
from hazards import services, states
from rectification.services import (
    extensions,
    listings,
    lookbacks,
    orders,
    reviews,
    submissions,
    transfers,
    voids,
)
from rectification.services.reviews import is_grave
from tests.factories import at, picture, plus

HANDED_OVER = documents.Delivery(receiver="王东升", relation="head")


def order(case, *, by, due_on=None, day=None):
    day = day or case.opened_on
    item = orders.Item(case, due_on or plus(15, day))
    return orders.issue(unit=case.unit, items=[item], by=by, at=at(day, 11))


def serve(order, *, by, day, hour=15):
    """The notice is handed over to the head of the unit."""
    moment = at(day, hour)
    return documents.serve(order.document, HANDED_OVER, served_at=moment, by=by, at=moment)


def submit(case, *, by, day=None):
    return submissions.submit(case, words="已清理，通道畅通", by=by, at=at(day or plus(3, case.opened_on)))


WORDS = "现场查看属实，通道已恢复畅通"


def review(case, *, officers, outcome="pass", day=None, due_on=None, note=WORDS, photos=()):
    day = day or plus(5, case.opened_on)
    due = None if outcome == "pass" else due_on or plus(10, day)
    why = "" if photos or outcome != "pass" else "other"
    verdict = reviews.Verdict(case, outcome, note, due, photos=tuple(photos), no_photo=why)
    return reviews.review(
        unit=case.unit, verdicts=[verdict], officers=officers, by=officers[0], at=at(day), held_on=day
    )


def make_major(case, *, by, day=None):
    day = day or case.opened_on
    return services.determine(
        case,
        grade="major",
        clauses="GB 35181-2017 7.3.1",
        attendees=["周安", "吴平", "郑文"],
        held_on=day,
        conclusion="判定为重大火灾隐患",
        by=by,
        at=at(day, 12),
    )


def list_(case, *, by, level="county", day=None):
    return listings.list_case(
        case,
        level=level,
        paper_number="枣政函〔2026〕3号",
        leader_name="刘副县长",
        by=by,
        at=at(day or case.opened_on, 13),
    )


def other_eyes() -> list:
    """Two inspectors of the brigade who have touched nothing yet: whom a major hazard needs."""
    brigade = Office.objects.get(short_name="枣消")
    team = []
    for number in (13, 14):
        facts = {"name": f"新人{number}", "card_number": f"冀消监〔2023〕0{number}"}
        person, new = User.objects.get_or_create(username=f"eyes{number}", defaults=facts)
        if new:
            Post.objects.create(
                user=person, role="inspector", region_id="131121", office=brigade, starts_on=date(2024, 1, 1)
            )
        team.append(person)
    return team


def void(case, *, asked_by, decided_by, day=None, into=None, reason="误报"):
    """Out of the books by two people."""
    day = day or plus(1, case.opened_on)
    request = voids.ask(case, reason=reason, by=asked_by, at=at(day, 14), into=into)
    return voids.grant(request, by=decided_by, at=at(day, 15))


def look_back(case, *, officers, outcome="holds", day=None, note="现场核实"):
    day = day or plus(40, case.opened_on)
    facts = {"officers": officers, "by": officers[0], "held_on": day, "note": note}
    return lookbacks.look_back(case, outcome=outcome, at=at(day), **facts)


def reach(case, state, cast):
    """Bring a registered case into `state` by the ordinary way."""
    inspector, second, officer, office = (
        cast["inspector_a"],
        cast["inspector_b"],
        cast["officer_east"],
        cast["office"],
    )
    later = at(plus(6, case.opened_on))
    if state in (states.ORDERED, states.SUBMITTED, states.CLOSED):
        order(case, by=inspector)
    if state in (states.SUBMITTED, states.CLOSED):
        submit(case, by=officer)
    if state == states.CLOSED:
        if is_grave(case):
            review(case, officers=other_eyes(), photos=[picture()])
        else:
            review(case, officers=[inspector, second])
    if state == states.TRANSFERRED:
        transfers.transfer(case, department="住建局", reason="属住建部门职责", by=office, at=later)
    if state == states.SUSPENDED:
        services.record(case, "suspend", by=office, at=later, reason="单位已拆除")
    if state == states.VOID:
        void(case, asked_by=inspector, decided_by=office, day=plus(6, case.opened_on))
    case.refresh_from_db()
    assert case.state == state
    return case


__all__ = ["extensions", "list_", "look_back", "make_major", "order", "reach", "review", "submit", "void"]
