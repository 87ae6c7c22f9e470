"""Volatility and intervals: a series' own size of change, and the past errors of the model itself.

The volatility v of a series is the root mean square of its one-month changes of ``z = log(y + 10)``, older
changes weighing less, shrunk to the middle of its group. Past errors are divided by the v of their own
origin, pooled over the group, and mirrored: what remains is one shape of error per group and horizon.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from corridor.forecast.scores import LEVELS
from corridor.forecast.view import View
from corridor.model.arrays import Bools, Floats
from corridor.series import LOG_OFFSET, from_log_scale

NORMAL: Floats = np.array([NormalDist().inv_cdf(float(level)) for level in LEVELS])


@dataclass(frozen=True)
class VolatilityRule:
    """How volatility and error shapes are learned; the values were chosen on origins up to 2023-12."""

    half_life: float = 12.0
    """Months after which a change weighs half."""
    shrink: float = 6.0
    """Months of the group's middle that each series is given."""
    window: int = 36
    """Months of past errors."""
    burn: int = 24
    """Bools changes before a series' errors count."""
    pool: float = 12.0
    """Months of all series' errors that each group is given."""
    least: float = 30.0
    """Errors that a normal shape weighs."""
    reach: float = 3.0
    """No quantile lies further above the highest count than this many times the range of the history."""


def volatility(view: View, z: Floats, rule: VolatilityRule) -> tuple[Floats, Bools]:
    """The volatility at each row, and whether its error counts: both of shape ``(rows, series)``.

    Row t rests on rows up to t. NaN before the third known change of a series.
    """
    changes = np.diff(z, axis=0, prepend=np.full((1, z.shape[1]), np.nan))
    known = ~np.isnan(changes)
    squares = np.where(known, changes, 0.0) ** 2
    keep = 0.5 ** (1.0 / rule.half_life)
    total, weight = np.zeros_like(z), np.zeros_like(z)
    for row in range(1, len(z)):
        total[row] = keep * total[row - 1] + squares[row]
        weight[row] = keep * weight[row - 1] + known[row]
    count = known.cumsum(axis=0)
    enough = count >= 3
    own = np.where(enough & (total > 0), total / np.maximum(weight, 1e-12), np.nan)
    result = np.full_like(z, np.nan)
    for members in group_columns(view):
        middle = _row_median(own[:, members])[:, None]
        shrunk = (total[:, members] + rule.shrink * middle) / (weight[:, members] + rule.shrink)
        result[:, members] = np.sqrt(np.where(np.isnan(own[:, members]), np.nan, shrunk))
    flat = enough & (total == 0)
    burn = min(rule.burn, max(3, len(z) // 3))
    return np.where(flat, 0.0, result), count >= burn


def group_columns(view: View) -> list[list[int]]:
    """Columns of each group; series of no group are one more."""
    groups = [view.panel.columns(names) for names in view.groups.values()]
    named = {column for members in groups for column in members}
    rest = [column for column in range(len(view.panel.series)) if column not in named]
    return [members for members in [*groups, rest] if members]


def errors(z: Floats, v: Floats, counted: Bools, shift: Floats, horizon: int) -> Floats:
    """Standardized errors by row of origin, ``(rows, series)``; NaN where there is none."""
    result = np.full_like(z, np.nan)
    if horizon < len(z):
        unit = np.where((v > 0) & counted, v, np.nan)[:-horizon]
        result[:-horizon] = (z[horizon:] - z[:-horizon] - shift[:-horizon]) / unit
    return result


def shapes(view: View, past: Floats, horizon: int, rule: VolatilityRule) -> Floats:
    """Quantiles of the errors known at the last row, for each series: ``(series, levels)``, in units of v.

    Past errors of the group, given some months of all groups' and some errors of a normal shape.
    """
    recent = past[max(0, view.rows - rule.window) : max(0, view.rows - horizon)]
    normal = np.sqrt(horizon) * NORMAL
    everyone = _quantiles(recent)
    size = float((~np.isnan(recent)).sum())
    pooled = normal if everyone is None else (size * everyone + rule.least * normal) / (size + rule.least)
    result = np.tile(pooled, (past.shape[1], 1))
    for members in group_columns(view):
        own = _quantiles(recent[:, members])
        if own is not None:
            months = float((~np.isnan(recent[:, members])).sum()) / len(members)
            result[members] = (months * own + rule.pool * pooled) / (months + rule.pool)
    return result


def quantiles(view: View, z: Floats, width: Floats, reach: float) -> Floats:
    """Counts at the levels: ``z`` of shape ``(series,)``, ``width`` ``(series, levels)`` around it."""
    result = from_log_scale(z[:, None] + width)
    return np.minimum(result, ceiling(view, reach)[:, None])


def ceiling(view: View, reach: float) -> Floats:
    """The highest count that a quantile may have, for each series."""
    values = view.panel.values
    empty = np.isnan(values).all(axis=0)
    filled = np.where(empty, 0.0, values)
    high, low = np.nanmax(filled, axis=0), np.nanmin(filled, axis=0)
    return high + reach * np.maximum(high - low, LOG_OFFSET)


def _quantiles(errors: Floats) -> Floats | None:
    known = errors[~np.isnan(errors)]
    return np.quantile(np.concatenate([known, -known]), LEVELS) if known.size >= 3 else None


def _row_median(table: Floats) -> Floats:
    result = np.full(len(table), np.nan)
    some = ~np.isnan(table).all(axis=1)
    if some.any():
        result[some] = np.nanmedian(table[some], axis=1)
    return result
