"""First letters of Chinese names, so that 大营兴旺百货店 is found by typing dyxwbhd."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT

# Readings that pypinyin gets wrong, and those that we do not leave to its next release.
OVERRIDES = {
    "枣强": "zq",
    "重庆": "cq",
    "单县": "sx",
    "浚县": "xx",
    "洪洞": "ht",
    "涡阳": "gy",
    "大埔": "dp",
    "会稽": "kj",
    "长垣": "cy",
    "长治": "cz",
    "朝阳": "cy",
    "商行": "sh",
    "货行": "hh",
    "木行": "mh",
    "布行": "bh",
    "茶行": "ch",
    "弹花": "th",
}
_OVERRIDDEN = re.compile("(" + "|".join(sorted(OVERRIDES, key=len, reverse=True)) + ")")


def initials(text: str) -> str:
    """The pinyin initials of `text` in lower case; Latin letters and digits stay, all else falls away."""
    text = unicodedata.normalize("NFKC", text)
    letters = "".join(OVERRIDES.get(piece) or _letters(piece) for piece in _OVERRIDDEN.split(text) if piece)
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())


def _letters(piece: str) -> str:
    letters = [_only_letter(character) for character in piece]
    if None in letters:
        # A character that begins differently in different words: ask the phrase book.
        return "".join(lazy_pinyin(piece, style=Style.FIRST_LETTER))
    return "".join(letters)


@lru_cache(maxsize=30_000)
def _only_letter(character: str) -> str | None:
    """The letter with which every reading of a character begins, None where they differ."""
    if character.isascii():
        return character
    readings = PINYIN_DICT.get(ord(character), "")
    letters = {unicodedata.normalize("NFD", reading)[0] for reading in readings.split(",") if reading}
    return letters.pop() if len(letters) == 1 else None if letters else ""
