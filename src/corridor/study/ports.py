"""Ports of entry in a run folder: hours and trucks, all of them assumed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from corridor.ensemble import PORT_UNITS, port_figures
from corridor.model import Corridor
from corridor.study.assemble import DAILY_LEVELS, ScenarioRun
from corridor.text import say


def ports_table(runs: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``ports``: quantiles of every port's hours and trucks by month; empty where no port declares hours."""
    rows: list[tuple[object, ...]] = []
    for run in runs:
        found = port_figures(run.trajectories, run.compiled)
        for name, values in found.figures.items():
            quantiles = np.quantile(values, DAILY_LEVELS, axis=0)
            rows += [
                (run.id, port, month, name, level, float(quantiles[q, m, p]))
                for p, port in enumerate(found.ports)
                for m, month in enumerate(found.months)
                for q, level in enumerate(DAILY_LEVELS)
            ]
    columns = ("scenario", "port", "month", "item", "quantile", "value")
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def port_labels(corridor: Corridor, ports: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``labels`` for the ports and figures of a ``ports`` table, in its order."""
    if ports.is_empty():
        return pl.DataFrame()
    places = {place.id: place for place in corridor.places}
    at = {stock.id: places[stock.place] for stock in corridor.stocks}
    rows = [
        (port, at[port].name, at[port].name_es, "port", "assumed", "")
        for port in ports["port"].unique(maintain_order=True)
    ]
    rows += [(name, *say(f"ports.{name}"), "port_figure", "assumed", "") for name in PORT_UNITS]
    return pl.DataFrame(rows, schema=["item", "label", "label_es", "kind", "tag", "source"], orient="row")
