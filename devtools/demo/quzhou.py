"""Quzhou as its city leader sees it: thirteen government-listed units, eight rectified and delisted, 61.5 %."""

import random
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from devtools.demo.people import Cast
from devtools.demo.premises import Builder, Trade
from devtools.demo.year import Year, at, clock_at
from hazards import services as cases
from inspections import services as visits
from rectification.services import filing, listings, reviews, submissions
from reference.models import HazardCategory, Region

HOTEL = Trade("宾馆", "hotel-large", 1, "key", ("crowded", "key_unit"), area=(3000, 9000), storeys=(5, 12))
MARKET = Trade("小商品市场", "shop-market", 1, "key", ("crowded", "key_unit"), area=(4000, 12000))
PLANT = Trade("化工厂", "danger-chemical", 1, "key", ("flammable", "key_unit"), area=(3000, 20000))
CINEMA = Trade("影剧院", "fun-cinema", 1, "key", ("crowded", "key_unit"), area=(1500, 5000))
HOSPITAL = Trade("医院", "med-hospital", 1, "key", ("crowded", "key_unit"), area=(5000, 20000))
MALL = Trade("商厦", "shop-mall", 1, "key", ("crowded", "key_unit"), area=(4000, 15000))
FACTORY = Trade("服装厂", "work-intensive", 1, "key", ("labour_intensive", "key_unit"), area=(3000, 15000))


@dataclass(frozen=True)
class Listed:
    """One listed unit: trade, the levels that list it, the hazard, days since its finding, done or not."""

    trade: Trade
    levels: tuple[str, ...]
    category: str
    days_ago: int
    is_done: bool
    leader: str
    due_days: int = 120


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
PAPER = {"province": "浙政函", "city": "衢政函", "county": "政函"}


class ListedUnits:
    """Plays the thirteen, each on its own days."""

    def __init__(self, dice: random.Random, city: Cast, counties: dict[str, Cast], today: date, year: Year):
        self.dice, self.city, self.counties, self.today, self.year = dice, city, counties, today, year
        self.codes = sorted(counties)

    def plan(self) -> None:
        """Put the whole life of each into the queue of the year."""
        for number, listed in enumerate(THIRTEEN):
            code = self.codes[number % len(self.codes)]
            self.year.plan(self.today - timedelta(days=listed.days_ago), 9, self.find(number, listed, code))

    def find(self, number: int, listed: Listed, code: str):
        def find(moment):
            """Register, inspect, decide by meeting, list."""
            cast = self.counties[code]
            officer = next(iter(cast.officers.values()))
            township = Region.objects.get(pk=next(iter(cast.officers)))
            village = township.children.order_by("code").first() or township
            unit = Builder(self.dice, code, officer, moment.date()).compose(
                listed.trade, village, township, name=f"{township.short_name}{'金龙富华新凯'[number % 6]}{number + 1}号{listed.trade.words}"
            )
            pair = cast.inspectors
            category = self.category(listed.category)
            due_on = moment.date() + timedelta(days=listed.due_days)
            draft, _new = visits.file_whole(
                by=pair[0],
                at=moment + timedelta(hours=2),
                client_id=uuid.UUID(int=self.dice.getrandbits(128)),
                unit=unit,
                kind="special",
                started_at=moment,
                ended_at=moment + timedelta(hours=1),
                officers=pair,
                findings=[
                    {
                        "category": category,
                        "description": (category.phrases or [category.name])[0],
                        "part": "主体建筑",
                        "due_on": due_on,
                    }
                ],
            )
            later = moment + timedelta(hours=2)
            with clock_at(later):
                outcome = filing.complete(draft, by=pair[0], at=later, suspend=False, no_suspension_reason="已按重大火灾隐患程序办理")
            case = outcome.cases[0]
            self.year.plan(moment.date() + timedelta(days=4), 10, self.decide(number, listed, code, case))

        return find

    def category(self, code: str):
        return HazardCategory.objects.get(pk=code)

    def decide(self, number: int, listed: Listed, code: str, case):
        def decide(moment):
            cast = self.counties[code]
            cases.determine(
                case,
                grade="major",
                clauses="集体讨论认定（依据条款见会议记录）",
                attendees=["王某", "李某", "张某", "刘某"],
                held_on=moment.date(),
                conclusion="经集体讨论，认定为重大火灾隐患",
                by=cast.inspectors[0],
                at=moment,
            )
            for level in listed.levels:
                office = cast.office if level == "county" else self.city.office
                listings.list_case(
                    case,
                    level=level,
                    paper_number=f"{PAPER[level]}〔{moment.year}〕{number + 1}号",
                    leader_name=listed.leader,
                    department="消防安全委员会办公室",
                    responsible=f"{'赵钱孙李周吴郑王冯陈褚卫蒋'[number]}某",
                    requirement="限期整改，逾期依法停产停业",
                    by=office,
                    at=moment + timedelta(hours=2),
                )
            if listed.is_done:
                done = moment.date() + timedelta(days=60 + self.dice.randint(0, 40))
                self.year.plan(done, 10, self.submit(listed, code, case))

        return decide

    def submit(self, listed: Listed, code: str, case):
        def submit(moment):
            case.refresh_from_db()
            officer = next(iter(self.counties[code].officers.values()))
            submissions.submit(case, words="重大火灾隐患已按方案整改完毕，申请复查", by=officer, at=moment)
            self.year.plan(moment.date() + timedelta(days=2), 14, self.close(listed, code, case))

        return submit

    def close(self, listed: Listed, code: str, case):
        def close(moment):
            case.refresh_from_db()
            pair = self.counties[code].inspectors
            verdict = reviews.Verdict(case, "pass", "逐项核查，隐患已消除")
            reviews.review(unit=case.unit, verdicts=[verdict], officers=pair, by=pair[0], at=moment)
            self.year.plan(moment.date() + timedelta(days=7), 15, self.delist(code, case))

        return close

    def delist(self, code: str, case):
        def delist(moment):
            case.refresh_from_db()
            for listing in case.listings.standing():
                office = self.counties[code].office if listing.level == "county" else self.city.office
                listings.delist(
                    listing,
                    paper_number=f"{PAPER[listing.level]}〔{moment.year}〕{100 + case.pk % 90}号",
                    by=office,
                    at=moment,
                )

        return delist
