"""Joint draws: samples of all parts of a total, so that the total is the sum of draws, not of medians.

Each part keeps its own quantiles. What is common to the parts (a shock shared by all nationalities) is a
Gaussian copula whose correlation is that of the past errors, shrunk to one common value; months ahead are
linked as in a random walk.
"""

from __future__ import annotations

import numpy as np

from corridor.forecast.volatility import NORMAL
from corridor.model.arrays import Floats

TAIL = 3.5
"""Standard deviations to which quantiles are extended along a straight line beyond the outermost levels."""
DRAWS = 1000
COMMON = 0.5
"""Weight of the common correlation against that of the past errors."""


def correlation(past: Floats, shapes: Floats, common: float = COMMON) -> Floats:
    """Correlation of the parts' errors.

    Parameters
    ----------
    past
        Standardized errors, ``(rows, series)``, NaN where there is none.
    shapes
        Quantiles of the errors, ``(series, levels)``, by which they are turned into normal scores.
    common
        Weight of the one common correlation.

    Returns
    -------
    Shape ``(series, series)``; ones on the diagonal.
    """
    size = past.shape[1]
    known = ~np.isnan(past)
    scores = np.zeros_like(past)
    for i in range(size):
        if np.ptp(shapes[i]) > 0:
            scores[known[:, i], i] = np.interp(past[known[:, i], i], shapes[i], NORMAL)
    length = np.sqrt((scores**2).sum(axis=0))
    unit = scores / np.where(length > 0, length, 1.0)
    sample = unit.T @ unit
    off = ~np.eye(size, dtype=bool)
    pairs = off & np.outer(length > 0, length > 0)
    shared = float(np.clip(sample[pairs].mean(), 0.0, 0.95)) if pairs.any() else 0.0
    result = (1.0 - common) * sample + common * np.where(off, shared, 1.0)
    np.fill_diagonal(result, 1.0)
    return result


def draw(
    quantiles: Floats, correlations: Floats, horizons: tuple[int, ...], draws: int = DRAWS, seed: int = 1
) -> Floats:
    """Draws of all series and horizons.

    Parameters
    ----------
    quantiles
        ``(horizons, series, levels)``, on the scale on which they are to be interpolated.
    correlations
        ``(horizons, series, series)``.
    horizons
        Months ahead, ascending.
    draws
        How many; drawn in mirrored pairs.

    Returns
    -------
    Shape ``(horizons, draws, series)``, on the scale of ``quantiles``; NaN where the quantiles are.
    """
    count, size = quantiles.shape[:2]
    half = (draws + 1) // 2
    steps = np.random.default_rng(seed).standard_normal((max(horizons), half, size))
    walk = steps.cumsum(axis=0)
    result = np.empty((count, draws, size))
    for i, horizon in enumerate(horizons):
        root = np.linalg.cholesky(correlations[i] + 1e-9 * np.eye(size))
        x = walk[horizon - 1] / np.sqrt(horizon) @ root.T
        both = np.concatenate([x, -x])[:draws]
        for s in range(size):
            result[i, :, s] = extended(both[:, s], quantiles[i, s])
    return result


def extended(scores: Floats, quantiles: Floats) -> Floats:
    """Values at normal scores of a distribution given by its quantiles at the hubverse levels.

    Beyond the outermost levels it goes on along the line through the outermost two.
    """
    q, n = quantiles, NORMAL
    low = q[0] + (q[1] - q[0]) / (n[1] - n[0]) * (-TAIL - n[0])
    high = q[-1] + (q[-1] - q[-2]) / (n[-1] - n[-2]) * (TAIL - n[-1])
    levels = np.concatenate([[-TAIL], n, [TAIL]])
    return np.interp(scores, levels, np.concatenate([[low], q, [high]]))
