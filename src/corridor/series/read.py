"""Reading a published series from a dataset: rows chosen, codes grouped, gaps and absent rows made unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from corridor.data import Dataset
from corridor.model import Fault, InputError, did_you_mean
from corridor.model.arrays import Bools, Floats
from corridor.model.periods import Step, periods_from
from corridor.series.published import PublishedSeries, StockValue
from corridor.text import Pair

ABOUT_THE_FIGURE = frozenset(
    {"qualifier", "precision", "period_start", "grade", "publisher", "source", "url", "note"}
)
"""Dimensions that tell of a figure and not of what it counts: rows that differ in these only report one figure."""
Codes = Mapping[str, str | None]
"""From a dataset's code to the label that it is counted under; ``None`` leaves it out."""


def read_series(
    dataset: Dataset,
    by: Sequence[str] = (),
    where: Mapping[str, Sequence[str]] | None = None,
    *,
    codes: Mapping[str, Codes] | None = None,
    parts: Sequence[tuple[str, ...]] = (),
    id: str = "",
    name: Pair | None = None,
) -> PublishedSeries:
    """A dataset's counts as one series.

    Parameters
    ----------
    dataset
        What is read; as of a date if it was cut there (:meth:`corridor.data.Dataset.as_of`).
    by
        Dimensions that the series is split by.
    where
        Values that a row's dimensions must have.
    codes
        For a dimension, the label of each code: codes of one label are counted together.
    parts
        Combinations of ``by`` that get a column even if no figure of theirs was ever printed.
    id, name
        Of the series; those of the dataset by default.

    Raises
    ------
    InputError
        On a dimension or a value that the dataset lacks (one fault for each, with near names), or rows of
        one date that may not be summed.
    """
    chosen = {dim: tuple(values) for dim, values in (where or {}).items()}
    reading = Reading(
        dataset,
        tuple(by),
        chosen,
        codes or {},
        tuple(parts),
        id or dataset.id,
        name or (dataset.title, dataset.title),
    )
    return reading.read()


def check_codes(dataset: Dataset, by: Sequence[str], where: Mapping[str, Sequence[str]]) -> list[Fault]:
    """A fault for each dimension, and for each value of ``where``, that the dataset lacks."""
    faults: list[Fault] = []
    for dim in dict.fromkeys((*by, *where)):
        if dim not in dataset.dims:
            hint = did_you_mean(dim, dataset.dims) or "it has no dimensions"
            faults.append(Fault(dataset.id, None, dim, f"{dataset.id} has no dimension {dim!r}", hint))
            continue
        known = dataset.codes(dim) if dim in where else ()
        faults += [
            Fault(dataset.id, None, dim, f"{dataset.id} has no {dim} {value!r}", did_you_mean(value, known))
            for value in where.get(dim, ())
            if value not in known
        ]
    return faults


@dataclass(frozen=True)
class Reading:
    """How a series was read, so that it can be read again with one thing changed."""

    dataset: Dataset
    by: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Codes]
    parts: tuple[tuple[str, ...], ...]
    id: str
    name: Pair
    steps: tuple[tuple[Step, StockValue, bool], ...] = field(default=())
    """Conversions to longer periods that follow."""

    def as_of(self, date: dt.date) -> PublishedSeries:
        """The series from what was public on ``date``."""
        return replace(self, dataset=self.dataset.as_of(date)).read()

    def total(self) -> PublishedSeries:
        """The series without its split."""
        return replace(self, by=(), parts=()).read()

    def narrow(self, where: Mapping[str, Sequence[str]]) -> PublishedSeries:
        """The series of rows that also match ``where``."""
        more = {dim: tuple(values) for dim, values in where.items()}
        return replace(self, where={**self.where, **more}).read()

    def at(self, step: Step, stock: StockValue, *, split_weeks: bool) -> Reading:
        """The same reading, followed by one more conversion."""
        return replace(self, steps=(*self.steps, (step, stock, split_weeks)))

    def read(self) -> PublishedSeries:
        """The series; ``InputError`` as for :func:`read_series`."""
        if faults := check_codes(self.dataset, self.by, self.where):
            raise InputError(faults[0].message, hint=faults[0].hint, faults=faults if len(faults) > 1 else ())
        series = self._series(replace(self, steps=()))
        for step, stock, split_weeks in self.steps:
            series = series.at(step, stock, split_weeks=split_weeks)
        return series

    def _series(self, origin: Reading) -> PublishedSeries:
        dataset = self.dataset
        rows = dataset.table.filter(*[pl.col(dim).is_in(list(v)) for dim, v in self.where.items()])
        detailed = self._detailed()
        cells = self._cells(rows.filter(pl.col("date").is_in(detailed)) if detailed is not None else rows)
        periods = self._periods(rows)
        parts = tuple(sorted({*cells.select(self.by).iter_rows(), *self.parts})) if self.by else ((),)
        values, printed = self._filled(cells, periods, parts)
        if detailed is not None:
            values[[period not in detailed for period in periods]] = np.nan
        self._leave_gaps(values, periods, parts)
        public = rows if dataset.frequency == "point" else dataset.table
        days = dict(public.group_by("date").agg(pl.col("known_from").max()).iter_rows())
        publishers = tuple(dict.fromkeys(source.publisher for source in dataset.sources))
        return PublishedSeries(
            id=self.id, name=self.name, unit=dataset.unit, datasets=(dataset.id,),
            publishers=publishers or (dataset.title,), step=dataset.frequency, kind=dataset.kind_of(self.where),
            additive=dataset.additive, periods=periods, parts=parts, values=values, printed=printed,
            known_from=tuple(days.get(period) for period in periods), by=self.by, where=self.where,
            lag_days=dataset.lag_days, origin=origin,
        )  # fmt: skip

    def _detailed(self) -> set[dt.date] | None:
        """Dates on which the publisher gave every dimension that is asked for; ``None`` for all dates.

        Where every row of a date leaves a dimension blank, its parts are unknown and not zero. A blank that
        ``codes`` gives a label (as ``*`` of a corridor's map does) is counted under it.
        """
        named = {dim for dim, codes in self.codes.items() if codes.get("") is not None}
        asked = {*self.by, *(dim for dim, values in self.where.items() if "" not in values)} - named
        found: set[dt.date] | None = None
        for dim in asked:
            dates = set(self.dataset.table.filter(pl.col(dim) != "")["date"])
            found = dates if found is None else found & dates
        return found

    def _periods(self, rows: pl.DataFrame) -> tuple[dt.date, ...]:
        step = self.dataset.frequency
        if step == "point":
            return tuple(rows["date"].unique().sort().to_list())
        first, last = self.dataset.table["date"].min(), self.dataset.table["date"].max()
        if not isinstance(first, dt.date) or not isinstance(last, dt.date):
            return ()
        return periods_from(first, last, step)

    def _cells(self, rows: pl.DataFrame) -> pl.DataFrame:
        """``date, *by, value``: one row for each figure, codes of one label together."""
        for dim in self.by:
            if dim in self.codes:
                label = pl.col(dim).replace_strict(dict(self.codes[dim]), return_dtype=pl.String)
                rows = rows.with_columns(label).filter(pl.col(dim).is_not_null())
        keys = ["date", *self.by]
        value = pl.col("value").sum()
        if not self.dataset.additive and rows.select(pl.struct(keys).is_duplicated().any()).item():
            self._check_reports(rows, keys)
            value = pl.col("value").mean()
        return rows.group_by(keys).agg(value).sort(keys)

    def _check_reports(self, rows: pl.DataFrame, keys: Sequence[str]) -> None:
        """Raise unless rows that share their keys are reports of one figure, by several publishers say."""
        counted = [dim for dim in self.dataset.dims if dim not in ABOUT_THE_FIGURE]
        several = (
            counted and rows.group_by(keys).agg(pl.struct(counted).n_unique().alias("n"))["n"].max() != 1
        )
        if several or len(counted) == len(self.dataset.dims):
            raise InputError(
                f"{self.id!r}: several rows of one date of {self.dataset.id} may not be summed",
                hint=f"fix every dimension with --where (or `where`): {', '.join(self.dataset.dims)}",
            )

    def _filled(
        self, cells: pl.DataFrame, periods: Sequence[dt.date], parts: Sequence[tuple[str, ...]]
    ) -> tuple[Floats, Bools]:
        values = np.full((len(periods), len(parts)), np.nan)
        printed = np.zeros(values.shape, dtype=bool)
        if self.dataset.absent == "zero":  # the publisher leaves zeros out of a date that it has published
            there = set(self.dataset.table["date"])
            values[[period in there for period in periods]] = 0.0
        row_of = {period: row for row, period in enumerate(periods)}
        column_of = {part: column for column, part in enumerate(parts)}
        for date, *part, value in cells.iter_rows():
            values[row_of[date], column_of[tuple(part)]] = value
            printed[row_of[date], column_of[tuple(part)]] = True
        return values, printed

    def _leave_gaps(
        self, values: Floats, periods: Sequence[dt.date], parts: Sequence[tuple[str, ...]]
    ) -> None:
        """Make figures that a gap covers unknown."""
        for gap in self.dataset.gaps:
            columns = np.ones(len(parts), dtype=bool)
            for dim, codes in gap.where.items():
                if dim in self.by:
                    labels = {self.codes.get(dim, {}).get(code, code) for code in codes}
                    columns &= np.array([part[self.by.index(dim)] in labels for part in parts], dtype=bool)
                elif not self._lost(dim, codes):
                    columns[:] = False
            rows = np.array([gap.start <= period <= gap.end for period in periods], dtype=bool)
            values[np.ix_(rows, columns)] = np.nan

    def _lost(self, dim: str, codes: Sequence[str]) -> bool:
        """Whether the sum over ``dim`` is unknown where ``codes`` are missing.

        A sum that a missing part belongs to is incomplete. One nationality is the exception: publishers
        print totals in which it is counted, or it is too few to matter.
        """
        summed = self.where.get(dim)
        if dim == "nationality":
            return summed is not None and set(summed) <= set(codes)
        return summed is None or bool(set(summed) & set(codes))
