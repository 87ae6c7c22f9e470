"""A weekly forecast by month: the same draws, shared out by days, so that weeks and months agree in their sum."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from corridor.forecast.result import Forecast
from corridor.forecast.scores import LEVELS
from corridor.model import InputError
from corridor.model.arrays import Floats
from corridor.model.periods import add_months, add_steps


def by_month(forecast: Forecast) -> tuple[tuple[dt.date, ...], Floats]:
    """Months that known and forecast weeks cover whole, and their draws, shape ``(months, draws)``.

    A flow of a week is shared out to months by its days; of a stock the mean over the days is taken. Weeks that are
    published count as they are. The months begin with the one in which the first forecast week lies.

    Raises
    ------
    InputError
        If the forecast is not by week, has no draws, leaves horizons out or covers no month.
    """
    view = forecast.view
    if view.panel.step != "week" or forecast.samples is None or len(view.panel.series) != 1:
        raise InputError("only the weekly forecast of one series can be told by month")
    if forecast.horizons != tuple(range(1, len(forecast.horizons) + 1)):
        raise InputError("a month needs every week from the first on")
    ahead = forecast.samples.sum(axis=2)
    known = view.panel.values[:, 0]
    draws = np.concatenate([np.repeat(known[:, None], ahead.shape[1], axis=1), ahead])
    weeks = [*view.panel.months, *(view.target(h) for h in forecast.horizons)]
    end = add_steps(weeks[-1], 1, "week")
    months: list[dt.date] = []
    values: list[Floats] = []
    month = weeks[len(known)].replace(day=1)
    while add_months(month, 1) <= end:
        following = add_months(month, 1)
        shares = np.array([_days_within(week, month, following) for week in weeks], dtype=np.float64)
        used = shares > 0
        if shares.sum() == (following - month).days:
            unit = 7.0 if view.panel.kind == "flow" else shares.sum()
            months.append(month)
            values.append((shares[used, None] * draws[used]).sum(axis=0) / unit)
        month = following
    if not months:
        raise InputError("the forecast covers no whole month", hint="ask for a longer --horizon (in weeks)")
    return tuple(months), np.array(values)


def month_table(forecast: Forecast) -> pl.DataFrame:
    """Quantiles by month: ``series, month, horizon, quantile, value``; months with an unknown week are left out."""
    months, draws = by_month(forecast)
    name = forecast.view.panel.series[0]
    rows = [
        (name, month, i + 1, float(level), float(value))
        for i, month in enumerate(months)
        if not np.isnan(draws[i]).any()
        for level, value in zip(LEVELS, np.quantile(draws[i], LEVELS), strict=True)
    ]
    schema = {
        "series": pl.String,
        "month": pl.Date,
        "horizon": pl.Int64,
        "quantile": pl.Float64,
        "value": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _days_within(week: dt.date, first: dt.date, following: dt.date) -> int:
    return max(0, (min(add_steps(week, 1, "week"), following) - max(week, first)).days)
