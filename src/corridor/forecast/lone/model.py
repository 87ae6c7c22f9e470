"""The default forecaster of one series: members stacked by their past interval scores, and joint draws of its path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from corridor.forecast.joint import DRAWS, extended
from corridor.forecast.lone.holidays import HolidayEffects, holiday_effects, weeks_after
from corridor.forecast.lone.members import EMPIRICAL, Errors, History, empirical, point_members
from corridor.forecast.lone.stack import chance_of_zero, learn, mixed
from corridor.forecast.result import Forecast
from corridor.forecast.scores import LEVELS
from corridor.forecast.view import View
from corridor.model.arrays import Floats

STACKED = "stacked"
SEASONS: Mapping[str, int] = {"week": 52, "month": 12, "quarter": 4}
"""Steps of a year."""
ORIGINS = 30
"""Past origins on which the weights of the members are learned."""
UNSHOWN = 0.3
"""Prior weight of a seasonal member where the series is a stock; 1 for any other member."""


@dataclass(frozen=True, eq=False)
class Stack:
    """The forecast of one series."""

    quantiles: Floats
    """Shape ``(horizons, levels)``."""
    weights: Floats
    """Shape ``(horizons, members)``."""
    names: tuple[str, ...]
    related: Floats
    """Correlation of the horizons' errors, shape ``(horizons, horizons)``."""
    holidays: Mapping[str, float] = field(default_factory=dict)
    """Effects of holiday weeks on the log of the counts, by name; empty where none is clear."""


def stack(
    counts: Floats, horizons: int, season: int, *, stock: bool, whole: bool, weeks: Sequence[dt.date] = ()
) -> Stack:
    """Forecast one series ``1`` to ``horizons`` steps after its last row.

    Parameters
    ----------
    counts
        Shape ``(times,)``; NaN where unknown.
    season
        Steps of a year, 1 where there are none.
    stock
        Whether it is a level: then seasonal members start with a lower weight.
    whole
        Whether it counts whole people: quantiles are rounded.
    weeks
        The Mondays of the rows of a weekly series; holiday effects are then estimated and forecast.
    """
    first = int(np.flatnonzero(~np.isnan(counts))[0])
    counts, weeks = counts[first:], tuple(weeks)[first:]
    history = History(counts, horizons, season, stock)
    holidays = holiday_effects(counts, weeks, history.offset) if weeks else None
    if holidays is None or not holidays.effect:
        return _stacked(history, whole=whole)
    ordinary = _stacked(replace(history, counts=holidays.adjusted(counts)), whole=False)
    return _with_holidays(ordinary, holidays, weeks_after(weeks, horizons), whole=whole)


def _with_holidays(made: Stack, holidays: HolidayEffects, weeks: Sequence[dt.date], *, whole: bool) -> Stack:
    """The forecast from the holiday-adjusted history, with the effects of the holidays ahead."""
    levels = holidays.with_effects(made.quantiles, weeks)
    levels = np.maximum.accumulate(np.round(levels) if whole else levels, axis=1)
    return replace(made, quantiles=levels, holidays=holidays.effect)


def _stacked(history: History, *, whole: bool) -> Stack:
    """The members of one series, stacked."""
    horizons, stock = history.horizons, history.stock
    members = {name: Errors.of(member, history) for name, member in point_members(history).items()}
    others = EMPIRICAL if history.seasonal else EMPIRICAL[:1]
    names = (*members, *others)
    last = len(history.counts) - 1

    def table(t: int) -> Floats:
        """Quantiles of every member from origin ``t``, ``(members, horizons, levels)``."""
        made = [members[n].quantiles(t) if n in members else empirical(history, t, n) for n in names]
        return np.stack(made)

    rows = _origins(history)
    past = np.stack([table(t) for t in rows], axis=1) if rows else np.empty((len(names), 0, horizons, 23))
    seen = np.array([_targets(history.counts, t, horizons) for t in rows]).reshape(len(rows), horizons)
    weights = learn(past, seen, np.array([_prior(name, stock) for name in names]))
    made = mixed(weights, table(last), chance_of_zero(history.counts, horizons))
    levels = np.maximum.accumulate(np.round(made) if whole else made, axis=1)
    return Stack(levels, weights, names, _related(mixed(weights, past), seen))


def _prior(name: str, stock: bool) -> float:
    return UNSHOWN if stock and "season" in name else 1.0


def _origins(history: History) -> list[int]:
    """Past origins, evenly spaced over the later part of the history, each with something known after it."""
    last = len(history.counts) - 1
    first = max(history.burn + 4, last - max(4 * ORIGINS, 3 * history.season))
    if last - 1 < first:
        return []
    return sorted({int(t) for t in np.linspace(first, last - 1, ORIGINS).round()})


def _targets(counts: Floats, t: int, horizons: int) -> Floats:
    result = np.full(horizons, np.nan)
    ahead = counts[t + 1 : t + 1 + horizons]
    result[: len(ahead)] = ahead
    return result


def _related(past: Floats, seen: Floats) -> Floats:
    """Correlation of the errors at different horizons: half that of a random walk, half that of past ranks."""
    horizons = seen.shape[1]
    steps = np.arange(1.0, horizons + 1)
    walk = np.sqrt(np.minimum.outer(steps, steps) / np.maximum.outer(steps, steps))
    complete = ~np.isnan(seen).any(axis=1)
    if complete.sum() < 8:
        return walk
    below = (past[complete] < seen[complete][..., None]).mean(axis=-1)
    tied = (past[complete] == seen[complete][..., None]).mean(axis=-1)
    ranks = below + 0.5 * tied
    centered = ranks - ranks.mean(axis=0)
    length = np.sqrt((centered**2).sum(axis=0))
    unit = centered / np.where(length > 0, length, 1.0)
    sample = unit.T @ unit
    np.fill_diagonal(sample, 1.0)
    return 0.5 * walk + 0.5 * sample


def paths(made: Stack, draws: int = DRAWS, seed: int = 1, *, whole: bool = False) -> Floats:
    """Joint draws of the path, shape ``(horizons, draws)``: each horizon keeps its own quantiles."""
    horizons = len(made.quantiles)
    half = (draws + 1) // 2
    normal = np.random.default_rng(seed).standard_normal((horizons, half))
    root = np.linalg.cholesky(made.related + 1e-6 * np.eye(horizons))
    x = root @ normal / np.sqrt(np.diag(root @ root.T))[:, None]
    both = np.concatenate([x, -x], axis=1)[:, :draws]
    drawn = [np.maximum(extended(both[h], made.quantiles[h]), 0.0) for h in range(horizons)]
    values: Floats = np.stack(drawn)
    return np.rint(values) if whole else values


@dataclass(frozen=True)
class Stacked:
    """Each series of a view by itself; no model of another package is needed."""

    id: str = STACKED
    draws: int = DRAWS
    seed: int = 1

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """See :class:`corridor.forecast.Forecaster`; draws are of the view's only series."""
        panel = view.panel
        furthest, season = max(horizons), SEASONS.get(panel.step, 1)
        rows = [h - 1 for h in horizons]
        table = np.full((len(horizons), len(panel.series), len(LEVELS)), np.nan)
        weights: dict[str, dict[str, float]] = {}
        holidays: dict[str, Mapping[str, float]] = {}
        samples = None
        for column, name in enumerate(panel.series):
            counts = panel.values[:, column]
            known = counts[~np.isnan(counts)]
            if known.size < 3 or not known.any():
                continue
            whole = panel.kind == "flow" and bool((known == np.round(known)).all())
            weeks = panel.months if panel.step == "week" else ()
            made = stack(counts, furthest, season, stock=panel.kind == "stock", whole=whole, weeks=weeks)
            table[:, column] = made.quantiles[rows]
            if made.holidays:
                holidays[name] = made.holidays
            for h in horizons:
                shown = zip(made.names, made.weights[h - 1].round(3).tolist(), strict=True)
                weights[f"{name}, h{h}"] = {member: weight for member, weight in shown if weight > 0}
            if len(panel.series) == 1:
                samples = paths(made, self.draws, self.seed, whole=whole)[rows][:, :, None]
        return Forecast(self.id, view, tuple(horizons), table, samples, weights, holidays=holidays)
