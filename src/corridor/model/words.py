"""Numbers, periods and sentences in English and Spanish, always both at once."""

from __future__ import annotations

import math
from collections.abc import Mapping

from corridor.model import l10n

Pair = tuple[str, str]
"""English, Spanish."""


def number(value: float, decimals: int = 0) -> Pair:
    """``301981`` as ``301,981`` and, as the Spanish Academy writes it, with a narrow space and no point."""
    return l10n.number(value, "en", decimals), l10n.number(value, "es", decimals)


def change(share: float) -> Pair:
    """A relative change with its sign: ``-0.42`` as ``−42 %``; one decimal below 10 %."""
    return _percent(share, sign=True)


def share(part: float) -> Pair:
    """A part of a whole: ``0.314`` as ``31 %``; one decimal below 10 %."""
    return _percent(part)


def _percent(value: float, *, sign: bool = False) -> Pair:
    decimals = 0 if abs(value) >= 0.1 else 1
    return l10n.percent(value, "en", decimals, sign=sign), l10n.percent(value, "es", decimals, sign=sign)


def times(ratio: float) -> Pair:
    """A ratio to three significant digits."""
    if ratio == 0 or not math.isfinite(ratio):
        return number(ratio)
    return number(ratio, min(6, max(0, 2 - math.floor(math.log10(abs(ratio))))))


def period(text: str) -> Pair:
    """``2024-01`` as ``January 2024`` and ``enero de 2024``; a day and a year likewise."""
    return l10n.period(text, "en"), l10n.period(text, "es")


def month_name(month: int) -> Pair:
    """Name of month 1 to 12."""
    return l10n.MONTHS["en"][month - 1], l10n.MONTHS["es"][month - 1]


def fill(messages: Mapping[str, Pair], key: str, **parts: str | Pair) -> Pair:
    """The message of ``key`` in both languages; a part is the same text for both, or one for each."""
    english, spanish = (
        text.format(**{name: part if isinstance(part, str) else part[i] for name, part in parts.items()})
        for i, text in enumerate(messages[key])
    )
    return english, spanish


def join(*texts: Pair, between: str = "") -> Pair:
    """Texts one after another."""
    return between.join(text[0] for text in texts), between.join(text[1] for text in texts)


def sentence(*texts: Pair) -> Pair:
    """Texts joined and closed with a full stop."""
    return join(*texts, (".", "."))
