"""Dates as people write them, judged over a whole column: which form, and which of day and month comes first."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dateutil import parser as dateutil_parser

from corridor.data.reading.words import MONTHS, PARTIAL, month_number

Form = Literal["day", "week", "month", "quarter", "year", "fiscal"]
Order = Literal["day", "month"]
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_OLDEST, _LATEST = 1900, 2100
_SERIAL = (20_000, 80_000)
_QUARTER = re.compile(r"(?:(\d{4})[\s\-_./]*(?:q|t|quarter|trim\w*)[\s.]*([1-4])|(?:q|t)[\s.]*([1-4])[\s\-_/.,']*(\d{4}|\d{2})"
                      r"|([1-4])(?:st|nd|rd|th|er|e|o)?[\s.]*(?:q|t|quarter|trim\w*)[\s\-_/.,']*(\d{4}|\d{2}))")  # fmt: skip
_WEEK = re.compile(r"(\d{4})[\s\-_]*(?:w|week|s|sem\w*|kw)[\s.]*(\d{1,2})(?:-[1-7])?|(?:w|week|sem\w*|kw|wk)[\s.]*(\d{1,2})[\s\-_/,of]*(\d{4})")  # fmt: skip
_FISCAL = re.compile(
    r"(?:fy|fiscal year|fiscal)\s*[-']?(\d{4}|\d{2})(?:\s*\(?(?:fytd|fytd\d|ytd|td|to date)\)?)?|(\d{4})\s*\(?(?:fytd|fy)\)?|(?:fy\s*)?(\d{4})[/\-–](\d{2}|\d{4})"
)
_NAMED = re.compile(
    rf"(?:[a-z]{{2,10}}\.?,?\s+)?(?:(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[\s\-/.]*(?:de\s+)?)?({_NAME})\.?[\s\-/.,']*(?:de[l]?\s+)?"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?,\s*|(\d{1,2})(?:st|nd|rd|th)?\s+(?=\d{4}))?(\d{4}|\d{2})"
)
_YEAR_NAMED = re.compile(rf"(\d{{4}})[\s\-/.,]*({_NAME})\.?(?:[\s\-/.,]+(\d{{1,2}}))?")
_NUMERIC = re.compile(r"(\d{1,2})([./\-\s])(\d{1,2})\2(\d{4}|\d{2})")
_TIME = re.compile(
    r"(?<=\d)[t\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|[ap]\.?m\.?|[+-]\d{2}:?\d{2}|utc|gmt)?$"
)


_PROVISIONAL = re.compile(
    r"(?<=\w)\s*(?:[\[(](?:p|r|e|\d{1,2}|[a-f]|prov\w*|prelim\w*|rev\w*|est\w*|partial|parcial)\.?[\])]|[*†‡§#]+|[⁰¹²³⁴-⁹ᵃᵇᶜᵈᵉᵖʳˢ]+|(?<=\d{4})[pre])$"
)
_MARKED_PARTIAL = re.compile(
    rf"\s*(?:[\[(]\s*(?:{PARTIAL.pattern}|(?:through|thru|until|up to|to|as of|hasta|al|jusqu'?(?:a|en|au)|bis|fino a)[ :]+[\w ,./-]+"
    rf"|(?P<first>{_NAME})\.?\s*(?:-|to|a|al|au|bis|through)\s*(?P<last>{_NAME})\.?)\s*[\])]|[,;:-]\s*(?:{PARTIAL.pattern})|\s(?:{PARTIAL.pattern}))\W*$"
)
"""After a date: that its count is of a part of the period."""
_NUMBERED_WEEK = re.compile(
    r"(?:week|wk|semana|semaine|settimana|woche|kw|w)\s*\d{1,2}\s*[(:,\[-]+\s*(.*\d{4})\s*[)\]]?"
)


ENDING = re.compile(r"(?:w/e|we|w\.e\.|week (?:ending|ended|to)|semana (?:que )?(?:termina|al)|semaine (?:se terminant|finissant)"
                    r"|settimana (?:al|terminata)|woche bis)\b[:\s]*", re.IGNORECASE)  # fmt: skip
"""Before the last day of a week."""
_WEEK_OF = re.compile(
    rf"^(?:{ENDING.pattern}|(?:w/c|wc|week (?:of|commencing|beginning|starting|from)|semana del?|semaine du|settimana dal|woche vom|ab)\b[:\s]*)"
    r"(?=[a-z]*\s*\d|[a-z]{3,})"
)
_MONTHS_TOGETHER = re.compile(
    rf"({_NAME})\.?\s*(?:-|/|to|a|al|au|bis|through)\s*({_NAME})\.?[\s\-/.,']*(?:de[l]?\s+)?(\d{{4}}|\d{{2}})"
)


@dataclass(frozen=True)
class Written:
    """One written date: its form and the first day of what it names; day and month apart where both could be either."""

    form: Form
    date: dt.date | None
    pair: tuple[int, int, int] | None = None
    """Year and two numbers of which one is the day; ``date`` is then ``None``."""


@dataclass(frozen=True)
class Dates:
    """A column of dates as read: first day by text, faults by text, the form and what should be said."""

    date: Mapping[str, dt.date]
    wrong: Mapping[str, str]
    form: Form
    notes: tuple[str, ...]
    ask: str = ""
    """What to pass where the column leaves the dates open; the dates are then empty."""


def written(text: str, *, serials: bool = False) -> Written | None:
    """What one text says, or ``None`` if it names no date. ``serials`` takes numbers as days of a spreadsheet
    or as seconds since 1970."""
    plain = _TIME.sub("", _plain(text))
    if "fytd" not in plain:  # it says that the year is fiscal, too
        plain = _MARKED_PARTIAL.sub("", plain)
    plain = _PROVISIONAL.sub("", plain).strip(" .,;")
    plain = _WEEK_OF.sub("", plain)
    if not plain or len(plain) > 60 or not any(c.isdigit() for c in plain):
        return None
    try:
        for reader in (_iso, _compact, _quarter, _week, _fiscal, _months_together, _named, _numeric):
            found = reader(plain)
            if found is not None:
                return found
        if serials and (found := _serial(plain)):
            return found
        return _year_ending(plain) or _range(plain) or _anything(plain)
    except (ValueError, OverflowError):
        return None


def is_marked_partial(text: str) -> bool:
    """Whether a written date says that its period is not counted whole: ``Nov 2023 (partial)``, ``2024 (Jan-Sep)``."""
    match = _MARKED_PARTIAL.search(_plain(text))
    if match is None:
        return False
    return match["first"] is None or (MONTHS[match["first"]], MONTHS[match["last"]]) != (1, 12)


def _plain(text: str) -> str:
    table = str.maketrans("áàâäãéèêëíìîïóòôöúùûüçñ‐‑–—\u00a0\u202f", "aaaaaeeeeiiiioooouuuucn----  ")
    return re.sub(r"\s+", " ", text.strip().casefold().translate(table))


def _year(text: str) -> int:
    year = int(text)
    return year + (2000 if year < 70 else 1900) if len(text) <= 2 else year


def _day(year: int, month: int, day: int) -> dt.date:
    if not _OLDEST <= year <= _LATEST:
        raise ValueError(year)
    return dt.date(year, month, day)


def _iso(text: str) -> Written | None:
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text):
        return Written("day", _day(int(match[1]), int(match[3]), int(match[4])))
    if match := re.fullmatch(r"(\d{4})(?:\s*m\s*|[-/.:]m?|\s+)(\d{1,2})", text):
        if 1 <= int(match[2]) <= 12:
            return Written("month", _day(int(match[1]), int(match[2]), 1))
        return None
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text):
        return Written("month", _day(int(match[2]), int(match[1]), 1))
    if match := re.fullmatch(r"m(\d{1,2})[-/\s]+(\d{4})", text):
        return Written("month", _day(int(match[2]), int(match[1]), 1))
    text = re.sub(r"^(?:year|calendar year|cy|ano|anno|annee|jahr)\s+(?=\d{4}$)", "", text)
    if re.fullmatch(r"\d{4}(\.0)?", text) and _OLDEST <= int(text[:4]) <= _LATEST:
        return Written("year", dt.date(int(text[:4]), 1, 1))
    return None


def _compact(text: str) -> Written | None:
    if match := re.fullmatch(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", text):
        return Written("day", _day(*(int(part) for part in match.groups())))
    if match := re.fullmatch(r"((?:19|20)\d{2})(0[1-9]|1[0-2])", text):
        return Written("month", _day(int(match[1]), int(match[2]), 1))
    return None


def _quarter(text: str) -> Written | None:
    match = _QUARTER.fullmatch(text)
    if not match:
        return None
    year = match[1] or match[4] or match[6]
    number = int(match[2] or match[3] or match[5])
    return Written("quarter", _day(_year(year), 3 * number - 2, 1))


def _week(text: str) -> Written | None:
    match = _WEEK.fullmatch(text)
    if not match or re.fullmatch(r"\d{4}[\s\-_]*s(?:em\w*)?\.?\s*[12]", text):  # a half-year
        return None
    return Written("week", dt.date.fromisocalendar(int(match[1] or match[4]), int(match[2] or match[3]), 1))


def _fiscal(text: str) -> Written | None:
    match = _FISCAL.fullmatch(text)
    if not match:
        return None
    if match[3]:
        end = _year(match[4]) if len(match[4]) == 2 else int(match[4])
        if end != int(match[3]) + 1:
            return None
        return Written("fiscal", dt.date(end, 1, 1))
    return Written("fiscal", _day(_year(match[1] or match[2]), 1, 1))


def _months_together(text: str) -> Written | None:
    """A quarter or a year by its first and last month: ``Ene-Mar 2023``, ``January to December 2023``."""
    match = _MONTHS_TOGETHER.fullmatch(text)
    if not match:
        return None
    first, last, year = MONTHS[match[1]], MONTHS[match[2]], _year(match[3])
    if first % 3 == 1 and last == first + 2:
        return Written("quarter", _day(year, first, 1))
    return Written("year", _day(year, 1, 1)) if (first, last) == (1, 12) else None


def _named(text: str) -> Written | None:
    if match := _YEAR_NAMED.fullmatch(text):
        month = MONTHS[match[2]]
        if match[3]:
            return Written("day", _day(int(match[1]), month, int(match[3])))
        return Written("month", _day(int(match[1]), month, 1))
    match = _NAMED.fullmatch(text)
    if not match:
        return None
    day = match[1] or match[3] or match[4]
    if day:
        return Written("day", _day(_year(match[5]), MONTHS[match[2]], int(day)))
    return Written("month", _day(_year(match[5]), MONTHS[match[2]], 1))


def _numeric(text: str) -> Written | None:
    match = _NUMERIC.fullmatch(re.sub(r"^[a-z]{2,10}\.?,?\s+", "", text))
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    if not 1 <= max(first, second) <= 31 or min(first, second) < 1 or min(first, second) > 12:
        return None
    if match[2] == ".":  # 31.01.2023 is day first wherever points are used
        return Written("day", _day(year, second, first))
    return Written("day", None, (year, first, second))


def _serial(text: str) -> Written | None:
    """Days of a spreadsheet since 1899-12-30, or seconds or milliseconds since 1970, from 2001 on."""
    if re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        seconds = float(text) / (1000.0 if len(text) > 10 else 1.0)
        return Written("day", _day(*dt.datetime.fromtimestamp(seconds, dt.UTC).timetuple()[:3]))
    if not re.fullmatch(r"\d{5}(\.\d+)?", text) or not _SERIAL[0] <= float(text) <= _SERIAL[1]:
        return None
    return Written("day", dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text))))


def _year_ending(text: str) -> Written | None:
    """The calendar year of ``year ending Dec 2019``; a year that ends in another month is none."""
    match = re.fullmatch(rf"(?:year|12 months)\s+(?:ending|ended|to)\s+({_NAME})\.?\s*(\d{{4}})", text)
    return Written("year", dt.date(int(match[2]), 1, 1)) if match and MONTHS[match[1]] == 12 else None


def _range(text: str) -> Written | None:
    """First day of ``1 - 7 January 2024``, ``29 April - 5 May 2024``, ``Week 12 (18-24 March 2024)`` or of two whole dates."""
    if match := _NUMBERED_WEEK.fullmatch(text):
        return written(match[1])
    if match := re.fullmatch(
        rf"(\d{{1,2}})\s*({_NAME})\s*(?:-|to|al|bis|au)\s*(\d{{1,2}}\s*(?:{_NAME})[ ,]*(\d{{4}}))", text
    ):
        year = int(match[4]) - (MONTHS[match[2]] == 12 and " dec" not in f" {match[3].lstrip('0123456789 ')}")
        return Written("day", _day(year, MONTHS[match[2]], int(match[1])))
    if match := re.fullmatch(r"(\d{1,2})\s*(?:-|to|al|bis|au)\s*(\d{1,2} .+)", text):
        last = _named(match[2])
        if last and last.date and last.form == "day" and int(match[1]) <= last.date.day:
            return Written("day", last.date.replace(day=int(match[1])))
    parts = re.split(r"\s+(?:-|to|al|bis|au|a)\s+", text)
    if len(parts) == 2 and written(parts[1]):
        return written(parts[0])
    return None


def _anything(text: str) -> Written | None:
    """What the dateutil package reads, if it finds year, month and day in the text itself."""
    if not re.search(r"\d{4}", text) or not re.search(r"[a-z]{3}", text):
        return None
    found = []
    for default in (dt.datetime(2001, 1, 1), dt.datetime(2002, 2, 2)):
        try:
            found.append(dateutil_parser.parse(text, default=default).date())
        except (ValueError, OverflowError, TypeError):
            return None
    return Written("day", _day(found[0].year, found[0].month, found[0].day)) if found[0] == found[1] else None


def read_dates(
    texts: Iterable[str],
    *,
    order: Order | None = None,
    fiscal_start: int | None = None,
    serials: bool = False,
) -> Dates:
    """A column of dates; the order of day and month follows from all of it, or is asked for."""
    counts = Counter(texts)
    found = {text: written(text, serials=serials) for text in counts}
    wrong = {text: f"{text[:40]!r} is not a date" for text, what in found.items() if what is None}
    read = {text: what for text, what in found.items() if what is not None}
    form = _main_form(read, counts)
    notes: list[str] = []
    dates: dict[str, dt.date] = {}
    first, ask = _order(read, order, notes)
    if form == "fiscal" and fiscal_start is None:
        ask = "say in which month the fiscal year begins: --fiscal-start 1 to 12"
    if ask:
        return Dates({}, wrong, form, (), ask)
    for text, what in read.items():
        if what.form != form:
            names = {"fiscal": "fiscal year"}
            wrong[text] = f"{text[:40]!r} is not a {names.get(form, form)}, as most of the others are"
            continue
        try:
            dates[text] = what.date or _ordered(what, first)
        except ValueError:
            wrong[text] = f"{text[:40]!r} is not a date with the {first} first"
    if form == "fiscal" and fiscal_start is not None and fiscal_start > 1:
        dates = {text: dt.date(day.year - 1, fiscal_start, 1) for text, day in dates.items()}
        notes.append(f"fiscal years begin in {calendar.month_name[fiscal_start]} of the year before")
    return Dates(dates, wrong, form, tuple(notes))


def _main_form(read: Mapping[str, Written], counts: Mapping[str, int]) -> Form:
    forms: Counter[Form] = Counter()
    for text, what in read.items():
        forms[what.form] += counts[text]
    return max(forms, key=lambda form: forms[form], default="day")


def _ordered(what: Written, first: Order) -> dt.date:
    assert what.pair is not None
    year, a, b = what.pair
    return _day(year, b, a) if first == "day" else _day(year, a, b)


def _order(read: Mapping[str, Written], order: Order | None, notes: list[str]) -> tuple[Order, str]:
    """Whether the day comes first, and what to ask where nothing tells."""
    pairs = [what for what in read.values() if what.pair is not None]
    if not pairs or order:
        return order or "day", ""
    day = any(pair.pair[1] > 12 for pair in pairs if pair.pair)
    month = any(pair.pair[2] > 12 for pair in pairs if pair.pair)
    if day != month:
        first: Order = "day" if day else "month"
        notes.append(f"in the dates, the {first} comes first")
        return first, ""
    if day:
        return (
            "day",
            "some dates have the day first, others the month: pass --day-first or --month-first, or write 2024-01-31",
        )
    regular: dict[Order, float] = {}
    for first in ("day", "month"):
        regular[first] = _regularity(sorted({_ordered(pair, first) for pair in pairs}))
    best: Order = "day" if regular["day"] >= regular["month"] else "month"
    other: Order = "month" if best == "day" else "day"
    if regular[best] >= 0.9 and regular[other] < 0.8:
        notes.append(f"in the dates, the {best} comes first (only so are the steps even)")
        return best, ""
    example = next(text for text, what in read.items() if what.pair)
    return "day", f"is {example} the day or the month first? pass --day-first or --month-first"


def _regularity(days: Sequence[dt.date]) -> float:
    """Share of the steps that are the commonest one, months counting as one step."""
    if len(days) < 4:
        return 0.0
    steps: Counter[object] = Counter()
    for a, b in itertools.pairwise(days):
        months = (b.year - a.year) * 12 + b.month - a.month
        steps[("months", months) if a.day == b.day else (b - a).days] += 1
    return steps.most_common(1)[0][1] / (len(days) - 1)


def month_text(text: str) -> int | None:
    """Month of a cell that holds a month alone: a name, a short form, ``1``, ``01``, ``M01``."""
    plain = _plain(text).strip(".")
    if match := re.fullmatch(r"m?(\d{1,2})(?:\.0)?", plain):
        return int(match[1]) if 1 <= int(match[1]) <= 12 else None
    return month_number(plain)


def year_text(text: str) -> tuple[int, bool] | None:
    """Year of a cell that holds a year alone, and whether it is called fiscal."""
    what = written(text)
    if what is None or what.form not in ("year", "fiscal") or what.date is None:
        return None
    return what.date.year, what.form == "fiscal"
