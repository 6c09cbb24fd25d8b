"""The questions that the inspection pages ask of the database."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import cos, hypot, radians

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Post, User
from accounts.roles import Role
from common.workdays import YearNotLoaded
from hazards.models import HazardCase
from inspections.models import ENFORCEMENT_KINDS, Answer, Finding, Inspection, Result, TeamMember
from inspections.rules import Hazard, Person, Question
from reference import selectors as reference
from reference.models import Checklist, HazardCategory, Region
from units.models import Unit

FIELD_ROLES = (Role.INSPECTOR, Role.ASSISTANT, Role.TOWNSHIP_OFFICER)


# --- what is asked ---------------------------------------------------------------------------------


def audience_of(kind: str) -> str:
    """The short list of the grid for a patrol, the officers' list for everything else."""
    return Checklist.Audience.OFFICER if kind in ENFORCEMENT_KINDS else Checklist.Audience.GRID


def checklist_for(unit, kind: str, on: date) -> Checklist | None:
    """The newest list in force for this kind of place; None where none is loaded."""
    try:
        return reference.checklist_for(unit.place_type, audience=audience_of(kind), on=on)
    except Checklist.DoesNotExist:
        return None


def suggested_deadline(category: HazardCategory, on: date) -> date:
    """The day that the catalogue proposes: its days for the owner, counted from the visit.

    One that is a public holiday moves to the first working day after it (Civil Procedure Law, Art. 85), as far as that
    year is loaded.
    """
    day, known = on + timedelta(days=category.default_days), reference.calendar()
    with suppress(YearNotLoaded):
        return known.shift(day, 1) if known.holiday(day) else day
    return day


# --- who may go ------------------------------------------------------------------------------------


@dataclass
class Colleagues:
    """Who can be put on a team for a place on a day."""

    officers: list[User] = field(default_factory=list)
    assistants: list[User] = field(default_factory=list)


def colleagues(user, region_code: str, kind: str, on: date) -> Colleagues:
    """People with a field post over the place; one's own office first, oneself at the very top.

    For an enforcement record only those with a card valid on the day can be officers; everybody else is
    offered as an assistant. On a patrol everybody can be named.
    """
    posts = Post.objects.current(on).over(region_code).filter(role__in=FIELD_ROLES).order_by()
    mine = set(Post.objects.current(on).held_by(user, on).values_list("office_id", flat=True)) - {None}
    rank: dict[int, int] = {}
    inspectors = set()
    for post in posts:
        for key in (post.user_id, post.deputy_id if post.has_deputy(on) else None):
            if key is None:
                continue
            place = 0 if key == user.pk else 1 if post.office_id in mine else 2
            rank[key] = min(rank.get(key, 9), place)
            if post.role == Role.INSPECTOR:
                inspectors.add(key)
    people = sorted(
        User.objects.filter(pk__in=rank, is_active=True), key=lambda who: (rank[who.pk], who.name)
    )
    found = Colleagues()
    for person in people:
        person.is_own_office = rank[person.pk] < 2
        officer = kind not in ENFORCEMENT_KINDS or (person.pk in inspectors and person.is_certificated(on))
        (found.officers if officer else found.assistants).append(person)
    return found


def usual_partner(user) -> int | None:
    """With whom the person last went out: the likeliest second officer."""
    last = (
        TeamMember.objects.filter(user=user, is_officer=True)
        .order_by("-inspection_id")
        .values("inspection")[:1]
    )
    return (
        TeamMember.objects.filter(inspection__in=Subquery(last), is_officer=True)
        .exclude(user=user)
        .values_list("user_id", flat=True)
        .first()
    )


def stationed(user_ids: Iterable[int], region_code: str, on: date) -> dict[int, set[str]]:
    """Which field roles these people hold over the place on the day, those held as a deputy included."""
    ids = set(user_ids)
    held: dict[int, set[str]] = {key: set() for key in ids}
    posts = Post.objects.current(on).over(region_code).order_by().filter(Q(user__in=ids) | Q(deputy__in=ids))
    for post in posts:
        if post.user_id in ids:
            held[post.user_id].add(post.role)
        if post.deputy_id in ids and post.has_deputy(on):
            held[post.deputy_id].add(post.role)
    return held


# --- a draft, as the rules see it ------------------------------------------------------------------


def persons(people: Iterable[User], on: date) -> list[Person]:
    """Accounts as members of a team on a day."""
    return [Person(person.pk, person.name, person.is_certificated(on)) for person in people]


def questions_of(answers: Iterable[Answer], findings: Iterable[Finding]) -> list[Question]:
    """The answered lines with the findings that belong to each."""
    found: dict[int, int] = {}
    for finding in findings:
        found[finding.answer_id] = found.get(finding.answer_id, 0) + 1
    return [Question(answer.number, answer.result, found.get(answer.pk, 0)) for answer in answers]


def hazard_of(finding: Finding, *, photos: int = 0) -> Hazard:
    """A finding in the words of the rules. A correction that may hide a major hazard is shown by a photo."""
    category = finding.category
    return Hazard(
        key=f"finding-{finding.pk}" if finding.pk else "",
        label=category.label,
        description=finding.description,
        corrected_on_site=finding.corrected_on_site,
        due_on=finding.due_on,
        on_site_allowed=category.on_site,
        photo_needed=category.default_grade == HazardCategory.Grade.ELEMENT,
        photos=photos,
    )


# --- the filing page -------------------------------------------------------------------------------


@dataclass
class Row:
    """One question with its findings, as the page shows it."""

    answer: Answer
    findings: list[Finding]

    @property
    def failed(self) -> bool:
        return self.answer.result == Result.FAIL


@dataclass
class Sheet:
    """The whole filing page: groups of rows, findings outside the list, counts for the bar."""

    inspection: Inspection
    groups: list[tuple[str, list[Row]]]
    loose: list[Finding]
    findings: list[Finding]

    @property
    def rows(self) -> list[Row]:
        return [row for _name, rows in self.groups for row in rows]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def done(self) -> int:
        return sum(bool(row.answer.result) for row in self.rows)

    @property
    def failed(self) -> int:
        return sum(row.failed for row in self.rows)

    @property
    def hazards(self) -> int:
        return len(self.findings)

    @property
    def progress(self) -> "Progress":
        first = next((row.answer.number for row in self.rows if not row.answer.result), None)
        return Progress(self.total, self.done, self.hazards, first)


def sheet_of(inspection: Inspection, *, cases: bool = False) -> Sheet:
    """The filing page in a fixed number of statements, whatever the number of questions."""
    answers = list(inspection.answers.select_related("item", "item__group", "category"))
    related = ["category", "category__group", *(["case"] if cases else [])]
    findings = list(inspection.findings.select_related(*related).prefetch_related("photos"))
    asked = {answer.pk: answer for answer in answers}
    by_answer: dict[int | None, list[Finding]] = {}
    for finding in findings:
        finding.inspection, finding.answer = inspection, asked.get(finding.answer_id)
        by_answer.setdefault(finding.answer_id, []).append(finding)
    groups: dict[str, list[Row]] = {}
    for answer in answers:
        answer.inspection = inspection
        row = Row(answer, by_answer.get(answer.pk, []))
        groups.setdefault(answer.item.group.label, []).append(row)
    return Sheet(inspection, list(groups.items()), by_answer.get(None, []), findings)


def row_of(answer: Answer) -> Row:
    """One row again, after one tap."""
    findings = list(answer.findings.select_related("category", "category__group").prefetch_related("photos"))
    for finding in findings:
        finding.inspection, finding.answer = answer.inspection, answer
    return Row(answer, findings)


@dataclass(frozen=True)
class Progress:
    """What the sticky bar says."""

    total: int
    done: int
    hazards: int
    next_open: int | None = None  # the number of the first question without an answer

    @property
    def left(self) -> int:
        return self.total - self.done


def progress_of(inspection: Inspection) -> Progress:
    """The counts of the bar, by the database."""
    unanswered = Q(result="")
    counts = inspection.answers.aggregate(
        total=Count("pk"), done=Count("pk", filter=~unanswered), first=Min("number", filter=unanswered)
    )
    return Progress(counts["total"], counts["done"], inspection.findings.count(), counts["first"])


def categories_matching(text: str, on: date, most: int = 20):
    """The catalogue by words of the name, the phrases or the group, for a finding outside the list."""
    found = HazardCategory.objects.current(on).select_related("group").order_by("group__position", "position")
    for word in text.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(group__name__icontains=word)
            | Q(phrases__icontains=word)
        )
    return found[:most]


# --- finding a unit, and the unit card -------------------------------------------------------------


def unit_by(user, wanted: str):
    """The unit behind ?unit=: its key, or the register number that stands in the QR code on the door."""
    units = Unit.objects.visible_to(user).select_related("region", "place_type__parent")
    by_number = units.filter(number=wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 12 and not by_number.exists():
        return units.filter(pk=int(wanted))
    return by_number


def own_regions(user) -> list[Region]:
    """The townships, or the villages of a township, that one's posts cover: the chips of 我的辖区."""
    below = Q(pk__in=[])
    for code in user.scope.codes:
        if len(code) in (6, 9):
            below |= Q(parent_id=code)
    return list(Region.objects.filter(below, valid_to=None).order_by("code")[:60])


def for_list(visits):
    """What a row of the list shows: team, number of findings."""
    found = Finding.objects.filter(inspection=OuterRef("pk")).order_by().values("inspection")
    found = found.annotate(n=Count("pk")).values("n")
    return visits.for_rows().annotate(hazards=Coalesce(Subquery(found), 0))


def units_to_find(user, text: str, on: date, *, region: str = "", most: int = 20) -> list[Unit]:
    """Units of one's area by search; without words those that nobody has seen longest, the gravest first."""
    units = Unit.objects.visible_to(user).current()
    if region:
        units = units.under(region)
    units = units.search(text) if text.strip() else units.order_by("last_inspected_on", "number")
    return with_cases(list(units.for_rows()[:most]), on)


def with_cases(units: list[Unit], on: date) -> list[Unit]:
    """The counts of open hazards, for these units alone, in one statement."""
    counts = (
        HazardCase.objects.live()
        .filter(unit__in=[unit.pk for unit in units])
        .values("unit")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)))
    )
    by_unit = {row["unit"]: row for row in counts}
    for unit in units:
        row = by_unit.get(unit.pk, {})
        unit.open_cases, unit.overdue_cases = row.get("n", 0), row.get("late", 0)
    return units


def nearest(user, latitude: float, longitude: float, on: date, most: int = 20) -> list[Unit]:
    """Units around a point, within about two kilometres, the nearest first."""
    squeeze = cos(radians(latitude))
    reach = 0.02
    around = (
        Unit.objects.visible_to(user)
        .current()
        .for_rows()
        .filter(
            latitude__range=(latitude - reach, latitude + reach),
            longitude__range=(longitude - reach / max(squeeze, 0.1), longitude + reach / max(squeeze, 0.1)),
        )[:500]
    )
    found = list(around)
    for unit in found:
        north = (float(unit.latitude) - latitude) * 111_320
        east = (float(unit.longitude) - longitude) * 111_320 * squeeze
        unit.metres = round(hypot(north, east))
    return with_cases(sorted(found, key=lambda unit: unit.metres)[:most], on)
