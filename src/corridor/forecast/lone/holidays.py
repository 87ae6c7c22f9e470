"""Holiday weeks of a weekly series: Christmas, New Year, and Easter, whose date moves from year to year.

A holiday's effect is the mean deviation of its weeks from the level around them, on the log scale. The history is
adjusted for it before the members are fitted, and it is added to the forecasts of holiday weeks ahead. Only effects
that are statistically clear are used: a series without holidays is forecast as before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from dateutil.easter import easter

from corridor.model.arrays import Bools, Floats
from corridor.model.periods import add_steps

HOLIDAY_NAMES = {
    "christmas": "Christmas", "new_year": "New Year", "easter": "Easter", "after_easter": "the week after Easter"
}  # fmt: skip
HOLIDAYS = tuple(HOLIDAY_NAMES)
REACH = 4
"""Weeks on each side whose ordinary ones give the level around a week."""
LEAST_TIMES = 2
"""Years in which a holiday's deviation must be known."""
CLEAR = 2.5
"""Standard errors that the mean deviation must exceed."""
AGREE = 0.8
"""Share of the years whose deviation must have the sign of the mean."""


def holiday_of(week: dt.date) -> str | None:
    """The holiday in the week that begins on a Monday; ``None`` for an ordinary week.

    ``easter`` is the week that ends on Easter Sunday and ``after_easter`` the next one, which holds Easter Monday.
    """
    last = week + dt.timedelta(days=6)
    if week <= dt.date(week.year, 12, 25) <= last:
        return "christmas"
    if week <= dt.date(last.year, 1, 1) <= last:
        return "new_year"
    sunday = easter(last.year)
    if sunday == last:
        return "easter"
    return "after_easter" if sunday + dt.timedelta(days=1) == week else None


@dataclass(frozen=True, eq=False)
class HolidayEffects:
    """Effects of holidays on the log of the counts plus ``offset``, by name; empty where none is clear."""

    effect: dict[str, float]
    adjustment: Floats
    """Subtracted from the log at each week, shape ``(times,)``: in a holiday week the effect estimated from the other years."""
    offset: float

    def adjusted(self, counts: Floats) -> Floats:
        """Holiday-adjusted counts: as they would have been in ordinary weeks, of the same shape."""
        if not self.effect:
            return counts
        return np.maximum((counts + self.offset) * np.exp(-self.adjustment) - self.offset, 0.0)

    def with_effects(self, quantiles: Floats, weeks: Sequence[dt.date]) -> Floats:
        """Quantiles for ordinary weeks with the holiday effects of ``weeks`` added, ``(horizons, levels)``; a zero stays zero."""
        size = np.array([self.effect.get(holiday_of(week) or "", 0.0) for week in weeks])[:, None]
        moved = np.maximum((quantiles + self.offset) * np.exp(size) - self.offset, 0.0)
        return np.where((size == 0.0) | (quantiles == 0.0), quantiles, moved)


def holiday_effects(counts: Floats, weeks: Sequence[dt.date], offset: float) -> HolidayEffects:
    """Estimate the holiday effects of a weekly series.

    Parameters
    ----------
    counts
        Shape ``(times,)``; NaN where unknown.
    weeks
        The Monday of each row.
    offset
        Added to the counts before the log.

    Returns
    -------
    An effect is used if it is known in two years, four in five years agree in its sign, and its mean exceeds 2.5 standard
    errors, computed from the larger of the variances of ordinary weeks and of its own. It is then shrunk by the variance
    of its mean (James & Stein 1961). Each year is adjusted by the estimate from the *other* years, so that the members'
    past errors in holiday weeks include the uncertainty of the effect.
    """
    z = np.log(counts + offset)
    names = [holiday_of(week) for week in weeks]
    plain = np.array([name is None for name in names])
    deviation = _deviations(z, plain)
    usual = deviation[plain & ~np.isnan(deviation)]
    adjustment = np.zeros(len(z))
    found: dict[str, float] = {}
    if usual.size < 2 * REACH:
        return HolidayEffects(found, adjustment, offset)
    for name in HOLIDAYS:
        at = np.array([other == name for other in names])
        known = np.flatnonzero(at & ~np.isnan(deviation))
        seen = deviation[known]
        variance = float((usual**2).mean())
        if len(seen) > 2:
            variance = max(variance, float(seen.var(ddof=1)))
        if not _is_clear(seen, variance):
            continue
        found[name] = _shrunk(seen, variance)
        adjustment[at] = found[name]
        adjustment[known] = [_shrunk(np.delete(seen, i), variance) for i in range(len(seen))]
    return HolidayEffects(found, adjustment, offset)


def weeks_after(weeks: Sequence[dt.date], horizons: int) -> list[dt.date]:
    """The Mondays of the ``horizons`` weeks after the last."""
    return [add_steps(weeks[-1], h, "week") for h in range(1, horizons + 1)]


def _is_clear(seen: Floats, variance: float) -> bool:
    if len(seen) < LEAST_TIMES:
        return False
    mean = float(seen.mean())
    agree = float((np.sign(seen) == np.sign(mean)).mean())
    return agree >= AGREE and abs(mean) > CLEAR * np.sqrt(variance / len(seen))


def _shrunk(seen: Floats, variance: float) -> float:
    mean = float(seen.mean())
    return mean * max(0.0, 1.0 - variance / len(seen) / mean**2) if mean else 0.0


def _deviations(z: Floats, plain: Bools) -> Floats:
    """Each week less the line between the means of the ordinary weeks before and after it; NaN where one is unknown."""
    result = np.full(len(z), np.nan)
    usable = plain & ~np.isnan(z)
    for t in range(len(z)):
        before = np.arange(max(0, t - REACH), t)
        after = np.arange(t + 1, min(len(z), t + 1 + REACH))
        before, after = before[usable[before]], after[usable[after]]
        if np.isnan(z[t]) or not before.size or not after.size:
            continue
        share = (t - before.mean()) / (after.mean() - before.mean())
        result[t] = z[t] - (1 - share) * z[before].mean() - share * z[after].mean()
    return result
