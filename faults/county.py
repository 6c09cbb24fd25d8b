"""The county of a fault run: three townships, their people with deputies and gaps, and cases of every kind.

Units, cases and orders are made by the product's services; places, accounts and posts are rows, as an
administrator would type them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from accounts.models import Office, Post, User
from hazards import services as hazards
from notifications.models import Gateway, Preference
from rectification.models import Rung
from rectification.services import instructions, listings
from reference.models import HazardCategory, HazardGroup, PlaceType, Region
from reference.services.calendar import load_calendar
from units import services as units

FIRST_DAY = date(2026, 3, 2)
"""A Monday, on which the run begins."""
SINCE = date(2024, 1, 1)
COUNTY = "131121"
PLACES = (
    ("13", "河北省", "province", None),
    ("1311", "衡水市", "city", "13"),
    (COUNTY, "枣强县", "county", "1311"),
    ("131121101", "恩察镇", "township", COUNTY),
    ("131121102", "大营镇", "township", COUNTY),
    ("131121104", "马屯镇", "township", COUNTY),
    ("131121101201", "恩察村", "village", "131121101"),
    ("131121102201", "芍药村", "village", "131121102"),
    ("131121104201", "张仓口村", "village", "131121104"),
)
EN_CHA, DA_YING, MA_TUN = "131121101", "131121102", "131121104"
OFFICES = (
    ("brigade", "枣强县消防救援大队", "枣消", COUNTY),
    ("committee", "枣强县消防安全委员会办公室", "枣消安办", COUNTY),
    ("government", "枣强县人民政府", "枣政", COUNTY),
    ("township", "恩察镇人民政府", "恩政", EN_CHA),
    ("township", "大营镇人民政府", "大政", DA_YING),
    ("township", "马屯镇人民政府", "马政", MA_TUN),
)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def after(days: int) -> date:
    """So many days after the run begins."""
    return FIRST_DAY + timedelta(days=days)


@dataclass
class County:
    """Who and what there is; `acts` works on it."""

    rng: Random
    people: dict[str, User] = field(default_factory=dict)
    units: list = field(default_factory=list)
    category: HazardCategory | None = None
    cases: list[int] = field(default_factory=list)

    def build(self, cases: int, hook_port: int) -> None:
        self.place_names()
        load_calendar()
        self.catalogue()
        self.hire()
        self.set_ladder(hook_port)
        with transaction.atomic():
            for number in range(max(6, cases // 6)):
                self.units.append(self.register(number))
            for number in range(cases):
                self.open(number)
        self.press()

    # --- places and people -------------------------------------------------------------------------------
    def place_names(self) -> None:
        Region.objects.bulk_create(
            Region(code=code, name=name, short_name=name, path_name=name, level=level, parent_id=parent)
            for code, name, level, parent in PLACES
        )
        for kind, name, short, region in OFFICES:
            Office.objects.create(kind=kind, name=name, short_name=short, region_id=region)

    def catalogue(self) -> None:
        group, _ = HazardGroup.objects.get_or_create(
            code="T3", defaults={"name": "安全疏散", "name_en": "Exits"}
        )
        PlaceType.objects.get_or_create(code="t-shop", defaults={"name": "小商店", "name_en": "Small shop"})
        facts = {"group": group, "name": "疏散通道被占用", "name_en": "Exit blocked", "default_days": 3}
        self.category, _ = HazardCategory.objects.get_or_create(code="T301", defaults=facts)

    def hire(self) -> None:
        """Deputies for some weeks, a post that ends, a head who works alone, two people whom no mail reaches."""
        person = self.person
        brigade = {"role": "inspector", "region": COUNTY, "office": "枣消"}
        person("周安", card="冀消监〔2023〕011", **brigade)
        person("吴平", card="冀消监〔2023〕012", **brigade)
        person("郑岩", card="冀消监〔2023〕013", email="", **brigade)
        leaving = person("钱立", card="冀消监〔2023〕014", **brigade)
        Post.objects.filter(user=leaving).update(ends_on=after(25))
        committee = {"role": "county_office", "region": COUNTY, "office": "枣消安办"}
        person("安主任", **committee)
        person("安科员", email="", phone="", **committee)
        stand_in = person("代县长")
        leader = person("副县长", role="leader", region=COUNTY, office="枣政")
        self.lend(leader, stand_in, after(20), after(34))
        person("恩镇长", role="township_officer", region=EN_CHA, office="恩政", head=True)
        first = person("恩干事", role="township_officer", region=EN_CHA, office="恩政")
        second = person("恩助理", role="township_officer", region=EN_CHA, office="恩政")
        self.lend(first, second, after(9), after(16))
        person("大镇长", role="township_officer", region=DA_YING, office="大政", head=True)
        person("马镇长", role="township_officer", region=MA_TUN, office="马政", head=True)
        officer = person("马干事", role="township_officer", region=MA_TUN, office="马政")
        Post.objects.filter(user=officer).update(ends_on=after(45))
        Preference.objects.create(user=second, email=False)

    def person(self, name, *, role=None, region=None, office=None, head=False, card="", **facts) -> User:
        number = len(self.people) + 1
        facts = {"email": f"p{number}@example.test", "phone": f"139000000{number:02d}"} | facts
        user = User.objects.create(username=f"p{number}", name=name, password="!", card_number=card, **facts)
        if role:
            Post.objects.create(
                user=user, role=role, region_id=region, is_head=head, starts_on=SINCE,
                office=Office.objects.filter(short_name=office).first(),
            )  # fmt: skip
        self.people[name] = user
        return user

    @staticmethod
    def lend(user, deputy, since: date, until: date) -> None:
        Post.objects.filter(user=user).update(deputy=deputy, deputy_from=since, deputy_to=until)

    def set_ladder(self, hook_port: int) -> None:
        """The default ladder, the owner's SMS, the leader's lines by SMS too, and a rung that changes in April."""
        from faults.sinks import SECRET

        Gateway.objects.create(
            channel="webhook", name="短信", url=f"http://127.0.0.1:{hook_port}/sms", secret=SECRET, timeout=1
        )
        Rung.objects.filter(code="after-7").update(channels=["webhook"])
        talk = Rung.objects.get(code="after-12-talk")
        Rung.objects.filter(pk=talk.pk).update(valid_to=date(2026, 4, 15))
        talk.pk, talk.valid_from, talk.offset = None, date(2026, 4, 16), 14
        talk.save(force_insert=True)
        Rung.objects.create(
            code="owner-2", name="逾期告知单位", offset=2, recipients=["owner"], valid_from=SINCE,
            subject="{unit}：{when}（{number}）", body="{description}，{when}，案件编号{number}",
        )  # fmt: skip

    # --- units and cases -----------------------------------------------------------------------------------
    def register(self, number: int):
        village = ("131121101201", "131121102201", "131121104201")[number % 3]
        by = {"131121101201": "恩干事", "131121102201": "大镇长", "131121104201": "马干事"}[village]
        phone = f"1380000{number:04d}" if number % 4 else ""
        people = [{"duty": "responsible", "name": f"店主{number}", "phone": phone}]
        return units.register(
            region=Region.objects.get(pk=village), by=self.people[by], on=SINCE, name=f"第{number}百货店",
            people=people if phone else [], place_type=PlaceType.objects.get(code="t-shop"),
            address=f"主街{number}号",
        )  # fmt: skip

    @property
    def inspectors(self) -> list[User]:
        return [self.people[name] for name in ("周安", "吴平", "郑岩", "钱立")]

    def open(self, number: int, day: date | None = None):
        """One case: most with a deadline around the first weeks, a sixth of them major."""
        rng = self.rng
        day = day or after(-rng.randint(10, 40))
        inspector = self.inspectors[number % 4 if day < FIRST_DAY else number % 3]
        case = hazards.open_case(
            unit=rng.choice(self.units), category=self.category, description=f"第{number}处通道堵塞",
            by=inspector, at=at(day), inspector=inspector,
        )  # fmt: skip
        if number % 6 == 0:
            self.make_major(case, inspector, day)
        if number % 25 != 1:  # the others stay registered, without a deadline
            due = (
                max(after(rng.randint(-15, 35)), day)
                if day < FIRST_DAY
                else day + timedelta(rng.randint(3, 20))
            )
            hazards.record(case, "order", by=inspector, at=at(day, 11), due_on=due)
        self.cases.append(case.pk)
        return case

    def make_major(self, case, inspector, day: date) -> None:
        hazards.determine(
            case, grade="major", clauses="GB 35181-2017 7.3.1", attendees=["周安", "吴平", "郑岩"], held_on=day,
            conclusion="判定为重大火灾隐患", by=inspector, at=at(day, 10),
        )  # fmt: skip
        case.refresh_from_db()

    def press(self) -> None:
        """A few boards with reports, and a few questions of the leader."""
        from hazards.models import HazardCase

        cases = list(HazardCase.objects.filter(pk__in=self.cases, state="ordered").order_by("pk"))
        majors = [case for case in cases if case.grade == "major"]
        for number, case in enumerate(majors[:4], start=1):
            listings.list_case(
                case, level="county", paper_number=f"枣政函〔2026〕{number}号", leader_name="副县长",
                report_every="weekly", by=self.people["安主任"], at=at(after(-2)),
            )  # fmt: skip
        for case in cases[1:12:3]:
            case.refresh_from_db()
            instructions.give(
                case, words="请本周内回复", addressee=case.inspector, due_on=after(4),
                by=self.people["副县长"], at=at(after(-1)),
            )  # fmt: skip
