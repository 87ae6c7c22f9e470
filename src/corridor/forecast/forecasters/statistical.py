"""Models of the library statsforecast, each series by itself."""

from __future__ import annotations

from functools import partial

from corridor.forecast.models import Combination, single
from corridor.forecast.registry import register
from corridor.forecast.univariate import UNIVARIATE, Univariate, available
from corridor.model import InputError

NAMES = {
    "theta": "the Theta method", "ets": "exponential smoothing (ETS)", "arima": "ARIMA",
    "ces": "complex exponential smoothing (CES)", "seasonal_naive": "the value of a season before",
}  # fmt: skip


def make(name: str) -> Combination:
    """A model of statsforecast with intervals; ``InputError`` where the library is missing."""
    if not available():
        raise InputError(
            f"the model {name!r} needs statsforecast", hint="install corridor with its extra 'forecast'"
        )
    return single(Univariate(name))


for _name in UNIVARIATE:
    register(
        _name,
        methods=f"{NAMES[_name][0].upper()}{NAMES[_name][1:]} of statsforecast on the log scale, each series by "
        "itself; intervals from its own past errors.",
    )(partial(make, _name))
