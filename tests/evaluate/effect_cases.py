"""Small monthly series for effects, and the shipped corridor's questions."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.evaluate import Question
from corridor.model.periods import add_months, month_end
from corridor.series import PublishedSeries


def series(
    values, first=dt.date(2018, 1, 1), name="crossings", offset=10.0, lag_days=20, **more
) -> PublishedSeries:
    months = tuple(add_months(first, i) for i in range(len(values)))
    column = np.asarray(values, dtype=np.float64)[:, None]
    return PublishedSeries(
        id=name, name=(name.title(), f"{name.title()} (es)"), datasets=(name,), publishers=("Agency",),
        step="month", kind="flow", additive=True, periods=months, parts=((),), values=column,
        printed=~np.isnan(column), known_from=tuple(month_end(m) + dt.timedelta(days=lag_days) for m in months),
        unit="entries" if offset else "ratio", **more,
    )  # fmt: skip


def walk(months: int, *, step=0.1, noise=0.05, seed=3, level=20_000.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return level * np.exp(np.cumsum(step * rng.standard_normal(months)) + noise * rng.standard_normal(months))


def planted(effect: float, *, before=60, after=6, **law) -> Question:
    """A walk whose months from row ``before`` on are multiplied by ``1 + effect``."""
    values = walk(before + after, **law)
    values[before:] *= 1 + effect
    found = series(values)
    return Question(found, found.periods[before])
