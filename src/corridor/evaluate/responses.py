"""How people answered past measures, pooled by class: what one more measure of a class may bring.

A hierarchical model on the log scale (Gelman 2006, https://doi.org/10.1214/06-BA117A, on half-normal priors of a
spread; Higgins, Thompson & Spiegelhalter 2009, https://doi.org/10.1111/j.1467-985X.2008.00552.x, on predicting one
more study). Effects in the three windows of an episode i of class c are

    measured_i ~ N(effect_i, errors_i)    effect_i ~ N(mean + scope_s + class_c, between² R)
    class_c ~ N(0, classes² R)    scope_s ~ N(0, SCOPE_SD² R)    mean ~ N(PRIOR_MEAN, PRIOR_SD² R)

where s is 1 for a measure that names the nationalities whose way it closes and 0 for one on everybody, between and
classes are half-normal and R[v, w] = rho^|v - w|. Given (between, classes, rho) all is Gaussian, so the posterior is a
sum over a grid of those three and needs no chain. Its mixture over spreads has heavier tails than a normal law. How the
priors and the months of history were chosen, on the earlier half of the episodes: docs/responses.md.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from corridor.evaluate.episodes import WINDOWS, Kind, Outcome, outcomes
from corridor.model.arrays import Floats

PRIOR_MEAN, PRIOR_SD = -0.5, 0.5
"""Of the log effect of a usual measure, where nothing is known."""
SCOPE_SD = 0.5
"""Prior deviation of the mean of measures that name nationalities, and of those on everybody, from the common mean."""
SPREAD, CLASS_SPREAD = 0.5, 0.25
"""Scales of the half-normal priors: of episodes about the mean of their class and scope, of classes about it."""
BETWEEN: tuple[float, ...] = (0.1, 0.25, 0.4, 0.55, 0.7, 0.9, 1.2, 1.6)
CLASSES: tuple[float, ...] = (0.05, 0.2, 0.4, 0.65, 1.0, 1.4)
RHO: tuple[float, ...] = (0.6, 0.85, 0.95)
TARGETED: frozenset[Kind] = frozenset(("entry", "returns_and_parole"))
"""Classes whose measures name nationalities."""
LEVEL = 0.8
DRAWS = 20_000


@dataclass(frozen=True, eq=False)
class Response:
    """Predictive distribution of the log effect of one more measure of a class, by window."""

    kind: Kind
    targeted: bool
    """Whether it is a measure that names the nationalities whose way it closes."""
    weights: Floats
    """Of the points of the grid, shape ``(grid,)``."""
    mean: Floats
    """Shape ``(grid, windows)``."""
    covariance: Floats
    """Shape ``(grid, windows, windows)``."""
    episodes: tuple[str, ...]
    """Of this class, those that it rests on."""
    pooled: int
    """Episodes of all classes."""
    known_from: dt.date | None
    """Day on which the last figure it rests on was public; None where it rests on the prior alone."""

    def draw(self, draws: int = DRAWS, seed: int = 1) -> Floats:
        """Log effects by window, shape ``(draws, windows)``."""
        rng = np.random.default_rng(seed)
        point = rng.choice(self.weights.size, draws, p=self.weights)
        factor = np.linalg.cholesky(self.covariance)[point]
        return self.mean[point] + np.einsum("dij,dj->di", factor, rng.standard_normal((draws, len(WINDOWS))))

    def quarter(self, draws: int = DRAWS, seed: int = 1) -> Floats:
        """Log effects on months 1 to 3 together, shape ``(draws,)``."""
        return together(self.draw(draws, seed))


def together(effects: Floats) -> Floats:
    """Log effect on months 1 to 3 of log effects by window (last axis), at an even expected level."""
    return np.log((np.exp(effects[..., 0]) + 2.0 * np.exp(effects[..., 1])) / 3.0)


def known_outcomes(found: Sequence[Outcome], as_of: dt.date | None, leave: str = "") -> tuple[Outcome, ...]:
    """Outcomes as they could be known on a day: later windows become NaN; one whose first is not known is no outcome.

    ``leave`` names an episode that is left out whatever the day.
    """
    kept = []
    for outcome in found:
        public = [day is not None and (as_of is None or day <= as_of) for day in outcome.known_from]
        if outcome.episode.id == leave or not public[0]:
            continue
        effect = np.where(public, outcome.effect, np.nan)
        days = tuple(day if ok else None for day, ok in zip(outcome.known_from, public, strict=True))
        kept.append(
            Outcome(
                outcome.episode, effect, outcome.covariance, outcome.quarter, outcome.half_year, days,
                outcome.before,
            )
        )  # fmt: skip
    return tuple(kept)


def response(
    kind: Kind, as_of: dt.date | None = None, *, targeted: bool | None = None,
    found: Sequence[Outcome] | None = None, leave: str = "",
) -> Response:  # fmt: skip
    """What one more measure of a class brings, as could be known on ``as_of`` (None: all that is known).

    ``targeted``: whether it names the nationalities whose way it closes (None: as measures of the class mostly do).
    """
    known = known_outcomes(outcomes() if found is None else found, as_of, leave)
    names = kind in TARGETED if targeted is None else targeted
    weights, mean, covariance = predict(known, kind, targeted=names)
    days = [day for outcome in known for day in outcome.known_from if day]
    mine = tuple(outcome.episode.id for outcome in known if outcome.episode.kind == kind)
    return Response(kind, names, weights, mean, covariance, mine, len(known), max(days, default=None))


def predict(known: Sequence[Outcome], kind: Kind, *, targeted: bool = False) -> tuple[Floats, Floats, Floats]:
    """Weights, means and covariances over the grid for one more episode of ``kind`` and scope."""
    width = len(WINDOWS)
    kinds = [outcome.episode.kind for outcome in known] + [kind]
    scopes = [outcome.episode.targeted for outcome in known] + [targeted]
    same_kind, same_scope, same = _equal(kinds), _equal(scopes), np.eye(len(kinds))
    seen, gaps, errors = _measured(known)
    new = slice(len(known) * width, None)
    logs: list[float] = []
    means: list[Floats] = []
    covariances: list[Floats] = []
    steps = np.abs(np.subtract.outer(np.arange(width), np.arange(width)))
    for rho, (classes, class_step), (between, step) in product(RHO, _steps(CLASSES), _steps(BETWEEN)):
        parts = between**2 * same + classes**2 * same_kind + SCOPE_SD**2 * same_scope + PRIOR_SD**2
        whole = np.kron(parts, rho**steps)
        cross = whole[new][:, seen]
        factor = np.linalg.cholesky(whole[np.ix_(seen, seen)] + errors) if seen.size else np.eye(0)
        white, reach = np.linalg.solve(factor, gaps), np.linalg.solve(factor, cross.T)
        spread = between**2 / (2 * SPREAD**2) + classes**2 / (2 * CLASS_SPREAD**2)
        prior = math.log(step * class_step) - spread
        logs.append(prior - 0.5 * white @ white - np.log(np.diagonal(factor)).sum())
        means.append(PRIOR_MEAN + reach.T @ white)
        covariances.append(whole[new, new] - reach.T @ reach)
    weights = np.exp(np.array(logs) - max(logs))
    return weights / weights.sum(), np.array(means), np.array(covariances)


def _equal(names: Sequence[object]) -> Floats:
    return np.array([[a == b for b in names] for a in names], dtype=np.float64)


def _measured(known: Sequence[Outcome]) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Positions of the windows that are known, their effects less the prior mean and the covariance of their errors."""
    width = len(WINDOWS)
    measured = np.concatenate([o.episode.sign * o.effect for o in known] or [np.zeros(0)])
    seen = np.flatnonzero(~np.isnan(measured))
    errors = np.zeros((len(known) * width, len(known) * width))
    for i, outcome in enumerate(known):
        at = slice(i * width, (i + 1) * width)
        errors[at, at] = outcome.covariance
    return seen, measured[seen] - PRIOR_MEAN, errors[np.ix_(seen, seen)]


def _steps(grid: Sequence[float]) -> list[tuple[float, float]]:
    """Points of a grid, each with the width that it stands for."""
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(grid)), 1.5 * grid[-1] - 0.5 * grid[-2]]
    return [(point, b - a) for point, (a, b) in zip(grid, pairwise(edges), strict=True)]


@dataclass(frozen=True)
class Score:
    """A left-out episode: log effect on months 1 to 3, predicted from what was known when it began."""

    episode: str
    kind: Kind
    measured: float
    low: float
    median: float
    high: float
    fewer: float
    """Chance that fewer are counted than without the measure."""
    earlier: int
    """Episodes of its class that were known."""

    @property
    def held(self) -> bool:
        """Whether the interval holds the measured effect."""
        return self.low <= self.measured <= self.high


def score(found: Sequence[Outcome]) -> list[Score]:
    """Predict each episode without it and without anything learned after its start.

    The error of measurement, known before from the months before, is part of the interval.
    """
    scores = []
    for outcome in found:
        episode = outcome.episode
        told = response(episode.kind, episode.start, targeted=episode.targeted, found=found, leave=episode.id)
        rng = np.random.default_rng(2)
        effects = episode.sign * told.draw()
        errors = rng.multivariate_normal(np.zeros(2), outcome.covariance[:2, :2], len(effects))
        drawn = together(effects[:, :2] + errors)
        low, median, high = np.quantile(drawn, ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))
        scores.append(
            Score(episode.id, episode.kind, outcome.quarter, float(low), float(median), float(high),
                  float((drawn < 0).mean()), len(told.episodes))
        )  # fmt: skip
    return scores
