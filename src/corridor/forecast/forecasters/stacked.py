"""The default of one series by itself."""

from __future__ import annotations

from corridor.forecast.lone import STACKED, Stacked
from corridor.forecast.registry import register


@register(
    STACKED,
    methods="One series by itself: smoothing of level, trend and season, seasonal naive and past counts, weighed by "
    "their past interval scores; intervals from past errors; joint draws of the path.",
)
def make() -> Stacked:
    """The stack; it needs no other package."""
    return Stacked()
