"""A dataset: one published series with its sources, its lag and what is missing in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from corridor.data.timing import STEPS
from corridor.data.vintages import standing
from corridor.model import InputError, Source, did_you_mean, html

Frequency = Literal["day", "week", "month", "quarter", "year", "point"]
Kind = Literal["flow", "stock"]


@dataclass(frozen=True)
class Gap:
    """Periods that the publisher left out, or printed as zeros that are not zeros: missing, not zero."""

    start: dt.date
    end: dt.date
    """First and last period, inclusive."""
    note: str
    where: Mapping[str, tuple[str, ...]]
    """Values of the dimensions that are missing; empty means that the whole period is."""


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """One tidy series.

    ``table`` has the columns ``date`` (first day of the period: the Monday of a week, or the day), the ``dims``
    (strings, blank where the publisher gives none), ``value`` and ``known_from`` (the day on which the
    row was public). A combination of dimensions that is absent from a published month counts zero,
    unless one of ``gaps`` says that it is missing.
    """

    id: str
    title: str
    unit: str
    frequency: Frequency
    dims: tuple[str, ...]
    lag_days: int
    """Days from the end of a period to its publication; 0 where each row has its own date."""
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    table: pl.DataFrame
    gaps: tuple[Gap, ...] = ()
    additive: bool = True
    """Whether rows of one date may be summed (false where totals and parts stand together)."""
    counted: Mapping[str, tuple[str, ...]] | None = None
    """Which rows count people or events, by values of columns; empty means all, ``None`` means none."""
    kind: Kind = "flow"
    """``flow`` counts events during a period and may be summed over time; ``stock`` is a level on a date (a
    census), which is averaged or read at the end of a period and never summed over time."""
    vintages: pl.DataFrame | None = None
    """Where figures were revised: every figure with the day from which it stood; ``table`` has the last ones."""

    def __repr__(self) -> str:
        until = f"known until {self.known_until}" if self.known_until else "empty"
        return f"Dataset({self.id!r}, {self.unit} per {self.frequency}, {self.table.height} rows, {until})"

    def _repr_html_(self) -> str:
        facts = {
            "id": self.id, "unit": f"{self.unit} per {self.frequency}", "known until": self.known_until,
            "dimensions": self.dims, "published": "; ".join(source.publisher for source in self.sources),
            "license": "; ".join(dict.fromkeys(source.license for source in self.sources)),
        }  # fmt: skip
        line = ""
        if self.additive and self.frequency in ("month", "year") and self.table.height:
            line = html.sparkline(self.total()["value"].to_list(), label="last")
        shown = self.table.tail(html.ROWS)
        return html.card(
            self.title, facts, line, html.table(shown.columns, shown.iter_rows(), self.table.height)
        )

    @property
    def known_until(self) -> dt.date | None:
        """First day of the last period with a row; ``None`` if the table is empty."""
        last = self.table["date"].max()
        return last if isinstance(last, dt.date) else None

    @property
    def provisional_from(self) -> dt.date | None:
        """First of the last two periods, which publishers revise later; no earlier vintages are kept."""
        dates = self.table["date"].unique().sort()
        return dates[-min(2, dates.len())] if dates.len() and self.frequency == "month" else None

    def as_of(self, date: dt.date) -> Dataset:
        """The dataset as it was public on ``date``: the rows with ``known_from <= date``.

        Where vintages are kept, a period has the figure that stood on that day; elsewhere figures are those
        of the only edition, and revisions are not undone.
        """
        if self.vintages is None:
            return replace(self, table=self.table.filter(pl.col("known_from") <= date))
        known = self.vintages.filter(pl.col("known_from") <= date)
        return replace(self, table=standing(known, self.dims), vintages=known)

    def total(self) -> pl.DataFrame:
        """Sum over the dimensions: ``date, value``.

        Raises
        ------
        InputError
            If the rows of one date may not be summed.
        """
        return self.grouped(())

    def grouped(self, by: Sequence[str]) -> pl.DataFrame:
        """Sums by date and the dimensions ``by``: ``date, *by, value, known_from``; ``total`` drops the last.

        Raises
        ------
        InputError
            On an unknown dimension, or if the rows of one date may not be summed.
        """
        if not self.additive:
            raise InputError(
                f"{self.id}: rows of one date may not be summed, since totals or different measures stand together",
                hint=f"filter the table by its dimensions: {', '.join(self.dims)}",
            )
        self._check_dims(by)
        keys = ["date", *by]
        columns = [pl.col("value").sum()]
        if by:
            columns.append(pl.col("known_from").max())
        return self.table.group_by(keys).agg(columns).sort(keys)

    def series(
        self, by: Sequence[str] = (), where: Mapping[str, Sequence[str]] | None = None
    ) -> pl.DataFrame:
        """Sums on the full grid of periods: ``date, *by, value``, zero where nothing was counted.

        ``value`` is null where a gap says that the count is missing, in part or whole. ``where`` keeps
        the rows whose columns have one of the values given.

        Raises
        ------
        InputError
            On an unknown dimension, a dataset of dated points, or rows that may not be summed.
        """
        if self.frequency == "point":
            raise InputError(f"{self.id} is not periodic, so it has no full grid", hint="use its table")
        where = where or {}
        self._check_dims(where)
        rows = self.table.filter(*[pl.col(name).is_in(list(values)) for name, values in where.items()])
        sums = replace(self, table=rows).grouped(by).select("date", *by, "value")
        grid = self._grid().join(rows.select(by).unique(), how="cross") if by else self._grid()
        full = grid.join(sums, on=["date", *by], how="left").with_columns(pl.col("value").fill_null(0))
        return full.with_columns(
            pl.when(self._missing(by, where)).then(None).otherwise(pl.col("value")).alias("value")
        ).sort("date", *by)

    def _grid(self) -> pl.DataFrame:
        step = STEPS[self.frequency]
        first, last = self.table["date"].min(), self.table["date"].max()
        if not isinstance(first, dt.date) or not isinstance(last, dt.date):
            return self.table.select("date")
        return pl.DataFrame({"date": pl.date_range(first, last, step, eager=True)})

    def _missing(self, by: Sequence[str], where: Mapping[str, Sequence[str]]) -> pl.Expr:
        """Rows of a grid that a gap covers; a gap in one category does not blank the published total."""
        missing = pl.lit(False)
        for gap in self.gaps:
            hit = pl.col("date").is_between(gap.start, gap.end)
            for name, values in gap.where.items():
                if name in by:
                    hit = hit & pl.col(name).is_in(list(values))
                elif not set(where.get(name, ("",))) <= set(values):
                    hit = pl.lit(False)
            missing = missing | hit
        return missing

    def _check_dims(self, names: Sequence[str] | Mapping[str, object]) -> None:
        for name in names:
            if name not in self.dims:
                raise InputError(
                    f"{self.id} has no dimension {name!r}",
                    hint=did_you_mean(name, self.dims) or "it has no dimensions",
                )
