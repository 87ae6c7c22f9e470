"""Calendar periods: days, weeks from Monday, months, quarters and years, each known by its first day.

Weeks are those of ISO 8601: they begin on a Monday and belong to no month. Every other module that steps
through time does so with the functions here.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal, get_args

Step = Literal["day", "week", "month", "quarter", "year"]
"""Length of a period, shortest first."""
Frequency = Literal["day", "week", "month", "quarter", "year", "point"]
"""How a series is published: one figure per period, or single dated points."""
Kind = Literal["flow", "stock"]
"""A flow counts what happened in a period and may be summed over time; a stock counts who is there, and may not."""

STEPS: tuple[Step, ...] = get_args(Step)
POLARS_STEPS: Mapping[str, str] = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}
"""Polars' name of each step."""
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Mapping[str, int] = {"day": 1, "week": 7}
_WRITTEN: Mapping[int, Step] = {10: "day", 7: "month", 4: "year"}


def month_end(date: dt.date) -> dt.date:
    """Last day of the month of ``date``."""
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def add_months(date: dt.date, count: int) -> dt.date:
    """First day of the month ``count`` months after that of ``date``; ``count`` may be negative."""
    index = 12 * date.year + date.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def months_between(first: dt.date, last: dt.date) -> int:
    """Months from that of ``first`` to that of ``last``; negative if ``last`` is earlier."""
    return 12 * (last.year - first.year) + last.month - first.month


def months_from(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """First days of the months from that of ``first`` to that of ``last``, both included."""
    return tuple(add_months(first, i) for i in range(months_between(first, last) + 1))


def period_start(date: dt.date, step: Step) -> dt.date:
    """First day of the period in which ``date`` lies."""
    if step == "day":
        return date
    if step == "week":
        return date - dt.timedelta(days=date.weekday())
    months = _MONTHS[step]
    return dt.date(date.year, (date.month - 1) // months * months + 1, 1)


def add_steps(start: dt.date, count: int, step: Step) -> dt.date:
    """First day of the period ``count`` periods after the one that begins on ``start``."""
    if step in _DAYS:
        return start + dt.timedelta(days=count * _DAYS[step])
    return add_months(start, count * _MONTHS[step])


def steps_between(first: dt.date, last: dt.date, step: Step) -> int:
    """Periods from the one that begins on ``first`` to the one that begins on ``last``; may be negative."""
    if step in _DAYS:
        return (last - first).days // _DAYS[step]
    return months_between(first, last) // _MONTHS[step]


def period_end(start: dt.date, step: Step) -> dt.date:
    """Last day of the period that begins on ``start``."""
    return add_steps(start, 1, step) - dt.timedelta(days=1)


def period_days(start: dt.date, step: Step) -> int:
    """Days of the period that begins on ``start``."""
    return (add_steps(start, 1, step) - start).days


def periods_from(first: dt.date, last: dt.date, step: Step) -> tuple[dt.date, ...]:
    """First days of the periods from the one of ``first`` to the one of ``last``, both included."""
    start = period_start(first, step)
    count = steps_between(start, period_start(last, step), step) + 1
    return tuple(add_steps(start, i, step) for i in range(count))


def is_finer(step: Step, other: Step) -> bool:
    """Whether ``step`` is shorter than ``other``."""
    return STEPS.index(step) < STEPS.index(other)


def written_step(text: str) -> Step:
    """``day``, ``month`` or ``year``, from ``2024-01-05``, ``2024-01`` or ``2024``.

    Raises
    ------
    ValueError
        If the text is no such period, or no date of the calendar.
    """
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        raise ValueError(f"{text!r} is not a day, month or year")
    written_start(text)
    return _WRITTEN[len(text)]


def written_start(text: str) -> dt.date:
    """First day of a period written as ``2024-01-05``, ``2024-01`` or ``2024``; ``ValueError`` if it is no date."""
    return dt.date.fromisoformat((text + "-01-01")[:10])


def write_period(start: dt.date, step: Step) -> str:
    """A period as text: ``2024-01-05`` (also for a week, by its Monday), ``2024-01``, ``2024-Q1`` or ``2024``."""
    if step == "quarter":
        return f"{start.year:04d}-Q{(start.month + 2) // 3}"
    return start.isoformat()[: {"month": 7, "year": 4}.get(step, 10)]
