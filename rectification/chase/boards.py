"""Milestones and progress reports of listed hazards that are late: told once to everybody concerned.

Told are the township's officer, the inspector in charge and the office of the level that listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import User
from hazards.models import Level
from notifications.services import write_to
from rectification.chase.people import Directory
from rectification.models import Listing, Milestone
from rectification.models.chase import Recipient

KIND = "listing"
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True)
class Late:
    """One thing that is late; `key` names it and its day, so that a moved day is told anew."""

    listing: Listing
    key: str
    words: str


def press(*, on: date) -> int:
    """Tell of everything that is late on `on`; how many things there were. Safe to run twice, or days late."""
    late = list(everything_late(on))
    directory = Directory(on)
    directory.read_inspectors(one.listing.case.inspector_id for one in late)
    told = {one.key: concerned(directory, one.listing) for one in late}
    people = User.objects.in_bulk({user_id for reasons in told.values() for user_id in reasons})
    for one in late:
        with transaction.atomic():
            for user_id, why in told[one.key].items():
                tell(one, people[user_id], why, on)
    return len(late)


def everything_late(on: date) -> Iterator[Late]:
    wanted = ("listing__case__unit", "listing__case__region")
    for step in Milestone.objects.late(on).select_related(*wanted):
        key = f"milestone:{step.pk}:{step.due_on:%Y%m%d}"
        yield Late(step.listing, key, f"整改方案节点“{step.title}”应于{step.due_on:%Y-%m-%d}前完成，现已逾期")
    for listing in Listing.objects.report_late(on).select_related("case__unit", "case__region"):
        key = f"progress:{listing.pk}:{listing.report_due_on:%Y%m%d}"
        yield Late(listing, key, f"整改进展报告应于{listing.report_due_on:%Y-%m-%d}前报送，现已逾期")


def concerned(directory: Directory, listing: Listing) -> dict[int, str]:
    """{user: why}, each person once."""
    case = listing.case
    township = case.region_id[:TOWNSHIP_DIGITS]
    people = [
        *directory.told(Recipient.OFFICER, township),
        *directory.told(Recipient.INSPECTOR, township, case.inspector_id),
        *directory.supervising(listing.registrar_code, township),
    ]
    reasons: dict[int, str] = {}
    for person in people:
        reasons.setdefault(person.user_id, person.why)
    return reasons


def tell(one: Late, person: User, why: str, on: date) -> None:
    case = one.listing.case
    level = Level(one.listing.level)
    short = {Level.PROVINCE: "省级", Level.CITY: "市级", Level.COUNTY: "县级"}[level]
    write_to(
        person,
        kind=KIND,
        subject=f"挂牌督办逾期：{case.unit.name}",
        body=f"{case.number} {case.unit.name}（{short}挂牌督办，{one.listing.paper_number}）\n{one.words}。\n{why}",
        link=one.listing.get_absolute_url(),
        about=f"case:{case.pk}",
        key=f"{one.key}:{person.pk}",
        on=on,
    )
