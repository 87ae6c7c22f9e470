"""The corridor model's own forecast as a forecaster, and as a member of the combination."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from corridor.calibrate import Calibration
from corridor.forecast.compare import quantiles_of_samples
from corridor.forecast.engine import compile_forecast, run_forecast, series_samples
from corridor.forecast.registry import Forecaster
from corridor.forecast.result import Forecast
from corridor.forecast.scores import LEVELS
from corridor.forecast.view import View
from corridor.model import Corridor, InputError, Observation
from corridor.model.arrays import Floats
from corridor.model.periods import add_months
from corridor.series import from_log_scale, log_scale


@dataclass(frozen=True)
class CorridorModel:
    """A corridor's calibrated base, run on; quantiles of the series that it counts."""

    corridor: Corridor
    calibration: Calibration
    observation: Observation
    members: int = 200
    seed: int = 1
    workers: int = 1
    id: str = "corridor"

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """See :class:`corridor.forecast.registry.Forecaster`; NaN where the run does not reach.

        Raises
        ------
        InputError
            If the calibration stands at another date than the view, or the run reaches no month asked for.
        """
        if self.calibration.as_of != view.as_of:
            raise InputError(
                f"the corridor is calibrated as of {self.calibration.as_of}, not {view.as_of}",
                hint=f"`corridor calibrate` it as of {view.as_of}, or take another --model",
            )
        furthest = view.target(max(horizons))
        end = min(add_months(furthest, 1) - dt.timedelta(days=1), self.corridor.settings.end)
        compiled = compile_forecast(
            self.corridor, self.calibration, None, end=end, seed=self.seed, members=self.members
        )
        samples = series_samples(run_forecast(compiled, workers=self.workers), compiled, self.observation)
        table = quantiles_of_samples(
            samples.filter(pl.col("month").is_in([view.target(h) for h in horizons]))
        )
        if table.is_empty():
            raise InputError(f"the corridor's period ends on {end}, before the first month asked for")
        result = np.full((len(horizons), len(view.panel.series), len(LEVELS)), np.nan)
        for i, horizon in enumerate(horizons):
            for j, name in enumerate(view.panel.series):
                part = table.filter(series=name, month=view.target(horizon)).sort("quantile")
                if part.height == len(LEVELS):
                    result[i, j] = part["value"].to_numpy()
        return Forecast(self.id, view, tuple(horizons), result)

    @property
    def weight(self) -> float:
        """Weight beside other models: half of what it was better than the reference out of sample by, or 0.

        The refit to six months earlier is the only past origin at which the model's errors are known.
        """
        fit = self.calibration.fit.filter(
            counting_point=self.observation.id, line="out_of_sample", metric="wis"
        )
        if not fit.height or not fit["reference"][0]:
            return 0.0
        return max(0.0, 1.0 - fit["value"][0] / fit["reference"][0]) / 2.0


@dataclass(frozen=True)
class WithCorridor:
    """A forecaster with the corridor model as one more member: quantiles averaged on the log scale."""

    base: Forecaster
    model: CorridorModel
    id: str = "combined"

    def fit_predict(self, view: View, horizons: Sequence[int]) -> Forecast:
        """See :class:`corridor.forecast.registry.Forecaster`.

        Draws are moved with the total's quantiles, so that they stay coherent.
        """
        base, weight = self.base.fit_predict(view, horizons), self.model.weight
        if weight == 0.0:
            return replace(base, weights={**base.weights, "corridor model": {"corridor": 0.0}})
        other = self.model.fit_predict(view, horizons).quantiles
        mixed = averaged(base.quantiles, other, weight)
        samples = base.samples
        if samples is not None and view.total is not None:
            total = view.panel.columns([view.total])[0]
            samples = samples * _moved(samples.sum(axis=2), mixed[:, total])[..., None]
            columns = view.panel.columns(view.leaves)
            of_draws = np.stack([np.quantile(s, LEVELS, axis=0).T for s in samples])
            known = ~np.isnan(mixed[:, columns])
            mixed[:, columns] = np.where(known, of_draws, np.nan)
            mixed[:, total] = np.quantile(samples.sum(axis=2), LEVELS, axis=1).T
        weights = {**base.weights, "corridor model": {"corridor": round(weight, 3)}}
        return Forecast(self.id, view, base.horizons, mixed, samples, weights)


def averaged(first: Floats, second: Floats, weight: float) -> Floats:
    """Quantiles averaged level by level on the log scale; where the second has none, the first's."""
    z = (1.0 - weight) * log_scale(first) + weight * log_scale(second)
    return np.where(np.isnan(second), first, from_log_scale(z))


def _moved(sums: Floats, quantiles: Floats) -> Floats:
    """Factor by which each draw of a sum is to be taken so that it has the quantiles: ``(horizons, draws)``."""
    result = np.ones_like(sums)
    for i, row in enumerate(sums):
        old = np.quantile(row, LEVELS)
        result[i] = np.interp(row, old, quantiles[i]) / np.maximum(row, 1.0)
    return result
