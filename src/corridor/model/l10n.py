"""Numbers, dates and months as an English or a Spanish reader writes them; the page's script does the same."""

from __future__ import annotations

import datetime as dt
import math
from typing import Literal

Lang = Literal["en", "es"]
LANGS: tuple[Lang, ...] = ("en", "es")

MONTHS: dict[Lang, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "es": (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
}
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"


def significant(value: float, digits: int = 3) -> float:
    """``value`` rounded to so many significant digits (halves away from zero)."""
    if value == 0 or not math.isfinite(value):
        return value
    power = digits - 1 - math.floor(math.log10(abs(value)))
    scaled = abs(value) * 10.0**power if power >= 0 else abs(value) / 10.0**-power
    whole = math.floor(scaled + 0.5)
    return math.copysign(whole / 10.0**power if power >= 0 else whole * 10.0**-power, value)


def number(value: float, lang: Lang, decimals: int = 0, *, sign: bool = False) -> str:
    """``301981`` as ``301,981`` in English and, with a thin space and a decimal comma, as in Spanish.

    The Spanish form is the Academy's: it cannot be misread where the point is the decimal mark, and four
    digits are not split.
    """
    text = f"{abs(value):,.{decimals}f}"
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
    return f"{number(100 * share, lang, decimals, sign=sign)}\N{NO-BREAK SPACE}%"


def month(date: dt.date, lang: Lang) -> str:
    """``December 2023`` or ``diciembre de 2023``."""
    name = MONTHS[lang][date.month - 1]
    return f"{name} {date.year}" if lang == "en" else f"{name} de {date.year}"


def day(date: dt.date, lang: Lang) -> str:
    """``31 December 2023`` or ``31 de diciembre de 2023``."""
    joint = " " if lang == "en" else " de "
    return f"{date.day}{joint}{month(date, lang)}"


def period(text: str, lang: Lang) -> str:
    """``2024-01`` or ``2024-01/2024-06`` (months or days) in words; anything else as it is."""
    try:
        parts = [_moment(part, lang) for part in text.split("/")]
    except ValueError:
        return text
    joint = " to " if lang == "en" else " a "
    return joint.join(parts)


def _moment(text: str, lang: Lang) -> str:
    if len(text) == 7:
        return month(dt.date.fromisoformat(f"{text}-01"), lang)
    return day(dt.date.fromisoformat(text), lang)
