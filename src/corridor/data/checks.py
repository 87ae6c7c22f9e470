"""Cheap invariants of a dataset's table, held whenever one is opened or written."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridor.data.dataset import Dataset
from corridor.data.timing import published
from corridor.model import Fault, InputError
from corridor.model.periods import POLARS_STEPS


def check_dataset(dataset: Dataset) -> None:
    """Raise if the table breaks an invariant.

    Raises
    ------
    InputError
        With a fault for each of: wrong columns or types, a missing cell, a negative value, two rows
        with one key, a date that does not start its period, a ``known_from`` that is not the end of the
        period plus the lag.
    """
    faults = list(_schema_faults(dataset)) or list(_row_faults(dataset))
    if faults:
        raise InputError(f"the table of dataset {dataset.id} is not sound", faults=faults)


def _fault(dataset: Dataset, column: str | None, message: str) -> Fault:
    return Fault(file=f"{dataset.id}.parquet", line=None, column=column, message=message)


def _schema_faults(dataset: Dataset) -> Iterator[Fault]:
    wanted: dict[str, tuple[pl.DataType | type[pl.DataType], ...]] = {
        "date": (pl.Date,),
        **dict.fromkeys(dataset.dims, (pl.String,)),
        "value": (pl.Int64, pl.Float64),
        "known_from": (pl.Date,),
    }
    for name in [n for n in dataset.table.columns if n not in wanted]:
        yield _fault(dataset, name, "extra column")
    for name, types in wanted.items():
        if name not in dataset.table.columns:
            yield _fault(dataset, name, "missing column")
        elif dataset.table.schema[name] not in types:
            yield _fault(dataset, name, f"has type {dataset.table.schema[name]}, not {types[0]}")


def _row_faults(dataset: Dataset) -> Iterator[Fault]:
    table = dataset.table
    for name in table.columns:
        if table[name].null_count():
            yield _fault(dataset, name, f"{table[name].null_count()} empty cells")
    if table.filter((pl.col("value") < 0) | pl.col("value").cast(pl.Float64).is_nan()).height:
        yield _fault(dataset, "value", "negative value, or not a number")
    keys = ["date", *dataset.dims]
    twice = table.select(pl.struct(keys).is_duplicated().sum()).item()
    if twice:
        yield _fault(dataset, None, f"{twice} rows share date and dimensions with another")
    if dataset.frequency in ("week", "month", "quarter", "year"):
        yield from _period_faults(dataset)


def _period_faults(dataset: Dataset) -> Iterator[Fault]:
    start = pl.col("date").dt.truncate(POLARS_STEPS[dataset.frequency])
    if dataset.table.filter(pl.col("date") != start).height:
        yield _fault(dataset, "date", f"not the first day of a {dataset.frequency}")
    if dataset.vintages is not None:  # a revised figure was public later
        return
    late = dataset.table.filter(pl.col("known_from") != published(dataset.frequency, dataset.lag_days))
    if late.height:
        yield _fault(dataset, "known_from", f"not the end of the period plus {dataset.lag_days} days")
