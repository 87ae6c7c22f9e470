"""Forecasts of counts: the reference, models behind one Protocol, their combination, scores and the backtest."""

from corridor.forecast.backtest import BACKTEST_MODELS, BacktestPlan, run_backtest
from corridor.forecast.compare import (
    Comparison,
    compare_with_reference,
    quantiles_of_samples,
    relative_wis,
    score_quantiles,
)
from corridor.forecast.hub import hub_table, read_hub, write_hub
from corridor.forecast.hub_scores import score_hub
from corridor.forecast.models import Combination, combined
from corridor.forecast.panel import Panel
from corridor.forecast.reference import ReferenceForecaster
from corridor.forecast.registry import Forecaster, ModelCard, card_for, forecaster, model_ids, register
from corridor.forecast.request import checked_view, subject_of
from corridor.forecast.result import Forecast
from corridor.forecast.rolling import Rolled, SeriesSet, origins, reference_scores, roll
from corridor.forecast.scoreboard import against_targets, bootstrap, scoreboard
from corridor.forecast.scores import LEVELS, coverage, mean_change, pinball, scaled_wis, wis
from corridor.forecast.sets import (
    PUBLISHERS,
    SETS,
    TRANSIT,
    panel_of,
    standard_panels,
    standard_subjects,
)
from corridor.forecast.tables import quantile_table, summary_table
from corridor.forecast.view import Handling, Subject, View

__all__ = [
    "BACKTEST_MODELS",
    "LEVELS",
    "PUBLISHERS",
    "SETS",
    "TRANSIT",
    "BacktestPlan",
    "Combination",
    "Comparison",
    "Forecast",
    "Forecaster",
    "Handling",
    "ModelCard",
    "Panel",
    "ReferenceForecaster",
    "Rolled",
    "SeriesSet",
    "Subject",
    "View",
    "against_targets",
    "bootstrap",
    "card_for",
    "checked_view",
    "combined",
    "compare_with_reference",
    "coverage",
    "forecaster",
    "hub_table",
    "mean_change",
    "model_ids",
    "origins",
    "panel_of",
    "pinball",
    "quantile_table",
    "quantiles_of_samples",
    "read_hub",
    "reference_scores",
    "register",
    "relative_wis",
    "roll",
    "run_backtest",
    "scaled_wis",
    "score_hub",
    "score_quantiles",
    "scoreboard",
    "standard_panels",
    "standard_subjects",
    "subject_of",
    "summary_table",
    "wis",
    "write_hub",
]
