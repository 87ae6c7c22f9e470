"""Theta and exponential smoothing (ETS) of statsforecast, each series by itself, on the log scale."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from corridor.forecast import fits
from corridor.forecast.view import View
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.series import log_scale

LEAST = 12
"""Known counts before the first fit."""
MANY = 40
"""Series up to which every origin is fitted; with more, evenly spaced ones."""
FITS = 1200
"""Fits of a model in a view of many series; each has at least four."""
_KEPT = 200_000
WORTH = 100
"""New fits that are worth keeping for another process."""


def available() -> bool:
    """Whether statsforecast (the extra ``forecast``) is installed."""
    return find_spec("statsforecast") is not None


def _model(name: str, season: int) -> Any:
    try:
        from statsforecast import models
    except ImportError as error:
        raise InputError(
            f"the model {name!r} needs statsforecast", hint="install corridor with its extra 'forecast'"
        ) from error
    make: dict[str, Callable[[], Any]] = {
        "theta": lambda: models.Theta(season_length=season),
        "ets": lambda: models.AutoETS(season_length=season, model="AZA" if season > 1 else "AZN"),
        "arima": lambda: models.AutoARIMA(season_length=season),
        "ces": lambda: models.AutoCES(season_length=season),
        "seasonal_naive": lambda: models.SeasonalNaive(season_length=season),
    }
    return make[name]()


UNIVARIATE = ("theta", "ets", "arima", "ces", "seasonal_naive")
"""Models of statsforecast that can be asked for; the first two are in the combination."""


class Univariate:
    """A model of statsforecast, fitted at each origin to what was known there; fits are kept by content."""

    def __init__(self, name: str, rows: int = 40) -> None:
        self.id = name
        self.rows = rows
        """Origins that are fitted, counted from the last: those whose errors are used."""
        self._fits: OrderedDict[bytes, Floats] = OrderedDict()
        self._read: set[int] = set()
        """Steps ahead of which the kept fits were read."""

    def shifts(self, view: View, horizons: Sequence[int]) -> Floats | None:
        """Change of z to be expected, shape ``(horizons, rows, series)``; NaN where there is no fit."""
        z = log_scale(view.panel.values)
        season = 12 if view.panel.step == "month" else 1
        result = np.full((len(horizons), *z.shape), np.nan)
        furthest = 12 + max(12, *horizons)
        if furthest not in self._read:
            self._fits.update(fits.read(self.id, furthest))
            self._read.add(furthest)
        before = set(self._fits)
        size = z.shape[1]
        stride = 1 if size <= MANY else max(1, self.rows // max(4, FITS // size))
        for column in range(z.shape[1]):
            for row in range(view.rows - 1, max(LEAST, view.rows - self.rows) - 1, -stride):
                known = z[: row + 1, column]
                known = known[: np.flatnonzero(~np.isnan(known)).max(initial=-1) + 1]
                late = row + 1 - len(known)  # the forecast stands on the last known count
                if len(known) > 0 and late <= furthest - max(horizons):
                    ahead = self._ahead(known, season, furthest)
                    result[:, row, column] = [ahead[h - 1 + late] - known[-1] for h in horizons]
        new = {key: fit for key, fit in self._fits.items() if key not in before and len(fit) == furthest}
        if len(new) > WORTH:
            fits.write(self.id, furthest, new)
        return result

    def _ahead(self, z: Floats, season: int, furthest: int) -> Floats:
        """Forecast of z for 1 to ``furthest`` steps."""
        known = np.flatnonzero(~np.isnan(z))
        z = z[known[0] :]
        if len(known) < LEAST or np.ptp(z[~np.isnan(z)]) == 0:
            return np.full(furthest, z[-1])
        if len(known) < 2 * season + 2:
            season = 1
        key = hashlib.blake2b(z.tobytes() + bytes([season, furthest]), digest_size=16).digest()
        if key not in self._fits:
            fitted = _model(self.id, season).forecast(y=_filled(z, season), h=furthest)["mean"]
            safe = np.where(np.isfinite(fitted), fitted, z[-1])
            # no further from the last count than the history ever was from its own middle, twice over
            reach = 2.0 * np.ptp(z[~np.isnan(z)])
            self._fits[key] = np.clip(safe, z[-1] - reach, z[-1] + reach)
            if len(self._fits) > _KEPT:
                self._fits.popitem(last=False)
        return self._fits[key]


def _filled(z: Floats, season: int) -> Floats:
    """Gaps filled: on the straight line between neighbors, plus the mean deviation of that season from it."""
    missing = np.isnan(z)
    if not missing.any():
        return z
    index = np.arange(len(z))
    line = np.interp(index, index[~missing], z[~missing])
    if season > 1:
        kernel = np.ones(season) / season
        middle = np.convolve(np.pad(line, season // 2, mode="edge"), kernel, mode="same")
        middle = middle[season // 2 : season // 2 + len(z)]
        for phase in range(season):
            at = (index % season == phase) & ~missing
            if at.any():
                fill = missing & (index % season == phase)
                line[fill] = middle[fill] + float((z - middle)[at].mean())
    return line
