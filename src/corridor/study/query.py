"""Rows of one of a run's tables, as a reader of the report would ask for them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridor.model import Fault, InputError, did_you_mean
from corridor.study.folder import RunFolder, exported
from corridor.study.schema import TABLES

FOUNDED = ("causal", "before_after", "mechanical")
"""Grades of evidence on which the sign of a difference may rest."""
LEAST_FOUNDED = 0.5
"""Share of such evidence from which on the chance of a lower value is told."""


def select_rows(run: RunFolder, table: str, where: Sequence[str] = ()) -> pl.DataFrame:
    """The rows of ``table`` whose columns have one of the values in ``column=a,b``; blank stands for none.

    Counts of real people under 10 are suppressed, as in the run's CSV files. Of differences that rest on
    assumptions for more than half no chance is given, as in the report: the sign itself is assumed.

    Raises:
        InputError: no such table, column, or a condition without ``=``; all faults at once.
    """
    if table not in TABLES:
        known = ", ".join(name for name in TABLES if run.has(name))
        raise InputError(f"no table {table!r}", hint=did_you_mean(table, TABLES) or f"this run has: {known}")
    rows = run.table(table)
    faults = []
    for condition in where:
        column, found, value = condition.partition("=")
        if not found:
            faults.append(Fault("--where", None, condition, "has no =", "write column=value"))
        elif column not in rows.columns:
            faults.append(
                Fault("--where", None, column, "no such column", did_you_mean(column, rows.columns))
            )
        else:
            rows = rows.filter(pl.col(column).cast(pl.String).fill_null("").is_in(value.split(",")))
    if faults:
        raise InputError(f"cannot read {table} that way", faults=faults)
    return exported(table, _without_assumed_chances(run, rows) if table == "differences" else rows)


def _without_assumed_chances(run: RunFolder, rows: pl.DataFrame) -> pl.DataFrame:
    """Differences without the chances that the report withholds."""
    keys = ["scenario", "item"]
    share = (
        run.table("grades")
        .filter(pl.col("grade").is_in(FOUNDED))
        .group_by(keys)
        .agg(pl.col("share").sum().alias("_founded"))
    )
    founded = pl.col("_founded").fill_null(0.0) >= LEAST_FOUNDED
    chance = pl.when(founded).then(pl.col("chance_lower")).alias("chance_lower")
    return rows.join(share, on=keys, how="left", maintain_order="left").with_columns(chance).drop("_founded")
