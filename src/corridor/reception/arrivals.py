"""Arrivals ahead: from a series of arrivals that can be forecast by itself, and from a scenario of a corridor."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor.data import Dataset
from corridor.forecast.lone import Stacked
from corridor.forecast.request import checked_view, subject_of
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import add_steps

LONGEST = 60


def arrival_paths(dataset: Dataset, as_of: dt.date, weeks: int, draws: int, seed: int = 1) -> Floats | None:
    """Joint draws of weekly arrivals after the as-of day, (week, draw); ``None`` where the series is too short.

    The default forecaster of one series (``stacked``) gives them in the series' own step; a step is shared out to
    weeks by its days.
    """
    try:
        subject, panels = subject_of(dataset.as_of(as_of))
        first = checked_view(subject, panels, as_of, (1,))
        step = first.panel.step
        end = as_of + dt.timedelta(weeks=weeks)
        count = 1
        while add_steps(first.last, count + 1, step) <= end and count < LONGEST:
            count += 1
        view = checked_view(subject, panels, as_of, range(1, count + 1))
    except InputError:
        return None
    made = Stacked().fit_predict(view, tuple(range(1, count + 1)))
    if made.samples is None:
        return None
    periods = [*view.panel.months, *(view.target(h) for h in range(1, count + 1))]
    known = np.nan_to_num(view.panel.values[:, 0])
    order = np.random.default_rng([seed, 17]).integers(0, made.samples.shape[1], draws)
    values = np.concatenate([np.repeat(known[:, None], draws, axis=1), made.samples.sum(axis=2)[:, order]])
    ends = [add_steps(period, 1, step) for period in periods]
    out = np.zeros((weeks, draws))
    for week in range(weeks):
        start = as_of + dt.timedelta(days=7 * week + 1)
        stop = start + dt.timedelta(days=7)
        filled = 0
        for i, (begin, end_) in enumerate(zip(periods, ends, strict=True)):
            days = max(0, (min(stop, end_) - max(start, begin)).days)
            if days:
                out[week] += values[i] * days / (end_ - begin).days
                filled += days
        if filled < 7:  # beyond the last step: as in the last
            out[week] += values[-1] * (7 - filled) / (ends[-1] - periods[-1]).days
    return out
