"""What governments hold the listed units of the demo to: plan, the six things in place, reports, and what is late."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from devtools.demo.desk import Desk
from rectification import reporting
from rectification.models import Listing, Milestone
from rectification.services import supervision

# How far into the time given each step of a plan lies, in per cent.
PLAN = (
    (15, "落实整改资金，确定施工单位"),
    (35, "完成整改方案设计和论证"),
    (70, "主体整改施工完成"),
    (92, "联动调试、单位自查验收"),
)
# The six, days after the listing; funds come last.
IN_PLACE = (
    ("goals", 3, "整改目标已写入方案"),
    ("duty", 3, "已签订责任书，明确专人负责"),
    ("time", 4, "倒排工期"),
    ("measures", 12, "方案经论证通过"),
    ("emergency", 15, "应急预案已备案，落实值守"),
    ("funds", 25, "资金已拨付到账"),
)
PROGRESS = (
    "已召开整改推进会，落实施工单位",
    "施工队伍进场，按方案施工",
    "主要设备到货，正在安装",
    "主体完成，进入调试阶段",
    "收尾完善，准备申请复查",
)
QUICK = 60
"""Days in which those that are done have done everything; they report it then."""


class FollowUp:
    """Plans what is done about one listing into the desk's queue, each on its day; throws no dice."""

    def __init__(self, desk: Desk, office: Callable[[str], object]):
        self.desk, self.office = desk, office

    def hold(self, number: int, listed, listing: Listing) -> None:
        """`number` gives each unit its own habits: some are late, some lack funds."""
        on = listing.listed_on
        due = {title: on + timedelta(days=listed.due_days * share // 100) for share, title in PLAN}
        self.later(on + timedelta(days=1), 9, number, self.plan(listing, due))
        pace = QUICK - 8 if listed.is_done else listed.due_days
        # Every second of those that stand is stuck at one step; nothing after it is reached either.
        stuck = number % 4 if number % 2 and not listed.is_done else len(PLAN)
        for share, title in PLAN[:stuck]:
            day = on + timedelta(days=max(2, pace * share // 100 - 3))
            self.later(day, 16, number, self.achieve(listing, title))
        for flag, after, note in IN_PLACE:
            lacks = flag == "funds" and not listed.is_done and number % 2 == 0
            words = "尚有部分资金未到账，正在协调" if lacks else note
            day = on + timedelta(days=after)
            self.later(day, 11, number, self.assure(listing, flag, not lacks, words))
        if not listed.is_done and number % 2 == 0:
            self.later(on + timedelta(days=40), 10, number, self.call_in(listing))
        self.reports(number, listed, listing)

    def reports(self, number: int, listed, listing: Listing) -> None:
        """One for each period, mostly in time; one unit in three has not sent its newest."""
        today, place = self.desk.times.today, 1
        while (due_on := reporting.end_of(listing.report_every, listing.report_from, place)) <= today:
            newest = reporting.end_of(listing.report_every, listing.report_from, place + 1) > today
            slow = 10 if listed.is_done else 7
            whole = QUICK + 20 if listed.is_done else listed.due_days
            share = 10 * slow * (due_on - listing.listed_on).days // whole
            if not (newest and number % 3 == 1):
                late = timedelta(days=2 if place == 2 and number % 3 == 0 else -(number % 3))
                self.later(due_on + late, 15, number, self.report(listing, min(share, 90), number))
            place += 1

    def later(self, day: date, hour: int, number: int, act) -> None:
        self.desk.queue.plan(day, hour, act, 3 * number + 1)

    def plan(self, listing: Listing, due: dict[str, date]):
        def plan(moment):
            for title, due_on in due.items():
                supervision.add_milestone(
                    listing, title=title, due_on=due_on, by=self.office(listing.level), at=moment
                )

        return self.while_it_stands(listing, plan)

    def achieve(self, listing: Listing, title: str):
        def achieve(moment):
            for step in Milestone.objects.open().filter(listing=listing, title=title):
                supervision.achieve(step, by=self.officer(listing), at=moment)

        return self.while_it_stands(listing, achieve)

    def assure(self, listing: Listing, flag: str, is_met: bool, words: str):
        def assure(moment):
            inspector = self.desk.cast.inspectors[0]
            supervision.assure(listing, flag=flag, is_met=is_met, words=words, by=inspector, at=moment)

        return self.while_it_stands(listing, assure)

    def call_in(self, listing: Listing):
        def call_in(moment):
            words = "约谈单位主要负责人，要求加快进度，承诺按期完成"
            supervision.call_in(listing, words=words, by=self.office(listing.level), at=moment)

        return self.while_it_stands(listing, call_in)

    def report(self, listing: Listing, percent: int, number: int):
        def report(moment):
            funds = (Decimal(12 + 3 * number) * percent / 100).quantize(Decimal("0.001"))
            words = PROGRESS[min(percent // 20, len(PROGRESS) - 1)]
            officer = self.officer(listing)
            supervision.report(listing, words=words, percent=percent, funds=funds, by=officer, at=moment)

        return self.while_it_stands(listing, report)

    def officer(self, listing: Listing):
        return self.desk.officer(listing.case.region_id)

    def while_it_stands(self, listing: Listing, act):
        """Nothing is planned or reported any more once the hazard is closed."""

        def guarded(moment):
            listing.refresh_from_db()
            if listing.is_pressing:
                act(moment)

        return guarded
