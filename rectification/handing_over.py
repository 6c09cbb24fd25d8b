"""The questions that handing over asks: who has what in hand, and what nobody answers for."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Left

from accounts import roles
from accounts.models import User
from common.listing import capped_counts, count_words
from hazards.models import HazardCase
from hazards.orphans import TOWNSHIP_DIGITS
from inspections.models import Inspection, Status
from rectification.models import HandOver, Instruction, LookBack
from reference.models import Region


@dataclass
class Holder:
    """Somebody with open cases, for the list to choose from."""

    person: User
    cases: int
    serves: bool


def orphan_count(user, on) -> str:
    """How many standing cases of one's area nobody answers for, in words; "" for none."""
    count = capped_counts(orphans=HazardCase.objects.visible_to(user).orphaned(on))["orphans"]
    return count_words(count) if count else ""


def may_choose(user) -> bool:
    """Whether a person hands over the work of others."""
    return roles.may(user, "case.hand_over_others")


def reach(user, person, field: str) -> Q:
    """What of the person's work the user may hand over: one's own everywhere, others' where the office is."""
    return Q() if user.pk == person.pk else user.scope.q(field, "case.hand_over_others")


def holders(user, on) -> list[Holder]:
    """Who has standing cases in one's area: those who serve no longer first, then by the number of cases."""
    cases = HazardCase.objects.live().filter(user.scope.q("region_id", "case.hand_over_others"))
    counts = dict(cases.exclude(inspector=None).order_by().values_list("inspector").annotate(n=Count("pk")))
    serving = set(User.objects.serving(on).filter(pk__in=counts).values_list("pk", flat=True))
    found = [Holder(one, counts[one.pk], one.pk in serving) for one in User.objects.filter(pk__in=counts)]
    return sorted(found, key=lambda one: (one.serves, -one.cases, one.person.pk))


def find_person(user, pk: int) -> User | None:
    """Whose work may be handed over: one's own; for the office everybody who ever served or has a case in its area."""
    if pk == user.pk:
        return user
    if not may_choose(user):
        return None
    has_case = HazardCase.objects.filter(user.scope.q("region_id"), inspector=pk)
    people = User.objects.filter(pk=pk)
    return people.filter(pk__in=User.objects.visible_to(user).values("pk")).first() or (
        people.first() if has_case.exists() else None
    )


def look_up(user, words: str) -> list[User]:
    """People of one's area by name or user name, those who have left as well."""
    words = words.replace("\x00", "").strip()
    if not words:
        return []
    named = Q(name__icontains=words) | Q(username__icontains=words)
    return list(User.objects.visible_to(user).filter(named).order_by("name", "pk")[:30])


def cases_of(person, user, township: str = ""):
    """The standing cases of a person that the user may hand over; those of one township where one is named."""
    cases = HazardCase.objects.live().filter(reach(user, person, "region_id"), inspector=person)
    return cases.under(township) if township else cases


def instructions_of(person, user):
    """Unanswered instructions addressed to the person."""
    rows = (
        Instruction.objects.unanswered().addressed_to(person).filter(reach(user, person, "case__region_id"))
    )
    return rows.select_related("case__unit", "given_by").order_by("due_on", "pk")


def look_backs_of(person, user):
    """Look-backs that the person would make."""
    rows = LookBack.objects.owed_by(person).filter(reach(user, person, "case__region_id"))
    return rows.select_related("case__unit").order_by("due_on", "pk")


def drafts_of(person) -> int:
    """Visits begun and not completed: they stay with whoever began them, and are shown so that nobody forgets them."""
    return Inspection.objects.filter(started_by=person, status=Status.DRAFT).count()


def by_township(cases) -> list[tuple[str, str, int]]:
    """(code, name, cases) of each township, the most first."""
    rows = cases.order_by().annotate(township=Left("region_id", TOWNSHIP_DIGITS)).values_list("township")
    counts = dict(rows.annotate(n=Count("pk")))
    names = dict(Region.objects.filter(code__in=counts).values_list("code", "name"))
    return sorted(
        ((code, names.get(code, code), n) for code, n in counts.items()), key=lambda row: (-row[2], row[0])
    )


def in_hand(person) -> dict[str, int]:
    """How much a person still has in hand; empty where it is nothing."""
    counts = capped_counts(
        cases=HazardCase.objects.live().filter(inspector=person),
        instructions=Instruction.objects.unanswered().addressed_to(person),
        look_backs=LookBack.objects.owed_by(person),
    )
    return counts if any(counts.values()) else {}


def sheets(user):
    """The hand-overs one may look at, the latest first."""
    return HandOver.objects.visible_to(user).select_related("person", "to", "by")


def lines_of(sheet: HandOver):
    """What stands on a sheet: cases, then instructions, then look-backs."""
    rows = sheet.lines.select_related(
        "case__unit", "case__region", "case__category", "instruction", "look_back"
    ).order_by("pk")
    cases = rows.filter(instruction=None, look_back=None)
    return {
        "cases": cases,
        "instructions": list(rows.exclude(instruction=None)),
        "look_backs": list(rows.exclude(look_back=None)),
    }
