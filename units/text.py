"""How text is folded for the search: full-width to half-width, lower case, and its grams of one and two characters."""

import re
import unicodedata

MOST_TERMS = 6


def fold(text) -> str:
    """The text as it is searched: NFKC, lower case, single spaces."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(text or "")).lower()).strip()


def terms(text) -> list[str]:
    """The words looked for; more than six help nobody."""
    return fold(text).replace("\x00", "").split()[:MOST_TERMS]


def grams(text: str) -> list[str]:
    """Every single character and every pair of neighbours in a folded text, blanks left out."""
    found = set()
    for word in text.split():
        found.update(word)
        found.update(word[i : i + 2] for i in range(len(word) - 1))
    return sorted(found)
