"""Turns the words of one cell into a value, or says in words why it cannot (ValueError)."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from units.workbook import LOST

YES = ("是", "有", "√", "✓", "y", "yes", "1", "对", "true")
NO = ("否", "无", "×", "x", "n", "no", "0", "非", "false", "不是", "没有", "/", "-", "—")
SEPARATORS = re.compile(r"[/、,，;；|\n\r\t]+|\s{2,}|(?<=\d{11})\s+(?=1\d{10})")
CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}")
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def clean(text: str) -> str:
    """Full-width to half-width, blanks at the ends gone."""
    return unicodedata.normalize("NFKC", text or "").strip()


def yes_no(text: str) -> bool | None:
    """是/否 in the ways clerks write it; None for an empty cell."""
    word = clean(text).lower()
    if not word:
        return None
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(_("“%(text)s” is neither yes (是) nor no (否).") % {"text": text[:20]})


def number(text: str, *, most, whole=True, least=0):
    """A number with or without its unit ("约185㎡", "２层"); None for an empty cell."""
    word = clean(text).replace(",", "")
    if not word or word in ("-", "—", "/", "无"):
        return None
    found = re.fullmatch(
        r"(?:约|大约|近)?\s*(-?\d+(?:\.\d+)?)\s*(?:㎡|m2|m²|平方米|平方|平米|平|米|m|层|人|个|名|年|余|多)*",
        word,
    )
    if not found:
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:20]})
    try:
        value = Decimal(found[1])
    except InvalidOperation as error:
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:20]}) from error
    if not least <= value <= most:
        raise ValueError(
            _("%(value)s is not between %(least)s and %(most)s.")
            % {"value": value, "least": least, "most": most}
        )
    if whole and value != int(value):
        raise ValueError(_("%(value)s is not a whole number.") % {"value": value})
    return int(value) if whole else value


def phones(text: str) -> str:
    """One number, or several in a cell: 13800000001 / 0318-8220119. ValueError where one is no phone number."""
    if text == LOST:
        raise ValueError(
            _("The number was typed as a figure and Excel has rounded it. Type it again as text.")
        )
    found = []
    for part in SEPARATORS.split(clean(text)):
        plain = re.sub(r"[^\d+转-]", "", part)
        if not plain:
            continue
        digits = (
            re.sub(r"\D", "", plain).removeprefix("86")
            if plain.startswith(("+86", "86"))
            else re.sub(r"\D", "", plain)
        )
        is_mobile = re.fullmatch(r"1[3-9]\d{9}", digits)
        if not is_mobile and not re.fullmatch(r"0\d{9,11}|[2-9]\d{6,7}|400\d{7}", digits):
            raise ValueError(_("“%(text)s” is not a phone number.") % {"text": part.strip()[:30]})
        found.append(digits if is_mobile else plain)
    joined = " / ".join(dict.fromkeys(found))
    if len(joined) > 60:
        raise ValueError(_("There are more phone numbers in the cell than we can keep; at most four."))
    return joined


def credit_code(text: str) -> str:
    """The 18 characters, upper case, with a right check character (GB 32100); "" for an empty cell."""
    if text == LOST:
        raise ValueError(_("The code was typed as a figure and Excel has rounded it. Type it again as text."))
    code = re.sub(r"\s", "", clean(text)).upper()
    if not code or code in ("-", "无", "/"):
        return ""
    if not CREDIT_CODE.fullmatch(code):
        raise ValueError(_("A credit code has 18 digits and capital letters, without I, O, S, V and Z."))
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(code, WEIGHTS, strict=False))
    if ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise ValueError(
            _("The last character does not fit the rest of the credit code. Look for a slip of the pen.")
        )
    return code
