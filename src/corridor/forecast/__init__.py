"""Scores of quantile forecasts and the reference forecast that others are held against."""

from corridor.forecast.compare import (
    Comparison,
    compare_with_reference,
    quantiles_of_samples,
    relative_wis,
    score_quantiles,
)
from corridor.forecast.panel import Panel
from corridor.forecast.reference import ReferenceForecaster
from corridor.forecast.rolling import Rolled, SeriesSet, origins, reference_scores, roll
from corridor.forecast.scores import LEVELS, coverage, mean_change, pinball, scaled_wis, wis
from corridor.forecast.sets import (
    PUBLISHERS,
    SETS,
    TRANSIT,
    panel_of,
    published_series,
    standard_panels,
)

__all__ = [
    "LEVELS",
    "PUBLISHERS",
    "SETS",
    "TRANSIT",
    "Comparison",
    "Panel",
    "ReferenceForecaster",
    "Rolled",
    "SeriesSet",
    "compare_with_reference",
    "coverage",
    "mean_change",
    "origins",
    "panel_of",
    "pinball",
    "published_series",
    "quantiles_of_samples",
    "reference_scores",
    "relative_wis",
    "roll",
    "scaled_wis",
    "score_quantiles",
    "standard_panels",
    "wis",
]
