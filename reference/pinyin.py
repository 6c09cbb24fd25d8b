"""First letters of Chinese names, so that 大营兴旺百货店 is found by typing dyxwbhd."""

import re
import unicodedata
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

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
    letters = [_letter(character) for character in piece]
    if all(only for _, only in letters) or not _may_hold_phrase(piece):
        return "".join(letter for letter, _ in letters)
    return "".join(lazy_pinyin(piece, style=Style.FIRST_LETTER))


def _may_hold_phrase(piece: str) -> bool:
    """Whether two neighbours of `piece` are neighbours in some phrase: if not, the phrase book has no say."""
    pairs = _pairs_of_phrases()
    return any(piece[at : at + 2] in pairs for at in range(len(piece) - 1))


@cache
def _pairs_of_phrases() -> frozenset[str]:
    return frozenset(phrase[at : at + 2] for phrase in PHRASES_DICT for at in range(len(phrase) - 1))


@lru_cache(maxsize=30_000)
def _letter(character: str) -> tuple[str, bool]:
    """The first letter of a character's usual reading, and whether all its readings begin with it."""
    if character.isascii():
        return character, True
    readings = [reading for reading in PINYIN_DICT.get(ord(character), "").split(",") if reading]
    letters = [unicodedata.normalize("NFD", reading)[0] for reading in readings]
    return (letters[0] if letters else ""), len(set(letters)) <= 1
