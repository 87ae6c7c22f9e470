"""Shocks of departures beyond what is known: their size is estimated from past errors of the published series.

The past random-walk errors of the target's total on the log scale, over the trailing 24 months, are
matched at horizons of 1 to 6 months, which gives the damping and the scale; the covariance of the nationalities'
monthly changes gives the part of a shock that is common to all, their variances (each shrunk half-way to
the median) the rest. Departures reach the target after the lags of the corridor, so
the walk is convolved with them before it is compared. The 10 to 90 % range of past errors is read as that of a normal; read as that of
heavy-tailed shocks (``df``) they would be larger, which made no forecast better (docs/calibration.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

from corridor.model.arrays import Floats
from corridor.series import LOG_OFFSET

HORIZONS = 6
TRAILING = 24
NORMAL_DF = 1000.0
"""Degrees of freedom from which shocks count as normal."""
DRAWS = 40_000
SMALLEST = 0.05
DAMPING_GRID = np.arange(0.80, 1.0001, 0.02)


@dataclass(frozen=True)
class DepartureShocks:
    """Innovations of a damped random walk: standard deviations per month on the log scale, and the damping."""

    common: float
    """Of the part that all nationalities share."""
    by_nationality: dict[str, float]
    """Of the part that each has of its own."""
    damping: float


@cache
def upper_decile(df: float, months: int) -> float:
    """The 90 % quantile of a sum of ``months`` Student t shocks, in its standard deviations: 1.28 of a normal sum, less of a heavy-tailed one.

    Exact for one month, else of 40,000 draws with a fixed seed.
    """
    if df >= NORMAL_DF:
        return float(stats.norm.ppf(0.9))
    unit = float(np.sqrt((df - 2.0) / df))
    if months == 1:
        return float(stats.t.ppf(0.9, df)) * unit
    sums = np.random.default_rng(months).standard_t(df, (DRAWS, months)).sum(axis=1)
    both = np.concatenate([sums, -sums])
    return float(np.quantile(both, 0.9)) * unit / float(np.sqrt(months))


def fitted_df(changes: Floats) -> float:
    """Degrees of freedom of a Student t about 0 that fits ``changes`` best, by maximum likelihood; within 2.1 and 1000."""
    found = stats.t.fit(changes, floc=0.0)
    return float(np.clip(found[0], 2.1, NORMAL_DF))


def naive_error_sd(series: Floats, df: float = NORMAL_DF) -> Floats:
    """Standard deviation of the error of "as last month" on the log scale at horizons 1 to 6, shape (6, series).

    A series' own one-month changes over the trailing 24 months give its unit (root mean square); how the
    error grows with the horizon is pooled over all series in those units, from the 10 and 90 % quantiles
    of the symmetrized errors around their mean: a past trend is no measure of how far the future strays. ``df``: of the shocks.
    """
    z = np.log(series + LOG_OFFSET)
    unit = np.sqrt(np.mean(np.diff(z, axis=0)[-TRAILING:] ** 2, axis=0))
    used = unit > 0
    out = np.zeros((HORIZONS, series.shape[1]))
    if not used.any():
        return out
    for h in range(1, HORIZONS + 1):
        error = (z[h:] - z[:-h])[-TRAILING:, used]
        error = ((error - error.mean(axis=0)) / unit[used]).ravel()
        both = np.concatenate([error, -error])
        out[h - 1] = unit * (np.quantile(both, 0.9) / upper_decile(df, h))
    return out


def walk_sd(kernel: Floats, damping: float) -> Floats:
    """Standard deviation at horizons 1..6 of a unit-shock damped walk seen through ``kernel``.

    ``kernel[j]`` is the part of a month's departures that is counted j months later. Shocks begin in
    the last observed month.
    """
    weights = kernel / kernel.sum()
    out = np.zeros(HORIZONS)
    for h in range(1, HORIZONS + 1):
        coefficient = np.zeros(h + 1)  # of the shock of month 0 (last observed) .. h
        for j, weight in enumerate(weights[: h + 1]):
            for step in range(h - j + 1):
                coefficient[step] += weight * damping ** (h - j - step)
        out[h - 1] = np.sqrt((coefficient**2).sum())
    return out


def estimate_shocks(
    total: Floats, by_nationality: dict[str, Floats], kernel: Floats, df: float = NORMAL_DF
) -> DepartureShocks:
    """Shocks and damping from the published total and its nationalities (monthly counts, oldest first).

    ``kernel[j]`` is the part of a month's departures that is counted j months later. Without nationalities every
    shock is common. No series is taken to be steadier than ``SMALLEST`` a month.
    """
    every = np.column_stack([total, *by_nationality.values()])
    whole, damping = _fit_walk(np.maximum(naive_error_sd(every, df)[:, 0], SMALLEST), kernel)
    if not by_nationality:
        return DepartureShocks(whole, {}, damping)
    common, own = _variances(list(by_nationality.values()))
    recent = np.array([np.nanmean(counts[-TRAILING:]) for counts in by_nationality.values()])
    weight = recent / recent.sum()
    # one factor for all shocks, so that the total has the error that it has had
    scale = whole / np.sqrt(common + (weight**2 * own).sum())
    return DepartureShocks(
        common=float(scale * np.sqrt(common)),
        by_nationality={
            name: float(scale * np.sqrt(value)) for name, value in zip(by_nationality, own, strict=True)
        },
        damping=damping,
    )


def _fit_walk(target: Floats, kernel: Floats) -> tuple[float, float]:
    """Standard deviation and damping of the walk whose errors are nearest to ``target`` (horizons), in logs."""
    best = (np.inf, 1.0, 1.0)
    for damping in DAMPING_GRID:
        gain = walk_sd(kernel, float(damping))
        sd = float(np.exp(np.mean(np.log(target / gain))))
        miss = float(np.sum(np.log(target / (sd * gain)) ** 2))
        best = min(best, (miss, sd, float(damping)))
    return best[1], best[2]


def _variances(counts: Sequence[Floats]) -> tuple[float, Floats]:
    """Variance of monthly log changes: common to all series, and of each apart, half-way to their median."""
    covariance = np.atleast_2d(np.cov(np.column_stack([_changes(series) for series in counts]), rowvar=False))
    apart = ~np.eye(len(counts), dtype=bool)
    common = max(float(covariance[apart].mean()), SMALLEST**2) if len(counts) > 1 else SMALLEST**2
    variance = np.diag(covariance)
    shrunk = 0.5 * variance + 0.5 * np.median(variance)
    return common, np.maximum(shrunk - common, SMALLEST**2)


def _changes(series: Floats) -> Floats:
    """Monthly log changes of the trailing months, cut at a factor of e: breaks are policy, not noise."""
    return np.clip(np.diff(np.log(series + LOG_OFFSET))[-TRAILING:], -1.0, 1.0)
