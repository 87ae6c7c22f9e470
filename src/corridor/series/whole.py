"""Incomplete figures of a series: dates on which a part of the total is missing, and periods that are covered in part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from corridor.data import Dataset
from corridor.model.periods import Step, add_steps, period_start
from corridor.series.convert import LEAST_KNOWN
from corridor.series.published import PublishedSeries

LEAST_LIKELY = 20.0
"""A flow's part counts if so many were likely: that fewer came can be a zero which the publisher left out."""
MOST_ABSENT = 0.2
"""A flow's part that is absent on more of its dates than this is zero there, and not missing."""
SHARE = 0.05
"""A missing part counts if it was this share of the total on the published dates around it."""
LAST_SHARE = 0.2
"""The same on the last date, where a part that is not there may also have ended."""


def without_partial_dates(dataset: Dataset, notes: list[str]) -> Dataset:
    """The dataset without dates on which a part that counts is missing; a note names them.

    A part is missing on a date if it has a figure before and after it, or before the last date, and none on it. The
    sum of the others would stand for the total and pretend a fall. Of a flow, a part that is small or often absent is
    taken for zero. Where rows may not be summed, or absent ones count zero, nothing is missing.
    """
    if not dataset.dims or not dataset.additive or dataset.absent == "zero":
        return dataset
    days = partial_dates(dataset.table, dataset.dims, flow=dataset.kind == "flow")
    if not days:
        return dataset
    shown = ", ".join(day.isoformat() for day in days[:3]) + (" …" if len(days) > 3 else "")
    many = f"{len(days)} dates are" if len(days) > 1 else "1 date is"
    notes.append(
        f"{dataset.id}: {many} left out, a part of their total was not published ({shown}); if an absent row counts zero, "
        f"`corridor data add FILE --as {dataset.id} --absent zero` says so"
    )
    return replace(dataset, table=dataset.table.filter(~pl.col("date").is_in(days)))


def whole_dates(dataset: Dataset, where: Mapping[str, Sequence[str]], notes: list[str]) -> Dataset:
    """The dataset without dates on which a part of the rows that match ``where`` is missing."""
    rows = [pl.col(dim).is_in(list(values)) for dim, values in where.items() if dim in dataset.dims]
    narrow = replace(dataset, table=dataset.table.filter(*rows) if rows else dataset.table)
    kept = without_partial_dates(narrow, notes).table
    if kept.height == narrow.table.height:
        return dataset
    lost = set(narrow.table["date"]) - set(kept["date"])
    return replace(dataset, table=dataset.table.filter(~pl.col("date").is_in(list(lost))))


def partial_dates(table: pl.DataFrame, dims: tuple[str, ...], *, flow: bool = False) -> list[dt.date]:
    """Dates whose total lacks a part that counts, in order."""
    rows = table.filter(pl.col("value").is_not_null()).with_columns(
        pl.concat_str(dims, separator="\x1f").alias("part")
    )
    sums = rows.group_by("date", "part").agg(pl.col("value").sum())
    wide = sums.pivot("part", index="date", values="value").sort("date")
    if wide.height < 3 or wide.width < 3:
        return []
    values = wide.drop("date").to_numpy().astype(np.float64)
    total = np.nansum(values, axis=1)
    found = np.zeros(wide.height, bool)
    for column in values.T:
        known = np.flatnonzero(np.isfinite(column))
        inside = np.arange(known[0], known[-1] + 1)
        absent = inside[~np.isfinite(column[inside])]
        if flow and len(absent) > MOST_ABSENT * len(inside):
            continue
        likely = np.interp(absent, known, column[known])
        counts = likely >= SHARE * np.maximum(total[absent] + likely, 1e-9)
        found[absent] |= counts & (likely >= LEAST_LIKELY) if flow else counts
        if known[-1] == wide.height - 2 and (not flow or column[known[-5:]].min() >= LEAST_LIKELY):
            found[-1] |= column[known[-1]] >= LAST_SHARE * (total[-1] + column[known[-1]])
    return [day for day, part in zip(wide["date"], found, strict=True) if part]


@dataclass(frozen=True)
class PartialPeriod:
    """A first or last period of a longer step that the series covers in part, and that is therefore left out."""

    start: dt.date
    step: Step
    days: int
    """Days of it that are known."""
    of: int

    def __str__(self) -> str:
        return f"the {self.step} from {self.start} on is left out: {self.days} of its {self.of} days are published"


def partial_ends(series: PublishedSeries, step: Step) -> tuple[PartialPeriod, ...]:
    """The first and the last period of ``step`` that a series in shorter periods covers too little of to be told.

    A flow must cover it whole, a stock half of it (:meth:`corridor.series.PublishedSeries.at`).
    """
    if series.step in ("point", step) or not series.periods:
        return ()
    return tuple(_partial_ends(series, step))


def _partial_ends(series: PublishedSeries, step: Step) -> Iterator[PartialPeriod]:
    known = np.flatnonzero(~np.isnan(series.values).all(axis=1))
    if not known.size:
        return
    first, last = series.periods[known[0]], series.last_day(series.periods[known[-1]])
    need = LEAST_KNOWN if series.kind == "stock" else 1.0
    for start in dict.fromkeys((period_start(first, step), period_start(last, step))):
        end = add_steps(start, 1, step)
        days = sum(
            max(0, (min(series.last_day(series.periods[row]) + dt.timedelta(days=1), end) - max(series.periods[row], start)).days)
            for row in known
        )  # fmt: skip
        if days < need * (end - start).days:
            yield PartialPeriod(start, step, days, (end - start).days)
