"""Fitting the census balance to dated figures: an ensemble Kalman filter, its start, and what each figure may correct."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from corridor.model.arrays import Bools, Floats
from corridor.reception.balance import AGES, WEEK, Fitted, Plan, Prior, State, advance, softmax
from corridor.reception.figures import Figure

SNAPSHOTS, APART = 40, 6
"""So many of the last censuses, at least so many days apart, keep their state for past forecasts."""


def fit(figures: Sequence[Figure], as_of: dt.date, plan: Plan) -> Fitted:
    """Fit the balance to figures known on ``as_of``.

    Parameters
    ----------
    figures
        At least one census of all households; others as they are known.

    Returns
    -------
    The ensemble on ``as_of``; the weeks before end on the same day of the week.
    """
    census = [f for f in figures if f.kind == "census" and not f.household]
    weeks = max(0, round((as_of - census[0].end).days / 7))
    first = as_of - weeks * WEEK
    rng = np.random.default_rng(plan.seed)
    state = _start(census[0], figures, first, plan, rng)
    prior = state.vector()
    groups = len(_grid(plan.prior))
    score = np.zeros(groups)
    history, came, left = [state.census()], [np.zeros(len(prior))], [np.zeros(len(prior))]
    due = _by_week(figures, first, weeks)
    past: list[tuple[State, Floats]] = []
    for week in range(weeks + 1):
        if week:
            state, new, gone = advance(state, plan, rng, as_of)
            history.append(state.census())
            came.append(new)
            left.append(gone.sum(axis=1))
        for figure in due.get(week, ()):
            if figure is census[0]:
                continue
            seen = _seen(figure, plan, history[-1], came if figure.kind == "arrivals" else left)
            free = _correctable(figure, plan, state.day)
            change, gain = _correct(state, seen, figure, plan.prior, groups, free, rng)
            state, score = state.moved(change), score + gain
            history[-1] = state.census()
        counted = any(figure.kind == "census" and not figure.household for figure in due.get(week, ()))
        if counted and (not past or (state.day - past[-1][0].day).days >= APART):
            past = [*past, (state, _weights(score, plan))][-SNAPSHOTS:]
    weights = _weights(score, plan)
    days = tuple(first + week * WEEK for week in range(weeks + 1))
    total = float(score.max() + np.log(np.exp(score - score.max()).mean()))
    return Fitted(plan, state, weights, days, np.stack(history), np.stack(came), np.stack(left), prior,
                  tuple(figures), total, tuple(past))  # fmt: skip


def _weights(score: Floats, plan: Plan) -> Floats:
    """Weight of each member: that of its group's likelihood, a part shared evenly."""
    weights = np.exp(score - score.max())
    weights = (1.0 - plan.prior.even) * weights / weights.sum() + plan.prior.even / score.size
    return np.repeat(weights / plan.members, plan.members)


def _seen(figure: Figure, plan: Plan, census: Floats, flows: Sequence[Floats]) -> Floats:
    """What each member says of a figure: people there, or the mean weekly flow of its span times its days, (member,)."""
    if figure.kind == "census":
        return census[:, _types(figure, plan)].sum(axis=1)
    days = (figure.end - figure.start).days
    back = max(1, round(days / 7))
    weekly = np.stack(flows[max(1, len(flows) - back) :] or flows[-1:])
    return weekly.mean(axis=0) * days / 7.0


def _start(
    census: Figure, figures: Sequence[Figure], first: dt.date, plan: Plan, rng: np.random.Generator
) -> State:
    p, k = plan.prior, len(plan.households)
    grid = _grid(p)
    count = len(grid) * plan.members
    normal = rng.standard_normal((count, 6))
    people = np.maximum(census.value, 1.0) * np.exp(_error(census, p) * normal[:, 0])
    rate = np.log(7.0 / p.stay_days) + p.stay_spread * normal[:, 1]
    first_shares = _first_shares(figures, plan)
    held = softmax(np.log(first_shares) + p.share_spread / 2 * rng.standard_normal((count, k)))
    relative = np.log(np.array(plan.relative_rates)) + p.relative_spread * rng.standard_normal((count, k))
    relative[:, 0] = 0.0
    age = np.arange(AGES)
    each = np.exp(rate[:, None] + relative)
    profile = np.exp(-each[:, :, None] * age)
    profile /= profile.sum(axis=2, keepdims=True)
    cohorts = (people[:, None] * held)[:, :, None] * profile
    leaving = (people[:, None] * held * each).sum(axis=1)
    odds = np.log(held * each)
    return State(
        first, cohorts, np.log(leaving) + p.arrivals_spread * normal[:, 2], rate, rate, odds - odds[:, :1], relative,
        p.shape_spread * normal[:, 3], np.log(p.limit_share / (1 - p.limit_share)) + p.limit_spread * normal[:, 4],
        np.log(p.clock_effect) + p.clock_spread * normal[:, 5], np.repeat(grid, plan.members, axis=0),
    )  # fmt: skip


def _grid(prior: Prior) -> Floats:
    """Volatilities and damping of each group, (group, 3)."""
    return np.array([(a, e, d) for a in prior.arrival_steps for e in prior.exit_steps for d in prior.damping])


def _first_shares(figures: Sequence[Figure], plan: Plan) -> Floats:
    """Shares of the types in the first census that names them; even where none does."""
    found = np.ones(len(plan.households))
    for i, name in enumerate(plan.households):
        first = next((f.value for f in figures if f.kind == "census" and f.household == name and name), None)
        found[i] = np.nan if first is None else max(first, 1.0)
    if np.isnan(found).any():
        found[:] = 1.0
    return found / found.sum()


def _types(figure: Figure, plan: Plan) -> Bools:
    names = np.array(plan.households)
    return np.ones(len(names), bool) if not figure.household else names == figure.household


def _by_week(figures: Sequence[Figure], first: dt.date, weeks: int) -> dict[int, list[Figure]]:
    due: dict[int, list[Figure]] = {}
    for figure in figures:
        week = round((figure.end - first).days / 7)
        if 0 <= week <= weeks and (figure.kind == "census" or (figure.start - first).days >= -4):
            due.setdefault(week, []).append(figure)
    return due


def _error(figure: Figure, prior: Prior) -> float:
    """Standard deviation of the log of a figure: definition and rounding (uniform between its ends)."""
    base = prior.weak_error if figure.weak else prior.census_error
    if figure.kind != "census":
        base = max(base, prior.flow_error)
    half = (figure.high - figure.low) / 2.0 / max(figure.value, 1.0)
    few = 1.0 / max(figure.value, 1.0)  # a count of a handful has Poisson noise
    return float(np.sqrt(base**2 + half**2 / 3.0 + few))


def _correct(
    state: State,
    seen: Floats,
    figure: Figure,
    prior: Prior,
    groups: int,
    free: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Correction of every member by one figure, and the log likelihood of each group."""
    error = _error(figure, prior)
    middle = max((figure.low + figure.high) / 2.0, 0.5)
    forecast = np.log(np.maximum(seen, 0.5)).reshape(groups, -1)
    vector = state.vector()
    x = vector.reshape(groups, -1, vector.shape[1])
    center = forecast.mean(axis=1, keepdims=True)
    spread = ((forecast - center) ** 2).mean(axis=1) + error**2
    surprise = (np.log(middle) - center[:, 0]) ** 2
    # flows further off than two standard deviations are trusted less: they may count otherwise
    trust = spread if figure.kind == "census" else np.maximum(spread, surprise / 4.0)
    covariance = ((forecast - center)[:, :, None] * (x - x.mean(axis=1, keepdims=True))).mean(axis=1)
    target = np.log(middle) + error * rng.standard_normal(forecast.shape)
    change = (target - forecast)[:, :, None] * (covariance * free / trust[:, None])[:, None, :]
    z2 = surprise / spread
    # Student's t with four degrees of freedom: one surprise does not decide between the groups
    gain = -0.5 * np.log(spread) - 2.5 * np.log1p(z2 / 4.0)
    return change.reshape(
        vector.shape
    ), gain if figure.kind == "census" and not figure.household else 0.0 * gain


SLOW = 0.25
"""Part of its correction that a quantity gets which one figure hardly tells of."""


def _correctable(figure: Figure, plan: Plan, day: dt.date) -> Floats:
    """Part of its correction that each entry of :meth:`State.vector` gets from a figure, (quantity,).

    Totals say nothing about types; only a census under a limit says something about its effect.
    """
    k = len(plan.households)
    types = 1.0 if figure.household else 0.0
    limited = float(any(limit.start <= day and limit.known_on(day) for limit in plan.limits))
    return np.array([*[1.0] * k, 1.0, 1.0, *[types] * k, *[types] * k, SLOW, SLOW * limited, SLOW, 1.0])
