"""The chance that a series passes a line, in each period and at any time before it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from corridor.forecast.result import Forecast
from corridor.model import InputError
from corridor.model.periods import steps_between


@dataclass(frozen=True)
class Passing:
    """The chance for one period."""

    period: dt.date
    horizon: int
    above: float
    """Share of the draws that lie above the line in this period."""
    ever: float
    """Share of the draws that lie above it in this period or any earlier one that is forecast."""


def chance_of_passing(forecast: Forecast, line: float) -> tuple[Passing, ...]:
    """The chance of passing ``line`` from the joint draws of a forecast of successive horizons.

    Raises
    ------
    InputError
        If the forecast has no draws, or leaves horizons out.
    """
    if forecast.samples is None:
        raise InputError(f"the model {forecast.model!r} has no joint draws", hint="take the default model")
    if forecast.horizons != tuple(range(1, len(forecast.horizons) + 1)):
        raise InputError("the chance of passing a line needs every horizon from the first on")
    over = forecast.samples.sum(axis=2) > line
    ever = np.logical_or.accumulate(over, axis=0)
    return tuple(
        Passing(forecast.view.target(h), h, float(a), float(e))
        for h, a, e in zip(forecast.horizons, over.mean(axis=1), ever.mean(axis=1), strict=True)
    )


def horizon_until(last: dt.date, by: dt.date, step: str) -> int:
    """Periods after ``last`` up to the one in which ``by`` lies.

    Raises
    ------
    InputError
        If ``by`` lies in the last published period or before.
    """
    from corridor.model.periods import period_start

    ahead = steps_between(last, period_start(by, step), step)  # pyrefly: ignore  # a step by name
    if ahead < 1:
        raise InputError(f"{by} is not after the last published {step}, which began on {last}")
    return ahead
