"""What is asked: which series, from which month on, for how many months; and the bare estimate of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridor.evaluate.counterfactual import Counterfactual, fit_counterfactual
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, month_end, months_between
from corridor.series import PublishedSeries
from corridor.text import Pair

MIN_HISTORY = 12
"""Known months before the date without which nothing is estimated."""
MIN_LEVEL = 20
"""Median count of the last twelve months before the date without which nothing is estimated."""
MAX_MONTHS = 12
PATH_MONTHS = 6
"""Months that are shown by month, where they are published."""
DRAWS = 10_000
LEVELS = (0.9, 0.95)
"""Intervals that an effect gives; the last one decides."""


def first_month(date: dt.date) -> dt.date:
    """First month that counts as after the date: the first of which at least half lies on or after it."""
    days = month_end(date).day
    return add_months(date, 0 if 2 * (days - date.day + 1) >= days else 1)


@dataclass(frozen=True, eq=False)
class Question:
    """A series and a date. ``months`` count together, from the first month after the date."""

    series: PublishedSeries
    date: dt.date
    months: int = 1
    controls: tuple[PublishedSeries, ...] = ()
    """Series that the measure did not touch."""
    donors: tuple[PublishedSeries, ...] = ()
    """Series of the same publisher, of which the reader says that the measure did not spill over to them."""
    measure: str = ""
    name: Pair = ("", "")
    """Name of the measure."""

    @property
    def first(self) -> dt.date:
        """First month of the effect."""
        return first_month(self.date)

    @property
    def last(self) -> dt.date:
        """Last month that counts."""
        return add_months(self.first, self.months - 1)

    @property
    def row(self) -> int:
        """Row of the first month in the series."""
        return self.series.position(self.first)

    @property
    def path(self) -> int:
        """Months after the date that are published and shown, at least ``months``."""
        known = np.isnan(self.series.counts[self.row :])
        gap = int(np.argmax(known)) if known.any() else known.size
        shared = [
            months_between(self.first, control.periods[-1]) + 1 for control in (*self.controls, *self.donors)
        ]
        return min(max(self.months, PATH_MONTHS), gap, *shared)

    def check(self, stand: str = "") -> None:
        """Raise InputError where nothing can be estimated; ``stand`` says at which date the data stand."""
        series, row = self.series, self.row
        span = f"{series.periods[0]:%Y-%m} to {series.periods[-1]:%Y-%m}"
        if not 1 <= self.months <= MAX_MONTHS:
            raise InputError(f"{self.months} months cannot be counted", hint=f"take 1 to {MAX_MONTHS}")
        if row < 0:
            raise InputError(f"{self.date} lies before {series.id} begins ({span})")
        if self.last > series.periods[-1]:
            hint = "take a later --as-of, or --hindsight for all that is known now"
            raise InputError(
                f"the effect needs {self.last:%Y-%m}, and {series.id} is published from {span}{stand}",
                hint=hint,
            )
        before = series.counts[:row]
        if (known := int((~np.isnan(before)).sum())) < MIN_HISTORY:
            hint = f"at least {MIN_HISTORY} months before the date are needed"
            raise InputError(f"{series.id} has {known} known months before {self.first:%Y-%m}", hint=hint)
        if np.isnan(series.counts[row : row + self.months]).any():
            raise InputError(f"{series.id} has a gap between {self.first:%Y-%m} and {self.last:%Y-%m}")
        if series.offset and np.nanmedian(before[-12:]) < MIN_LEVEL:
            hint = f"take a series with a median of at least {MIN_LEVEL} in the twelve months before"
            raise InputError(f"{series.id} counts too little to measure an effect on", hint=hint)
        if _without_chance(series.logs[:row]):
            hint = "take a series of published counts: without chance in the months before, nothing is beyond chance"
            raise InputError(
                f"an effect on {series.id} cannot be told: the months before are constant or an exact trend",
                hint=hint,
            )
        for control in (*self.controls, *self.donors):
            if control.position(self.first) < MIN_HISTORY or control.periods[-1] < self.last:
                have = f"{control.periods[0]:%Y-%m} to {control.periods[-1]:%Y-%m}"
                raise InputError(
                    f"{control.id} covers {have}: too little to be a control",
                    hint=f"it must cover {MIN_HISTORY} months before {self.first:%Y-%m}, and up to {self.last:%Y-%m}",
                )


def _without_chance(logs: Floats) -> bool:
    """Whether the changes between successive months hardly differ from each other: no chance to measure by."""
    changes = np.diff(logs)
    changes = changes[~np.isnan(changes)]
    return changes.size > 1 and bool(changes.std() <= max(1e-6, 0.1 * abs(changes.mean())))


@dataclass(frozen=True, eq=False)
class EstimateDraws:
    """Draws of the counts that would have been, and what was counted."""

    observed: Floats
    """Shape ``(months,)``."""
    paths: Floats
    """Shape ``(draws, months)``."""
    fitted: Counterfactual

    def ratios(self, first: int, last: int) -> Floats:
        """Draws of observed over expected, summed over months ``first`` to ``last`` (rows, inclusive)."""
        span = slice(first, last + 1)
        return self.observed[span].sum() / self.paths[:, span].sum(axis=1)

    def effect(self, first: int, last: int) -> tuple[float, ...]:
        """Relative effect: median, then low and high of each of ``LEVELS``."""
        return summary(self.ratios(first, last) - 1.0)


def summary(draws: Floats) -> tuple[float, ...]:
    """Median of draws, then low and high of each of ``LEVELS``."""
    levels = [0.5, *(part for level in LEVELS for part in ((1 - level) / 2, (1 + level) / 2))]
    return tuple(float(value) for value in np.quantile(draws, levels))


def estimate(
    question: Question,
    *,
    row: int | None = None,
    after: int | None = None,
    without: Sequence[int] = (),
    controls: bool = True,
    draws: int = DRAWS,
    seed: int = 1,
) -> EstimateDraws:
    """Estimate an effect from the months before row ``row`` (default: the question's), for ``after`` months.

    ``without`` names rows before it that are left out. The same seed gives the same draws.
    """
    series = question.series
    start = question.row if row is None else row
    count = question.months if after is None else after
    z = series.logs[: start + count].copy()
    z[list(without)] = np.nan
    fitted = fit_counterfactual(
        z,
        series.calendar[: start + count],
        count,
        shared_logs(question)[: start + count] if controls else None,
    )
    logs = fitted.draw(draws, np.random.default_rng(seed))
    least = 1.0 if series.offset else 0.0
    paths = np.maximum(np.exp(logs) - series.offset, least)
    return EstimateDraws(series.counts[start : start + count], paths, fitted)


def shared_logs(question: Question) -> Floats:
    """Log counts of the controls at the series' months: mean of a month and the month before.

    What happens upstream in one month reaches the next counting point in that month and the following.
    Shape ``(months, controls)``; NaN where a control is unknown.
    """
    months = question.series.periods
    out = np.full((len(months), len(question.controls) + len(question.donors)), np.nan)
    for column, control in enumerate((*question.controls, *question.donors)):
        logs = control.logs
        mean = np.concatenate([[np.nan], (logs[1:] + logs[:-1]) / 2])
        for i, month in enumerate(months):
            at = control.position(month)
            if 0 <= at < mean.size:
                out[i, column] = mean[at]
    return out
