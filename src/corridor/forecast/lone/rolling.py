"""The backtest of one series: every model at rolling origins, on what was known there, scored by horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from corridor.forecast.lone.model import SEASONS, STACKED, stack
from corridor.forecast.lone.rivals import RIVALS
from corridor.forecast.panel import Panel
from corridor.forecast.scores import LEVELS, wis
from corridor.forecast.univariate import available
from corridor.model import InputError, did_you_mean
from corridor.model.arrays import Floats

REFERENCE = "walk"
LONE_MODELS = (STACKED, *RIVALS)
LEAST_BEFORE = 12
"""Known counts before the first origin."""
SCHEMA = {
    "model": pl.String, "origin": pl.Date, "horizon": pl.Int64, "target": pl.Date, "observed": pl.Float64,
    "median": pl.Float64, "wis": pl.Float64, "inside_50": pl.Float64, "inside_80": pl.Float64,
    "inside_95": pl.Float64,
}  # fmt: skip


def usable_models() -> tuple[str, ...]:
    """Models that can be run: those of statsforecast only where it is installed."""
    return tuple(name for name in LONE_MODELS if available() or name not in ("ets", "theta"))


def quantiles_of(
    model: str, counts: Floats, horizons: int, season: int, *, stock: bool, whole: bool,
    weeks: Sequence[dt.date] = (),
) -> Floats:  # fmt: skip
    """Quantiles of a model from the end of ``counts``, shape ``(horizons, levels)``.

    ``weeks`` are the Mondays of a weekly series: the default model then knows its holiday weeks.
    """
    if model == STACKED:
        return stack(counts, horizons, season, stock=stock, whole=whole, weeks=weeks).quantiles
    return RIVALS[model](counts, horizons, season)


def share_inside(quantiles: Floats, value: float, interval: float) -> float:
    """Share of an outcome that lies in the central ``interval``.

    One or nothing for a continuous forecast. Where several quantiles equal the outcome (zeros), the probability of
    that value is shared out between the levels (Czado, Gneiting & Held 2009,
    https://doi.org/10.1111/j.1541-0420.2009.01191.x), so that a forecast of many zeros can be calibrated.
    """
    low, high = (1.0 - interval) / 2.0, (1.0 + interval) / 2.0
    tied = np.flatnonzero(quantiles == value)
    if tied.size < 2:
        at = np.interp([low, high], LEVELS, quantiles)
        return float(at[0] <= value <= at[1])
    first = 0.0 if tied[0] == 0 else float(LEVELS[tied[0]])
    last = 1.0 if tied[-1] == len(LEVELS) - 1 else float(LEVELS[tied[-1]])
    return max(0.0, min(last, high) - max(first, low)) / (last - first)


def origins_of(counts: Floats, horizons: int, count: int) -> list[int]:
    """Rows of the origins: evenly spaced over the later half, the last one with a whole horizon after it if it can be."""
    known = np.flatnonzero(~np.isnan(counts))
    first = max(int(known[min(len(known), LEAST_BEFORE) - 1]), len(counts) // 2)
    last = max(first, len(counts) - 1 - horizons)
    if len(known) <= LEAST_BEFORE or first >= len(counts) - 1:
        raise InputError(
            f"{len(known)} known counts are too few for a backtest",
            hint=f"it needs more than {LEAST_BEFORE}, and something after them",
        )
    return [int(t) for t in np.unique(np.linspace(first, last, count).round())]


def backtest_series(
    panel: Panel, horizons: int = 6, *, origins: int = 12, models: Sequence[str] = (),
    progress: Callable[[], None] = lambda: None,
) -> pl.DataFrame:  # fmt: skip
    """Score models on the first series of a panel at rolling origins.

    Returns
    -------
    One row for each model, origin and horizon that was counted (columns: :data:`SCHEMA`). Only targets that every
    model has a forecast for are scored; a model without any forecast is left out.

    Raises
    ------
    InputError
        On an unknown model, or too short a history.
    """
    models = tuple(models) or usable_models()
    for name in models:
        if name not in LONE_MODELS:
            hint = did_you_mean(name, LONE_MODELS) or ", ".join(LONE_MODELS)
            raise InputError(f"there is no model {name!r} for one series", hint=hint)
        if name in ("ets", "theta") and not available():
            hint = "install corridor with its extra 'forecast'"
            raise InputError(f"the model {name!r} needs statsforecast", hint=hint)
    models = tuple(dict.fromkeys((*models, REFERENCE)))
    counts = panel.values[:, 0]
    known = counts[~np.isnan(counts)]
    season = SEASONS.get(panel.step, 1)
    whole = panel.kind == "flow" and bool((known == np.round(known)).all())
    tables: dict[int, dict[str, Floats]] = {}
    for t in origins_of(counts, horizons, origins):
        past = counts[: t + 1]
        progress()
        if np.nan_to_num(past).any():
            weeks = panel.months[: t + 1] if panel.step == "week" else ()
            tables[t] = {
                name: quantiles_of(
                    name, past, horizons, season, stock=panel.kind == "stock", whole=whole, weeks=weeks
                )
                for name in models
            }
    rows = list(_scored(panel, tables, horizons))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _scored(
    panel: Panel, tables: Mapping[int, Mapping[str, Floats]], horizons: int
) -> Iterator[tuple[object, ...]]:
    """A row for each model, origin and horizon of which the count and every model's forecast is known.

    A model that has no forecast from any origin (a season of which the history is too short for) is left out.
    """
    able = {name for made in tables.values() for name, table in made.items() if np.isfinite(table).any()}
    for t, made in tables.items():
        kept = {name: table for name, table in made.items() if name in able}
        for h in range(1, min(horizons, len(panel.months) - 1 - t) + 1):
            value = panel.values[t + h, 0]
            if np.isnan(value) or any(np.isnan(table[h - 1]).any() for table in kept.values()):
                continue
            for name, table in kept.items():
                yield _row(name, panel.months[t], h, panel.months[t + h], float(value), table[h - 1])


def _row(
    name: str, origin: dt.date, h: int, target: dt.date, value: float, quantiles: Floats
) -> tuple[object, ...]:
    inside = (share_inside(quantiles, value, interval) for interval in (0.5, 0.8, 0.95))
    return name, origin, h, target, value, float(quantiles[11]), float(wis(quantiles, LEVELS, value)), *inside


def summary_of(scores: pl.DataFrame) -> pl.DataFrame:
    """By model and horizon: ``wis``, ``relative_wis`` (to the walk), ``mae``, coverage in per cent, ``targets``."""
    table = scores.group_by("model", "horizon", maintain_order=True).agg(
        pl.col("wis").mean(),
        (pl.col("median") - pl.col("observed")).abs().mean().alias("mae"),
        *[(100 * pl.col(f"inside_{i}").mean()).alias(f"coverage_{i}") for i in (50, 80, 95)],
        pl.len().cast(pl.Int64).alias("targets"),
    )
    walk = table.filter(model=REFERENCE).select("horizon", pl.col("wis").alias("reference"))
    joined = table.join(walk, on="horizon", how="left")
    relative = pl.when(pl.col("reference") > 0).then(pl.col("wis") / pl.col("reference"))
    order = pl.col("model").replace_strict({m: i for i, m in enumerate(LONE_MODELS)}, return_dtype=pl.Int64)
    return (
        joined.with_columns(relative.alias("relative_wis"), order.alias("_order"))
        .sort("horizon", "_order")
        .select("model", "horizon", "relative_wis", "wis", "mae", "coverage_50", "coverage_80", "coverage_95", "targets")
    )  # fmt: skip
