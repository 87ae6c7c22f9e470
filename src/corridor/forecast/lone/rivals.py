"""Benchmark models of one series, with which the default is compared: calibrated walk, seasonal naive, AutoETS, AutoTheta."""

from __future__ import annotations

import warnings

import numpy as np

from corridor.forecast.lone.members import seasonal_naive
from corridor.forecast.scores import LEVELS
from corridor.forecast.volatility import NORMAL
from corridor.model.arrays import Floats
from corridor.series import from_log_scale, log_scale

WINDOW = 24
LEAST = 8
"""Past errors that the walk and the seasonal naive need."""


def walk(counts: Floats, horizons: int, season: int) -> Floats:
    """The calibrated random walk of one series, shape ``(horizons, levels)``.

    As the reference of publishers, but errors are the series' own from its whole past, since a lone series
    has no 30 of them in 24 months: median the last count, width the root mean square of the last 24 changes of
    ``log(count + 10)`` times the mirrored quantiles of past errors, each in widths of its origin.
    """
    del season
    z = _filled(log_scale(counts))
    changes = np.diff(z)
    width = np.array(
        [np.sqrt((changes[max(0, t - WINDOW) : t] ** 2).mean()) if t else np.nan for t in range(len(z))]
    )
    return _around(z, np.repeat(z[:, None], horizons, axis=1), np.where(width > 0, width, np.nan))


def naive(counts: Floats, horizons: int, season: int) -> Floats:
    """Seasonal naive with the mirrored quantiles of its own past errors, shape ``(horizons, levels)``."""
    z = _filled(log_scale(counts))
    if season < 2 or len(z) < season + 4:
        return np.full((horizons, len(LEVELS)), np.nan)
    made = seasonal_naive(z, horizons, season)
    made[: season - 1] = np.nan
    return _around(z, made, np.ones(len(z)))


def _around(z: Floats, made: Floats, width: Floats) -> Floats:
    horizons = made.shape[1]
    out = np.full((horizons, len(LEVELS)), np.nan)
    shape = NORMAL * 0.0
    for h in range(1, horizons + 1):
        errors = (z[h:] - made[:-h, h - 1]) / width[:-h] if h < len(z) else np.array([])
        errors = errors[~np.isnan(errors)]
        if errors.size >= LEAST:
            shape = np.quantile(np.concatenate([errors, -errors]), LEVELS)
        if np.ptp(shape) > 0 or not np.isfinite(width[-1]):
            last = width[-1] if np.isfinite(width[-1]) else 0.0
            out[h - 1] = from_log_scale(made[-1, h - 1] + last * shape)
    return out


def _filled(z: Floats) -> Floats:
    known = np.flatnonzero(~np.isnan(z))
    z = z[known[0] :]
    known = known - known[0]
    return np.interp(np.arange(len(z)), known, z[known])


def _statsforecast(name: str, counts: Floats, horizons: int, season: int) -> Floats:
    from statsforecast import models

    known = np.flatnonzero(~np.isnan(counts))
    y = np.interp(np.arange(known[0], len(counts)), known, counts[known])
    if len(y) < 2 * season + 2:
        season = 1
    made = (models.AutoETS if name == "ets" else models.AutoTheta)(season_length=season)
    levels = [round(100 * (1 - 2 * float(level)), 4) for level in LEVELS if level < 0.5]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = made.forecast(y=y, h=horizons, level=levels)  # pyrefly: ignore  # levels may be broken
    table = np.empty((horizons, len(LEVELS)))
    for i, level in enumerate(LEVELS):
        if abs(level - 0.5) < 1e-9:
            table[:, i] = found["mean"]
        else:
            central = round(100 * abs(1 - 2 * float(level)), 4)
            key = f"{'lo' if level < 0.5 else 'hi'}-{central}"
            names = [k for k in found if k.startswith(key[:3]) and abs(float(k[3:]) - central) < 1e-6]
            table[:, i] = found[names[0]]
    return np.maximum(np.sort(table, axis=1), 0.0)


def ets(counts: Floats, horizons: int, season: int) -> Floats:
    """AutoETS of statsforecast with its own intervals, shape ``(horizons, levels)``."""
    return _statsforecast("ets", counts, horizons, season)


def theta(counts: Floats, horizons: int, season: int) -> Floats:
    """AutoTheta of statsforecast with its own intervals, shape ``(horizons, levels)``."""
    return _statsforecast("theta", counts, horizons, season)


RIVALS = {"walk": walk, "seasonal_naive": naive, "ets": ets, "theta": theta}
"""By name, each from ``(counts, horizons, season)`` to quantiles of shape ``(horizons, levels)``."""
