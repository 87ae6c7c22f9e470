"""Scores of quantile forecasts: weighted interval score, coverage, scaling.

The weighted interval score is that of Bracher et al. (2021), https://doi.org/10.1371/journal.pcbi.1008618,
in its form as a mean of pinball losses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from corridor.model.arrays import Floats

LEVELS: Floats = np.array([0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99])
"""The 23 quantile levels of the hubverse."""
LEVELS.setflags(write=False)

INTERVALS: tuple[float, ...] = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is reported."""


def pinball(quantiles: ArrayLike, levels: ArrayLike, y: ArrayLike) -> Floats:
    """Pinball loss at every level.

    Parameters
    ----------
    quantiles
        Shape ``(..., levels)``, in the units of ``y``.
    levels
        Shape ``(levels,)``, each within (0, 1).
    y
        What was observed, shape ``(...)``.

    Returns
    -------
    Shape ``(..., levels)``; NaN where the forecast or the observation is.
    """
    tau = np.asarray(levels, dtype=np.float64)
    miss = np.asarray(y, dtype=np.float64)[..., None] - np.asarray(quantiles, dtype=np.float64)
    return np.maximum(tau * miss, (tau - 1.0) * miss)


def wis(quantiles: ArrayLike, levels: ArrayLike, y: ArrayLike) -> Floats:
    """Weighted interval score: the mean over the levels of twice the pinball loss.

    Shapes as in :func:`pinball`; returns shape ``(...)`` in the units of ``y``. With the median alone it
    is the absolute error. Lower is better.
    """
    return 2.0 * pinball(quantiles, levels, y).mean(axis=-1)


def inside(quantiles: ArrayLike, levels: ArrayLike, y: ArrayLike, interval: float) -> Floats:
    """One where ``y`` lies in the central ``interval`` (ends included), zero outside, NaN where unknown.

    Shapes as in :func:`wis`. Raises ``ValueError`` if the levels do not hold both ends of the interval.
    """
    forecast = np.asarray(quantiles, dtype=np.float64)
    seen = np.asarray(y, dtype=np.float64)
    low = forecast[..., _position(levels, (1.0 - interval) / 2.0)]
    high = forecast[..., _position(levels, (1.0 + interval) / 2.0)]
    hit = ((low <= seen) & (seen <= high)).astype(np.float64)
    return np.where(np.isnan(low) | np.isnan(high) | np.isnan(seen), np.nan, hit)


def coverage(quantiles: ArrayLike, levels: ArrayLike, y: ArrayLike, interval: float) -> float:
    """Share of the observations inside the central ``interval``, over all that can be judged.

    NaN if there is none. Shapes as in :func:`wis`.
    """
    hits = inside(quantiles, levels, y, interval)
    known = hits[~np.isnan(hits)]
    return float(known.mean()) if known.size else float("nan")


def mean_change(values: ArrayLike) -> Floats:
    """Mean absolute one-month change of each series, the unit in which WIS is compared between series.

    ``values`` has shape ``(months, series)``; pairs of months with a missing one are left out. Returns
    shape ``(series,)``; NaN for a series without a pair.
    """
    steps = np.abs(np.diff(np.asarray(values, dtype=np.float64), axis=0))
    known = ~np.isnan(steps)
    count = known.sum(axis=0)
    total = np.where(known, steps, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def scaled_wis(scores: ArrayLike, change: ArrayLike) -> float:
    """Mean WIS of each series divided by its mean absolute one-month change, averaged over series.

    Parameters
    ----------
    scores
        WIS, shape ``(targets, series)``; NaN where there is no score.
    change
        Shape ``(series,)``, from :func:`mean_change` over the scored span.

    Returns
    -------
    NaN if no series has a score. Series that never change or have no score are left out.
    """
    table = np.asarray(scores, dtype=np.float64)
    unit = np.asarray(change, dtype=np.float64)
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    usable = (count > 0) & (unit > 0)
    if not usable.any():
        return float("nan")
    means = np.where(known, table, 0.0).sum(axis=0)[usable] / count[usable]
    return float((means / unit[usable]).mean())


def _position(levels: ArrayLike, level: float) -> int:
    hits = np.flatnonzero(np.isclose(np.asarray(levels, dtype=np.float64), level, atol=1e-9))
    if hits.size != 1:
        raise ValueError(f"the quantile level {level:g} is not among the levels")
    return int(hits[0])
