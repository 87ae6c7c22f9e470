"""Series of one publisher side by side, by month or week, with what was public when."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from corridor.forecast.scores import Array
from corridor.model import InputError, did_you_mean


def month_end(date: dt.date) -> dt.date:
    """Last day of the month of ``date``."""
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def add_months(date: dt.date, count: int) -> dt.date:
    """First day of the month ``count`` months after that of ``date``."""
    index = 12 * date.year + date.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def months_between(first: dt.date, last: dt.date) -> int:
    """Months from ``first`` to ``last``; negative if ``last`` is earlier."""
    return 12 * (last.year - first.year) + last.month - first.month


Step = Literal["month", "week"]


def add_steps(date: dt.date, count: int, step: Step) -> dt.date:
    """First day of the month or week ``count`` steps after that which begins on ``date``."""
    return add_months(date, count) if step == "month" else date + dt.timedelta(weeks=count)


def steps_between(first: dt.date, last: dt.date, step: Step) -> int:
    """Steps from ``first`` to ``last``; negative if ``last`` is earlier."""
    return months_between(first, last) if step == "month" else (last - first).days // 7


@dataclass(frozen=True, eq=False)
class Panel:
    """Monthly (or weekly) series of one publisher.

    ``values`` has shape ``(months, series)``: people (or events) a month, NaN where the count is missing
    or was not published in that detail. ``months`` are first days of successive months (or weeks).
    """

    months: tuple[dt.date, ...]
    series: tuple[str, ...]
    values: Array
    lag_days: int = 0
    """Days from the end of a month to its publication."""
    step: Step = "month"

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.months), len(self.series)):
            raise ValueError(f"values have shape {self.values.shape}, not (months, series)")
        follow = zip(self.months, self.months[1:], strict=False)
        if any(add_steps(a, 1, self.step) != b for a, b in follow):
            raise ValueError("the months of a panel follow each other without a gap")

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, lag_days: int = 0, step: Step = "month") -> Panel:
        """From a long table ``date, series, value``; pairs that are absent or null are missing.

        Raises
        ------
        InputError
            If the table is empty or a pair stands in it twice.
        """
        if frame.is_empty():
            raise InputError("there is no month to forecast from", hint="take a later as-of date")
        if frame.select(pl.struct("date", "series").is_duplicated().any()).item():
            raise InputError("a series has two values for one month", hint="sum them first")
        names = tuple(frame["series"].unique(maintain_order=True).to_list())
        dates: list[dt.date] = frame["date"].unique().sort().to_list()
        months = [add_steps(dates[0], i, step) for i in range(steps_between(dates[0], dates[-1], step) + 1)]
        wide = frame.with_columns(pl.col("value").cast(pl.Float64)).pivot(
            "series", index="date", values="value"
        )
        full = pl.DataFrame({"date": months}).join(wide, on="date", how="left").sort("date")
        return cls(tuple(months), names, full.select(names).to_numpy().astype(np.float64), lag_days, step)

    def position(self, month: dt.date) -> int:
        """Row of a month.

        Raises
        ------
        InputError
            If the month lies outside the panel.
        """
        row = steps_between(self.months[0], month, self.step)
        if not 0 <= row < len(self.months):
            raise InputError(f"{month:%Y-%m} is not among the months {self.span}")
        return row

    def columns(self, names: Sequence[str]) -> list[int]:
        """Columns of the named series; ``InputError`` on an unknown name."""
        for name in names:
            if name not in self.series:
                raise InputError(f"unknown series {name!r}", hint=did_you_mean(name, self.series))
        return [self.series.index(name) for name in names]

    def last_published(self, as_of: dt.date) -> dt.date | None:
        """Last month that was public on ``as_of``; ``None`` if none was."""
        for month in reversed(self.months):
            if self.last_day(month) + dt.timedelta(days=self.lag_days) <= as_of:
                return month
        return None

    def last_day(self, month: dt.date) -> dt.date:
        """Last day of a month (or week) of the panel."""
        return add_steps(month, 1, self.step) - dt.timedelta(days=1)

    def until(self, month: dt.date) -> Panel:
        """The panel without the months after ``month``."""
        rows = self.position(month) + 1
        return Panel(self.months[:rows], self.series, self.values[:rows], self.lag_days, self.step)

    @property
    def span(self) -> str:
        """First and last month as text."""
        return f"{self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m}"
