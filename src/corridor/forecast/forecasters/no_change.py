"""The last count, with intervals from past errors."""

from __future__ import annotations

from corridor.forecast.models import Combination, NoChange, single
from corridor.forecast.registry import register


@register(
    "no_change",
    methods="No change from the last count; intervals from the volatility of each series, recent changes weighing "
    "more, and from past errors.",
)
def make() -> Combination:
    """No change with intervals."""
    return single(NoChange())
