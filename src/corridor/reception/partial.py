"""Dates on which a part of a series was not published: their sum is no total."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl

from corridor.data import Dataset

SHARE = 0.05
"""A missing part counts if it was this share of the total on the published dates around it."""
LAST_SHARE = 0.2
"""The same on the last date, where a part that is not there may also have ended."""


def without_partial_dates(dataset: Dataset, notes: list[str]) -> Dataset:
    """The dataset without dates on which a part that counts is missing; a note names them.

    A part is missing on a date if it has a figure before and after it, or before the last date, and none on it. The
    sum of the others would stand for the total and pretend a fall.
    """
    if not dataset.dims:
        return dataset
    days = partial_dates(dataset.table, dataset.dims)
    if not days:
        return dataset
    shown = ", ".join(day.isoformat() for day in days[:3]) + (" …" if len(days) > 3 else "")
    notes.append(
        f"{dataset.id}: {len(days)} dates are left out, a part of their total was not published ({shown})"
    )
    return replace(dataset, table=dataset.table.filter(~pl.col("date").is_in(days)))


def partial_dates(table: pl.DataFrame, dims: tuple[str, ...]) -> list[dt.date]:
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
        likely = np.interp(absent, known, column[known])
        found[absent] |= likely >= SHARE * np.maximum(total[absent] + likely, 1e-9)
        if known[-1] == wide.height - 2:
            found[-1] |= column[known[-1]] >= LAST_SHARE * (total[-1] + column[known[-1]])
    return [day for day, part in zip(wide["date"], found, strict=True) if part]
