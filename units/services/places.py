"""Finds the township and the village that a ledger means, by the names that clerks write."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _

from accounts.scope import within
from reference.models import Region
from units.text import fold

# Old spellings in ledgers and papers: what was written, what the code table writes.
OLD_SPELLINGS = {"加会": "嘉会"}
TOWN_ENDINGS = re.compile(r"(?:街道办事处|办事处|人民政府|政府|街道|镇|乡|办)$")
VILLAGE_ENDINGS = re.compile(r"(?:村民委员会|村委会|居民委员会|居委会|社区居委会|社区|行政村|居|村)$")


def town_key(name: str) -> str:
    """大营镇, 大营镇人民政府 and 大营 are one."""
    word = fold(name).replace(" ", "")
    for old, new in OLD_SPELLINGS.items():
        word = word.replace(old, new)
    return _cut(word, TOWN_ENDINGS)


def village_key(name: str) -> str:
    """陈吕木村委会, 陈吕木村 and 陈吕木 are one."""
    return _cut(fold(name).replace(" ", ""), VILLAGE_ENDINGS)


def _cut(word: str, endings) -> str:
    """Endings come off one after the other, but never the whole name."""
    while (shorter := endings.sub("", word)) and shorter != word and len(shorter) >= 2:
        word = shorter
    return word


class Places:
    """The townships and villages of an importer's area, by name. Loaded once per import."""

    def __init__(self, codes, on):
        """`codes` are the prefixes of the area, None for the whole table."""
        self.codes = codes
        self.towns = defaultdict(list)
        self.villages = defaultdict(list)
        self.by_code = {}
        regions = Region.objects.filter(level__in=("township", "village"))
        if codes is not None:
            # The township above a village officer's own villages is needed to read the ledger's first column.
            roots = tuple({code[:9] for code in codes})
            regions = regions.filter(within("code", roots))
        for region in regions.select_related("successor"):
            target = region.successor if region.successor_id else region
            if region.level == "township":
                self.by_code[region.code] = region
                self._add(self.towns, town_key(region.name), target)
                self._add(self.towns, town_key(region.short_name), target)
            else:
                self._add(self.villages, (region.code[:9], village_key(region.name)), target)
                self._add(self.villages, (region.code[:9], village_key(region.short_name)), target)

    @staticmethod
    def _add(index, key, region):
        if region not in index[key]:
            index[key].append(region)

    def find(self, township: str, village: str, address: str = "") -> tuple[Region | None, dict]:
        """The region, or None and {field: sentence}. Without a township column the address may name it."""
        town, trouble = self._town(township, address)
        if trouble:
            return None, trouble
        if not village.strip():
            return self._inside(town)
        found = self.villages.get((town.code, village_key(village)), [])
        if len(found) == 1:
            return self._inside(found[0])
        words = {"village": village[:30], "town": town.short_name}
        if found:
            return None, {"village": _("There are several villages “%(village)s” in %(town)s.") % words}
        near = self._near(town, village)
        if near:
            hint = _("There is no village “%(village)s” in %(town)s. Is %(near)s meant?")
            return None, {"village": hint % {**words, "near": near}}
        return None, {"village": _("There is no village “%(village)s” in %(town)s.") % words}

    def _town(self, township: str, address: str):
        if township.strip():
            found = self.towns.get(town_key(township), [])
        elif self.codes and len(self.codes) == 1 and len(self.codes[0]) >= 9:
            # A township officer's own ledger often has no column for the township.
            found = [self.by_code[code] for code in [self.codes[0][:9]] if code in self.by_code]
        else:
            found = [towns[0] for key, towns in self.towns.items() if len(key) >= 2 and key in address]
            found = found if len(found) == 1 else []
            if not found:
                return None, {"township": _("The township is missing.")}
        if len(found) == 1:
            return found[0], {}
        if found:
            return None, {"township": _("There are several townships “%(town)s”.") % {"town": township[:30]}}
        message = _("There is no township “%(town)s” in your area.") % {"town": township[:30]}
        return None, {"township": message}

    def _near(self, town: Region, village: str) -> str:
        """A village of the township whose name differs by little: one holds the other, or one character is off."""
        key = village_key(village)
        for (code, name), regions in self.villages.items():
            if code == town.code and (key in name or name in key or _one_off(key, name)):
                return regions[0].short_name
        return ""

    def _inside(self, region: Region):
        if self.codes is None or any(region.code.startswith(code) for code in self.codes):
            return region, {}
        return None, {"township": _("%(place)s lies outside your area.") % {"place": region.short_name}}


def _one_off(one: str, other: str) -> bool:
    return len(one) == len(other) >= 2 and sum(a != b for a, b in zip(one, other, strict=True)) == 1
