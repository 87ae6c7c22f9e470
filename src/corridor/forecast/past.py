"""What the default forecaster would have said of each publisher's total at the end of past months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from corridor.forecast.backtest import backtest_models
from corridor.forecast.models import COMBINED
from corridor.forecast.panel import Panel
from corridor.forecast.rolling import FIRST_ORIGIN, LAST_ORIGIN, as_of_date
from corridor.forecast.scoreboard import CHOSEN_UNTIL
from corridor.forecast.scores import LEVELS
from corridor.forecast.sets import PUBLISHERS, standard_panels, standard_subjects
from corridor.forecast.view import Subject, View
from corridor.model import Corridor
from corridor.model.periods import add_months, month_end, months_between

SHIPPED = Path(__file__).with_name("past.csv")
"""Forecasts at the end of each month of the backtest; renewed by ``scripts/write_past_forecasts.py``."""
MONTHS = 6
"""Months ahead of the last published one."""
KEPT_LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def past_forecasts(
    publisher: str, first: dt.date = FIRST_ORIGIN, last: dt.date = LAST_ORIGIN
) -> Iterator[tuple[dt.date, dt.date, float, float]]:
    """Quantiles of a publisher's total at the end of each month from ``first`` to ``last``.

    Each forecast knows only what was public on its day; the counts are those of the last edition, since
    revisions are not known.

    Yields
    ------
    Day of the forecast, first day of the month it is about, quantile level, people.
    """
    panels, subjects = _data()
    subject, model = subjects[publisher], backtest_models((COMBINED,))[0]
    at = [int(np.argmin(np.abs(LEVELS - level))) for level in KEPT_LEVELS]
    for step in range(months_between(first, last) + 1):
        as_of = as_of_date(add_months(first, step), "month_end")
        view = View.at(subject, as_of, panels)
        horizons = range(1, MONTHS + 1)
        total = view.panel.columns(["total"])[0]
        found = model.fit_predict(view, horizons).quantiles[:, total]
        for horizon, values in zip(horizons, found, strict=True):
            for place, level in zip(at, KEPT_LEVELS, strict=True):
                yield as_of, view.target(horizon), level, float(values[place])


@cache
def _data() -> tuple[dict[str, Panel], dict[str, Subject]]:
    panels = standard_panels()
    return panels, standard_subjects(panels)


def shipped_past(as_of: dt.date, corridor: Corridor, months: int) -> pl.DataFrame:
    """Past forecasts of a corridor's series, made at the end of the ``months`` months before ``as_of``.

    A series has some where it is the whole of a dataset of the backtest. There are none for a run before the end of
    the months on which the model was chosen: it was not known then. Columns as in the table ``past_forecasts``
    of a run folder.
    """
    wide = pl.read_csv(SHIPPED, try_parse_dates=True)
    rows = wide.unpivot(
        index=["publisher", "as_of", "month"], variable_name="quantile", value_name="value"
    ).with_columns(pl.col("quantile").cast(pl.Float64), pl.col("value").cast(pl.Float64))
    since = add_months(as_of.replace(day=1), -months)
    shown = rows.filter((pl.col("as_of") >= since) & (pl.col("as_of") < as_of))
    if as_of < month_end(CHOSEN_UNTIL):
        shown = shown.clear()
    names = pl.DataFrame(_series(corridor), schema=["publisher", "series"], orient="row")
    order = ["series", "as_of", "month", "quantile"]
    return shown.join(names.cast(pl.String), on="publisher").select(*order, "value").sort(order)


def _series(corridor: Corridor) -> list[tuple[str, str]]:
    """Publisher of the backtest and id of the indicator that is its total."""
    publishers = {publisher.dataset: name for name, publisher in PUBLISHERS.items()}
    whole = {
        o.id: publishers[o.dataset] for o in corridor.observations if o.dataset in publishers and not o.where
    }
    return [
        (whole[i.observation], i.id) for i in corridor.indicators if i.observation in whole and not i.stocks
    ]
