"""How far a counting point strays from a fit: observation errors of the fitted fields, from their own innovations.

A field follows a walk whose monthly step has the variance of an observation divided by ``smooth`` (``smoothing.smooth``). Seen through
one series that is a local level model with a known ratio of its two variances, so that the innovations of its filter give the
variance of an observation (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, 4.2). What all
groups share is measured on their mean. How far the walk comes back is read off its changes over six months beside those of one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.calibrate.fit import Fit
from corridor.calibrate.plan import FittedField
from corridor.engine import MemberResult
from corridor.model.arrays import Floats

LEAST_SD = 0.02
LARGEST_SD = 1.0
FEWEST = 4
"""Innovations that a series needs to tell its own variance."""
DAMPINGS = np.arange(0.5, 1.0001, 0.01)
APART = 6
"""Months apart over which a field's changes are compared with those of one month."""
UNTOLD_SD = 0.15
"""Of the others, which are dated points in round figures: an assumption."""


@dataclass(frozen=True, eq=False)
class FieldError:
    """Standard deviations of one observation of a field, in logs.

    ``own`` (groups): of a group's series alone, the same for groups that move together; ``common``: shared by all groups.
    For counts of few (method ``rare``) ``dispersion`` is the variance of a count over its mean, and ``own`` that of one month of mean size.
    """

    own: Floats
    common: float
    ratio: float
    """Variance of an observation over that of a month's step of the field."""
    damping: float = 1.0
    """What is left of a deviation a month after the last observation: fields come back to where they were more often than a walk does."""
    dispersion: float = 1.0

    @property
    def step(self) -> tuple[Floats, float]:
        """Standard deviations of a month's step of the field's random walk: own (groups) and common."""
        return self.own / np.sqrt(self.ratio), self.common / np.sqrt(self.ratio)


def field_errors(fit: Fit, result: MemberResult) -> dict[str, FieldError]:
    """The errors of every field of a finished fit; ``result`` is its last run."""
    return {field.id: _error(fit, field, result) for field in fit.plan.fields}


def path_of(fit: Fit, field: FittedField) -> Floats:
    """(months, groups) the field on the scale on which it is fitted: log, log odds or log hazard; nan where it moves nobody."""
    first = fit.first_segment
    if field.method == "departures":
        at = [k for k, name in enumerate(fit.compiled.stock_ids)
              if name not in fit.compiled.index.lawful_stocks and (not field.stocks or name in field.stocks)]  # fmt: skip
        return _log(fit.base.departures[first][:, at].sum(axis=1))
    if field.method == "coverage":
        return _log(fit.series[field.observations[0]].coverage)
    at = [fit.compiled.index.flow[name] for name in field.flows]
    share = fit.base.share[first]
    if field.method in ("odds", "pool"):
        together = [
            share[:, [f for f in siblings if f in at]].sum(axis=1)
            for siblings in fit.compiled.index.siblings if set(siblings) & set(at)
        ]  # fmt: skip
        free = np.stack(together)
        return _mean(_log(free) - _log(np.where(free < 1 - 1e-9, 1 - free, 0.0)))
    moved = np.moveaxis(share[:, at], 1, 0)
    return _mean(_log(-np.log1p(-np.minimum(moved, 0.99))) if field.method == "hazard" else _log(moved))


def _log(values: Floats) -> Floats:
    return np.log(np.where(values > 0, values, np.nan))


def _mean(stacked: Floats) -> Floats:
    """Mean over the first axis of what is known; nan where nothing is."""
    known = np.isfinite(stacked)
    count = known.sum(axis=0)
    return np.where(
        count > 0, np.where(known, stacked, 0.0).sum(axis=0) / np.where(count > 0, count, 1), np.nan
    )


def _error(fit: Fit, field: FittedField, result: MemberResult) -> FieldError:
    published, simulated = fit.counts_of(field, result)
    key = fit.key_of(field) if field.by else np.zeros(len(fit.compiled.groups), dtype=np.int64)
    columns = [int(np.argmax(key == k)) for k in range(int(key.max()) + 1)]
    if field.method == "rare":
        return _rare_error(fit, field, published[:, columns], simulated[:, columns], key)
    seen = _earlier(path_of(fit, field), _lag(fit, field)) + fit.log_ratio(published, simulated)
    counts = np.nanmean(np.where(fit.fitted[:, None], published, np.nan), axis=0)[columns]
    ratio = max(field.smooth, 1e-6)
    variance = np.array([local_level_variance(seen[:, g], ratio) for g in columns])
    common = 0.0
    told = np.isfinite(variance)
    if told.sum() > 1:
        common = _common(seen[:, columns], counts, variance, ratio)
    variance = np.where(told, variance, np.nanmedian(variance) if told.any() else UNTOLD_SD**2)
    variance = 0.5 * variance + 0.5 * np.median(variance)
    if fit.series[field.observations[0]].flows:
        variance = variance - 1.0 / (counts + 3.0)  # chance of few counts is added anew to each month
    own = np.sqrt(np.clip(variance - common**2, LEAST_SD**2, LARGEST_SD**2))
    return FieldError(own[key], common, ratio, damping(seen[:, columns], ratio))


def _rare_error(
    fit: Fit, field: FittedField, published: Floats, simulated: Floats, key: np.ndarray
) -> FieldError:
    """Of counts so few that a log says nothing: the Pearson statistic of the whole."""
    known = fit.fitted & ~np.isnan(published).any(axis=1)
    away, mean = published[known] - simulated[known], simulated[known] + 0.5
    dispersion = float(np.clip(np.mean(away**2 / mean), 1.0, 100.0)) if known.any() else 1.0
    own = np.sqrt(dispersion / np.maximum(published[known].mean(axis=0), 1.0)) if known.any() else np.ones(1)
    return FieldError(np.minimum(own, LARGEST_SD)[key], 0.0, max(field.smooth, 1e-6), dispersion=dispersion)


def _lag(fit: Fit, field: FittedField) -> int:
    """Whole months from a field's effect to its count. Mixing the months in which a count may fall would make errors look like steps."""
    if field.method == "departures":
        return int(np.argmax(fit.kernels.get(field.id, fit.kernel).mean(axis=1)))
    return round(field.lag_days / 30.44)


def _earlier(path: Floats, months: int) -> Floats:
    """The path (months, groups) some months before; nan where that is before the run."""
    return np.concatenate([np.full((months, path.shape[1]), np.nan), path[: len(path) - months]])


def _common(seen: Floats, counts: Floats, variance: Floats, ratio: float) -> float:
    """Standard deviation of what all groups share: the variance of their mean, weighted by counts, less what they would give apart."""
    used = np.isfinite(variance) & np.isfinite(seen).any(axis=0) & (counts > 0)
    weight = counts[used] / counts[used].sum()
    whole = local_level_variance((seen[:, used] * weight).sum(axis=1), ratio)
    apart = float((weight**2 * variance[used]).sum())
    return float(np.sqrt(np.clip(whole - apart, 0.0, np.median(variance[used]) * 0.9)))


def damping(seen: Floats, ratio: float) -> float:
    """Damping of the walk whose changes over six months are as large, beside those of one month, as the changes of ``seen`` (months,
    columns), both without the errors of observations; 1 where too few are known."""
    near, far = _squares(seen, 1), _squares(seen, APART)
    if min(near.size, far.size) < 2 * APART or near.mean() <= 0:
        return 1.0
    once = 2 / (1 + DAMPINGS)  # squared change of a month, and below of six, in squared steps
    later = once * np.array([sum(d**k for k in range(APART)) for d in DAMPINGS])
    grown = (2 * ratio + later) / (2 * ratio + once)
    return float(DAMPINGS[int(np.argmin(np.abs(grown - far.mean() / near.mean())))])


def _squares(seen: Floats, apart: int) -> Floats:
    """Squared changes over ``apart`` months, all columns together, those above the 95 % quantile left out."""
    squares = (seen[apart:] - seen[:-apart]) ** 2
    squares = squares[np.isfinite(squares)]
    return squares[squares <= np.quantile(squares, 0.95)] if squares.size else squares


def local_level_variance(seen: Floats, ratio: float) -> float:
    """Variance of an observation of a local level model whose level moves by ``1 / ratio`` of it a month.

    ``seen`` (months), nan where nothing was observed; nan with fewer than four innovations.
    """
    step, level, spread, last = 1.0 / ratio, 0.0, np.inf, -1
    found: list[float] = []
    for t in np.nonzero(np.isfinite(seen))[0]:
        spread += step * (t - last)
        if np.isfinite(spread):
            error = float(seen[t]) - level
            found.append(error**2 / (spread + 1.0))
            gain = spread / (spread + 1.0)
            level, spread = level + gain * error, spread * (1.0 - gain)
        else:
            level, spread = float(seen[t]), 1.0
        last = int(t)
    return float(np.mean(found)) if len(found) >= FEWEST else float("nan")
