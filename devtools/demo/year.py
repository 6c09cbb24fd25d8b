"""A year of work, played day by day through the services: visits, orders, rectification, re-inspection, chase.

Every act happens on its day and in its order, so that the papers are numbered as they would have been.
"""

import heapq
import itertools
import random
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone

from common.errors import RuleBroken
from devtools.demo.people import Cast
from devtools.demo.pictures import picture
from hazards import services as cases
from hazards.models import HazardCase
from inspections import services as visits
from inspections.selectors import checklist_for
from rectification.services import extensions, filing, orders, reviews, submissions, suspensions, transfers
from reference.models import ChecklistItem
from reference.selectors import calendar
from units.models import Unit


@contextmanager
def clock_at(moment: datetime):
    """Let the product believe that it is `moment`."""
    with patch.object(timezone, "now", lambda: moment):
        yield


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Temper:
    """How a township works: chance to act in time, days of delay otherwise, hazards found per visit."""

    diligence: float
    delay: int
    found: float = 2.6


@dataclass(order=True)
class Step:
    when: datetime
    order: int
    act: Callable = field(compare=False)


class Year:
    """A queue of acts over a year for one cast of people."""

    def __init__(self, dice: random.Random, cast: Cast, tempers: dict[str, Temper], today: date):
        self.dice, self.cast, self.tempers, self.today = dice, cast, tempers, today
        self.calendar = calendar()
        self.queue: list[Step] = []
        self.order = itertools.count()
        self.items: dict[int, list[ChecklistItem]] = {}
        self.refused: list[str] = []
        self.photographed = 0

    # --- the queue --------------------------------------------------------------------------------

    def plan(self, day: date, hour: int, act: Callable) -> None:
        """Do `act` on the first working day from `day` on; what lies beyond today never happens."""
        while day <= self.today and not self.works(day):
            day += timedelta(days=1)
        if day > self.today:
            return
        moment = at(day, hour, self.dice.randint(0, 50))
        heapq.heappush(self.queue, Step(moment, next(self.order), act))

    def works(self, day: date) -> bool:
        if day.year in self.calendar.loaded_years:
            return self.calendar.is_workday(day)
        return day.weekday() < 5

    def play(self) -> None:
        """Do everything in its order, each act in its own transaction."""
        while self.queue:
            step = heapq.heappop(self.queue)
            with clock_at(step.when):
                try:
                    with transaction.atomic():
                        step.act(step.when)
                except RuleBroken as refusal:
                    self.refused.append(f"{step.when:%Y-%m-%d} {step.act.__name__}: {refusal}")

    def temper(self, region_id: str) -> Temper:
        return self.tempers.get(region_id[:9]) or Temper(0.75, 12)

    def officer(self, region_id: str):
        return self.cast.officers.get(region_id[:9]) or self.cast.inspectors[0]

    def pair(self) -> list:
        return self.dice.sample(self.cast.inspectors, 2)

    # --- a visit ----------------------------------------------------------------------------------

    def visit(self, unit: Unit, *, findings: int | None = None, only: tuple[str, ...] = ()):
        """An inspection of `unit`; `only` names the categories that it must find."""

        def inspect(moment: datetime):
            unit.refresh_from_db()
            pair = self.pair()
            questions = self.questions(unit, moment.date())
            failing = self.failing(unit, questions, findings, only)
            found = [self.finding(question, moment.date()) for question in failing]
            failed = {question.pk for question in failing}
            draft, _new = visits.file_whole(
                by=pair[0],
                at=moment + timedelta(minutes=40),
                client_id=uuid.UUID(int=self.dice.getrandbits(128)),
                unit=unit,
                kind=self.dice.choice(["spot", "spot", "special"]),
                started_at=moment,
                ended_at=moment + timedelta(minutes=35),
                officers=pair,
                answers=[(item, "fail" if item.pk in failed else "ok") for item in questions],
                findings=found,
            )
            with clock_at(moment + timedelta(minutes=40)):
                outcome = filing.complete(draft, by=pair[0], at=moment + timedelta(minutes=40))
            for finding in draft.findings.all():
                self.photograph(finding, pair[0], moment)
            self.follow(outcome, moment.date())

        return inspect

    def questions(self, unit: Unit, on: date) -> list[ChecklistItem]:
        checklist = checklist_for(unit, "spot", on)
        if checklist.pk not in self.items:
            self.items[checklist.pk] = list(checklist.items.select_related("category"))
        return self.items[checklist.pk]

    def failing(self, unit: Unit, questions: list, count: int | None, only: tuple[str, ...]) -> list:
        """Which questions fail: the named ones, and some more by the township's temper."""
        askable = [item for item in questions if item.category_id]
        named = [item for item in askable if item.category_id in only]
        if count is None:
            mean = self.temper(unit.region_id).found * (1.5 if "combined_use" in unit.flags else 1)
            count = min(6, int(self.dice.expovariate(1 / mean)))
        others = [item for item in askable if item not in named]
        # People sleeping among goods are found where they do, not everywhere.
        if "combined_use" not in unit.flags:
            others = [item for item in others if not item.category.for_suspension]
        picked = self.dice.sample(others, min(max(count - len(named), 0), len(others)))
        return named + picked

    def finding(self, item: ChecklistItem, on: date) -> dict:
        category = item.category
        on_site = category.on_site and self.dice.random() < 0.3
        return {
            "client_id": uuid.UUID(int=self.dice.getrandbits(128)),
            "item": item,
            "category": category,
            "description": self.dice.choice(category.phrases or [category.name]),
            "part": self.dice.choice(category.parts or ["一层"]),
            "corrected_on_site": on_site,
            "due_on": None if on_site else on + timedelta(days=max(1, category.default_days)),
        }

    def photograph(self, finding, by, moment: datetime) -> None:
        """A sample picture for some of the findings, so that pages show what they will look like."""
        if self.photographed >= 60 or self.dice.random() > 0.08:
            return
        self.photographed += 1
        visits.attach_photo(finding, upload=picture(self.photographed % 3), by=by, at=moment)

    # --- what follows -----------------------------------------------------------------------------

    def follow(self, outcome: filing.Filing, day: date) -> None:
        """Plan what township, inspectors and office do about a filed inspection."""
        for case in outcome.cases:
            if case.is_live:
                self.follow_case(case, day)
        if outcome.suspension:
            self.plan(day + timedelta(days=1), 15, self.decide_stop(outcome.suspension))

    def follow_case(self, case: HazardCase, day: date) -> None:
        temper, dice = self.temper(case.region_id), self.dice
        fate = dice.random()
        if fate < 0.012:
            return self.plan(day + timedelta(days=3), 16, self.give_away(case))
        if fate < 0.02:
            return self.plan(day + timedelta(days=4), 16, self.end(case, "void", "重复登记"))
        if fate < 0.03:
            return self.plan(day + timedelta(days=20), 16, self.end(case, "suspend", "单位已搬迁停业"))
        if fate < 0.10 and case.due_on:
            self.plan(case.due_on - timedelta(days=2), 9, self.ask_for_time(case))
        days = max(1, (case.due_on - day).days) if case.due_on else 7
        if dice.random() < temper.diligence:
            ready = day + timedelta(days=dice.randint(max(1, days // 2), days))
        else:
            ready = day + timedelta(days=days + 1 + int(dice.expovariate(1 / temper.delay)))
        return self.plan(ready, 10, self.submit(case))

    def submit(self, case: HazardCase):
        def submit(moment: datetime):
            case.refresh_from_db()
            if case.state != "ordered":
                return
            officer = self.officer(case.region_id)
            photos = [picture(3 + case.pk % 2)] if self.dice.random() < 0.04 else []
            submissions.submit(
                case, words=self.dice.choice(DONE_WORDS), by=officer, at=moment, photos=photos
            )
            self.plan(moment.date() + timedelta(days=self.dice.randint(1, 4)), 14, self.review(case))

        return submit

    def review(self, case: HazardCase):
        def review(moment: datetime):
            """Look at everything of the unit that waits, in one visit."""
            unit = Unit.objects.get(pk=case.unit_id)
            waiting = list(HazardCase.objects.filter(unit=unit, state="submitted").select_related("category"))
            if not waiting:
                return
            pair = self.pair()
            verdicts = []
            for one in waiting:
                failed = self.dice.random() > 0.88
                due_on = moment.date() + timedelta(days=self.dice.randint(5, 15)) if failed else None
                note = "现场仍未整改到位" if failed else "现场核查，已整改到位"
                verdicts.append(reviews.Verdict(one, "fail" if failed else "pass", note, due_on))
            reviews.review(unit=unit, verdicts=verdicts, officers=pair, by=pair[0], at=moment)
            for verdict in verdicts:
                if verdict.outcome == "fail":
                    again = moment.date() + timedelta(days=self.dice.randint(4, 25))
                    self.plan(again, 10, self.submit(verdict.case))
                elif self.dice.random() < 0.012:
                    again = moment.date() + timedelta(days=self.dice.randint(25, 60))
                    self.plan(again, 11, self.relapse(verdict.case))
            self.after_closing(unit, moment)

        return review

    def relapse(self, case: HazardCase):
        def relapse(moment: datetime):
            case.refresh_from_db()
            if case.state != "closed":
                return
            by = self.cast.inspectors[0]
            cases.record(case, "reopen", by=by, at=moment, reason="回头看发现隐患反弹")
            item = orders.Item(case, moment.date() + timedelta(days=10))
            orders.issue(unit=case.unit, items=[item], by=by, at=moment + timedelta(minutes=5))
            self.plan(moment.date() + timedelta(days=self.dice.randint(5, 20)), 10, self.submit(case))

        return relapse

    def give_away(self, case: HazardCase):
        def transfer(moment: datetime):
            case.refresh_from_db()
            if case.is_live:
                department = self.dice.choice(["住房和城乡建设局", "市场监督管理局", "综合行政执法局"])
                transfers.transfer(
                    case, department=department, reason="属主管部门职责范围", by=self.cast.office, at=moment
                )

        return transfer

    def end(self, case: HazardCase, act: str, reason: str):
        def end(moment: datetime):
            case.refresh_from_db()
            if case.is_live:
                cases.record(case, act, by=self.cast.office, at=moment, reason=reason)

        return end

    def ask_for_time(self, case: HazardCase):
        def ask(moment: datetime):
            case.refresh_from_db()
            if case.state != "ordered" or case.due_on < moment.date():
                return
            request = extensions.ask(
                case,
                until=case.due_on + timedelta(days=15),
                reason="设备订货未到",
                interim="专人看护，每日巡查，停用相关部位",
                by=self.officer(case.region_id),
                at=moment,
            )
            self.plan(moment.date() + timedelta(days=1), 16, self.answer(request))

        return ask

    def answer(self, request):
        def answer(moment: datetime):
            request.refresh_from_db()
            if request.decision or request.case.state != "ordered":
                return
            if self.dice.random() < 0.6:
                extensions.grant(request, by=self.cast.office, at=moment, note="同意，落实防范措施")
            else:
                extensions.refuse(request, by=self.cast.office, at=moment, note="不具备延期理由，限期整改")

        return answer

    # --- stopping and resuming --------------------------------------------------------------------

    def decide_stop(self, suspension):
        def decide(moment: datetime):
            if self.today - moment.date() < timedelta(days=2):
                return  # the newest proposals wait for the person who looks at the demo
            if self.dice.random() < 0.08:
                suspensions.decline(suspension, by=self.cast.office, at=moment, note="住宿人员已当场清离")
            else:
                suspensions.decide(suspension, by=self.cast.office, at=moment, note="同意")

        return decide

    def after_closing(self, unit: Unit, moment: datetime) -> None:
        """A stopped unit whose last hazard closed asks to resume, and is checked."""
        standing = unit.suspensions.filter(status="in_force").first()
        if standing and not suspensions.standing_cases(standing).exists():
            self.plan(moment.date() + timedelta(days=1), 9, self.resume(standing))

    def resume(self, suspension):
        def resume(moment: datetime):
            suspension.refresh_from_db()
            if suspension.status != "in_force":
                return
            officer = self.officer(suspension.unit.region_id)
            suspensions.ask_to_resume(suspension, words="住宿人员全部清离，隐患整改完毕", by=officer, at=moment)
            pair = self.pair()
            later = moment + timedelta(hours=3)
            with clock_at(later):
                suspensions.accept(
                    suspension, outcome="pass", note="现场无人住宿，分隔到位", officers=pair, by=pair[0], at=later
                )
                suspensions.lift(suspension, by=self.cast.office, at=later + timedelta(minutes=30))

        return resume


DONE_WORDS = (
    "已清理完毕，通道保持畅通",
    "已更换并张贴标识",
    "已按要求整改，落实专人负责",
    "线路已重新敷设并穿管保护",
    "已采购安装，现场可用",
    "人员已搬离，住宿部位已拆除",
)
