"""The corridor model's own forecast, run freely, as a forecaster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.calibrate import Calibration
from corridor.forecast.compare import quantiles_of_samples
from corridor.forecast.engine import compile_forecast, run_forecast, series_samples
from corridor.forecast.result import Forecast
from corridor.forecast.scores import LEVELS
from corridor.forecast.view import View
from corridor.model import Corridor, InputError, Observation
from corridor.model.periods import add_months


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
