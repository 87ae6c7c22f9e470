"""Every dated census forecast from what was known before, beside a random walk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl

from corridor.forecast.scores import LEVELS, wis
from corridor.forecast.volatility import NORMAL
from corridor.model.arrays import Floats
from corridor.reception.balance import Prior, simulate
from corridor.reception.combination import RULE, Combination, combined
from corridor.reception.figures import Figure, known_on
from corridor.reception.fitting import fit
from corridor.reception.places import ReceptionPlace

HORIZONS = (30, 91, 182)
"""Days from the as-of day to the census that is scored."""
LEAST_BEFORE = 3
"""Censuses that must be known."""
SCHEMA = {
    "place": pl.String(), "horizon_days": pl.Int64(), "date": pl.Date(), "as_of": pl.Date(), "observed": pl.Float64(),
    "last_known": pl.Float64(), "low": pl.Float64(), "median": pl.Float64(), "high": pl.Float64(),
    "wis": pl.Float64(), "walk_wis": pl.Float64(), "inside_80": pl.Float64(), "walk_inside_80": pl.Float64(),
}  # fmt: skip


def random_walk(census: Sequence[Figure], date: dt.date) -> Floats:
    """Quantiles of a random walk from the last census, shape ``(levels,)``.

    The log of the census moves by independent normal steps; a week's variance is the mean of the past squared
    changes per week, joined by two of 5 % so that it is defined from the first.
    """
    known = [(f.end, np.log(max(f.value, 1.0))) for f in census]
    squares = [
        (later - earlier) ** 2 / max(1.0, (day - before).days / 7.0)
        for (before, earlier), (day, later) in pairwise(known)
    ]
    variance = (sum(squares) + 2 * 0.05**2) / (len(squares) + 2)
    weeks = max(1.0, (date - known[-1][0]).days / 7.0)
    return np.exp(known[-1][1] + np.sqrt(variance * weeks) * NORMAL)


def score(quantiles: Floats, figure: Figure) -> tuple[float, float]:
    """WIS and share inside the 80 % interval, over five values within the figure's rounding error."""
    values = np.linspace(figure.low, figure.high, 5)
    low, high = np.interp([0.1, 0.9], LEVELS, quantiles)
    return float(np.mean([wis(quantiles, LEVELS, v) for v in values])), float(
        np.mean((low <= values) & (values <= high))
    )


def forecast_census(
    place: ReceptionPlace, as_of: dt.date, date: dt.date, *, prior: Prior | None = None, members: int = 40,
    draws: int = 1000, seed: int = 1, rule: Combination | None = RULE,
) -> Floats:  # fmt: skip
    """Quantiles of the census on a date, from what was known on the as-of day, shape ``(levels,)``.

    ``rule`` says how the balance and a random walk are combined; ``None``: the balance alone.
    """
    plan = place.plan(members=members, seed=seed)
    if prior is not None:
        plan = replace(plan, prior=prior)
    days = (date - as_of).days
    fitted = fit(known_on(place.figures, as_of), as_of, plan)
    paths = simulate(fitted, -(-days // 7), draws=draws, seed=seed, announced=as_of)
    paths = paths if rule is None else combined(paths, fitted, rule)
    logs = np.log(np.maximum(paths.total, 0.5))
    week, part = divmod(days / 7.0, 1.0)
    first = logs[int(week)]
    between = first if part == 0 else (1 - part) * first + part * logs[int(week) + 1]
    return np.quantile(np.exp(between), LEVELS)


def census_scores(
    place: ReceptionPlace, *, horizons: Sequence[int] = HORIZONS, until: dt.date | None = None, members: int = 40,
    draws: int = 1000, seed: int = 1, prior: Prior | None = None, progress: Callable[[], None] = lambda: None,
) -> pl.DataFrame:  # fmt: skip
    """Score every dated census that had at least three known ones before it (columns: :data:`SCHEMA`)."""
    rows: list[tuple[object, ...]] = []
    for horizon in horizons:
        for figure in place.census(until):
            as_of = figure.end - dt.timedelta(days=horizon)
            known = [f for f in known_on(place.figures, as_of) if f.kind == "census" and not f.household]
            if len(known) < LEAST_BEFORE:
                continue
            made = forecast_census(
                place, as_of, figure.end, prior=prior, members=members, draws=draws, seed=seed
            )
            (ours, inside), (other, its) = score(made, figure), score(random_walk(known, figure.end), figure)
            low, median, high = np.interp([0.1, 0.5, 0.9], LEVELS, made)
            rows.append((place.id, horizon, figure.end, as_of, figure.value, known[-1].value, float(low), float(median),
                         float(high), ours, other, inside, its))  # fmt: skip
            progress()
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def summary(scores: pl.DataFrame) -> pl.DataFrame:
    """By place and horizon: points, WIS over the walk's, coverage of both."""
    return scores.group_by("place", "horizon_days", maintain_order=True).agg(
        pl.len().cast(pl.Int64()).alias("points"),
        pl.col("wis").mean().round(1),
        (pl.col("wis").mean() / pl.col("walk_wis").mean()).round(3).alias("relative_wis"),
        (100 * pl.col("inside_80").mean()).round(1).alias("coverage_80"),
        (100 * pl.col("walk_inside_80").mean()).round(1).alias("walk_coverage_80"),
    )
