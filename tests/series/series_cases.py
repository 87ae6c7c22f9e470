"""Small datasets for the tests of published series."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import polars as pl

from corridor.data import Dataset

D = dt.date


def dataset(rows: Sequence[tuple], frequency: str = "month", dims: Sequence[str] = (), **more) -> Dataset:
    """A dataset of ``(date, *dims, value)``, public ten days after each date."""
    dates = [
        row[0] if isinstance(row[0], dt.date) else D.fromisoformat((row[0] + "-01")[:10]) for row in rows
    ]
    columns = {"date": pl.Series(dates, dtype=pl.Date)}
    for i, dim in enumerate(dims):
        columns[dim] = pl.Series([row[1 + i] for row in rows], dtype=pl.String)
    columns["value"] = pl.Series([row[-1] for row in rows], dtype=pl.Float64)
    columns["known_from"] = pl.Series([d + dt.timedelta(days=10) for d in dates], dtype=pl.Date)
    return Dataset(
        "mine", "Mine", "people", frequency, tuple(dims), 10, (), (), pl.DataFrame(columns), **more
    )  # pyrefly: ignore


def shown(values) -> list[float | None]:
    """Values as a list, None where unknown."""
    return [None if math.isnan(value) else float(value) for value in values]
