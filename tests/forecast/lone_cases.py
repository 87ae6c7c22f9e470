"""Series for the tests of the forecast of one series."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.forecast import Panel, Subject, View
from corridor.forecast.lone import Stacked
from corridor.forecast.scores import LEVELS
from corridor.model.periods import add_steps


def panel(values, step="month", kind="flow") -> Panel:
    start = dt.date(2015, 1, 5 if step == "week" else 1)
    periods = tuple(add_steps(start, i, step) for i in range(len(values)))
    return Panel(periods, ("total",), np.asarray(values, dtype=float)[:, None], 0, step, kind)


def forecast(values, horizons=6, step="month", kind="flow"):
    one = panel(values, step, kind)
    subject = Subject("mine", one, {"total": ("total",)}, (), "total")
    return Stacked().fit_predict(View.at(subject, dt.date(2040, 1, 1)), tuple(range(1, horizons + 1)))


def at(made, level: float):
    """Quantiles of one level by horizon."""
    return made.quantiles[:, 0, int(np.argmin(np.abs(LEVELS - level)))]
