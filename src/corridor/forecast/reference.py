"""The calibrated random walk: the yardstick that every other forecast is held against.

On ``z = log(y + 10)`` the median is the last published z. The volatility is v, the root mean square of the
series' own one-month changes of z over the trailing 24 months, times the quantiles of the pooled
standardised past errors at that horizon: of all series of one publisher, over the origins of the trailing
24 months whose targets were known, symmetrised. Then ``exp(.) - 10``, cut at zero.

Each past error is divided by the v of its own origin. A window of 24 months is taken whole: where a month
of it is missing there is no v, so no forecast and no error. (With part-filled windows the months of 2020
in which borders were shut, and counts close to nothing, make the reference explode for Honduras.)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from corridor.forecast.panel import Panel
from corridor.forecast.scores import LEVELS
from corridor.model.arrays import Floats
from corridor.series import LOG_OFFSET


@dataclass(frozen=True)
class Walk:
    """A panel on the scale of the walk; every array has shape ``(months, series)``."""

    z: Floats
    """``log(y + 10)``; NaN where nothing was counted."""
    volatility: Floats
    """v; NaN unless all the one-month changes of the trailing window are known."""


@dataclass(frozen=True)
class ReferenceForecaster:
    """Calibrated random walk. The defaults are the definition; change them only to study it."""

    levels: Floats = field(default_factory=lambda: LEVELS)
    window: int = 24
    """Months over which v and past errors are taken."""
    offset: float = LOG_OFFSET
    least_errors: int = 30
    """Fewer pooled errors than this, counted before they are mirrored, give no forecast."""

    def walk(self, panel: Panel) -> Walk:
        """Everything of a panel that does not depend on the horizon. Row t rests on months up to t only."""
        z = np.log(panel.values + self.offset)
        return Walk(z, self._volatility(z))

    def errors(self, walk: Walk, horizon: int) -> Floats:
        """Standardised errors by month of origin, shape ``(months, series)``; NaN where there is none."""
        result = np.full_like(walk.z, np.nan)
        if horizon < len(result):
            volatility = np.where(walk.volatility > 0, walk.volatility, np.nan)[:-horizon]
            result[:-horizon] = (walk.z[horizon:] - walk.z[:-horizon]) / volatility
        return result

    def error_quantiles(self, errors: Floats, row: int, horizon: int) -> Floats | None:
        """Quantiles of the pooled, mirrored errors known at ``row``, shape ``(levels,)``; ``None`` if too few."""
        known = errors[max(0, row - self.window + 1) : max(0, row - horizon + 1)]
        pooled = known[~np.isnan(known)]
        if pooled.size < self.least_errors:
            return None
        return np.quantile(np.concatenate([pooled, -pooled]), self.levels)

    def quantiles(self, walk: Walk, errors: Floats, row: int, horizon: int) -> Floats:
        """Forecast made when ``row`` was the last published month, shape ``(series, levels)``."""
        width = self.error_quantiles(errors, row, horizon)
        if width is None:
            return np.full((walk.z.shape[1], len(self.levels)), np.nan)
        z = walk.z[row][:, None] + walk.volatility[row][:, None] * width
        return np.maximum(np.exp(z) - self.offset, 0.0)

    def forecast(self, panel: Panel, as_of_month: dt.date, horizon: int) -> Floats:
        """Quantiles of every series, ``horizon`` months after the publisher's last published month.

        Parameters
        ----------
        panel
            All the series of one publisher: their errors are pooled.
        as_of_month
            The last published month; later months of the panel are not looked at.
        horizon
            Calendar months after ``as_of_month``, from 1.

        Returns
        -------
        Shape ``(series, levels)``, in the units of the panel; NaN where the definition gives no score.

        Raises
        ------
        InputError
            If the panel does not reach ``as_of_month``.
        ValueError
            If the horizon is below 1.
        """
        if horizon < 1:
            raise ValueError("the horizon counts months after the last published one, from 1")
        known = panel.until(as_of_month)
        walk = self.walk(known)
        return self.quantiles(walk, self.errors(walk, horizon), len(known.months) - 1, horizon)

    def _volatility(self, z: Floats) -> Floats:
        """Root mean square of the one-month changes in the trailing window, for each month and series."""
        result = np.full_like(z, np.nan)
        if len(z) > self.window:
            changes = np.lib.stride_tricks.sliding_window_view(np.diff(z, axis=0), self.window, axis=0)
            result[self.window :] = np.sqrt((changes**2).mean(axis=-1))
        return result
