"""The balance and a random walk combined by how well each would have forecast the place's own past.

A balance of arrivals and stays continues what it has seen; on many dates the last census does as well. The log
census ahead is centred between the two, half way where little is known (equal weights are hard to beat: Stock and
Watson 2004, doi:10.1002/for.928) and nearer to the one that erred less on past dates. Its spread is the mean of the
balance's and of a random walk's, multiplied by how large past errors were beside it. That of the walk over a span
comes from the place's own changes over such spans, joined by what its short steps say, since few long spans are known.

Past forecasts start from the states that the filter had after earlier censuses, so nothing is fitted again. A figure
that was published late had been in such a state a little too early.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridor.model.arrays import Floats
from corridor.reception.balance import Fitted, Paths, simulate
from corridor.reception.figures import Figure

HALF_WEEK = dt.timedelta(days=3)
LEAST_KNOWN = 3
MOST_DAYS = 250
"""Longest past forecast."""
NORMAL_80 = 2.563
"""Width of the central 80 % of a normal distribution in standard deviations."""


@dataclass(frozen=True)
class Combination:
    """How the two are combined; chosen with benchmarks/reception_choice.py on stocks that are not scored."""

    weight: float = 0.5
    """Of the balance's centre and spread where no past forecast is known; the rest is the walk's."""
    weight_spans: float = 2.0
    """So many independent spans does that weight count as much as."""
    widening: float = 1.0
    """By which the spread is multiplied where no past forecast is known."""
    widening_spans: float = 5.0
    """So many independent spans does that factor count as much as."""
    short_steps: float = 2.0
    """So many independent spans do the walk's short steps weigh as much as."""


RULE = Combination()


@dataclass(frozen=True, eq=False)
class PastForecasts:
    """Forecasts of known censuses from earlier ones; arrays are by pair of the two."""

    weeks: Floats
    """From the earlier census to the later."""
    balance: Floats
    """Log of the balance's median, less that of the last census then."""
    spread: Floats
    """Standard deviation that the balance gave its log."""
    walk: Floats
    """The same of the random walk."""
    change: Floats
    """Log of the later census less that of the last one then."""
    first: Floats
    """Week of the earlier census since the first."""


def past_forecasts(fitted: Fitted, rule: Combination = RULE, draws: int = 100) -> PastForecasts:
    """What the balance would have forecast after each census with at least three known."""
    census = _census(fitted)
    rows: list[tuple[float, ...]] = []
    for state, weights in fitted.past:
        known = [f for f in census if f.end <= state.day + HALF_WEEK]
        ahead = [f for f in census if known and MOST_DAYS >= (f.end - state.day).days >= 4]
        if len(known) < LEAST_KNOWN or not ahead:
            continue
        then = replace(fitted, state=state, weights=weights)
        paths = simulate(then, -(-(ahead[-1].end - state.day).days // 7), draws=draws, announced=state.day)
        logs = np.log(np.maximum(paths.total, 0.5))
        low, middle, high = np.quantile(logs, [0.1, 0.5, 0.9], axis=1)
        last = np.log(max(known[-1].value, 0.5))
        weeks = np.array([(f.end - state.day).days / 7.0 for f in ahead])
        at = np.arange(len(middle))
        columns = (
            weeks, np.interp(weeks, at, middle) - last, np.interp(weeks, at, high - low) / NORMAL_80,
            walk_spread(known, weeks, rule), np.log([max(f.value, 0.5) for f in ahead]) - last,
            np.full(len(ahead), (state.day - census[0].end).days / 7.0),
        )  # fmt: skip
        rows += list(zip(*columns, strict=True))
    return PastForecasts(*np.array(rows, np.float64).reshape(-1, 6).T)


def learned(past: PastForecasts, weeks: Floats, rule: Combination = RULE) -> tuple[Floats, Floats]:
    """Weight of the balance and factor of the spread for a forecast over so many weeks, each the shape of ``weeks``.

    Pairs over a similar span (0.6 to 1.6 times) count; those that overlap are not independent, so all of them count as the
    number of spans that fit into the time they cover.
    """
    weight, factor = np.full(weeks.size, rule.weight), np.full(weeks.size, rule.widening)
    for i, span in enumerate(np.maximum(weeks, 1.0)):
        near = (past.weeks >= 0.6 * span) & (past.weeks <= 1.6 * span)
        if not near.any():
            continue
        covered = float((past.first + past.weeks)[near].max() - past.first[near].min())
        spans = min(float(near.sum()), covered / span)
        ours, came = past.balance[near], past.change[near]
        size = float((ours**2).mean()) + 1e-4
        best = spans * float((ours * came).mean()) + rule.weight_spans * rule.weight * size
        weight[i] = np.clip(best / ((spans + rule.weight_spans) * size), 0.0, 1.0)
        spread = weight[i] * past.spread[near] + (1.0 - weight[i]) * past.walk[near]
        beside = np.clip((came - weight[i] * ours) / np.maximum(spread, 0.005), -4.0, 4.0) ** 2
        square = spans * float(beside.mean()) + rule.widening_spans * rule.widening**2
        factor[i] = np.sqrt(square / (spans + rule.widening_spans))
    return weight, factor


def walk_spread(census: Sequence[Figure], weeks: Floats, rule: Combination) -> Floats:
    """Standard deviation of the log census so many weeks after the last figure, shape of ``weeks``.

    A week's variance is the mean of the past squared changes per week, joined by two of 5 %; over longer spans it is
    averaged with the squares of the place's own changes over about such a span.
    """
    days = np.array([figure.end.toordinal() for figure in census], np.float64)
    logs = np.log(np.maximum([figure.value for figure in census], 1.0))
    gaps = np.maximum(np.diff(days) / 7.0, 1.0)
    step = (float((np.diff(logs) ** 2 / gaps).sum()) + 2 * 0.05**2) / (len(gaps) + 2)
    between = np.abs(days[None, :] - days[:, None]) / 7.0
    change = (logs[None, :] - logs[:, None]) ** 2
    later = days[None, :] > days[:, None]
    out = np.empty(weeks.size)
    for i, span in enumerate(np.maximum(weeks, 1.0)):
        near = later & (np.abs(between - span) <= 0.3 * span)
        own = change[near] * span / between[near]
        independent = min(float(near.sum()), (days[-1] - days[0]) / 7.0 / span)
        short = step * span
        known = independent * float(own.mean()) if own.size else 0.0
        out[i] = np.sqrt((rule.short_steps * short + known) / (rule.short_steps + independent))
    return out


def combined_factor(
    paths: Paths, census: Sequence[Figure], weight: Floats, factor: Floats, rule: Combination = RULE
) -> Floats:
    """By which each draw's census is multiplied, (week, draw): 1 on the as-of day.

    ``census`` are the known totals; ``weight`` and ``factor`` are by week. The order of the draws in a week stays; only
    centre and width change.
    """
    logs = np.log(np.maximum(paths.total, 0.5))
    low, middle, high = np.quantile(logs, [0.1, 0.5, 0.9], axis=1)
    own = (high - low) / NORMAL_80
    walk = walk_spread(census, _weeks_since(paths, census), rule)
    spread = factor * (weight * own + (1.0 - weight) * walk)
    centre = weight * middle + (1.0 - weight) * np.log(max(census[-1].value, 0.5))
    # the as-of day itself is known better than either says: the change grows over the first month
    part = np.minimum(np.array([(day - paths.days[0]).days / 28.0 for day in paths.days]), 1.0)[:, None]
    wanted = centre[:, None] + (spread / np.maximum(own, 1e-6))[:, None] * (logs - middle[:, None])
    return np.exp(part * (wanted - logs))


def _weeks_since(paths: Paths, census: Sequence[Figure]) -> Floats:
    return np.array([(day - census[-1].end).days / 7.0 for day in paths.days])


def _census(fitted: Fitted) -> list[Figure]:
    """Known censuses of all households, in order."""
    return [f for f in fitted.figures if f.kind == "census" and not f.household]


def scaled(paths: Paths, factor: Floats) -> Paths:
    """Paths with each census multiplied; exits are what arrivals and census leave, arrivals rise where that is below 0."""
    census = paths.census * factor[:, :, None]
    arrivals, exits = paths.arrivals.copy(), paths.exits.copy()
    change = np.diff(census.sum(axis=2), axis=0)
    arrivals[1:] = np.maximum(arrivals[1:], change)
    left = arrivals[1:] - change
    before = np.maximum(paths.exits[1:].sum(axis=2), 1e-9)
    share = np.where(
        before[:, :, None] > 1e-9, paths.exits[1:] / before[:, :, None], 1.0 / paths.exits.shape[2]
    )
    exits[1:] = left[:, :, None] * share
    return replace(paths, census=census, arrivals=arrivals, exits=exits, factor=factor)


def combined(paths: Paths, fitted: Fitted, rule: Combination = RULE) -> Paths:
    """The balance's paths combined with the random walk from the same figures."""
    census = _census(fitted)
    weight, factor = learned(past_forecasts(fitted, rule), _weeks_since(paths, census), rule)
    return scaled(paths, combined_factor(paths, census, weight, factor, rule))
