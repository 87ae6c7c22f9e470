"""How much the newest month of a series grows in later editions, from editions that were known on a day.

The newest month of an edition is often counted in part: Honduras' later rose by a third, those of the United States hardly moved. Past
growth, shrunk toward none by one edition's worth, is what is expected of a newest month that no later edition has revised yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from corridor.data import load
from corridor.model.periods import month_end

EDITIONS = "published_editions"
SERIES = {"honduras_entries": "honduras_entries_total"}
"""Series of the table of editions whose name is not that of the dataset."""
SAME = 0.01
"""Logs within which a count is the one that an edition held."""


@dataclass(frozen=True)
class Growth:
    """Expected ``log`` growth of a newest month and its standard deviation ``sd``, from so many ``months`` that later editions revised."""

    log: float = 0.0
    sd: float = 0.0
    months: int = 0


def past_growth(editions: pl.DataFrame, as_of: dt.date) -> tuple[Growth, dict[dt.date, float]]:
    """Growth of past newest months, and the first reading of each month that one edition alone was known to hold on ``as_of``.

    ``editions`` has ``date``, ``value`` and ``known_from`` of one series; figures of a month that was not over are left out.
    """
    known = [
        (day, part.filter(pl.col("date").map_elements(month_end, return_dtype=pl.Date) < day))
        for (day,), part in editions.filter(pl.col("known_from") <= as_of).sort("known_from").group_by(
            "known_from", maintain_order=True
        )
    ]  # fmt: skip
    readings: dict[dt.date, list[float]] = {}
    newest: dict[dt.date, float] = {}
    for _, part in known:
        for month, value in part.select("date", "value").iter_rows():
            readings.setdefault(month, []).append(float(value))
        if part.height:
            last = part["date"].max()
            assert isinstance(last, dt.date)
            newest.setdefault(last, readings[last][-1])
    grown = np.array([
        np.log((readings[month][-1] + 0.5) / (first + 0.5)) for month, first in newest.items() if len(readings[month]) > 1
    ])  # fmt: skip
    single = {month: first for month, first in newest.items() if len(readings[month]) == 1}
    if not grown.size:
        return Growth(), single
    log = float(grown.sum() / (grown.size + 1))
    return Growth(log, float(np.sqrt(np.mean((grown - log) ** 2))), grown.size), single


def newest_growth(dataset: str, month: dt.date, count: float, as_of: dt.date) -> Growth:
    """What is expected of ``month`` of a dataset, whose total stands at ``count``: none where editions do not show it to be a first reading."""
    found, single = _known(SERIES.get(dataset, dataset), as_of)
    first = single.get(month)
    if first is None or abs(np.log((count + 0.5) / (first + 0.5))) > SAME:
        return Growth()
    return found


@cache
def _known(series: str, as_of: dt.date) -> tuple[Growth, dict[dt.date, float]]:
    table = load(EDITIONS).table.filter(pl.col("series") == series)
    return past_growth(table, as_of)
