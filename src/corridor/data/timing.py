"""Dates as publishers write them, and the day on which a figure was public."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from corridor.model.periods import POLARS_STEPS, month_end

Kind = Literal["day", "month", "year", "period"]

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))


def published(frequency: str, lag_days: int) -> pl.Expr:
    """Day on which a period's figure was public: the period's last day (a point's own day) plus the lag."""
    step = POLARS_STEPS.get(frequency, "1d")
    end = pl.col("date").dt.offset_by(step).dt.offset_by("-1d")
    return end.dt.offset_by(f"{lag_days}d")


def absent_runs(dates: Iterable[dt.date], frequency: str) -> list[tuple[dt.date, dt.date]]:
    """First and last period of every run of periods that are not among ``dates``; none for dated points."""
    there = set(dates)
    step = POLARS_STEPS.get(frequency)
    if step is None or not there:
        return []
    runs: list[tuple[dt.date, dt.date]] = []
    present = True
    for date in pl.date_range(min(there), max(there), step, eager=True):
        if date not in there:
            runs.append((date if present else runs.pop()[0], date))
        present = date in there
    return runs


@dataclass(frozen=True)
class Period:
    """First and last day that a written date stands for."""

    start: dt.date
    end: dt.date
    kind: Kind


def parse_period(text: str, *, fiscal_start: int = 7) -> Period | None:
    """Read a written date: ``2023-12-31``, ``2023-12``, ``2023``, ``2023-Q3``, ``2023-11/12``, ``2022-2024``,
    ``2023-01..2023-07-23``, ``FY2024`` (a year that begins in month ``fiscal_start`` of the year before),
    ``July 2023``, ``Sept 15 2024``; words around the last two are passed over.

    Returns ``None`` if there is no date to be read.
    """
    text = text.strip()
    if ".." in text:
        first, last = (parse_period(part) for part in text.split("..", 1))
        return Period(first.start, last.end, "period") if first and last else None
    try:
        return _parse_digits(text, fiscal_start) or _parse_words(text)
    except ValueError:
        return None


def _parse_digits(text: str, fiscal_start: int) -> Period | None:
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        day = dt.date(*(int(part) for part in match.groups()))
        return Period(day, day, "day")
    if match := re.fullmatch(r"(\d{4})-(\d\d)(?:/(\d\d))?", text):
        year, first, last = int(match[1]), int(match[2]), int(match[3] or match[2])
        return Period(
            dt.date(year, first, 1), month_end(dt.date(year, last, 1)), "period" if match[3] else "month"
        )
    if match := re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text):
        kind: Kind = "period" if match[2] else "year"
        return Period(dt.date(int(match[1]), 1, 1), dt.date(int(match[2] or match[1]), 12, 31), kind)
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = int(match[1]), int(match[2])
        return Period(dt.date(year, 3 * quarter - 2, 1), month_end(dt.date(year, 3 * quarter, 1)), "period")
    if match := re.fullmatch(r"FY(\d{4})", text):
        start = dt.date(int(match[1]) - 1, fiscal_start, 1)
        return Period(start, start.replace(year=start.year + 1) - dt.timedelta(days=1), "period")
    return None


def _parse_words(text: str) -> Period | None:
    match = re.search(rf"\b({_MONTH_WORD})\b\.?\s+(?:(\d{{1,2}}),?\s+)?(\d{{4}})\b", text.lower())
    if not match:
        return None
    month, year = _MONTHS[match[1]], int(match[3])
    if match[2]:
        day = dt.date(year, month, int(match[2]))
        return Period(day, day, "day")
    return Period(dt.date(year, month, 1), month_end(dt.date(year, month, 1)), "month")
