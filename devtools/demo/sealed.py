"""Temporary seals of the demo: one stands and ends within the week, one was lifted after its inspection."""

from datetime import datetime, timedelta

from devtools.demo import people
from devtools.demo.desk import Desk
from rectification.models import Seal
from rectification.services import seals
from units.flags import Flag
from units.models import Unit

STUDIED = ("王某", "李某", "张某")
STANDS = (26, "一层东侧仓库", "exits", "安全出口被货物严重封堵，不具备疏散条件")
LIFTED = (60, "二层加工间", "facilities", "自动消防设施严重损坏，不再具备防火灭火功能")
LIFTED_AFTER = 12


class Sealing:
    """One seal, its steps in the desk's queue, so that papers are numbered by the hour."""

    def __init__(self, desk: Desk, place: int, what: tuple):
        self.desk, self.place = desk, place
        self.ago, self.part, self.circumstance, self.reason = what
        self.pair = desk.cast.inspectors[:2]

    def plan(self, *, is_lifted: bool) -> None:
        day = self.desk.times.today - timedelta(days=self.ago)
        steps = [(day, 9, self.propose), (day, 11, self.decide), (day, 14, self.put_up)]
        if is_lifted:
            later = day + timedelta(days=LIFTED_AFTER)
            steps += [
                (later, 9, self.ask),
                (later, 15, self.inspect),
                (later, 16, self.lift),
                (later, 17, self.hand),
            ]
        for on, hour, act in steps:
            self.desk.queue.plan(on, hour, act, 45)

    def unit(self) -> Unit:
        """A shop that is not stopped, or whatever there is."""
        free = Unit.objects.under(people.COUNTY).current().filter(suspended_since=None)
        free = free.exclude(flags__contains=[Flag.COMBINED_USE.value])
        shops = free.filter(place_type__code="shop-market").order_by("number")[:2]
        return [*shops, *free.order_by("-number")[:2]][self.place]

    @property
    def seal(self) -> Seal:
        return Seal.objects.select_related("unit", "document", "lifting_document").get(part=self.part)

    def propose(self, moment: datetime) -> None:
        cause = seals.Cause(self.part, self.circumstance, self.reason)
        seals.propose(self.unit(), cause, by=self.pair[0], at=moment)

    def decide(self, moment: datetime) -> None:
        study = seals.Study(STUDIED, moment - timedelta(hours=1))
        last = moment.date() + timedelta(days=30)
        seals.decide(self.seal, study, ends_on=last, by=self.desk.cast.office, at=moment)

    def put_up(self, moment: datetime) -> None:
        seals.execute(self.seal, officers=self.pair, by=self.pair[0], at=moment)
        self.desk.serve(self.seal.document, moment)

    def ask(self, moment: datetime) -> None:
        officer = self.desk.cast.officers.get(self.seal.unit.region_id[:9]) or self.pair[1]
        seals.ask_to_lift(self.seal, words="已修复并经检测合格，申请解除", by=officer, at=moment)

    def inspect(self, moment: datetime) -> None:
        note = "现场测试，设施恢复正常"
        seals.inspect(self.seal, outcome="pass", note=note, officers=self.pair, by=self.pair[0], at=moment)

    def lift(self, moment: datetime) -> None:
        seals.lift(self.seal, by=self.desk.cast.office, at=moment)

    def hand(self, moment: datetime) -> None:
        self.desk.serve(self.seal.lifting_document, moment)


def plan(desk: Desk) -> None:
    Sealing(desk, 1, LIFTED).plan(is_lifted=True)
    Sealing(desk, 0, STANDS).plan(is_lifted=False)
