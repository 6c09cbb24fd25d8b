"""A county of any size for benchmarks: rows written straight into the tables, the same for the same seed.

Never for showing to people: the papers behind the cases are missing. `seed_demo` goes through the services.
"""

import random
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Office, Post, User
from accounts.roles import Role
from common.errors import RuleBroken
from devtools.scale_sql import FOREIGN_KEYS, PLAIN_INDEXES, PLANNED, WRITTEN
from rectification.chase.engine import step_of
from rectification.chase.ladder import plan
from rectification.models import Listing, Rung
from reference.models import HazardCategory, PlaceType, Region
from reference.pinyin import initials
from reference.selectors import calendar
from units.flags import Flag
from units.services.records import take_numbers
from units.text import fold, grams

COUNTY = "131121"
SINCE = date(2020, 1, 1)
HISTORY_DAYS = 730
INSPECTORS = 8
TABLES = ("units_unit", "hazards_hazardcase", "hazards_caseevent", "hazards_deadlineentry")
WIDTH = {"county": 6, "city": 4, "province": 2}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
PAIRS = "兴旺鑫源宏达永盛福临恒通金泰瑞祥华联四季隆昌聚仙同德诚信惠民盛世祥和富民大众万家银河东方顺发"
LUCKY = [PAIRS[at : at + 2] for at in range(0, len(PAIRS), 2)]
TRADES = (
    ("百货店", 14, (Flag.SMALL_PLACE,)),
    ("超市", 10, (Flag.SMALL_PLACE,)),
    ("皮草加工厂", 12, (Flag.LABOUR_INTENSIVE,)),
    ("裘皮服饰店", 8, (Flag.SMALL_PLACE,)),
    ("饭店", 12, (Flag.SMALL_PLACE, Flag.CROWDED)),
    ("宾馆", 4, (Flag.CROWDED, Flag.KEY_UNIT)),
    ("幼儿园", 3, (Flag.CHILDREN, Flag.CROWDED)),
    ("养老院", 1, (Flag.ELDERLY, Flag.CROWDED, Flag.KEY_UNIT)),
    ("玻璃钢制品厂", 8, (Flag.LABOUR_INTENSIVE,)),
    ("网吧", 2, (Flag.SMALL_PLACE, Flag.CROWDED)),
    ("歌厅", 2, (Flag.SMALL_PLACE, Flag.CROWDED)),
    ("卫生院", 2, (Flag.CROWDED,)),
    ("加油站", 2, (Flag.FLAMMABLE,)),
    ("汽车修理厂", 6, (Flag.SMALL_PLACE,)),
    ("美容院", 5, (Flag.SMALL_PLACE,)),
    ("家具厂", 5, (Flag.LABOUR_INTENSIVE, Flag.FLAMMABLE)),
    ("毛绒玩具厂", 4, (Flag.COMBINED_USE, Flag.LABOUR_INTENSIVE)),
)


@dataclass(frozen=True)
class Sown:
    """How many rows there are now that were not there before."""

    units: int
    cases: int


@transaction.atomic
def sow(*, cases: int, units: int | None = None, seed: int = 1, on: date, county: str = COUNTY) -> Sown:
    """Write `cases` cases on new units of `county`, as they would stand on the morning of `on`.

    Raises RuleBroken where divisions or code tables are not loaded.
    """
    units = units or max(cases // 10, 200)
    villages = list(
        Region.objects.under(county).level("village").values_list("code", "path_name").order_by("code")
    )
    if not villages or not HazardCategory.objects.exists() or not PlaceType.objects.exists():
        raise RuleBroken("Divisions and code tables are not loaded. Run: manage.py load_reference")
    people = staff(county)
    with checked_afterwards(cases):
        write_units(units, villages, county, seed, people["office"], on)
        write_cases(cases, county, seed, on, people["inspectors"], people["office"])
    return Sown(units, cases)


# --- people ----------------------------------------------------------------------------------------
def staff(county: str) -> dict:
    """Somebody in every post of the county that has nobody, so that each letter has a reader."""
    office, _new = Office.objects.get_or_create(
        name=f"规模测试办公室 {county}",
        defaults={"kind": Office.Kind.COMMITTEE, "region_id": county, "short_name": "测"},
    )
    inspectors = [
        hold(f"scale-inspector-{n}", Role.INSPECTOR, county, office, card=f"测{n:04d}")
        for n in range(1, INSPECTORS + 1)
    ]
    hold("scale-leader", Role.LEADER, county, office)
    for town in Region.objects.under(county).level("township").values_list("code", flat=True):
        hold(f"scale-officer-{town}", Role.TOWNSHIP_OFFICER, town, office)
        hold(f"scale-head-{town}", Role.TOWNSHIP_OFFICER, town, office, head=True)
    clerk = hold("scale-office", Role.COUNTY_OFFICE, county, office)
    return {"inspectors": [person.pk for person in inspectors], "office": clerk.pk}


def hold(
    username: str, role: str, region: str, office: Office, *, head: bool = False, card: str = ""
) -> User:
    """An account that nobody can sign in to with a password, in a post."""
    user, _new = User.objects.get_or_create(
        username=username,
        defaults={
            "name": username,
            "password": make_password(None),
            "email": f"{username}@example.invalid",
            "card_number": card,
        },
    )
    Post.objects.get_or_create(
        user=user, role=role, region_id=region, starts_on=SINCE, defaults={"office": office, "is_head": head}
    )
    return user


# --- units -----------------------------------------------------------------------------------------
def write_units(count: int, villages: list, county: str, seed: int, by: int, on: date) -> None:
    """COPY of the register; the search columns are made as the register's own services make them."""
    dice = random.Random(seed)
    numbers = take_numbers(county, count)
    places = list(PlaceType.objects.values_list("code", flat=True).order_by("code"))
    trades, weights = [(name, flags) for name, _w, flags in TRADES], [w for _n, w, _f in TRADES]
    # The second factor makes a few villages crowded and most of them small.
    crowds = [dice.paretovariate(1.2) for _village in villages]
    homes = dice.choices(villages, crowds, k=count)
    kinds = dice.choices(trades, weights, k=count)
    stamp = timezone.now().isoformat()
    copy(
        "units_unit",
        "number name name_initials credit_code region_id address place_type_id supervision_class flags structure"
        " operating_status suspension_note search_text grams source created_by_id created_at updated_at"
        " last_inspected_on floor_area",
        (
            unit_row(number, *home, *kind, dice, places, by, stamp, on)
            for number, home, kind in zip(numbers, homes, kinds, strict=True)
        ),
        blank=columns_with_blank("units_unit"),
    )


def unit_row(number, region, path, trade, flags, dice, places, by, stamp, on) -> tuple:
    name = f"{path.split()[-1][:2]}{dice.choice(LUCKY)}{dice.choice(SURNAMES)}记{trade}"
    address = f"{path.replace(' ', '')}{dice.randint(1, 400)}号"
    letters = initials(name)[:120]
    text = fold(" ".join((name, number, address, letters)))
    size = {True: "small", False: "general"}[Flag.SMALL_PLACE in flags]
    return (
        number,
        name,
        letters,
        "",
        region,
        address,
        dice.choice(places),
        "key" if Flag.KEY_UNIT in flags else size,
        "{" + ",".join(flags) + "}",
        "",
        "operating",
        "",
        text,
        "{" + ",".join(quote(gram) for gram in grams(text)) + "}",
        "scale",
        by,
        stamp,
        stamp,
        on - timedelta(days=int(HISTORY_DAYS * dice.random() ** 2)) if dice.random() < 0.8 else None,
        round(dice.lognormvariate(5, 1), 1),
    )


def quote(item: str) -> str:
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'


def columns_with_blank(table: str) -> dict[str, str]:
    """Text columns that must not be NULL and have no default: columns that other people add later get ''."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO' AND data_type IN ('character varying', 'text')",
            [table],
        )
        return {name: "" for (name,) in cursor.fetchall()}


def copy(
    table: str, names: str, rows: Iterable[tuple], *, blank: dict | None = None, chunk: int = 20_000
) -> None:
    """COPY in chunks, so that the memory stays small."""
    names = names.split()
    extra = [name for name in (blank or {}) if name not in names]
    statement = f"COPY {table} ({', '.join([*names, *extra])}) FROM STDIN"
    tail = "".join(f"\t{blank[name]}" for name in extra)
    with connection.cursor() as cursor:
        buffer = StringIO()
        for at, row in enumerate(rows, 1):
            buffer.write("\t".join(cell(value) for value in row) + tail + "\n")
            if at % chunk == 0:
                cursor.copy_expert(statement, StringIO(buffer.getvalue()))
                buffer = StringIO()
        cursor.copy_expert(statement, StringIO(buffer.getvalue()))


def cell(value) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


# --- cases -----------------------------------------------------------------------------------------
def write_cases(count: int, county: str, seed: int, on: date, inspectors: list[int], office: int) -> None:
    """INSERT ... SELECT over generate_series; chance comes from a hash of row and seed, so that it repeats."""
    facts = {
        "cases": count,
        "county": county,
        "seed": seed,
        "on": on,
        "history": HISTORY_DAYS,
        "inspectors": inspectors,
        "office": office,
    }
    with connection.cursor() as cursor:
        for statement in PLANNED:
            cursor.execute(statement, facts)
        cursor.execute("SELECT DISTINCT due_on FROM scale_cases WHERE due_on IS NOT NULL")
        looks = next_looks([due_on for (due_on,) in cursor.fetchall()], on)
        facts |= {"deadlines": list(looks), "looks": list(looks.values())}
        for statement in WRITTEN:
            cursor.execute(statement, facts)
        write_listings(cursor, county, office)
        cursor.execute("DROP TABLE scale_cases, scale_units, scale_categories")


@contextmanager
def checked_afterwards(count: int):
    """Where more rows come than are there: build indexes and check foreign keys once, afterwards, not row by row."""
    with connection.cursor() as cursor:
        aside = []
        cursor.execute("SELECT count(*) FROM hazards_hazardcase")
        if cursor.fetchone()[0] <= count:
            for what in (FOREIGN_KEYS, PLAIN_INDEXES):
                cursor.execute(what, [list(TABLES)])
                aside += cursor.fetchall()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be altered
        for take_away, _bring_back in aside:
            cursor.execute(take_away)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _take_away, bring_back in reversed(aside):
            cursor.execute(bring_back)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")


def write_listings(cursor, county: str, office: int) -> None:
    """The boards behind the listed cases; few, so that they go through the model and its defaults."""
    cursor.execute("SELECT id, level, opened_on FROM scale_cases WHERE level IS NOT NULL ORDER BY id")
    Listing.objects.bulk_create(
        Listing(
            case_id=case,
            level=level,
            is_main=True,
            paper_number=f"规模测试〔{opened_on.year}〕{case}号",
            leader_name="规模测试",
            listed_on=opened_on,
            listed_by_id=office,
            registrar_code=county[: WIDTH[level]],
        )
        for case, level, opened_on in cursor.fetchall()
    )


def next_looks(deadlines: Iterable[date], on: date) -> dict[date, date]:
    """The day on which the chase looks at a deadline again, had it run yesterday; `on` where it cannot be known."""
    steps = [step_of(rung) for rung in Rung.objects.current(on).filter(watched="deadline") if not rung.grades]
    days, yesterday = calendar(), on - timedelta(days=1)
    return {due_on: plan(steps, due_on, yesterday, days).next_on or on for due_on in deadlines}


def midday(on: date) -> datetime:
    """An instant on a day, for the jobs that ask for one."""
    return timezone.make_aware(datetime.combine(on, datetime.min.time().replace(hour=12)))
