"""How far departures may stray beyond what is known: sized on past errors of the published series.

The target's own past random-walk errors on the log scale, over the trailing 24 months, are matched at
horizons of 1 to 6 months: the total gives the damping, and with the nationalities (each shrunk half-way
to their median) the share of the shock that is common to all. Departures reach the target after the lags of the corridor, so
the walk is convolved with them before it is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HORIZONS = 6
TRAILING = 24
OFFSET = 10.0
SMALLEST = 0.05
DAMPING_GRID = np.arange(0.80, 1.0001, 0.02)


@dataclass(frozen=True)
class Spread:
    """Standard deviations per month on the log scale, and the damping."""

    common: float
    own: dict[str, float]
    damping: float


def past_errors(series: Floats) -> Floats:
    """RMS log error of 'as last month' at horizons 1..6 over the trailing months, shape (6, series)."""
    z = np.log(series + OFFSET)
    out = np.full((HORIZONS, series.shape[1]), np.nan)
    for h in range(1, HORIZONS + 1):
        error = (z[h:] - z[:-h])[-TRAILING:]
        out[h - 1] = np.sqrt(np.nanmean(error**2, axis=0))
    return out


def walk_gain(kernel: Floats, damping: float) -> Floats:
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


def size_spread(total: Floats, by_nationality: dict[str, Floats], kernel: Floats) -> Spread:
    """Shocks and damping from the published total and its nationalities (monthly counts, oldest first)."""
    target = past_errors(total[:, None])[:, 0]
    best = (np.inf, 1.0, 1.0)
    for damping in DAMPING_GRID:
        gain = walk_gain(kernel, float(damping))
        sd = float(np.exp(np.mean(np.log(target / gain))))
        miss = float(np.sum(np.log(target / (sd * gain)) ** 2))
        best = min(best, (miss, sd, float(damping)))
    _, whole, damping = best
    gain = walk_gain(kernel, damping)
    recent = {name: float(np.nanmean(series[-TRAILING:])) for name, series in by_nationality.items()}
    weight = {name: level / sum(recent.values()) for name, level in recent.items()}
    raw = {
        name: float(np.mean((past_errors(series[:, None])[:, 0] / gain) ** 2))
        for name, series in by_nationality.items()
    }
    pooled = float(np.median(list(raw.values())))
    full = {name: 0.5 * value + 0.5 * pooled for name, value in raw.items()}
    # The total strays by the common shock and by what is left of the own ones after adding them up:
    # whole^2 = c + sum w^2 (full - c), so that neither the total nor a nationality strays too far.
    squares = sum(w**2 for w in weight.values())
    spilled = sum(weight[name] ** 2 * full[name] for name in full)
    common = min(max((whole**2 - spilled) / (1.0 - squares), SMALLEST**2), min(full.values()))
    own = {name: float(np.sqrt(max(value - common, SMALLEST**2))) for name, value in full.items()}
    return Spread(float(np.sqrt(common)), own, damping)
