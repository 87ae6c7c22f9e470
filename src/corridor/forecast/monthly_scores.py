"""Forecasts from a calibration scored month by month beside the reference, series by series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from corridor.calibrate import Calibration
from corridor.engine import Compiled
from corridor.ensemble import Trajectories
from corridor.forecast.compare import (
    compare_with_reference,
    outcomes,
    quantiles_of_samples,
    score_quantiles,
)
from corridor.forecast.coupled import Margins
from corridor.forecast.engine import TOTAL, compile_forecast, run_forecast, series_samples
from corridor.forecast.panel import Panel
from corridor.forecast.sets import PUBLISHERS
from corridor.forecast.validate import scored_observations
from corridor.model import Corridor, InputError
from corridor.model.periods import add_months


def score_against_reference(
    corridor: Corridor,
    calibration: Calibration,
    *,
    horizons: int = 6,
    members: int = 200,
    seed: int = 1,
    workers: int = 1,
    publishers: Sequence[str] = tuple(PUBLISHERS),
) -> pl.DataFrame:
    """Forecast from a calibration, run freely, and score it, month by month, beside the reference of the same day.

    Returns ``publisher series month horizon observed median wis wis_reference low high inside_50 inside_80 inside_95``
    (``low`` and ``high`` bound 80 %): the totals of every dataset with a standard panel, the ten transit nationalities
    of each, and the areas of the US.
    Months without an outcome, or without a reference, are left out.
    """
    end = add_months(calibration.known_until, horizons + 1) - dt.timedelta(days=1)
    compiled = compile_forecast(corridor, calibration, None, end=end, seed=seed, members=members)
    trajectories = run_forecast(compiled, workers=workers)
    return score_runs(
        corridor, compiled, trajectories, calibration.as_of, horizons=horizons, publishers=publishers
    )


def score_runs(
    corridor: Corridor,
    compiled: Compiled,
    trajectories: Trajectories,
    as_of: dt.date,
    *,
    horizons: int = 6,
    publishers: Sequence[str] = tuple(PUBLISHERS),
    margins: Margins | None = None,
) -> pl.DataFrame:
    """The same for members that have been run, carried to the margins of the default forecast where ``margins`` are given.

    Raises
    ------
    InputError
        If no series has a reference on the date.
    """
    frames: list[pl.DataFrame] = []
    for observation, panel in scored_observations(corridor):
        publisher = next(name for name, p in PUBLISHERS.items() if p.dataset == observation.dataset)
        if publisher not in publishers:
            continue
        samples = [series_samples(trajectories, compiled, observation, margins)]
        for part in corridor.observations:
            area = part.where.get("area", ())
            if part.dataset == observation.dataset and len(area) == 1 and area[0] in panel.series:
                total = series_samples(trajectories, compiled, part, margins).filter(
                    pl.col("series") == TOTAL
                )
                samples.append(total.with_columns(pl.lit(area[0]).alias("series")))
        table = pl.concat(samples).filter(pl.col("series").is_in(list(panel.series)))
        scored = _side_by_side(table, panel, as_of, horizons)
        frames += [part.with_columns(pl.lit(publisher).alias("publisher")) for part in scored]
    if not frames:
        raise InputError(f"no series has a reference as of {as_of}", hint="take a later as-of date")
    return pl.concat(frames).select("publisher", pl.exclude("publisher"))


def _side_by_side(samples: pl.DataFrame, panel: Panel, as_of: dt.date, horizons: int) -> list[pl.DataFrame]:
    """Scores and intervals of each series that has a reference, from the first month ahead on."""
    last = panel.last_published(as_of)
    assert last is not None
    ahead = pl.col("month").is_between(add_months(last, 1), min(add_months(last, horizons), panel.months[-1]))
    table = quantiles_of_samples(samples.filter(ahead))
    frames: list[pl.DataFrame] = []
    for name in table["series"].unique().sort():
        part = table.filter(pl.col("series") == name)
        try:
            scored = compare_with_reference(part, panel, as_of).scores
        except InputError:  # a series without a reference must not take the others along
            continue
        hits = score_quantiles(part, outcomes(panel)).select("series", "month", "^inside_.*$")
        for column, level in (("low", 0.1), ("high", 0.9)):
            bound = part.filter((pl.col("quantile") - level).abs() < 1e-9)
            scored = scored.join(
                bound.select("series", "month", pl.col("value").alias(column)), on=["series", "month"]
            )
        frames.append(scored.join(hits, on=["series", "month"]))
    return frames
