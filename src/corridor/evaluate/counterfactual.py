"""What a series would have been: a local level with seasons, on the log scale, from the months before.

The level is a random walk; a month adds noise, and seasons that are shrunk to none. With the level's variance as
unit this is a Gaussian with a known covariance for each pair of (noise, season), so the Kalman filter's
likelihood and forecasts (Durbin & Koopman 2012, https://doi.org/10.1093/acprof:oso/9780199641178.001.0001)
come from one Cholesky factor. The pairs are weighted by their likelihood over a fixed grid rather than one of them
taken for the truth, which is what keeps intervals from being too narrow in short series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corridor.model.arrays import Floats

NOISE: tuple[float, ...] = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 30.0, 100.0)
"""Variance of a month's noise, in variances of one step of the level."""
SEASON: tuple[float, ...] = (0.0, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0)
"""Variance of the seasons, in the same unit; 0 means none."""
CONTROL = 25.0
"""Prior variance of a control's coefficient, in the same unit: loose, around none."""
_DIFFUSE = 1e7


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """Gaussian forecasts of log counts after a date, one for each point of the grid, with their weights."""

    weights: Floats
    """Shape ``(grid,)``, summing to 1."""
    mean: Floats
    """Shape ``(grid, months after)``."""
    covariance: Floats
    """Shape ``(grid, months after, months after)``, in variances of one step of the level."""
    squares: Floats
    """Residual sum of squares of each point, shape ``(grid,)``."""
    degrees: int
    """Degrees of freedom of the step's variance."""

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Paths of log counts, shape ``(draws, months after)``: parameters by weight, then the months."""
        point = rng.choice(self.weights.size, draws, p=self.weights)
        scale = np.sqrt(self.squares[point] / rng.chisquare(self.degrees, draws))
        factor = np.linalg.cholesky(self.covariance)[point]
        normal = rng.standard_normal((draws, self.mean.shape[1]))
        return self.mean[point] + scale[:, None] * np.einsum("dij,dj->di", factor, normal)

    @property
    def expected(self) -> Floats:
        """Mean of the log counts over the grid, shape ``(months after,)``."""
        return self.weights @ self.mean


def fit_counterfactual(
    z: ArrayLike, calendar: ArrayLike, after: int, controls: ArrayLike | None = None
) -> Counterfactual:
    """Forecast the last ``after`` months of a series from those before.

    Parameters
    ----------
    z
        Log counts of successive months, shape ``(months,)``; NaN where unknown. The last ``after`` are not
        looked at.
    calendar
        Month of the year of each, shape ``(months,)``.
    after
        How many months to forecast.
    controls
        Log counts of series that move with this one, shape ``(months, controls)``, known in the months to
        forecast; an earlier month in which one is NaN is left out.

    Raises
    ------
    ValueError
        With fewer than three known months before, or a control unknown in the months to forecast.
    """
    series = np.asarray(z, dtype=np.float64)
    months = np.asarray(calendar)
    shared = np.zeros((series.size, 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    first = series.size - after
    known = np.flatnonzero(~np.isnan(series[:first]) & ~np.isnan(shared[:first]).any(axis=1))
    if known.size < 3 or np.isnan(shared[first:]).any():
        raise ValueError("too few known months")
    grid = _covariances(months, shared - shared[known].mean(axis=0))
    factor = np.linalg.cholesky(grid[:, known][:, :, known])
    plain = np.stack([np.ones(known.size), series[known]], axis=1)
    cross = grid[:, known][:, :, first:]
    white = np.linalg.solve(
        factor, np.concatenate([np.broadcast_to(plain, (len(grid), *plain.shape)), cross], 2)
    )
    ones, seen, reach = white[..., 0], white[..., 1], white[..., 2:]
    precision = (ones**2).sum(axis=1)
    level = (ones * seen).sum(axis=1) / precision
    errors = seen - level[:, None] * ones
    squares = (errors**2).sum(axis=1)
    degrees = known.size - 1
    log_likelihood = (
        -0.5 * np.log(precision)
        - np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        - 0.5 * degrees * np.log(np.maximum(squares, 1e-12))
    )
    weights = np.exp(log_likelihood - log_likelihood.max())
    back = reach.swapaxes(1, 2)
    left = 1.0 - (back @ ones[..., None])[..., 0]
    mean = level[:, None] + (back @ errors[..., None])[..., 0]
    covariance = grid[:, first:][:, :, first:] - back @ reach
    covariance += left[:, :, None] * left[:, None, :] / precision[:, None, None]
    return Counterfactual(weights / weights.sum(), mean, covariance, squares, degrees)


def innovations(z: ArrayLike, calendar: ArrayLike, noise: float, season: float) -> Floats:
    """Standardized errors one month ahead of the filter at one point of the grid, shape ``(known - 1,)``."""
    series = np.asarray(z, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(series))
    covariance = _covariance(np.asarray(calendar), noise, season)[known][:, known] + _DIFFUSE
    errors = np.linalg.solve(np.linalg.cholesky(covariance), series[known])[1:]
    return errors / np.sqrt((errors**2).mean())


def best_point(fitted: Counterfactual) -> tuple[float, float]:
    """Noise and season of the most likely point of the grid: the maximum likelihood over it."""
    at = int(np.argmax(fitted.weights))
    return NOISE[at // len(SEASON)], SEASON[at % len(SEASON)]


def _parts(months: NDArray[np.int_]) -> tuple[Floats, Floats, Floats]:
    """Covariance of the level, of noise of variance 1, and of seasons of variance 1."""
    step = np.arange(1.0, months.size + 1)
    same = (months[:, None] == months[None, :]) - 1.0 / 12.0
    return np.minimum.outer(step, step), np.eye(months.size), same


def _covariance(months: NDArray[np.int_], noise: float, season: float) -> Floats:
    level, own, same = _parts(months)
    return level + noise * own + season * same


def _covariances(months: NDArray[np.int_], controls: Floats) -> Floats:
    """Covariance at every point of the grid, shape ``(grid, months, months)``."""
    level, own, same = _parts(months)
    noise = level + np.array(NOISE)[:, None, None] * own
    season = np.array(SEASON)[:, None, None] * same + CONTROL * controls @ controls.T
    return (noise[:, None] + season[None]).reshape(-1, months.size, months.size)
