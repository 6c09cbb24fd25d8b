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


class Codes:
    """The code tables of one day, by every name we accept."""

    def __init__(self, on):
        self.place_types = _Names(PlaceType.objects.current(on))
        self.small_kinds = _Names(SmallKind.objects.current(on).order_by("-region_code", "position"))
        self.regulators = _Names(Regulator.objects.current(on))
        self._types_of_kinds = {}
        through = SmallKind.place_types.through.objects.order_by("placetype__position", "placetype__code")
        for kind, place in through.values_list("smallkind_id", "placetype_id"):
            self._types_of_kinds.setdefault(kind, place)

    def supervision_class(self, text: str) -> str:
        """重点单位, 九小场所 ... as a class."""
        word = fold(text).replace(" ", "")
        for value in SupervisionClass:
            if word in (value, fold(value.label)):
                return str(value)
        if word in CLASSES:
            return str(CLASSES[word])
        raise ValueError(_("“%(text)s” is no supervision class that we know.") % {"text": text[:20]})

    def small_kind(self, text: str) -> SmallKind:
        """小商店 as a kind of the nine."""
        if found := self.small_kinds.find(text):
            return found
        raise ValueError(_("“%(text)s” is no kind of small place that we know.") % {"text": text[:20]})

    def place_type(self, text: str, small_kind: SmallKind | None) -> PlaceType:
        """The place type of that name; or the usual one of the kind of small place."""
        if text and (found := self.place_types.find(text)):
            return found
        kind = small_kind or (self.small_kinds.find(text) if text else None)
        if kind and (code := self._types_of_kinds.get(kind.pk)):
            return self.place_types.by_code[code]
        if not text:
            raise ValueError(_("The place type is missing."))
        raise ValueError(_("“%(text)s” is no place type that we know.") % {"text": text[:20]})

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
