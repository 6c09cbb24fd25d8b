"""Hazards that a government lists: Quzhou's thirteen units, eight of them done (61.5 %), and Zaoqiang's few.

Each lives through finding, meeting, listing and, where it is done, rectification, re-inspection and delisting.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from devtools.demo.desk import Desk
from devtools.demo.field import Field, Found
from devtools.demo.followup import FollowUp
from devtools.demo.people import Cast
from devtools.demo.pictures import picture
from devtools.demo.premises import Trade
from hazards.models import HazardCase
from rectification.services import listings, meetings, reviews, submissions
from reference.models import HazardCategory
from units.models import Unit

HOTEL = Trade("宾馆", "hotel-large", 1, "key", ("crowded", "key_unit"), area=(3000, 9000), storeys=(5, 12))
MARKET = Trade("小商品市场", "shop-market", 1, "key", ("crowded", "key_unit"), area=(4000, 12000))
PLANT = Trade("化工厂", "danger-chemical", 1, "key", ("flammable", "key_unit"), area=(3000, 20000))
CINEMA = Trade("影剧院", "fun-cinema", 1, "key", ("crowded", "key_unit"), area=(1500, 5000))
HOSPITAL = Trade("医院", "med-hospital", 1, "key", ("crowded", "key_unit"), area=(5000, 20000))
MALL = Trade("商厦", "shop-mall", 1, "key", ("crowded", "key_unit"), area=(4000, 15000))
FACTORY = Trade("服装厂", "work-intensive", 1, "key", ("labour_intensive", "key_unit"), area=(3000, 15000))


@dataclass(frozen=True)
class Listed:
    """One listed unit: trade, levels, hazard, days since its finding, whether it is done, who supervises."""

    trade: Trade
    levels: tuple[str, ...]
    category: str
    days_ago: int
    is_done: bool
    leader: str
    due_days: int = 120


# Of the five that stand, two are past their deadline.
THIRTEEN = (
    Listed(MALL, ("province", "city"), "408", 330, True, "省安委会 陈某"),
    Listed(PLANT, ("province",), "713", 300, False, "省安委会 林某", 240),
    Listed(HOTEL, ("city",), "312", 320, True, "周副市长"),
    Listed(MARKET, ("city", "county"), "410", 310, True, "周副市长"),
    Listed(HOSPITAL, ("city",), "304", 290, True, "吴副市长"),
    Listed(CINEMA, ("city",), "414", 280, True, "吴副市长"),
    Listed(FACTORY, ("city",), "903", 260, False, "周副市长", 200),
    Listed(HOTEL, ("county",), "305", 250, True, "徐副区长"),
    Listed(MALL, ("county",), "404", 240, True, "方副县长"),
    Listed(MARKET, ("county",), "205", 230, True, "郑副市长"),
    Listed(FACTORY, ("county",), "304", 200, False, "余副县长", 150),
    Listed(HOSPITAL, ("county",), "410", 150, False, "毛副县长", 180),
    Listed(HOTEL, ("county",), "408", 120, False, "汪副区长", 180),
)
# Zaoqiang's own boards, at places of its register: one done, one overdue, two under way.
FOUR = (
    Listed(MALL, ("county",), "404", 260, True, "赵副县长"),
    Listed(HOTEL, ("county",), "312", 190, False, "赵副县长", 150),
    Listed(FACTORY, ("county",), "304", 95, False, "孙副县长", 180),
    Listed(CINEMA, ("county",), "414", 40, False, "孙副县长", 120),
)
HIGH = {"province": "浙政函", "city": "衢政函"}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋"
JOINT = (
    {"department": "住房和城乡建设局", "people": ["高某", "林某"]},
    {"department": "市场监督管理局", "people": ["何某"]},
)
ATTENDEES = ["王某", "李某", "张某", "刘某"]


class Board:
    """Plays listed hazards of one county, each on its own days.

    `paper` is what the county's documents are called; `city` does what the county cannot.
    """

    def __init__(self, field: Field, desk: Desk, *, paper: str, city: Cast | None = None):
        self.field, self.desk, self.paper, self.city = field, desk, paper, city
        self.follow_up = FollowUp(desk, self.office)

    def plan(self, number: int, listed: Listed, unit: Unit) -> None:
        """Put its whole life into the two queues."""
        story = f"listed-{number}"
        day = self.field.times.today - timedelta(days=listed.days_ago)
        self.field.queue.plan(day, 9, self.find(listed, unit, story))
        self.desk.stories[story] = lambda found: self.follow(number, listed, found)

    def find(self, listed: Listed, unit: Unit, story: str):
        def find(moment):
            category = HazardCategory.objects.get(pk=listed.category)
            hazard = self.field.hazard(category, moment.date(), listed.due_days)
            stop = {"suspend": False, "no_suspension_reason": "已按重大火灾隐患程序办理"}
            pair = self.field.pair()
            self.field.file(
                unit, moment, pair, findings=[hazard], kind="special", story=story, joint=JOINT, **stop
            )

        return find

    def follow(self, number: int, listed: Listed, found: Found) -> None:
        ((case, _due_on),) = found.cases
        self.desk.plan(found.day + timedelta(days=4), 10, self.decide(number, listed, case))
        if listed.is_done:
            done = found.day + timedelta(days=60 + self.desk.dice.randint(0, 30))
            self.desk.plan(done, 10, self.submit(number, listed, case, found.region))

    def decide(self, number: int, listed: Listed, case_pk: int):
        def decide(moment):
            """The meeting, and the boards of each level on the same afternoon."""
            case = HazardCase.objects.get(pk=case_pk)
            meetings.determine(
                case,
                grade="major",
                clauses="集体讨论认定（依据条款见会议记录）",
                attendees=ATTENDEES,
                held_on=moment.date(),
                conclusion="经集体讨论，认定为重大火灾隐患",
                by=self.desk.cast.inspectors[0],
                at=moment,
            )
            for level in listed.levels:
                made = listings.list_case(
                    case,
                    level=level,
                    paper_number=self.number_of(level, moment.date(), number + 1),
                    leader_name=listed.leader,
                    department="消防安全委员会办公室",
                    responsible=f"{SURNAMES[number]}某",
                    requirement="限期整改，逾期依法停产停业",
                    report_every="half_monthly" if level == "province" else "monthly",
                    by=self.office(level),
                    at=moment + timedelta(hours=2),
                )
                self.follow_up.hold(number, listed, made)

        return decide

    def number_of(self, level: str, day: date, serial: int) -> str:
        return f"{HIGH.get(level, self.paper)}〔{day.year}〕{serial}号"

    def office(self, level: str):
        if level == "county":
            return self.desk.cast.office
        return self.city.province if level == "province" else self.city.office

    def submit(self, number: int, listed: Listed, case_pk: int, region: str):
        def submit(moment):
            case = HazardCase.objects.get(pk=case_pk)
            words = "重大火灾隐患已按方案整改完毕，申请复查"
            submissions.submit(case, words=words, by=self.desk.officer(region), at=moment)
            self.desk.plan(moment.date() + timedelta(days=2), 14, self.close(number, listed, case_pk))

        return submit

    def close(self, number: int, listed: Listed, case_pk: int):
        def close(moment):
            case = HazardCase.objects.select_related("unit", "category").get(pk=case_pk)
            pair = self.other_eyes(case)
            verdict = reviews.Verdict(case, "pass", "逐项核查，隐患已消除", photos=(picture(3),))
            reviews.review(unit=case.unit, verdicts=[verdict], officers=pair, by=pair[0], at=moment)
            self.desk.plan(moment.date() + timedelta(days=7), 15, self.delist(number, case_pk))

        return close

    def other_eyes(self, case) -> list:
        """Two inspectors who did not order what they verify."""
        hands = set(case.order_items.values_list("order__issued_by", flat=True))
        people = [*self.desk.cast.inspectors, *self.desk.cast.verifiers]
        return [person for person in people if person.pk not in hands][:2]

    def delist(self, number: int, case_pk: int):
        def delist(moment):
            case = HazardCase.objects.get(pk=case_pk)
            for listing in case.listings.standing():
                listings.delist(
                    listing,
                    paper_number=self.number_of(listing.level, moment.date(), 40 + number),
                    by=self.office(listing.level),
                    at=moment,
                )

        return delist
