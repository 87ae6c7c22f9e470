"""One published series for everybody who reads published counts."""

from corridor.series.observed import corridor_series, observed_series
from corridor.series.published import RATIO, TOTAL, PublishedSeries, ratio_of
from corridor.series.read import check_codes, read_series
from corridor.series.scale import LOG_OFFSET, from_log_scale, log_scale
from corridor.series.whole import PartialPeriod, partial_ends, whole_dates, without_partial_dates

__all__ = [
    "LOG_OFFSET",
    "RATIO",
    "TOTAL",
    "PartialPeriod",
    "PublishedSeries",
    "check_codes",
    "corridor_series",
    "from_log_scale",
    "log_scale",
    "observed_series",
    "partial_ends",
    "ratio_of",
    "read_series",
    "whole_dates",
    "without_partial_dates",
]
