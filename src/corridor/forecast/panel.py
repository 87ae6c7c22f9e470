"""Series of one publisher side by side, by month or week, with what was public when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridor.model import InputError, did_you_mean
from corridor.model.arrays import Floats
from corridor.model.periods import Kind, Step, add_steps, period_end, steps_between
from corridor.series import PublishedSeries


@dataclass(frozen=True, eq=False)
class Panel:
    """Monthly (or weekly) series of one publisher.

    ``values`` has shape ``(months, series)``: people (or events) a month, NaN where the count is missing
    or was not published in that detail. ``months`` are first days of successive months (or weeks).
    """

    months: tuple[dt.date, ...]
    series: tuple[str, ...]
    values: Floats
    lag_days: int = 0
    """Days from the end of a month to its publication."""
    step: Step = "month"
    kind: Kind = "flow"
    """Whether the counts are events of a period, or a level (a census)."""

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.months), len(self.series)):
            raise ValueError(f"values have shape {self.values.shape}, not (months, series)")
        follow = zip(self.months, self.months[1:], strict=False)
        if any(add_steps(a, 1, self.step) != b for a, b in follow):
            raise ValueError("the months of a panel follow each other without a gap")

    @classmethod
    def from_series(cls, series: Sequence[PublishedSeries], names: Sequence[str] | None = None) -> Panel:
        """The parts of published series side by side, on the periods from the first to the last of any.

        ``names`` are those of the columns; by default the labels of the parts.

        Raises
        ------
        InputError
            If no series has a period, or a name stands twice.
        """
        filled = [one for one in series if one.periods]
        if not filled:
            raise InputError("there is no month to forecast from", hint="take a later as-of date")
        columns = tuple(names or (label for one in series for label in one.labels))
        if len(set(columns)) != len(columns):
            raise InputError("two series of a panel have the same name")
        step = filled[0].step
        if step == "point":
            raise InputError(f"{filled[0].id} holds dated points, which have no step")
        first, last = min(one.periods[0] for one in filled), max(one.periods[-1] for one in filled)
        periods = tuple(add_steps(first, i, step) for i in range(steps_between(first, last, step) + 1))
        # one series after another in memory: sums over time then add in one order, whatever the panel's width
        values = np.full((len(periods), len(columns)), np.nan, order="F")
        column = 0
        for one in series:
            if one.periods:
                row = steps_between(first, one.periods[0], step)
                values[row : row + len(one.periods), column : column + len(one.parts)] = one.values
            column += len(one.parts)
        return cls(periods, columns, values, filled[0].lag_days, step, filled[0].kind)

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
        return period_end(month, self.step)

    def until(self, month: dt.date) -> Panel:
        """The panel without the months after ``month``."""
        rows = self.position(month) + 1
        return replace(self, months=self.months[:rows], values=self.values[:rows])

    def only(self, name: str) -> Panel:
        """The panel with one of its series, from that one's first known count to its last."""
        column = self.values[:, self.columns([name])[0]]
        known = np.flatnonzero(~np.isnan(column))
        rows = slice(int(known[0]), int(known[-1]) + 1) if known.size else slice(0, 0)
        return replace(self, months=self.months[rows], series=(name,), values=column[rows, None])

    @property
    def span(self) -> str:
        """First and last month as text."""
        return f"{self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m}"
