"""The days of a run: which month each is in, and which segment, within which no number changes."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RunCalendar:
    """Days D, months M and segments S of a run."""

    dates: tuple[dt.date, ...]
    """(D)"""
    months: tuple[dt.date, ...]
    """(M) first days of months."""
    day_month: Ints
    """(D) position of each day's month."""
    days_in_month: npt.NDArray[np.float64]
    """(D) days of each day's month."""
    segment_starts: Ints
    """(S) ordinal of the first day of each segment."""
    day_segment: Ints
    """(D) position of each day's segment."""

    @property
    def first(self) -> int:
        """Ordinal of the first day."""
        return self.dates[0].toordinal()

    @property
    def last(self) -> int:
        """Ordinal of the last day."""
        return self.dates[-1].toordinal()

    @property
    def month_of_segment(self) -> Ints:
        """(S) position of the month in which each segment begins."""
        return self.day_month[self.segment_starts - self.first]


def run_calendar(segment_starts: Ints, last: int) -> RunCalendar:
    """The calendar from the first of ``segment_starts`` (ordinals, ascending) to the day ``last``."""
    days = np.arange(segment_starts[0], last + 1)
    dates = tuple(dt.date.fromordinal(int(day)) for day in days)
    months = tuple(sorted({date.replace(day=1) for date in dates}))
    position = {month: m for m, month in enumerate(months)}
    lengths = [calendar.monthrange(date.year, date.month)[1] for date in dates]
    return RunCalendar(
        dates=dates,
        months=months,
        day_month=np.array([position[date.replace(day=1)] for date in dates], dtype=np.int64),
        days_in_month=np.array(lengths, dtype=np.float64),
        segment_starts=segment_starts,
        day_segment=(np.searchsorted(segment_starts, days, side="right") - 1).astype(np.int64),
    )
