"""Published series, lined up with the months and groups of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.data import Dataset
from corridor.engine import Compiled
from corridor.engine.parameters import coverage
from corridor.ensemble import published
from corridor.model import Observation

Floats = npt.NDArray[np.float64]


@dataclass
class Series:
    """A published series on the run's months: ``value`` (months, groups of the margin), NaN if unknown."""

    observation: Observation
    margin: npt.NDArray[np.int64]
    """Position of each group in the margin."""
    labels: list[tuple[str, str]]
    value: Floats
    flows: list[int]
    stocks: list[int]
    coverage: Floats
    day: npt.NDArray[np.int64]
    """Day of the run that a month's value was counted on; -1 for the whole month."""


def read_series(compiled: Compiled, observation: Observation, dataset: Dataset) -> Series:
    """Line a published series up with the months and groups of a run."""
    corridor = compiled.corridor
    table = published(observation, dataset, corridor)
    labels: list[tuple[str, str]] = []
    margin = []
    for group in compiled.groups:
        label = (
            group.nationality if "nationality" in observation.by else "",
            group.household if "household" in observation.by else "",
        )
        if label not in labels:
            labels.append(label)
        margin.append(labels.index(label))
    value = np.full((len(compiled.months), len(labels)), np.nan)
    day = np.full(len(compiled.months), -1, dtype=np.int64)
    if dataset.frequency == "point":  # the last point of a month stands for it, on its own day
        day_of = {date: d for d, date in enumerate(compiled.dates)}
        for date in sorted(set(table["date"].to_list()) & set(day_of)):
            day[compiled.calendar.day_month[day_of[date]]] = day_of[date]
        table = table.filter(pl.col("date").is_in([compiled.dates[d] for d in day if d >= 0]))
        table = table.with_columns(pl.col("date").dt.truncate("1mo"))
        value[[m for m in range(len(compiled.months)) if day[m] >= 0]] = 0.0
    else:  # a month that the publisher has published counts zero where the series has no row
        known = set(dataset.table["date"].to_list())
        value[[m for m, month in enumerate(compiled.months) if month in known]] = 0.0
    at = {month: m for m, month in enumerate(compiled.months)}
    for date, nationality, household, count in table.select(
        "date", "nationality", "household", "value"
    ).iter_rows():
        if date in at and (nationality, household) in labels:
            value[at[date], labels.index((nationality, household))] = count
    _leave_gaps(value, labels, compiled.months, observation, dataset)
    names = list(compiled.flow_ids)
    return Series(
        observation=observation,
        margin=np.array(margin),
        labels=labels,
        value=value,
        flows=[names.index(f) for f in observation.flows],
        stocks=[compiled.stock_ids.index(k) for k in observation.stocks],
        coverage=coverage(compiled.table, corridor.groups, observation.id, compiled.months),
        day=day,
    )


def _leave_gaps(
    value: Floats,
    labels: list[tuple[str, str]],
    months: Sequence[dt.date],
    observation: Observation,
    dataset: Dataset,
) -> None:
    """Make what a publisher left out, or printed as a zero that is none, unknown."""
    mapping = observation.nationality_map
    for gap in dataset.gaps:
        if set(gap.where) - {"nationality"}:  # a part of what the series adds up: it is incomplete
            columns = list(range(len(labels)))
        elif gap.where and "nationality" in observation.by:
            missing = {mapping.get(code, code) for code in gap.where["nationality"]}
            columns = [i for i, (nationality, _) in enumerate(labels) if nationality in missing]
        else:  # all of a month; a missing nationality does not blank a published total
            columns = [] if gap.where else list(range(len(labels)))
        rows = [m for m, month in enumerate(months) if gap.start <= month <= gap.end]
        value[np.ix_(rows, columns)] = np.nan
