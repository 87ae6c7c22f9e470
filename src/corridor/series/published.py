"""One published series: counts by period and part, what is unknown, and when each figure was public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
import polars as pl

from corridor.model import InputError, did_you_mean
from corridor.model.arrays import Bools, Floats
from corridor.model.periods import Frequency, Kind, Step, period_end, steps_between, write_period
from corridor.series.scale import LOG_OFFSET
from corridor.text import Pair

TOTAL = "total"
"""Label of the only part of a series that is not split."""
RATIO = "ratio"
"""Unit of a series that is one count per another."""
StockValue = Literal["mean", "last"]
"""What stands for a period of a stock: the mean of its known values, or the last of them."""


class Origin(Protocol):
    """Where a series was read from, so that it can be read again as of a date, narrowed or summed."""

    def as_of(self, date: dt.date) -> PublishedSeries:
        """The series from what was public on ``date``."""
        ...

    def total(self) -> PublishedSeries:
        """The series without its split."""
        ...

    def narrow(self, where: Mapping[str, Sequence[str]]) -> PublishedSeries:
        """The series of rows that also match ``where``."""
        ...

    def at(self, step: Step, stock: StockValue, *, split_weeks: bool) -> Origin:
        """The same, for the series in periods of ``step``."""
        ...


@dataclass(frozen=True, repr=False, eq=False)
class PublishedSeries:
    """Counts of one publisher by period and part.

    A figure that the publisher did not print is NaN: unknown. It is zero only where the dataset says that
    the publisher leaves zeros out (``Dataset.absent``).
    """

    id: str
    name: Pair
    unit: str
    datasets: tuple[str, ...]
    publishers: tuple[str, ...]
    step: Frequency
    kind: Kind
    additive: bool
    """Whether its parts may be summed."""
    periods: tuple[dt.date, ...]
    """First days of successive periods; the dates themselves of dated points."""
    parts: tuple[tuple[str, ...], ...]
    """Values of ``by`` that each column of ``values`` is for; one empty tuple where it is not split."""
    values: Floats
    """Shape ``(periods, parts)``; NaN where unknown."""
    printed: Bools
    """Shape ``(periods, parts)``: whether the publisher printed a figure (a zero may stand for none)."""
    known_from: tuple[dt.date | None, ...]
    """Day on which the last figure of each period was public."""
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lag_days: int = 0
    """Days from the end of a period to its publication."""
    origin: Origin | None = None

    def __post_init__(self) -> None:
        shape = (len(self.periods), len(self.parts))
        if self.values.shape != shape or self.printed.shape != shape:
            raise ValueError(f"values have shape {self.values.shape}, not (periods, parts) = {shape}")

    def __repr__(self) -> str:
        span = f"{self.periods[0]} to {self.periods[-1]}" if self.periods else "empty"
        parts = f", {len(self.parts)} parts" if self.by else ""
        return f"PublishedSeries({self.id!r}, {self.kind} per {self.step}{parts}, {span})"

    @property
    def labels(self) -> tuple[str, ...]:
        """One name for each part: ``total``, ``VEN`` or ``VEN|family``."""
        return tuple("|".join(part) if part else TOTAL for part in self.parts)

    @property
    def counts(self) -> Floats:
        """Counts of a series that is not split, shape ``(periods,)``; ``ValueError`` if it is."""
        if len(self.parts) != 1:
            raise ValueError(f"{self.id} has {len(self.parts)} parts: take its total")
        return self.values[:, 0]

    @property
    def offset(self) -> float:
        """Added before the log: 10 for counts, nothing for a ratio."""
        return 0.0 if self.unit == RATIO else LOG_OFFSET

    @property
    def logs(self) -> Floats:
        """Log of the counts plus the offset, shape ``(periods,)``, of a series that is not split."""
        return np.log(self.counts + self.offset)

    @property
    def calendar(self) -> np.ndarray:
        """Month of the year (1 to 12) in which each period begins, shape ``(periods,)``."""
        return np.array([period.month for period in self.periods])

    def position(self, period: dt.date) -> int:
        """Row of the period that begins on ``period``; it may lie outside the series."""
        if self.step == "point":
            return self.periods.index(period) if period in self.periods else -1
        return steps_between(self.periods[0], period, self.step)

    def column(self, label: str) -> int:
        """Column of a part; ``InputError`` with near names for an unknown one."""
        if label not in self.labels:
            raise InputError(f"{self.id} has no part {label!r}", hint=did_you_mean(label, self.labels))
        return self.labels.index(label)

    def known(self, label: str | None = None) -> dict[str, float]:
        """Known counts of one part (the only one by default) by period as text, in order of time."""
        column = 0 if label is None else self.column(label)
        step: Step = "day" if self.step == "point" else self.step
        return {
            write_period(period, step): float(value)
            for period, value in zip(self.periods, self.values[:, column], strict=True)
            if not np.isnan(value)
        }

    def table(self, *, printed_only: bool = False) -> pl.DataFrame:
        """Known counts as a long table ``date, *by, value, known_from``, in order of date and part.

        With ``printed_only`` the zeros that the publisher left out are left out too.
        """
        shown = self.printed & ~np.isnan(self.values) if printed_only else ~np.isnan(self.values)
        rows, columns = np.nonzero(shown)
        names = [[self.parts[column][i] for column in columns] for i in range(len(self.by))]
        return pl.DataFrame(
            {
                "date": pl.Series([self.periods[row] for row in rows], dtype=pl.Date),
                **{name: pl.Series(names[i], dtype=pl.String) for i, name in enumerate(self.by)},
                "value": pl.Series(self.values[rows, columns], dtype=pl.Float64),
                "known_from": pl.Series([self.known_from[row] for row in rows], dtype=pl.Date),
            }
        )

    def as_of(self, date: dt.date) -> PublishedSeries:
        """The series as it was public on ``date``; figures that were revised later are those of that day."""
        if self.origin is not None:
            return self.origin.as_of(date)
        public = [day is not None and day <= date for day in self.known_from]
        rows = np.array(public, dtype=bool)[:, None]
        hidden = replace(self, values=np.where(rows, self.values, np.nan), printed=self.printed & rows)
        return hidden.trimmed()

    @property
    def total(self) -> PublishedSeries:
        """The series without its split, read anew: figures that are in no part count too.

        Raises
        ------
        InputError
            If the rows of one date may not be summed.
        """
        if not self.by:
            return self
        if self.origin is None:
            raise InputError(f"{self.id} was derived from parts and has no total of its own")
        return self.origin.total()

    def narrow(self, where: Mapping[str, Sequence[str]]) -> PublishedSeries:
        """Only the rows whose dimensions have one of the values given.

        Raises
        ------
        InputError
            On a dimension or a value that the dataset lacks, or for a derived series.
        """
        if self.origin is None:
            raise InputError(f"{self.id} was derived from other series and cannot be narrowed")
        return self.origin.narrow(where)

    def at(self, step: Step, stock: StockValue = "mean", *, split_weeks: bool = False) -> PublishedSeries:
        """The series in longer periods.

        A flow is summed over whole periods only; a part of a period is unknown. A stock is never summed:
        the mean of its known values stands for the period, if at least half are known, or the ``last`` one.
        Dated points of a stock are averaged as they are; dated points of a flow make up no period. Weeks
        are shared out to months, quarters or years by their days only if ``split_weeks`` asks for it.

        Raises
        ------
        InputError
            If the series is published in longer periods, or in weeks that the step would cut.
        """
        from corridor.series.convert import converted

        if step == self.step:
            return self
        origin = self.origin.at(step, stock, split_weeks=split_weeks) if self.origin else None
        return replace(converted(self, step, stock, split_weeks=split_weeks), origin=origin)

    def trimmed(self) -> PublishedSeries:
        """Without the periods before the first and after the last in which anything is known."""
        known = np.flatnonzero(~np.isnan(self.values).all(axis=1)) if self.parts else np.array([], dtype=int)
        rows = slice(int(known[0]), int(known[-1]) + 1) if known.size else slice(0, 0)
        return replace(
            self,
            periods=self.periods[rows],
            values=self.values[rows],
            printed=self.printed[rows],
            known_from=self.known_from[rows],
        )

    def last_day(self, period: dt.date) -> dt.date:
        """Last day of a period of the series."""
        return period if self.step == "point" else period_end(period, self.step)


def ratio_of(series: PublishedSeries, other: PublishedSeries) -> PublishedSeries:
    """One series per unit of another, over the periods that both cover; unknown where either is not above 0.

    Both are not split. The result cannot be read anew, so ``as_of`` hides by ``known_from`` alone.
    """
    first = max(series.periods[0], other.periods[0])
    last = min(series.periods[-1], other.periods[-1])
    mine = slice(series.position(first), series.position(last) + 1)
    theirs = slice(other.position(first), other.position(last) + 1)
    counts, base = (np.where(v > 0, v, np.nan) for v in (series.values[mine], other.values[theirs]))
    days = zip(series.known_from[mine], other.known_from[theirs], strict=True)
    english, spanish = (f"{series.name[i]} {('per', 'por')[i]} {other.name[i]}" for i in range(2))
    return replace(
        series, id=f"{series.id}/{other.id}", name=(english, spanish), unit=RATIO, additive=False, origin=None,
        datasets=(*series.datasets, *other.datasets),
        publishers=tuple(dict.fromkeys((*series.publishers, *other.publishers))),
        periods=series.periods[mine], values=counts / base,
        printed=series.printed[mine] & other.printed[theirs],
        known_from=tuple(max(filter(None, pair), default=None) for pair in days),
    )  # fmt: skip
