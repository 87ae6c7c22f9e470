"""The upstream regression alone."""

from __future__ import annotations

from corridor.forecast.models import Combination, single
from corridor.forecast.registry import register
from corridor.forecast.upstream import UpstreamRegression


@register(
    "upstream",
    methods="Ridge on upstream counts of the same nationality and on measures that name it; intervals from the "
    "model's own past errors.",
)
def make() -> Combination:
    """The regression with intervals."""
    return single(UpstreamRegression())
