"""Datasets made of a declared entry and its counts: a corridor folder's own, and the user's."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridor.data.dataset import Dataset
from corridor.data.timing import absent_runs, published
from corridor.data.vintages import standing
from corridor.model import Corridor, Count, DatasetEntry, Gap


def table_of(entry: DatasetEntry, counts: Sequence[Count]) -> pl.DataFrame:
    """Counts as a table; ``known_from`` is the end of the period plus the lag where it is not given."""
    whole = all(float(count[2]).is_integer() for count in counts)
    columns = {
        "date": pl.Series([count[0] for count in counts], dtype=pl.Date),
        **{
            name: pl.Series([count[1][place] for count in counts], dtype=pl.String)
            for place, name in enumerate(entry.dims)
        },
        "value": pl.Series([count[2] for count in counts], dtype=pl.Float64).cast(
            pl.Int64 if whole else pl.Float64
        ),
        "known_from": pl.Series([count[3] for count in counts], dtype=pl.Date),
    }
    frame = pl.DataFrame(columns)
    return frame.with_columns(pl.col("known_from").fill_null(published(entry.frequency, entry.lag_days)))


def dataset_of(entry: DatasetEntry, vintages: pl.DataFrame) -> Dataset:
    """The dataset of an entry and its table; rows that share date and dimensions are vintages."""
    table = standing(vintages, entry.dims)
    return Dataset(
        id=entry.id,
        title=entry.title,
        unit=entry.unit,
        frequency=entry.frequency,
        kind=entry.kind,
        dims=entry.dims,
        lag_days=entry.lag_days,
        sources=entry.sources,
        notes=entry.notes,
        table=table,
        gaps=(*entry.gaps, *_undeclared(table, entry.gaps, entry.frequency)),
        additive=entry.additive,
        absent=entry.absent,
        counted={} if entry.counted else None,
        vintages=vintages if vintages.height > table.height else None,
    )


def _undeclared(table: pl.DataFrame, gaps: Sequence[Gap], frequency: str) -> tuple[Gap, ...]:
    """Periods without any row that no gap names: not in the file, so unknown and not zero."""
    found = []
    for start, end in absent_runs(table["date"], frequency):
        if not any(not gap.where and gap.start <= start and end <= gap.end for gap in gaps):
            found.append(Gap(start=start, end=end, note="not in the file"))
    return tuple(found)


def own_dataset(corridor: Corridor, name: str) -> Dataset | None:
    """A dataset of the corridor's own folder, or ``None``."""
    entry = next((entry for entry in corridor.datasets if entry.id == name), None)
    return dataset_of(entry, table_of(entry, corridor.counts[name])) if entry else None
