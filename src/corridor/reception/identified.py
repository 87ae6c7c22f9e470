"""What the figures have taught about a place, and what stays as assumed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from corridor.model.arrays import Floats
from corridor.reception.balance import Fitted

LEARNED = 0.3
"""Part of the prior spread that must be gone for a quantity to count as identified."""
SCHEMA = {
    "quantity": pl.String(), "household": pl.String(), "unit": pl.String(), "low": pl.Float64(), "median": pl.Float64(),
    "high": pl.Float64(), "prior_low": pl.Float64(), "prior_high": pl.Float64(), "learned": pl.Float64(),
    "identified": pl.Boolean(),
}  # fmt: skip


def identified(fitted: Fitted) -> pl.DataFrame:
    """Each quantity with its 80 % interval before and after the figures.

    ``learned`` is the part of the prior standard deviation (of the log, or log odds) that is gone. Where a
    quantity has no spread of its own it is not listed. Columns: :data:`SCHEMA`.
    """
    k = len(fitted.plan.households)
    before, after = fitted.prior, fitted.state.vector()
    rows = [
        _row("weekly_arrivals", fitted, before[:, [k]], after[:, [k]], np.exp, "people per week"),
        _row("mean_stay", fitted, before[:, [k + 1]], after[:, [k + 1]], _days, "days"),
        _row("stay_shape", fitted, before[:, [3 * k + 2]], after[:, [3 * k + 2]], np.exp, "Weibull k"),
    ]
    if any(limit.known_on(fitted.state.day) for limit in fitted.plan.limits):
        rows.append(
            _row(
                "limit_share", fitted, before[:, [3 * k + 3]], after[:, [3 * k + 3]], _odds, "share per week"
            )
        )
    rows.append(_row("permit_effect", fitted, before[:, [3 * k + 4]], after[:, [3 * k + 4]], np.exp, "ratio"))
    for i in range(1, k):
        name, column = fitted.plan.households[i], 2 * k + 2 + i
        rows.append(
            _row("relative_exit_rate", fitted, before[:, [column]], after[:, [column]], np.exp, "ratio", name)
        )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _days(x: Floats) -> Floats:
    return 7.0 / np.exp(x)


def _odds(x: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-x))


def _row(
    name: str, fitted: Fitted, before: Floats, after: Floats, show: Callable[[Floats], Floats], unit: str,
    household: str = "",
) -> tuple[object, ...]:  # fmt: skip
    """One quantity; several columns (a census by type) are added up first."""
    x0 = np.log(np.exp(before).sum(axis=1)) if before.shape[1] > 1 else before[:, 0]
    x1 = np.log(np.exp(after).sum(axis=1)) if after.shape[1] > 1 else after[:, 0]
    weights = fitted.weights
    mean = (weights * x1).sum()
    spread = np.sqrt((weights * (x1 - mean) ** 2).sum())
    learned = float(1.0 - spread / x0.std()) if x0.std() > 0 else 1.0
    low, median, high = np.sort(show(_quantiles(x1, weights)))
    first, last = np.sort(show(np.quantile(x0, [0.1, 0.9])))
    return (name, household, unit, float(low), float(median), float(high), float(first), float(last), learned,
            learned >= LEARNED)  # fmt: skip


def _quantiles(x: Floats, weights: Floats) -> Floats:
    order = np.argsort(x)
    at = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.interp([0.1, 0.5, 0.9], at, x[order])
