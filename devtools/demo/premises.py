"""The demo's register: the sample workbook, and composed premises of every kind in the villages."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reference.models import PlaceType, Region, Regulator, SmallKind
from units.flags import Flag
from units.models import SupervisionClass, Unit
from units.services import register
from units.workbook import Table

LUCKY = [
    *("兴旺", "永顺", "恒盛", "和美", "鑫源", "宏达", "福临", "恒通", "金泰", "瑞祥"),
    *("华联", "四季", "隆昌", "同德", "惠民", "盛世", "祥和", "富民", "万家", "东方"),
    *("顺发", "德润", "广源", "聚丰", "天和", "益民", "春晖", "长青", "泰安", "嘉禾"),
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董"
# A box well inside the county's outline, WGS-84.
BOX = {"131121": (115.60, 115.85, 37.35, 37.65), "3308": (118.60, 119.05, 28.75, 29.05)}


COLUMNS = (
    *("township", "village", "name", "supervision_class", "small_kind", "place_type", "flags", "address"),
    *("floor_area", "storeys", "employees", "lodgers", "responsible", "responsible_phone"),
    *("manager", "manager_phone", "regulator", "longitude", "latitude"),
)


@dataclass(frozen=True)
class Trade:
    """One kind of premises as it is composed: words after the lucky name, and what it usually is."""

    words: str
    place_type: str
    weight: int
    supervision: str
    flags: tuple[str, ...] = ()
    lodgers: int = 0
    area: tuple[int, int] = (40, 300)
    storeys: tuple[int, int] = (1, 2)


COUNTY_TRADES = (
    Trade("百货店", "shop-street", 10, "small", ("small_place",)),
    Trade("超市", "shop-mall", 4, "general", ("crowded",), area=(300, 1500)),
    Trade("饭馆", "food-eatery", 9, "small", ("small_place",)),
    Trade("酒楼", "food-restaurant", 3, "general", ("crowded",), area=(300, 1200), storeys=(2, 3)),
    Trade("旅店", "hotel-inn", 4, "small", ("small_place", "crowded"), storeys=(2, 4)),
    Trade("宾馆", "hotel-large", 2, "key", ("crowded", "key_unit"), area=(1200, 5000), storeys=(4, 9)),
    Trade("裘皮加工点", "work-fur", 14, "small", ("flammable", "labour_intensive", "small_place")),
    Trade(
        "裘皮作坊", "combined-three", 8, "small", ("combined_use", "flammable", "labour_intensive"), lodgers=6
    ),
    Trade("五金店", "combined-three", 3, "small", ("combined_use",), lodgers=4),
    Trade("玻璃钢制品厂", "work-frp", 8, "general", ("flammable",), area=(400, 3000)),
    Trade("服装厂", "work-intensive", 4, "general", ("crowded", "labour_intensive"), area=(800, 4000)),
    Trade("纸箱厂", "work-factory", 3, "general", area=(500, 2500)),
    Trade("仓库", "store-warehouse", 3, "general", area=(500, 4000)),
    Trade("快递站", "store-express", 2, "small", ("small_place",)),
    Trade("加油站", "danger-fuel", 2, "key", ("flammable", "key_unit")),
    Trade("液化气站", "danger-gas", 1, "key", ("flammable", "key_unit")),
    Trade("网吧", "fun-net", 2, "small", ("small_place", "crowded")),
    Trade("歌厅", "fun-ktv", 2, "general", ("crowded",)),
    Trade("洗浴", "fun-bath", 2, "small", ("small_place",)),
    Trade("美发店", "fun-beauty", 3, "small", ("small_place",)),
    Trade("幼儿园", "edu-kinder", 3, "general", ("crowded", "children")),
    Trade("小学", "edu-school", 2, "general", ("crowded", "children"), area=(1500, 6000)),
    Trade(
        "敬老院", "care-elderly", 1, "key", ("crowded", "elderly", "key_unit"), lodgers=40, area=(800, 3000)
    ),
    Trade("卫生院", "med-clinic", 1, "general", ("crowded",), area=(500, 3000)),
    Trade("家园", "home-high", 2, "residential", ("high_rise",), area=(6000, 15000), storeys=(11, 18)),
    Trade("商业城", "shop-complex", 1, "key", ("crowded", "mixed_business", "key_unit"), area=(5000, 20000)),
    Trade("地下商场", "public-under", 1, "key", ("underground", "crowded", "key_unit"), area=(800, 3000)),
    Trade("出租房", "home-rent", 2, "rental", ("multi_use",), lodgers=8),
    Trade("车棚", "ebike", 2, "other"),
)


class Builder:
    """Registers composed premises under one county, repeatable by its random source."""

    def __init__(self, dice: random.Random, county: str, clerk, on: date, serial: int = 0):
        self.dice, self.county, self.clerk, self.on = dice, county, clerk, on
        self.types = {row.pk: row for row in PlaceType.objects.select_related("regulator")}
        self.regulators = list(Regulator.objects.all())
        self.small = {}
        # The model list; a province with a list of its own uses that.
        for kind in SmallKind.objects.filter(region_code="").prefetch_related("place_types"):
            self.small |= {place.pk: kind for place in kind.place_types.all()}
        self.serial = serial  # of phone numbers: no two places share one
        self.used: set[tuple[str, str]] = set()

    def ledger(self, wanted: list[tuple[Trade, Region, Region]]) -> Table:
        """Premises as lines of a ledger that the importer reads: (trade, village, township) each."""
        rows = [(line, self.line(*one)) for line, one in enumerate(wanted, 2)]
        columns = [{"column": n, "heading": name, "field": name} for n, name in enumerate(COLUMNS)]
        return Table("单位台账.xlsx", "单位台账", 1, columns, rows)

    def line(self, trade: Trade, village: Region, township: Region) -> list[str]:
        """One unit as cells of text, in the order of COLUMNS."""
        dice, facts = self.dice, self.facts(trade, village, township)
        names = [Flag(flag).label for flag in facts["flags"]]
        manager = f"{dice.choice(SURNAMES)}某" if trade.supervision == "key" else ""
        kind = facts["small_kind"].name if facts["small_kind"] and trade.supervision == "small" else ""
        cells = {
            "township": township.name,
            "village": village.name if village.level == Region.Level.VILLAGE else "",
            "name": facts["name"],
            "supervision_class": SupervisionClass(trade.supervision).label,
            "small_kind": kind,
            "place_type": facts["place_type"].name,
            "flags": "、".join(str(name) for name in names),
            "address": facts["address"],
            "responsible": facts["people"][0]["name"],
            "responsible_phone": facts["people"][0]["phone"],
            "manager": manager,
            "manager_phone": f"138{30000000 + self.serial:08d}" if manager else "",
            "regulator": facts["regulator"].name,
        }
        plain = {name: facts[name] for name in COLUMNS if name in facts and name not in cells}
        return [str((cells | plain)[name]) for name in COLUMNS]

    def compose(self, trade: Trade, village: Region, township: Region, **facts) -> Unit:
        """One unit of `trade` in `village`, registered by hand."""
        facts = self.facts(trade, village, township) | facts
        return register(region=village, by=self.clerk, on=self.on, source="page", **facts)

    def facts(self, trade: Trade, village: Region, township: Region) -> dict:
        """What one unit of `trade` in `village` is like."""
        dice = self.dice
        self.serial += 1
        place = village.short_name.removesuffix("村") or township.short_name
        name = self.fresh_name(place, trade.words)
        low, high = trade.area
        west, east, south, north = BOX.get(self.county, BOX["3308"])
        lodgers = trade.lodgers and dice.randint(1, trade.lodgers * 2)
        place_type = self.types[trade.place_type]
        return {
            "name": name,
            "address": f"{place}{dice.choice('东西南北中')}街{dice.randint(1, 88)}号",
            "place_type": place_type,
            "small_kind": self.small.get(place_type.pk),
            "supervision_class": trade.supervision,
            "flags": sorted(trade.flags),
            "floor_area": dice.randint(low, high),
            "storeys": dice.randint(*trade.storeys),
            "employees": dice.randint(1, 30),
            "lodgers": lodgers,
            "regulator": place_type.regulator or dice.choice(self.regulators),
            "longitude": Decimal(f"{dice.uniform(west, east):.6f}"),
            "latitude": Decimal(f"{dice.uniform(south, north):.6f}"),
            "people": [
                {
                    "duty": "responsible",
                    "name": f"{dice.choice(SURNAMES)}某",
                    "phone": f"138{20000000 + self.serial:08d}",
                }
            ],
        }

    def fresh_name(self, place: str, words: str) -> str:
        for lucky in self.dice.sample(LUCKY, len(LUCKY)):
            if (place, lucky + words) not in self.used:
                self.used.add((place, lucky + words))
                return f"{place}{lucky}{words}"
        return f"{place}{self.serial}号{words}"
