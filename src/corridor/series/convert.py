"""A series in longer periods: flows are summed over whole periods, stocks are averaged or read at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import (
    Frequency,
    Step,
    add_steps,
    is_finer,
    period_days,
    period_start,
    periods_from,
    steps_between,
)
from corridor.series.published import PublishedSeries, StockValue

LEAST_KNOWN = 0.5
"""Share of a period's days for which a stock must be known, so that their mean stands for it."""


def converted(
    series: PublishedSeries, step: Step, stock: StockValue, *, split_weeks: bool
) -> PublishedSeries:
    """The series in periods of ``step``; see :meth:`corridor.series.PublishedSeries.at`.

    Raises
    ------
    InputError
        If the series is published in longer periods, or in weeks that the step would cut.
    """
    if not series.periods:
        return replace(series, step=step)
    _check(series, step, split_weeks=split_weeks)
    targets = periods_from(series.periods[0], _last_day(series), step)
    share = _overlap(series.periods, series.step, targets, step)
    lengths = np.array([1 if series.step == "point" else period_days(p, step) for p in targets])
    merge = _stocks if series.kind == "stock" else _flows
    values = merge(series.values, share, lengths, stock, points=series.step == "point")
    touched = share > 0
    days = [
        [day for day, hit in zip(series.known_from, row, strict=True) if hit and day is not None]
        for row in touched
    ]
    return replace(
        series, step=step, periods=targets, values=values, known_from=tuple(max(d, default=None) for d in days),
        printed=(touched.astype(float) @ series.printed) > 0,
    ).trimmed()  # fmt: skip


def _check(series: PublishedSeries, step: Step, *, split_weeks: bool) -> None:
    if series.step != "point" and not is_finer(series.step, step):
        raise InputError(
            f"{series.id!r} is published by {series.step} and cannot be told by {step}",
            hint=f"take {series.step} or a longer period",
        )
    if series.step == "week" and not split_weeks:
        raise InputError(
            f"{series.id!r} is published by week, and weeks are cut by {step}s",
            hint="ask for its weeks to be shared out by days (`split_weeks=True`)",
        )


def _last_day(series: PublishedSeries) -> dt.date:
    return series.last_day(series.periods[-1])


def _overlap(
    periods: Sequence[dt.date], frequency: Frequency, targets: Sequence[dt.date], step: Step
) -> Floats:
    """Days of each period (one for a dated point) that lie in each target, shape ``(targets, periods)``."""
    days = np.zeros((len(targets), len(periods)))
    for column, start in enumerate(periods):
        end = start + dt.timedelta(days=1) if frequency == "point" else add_steps(start, 1, frequency)
        row = steps_between(targets[0], period_start(start, step), step)
        while start < end:
            reach = min(end, add_steps(targets[row], 1, step))
            days[row, column] = (reach - start).days
            start, row = reach, row + 1
    return days


def _flows(values: Floats, days: Floats, lengths: np.ndarray, stock: StockValue, *, points: bool) -> Floats:
    """Sums where every day of the target is in a known period; dated points make up no period."""
    del stock
    known = ~np.isnan(values)
    covered = days @ known.astype(float)
    share = days / np.maximum(days.sum(axis=0), 1.0)
    sums = share @ np.where(known, values, 0.0)
    return np.where((covered == lengths[:, None]) & (not points), sums, np.nan)


def _stocks(values: Floats, days: Floats, lengths: np.ndarray, stock: StockValue, *, points: bool) -> Floats:
    """Mean over the known days, or the last known value, of each target."""
    known = ~np.isnan(values)
    covered = days @ known.astype(float)
    if stock == "mean":
        sums = days @ np.where(known, values, 0.0)
        enough = covered > 0 if points else covered >= LEAST_KNOWN * lengths[:, None]
        return np.where(enough, sums / np.maximum(covered, 1.0), np.nan)
    result = np.full((len(days), values.shape[1]), np.nan)
    for row, weight in enumerate(days):
        for column in range(values.shape[1]):
            held = np.flatnonzero((weight > 0) & known[:, column])
            if held.size:
                result[row, column] = values[held[-1], column]
    return result
