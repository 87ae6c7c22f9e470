"""Generated series of known law."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.forecast import Panel, Subject
from corridor.model.periods import add_months

START = dt.date(2014, 1, 1)


def seasonal_panel(series=12, months=108, amplitude=0.6, noise=0.08, seed=5, gaps=0) -> Panel:
    """Strongly seasonal counts on a slow level; the first five years of each series have gaps."""
    rng = np.random.default_rng(seed)
    t = np.arange(months)[:, None]
    phase = rng.uniform(0, 12, series)
    level = 7 + np.cumsum(rng.normal(0, 0.02, (months, series)), axis=0)
    z = level + amplitude * np.sin(2 * np.pi * (t - phase) / 12) + rng.normal(0, noise, (months, series))
    values = np.round(np.exp(z))
    for column in range(series):
        values[rng.choice(np.arange(6, 60), gaps, replace=False), column] = np.nan
    names = tuple(f"s{i}" for i in range(series))
    return Panel(tuple(add_months(START, i) for i in range(months)), names, values, 7)


def subject_of_panel(panel: Panel, leaves=(), total=None, sources=()) -> Subject:
    groups = {"parts": tuple(name for name in panel.series if name != total)}
    return Subject(
        "generated", panel, groups | ({"total": (total,)} if total else {}), leaves, total, sources
    )
