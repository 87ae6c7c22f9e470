"""What happened by week after a date, beside the same weeks of other years: the fall and the return apart.

Many weekly series fall in the same weeks of every year (New Year, Easter), so the weeks before a date say little about
those after it. The level of a week after, over the mean of the four weeks before, is compared with the level that the same
week had in other years, on the log scale, shrunk to no change.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from corridor.data import Dataset
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import period_start
from corridor.model.small_counts import is_small
from corridor.series import PublishedSeries, read_series
from corridor.text import Message, Pair, message, sentence

BASE = 4
"""Weeks before the week of the date whose mean is the base."""
FALL = slice(0, 3)
"""Weeks, from that of the date on, whose lowest is the fall."""
RETURN = slice(4, 8)
"""Weeks whose mean is the return: the fifth to the eighth."""
WEEKS = 8
WEEK = dt.timedelta(weeks=1)
LEAST_YEARS = 5
"""Other years without which nothing is compared."""
SHRINK = 2.0
"""Years of no change that the level of a week is given."""
T_95 = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10,
    2.09, 2.09,
)  # fmt: skip
"""97.5 % points of Student's t with 1 to 20 degrees of freedom; 1.96 beyond."""


@dataclass(frozen=True)
class WeekEffect:
    """One week after the date."""

    week: dt.date
    observed: float
    expected: float
    """From the base and the level of this week in other years."""
    effect: float
    low_95: float
    high_95: float


@dataclass(frozen=True)
class Ratio:
    """A level over the base, and the same of other years."""

    value: float
    others: dict[int, float]
    """By the year of the date's anniversary."""

    @property
    def lower(self) -> int:
        """Other years in which it was as low or lower."""
        return sum(other <= self.value for other in self.others.values())

    @property
    def p(self) -> float:
        """Rank of the value among all years, as a placebo in the same week."""
        return (1 + self.lower) / (1 + len(self.others))


@dataclass(frozen=True)
class WeeklyEffect:
    """What happened by week after a date."""

    series: PublishedSeries
    date: dt.date
    before: tuple[float, ...]
    """Counts of the weeks of the base."""
    weeks: tuple[WeekEffect, ...]
    fall: Ratio
    recovery: Ratio

    @property
    def base(self) -> float:
        """Mean count of the weeks before."""
        return sum(self.before) / len(self.before)

    @property
    def said(self) -> tuple[Message, ...]:
        """The numbers, the fall and the return as parts of one text."""
        first = self.weeks[0].week
        numbers = message(
            "effects.weekly_numbers", name=self.series.name, last=first - WEEK,
            before=self.before[-1], first=self.weeks[0].observed, second=self.weeks[1].observed,
        )  # fmt: skip
        return (
            numbers,
            self._of("effects.weekly_fall", self.fall),
            self._of("effects.weekly_return", self.recovery),
        )

    @staticmethod
    def _of(key: str, ratio: Ratio) -> Message:
        return message(
            key, value=ratio.value, low=min(ratio.others.values()), high=max(ratio.others.values()),
            lower=ratio.lower, count=len(ratio.others), p=ratio.p,
        )  # fmt: skip

    @property
    def sentence(self) -> Pair:
        """All of it, in English and Spanish."""
        return sentence(*self.said)


def weekly_counts(dataset: Dataset, where: dict[str, list[str]] | None = None) -> PublishedSeries:
    """A weekly or daily dataset by week.

    Raises
    ------
    InputError
        If it is published in longer steps or as dated points.
    """
    if dataset.frequency not in ("week", "day"):
        raise InputError(f"{dataset.id!r} is counted by {dataset.frequency}, not by week or day")
    return read_series(dataset, (), where).at("week")


def weekly_effect(series: PublishedSeries, date: dt.date) -> WeeklyEffect:
    """Measure the weeks after a date against the same weeks of other years.

    Parameters
    ----------
    series
        By week, not split.
    date
        The week in which it lies is the first that counts. In other years the base ends with the week that holds the
        anniversary of the last day before it (24 December for 27 December 2023).

    Raises
    ------
    InputError
        If weeks around the date are unknown or zero, or fewer than five other years are known.
    """
    found = _levels(series, date)
    if found is None:
        hint = f"{BASE} weeks before that of {date} and {WEEKS} from it on must be known and above 0"
        raise InputError(f"{series.id!r} cannot be measured by week at {date}", hint=hint)
    mine, base, row = found
    last = series.periods[row] - dt.timedelta(days=1)
    years = range(series.periods[0].year - 1, series.periods[-1].year + 1)
    others = {
        year: other[0]
        for year in years
        if year != last.year and (other := _levels(series, _anniversary(last, year) + WEEK)) is not None
    }
    if len(others) < LEAST_YEARS:
        raise InputError(
            f"{series.id!r} has {len(others)} other years with these weeks",
            hint=f"at least {LEAST_YEARS} are needed",
        )
    logs = np.log(np.array(list(others.values())))
    count = len(logs)
    middle = logs.sum(axis=0) / (count + SHRINK)
    spread = np.sqrt(((logs - middle) ** 2).sum(axis=0) / (count - 1) * (1 + 1 / count))
    reach = spread * (T_95[count - 2] if count - 2 < len(T_95) else 1.96)
    return WeeklyEffect(
        series, date, tuple(float(v) for v in series.counts[row - BASE : row]),
        tuple(_week(series, row + k, round(float(mine[k]) * base, 6), base, float(middle[k]), float(reach[k])) for k in range(WEEKS)),
        Ratio(float(mine[FALL].min()), {year: float(v[FALL].min()) for year, v in others.items()}),
        Ratio(float(mine[RETURN].mean()), {year: float(v[RETURN].mean()) for year, v in others.items()}),
    )  # fmt: skip


def _week(
    series: PublishedSeries, row: int, observed: float, base: float, middle: float, reach: float
) -> WeekEffect:
    ratio = math.log(observed / base) - middle
    low, high = (math.exp(ratio + sign * reach) - 1 for sign in (-1, 1))
    return WeekEffect(series.periods[row], observed, base * math.exp(middle), math.exp(ratio) - 1, low, high)


def _levels(series: PublishedSeries, date: dt.date) -> tuple[Floats, float, int] | None:
    """Counts of the weeks from that of a date on over the base, the base, the row; ``None`` where unknown."""
    row = series.position(period_start(date, "week"))
    if row < BASE or row + WEEKS > len(series.periods):
        return None
    span = series.counts[row - BASE : row + WEEKS]
    if np.isnan(span).any() or (span <= 0).any():
        return None
    base = float(span[:BASE].mean())
    return span[BASE:] / base, base, row


def _anniversary(date: dt.date, year: int) -> dt.date:
    return date.replace(year=year, day=28) if (date.month, date.day) == (2, 29) else date.replace(year=year)


def weekly_rows(effect: WeeklyEffect) -> list[dict[str, object]]:
    """One row for each week after the date; a published count from 1 to 9 is left out."""
    return [
        {
            "week": one.week, "observed": None if is_small(one.observed) else one.observed, "expected": one.expected,
            "effect": one.effect, "low_95": one.low_95, "high_95": one.high_95,
        }
        for one in effect.weeks
    ]  # fmt: skip
