"""The corridor's own simulation: registered for its card, made from a calibrated corridor."""

from __future__ import annotations

from corridor.forecast.registry import Forecaster, register
from corridor.model import InputError


@register(
    "corridor",
    methods="Calibrated simulation of the corridor, run on beyond what is known.",
    needs="a calibrated corridor",
)
def make() -> Forecaster:
    """Raises: a name alone does not say which corridor."""
    raise InputError(
        "the model 'corridor' needs a calibrated corridor",
        hint="`corridor forecast DIR --target SERIES --model corridor`, or CorridorModel(corridor, calibration, observation)",
    )
