"""Days, months and periods as an English or a Spanish reader writes them."""

from __future__ import annotations

import datetime as dt

from corridor.text.numbers import Lang

MONTHS: dict[Lang, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ),
}  # fmt: skip
_JOINT: dict[Lang, str] = {"en": " ", "es": " de "}
_TO: dict[Lang, str] = {"en": " to ", "es": " a "}
_TO_DAY: dict[Lang, str] = {"en": " to ", "es": " al "}
"""Spanish dates take the article: ``del 1 de mayo al 3 de mayo``."""


def month_name(month: int, lang: Lang) -> str:
    """Name of month 1 to 12."""
    return MONTHS[lang][month - 1]


def month(date: dt.date, lang: Lang) -> str:
    """``December 2023`` or ``diciembre de 2023``."""
    return f"{month_name(date.month, lang)}{_JOINT[lang]}{date.year}"


def day(date: dt.date, lang: Lang) -> str:
    """``31 December 2023`` or ``31 de diciembre de 2023``."""
    return f"{date.day}{_JOINT[lang]}{month(date, lang)}"


def months(ends: tuple[dt.date, dt.date], lang: Lang) -> str:
    """Months from the first to the last, or the one month that both are."""
    first, last = (month(date, lang) for date in ends)
    return first if first == last else f"{first}{_TO[lang]}{last}"


def days(ends: tuple[dt.date, dt.date], lang: Lang) -> str:
    """Days from the first to the last."""
    return _TO_DAY[lang].join(day(date, lang) for date in ends)


def period(text: str, lang: Lang) -> str:
    """``2024-01`` or ``2024-01/2024-06`` (months or days) in words; a year, or anything else, as it is."""
    try:
        return _TO[lang].join(_moment(part, lang) for part in text.split("/"))
    except ValueError:
        return text


def _moment(text: str, lang: Lang) -> str:
    if len(text) == 7:
        return month(dt.date.fromisoformat(f"{text}-01"), lang)
    return day(dt.date.fromisoformat(text), lang)
