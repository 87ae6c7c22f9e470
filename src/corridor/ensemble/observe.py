"""Observation operators: what a published series would have counted of a run, and what it did count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.data import Dataset
from corridor.engine.parameters import ParameterTable, coverage
from corridor.ensemble.trajectories import Trajectories
from corridor.model import Corridor, Group, Observation

Floats = npt.NDArray[np.float64]


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
    """The series as published: ``date``, ``nationality``, ``household`` ('' where not split), ``value``.

    Codes are mapped to the corridor's nationalities; those that it does not know and no ``*`` catches
    are left out.
    """
    table = dataset.table
    for column, allowed in observation.where.items():
        table = table.filter(pl.col(column).is_in(list(allowed)))
    known = set(nationalities(corridor))
    mapping = observation.nationality_map

    def code(name: str) -> str | None:
        return mapping.get(name) or (name if name in known else mapping.get("*"))

    if "nationality" in table.columns and "nationality" in observation.by:
        codes = {name: code(name) for name in table["nationality"].unique()}
        table = table.with_columns(pl.col("nationality").replace_strict(codes, return_dtype=pl.String))
        table = table.filter(pl.col("nationality").is_not_null())
    else:
        table = table.with_columns(nationality=pl.lit(""))
    if "household" not in observation.by or "household" not in table.columns:
        table = table.with_columns(household=pl.lit(""))
    # two publishers may quote the same dated point; counts by month add up
    together = pl.col("value").mean() if dataset.frequency == "point" else pl.col("value").sum()
    return table.group_by("date", "nationality", "household").agg(together).sort("date", "nationality")
