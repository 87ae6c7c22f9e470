"""Is the method right? How often it sees an effect where there is none, and whether planted ones are found."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corridor.evaluate.counterfactual import fit_counterfactual
from corridor.evaluate.question import MIN_HISTORY
from corridor.model.arrays import Floats
from corridor.model.periods import months_from
from corridor.series import LOG_OFFSET, PublishedSeries

LOW, HIGH = 0.025, 0.975
DRAWS = 1_000


@dataclass(frozen=True)
class Law:
    """A law of log counts: standard deviations of a step of the level, of a month's noise, and of the seasons."""

    name: str
    step: float
    noise: float = 0.0
    season: float = 0.0
    tail: float = math.inf
    """Degrees of freedom of Student's t for the steps; infinite means normal."""

    def counts(self, months: int, rng: np.random.Generator) -> Floats:
        """Counts of successive months, shape ``(months,)``."""
        if math.isinf(self.tail):
            steps = rng.standard_normal(months)
        else:
            steps = rng.standard_t(self.tail, months) / math.sqrt(self.tail / (self.tail - 2))
        seasons = rng.normal(0.0, self.season, 12)[np.arange(months) % 12]
        noise = self.noise * rng.standard_normal(months)
        return np.exp(math.log(20_000) + self.step * np.cumsum(steps) + noise + seasons)


LAWS: tuple[Law, ...] = (
    Law("level only", 0.2),
    Law("level, noise and seasons", 0.15, 0.1, 0.1),
    Law("mostly noise, seasons", 0.05, 0.2, 0.1),
)
HEAVY = Law("level with heavy tails (t, 4)", 0.2, tail=4.0)
"""Not what the method assumes: shown, not held to the goal."""


def covered(
    law: Law,
    effects: Sequence[float],
    *,
    runs: int,
    before: int = 60,
    after: int = 1,
    seed: int = 1,
    tick: Callable[[], None] = lambda: None,
) -> list[float]:
    """Share of simulated series whose 95 % interval holds the planted effect, for each of ``effects``.

    For an effect of 0, one minus it is the rejection rate without effect.
    """  # fmt: skip
    rng = np.random.default_rng(seed)
    held = np.zeros(len(effects))
    calendar = np.arange(before + after) % 12
    for _ in range(runs):
        counts = law.counts(before + after, rng)
        fitted = fit_counterfactual(np.log(counts + LOG_OFFSET), calendar, after)
        paths = np.maximum(np.exp(fitted.draw(DRAWS, rng)) - LOG_OFFSET, 1.0)
        for i, effect in enumerate(effects):
            seen = (counts[before:] * (1 + effect)).sum()
            low, high = np.quantile(seen / paths.sum(axis=1) - 1, [LOW, HIGH])
            held[i] += low <= effect <= high
        tick()
    return [float(share) for share in held / runs]


@dataclass(frozen=True)
class PlaceboRate:
    """How often real dates look like an effect, with a standard error that counts a month once."""

    rate: float
    error: float
    dates: int
    pairs: int
    """Pairs of a date and a series."""


def placebo_rate(
    panel: Sequence[PublishedSeries],
    first: dt.date,
    last: dt.date,
    without: Sequence[dt.date] = (),
    seed: int = 1,
) -> PlaceboRate:
    """Rejection rate at every month from ``first`` to ``last`` as if a measure had begun then.

    Series share their shocks, so the standard error is of the monthly rejection shares.
    """
    shares: list[tuple[int, int]] = []
    for month in months_from(first, last):
        if month in without:
            continue
        hits = [hit for series in panel if (hit := _rejects(series, month, seed)) is not None]
        if hits:
            shares.append((sum(hits), len(hits)))
    hit, count = np.array(shares).T
    rate = float(hit.sum() / count.sum())
    error = math.sqrt(float(((hit - rate * count) ** 2).sum())) / float(count.sum())
    return PlaceboRate(rate, error, len(shares), int(count.sum()))


def _rejects(series: PublishedSeries, month: dt.date, seed: int) -> bool | None:
    row = series.position(month)
    if not 0 <= row < len(series.periods) or math.isnan(series.counts[row]):
        return None
    if (~np.isnan(series.counts[:row])).sum() < MIN_HISTORY:
        return None
    fitted = fit_counterfactual(series.logs[: row + 1], series.calendar[: row + 1], 1)
    low, high = np.quantile(fitted.draw(DRAWS, np.random.default_rng(seed))[:, 0], [LOW, HIGH])
    return not low <= series.logs[row] <= high
