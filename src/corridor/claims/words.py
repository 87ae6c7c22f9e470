"""Numbers and periods in English and Spanish, always both at once."""

from __future__ import annotations

import math

Pair = tuple[str, str]
"""English, Spanish."""

_MONTHS: Pair = (
    "January February March April May June July August September October November December",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def number(value: float, decimals: int = 0) -> Pair:
    """``301981`` as ``301,981`` and, as the Spanish Academy writes it, with a narrow space and no point.

    Spanish does not split four digits; its decimal mark is a comma.
    """
    text = f"{abs(value):,.{decimals}f}"
    whole, _, part = text.partition(".")
    spanish = whole.replace(",", _NARROW_SPACE if len(whole) > 5 else "") + (f",{part}" if part else "")
    sign = _MINUS if value < 0 and any(char in "123456789" for char in text) else ""
    return sign + text, sign + spanish


def change(share: float) -> Pair:
    """A relative change with its sign: ``-0.42`` as ``−42 %``; one decimal below 10 %."""
    english, spanish = number(100 * share, 0 if abs(share) >= 0.1 else 1)
    plus = "+" if share > 0 and any(char in "123456789" for char in english) else ""
    return f"{plus}{english}{_SPACE}%", f"{plus}{spanish}{_SPACE}%"


def share(part: float) -> Pair:
    """A part of a whole: ``0.314`` as ``31 %``; one decimal below 10 %."""
    english, spanish = number(100 * part, 0 if part >= 0.1 else 1)
    return f"{english}{_SPACE}%", f"{spanish}{_SPACE}%"


def times(ratio: float) -> Pair:
    """A ratio to three significant digits."""
    if ratio == 0 or not math.isfinite(ratio):
        return number(ratio)
    return number(ratio, min(6, max(0, 2 - math.floor(math.log10(abs(ratio))))))


def period(text: str) -> Pair:
    """``2024-01`` as ``January 2024`` and ``enero de 2024``; a day and a year likewise."""
    parts = text.split("-")
    if len(parts) == 1:
        return text, text
    english, spanish = month_name(int(parts[1]))
    day = f"{int(parts[2])} " if len(parts) == 3 else ""
    return f"{day}{english} {parts[0]}", f"{day}{'de ' if day else ''}{spanish} de {parts[0]}"


def month_name(month: int) -> Pair:
    """Name of month 1 to 12."""
    return _MONTHS[0].split()[month - 1], _MONTHS[1].split()[month - 1]
