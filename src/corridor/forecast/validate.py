"""Prediction out of sample: the corridor refitted to an earlier date, scored beside the reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from corridor.calibrate import Calibration, CalibrationPlan, calibrate
from corridor.data import load
from corridor.forecast.compare import (
    compare_with_reference,
    outcomes,
    quantiles_of_samples,
    score_quantiles,
)
from corridor.forecast.engine import TOTAL, compile_forecast, run_forecast, series_samples
from corridor.forecast.panel import Panel, add_months
from corridor.forecast.sets import PUBLISHERS, TRANSIT, panel_of
from corridor.model import Corridor, InputError, Observation

HELD_OUT_MONTHS = 6
"""How long before the as-of date the refit stands."""

FIT_SCHEMA = {
    "counting_point": pl.String,
    "line": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "reference": pl.Float64,
    "months": pl.Int64,
}


def earlier(as_of: dt.date) -> dt.date:
    """The end of the month ``HELD_OUT_MONTHS`` before ``as_of``."""
    return add_months(as_of.replace(day=1), 1 - HELD_OUT_MONTHS) - dt.timedelta(days=1)


def out_of_sample(
    corridor: Corridor,
    plan: CalibrationPlan,
    as_of: dt.date,
    last: dt.date,
    *,
    members: int = 200,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[], None] | None = None,
) -> pl.DataFrame:
    """Refit at ``as_of`` and score the forecast of the months after it, up to ``last``.

    Returns rows of ``fit`` (line ``out_of_sample``): the weighted interval score of each total and of the
    ten transit nationalities with that of the reference, and the median absolute error of the medians.
    """
    calibration = calibrate(corridor, plan, as_of, progress=progress)
    end = add_months(last, 1) - dt.timedelta(days=1)
    compiled = compile_forecast(corridor, calibration, None, end=end, seed=seed, members=members)
    trajectories = run_forecast(compiled, workers=workers)
    rows: list[tuple[object, ...]] = []
    for observation, panel in _scored(corridor):
        samples = series_samples(trajectories, compiled, observation)
        groups: dict[str, Sequence[str]] = {TOTAL: [TOTAL]}
        if observation.id == plan.target:
            groups["ten"] = [name for name in TRANSIT if name in panel.series]
        # only what is shown: one nationality without a reference must not take the total's line away
        names = [name for members in groups.values() for name in members]
        samples = samples.filter(pl.col("series").is_in(names), pl.col("month").is_between(as_of, last))
        try:
            scored = compare_with_reference(samples, panel, as_of, groups)
        except InputError:  # the publisher's series has no reference at these months
            continue
        for group, wis, reference, _, targets in scored.groups.iter_rows():
            name = observation.id if group == TOTAL else f"{observation.id}_ten"
            rows.append((name, "out_of_sample", "wis", wis, reference, targets))
        total = scored.scores.filter(pl.col("series") == TOTAL, pl.col("observed") > 0)
        error = ((total["median"] - total["observed"]).abs() / total["observed"]).median()
        rows.append((observation.id, "out_of_sample", "median_absolute_error", error, None, total.height))
    return pl.DataFrame(rows, schema=FIT_SCHEMA, orient="row")


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
    """Forecast from a calibration and score it, month by month, beside the reference of the same day.

    Returns ``publisher series month horizon observed median wis wis_reference inside_50 inside_80 inside_95``: the
    totals of every dataset with a standard panel, the ten transit nationalities of each, and the areas of the US.
    Months without an outcome, or without a reference, are left out.
    """
    end = add_months(calibration.known_until, horizons + 1) - dt.timedelta(days=1)
    compiled = compile_forecast(corridor, calibration, None, end=end, seed=seed, members=members)
    trajectories = run_forecast(compiled, workers=workers)
    frames = []
    for observation, panel in _scored(corridor):
        publisher = next(name for name, p in PUBLISHERS.items() if p.dataset == observation.dataset)
        if publisher not in publishers:
            continue
        samples = [series_samples(trajectories, compiled, observation)]
        for part in corridor.observations:
            area = part.where.get("area", ())
            if part.dataset == observation.dataset and len(area) == 1 and area[0] in panel.series:
                total = series_samples(trajectories, compiled, part).filter(pl.col("series") == TOTAL)
                samples.append(total.with_columns(pl.lit(area[0]).alias("series")))
        table = pl.concat(samples).filter(pl.col("series").is_in(list(panel.series)))
        frames.append(
            _side_by_side(table, panel, calibration.as_of, horizons).with_columns(
                pl.lit(publisher).alias("publisher")
            )
        )
    return pl.concat(frames).select("publisher", pl.exclude("publisher"))


def _side_by_side(samples: pl.DataFrame, panel: Panel, as_of: dt.date, horizons: int) -> pl.DataFrame:
    """Scores and intervals of the series that have a reference, from the first month ahead on."""
    last = panel.last_published(as_of)
    assert last is not None
    ahead = pl.col("month").is_between(add_months(last, 1), min(add_months(last, horizons), panel.months[-1]))
    table = quantiles_of_samples(samples.filter(ahead))
    frames = []
    for name in (
        table["series"].unique().sort()
    ):  # a series without a reference must not take the others along
        part = table.filter(pl.col("series") == name)
        try:
            scored = compare_with_reference(part, panel, as_of).scores
        except InputError:
            continue
        hits = score_quantiles(part, outcomes(panel)).select("series", "month", "^inside_.*$")
        frames.append(scored.join(hits, on=["series", "month"]))
    return pl.concat(frames)


def _scored(corridor: Corridor) -> list[tuple[Observation, Panel]]:
    """Observations that are the total of a dataset with a standard panel."""
    panels = {publisher.dataset: publisher for publisher in PUBLISHERS.values()}
    found = []
    for observation in corridor.observations:
        if observation.flows and not observation.where and observation.dataset in panels:
            found.append((observation, panel_of(panels[observation.dataset], load(observation.dataset))))
    return found
