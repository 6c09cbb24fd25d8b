"""The other half of a year: townships rectify, inspectors look again, the office decides, the chase goes out."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from devtools.demo.clock import Queue, Times, at, clock_at
from devtools.demo.field import Found, Relapse
from devtools.demo.people import Cast
from devtools.demo.pictures import picture
from documents import services as documents
from hazards import services as cases
from hazards.models import HazardCase
from notifications.models import Message
from rectification.chase import engine
from rectification.models import Extension, Suspension
from rectification.services import (
    corrections,
    extensions,
    reviews,
    submissions,
    suspensions,
    transfers,
    voids,
)
from units.models import Unit

DONE_WORDS = (
    "已清理完毕，通道保持畅通",
    "已更换并张贴标识",
    "已按要求整改，落实专人负责",
    "线路已重新敷设并穿管保护",
    "已采购安装，现场可用",
    "已拆除，恢复原状",
)
DEPARTMENTS = ("住房和城乡建设局", "市场监督管理局", "综合行政执法局")
SLIPS = (("fail", "现场仍未整改到位"), ("partly", "一层已整改，二层尚未完成"), ("fail", "整改后再次堵塞"))
STANDS = "stands"  # a story whose hazards nobody rectifies before today
WAITS = "waits"  # and one in which nobody has decided about the suspension either
DAY = timedelta(days=1)
TOGETHER = 7 * DAY
LEFT_OPEN = 6 * DAY  # requests younger than this wait for the person who looks at the demo


@dataclass(frozen=True)
class Temper:
    """How a township works: chance to act in time, mean days late otherwise, chance to fail when looked at."""

    diligence: float
    delay: float
    slips: float = 0.08
    never: float = 0.012


class Desk:
    """Follows what the visits found, for one cast."""

    def __init__(self, dice: random.Random, cast: Cast, times: Times, tempers: dict[str, Temper]):
        self.dice, self.cast, self.times, self.tempers = dice, cast, times, tempers
        self.queue = Queue(times)
        self.stories: dict = {}
        self.relapses: list[Relapse] = []
        self.photos = 30

    def play(self, day: date) -> None:
        self.queue.play(day)

    def receive(self, found: list[Found]) -> None:
        for one in found:
            self.follow(one)

    def give(self) -> list[Relapse]:
        given, self.relapses = self.relapses, []
        return given

    def chase(self, day: date) -> None:
        """The morning's run, unless it is not eight o'clock yet."""
        if at(day, 8) <= self.times.now:
            with clock_at(at(day, 8)):
                engine.run(on=day, at=at(day, 8))
                # Written by the database's own clock, which nobody can turn back.
                Message.objects.filter(kind="chase", on=day).update(created_at=at(day, 8))

    def temper(self, region: str) -> Temper:
        return self.tempers.get(region[:9]) or Temper(0.82, 7)

    def officer(self, region: str):
        return self.cast.officers.get(region[:9]) or self.cast.inspectors[0]

    def pair(self) -> list:
        return self.dice.sample(self.cast.inspectors, 2)

    def plan(self, day: date, hour: int, act, takes: int = 1) -> None:
        self.queue.plan(day, hour, act, self.dice.randint(0, 50), takes)

    # --- what follows a visit -------------------------------------------------------------------------

    def follow(self, found: Found) -> None:
        """Plan what township, inspectors and office do about it."""
        if found.story in self.stories:
            self.stories[found.story](found)
            return
        if found.story == WAITS:
            return
        if found.suspension:
            self.plan(found.day + timedelta(days=1), 15, self.decide_stop(found))
        if found.story == STANDS:
            return
        ready: list[tuple[date, int]] = []
        haste = self.dice.uniform(0.2, 0.55)
        for case, due_on in found.cases:
            fate = self.dice.random()
            if found.suspension:
                # A stopped trade earns nothing: its owner hurries.
                ready.append((found.day + timedelta(days=self.dice.randint(3, 15)), case))
            elif not self.leaves(case, found.day, fate):
                day = self.ready_on(found, due_on, haste)
                if day and 0.03 < fate < 0.08 and (due_on - found.day).days >= 7:
                    self.plan(due_on - timedelta(days=2), 9, self.ask_for_time(case, found.region))
                    day = due_on + timedelta(days=self.dice.randint(1, 10))
                if day:
                    ready.append((day, case))
        self.plan_submissions(found, ready)

    def leaves(self, case: int, day: date, fate: float) -> bool:
        """A few go elsewhere: to another department, away with the unit, or out as registered twice."""
        if fate < 0.012:
            self.plan(day + timedelta(days=3), 16, self.give_away(case))
        elif fate < 0.020:
            self.plan(day + timedelta(days=4), 16, self.void(case, "重复登记"))
        elif fate < 0.028:
            self.plan(day + timedelta(days=9), 16, self.end(case, "suspend", "单位停业搬迁，场所已清空"))
        return fate < 0.028

    def ready_on(self, found: Found, due_on: date, haste: float = 0.5) -> date | None:
        """When the owner is done, who takes that share of the time given; None for those who never are."""
        temper, dice = self.temper(found.region), self.dice
        if found.story != "again" and dice.random() < temper.never:
            return None
        if dice.random() < temper.diligence:
            # Early enough to be looked at before the deadline.
            return found.day + max(1, int((due_on - found.day).days * haste)) * DAY
        return due_on + timedelta(days=int(dice.expovariate(1 / temper.delay)) - 1)

    def plan_submissions(self, found: Found, ready: list[tuple[date, int]]) -> None:
        """What is done within a few days is reported in one go, on the first of them."""
        ready.sort()
        while ready:
            first = ready[0][0]
            batch = [case for day, case in ready if day <= first + TOGETHER]
            ready = ready[len(batch) :]
            self.plan(first, 10, self.submit(found.unit, found.region, batch))

    def submit(self, unit: int, region: str, numbers: list[int]):
        def submit(moment: datetime):
            officer = self.officer(region)
            waiting = list(HazardCase.objects.filter(pk__in=numbers, state="ordered").order_by("pk"))
            for case in waiting:
                photos = []
                if self.photos and self.dice.random() < 0.05:
                    self.photos -= 1
                    photos = [picture(3 + self.photos % 2)]
                words = self.dice.choice(DONE_WORDS)
                submissions.submit(case, words=words, by=officer, at=moment, photos=photos)
            if waiting:
                self.plan(
                    moment.date() + timedelta(days=self.dice.randint(1, 3)), 14, self.review(unit, region)
                )

        return submit

    def review(self, unit_pk: int, region: str):
        def review(moment: datetime):
            """Look at everything of the unit that waits, in one visit."""
            waiting = list(
                HazardCase.objects.filter(unit=unit_pk, state="submitted")
                .exclude(grade="major")  # verified apart, by those who did not order it
                .select_related("category", "unit")
                .order_by("pk")
            )
            if not waiting:
                return
            unit, day, pair = waiting[0].unit, moment.date(), self.pair()
            slips = 0 if unit.suspended_since else self.temper(region).slips
            verdicts = []
            for case in waiting:
                case.unit = unit
                if self.dice.random() < slips:
                    due_on = self.times.working_day(day + timedelta(days=self.dice.randint(5, 15)))
                    outcome, words = SLIPS[case.pk % len(SLIPS)]
                    verdicts.append(reviews.Verdict(case, outcome, words, due_on))
                else:
                    words = "现场核查，已整改到位，与复函所述一致"
                    verdicts.append(reviews.Verdict(case, "pass", words, no_photo="other"))
            reviews.review(unit=unit, verdicts=verdicts, officers=pair, by=pair[0], at=moment)
            self.after_review(unit, verdicts, day)

        return review

    def after_review(self, unit: Unit, verdicts: list, day: date) -> None:
        failed = [verdict for verdict in verdicts if verdict.outcome != "pass"]
        if failed:
            again = Found(
                day, unit.pk, unit.region_id, tuple((v.case.pk, v.due_on) for v in failed), None, "again"
            )
            ready = [(self.ready_on(again, due_on), case) for case, due_on in again.cases]
            self.plan_submissions(again, [one for one in ready if one[0]])
        for verdict in verdicts:
            if verdict.outcome == "pass" and not unit.suspended_since and self.dice.random() < 0.015:
                self.relapses.append(
                    Relapse(verdict.case.pk, day + timedelta(days=self.dice.randint(25, 60)))
                )
        if unit.suspended_since and not failed:
            self.plan(day + timedelta(days=1), 9, self.resume(unit.pk), takes=4)

    def ask_for_time(self, number: int, region: str):
        def ask(moment: datetime):
            case = HazardCase.objects.get(pk=number)
            if case.state != "ordered" or case.due_on < moment.date():
                return
            request = extensions.ask(
                case,
                until=self.times.working_day(case.due_on + timedelta(days=15)),
                reason="设备订货未到",
                interim="专人看护，每日巡查，停用相关部位",
                by=self.officer(region),
                at=moment,
            )
            if self.times.today - moment.date() > LEFT_OPEN:
                self.plan(
                    moment.date() + timedelta(days=self.dice.randint(1, 4)), 11, self.answer(request.pk)
                )

        return ask

    def answer(self, number: int):
        def answer(moment: datetime):
            request = Extension.objects.select_related("case__unit", "case__category").get(pk=number)
            if request.decision or request.case.state != "ordered":
                return
            if self.dice.random() < 0.6:
                extensions.grant(request, by=self.cast.office, at=moment, note="同意，落实防范措施")
                self.mend_now_and_then(request, moment)
            else:
                extensions.refuse(request, by=self.cast.office, at=moment, note="不具备延期理由，限期整改")

        return answer

    def mend_now_and_then(self, request: Extension, moment: datetime) -> None:
        """The reply named the wrong day, once in a while: the office corrects it the same day."""
        case = request.case
        if case.pk % 8 == 0:
            corrections.correct(
                case,
                due_on=self.times.working_day(case.due_on + timedelta(days=1)),
                reason="批复中期限日期书写有误，予以更正",
                by=self.cast.office,
                at=moment + timedelta(minutes=20),
            )

    def give_away(self, number: int):
        def transfer(moment: datetime):
            case = HazardCase.objects.select_related("unit", "category").get(pk=number)
            if case.is_live:
                transfers.transfer(
                    case,
                    department=self.dice.choice(DEPARTMENTS),
                    reason="属主管部门职责范围",
                    by=self.cast.office,
                    clause="《中华人民共和国消防法》第五十二条",
                    at=moment,
                )
                self.hear_of(number, moment.date())

        return transfer

    def hear_of(self, number: int, day: date) -> None:
        """What becomes of a referral: some are accepted, some of those answered, and some of these verified."""
        if number % 4:
            self.queue.plan(day + 2 * DAY, 10, self.accepted(number), number % 50)
        if number % 4 > 1:
            self.queue.plan(day + 9 * DAY, 10, self.answered(number), number % 50)
        if number % 4 > 2:
            self.queue.plan(day + 12 * DAY, 15, self.verified(number), number % 50)

    def accepted(self, number: int):
        def accept(moment: datetime):
            case, on = HazardCase.objects.get(pk=number), moment.date()
            facts = {
                "accepted_on": on,
                "accepted_by": "韩科长",
                "their_number": f"收字〔{on.year}〕{number}号",
            }
            transfers.accept(case, **facts, by=self.cast.office, at=moment)

        return accept

    def answered(self, number: int):
        def answer(moment: datetime):
            case = HazardCase.objects.get(pk=number)
            result = "已责令限期拆除，现场复核完毕"
            transfers.answer(case, result=result, answered_on=moment.date(), by=self.cast.office, at=moment)

        return answer

    def verified(self, number: int):
        def verify(moment: datetime):
            case = HazardCase.objects.select_related("unit", "category").get(pk=number)
            pair = [person for person in self.cast.inspectors if person != case.inspector][:2]
            verdict = reviews.Verdict(case, "pass", "现场核实，部门处置到位", photos=(picture(4),))
            unit, by = case.unit, pair[0]
            reviews.review(unit=unit, verdicts=[verdict], officers=pair, by=by, at=moment, referred=True)

        return verify

    def end(self, number: int, act: str, reason: str):
        def end(moment: datetime):
            case = HazardCase.objects.get(pk=number)
            if case.is_live:
                cases.record(case, act, by=self.cast.office, at=moment, reason=reason)

        return end

    def void(self, number: int, reason: str):
        def void(moment: datetime):
            """An inspector asks, the office decides the same afternoon."""
            case = HazardCase.objects.get(pk=number)
            if not case.is_live:
                return
            asked = voids.ask(case, reason=reason, by=self.cast.inspectors[0], at=moment)
            later = moment + timedelta(minutes=20)
            with clock_at(later):
                voids.grant(asked, by=self.cast.office, at=later)

        return void

    # --- stopping and resuming --------------------------------------------------------------------------

    def decide_stop(self, found: Found):
        def decide(moment: datetime):
            suspension = Suspension.objects.select_related("unit").get(pk=found.suspension)
            if found.story != STANDS and self.dice.random() < 0.08:
                suspensions.decline(suspension, by=self.cast.office, at=moment, note="住宿人员已当场清离")
            else:
                suspensions.decide(suspension, by=self.cast.office, at=moment, note="同意")
                self.hand_over(suspension.document, moment + timedelta(minutes=50))

        return decide

    def hand_over(self, paper, moment: datetime) -> None:
        """Two inspectors bring the decision to the unit the same day; receipts are numbered by the hour."""
        self.queue.plan(moment.date(), moment.hour, lambda at: self.serve(paper, at), moment.minute, takes=0)

    def serve(self, paper, moment: datetime) -> None:
        """Two inspectors hand a paper over."""
        first, second = self.cast.inspectors[:2]
        delivery = documents.Delivery(receiver="负责人", relation="head", colleague=second)
        documents.serve(paper, delivery, served_at=moment, by=first, at=moment)

    def resume(self, unit: int):
        def resume(moment: datetime):
            """A stopped unit whose last hazard closed asks to resume, and is checked the same day."""
            suspension = (
                Suspension.objects.select_related("unit").filter(unit=unit, status="in_force").first()
            )
            if suspension is None or suspensions.standing_cases(suspension).exists():
                return
            officer = self.officer(suspension.unit.region_id)
            suspensions.ask_to_resume(
                suspension, words="住宿人员全部清离，隐患整改完毕", by=officer, at=moment
            )
            pair, later = self.pair(), moment + timedelta(hours=3)
            with clock_at(later):
                suspensions.accept(
                    suspension,
                    outcome="pass",
                    note="现场无人住宿，分隔到位",
                    officers=pair,
                    by=pair[0],
                    at=later,
                )
                suspensions.lift(suspension, by=self.cast.office, at=later + timedelta(minutes=30))
                self.hand_over(suspension.lifting_document, later + timedelta(minutes=40))

        return resume
