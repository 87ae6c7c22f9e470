"""Triggers in a run folder: their rules, and the share of the members in which each was on by day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corridor.study.assemble import ScenarioRun
from corridor.study.schema import TABLES


def trigger_tables(runs: Sequence[ScenarioRun]) -> dict[str, pl.DataFrame]:
    """``triggers`` and ``trigger_days``; empty where no measure names a trigger."""
    rules: list[tuple[object, ...]] = []
    days: list[tuple[object, ...]] = []
    for run in runs:
        for t in run.compiled.triggers:
            named = [active.measure.id for active in run.compiled.measures if active.measure.trigger == t.id]
            rules.append(
                (run.id, t.id, t.name, t.name_es, ";".join(named), t.observation or "", t.stock or "",
                 t.window_days, t.on_above, t.day_above, t.off_below, t.off_days, t.source)
            )  # fmt: skip
            share = run.trajectories.share_on(t.id)
            days += [
                (run.id, t.id, date, float(value))
                for date, value in zip(run.trajectories.dates, share, strict=True)
            ]
    return {
        name: pl.DataFrame(rows, schema=dict(TABLES[name]), orient="row")
        for name, rows in (("triggers", rules), ("trigger_days", days))
    }
