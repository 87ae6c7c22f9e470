"""Numbers as an English or a Spanish reader writes them; the page's script follows the same rule.

One rule for rounding: to the nearest, and halves away from zero, of the exact value that the machine holds. It
is the rule of ``toFixed`` and ``toPrecision`` in the page, so that both print the same digits.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

from corridor.model.small_counts import HELD_BACK, is_small

Lang = Literal["en", "es"]
LANGS: tuple[Lang, ...] = ("en", "es")

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"
FIXED = "\N{NO-BREAK SPACE}"
RARE = 0.01
"""A chance below this, or above one minus this, is told as a bound."""
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
"""Enough digits for the whole part of any float and a few decimals."""


def significant(value: float, digits: int = 3) -> float:
    """``value`` rounded to so many significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(value)))


def number(value: float, lang: Lang, decimals: int = 0, *, sign: bool = False) -> str:
    """``301981`` as ``301,981`` in English and, with a narrow space and a decimal comma, in Spanish.

    The Spanish form is the Academy's: it cannot be misread where the point is the decimal mark, and four
    digits are not split. A value that rounds to zero has no sign.
    """
    if not math.isfinite(value):
        return f"{value}".replace("-", MINUS)
    text = f"{abs(Decimal(value)).quantize(Decimal(1).scaleb(-decimals), context=_EXACT):,f}"
    if lang == "es":
        whole, _, part = text.partition(".")
        whole = whole.replace(",", THIN if len(whole) > 5 else "")
        text = f"{whole},{part}" if part else whole
    if all(char not in "123456789" for char in text):
        return text
    return MINUS + text if value < 0 else f"+{text}" if sign else text


def rounded(value: float, lang: Lang, *, sign: bool = False) -> str:
    """A number to three significant digits: more would pretend to precision."""
    small = significant(value)
    decimals = 0 if abs(small) >= 100 else 1 if abs(small) >= 10 else 2
    if decimals and small == round(small):
        decimals = 0
    if 0 < abs(small) < 0.01:
        decimals = 4
    return number(small, lang, decimals, sign=sign)


def percent(share: float, lang: Lang, decimals: int = 0, *, sign: bool = False) -> str:
    """``0.47`` as ``47 %`` with a no-break space."""
    return f"{number(100 * share, lang, decimals, sign=sign)}{FIXED}%"


def chance(share: float, lang: Lang) -> str:
    """A chance in whole percents, never 0 or 100: draws cannot show what is rarer than one in a hundred."""
    if share < RARE:
        return f"<{percent(RARE, lang)}"
    if share > 1 - RARE:
        return f">{percent(1 - RARE, lang)}"
    return percent(share, lang)


def published_percent(share: float, lang: Lang, *, sign: bool = False) -> str:
    """A percentage of published counts: one decimal below 10 %."""
    return percent(share, lang, 0 if abs(share) >= 0.1 else 1, sign=sign)


def times(ratio: float, lang: Lang) -> str:
    """A ratio of published counts to three significant digits, with its final zeros: ``2.00``."""
    if ratio == 0 or not math.isfinite(ratio):
        return number(ratio, lang)
    return number(ratio, lang, min(6, max(0, 2 - math.floor(math.log10(abs(ratio))))))


def published_count(value: float, lang: Lang) -> str:
    """A published count, of which 1 to 9 people are held back; a ratio to two decimals."""
    if value != round(value):
        return number(value, lang, 2)
    return HELD_BACK if is_small(value) else number(value, lang)


def p_value(p: float, lang: Lang) -> str:
    """A p-value to two decimals with its sign of comparison, never zero."""
    if p < 0.005:
        return f"<{FIXED}{number(0.01, lang, 2)}"
    return f"={FIXED}{number(p, lang, 2)}"
