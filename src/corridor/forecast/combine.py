"""Weights of the members, learned on past origins only and held near a starting point.

Per group of series and horizon, the standardized changes that were seen are regressed on those that the
members had expected, by a ridge whose prior is the starting weight. A member that expects little change
can prove little and stays near its start; one that foresees large ones (the season of a strongly seasonal
series) earns its weight within a year or two. What the members do not get stays with the reference, whose
expected change is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corridor.forecast.view import View
from corridor.forecast.volatility import group_columns
from corridor.model.arrays import Bools, Floats


@dataclass(frozen=True)
class WeightRule:
    """How fast weights move; chosen on origins up to 2023-12."""

    patience: float = 24.0
    """Months of unit-sized expected change that the starting weights are worth."""
    window: int = 36
    clip: float = 4.0
    """Standardized changes are cut at this times the square root of h."""


def combine(
    view: View, z: Floats, v: Floats, counted: Bools, members: Mapping[str, Floats], start: Mapping[str, float],
    horizon: int, rule: WeightRule,
) -> tuple[Floats, Floats]:  # fmt: skip
    """The combined shift and the weights by row.

    Parameters
    ----------
    members
        Expected change of z for one horizon, ``(rows, series)``, by member; NaN where a member has none.
    start
        Weight that each member starts with; in sum at most one.

    Returns
    -------
    The shift, ``(rows, series)``, and the weights, ``(rows, series, members)``: each row's are learned from
    targets known at that row.
    """
    names: Sequence[str] = list(members)
    rows, size = z.shape
    expected = np.stack([members[name] for name in names], axis=-1)
    unit = np.where((v > 0) & counted, v, np.nan)
    limit = rule.clip * np.sqrt(horizon)
    p = np.nan_to_num(np.clip(expected / unit[..., None], -limit, limit))
    y = np.full_like(z, np.nan)
    if horizon < rows:
        y[:-horizon] = (z[horizon:] - z[:-horizon]) / unit[:-horizon]
    usable = ~np.isnan(y) & ~np.isnan(expected).any(axis=-1)
    seen = np.where(usable, np.clip(np.nan_to_num(y), -limit, limit), 0.0)
    p = p * usable[..., None] if rows > horizon else p
    prior = np.array([start[name] for name in names])
    weights = np.tile(prior, (rows, size, 1))
    for group in group_columns(view):
        gram = np.einsum("tsp,tsq->tpq", p[:, group], p[:, group]) / len(group)
        moment = np.einsum("tsp,ts->tp", p[:, group], seen[:, group]) / len(group)
        total, force = gram.cumsum(axis=0), moment.cumsum(axis=0)
        fitted: Bools = np.asarray(usable[:, group].any(axis=1))
        for row in range(horizon, rows):
            last, first = row - horizon, row - rule.window - 1
            if last <= max(first, 0):
                continue
            a, b = total[last], force[last]
            if first >= 0:
                a, b = a - total[first], b - force[first]
            sparse = _spacing(fitted[max(0, first + 1) : last + 1])
            a, b = sparse * a, sparse * b
            ridge = a + rule.patience * np.eye(len(names))
            w = np.linalg.solve(ridge, b + rule.patience * prior)
            w = np.clip(w, 0.0, None)
            weights[row, group] = w / max(1.0, float(w.sum()))
    # a row at which a member is missing has no combination, and so no past error
    return np.einsum("tsp,tsp->ts", expected, weights), weights


def _spacing(fitted: Bools) -> float:
    """Rows that each fitted one stands for: 1 unless members were fitted at some origins only."""
    rows = np.flatnonzero(fitted)
    return float((rows[-1] - rows[0]) / (len(rows) - 1)) if len(rows) > 1 else 1.0
