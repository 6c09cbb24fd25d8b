"""One stopped workshop of the demo that went on by night: seen by a watch, demanded, heard, executed."""

from datetime import date, datetime, timedelta

from devtools.demo import people
from devtools.demo.desk import Desk
from rectification.models import Enforcement, Watch
from rectification.services import enforcements, watches

BEGINS = 28
"""Days before today; the oldest of the stopped workshops stands still then."""
# Days after the step before, on the first working day from there; and the hour.
STEPS = (
    (0, 16, "still"),
    (12, 16, "seen"),
    (1, 10, "confirm"),
    (0, 14, "demand"),
    (0, 16, "serve_demand"),
    (2, 11, "hear"),
    (3, 10, "decide"),
    (0, 15, "serve_decision"),
    (2, 9, "execute"),
)


class Disobeyed:
    """The steps in the desk's queue, so that papers are numbered by the hour; each falls away with the one before."""

    def __init__(self, desk: Desk):
        self.desk, self.cast, self.times = desk, desk.cast, desk.times
        self.pair = self.cast.inspectors[:2]

    def plan(self) -> None:
        day = self.times.today - timedelta(days=BEGINS)
        for after, hour, name in STEPS:
            day = self.times.working_day(day + timedelta(days=after))
            self.desk.queue.plan(day, hour, getattr(self, name), 35)

    def watch(self, on: date) -> Watch | None:
        standing = Watch.objects.standing(on).filter(
            why="suspended", unit__region__code__startswith=people.COUNTY
        )
        return standing.select_related("unit").order_by("since", "pk").first()

    @property
    def row(self) -> Enforcement | None:
        return Enforcement.objects.open().select_related("suspension__unit", "demand", "document").first()

    def look(self, outcome: str, note: str, moment: datetime) -> None:
        watch = self.watch(moment.date())
        if watch and watch.since < moment.date():
            officer = self.desk.officer(watch.unit.region_id)
            watches.look(watch, outcome=outcome, note=note, by=officer, at=moment)

    def still(self, moment: datetime) -> None:
        self.look("stopped", "门窗紧闭，设备断电", moment)

    def seen(self, moment: datetime) -> None:
        self.look("producing", "夜间关门加工，三名工人在岗", moment)

    def confirm(self, moment: datetime) -> None:
        if row := self.row:
            facts = {"words": "裁断车间四台设备运转，三名工人在岗", "officers": self.pair, "by": self.pair[0]}
            enforcements.find(row.suspension, **facts, at=moment)

    def demand(self, moment: datetime) -> None:
        if row := self.row:
            enforcements.demand(row, perform_days=3, by=self.cast.office, at=moment)

    def serve_demand(self, moment: datetime) -> None:
        if row := self.row:
            self.desk.serve(row.demand, moment)

    def hear(self, moment: datetime) -> None:
        if row := self.row:
            facts = {"said_by": "负责人", "words": "订单已签，请求宽限十日"}
            enforcements.hear(row, **facts, by=self.pair[0], at=moment)

    def decide(self, moment: datetime) -> None:
        if row := self.row:
            day = self.times.working_day(moment.date() + timedelta(days=1))
            plan = enforcements.Execution(
                "催告期满后复查，车间仍在生产",
                "张贴封条，停止供应生产用电",
                day,
                view="订单不是不履行的正当理由",
            )
            enforcements.decide(row, plan, by=self.cast.office, at=moment)

    def serve_decision(self, moment: datetime) -> None:
        if row := self.row:
            self.desk.serve(row.document, moment)

    def execute(self, moment: datetime) -> None:
        if row := self.row:
            facts = {
                "words": "切断生产用电，设备张贴封条，人员离场",
                "officers": self.pair,
                "by": self.pair[0],
            }
            enforcements.execute(row, **facts, at=moment)
