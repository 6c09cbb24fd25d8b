"""The inspectors' half of a year: visits, and orders for what broke out again. It alone opens cases and orders."""

import random
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist

from devtools.demo.clock import Queue, Times, clock_at
from devtools.demo.people import Cast
from devtools.demo.pictures import picture
from documents.services import Delivery
from hazards.models import HazardCase
from inspections import services as visits
from inspections.selectors import checklist_for
from rectification.services import filing, lookbacks, orders
from reference.models import ChecklistItem, HazardCategory
from units.flags import Flag
from units.models import Unit

CHECKLISTS_BEGIN = date(2024, 1, 1)  # before that day a visit is written without a list
MOST_FINDINGS = 9
PEOPLE_ON_SITE = ("王某", "李某", "张某", "刘某", "陈某", "杨某", "赵某", "孙某")
SHORTEST = 7  # days of a deadline; what takes a day is corrected on the spot


@dataclass(frozen=True)
class Found:
    """What one visit left behind, as the desk hears of it: plain facts that pass between processes."""

    day: date
    unit: int
    region: str
    cases: tuple[tuple[int, date], ...]
    suspension: int | None = None
    story: str = ""


@dataclass(frozen=True)
class Relapse:
    """A closed hazard that a look-back finds again."""

    case: int
    day: date


class Field:
    """Plans and makes the visits of one cast; hands over what they found day by day."""

    def __init__(self, dice: random.Random, cast: Cast, times: Times, photos: int = 40):
        self.dice, self.cast, self.times = dice, cast, times
        self.queue = Queue(times)
        self.questions_of: dict[str, tuple[bool, list[ChecklistItem]]] = {}
        self.photos = photos
        self.found: list[Found] = []

    def play(self, day: date) -> list[Found]:
        self.found = []
        self.queue.play(day)
        return self.found

    def take(self, relapses: list[Relapse]) -> None:
        for relapse in relapses:
            self.queue.plan(relapse.day, 15, self.reopen(relapse))

    def pair(self) -> list:
        return self.dice.sample(self.cast.inspectors, 2)

    # --- a visit ----------------------------------------------------------------------------------

    def visit(
        self,
        unit: Unit,
        day: date,
        findings: int,
        *,
        only: tuple[str, ...] = (),
        days: int = 0,
        story: str = "",
    ) -> None:
        """Plan a visit with so many findings; `only` names categories among them, `days` their deadline."""
        hour, minute = self.dice.choice((8, 9, 9, 10, 10, 11, 14, 14, 15, 16)), self.dice.randint(0, 50)

        def inspect(moment: datetime):
            pair = self.pair()
            on = moment.date()
            listed, questions = self.questions(unit, on)
            failing = self.failing(unit, questions, findings, only)
            failed = {question.pk for question in failing}
            self.file(
                unit,
                moment,
                pair,
                findings=[self.finding(question, on, days) for question in failing],
                answers=[(item, "fail" if item.pk in failed else "ok") for item in questions]
                if listed
                else [],
                story=story,
            )

        self.queue.plan(day, hour, inspect, minute)

    def file(
        self,
        unit: Unit,
        moment: datetime,
        pair: list,
        *,
        findings,
        answers=(),
        kind="",
        story="",
        joint=(),
        **stop,
    ):
        """File one visit whole, complete it, and note what it left behind."""
        done = moment + timedelta(minutes=40)
        draft, _new = visits.file_whole(
            by=pair[0],
            at=done,
            client_id=uuid.UUID(int=self.dice.getrandbits(128)),
            unit=unit,
            kind=kind or self.dice.choice(("spot", "spot", "special")),
            started_at=moment,
            ended_at=moment + timedelta(minutes=35),
            officers=pair,
            answers=answers,
            findings=findings,
            on_site_person=self.dice.choice(PEOPLE_ON_SITE),
            joint=list(joint),
        )
        with clock_at(done):
            outcome = filing.complete(draft, by=pair[0], at=done, handing=self.handing(done.date()), **stop)
            if findings and self.photos and self.dice.random() < 0.12:
                self.photos -= 1
                finding = draft.findings.first()
                visits.attach_photo(finding, upload=picture(self.photos % 3), by=pair[0], at=done)
        live = tuple((case.pk, case.due_on) for case in outcome.cases if case.is_live)
        if live:
            stop_pk = outcome.suspension.pk if outcome.suspension else None
            self.found.append(Found(moment.date(), unit.pk, unit.region_id, live, stop_pk, story))

    def handing(self, on: date) -> filing.Handing:
        """The person met signs, some refuse; a few orders of the last days still wait for their service."""
        if (self.times.today - on).days <= 2 and self.dice.random() < 0.3:
            return filing.Handing("later")
        if self.dice.random() < 0.02:
            return filing.Handing(
                "refused", refusal_reason="负责人拒绝签收", witness_1="村干部张某", witness_2="网格员李某"
            )
        return filing.Handing("signed")

    def questions(self, unit: Unit, on: date) -> tuple[bool, list[ChecklistItem]]:
        """The questions for the place, and whether that list was in force on the day."""
        if unit.place_type_id not in self.questions_of:
            try:
                checklist = checklist_for(unit, "spot", max(on, CHECKLISTS_BEGIN))
                items = list(checklist.items.select_related("category"))
            except (ObjectDoesNotExist, AttributeError):
                items = []
            self.questions_of[unit.place_type_id] = items
        return on >= CHECKLISTS_BEGIN, self.questions_of[unit.place_type_id]

    def failing(self, unit: Unit, questions: list, count: int, only: tuple[str, ...]) -> list:
        """Which questions fail: the named ones, and others up to the number."""
        named = [item for item in questions if item.category_id in only]
        others = [item for item in questions if item not in named]
        # People sleeping among goods are found where they do, not everywhere.
        if Flag.COMBINED_USE not in unit.flags:
            others = [item for item in others if not item.category.for_suspension]
        return named + self.dice.sample(others, min(max(count - len(named), 0), len(others)))

    def finding(self, item: ChecklistItem, on: date, days: int = 0) -> dict:
        category = item.category
        on_site = category.on_site and not days and self.dice.random() < 0.45
        return self.hazard(category, on, days, on_site=on_site) | {"item": item}

    def hazard(self, category: HazardCategory, on: date, days: int = 0, *, on_site: bool = False) -> dict:
        """The facts of one finding; its deadline is a working day."""
        due_on = self.times.working_day(on + timedelta(days=days or max(SHORTEST, category.default_days)))
        return {
            "client_id": uuid.UUID(int=self.dice.getrandbits(128)),
            "category": category,
            "description": self.dice.choice(category.phrases or [category.name]),
            "part": self.dice.choice(category.parts or ["一层"]),
            "corrected_on_site": on_site,
            "due_on": None if on_site else due_on,
        }

    # --- what broke out again -----------------------------------------------------------------------

    def reopen(self, relapse: Relapse):
        def reopen(moment: datetime):
            case = HazardCase.objects.select_related("unit").get(pk=relapse.case)
            by = self.dice.choice(self.cast.inspectors)
            partner = next(one for one in self.cast.inspectors if one != by)
            due_on = self.times.working_day(moment.date() + timedelta(days=10))
            lookbacks.look_back(
                case,
                outcome="relapse",
                note="回头看发现隐患反弹",
                officers=[by, partner],
                by=by,
                at=moment,
            )
            later = moment + timedelta(minutes=40)  # as visits: papers are numbered by the hour
            with clock_at(later):
                delivery = Delivery(receiver=self.dice.choice(PEOPLE_ON_SITE), relation="staff")
                items = [orders.Item(case, due_on)]
                orders.issue(unit=case.unit, items=items, by=by, at=later, delivery=delivery)
            left = Found(moment.date(), case.unit_id, case.region_id, ((case.pk, due_on),), None, "again")
            self.found.append(left)

        return reopen
