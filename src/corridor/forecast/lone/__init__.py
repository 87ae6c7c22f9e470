"""Forecasts of one series by itself: members, their weights from past origins, joint draws, and the backtest."""

from corridor.forecast.lone.model import STACKED, Stacked
from corridor.forecast.lone.months import by_month, month_table
from corridor.forecast.lone.passing import Passing, chance_of_passing, horizon_until
from corridor.forecast.lone.rolling import LONE_MODELS, backtest_series, summary_of, usable_models

__all__ = [
    "LONE_MODELS",
    "STACKED",
    "Passing",
    "Stacked",
    "backtest_series",
    "by_month",
    "chance_of_passing",
    "horizon_until",
    "month_table",
    "summary_of",
    "usable_models",
]
