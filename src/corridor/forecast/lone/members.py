"""Ensemble members of the forecast of one series: each gives quantiles at every past origin, from what was known then."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from corridor.forecast.lone import smoothing
from corridor.forecast.scores import LEVELS
from corridor.forecast.volatility import NORMAL
from corridor.model.arrays import Floats

LEAST_ERRORS = 20.0
"""Pseudo-observations: the normal distribution weighs as much as this many past errors in the shape of the interval."""
FEW_ERRORS = 8
"""With at most this many errors, those before the first known spread are divided by that spread, not by 1."""
MOST_SPREADS = 8.0
"""An error on the log scale counts as at most so many spreads of its own origin (more at horizons where errors are usually
larger): one that came when nothing had moved before says little about the size of the next."""
SCALE_HALF_LIFE = 12.0
"""Half-life, in steps, of the weight of a past error in the current spread."""


@dataclass(frozen=True, eq=False)
class History:
    """Input of the members: counts (NaN where unknown) and the number of steps ahead."""

    counts: Floats
    horizons: int
    season: int
    stock: bool = False
    offset: float = field(init=False)
    """Added to the counts before the log; larger for series that mix zeros and bursts."""

    def __post_init__(self) -> None:
        known = self.counts[~np.isnan(self.counts)]
        quiet = float((known <= 0.02 * known.mean()).mean()) if known.mean() > 0 else 1.0
        object.__setattr__(self, "offset", max(1.0, (0.05 + 2.0 * quiet) * float(known.mean())))

    @property
    def burn(self) -> int:
        """Burn-in: number of first origins whose errors are ignored."""
        return min(max(6, self.season if self.seasonal else 6), max(2, len(self.counts) // 3))

    @property
    def seasonal(self) -> bool:
        """Whether the history is long enough for a season: two whole years and four steps."""
        return self.season > 1 and len(self.counts) >= 2 * self.season + 4


def point_members(history: History) -> dict[str, tuple[Floats, Floats, bool]]:
    """Members with a point forecast: scale, forecasts ``(times, horizons)``, whether the scale is the log.

    Each is there on the log scale and on the scale of counts.
    """
    found: dict[str, tuple[Floats, Floats, bool]] = {}
    for name, z, log in (
        ("log", np.log(history.counts + history.offset), True), ("count", history.counts, False)
    ):  # fmt: skip
        for kind, forecasts in _points(z, history):
            found[f"{kind}_{name}"] = (z, forecasts, log)
    return found


def _points(z: Floats, history: History) -> list[tuple[str, Floats]]:
    steps, season = history.horizons, history.season
    found = [("walk", smoothing.run(z, _one(1.0), steps)[0])]
    for kind, grid in (("level", smoothing.level_grid()), ("trend", smoothing.trend_grid())):
        found.append((kind, smoothing.averaged(z, smoothing.run(z, grid, steps))))
    if history.seasonal:
        grid = smoothing.seasonal_grid()
        for kind, smooth in (("seasonal", False), ("harmonic", True)):
            if not smooth or season > 6:
                run = smoothing.run(z, grid, steps, season, smooth=smooth)
                found.append((kind, smoothing.averaged(z, run)))
        found.append(("seasonal_naive", seasonal_naive(z, steps, season)))
    return found


def _one(alpha: float) -> smoothing.Grid:
    return smoothing.Grid(np.array([alpha]), np.zeros(1), np.ones(1), np.zeros(1))


def seasonal_naive(z: Floats, horizons: int, season: int) -> Floats:
    """The last known value of the same season, shape ``(times, horizons)``; the last value where there is none."""
    filled = np.array(z)
    for t in range(len(z)):
        if np.isnan(filled[t]):
            filled[t] = filled[t - season] if t >= season else filled[max(0, t - 1)]
    out = np.repeat(filled[:, None], horizons, axis=1)
    for h in range(1, horizons + 1):
        back = season * -(-h // season)
        rows = np.arange(max(0, back - h), len(z))
        out[rows, h - 1] = filled[rows + h - back]
    return out


@dataclass(frozen=True, eq=False)
class Errors:
    """Past errors of a point member, divided by the spread of their own origin."""

    z: Floats
    forecasts: Floats
    scaled: Floats
    """Shape ``(times, horizons)``; NaN where there is none."""
    spread: Floats
    """Shape ``(times,)``."""
    log: bool
    offset: float

    @classmethod
    def of(cls, member: tuple[Floats, Floats, bool], history: History) -> Errors:
        """Errors of a member from the end of its burn-in on."""
        z, forecasts, log = member
        times, horizons = forecasts.shape
        errors = np.full((times, horizons), np.nan)
        for h in range(1, min(horizons, times - 1) + 1):
            errors[:-h, h - 1] = z[h:] - forecasts[:-h, h - 1]
        errors[: history.burn] = np.nan
        spread = _spread(errors[:, 0])
        scaled = errors / spread[:, None]
        if log:
            most = MOST_SPREADS * np.maximum(1.0, 1.5 * _medians(np.abs(scaled)))
            scaled = np.clip(scaled, -most, most)
        return cls(z, forecasts, scaled, spread, log, history.offset)

    def quantiles(self, t: int) -> Floats:
        """Quantiles of the counts from origin ``t``, shape ``(horizons, levels)``."""
        table = self.forecasts[t][:, None] + self.spread[t] * self._shape(t)
        return np.maximum(np.exp(np.minimum(table, 50.0)) - self.offset if self.log else table, 0.0)

    def _shape(self, t: int) -> Floats:
        """Quantiles of the scaled errors known at ``t``, by horizon."""
        horizons = self.scaled.shape[1]
        rows, steps = np.arange(t + 1)[:, None], np.arange(1, horizons + 1)[None]
        known = np.where(rows + steps <= t, self.scaled[: t + 1], np.nan)
        count = (~np.isnan(known)).sum(axis=0)
        size = np.sqrt((np.nansum(known**2, axis=0) + 1e-12) / np.maximum(count, 1))
        reach = _smooth_sizes(size, count)
        pooled = (known / reach).ravel()
        pooled = pooled[~np.isnan(pooled)]
        if pooled.size < 3:
            return reach[:, None] * NORMAL
        if self.log:
            pooled = np.concatenate([pooled, -pooled])
        free = count[0]
        empirical = np.quantile(pooled, LEVELS)
        blend = (free * empirical + LEAST_ERRORS * NORMAL) / (free + LEAST_ERRORS)
        return reach[:, None] * blend


def _medians(values: Floats) -> Floats:
    """Median of each column without NaN; 0 for a column that has none."""
    return np.array(
        [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else 0.0 for column in values.T]
    )


def _spread(errors: Floats) -> Floats:
    """Root mean square of the one-step errors known at each time: exponentially weighted, with the long-run value as a prior."""
    known = ~np.isnan(errors)
    squares = np.where(known, errors, 0.0) ** 2
    keep = 0.5 ** (1.0 / SCALE_HALF_LIFE)
    result = np.empty(len(errors))
    recent = weight = total = number = 0.0
    for t in range(len(errors)):
        if t > 0:  # the error of origin t - 1 is known at t
            recent, weight = keep * recent + squares[t - 1], keep * weight + known[t - 1]
            total, number = total + squares[t - 1], number + known[t - 1]
        long_run = total / number if number else 0.0
        result[t] = np.sqrt((recent + 12.0 * long_run) / (weight + 12.0)) if number else np.nan
    floor = np.nanmax(result) * 0.02 if np.isfinite(result).any() else 1.0
    # in a series of a few counts no weights are learned, so one first error divided by a spread of 1 would dominate
    few = 0 < known.sum() <= FEW_ERRORS
    before = result[np.isfinite(result)][0] if few and np.isfinite(result).any() else 1.0
    return np.where(np.isnan(result), before, np.maximum(result, max(floor, 1e-9)))


def _smooth_sizes(size: Floats, count: Floats) -> Floats:
    """Root mean square error by horizon, shrunk towards a power law of the horizon where few errors are known."""
    steps = np.arange(1.0, len(size) + 1)
    weight = np.minimum(count, 40.0)
    power = 0.35
    if (count >= 8).sum() >= 3:
        x, y = np.log(steps), np.log(size)
        use = count >= 8
        w = weight[use]
        x0, y0 = np.average(x[use], weights=w), np.average(y[use], weights=w)
        power = ((w * (x[use] - x0) * (y[use] - y0)).sum() + 5.0 * 0.35) / (
            (w * (x[use] - x0) ** 2).sum() + 5.0
        )
        curve = np.exp(y0 + max(power, 0.0) * (x - x0))
    else:
        first = size[0] if count[0] else 1.0
        curve = first * steps**power
    share = weight / (weight + 15.0)
    return np.maximum.accumulate(np.exp(share * np.log(size + 1e-9) + (1 - share) * np.log(curve + 1e-9)))


EMPIRICAL = ("recent", "same_season")
"""Members that forecast the empirical distribution of past counts, so that zeros and bursts keep their frequency."""


def empirical(history: History, t: int, name: str) -> Floats:
    """Weighted quantiles of the counts known at ``t``, shape ``(horizons, levels)``.

    ``recent`` weighs by age, ``same_season`` by age in years and nearness in the season. One more zero and one more
    non-zero count share a weight of one: a long run of zeros leaves a small chance of a return.
    """
    past = history.counts[: t + 1]
    known = ~np.isnan(past)
    values = past[known]
    age = (t - np.arange(t + 1))[known]
    season = history.season
    rows = []
    for h in range(1, history.horizons + 1):
        if name == "same_season":
            apart = (age + h) % season
            apart = np.minimum(apart, season - apart)
            width = max(0.6, season / 26.0)
            weight = np.exp(-0.5 * (apart / width) ** 2) * 0.5 ** (age / (4.0 * season))
        else:
            weight = 0.5 ** (age / max(12.0, season / 2.0))
        rows.append(_weighted_quantiles(values, weight))
        if name == "recent":
            return np.repeat(np.array(rows), history.horizons, axis=0)
    return np.array(rows)


def _weighted_quantiles(values: Floats, weight: Floats) -> Floats:
    positive = values[values > 0]
    if positive.size and positive.size < values.size:
        values = np.concatenate([values, [0.0], positive])
        extra = np.full(positive.size, 0.5 / positive.size)
        weight = np.concatenate([weight, [0.5], extra])
    order = np.argsort(values, kind="stable")
    values, weight = values[order], weight[order]
    at = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
    return np.interp(LEVELS, at, values)
