"""Exponential smoothing over a grid of parameters in one pass: every origin's forecasts, no fit by search.

State-space form with additive errors (Hyndman et al. 2008, https://doi.org/10.1007/978-3-540-71918-2). The
parameters are not chosen but averaged: at each origin a set weighs by the errors that it had made by then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.model.arrays import Floats

ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
"""Smoothing of the level; 1 is the last value."""
BETAS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
"""Smoothing of the trend, as a share of that of the level."""
DAMPING = (0.8, 0.9, 0.98, 1.0)
GAMMAS = (0.0, 0.05, 0.15, 0.4)
"""Smoothing of the seasons."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Parameter sets of one kind of smoothing; each field has shape ``(sets,)``."""

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    seasonal: bool = False


def level_grid() -> Grid:
    """A level only."""
    alpha = np.array(ALPHAS)
    return Grid(alpha, np.zeros_like(alpha), np.ones_like(alpha), np.zeros_like(alpha))


def trend_grid() -> Grid:
    """A level and a damped trend."""
    found = [(a, a * b, p, 0.0) for a in (0.2, 0.5, 0.8, 1.0) for b in BETAS for p in DAMPING]
    return Grid(*np.array(found).T)


def seasonal_grid() -> Grid:
    """A level, with and without a damped trend, and seasons."""
    pairs = [(0.0, 1.0), (0.1, 0.98), (0.3, 0.9)]
    found = [(a, a * b, p, g) for a in (0.02, 0.1, 0.3, 0.6, 1.0) for b, p in pairs for g in GAMMAS]
    return Grid(*np.array(found).T, seasonal=True)


def start_season(z: Floats, season: int, *, smooth: bool) -> Floats:
    """Seasonal deviations in the first two to four seasons, shrunk, shape ``(season,)``.

    ``smooth`` keeps three harmonics only: what a long season can tell from few years.
    """
    years = min(4, len(z) // season)
    part = z[: years * season]
    index = np.arange(len(part))
    known = ~np.isnan(part)
    phase = 2 * np.pi * index / season
    columns = [np.ones(len(part)), index / season]
    harmonics = min(3, season // 2) if smooth else 0
    for k in range(1, harmonics + 1):
        columns += [np.cos(k * phase), np.sin(k * phase)]
    design = np.stack(columns, axis=1)
    if smooth:
        ridge = np.diag([0.0, 0.1, *([0.5] * (2 * harmonics))])
        a = design[known].T @ design[known] + ridge
        fit = np.linalg.solve(a, design[known].T @ part[known])
        return design[:season, 2:] @ fit[2:]
    line = np.linalg.lstsq(design[known], part[known], rcond=None)[0]
    left = part - design @ line
    table = left.reshape(years, season)
    count = (~np.isnan(table)).sum(axis=0)
    means = np.nansum(table, axis=0) / (count + 0.5)
    return means - means.mean()


def run(z: Floats, grid: Grid, horizons: int, season: int = 1, *, smooth: bool = False) -> Floats:
    """Forecasts of every set at every origin, shape ``(sets, times, horizons)``.

    Row t rests on ``z`` up to t, but for the seasons of the start. A missing value moves no state.
    """
    sets = len(grid.alpha)
    use = season if grid.seasonal else 1
    seasons = np.zeros((sets, use))
    if grid.seasonal:
        seasons[:] = start_season(z, season, smooth=smooth)
    first = z[~np.isnan(z)][: max(3, use)]
    level = np.full(sets, float(np.median(first)))
    trend = np.zeros(sets)
    powers = np.cumsum(grid.phi[:, None] ** np.arange(1, horizons + 1), axis=1)
    steps = np.arange(1, horizons + 1)
    out = np.empty((sets, len(z), horizons))
    for t, value in enumerate(z):
        if not np.isnan(value):
            error = value - (level + grid.phi * trend + seasons[:, t % use])
            level = level + grid.phi * trend + grid.alpha * error
            trend = grid.phi * trend + grid.beta * error
            seasons[:, t % use] += grid.gamma * (1 - grid.alpha) * error
        else:
            level, trend = level + grid.phi * trend, grid.phi * trend
        out[:, t] = level[:, None] + trend[:, None] * powers + seasons[:, (t + steps) % use]
    return out


def averaged(z: Floats, forecasts: Floats, memory: float = 0.985) -> Floats:
    """Forecasts averaged over the parameter sets, shape ``(times, horizons)``.

    At each origin and horizon a set has the weight of its likelihood there: mean squares of the errors known
    by then, older ones weighing less.
    """
    sets, times, horizons = forecasts.shape
    result = np.empty((times, horizons))
    for h in range(1, horizons + 1):
        errors = np.zeros((sets, times))
        known = np.zeros(times)
        if h < times:
            made = z[None, h:] - forecasts[:, :-h, h - 1]
            seen = ~np.isnan(made[0])
            errors[:, h:] = np.where(seen, made, 0.0) ** 2
            known[h:] = seen
        total, count = _discounted(errors, memory), _discounted(known[None], memory)[0]
        mean = (total + 1e-9) / np.maximum(count, 1.0)
        score = -0.5 * (count / np.sqrt(h))[None] * np.log(mean + 1e-12)
        weight = np.exp(score - score.max(axis=0))
        weight /= weight.sum(axis=0)
        result[:, h - 1] = (weight * forecasts[:, :, h - 1]).sum(axis=0)
    return result


def _discounted(values: Floats, memory: float) -> Floats:
    """Sums up to each time in which older values weigh less, of the same shape."""
    out = np.empty_like(values)
    running = np.zeros(values.shape[0])
    for t in range(values.shape[1]):
        running = memory * running + values[:, t]
        out[:, t] = running
    return out
