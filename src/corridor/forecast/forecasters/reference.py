"""The reference that every other forecast is compared with."""

from __future__ import annotations

from corridor.forecast.models import REFERENCE, Reference
from corridor.forecast.registry import register


@register(
    REFERENCE,
    methods="Calibrated random walk: the last count, the volatility of the last 24 months, the shape of past errors.",
)
def make() -> Reference:
    """The calibrated random walk."""
    return Reference()
