"""Small monthly series for effects, and the shipped corridor's questions."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np

from corridor.evaluate import Monthly, Question
from corridor.model.periods import add_months


def series(values, first=dt.date(2018, 1, 1), name="crossings", offset=10.0, lag_days=20, **more) -> Monthly:
    months = tuple(add_months(first, i) for i in range(len(values)))
    ends = [m.replace(day=calendar.monthrange(m.year, m.month)[1]) for m in months]
    return Monthly(
        id=name, name=(name.title(), f"{name.title()} (es)"), datasets=(name,), publishers=("Agency",),
        months=months, values=np.asarray(values, dtype=np.float64),
        known_from=tuple(end + dt.timedelta(days=lag_days) for end in ends), unit="entries", offset=offset,
        **more,
    )  # fmt: skip


def walk(months: int, *, step=0.1, noise=0.05, seed=3, level=20_000.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return level * np.exp(np.cumsum(step * rng.standard_normal(months)) + noise * rng.standard_normal(months))


def planted(effect: float, *, before=60, after=6, **law) -> Question:
    """A walk whose months from row ``before`` on are multiplied by ``1 + effect``."""
    values = walk(before + after, **law)
    values[before:] *= 1 + effect
    found = series(values)
    return Question(found, found.months[before])
