"""Observation operators: what a published series would have counted of a run, and what it did count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from corridor.data import Dataset
from corridor.engine.parameters import ParameterTable, coverage
from corridor.ensemble.trajectories import Trajectories
from corridor.model import Corridor, Group, Observation
from corridor.model.arrays import Floats
from corridor.series import corridor_series


def nationalities(corridor: Corridor) -> tuple[str, ...]:
    """Nationalities of a corridor, in the order of its groups."""
    return tuple(dict.fromkeys(group.nationality for group in corridor.groups))


def observe(
    trajectories: Trajectories, corridor: Corridor, observation: Observation, table: ParameterTable
) -> Floats:
    """What ``observation`` would have counted, shape (members, months, groups), people.

    Flows are summed over the month; stocks are daily means of the month, without split by group (all in
    the first group).
    """
    counted = coverage(table, corridor.groups, observation.id, trajectories.months)
    return trajectories.counted_by(observation, counted)


def by_nationality(groups: Sequence[Group], values: Floats) -> Floats:
    """Sum the last axis (groups) to nationalities, in the order of their first group."""
    names = list(dict.fromkeys(group.nationality for group in groups))
    out = np.zeros((*values.shape[:-1], len(names)))
    for g, group in enumerate(groups):
        out[..., names.index(group.nationality)] += values[..., g]
    return out


def published(observation: Observation, dataset: Dataset, corridor: Corridor) -> pl.DataFrame:
    """The figures that were printed of a series: ``date``, ``nationality``, ``household`` ('' where not split),
    ``value``, under the corridor's own nationalities.

    Raises
    ------
    InputError
        As :func:`corridor.series.corridor_series`.
    """
    table = corridor_series(observation, dataset, corridor).table(printed_only=True)
    blank = [pl.lit("").alias(dim) for dim in ("nationality", "household") if dim not in table.columns]
    return table.with_columns(blank).select("date", "nationality", "household", "value")
