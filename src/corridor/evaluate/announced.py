"""Between an announcement and its date: do people hurry, or wait? Measured on episodes whose date was public before.

The log of what was counted in the last month that lies mostly between the two, over what the months before let expect,
pooled with random effects: measured_i ~ N(effect_i, error_i²), effect_i ~ N(mean, spread²), mean ~ N(0, PRIOR_SD²), spread
half-normal. Above 0 is a rush before the date, below 0 waiting for it; the prior has no sign, nor need the counts have one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from corridor.data import Dataset, load
from corridor.evaluate.counterfactual import fit_counterfactual
from corridor.evaluate.episodes import HISTORY, PANDEMIC, Episode, counts_of, episodes
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, month_end

LEAST_DAYS = 10
"""Days between announcement and date, within the month, without which nothing is measured."""
PRIOR_SD, SPREAD = 0.35, 0.25
"""Prior deviation of the mean, and scale of the half-normal spread of episodes: a change by a third or so is usual."""
SPREADS: tuple[float, ...] = (0.05, 0.15, 0.25, 0.35, 0.5, 0.7)
DRAWS = 4000


@dataclass(frozen=True)
class Anticipation:
    """What happened to the counts between an announcement and its date."""

    episode: Episode
    month: dt.date
    effect: float
    """Log ratio of counted to expected people; its sign is turned where the measure widens."""
    error: float
    known_from: dt.date


@dataclass(frozen=True, eq=False)
class BeforeTheDate:
    """Predictive distribution of that log ratio for one more announced measure."""

    weights: Floats
    """Of the spreads, shape ``(spreads,)``."""
    mean: Floats
    deviation: Floats
    episodes: tuple[str, ...]

    def draw(self, draws: int, seed: int = 1) -> Floats:
        """Log ratios, shape ``(draws,)``."""
        rng = np.random.default_rng(seed)
        point = rng.choice(self.weights.size, draws, p=self.weights)
        return self.mean[point] + self.deviation[point] * rng.standard_normal(draws)


def month_between(announced: dt.date, start: dt.date) -> dt.date | None:
    """The last month with more days between the two than after the start, and at least ``LEAST_DAYS`` of them."""
    for month in (start.replace(day=1), add_months(start, -1).replace(day=1)):
        between = (min(month_end(month), start - dt.timedelta(days=1)) - max(month, announced)).days + 1
        after = max((month_end(month) - start).days + 1, 0)
        if between >= LEAST_DAYS and between > after:
            return month
    return None


def measure_anticipation(
    episode: Episode, loader: Callable[[str], Dataset] = load, seed: int = 1
) -> Anticipation | None:
    """Measure it against a local level with seasons and the other nationalities, as outcomes are; None without a month."""
    month = month_between(episode.announced, episode.start) if episode.announced else None
    if month is None:
        return None
    dataset = loader(episode.dataset)
    months = [add_months(month, k) for k in range(-HISTORY, 1)]
    series = counts_of(episode, dataset)
    logs = _logs(dict(zip(series.periods, series.counts.tolist(), strict=True)), months, series.offset)
    controls = None
    if episode.nationalities:
        others = counts_of(episode, dataset, others=True)
        known = dict(zip(others.periods, others.counts.tolist(), strict=True))
        controls = _logs(known, months, series.offset)[:, None]
    fitted = fit_counterfactual(logs, np.array([m.month for m in months]), 1, controls)
    gaps = episode.sign * (logs[-1] - fitted.draw(DRAWS, np.random.default_rng(seed))[:, 0])
    public = dict(zip(series.periods, series.known_from, strict=True))[month]
    assert public is not None
    return Anticipation(episode, month, float(gaps.mean()), float(gaps.std()), public)


def _logs(counts: dict[dt.date, float], months: Sequence[dt.date], offset: float) -> Floats:
    return np.log(np.array([np.nan if m in PANDEMIC else counts.get(m, np.nan) + offset for m in months]))


@cache
def anticipations() -> tuple[Anticipation, ...]:
    """Those of all episodes that were announced in time."""
    found = (measure_anticipation(episode) for episode in episodes())
    return tuple(one for one in found if one is not None)


def before_the_date(
    as_of: dt.date | None = None, found: Sequence[Anticipation] | None = None
) -> BeforeTheDate:
    """What one more announced date brings before it, as could be known on ``as_of`` (None: all that is known)."""
    kept = [
        x for x in (anticipations() if found is None else found) if as_of is None or x.known_from <= as_of
    ]
    effects, errors = np.array([x.effect for x in kept]), np.array([x.error for x in kept])
    spread = np.array(SPREADS)
    precision = 1.0 / (errors[None] ** 2 + spread[:, None] ** 2)  # (spreads, episodes)
    whole = precision.sum(axis=1) + 1.0 / PRIOR_SD**2
    mean = (precision * effects).sum(axis=1) / whole
    fit = (precision * effects**2).sum(axis=1) - whole * mean**2
    logs = 0.5 * (np.log(precision).sum(axis=1) - np.log(whole) - fit) - spread**2 / (2 * SPREAD**2)
    widths = np.gradient(spread)
    weights = widths * np.exp(logs - logs.max())
    return BeforeTheDate(
        weights / weights.sum(), mean, np.sqrt(1.0 / whole + spread**2), tuple(x.episode.id for x in kept)
    )
