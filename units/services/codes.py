"""Finds the codes that a ledger's words mean: place types, small kinds, classes, regulators, flags. By label only:
the numbers that older systems used for the same classes contradict each other."""

import re

from django.utils.translation import gettext as _

from reference.models import PlaceType, Regulator, SmallKind
from units.flags import Flag
from units.models import SupervisionClass
from units.text import fold

CLASSES = {
    "重点": SupervisionClass.KEY,
    "重点单位": SupervisionClass.KEY,
    "消防安全重点单位": SupervisionClass.KEY,
    "一般": SupervisionClass.GENERAL,
    "一般单位": SupervisionClass.GENERAL,
    "九小": SupervisionClass.SMALL,
    "九小场所": SupervisionClass.SMALL,
    "小场所": SupervisionClass.SMALL,
    "三小场所": SupervisionClass.SMALL,
    "居民住宅": SupervisionClass.RESIDENTIAL,
    "居民住宅小区": SupervisionClass.RESIDENTIAL,
    "住宅小区": SupervisionClass.RESIDENTIAL,
    "村居": SupervisionClass.VILLAGE,
    "行政村": SupervisionClass.VILLAGE,
    "出租房": SupervisionClass.RENTAL,
    "居住出租房": SupervisionClass.RENTAL,
    "群租房": SupervisionClass.RENTAL,
    "其他": SupervisionClass.OTHER,
}
FLAGS = {
    "三合一": Flag.COMBINED_USE,
    "合用": Flag.COMBINED_USE,
    "多合一": Flag.MULTI_USE,
    "九小": Flag.SMALL_PLACE,
    "重点单位": Flag.KEY_UNIT,
    "人员密集": Flag.CROWDED,
    "易燃易爆": Flag.FLAMMABLE,
    "高层": Flag.HIGH_RISE,
    "地下": Flag.UNDERGROUND,
    "儿童": Flag.CHILDREN,
    "老年": Flag.ELDERLY,
    "养老": Flag.ELDERLY,
    "劳动密集": Flag.LABOUR_INTENSIVE,
    "多业态": Flag.MIXED_BUSINESS,
}
# Words that say nothing about the kind: 小旅馆 and 旅馆场所 mean the same kind of place.
FILLING = re.compile(r"^小(?=.{2})|(?:场所|企业|单位|类)$")


# The names of the popular list of nine, which no table has: the place type that is meant.
POPULAR = {
    "歌舞娱乐": "fun-ktv",
    "娱乐": "fun-ktv",
    "网吧": "fun-net",
    "美容洗浴": "fun-bath",
    "洗浴": "fun-bath",
    "美容美发": "fun-beauty",
    "商店": "shop-street",
    "购物": "shop-street",
    "超市": "shop-mall",
    "餐饮": "food-eatery",
    "旅馆": "hotel-inn",
    "学校": "edu-school",
    "幼儿园": "edu-kinder",
    "医院": "med-clinic",
    "诊所": "med-clinic",
    "生产加工": "work-small",
}


class Codes:
    """The code tables of one day, by every name we accept."""

    def __init__(self, on):
        self.place_types = _Names(PlaceType.objects.current(on))
        self.regulators = _Names(Regulator.objects.current(on))
        kinds: dict[str, list] = {}
        for kind in SmallKind.objects.current(on).order_by("position", "code"):
            kinds.setdefault(kind.region_code, []).append(kind)
        # There is no national list of the nine: each jurisdiction has its own, "" is the published model.
        self.kinds = {code: _Names(rows) for code, rows in kinds.items()}
        self.types_of: dict[str, list[str]] = {}
        through = SmallKind.place_types.through.objects.order_by("placetype__position", "placetype__code")
        for kind, place in through.values_list("smallkind_id", "placetype_id"):
            self.types_of.setdefault(kind, []).append(place)

    def kinds_in(self, region_code: str) -> "_Names":
        """The list of the nine that holds in a region: its own, or the nearest above it, or the model list."""
        fitting = [code for code in self.kinds if region_code.startswith(code)]
        return self.kinds.get(max(fitting, key=len, default=""), _Names([]))

    def supervision_class(self, text: str) -> str:
        """重点单位, 九小场所 ... as a class."""
        word = fold(text).replace(" ", "")
        for value in SupervisionClass:
            if word in (value, fold(value.label)):
                return str(value)
        if word in CLASSES:
            return str(CLASSES[word])
        raise ValueError(_("“%(text)s” is no supervision class that we know.") % {"text": text[:20]})

    def small_kind(self, text: str, region_code: str = "") -> SmallKind:
        """小商店 as a kind of the nine, in the list of the region."""
        kinds = self.kinds_in(region_code)
        if found := kinds.find(text):
            return found
        meant = POPULAR.get(_bare(text))
        for kind in kinds.by_code.values() if meant else ():
            if meant in self.types_of.get(kind.code, ()):
                return kind
        raise ValueError(_("“%(text)s” is no kind of small place that we know.") % {"text": text[:20]})

    def place_type(self, text: str, small_kind: SmallKind | None, name: str = "") -> PlaceType:
        """The place type of that name; where the ledger writes a kind of the nine, the one that fits it.

        `name` is that of the unit: a 小学校 called 幼儿园 is a kindergarten.
        """
        if text and (found := self.place_types.exact.get(fold(text))):
            return found
        if small_kind and (not text or _bare(text) in POPULAR or self._is_kind(text)):
            codes = [
                code for code in self.types_of.get(small_kind.code, ()) if code in self.place_types.by_code
            ]
            meant = POPULAR.get(_bare(text)) if text else None
            for code in codes:
                parts = re.split(r"[、/（）()]", self.place_types.by_code[code].name)
                if any(len(part) >= 2 and part in name for part in parts):
                    return self.place_types.by_code[code]
            if codes:
                return self.place_types.by_code[meant if meant in codes else codes[0]]
        if text and (found := self.place_types.find(text)):
            return found
        if text and (code := POPULAR.get(_bare(text))) in self.place_types.by_code:
            return self.place_types.by_code[code]
        if not text:
            raise ValueError(_("The place type is missing."))
        raise ValueError(_("“%(text)s” is no place type that we know.") % {"text": text[:20]})

    def _is_kind(self, text: str) -> bool:
        return any(kinds.find(text) for kinds in self.kinds.values())

    def regulator(self, text: str) -> Regulator:
        """教育局, 教育部门, 教育 as one regulator."""
        if found := self.regulators.find(text):
            return found
        raise ValueError(_("“%(text)s” is no regulator that we know.") % {"text": text[:20]})

    @staticmethod
    def flags(text: str) -> list[str]:
        """人员密集场所、易燃易爆 as flags."""
        found = []
        for part in re.split(r"[、,，;；/|\s]+", fold(text)):
            if not part:
                continue
            flag = next((f for word, f in FLAGS.items() if word in part), None)
            flag = flag or next((f for f in Flag if part in (f.value, fold(f.label))), None)
            if flag is None:
                raise ValueError(_("“%(text)s” is no flag that we know.") % {"text": part[:20]})
            found.append(str(flag))
        return found


class _Names:
    """Rows of a code table, found by their Chinese or English name, whole or without filling words."""

    def __init__(self, rows):
        self.by_code, self.exact, self.bare = {}, {}, {}
        for row in rows:
            self.by_code[row.code] = row
            for name in (row.name, row.name_en, row.code):
                self.exact.setdefault(fold(name), row)
            for name in re.split(r"[、/（）()]", row.name):
                if len(name) >= 2:
                    self.bare.setdefault(_bare(name), row)

    def find(self, text: str):
        word = fold(text)
        if found := self.exact.get(word) or self.bare.get(_bare(word)):
            return found
        near = {
            row.code for name, row in self.bare.items() if len(_bare(word)) >= 2 and _touch(name, _bare(word))
        }
        return self.by_code[near.pop()] if len(near) == 1 else None


def _touch(one: str, other: str) -> bool:
    return one in other or other in one


def _bare(name: str) -> str:
    word = fold(name).replace(" ", "")
    while (shorter := FILLING.sub("", word)) != word and len(shorter) >= 2:
        word = shorter
    return word
