"""Forecasts as tables: long quantiles, and a summary with the median and three intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from corridor.forecast.result import Forecast
from corridor.forecast.scores import INTERVALS, LEVELS


def quantile_table(forecast: Forecast, names: Sequence[str] | None = None) -> pl.DataFrame:
    """``series, month, horizon, quantile, value``; series without a forecast are left out.

    ``month`` is the first day of the target month (or week).
    """
    view = forecast.view
    chosen = list(names if names is not None else view.panel.series)
    columns = view.panel.columns(chosen)
    parts = []
    for i, horizon in enumerate(forecast.horizons):
        table = forecast.quantiles[i, columns]
        known = ~np.isnan(table).any(axis=1)
        parts.append(
            pl.DataFrame(
                {
                    "series": np.repeat(np.array(chosen, dtype=object)[known], len(LEVELS)).tolist(),
                    "quantile": np.tile(LEVELS, int(known.sum())),
                    "value": table[known].ravel(),
                },
                schema={"series": pl.String, "quantile": pl.Float64, "value": pl.Float64},
            ).with_columns(
                pl.lit(view.target(horizon)).alias("month"),
                pl.lit(horizon, dtype=pl.Int64).alias("horizon"),
            )
        )
    order = pl.Series(chosen, dtype=pl.String)
    return (
        pl.concat(parts)
        .select("series", "month", "horizon", "quantile", "value")
        .with_columns(pl.col("series").replace_strict(order, list(range(len(order)))).alias("_order"))
        .sort("_order", "horizon", "quantile")
        .drop("_order")
    )


def summary_table(forecast: Forecast, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One row per series and month: ``median`` and the ends of the central 50, 80 and 95 % intervals."""
    return summary_of_quantiles(quantile_table(forecast, names))


def summary_of_quantiles(long: pl.DataFrame) -> pl.DataFrame:
    """The same, of a table of quantiles."""
    columns = [pl.col("value").filter(pl.col("quantile") == 0.5).first().alias("median")]
    for interval in INTERVALS:
        for side, level in (("low", (1 - interval) / 2), ("high", (1 + interval) / 2)):
            at = (pl.col("quantile") - level).abs() < 1e-9
            columns.append(pl.col("value").filter(at).first().alias(f"{side}_{round(100 * interval)}"))
    return long.group_by("series", "month", "horizon", maintain_order=True).agg(columns)
