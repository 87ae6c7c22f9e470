"""The default: a learned combination."""

from __future__ import annotations

from corridor.forecast.models import COMBINED, Combination, combined
from corridor.forecast.registry import register


@register(
    COMBINED,
    methods="Learned combination of the upstream regression and, where statsforecast is installed, Theta and ETS; "
    "weeks that are public of the running month move the US total, its parts and sectors; intervals from past errors; joint draws, so that the "
    "total is the sum of its parts.",
)
def make() -> Combination:
    """The combination with its members."""
    return combined()
