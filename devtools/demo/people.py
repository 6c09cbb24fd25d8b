"""Offices, accounts and posts of the demo: the names that the documentation promises, and those who fill the year."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from accounts.models import Office, Post, User
from accounts.roles import Role
from reference.models import Region

COUNTY, CITY = "131121", "3308"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
FIRST_DAY = date(2020, 1, 1)


@dataclass
class Cast:
    """Who works in one county or city."""

    inspectors: list[User]
    clerk: User | None
    office: User
    officers: dict[str, User]
    leader: User
    # Inspectors who only verify: a major hazard is verified by none of those who ordered it.
    verifiers: tuple[User, ...] = ()
    # Who lists for the province, where the county lies in a city that is played.
    province: User | None = None


class Hiring:
    """Makes accounts that share the demo's password, hashed once."""

    def __init__(self, password: str):
        self.password = make_password(password)
        self.made = 0

    def person(self, username: str, *, name: str = "", card: str = "", **facts) -> User:
        self.made += 1
        name = name or f"{SURNAMES[self.made % len(SURNAMES)]}某"
        return User.objects.create(
            username=username,
            name=name,
            password=self.password,
            card_number=card,
            phone=f"138{10000000 + self.made:08d}",
            **facts,
        )

    def post(
        self, person: User, role: str, region: str, *, office=None, title="", head=False, **facts
    ) -> Post:
        return Post.objects.create(
            user=person,
            role=role,
            region_id=region,
            office=office,
            title=title,
            is_head=head,
            starts_on=FIRST_DAY,
            **facts,
        )


def bureau(name: str, short: str, kind: str, region: str) -> Office:
    return Office.objects.create(name=name, short_name=short, kind=kind, region_id=region)


# Township officers on leave today, and who stands in: the head, or the officer of the neighbouring township.
ON_LEAVE = {"131121105": "head-131121105", "131121202": "officer-131121204"}


def zaoqiang(hiring: Hiring, today: date) -> Cast:
    """枣强县: the brigade, the committee office, the government, eleven townships."""
    brigade = bureau("枣强县消防救援大队", "枣消", "brigade", COUNTY)
    committee = bureau("枣强县消防安全委员会办公室", "枣消安办", "committee", COUNTY)
    government = bureau("枣强县人民政府", "枣政", "government", COUNTY)
    inspectors = []
    for number in range(1, 7):
        person = hiring.person(f"inspector{number}", card=f"冀消监〔2023〕{110 + number:04d}")
        hiring.post(person, Role.INSPECTOR, COUNTY, office=brigade, title="监督员")
        inspectors.append(person)
    clerk = hiring.person("clerk1")
    hiring.post(clerk, Role.ASSISTANT, COUNTY, office=brigade, title="消防文员")
    office = hiring.person("office")
    hiring.post(office, Role.COUNTY_OFFICE, COUNTY, office=committee, title="消安办主任")
    leader = hiring.person("leader")
    hiring.post(leader, Role.LEADER, COUNTY, office=government, title="副县长")
    auditor = hiring.person("auditor")
    hiring.post(auditor, Role.AUDITOR, COUNTY, title="审计员")
    officers = {}
    for township in Region.objects.filter(parent_id=COUNTY, level="township").order_by("code"):
        hall = bureau(f"{township.name}人民政府", f"{township.short_name[:1]}政", "township", township.code)
        officer = hiring.person(f"officer-{township.code}")
        head = hiring.person(f"head-{township.code}")
        hiring.post(officer, Role.TOWNSHIP_OFFICER, township.code, office=hall, title="消防专干")
        hiring.post(head, Role.TOWNSHIP_OFFICER, township.code, office=hall, title="镇长", head=True)
        officers[township.code] = officer
    send_on_leave(today)
    return Cast(inspectors, clerk, office, officers, leader)


def send_on_leave(today: date) -> None:
    """Some are away this week; their deputies act and are told in their stead."""
    for township, deputy in ON_LEAVE.items():
        Post.objects.filter(user__username=f"officer-{township}").update(
            deputy=User.objects.get(username=deputy),
            deputy_from=today - timedelta(days=3),
            deputy_to=today + timedelta(days=6),
        )


CITY_COMMITTEE = "衢州市消防安全委员会办公室"


def number_papers_of_the_city() -> None:
    """From today on: numbers given by two counties at once would not follow the order of their hours."""
    Office.objects.filter(name=CITY_COMMITTEE).update(short_name="衢消安办")


def quzhou(hiring: Hiring) -> tuple[Cast, dict[str, Cast]]:
    """衢州市 and its counties: the city's people, and a small brigade in each county."""
    # It numbers no papers while the counties play their years one beside the other (number_papers_of_the_city).
    committee = bureau(CITY_COMMITTEE, "", "committee", CITY)
    detachment = bureau("衢州市消防救援支队", "衢消", "brigade", CITY)
    government = bureau("衢州市人民政府", "衢政", "government", CITY)
    office = hiring.person("office-quzhou")
    hiring.post(office, Role.COUNTY_OFFICE, CITY, office=committee, title="市消安办主任")
    leader = hiring.person("leader-quzhou")
    hiring.post(leader, Role.LEADER, CITY, office=government, title="副市长")
    inspectors = []
    for number in (1, 2):
        person = hiring.person(f"quzhou-inspector{number}", card=f"浙消监〔2023〕{number:04d}")
        hiring.post(person, Role.INSPECTOR, CITY, office=detachment, title="监督员")
        inspectors.append(person)
    city = Cast(inspectors, None, office, {}, leader)
    counties, brigades = {}, {}
    for county in Region.objects.filter(parent_id=CITY, level="county").order_by("code"):
        brigade = bureau(f"{county.name}消防救援大队", f"衢{county.short_name[:1]}消", "brigade", county.code)
        desk = bureau(
            f"{county.name}消防安全委员会办公室", f"{county.short_name[:1]}消安办", "committee", county.code
        )
        team = []
        for number in (1, 2):
            person = hiring.person(
                f"i{county.code}-{number}", card=f"浙消监〔2023〕{county.code[-2:]}{number:02d}"
            )
            hiring.post(person, Role.INSPECTOR, county.code, office=brigade, title="监督员")
            team.append(person)
        chief = hiring.person(f"office-{county.code}")
        hiring.post(chief, Role.COUNTY_OFFICE, county.code, office=desk, title="消安办主任")
        officers = {}
        for township in Region.objects.filter(parent=county, level="township").order_by("code")[:2]:
            officer = hiring.person(f"officer-{township.code}")
            hiring.post(officer, Role.TOWNSHIP_OFFICER, township.code, title="消防专干")
            officers[township.code] = officer
        counties[county.code] = Cast(team, None, chief, officers, leader)
        brigades[county.code] = brigade
    for code, brigade in brigades.items():
        person = hiring.person(f"i{code}-3", card=f"浙消监〔2023〕{code[-2:]}03")
        hiring.post(person, Role.INSPECTOR, code, office=brigade, title="监督员")
        counties[code].verifiers = (person,)
    city.province = hiring.person("office-zhejiang")
    hiring.post(city.province, Role.COUNTY_OFFICE, CITY[:2], title="省消安办联络员")
    return city, counties


def administrator(hiring: Hiring) -> None:
    """The administrator, made last: where this account is, the demo is complete."""
    admin = hiring.person("admin", is_staff=True)
    hiring.post(admin, Role.ADMIN, COUNTY, title="系统管理员")


def is_complete() -> bool:
    return User.objects.filter(username="admin").exists()


def is_begun() -> bool:
    return User.objects.filter(username="inspector1").exists()
