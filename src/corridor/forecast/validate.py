"""Prediction out of sample: the corridor refitted to an earlier date, scored beside the reference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np
import polars as pl

from corridor.calibrate import CalibrationPlan, calibrate
from corridor.data import Dataset, load
from corridor.engine import Compiled
from corridor.ensemble import Trajectories, observe, published
from corridor.forecast.compare import compare_with_reference
from corridor.forecast.engine import TOTAL, compile_forecast, run_forecast, series_samples
from corridor.forecast.panel import Panel
from corridor.forecast.sets import PUBLISHERS, TRANSIT, panel_of
from corridor.model import Corridor, InputError, Observation
from corridor.model.periods import add_months

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
    ten transit nationalities with that of the reference, and the median absolute error of the medians. Series
    that are no publisher's of the standard panels are held against their last published count instead.
    """
    calibration = calibrate(corridor, plan, as_of, progress=progress)
    end = add_months(last, 1) - dt.timedelta(days=1)
    compiled = compile_forecast(corridor, calibration, None, end=end, seed=seed, members=members)
    trajectories = run_forecast(compiled, workers=workers)
    rows: list[tuple[object, ...]] = []
    for observation, panel in scored_observations(corridor):
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
    rows += _against_last_count(corridor, trajectories, compiled, as_of, last)
    return pl.DataFrame(rows, schema=FIT_SCHEMA, orient="row")


def _against_last_count(
    corridor: Corridor, trajectories: Trajectories, compiled: Compiled, as_of: dt.date, last: dt.date
) -> Iterator[tuple[object, ...]]:
    """Median absolute error of every other calibrated series; the reference is "as last published by then"."""
    standard = {publisher.dataset for publisher in PUBLISHERS.values()}
    for observation in corridor.observations:
        if not observation.calibrate or observation.dataset in standard:
            continue
        dataset = load(observation.dataset, corridor)
        known = _totals(observation, dataset.as_of(as_of), corridor)
        later = {
            date: value
            for date, value in _totals(observation, dataset, corridor).items()
            if date not in known and as_of.replace(day=1) <= date.replace(day=1) <= last and value > 0
        }
        medians = _medians(observation, dataset, trajectories, compiled)
        pairs = [(medians[date], value) for date, value in later.items() if date in medians]
        if not known or not pairs:
            continue
        naive = known[max(known)]
        ours = median(abs(forecast / value - 1) for forecast, value in pairs)
        reference = median(abs(naive / value - 1) for _, value in pairs)
        yield observation.id, "out_of_sample", "median_absolute_error", ours, reference, len(pairs)


def _totals(observation: Observation, dataset: Dataset, corridor: Corridor) -> dict[dt.date, float]:
    table = published(observation, dataset, corridor).group_by("date").agg(pl.col("value").sum())
    return dict(table.sort("date").iter_rows())


def _medians(
    observation: Observation, dataset: Dataset, trajectories: Trajectories, compiled: Compiled
) -> dict[dt.date, float]:
    """Median forecast of a series' total by month, or by day where dated points count a stock."""
    if observation.stocks and dataset.frequency == "point":
        by_day = np.median(trajectories.stock_by_day(*observation.stocks), axis=0)
        return dict(zip(trajectories.dates, by_day.tolist(), strict=True))
    counts = observe(trajectories, compiled.corridor, observation, compiled.table).sum(axis=2)
    return dict(zip(trajectories.months, np.median(counts, axis=0).tolist(), strict=True))


def scored_observations(corridor: Corridor) -> list[tuple[Observation, Panel]]:
    """Observations that are the total of a dataset with a standard panel."""
    panels = {publisher.dataset: publisher for publisher in PUBLISHERS.values()}
    found = []
    for observation in corridor.observations:
        if observation.flows and not observation.where and observation.dataset in panels:
            found.append(
                (observation, panel_of(panels[observation.dataset], load(observation.dataset, corridor)))
            )
    return found
