"""Vintages: every figure ever published for a period, and which of them stood on a day.

A table of vintages has the columns of a dataset; rows that share date and dimensions are successive figures
for one period, told apart by ``known_from``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from corridor.data.timing import published

LARGEST = 10
"""Changes of a revision that are listed."""


def standing(vintages: pl.DataFrame, dims: Sequence[str], date: dt.date | None = None) -> pl.DataFrame:
    """The figures that stood on ``date`` (all that is known, if ``None``): of each period the last one."""
    known = vintages if date is None else vintages.filter(pl.col("known_from") <= date)
    keys = ["date", *dims]
    # a stable sort: of two figures that were public on one day the later row stands
    return (
        known.sort("known_from", maintain_order=True)
        .unique(keys, keep="last", maintain_order=True)
        .sort(keys)
    )


@dataclass(frozen=True, repr=False)
class Revision:
    """What a new edition changes: rows to add to the vintages, and the changed figures with both values."""

    rows: pl.DataFrame
    changed: pl.DataFrame
    """``date``, dimensions, ``before``, ``after``; largest change first."""
    added: int
    """Figures of periods for which there was none."""

    @property
    def largest(self) -> pl.DataFrame:
        """The ten largest changes."""
        return self.changed.head(LARGEST)


def revise(
    before: pl.DataFrame,
    edition: pl.DataFrame,
    dims: Sequence[str],
    frequency: str,
    lag_days: int,
    on: dt.date,
) -> Revision:
    """Compare an edition (``date``, dimensions, ``value``), public on ``on``, with the figures before it.

    A figure of a period after the last was public at the period's end plus the lag, or on ``on`` if that is
    earlier; a changed one, or one of an earlier period that had none, on ``on``. A combination that a covered period no longer has counts zero now.
    Periods that the edition does not cover keep their figures.
    """
    keys = ["date", *dims]
    seen = before.select("date").unique()
    covered = before.join(edition.select("date").unique(), on="date", how="semi")
    both = covered.select(*keys, before="value").join(
        edition.select(*keys, after="value"), on=keys, how="full", coalesce=True
    )
    old = both.join(seen, on="date", how="semi")
    changed = (
        old.with_columns(pl.col("before", "after").fill_null(0))
        .filter(pl.col("before") != pl.col("after"))
        .with_columns(size=(pl.col("after").cast(pl.Float64) - pl.col("before").cast(pl.Float64)).abs())
        .sort(["size", *keys], descending=[True, *(False for _ in keys)])
        .drop("size")
    )
    new = both.join(seen, on="date", how="anti")
    later = pl.col("date") > pl.lit(before["date"].max(), dtype=pl.Date)
    first = (
        pl.when(later)
        .then(pl.min_horizontal(published(frequency, lag_days), pl.lit(on)))
        .otherwise(pl.lit(on))
    )
    rows = pl.concat(
        [
            new.select(*keys, value="after").with_columns(known_from=first),
            changed.select(*keys, value="after").with_columns(known_from=pl.lit(on)),
        ],
        how="vertical_relaxed",
    )
    return Revision(rows.sort("known_from", *keys), changed, new.height)


def reinstated(
    held: pl.DataFrame, rows: pl.DataFrame, dims: Sequence[str], on: dt.date, editions: Sequence[dt.date]
) -> pl.DataFrame:
    """Rows that put a later edition's figures back above ``rows`` of an edition of ``on``, from its own day.

    The later edition of a period is that of its first held figure after ``on``; where there is none, the first of
    ``editions`` (days, sorted) after ``on``, if the period was held at all.
    """
    keys = ["date", *dims]
    after = (
        held.filter(pl.col("known_from") > on).group_by("date").agg(pl.col("known_from").min().alias("turn"))
    )
    later = next((day for day in editions if day > on), None)
    turns = held.select("date").unique().join(after, on="date", how="left")
    turns = turns.with_columns(pl.col("turn").fill_null(pl.lit(later, dtype=pl.Date))).drop_nulls("turn")
    parts = [rows.clear()]
    for (turn,), dates in turns.group_by(["turn"]):
        assert isinstance(turn, dt.date)
        touched = rows.join(dates.select("date"), on="date", how="semi").select(keys).unique()
        then = standing(held, dims, turn).select(*keys, "value")
        back = touched.join(then, on=keys, how="left").with_columns(pl.col("value").fill_null(0))
        stated = held.filter(pl.col("known_from") == turn).select(keys)
        back = back.join(stated, on=keys, how="anti") if dims or stated.height else back
        parts.append(back.select(*keys, "value", pl.lit(turn).alias("known_from")).select(rows.columns))
    return pl.concat(parts, how="vertical_relaxed").sort("known_from", *keys)
