"""Stocks by month: people, the fullest day, and what their care costs, all from the same draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.engine import Compiled
from corridor.forecast.engine import covers_month
from corridor.forecast.scores import LEVELS
from corridor.model import Corridor, Indicator
from corridor.study.assemble import ScenarioRun, stock_by_day, stock_indicators
from corridor.study.schema import ALL_CITIES

Floats = npt.NDArray[np.float64]

COST = "cost_per_person_day"
_COLUMNS = ("scenario", "item", "month", "statistic", "quantile", "value")


def stock_months(corridor: Corridor, runs: Sequence[ScenarioRun], as_of: dt.date) -> pl.DataFrame:
    """``stock_months``: the 23 quantiles by month of each stock's ``mean`` and ``peak`` (its fullest day),
    of ``peak_so_far`` (the fullest day after ``as_of`` up to the month's end) and, where the care of a person
    for a day has a cost, of ``cost`` and ``cost_so_far`` in USD, with the noise of the cost's own interval.

    Months in which the run begins or ends have only what is counted ``so_far``."""
    rows: list[tuple[object, ...]] = []
    for run in runs:
        for item, people, cost in _people_and_costs(corridor, run):
            for month, statistic, values in _statistics(run, people, cost, as_of):
                levels = np.quantile(values, LEVELS).tolist()
                rows += [
                    (run.id, item, month, statistic, float(level), value)
                    for level, value in zip(LEVELS, levels, strict=True)
                ]
    return pl.DataFrame(rows, schema=list(_COLUMNS), orient="row", infer_schema_length=None)


def _people_and_costs(corridor: Corridor, run: ScenarioRun) -> Iterator[tuple[str, Floats, Floats | None]]:
    """Item, people and USD (None without a price), each of shape (members, days); all censuses together come last."""
    draws = cost_draws(run)
    census: list[str] = []
    all_people, all_costs = np.zeros(0), np.zeros(0)
    all_priced = True
    for indicator in stock_indicators(corridor):
        people = stock_by_day(indicator, run)
        cost = daily_cost(indicator, run, people, draws)
        yield indicator.id, people, cost
        if indicator.kind != "census":
            continue
        all_priced = all_priced and cost is not None
        all_people = all_people + people if census else people
        if cost is not None and all_priced:
            all_costs = all_costs + cost if census else cost
        census.append(indicator.id)
    if len(census) > 1:
        yield ALL_CITIES, all_people, all_costs if all_priced else None


def _statistics(
    run: ScenarioRun, people: Floats, cost: Floats | None, as_of: dt.date
) -> Iterator[tuple[dt.date, str, Floats]]:
    dates = run.trajectories.dates
    ahead = [d for d, date in enumerate(dates) if date > as_of]
    for month in run.trajectories.months:
        days = [d for d, date in enumerate(dates) if date.replace(day=1) == month]
        whole = covers_month(run.compiled.spec, month)
        if whole:
            yield month, "mean", people[:, days].mean(axis=1)
            yield month, "peak", people[:, days].max(axis=1)
        if ahead and days[-1] >= ahead[0]:
            yield month, "peak_so_far", people[:, ahead[0] : days[-1] + 1].max(axis=1)
        if cost is not None:
            if whole:
                yield month, "cost", cost[:, days].sum(axis=1)
            if ahead and days[-1] >= ahead[0]:
                yield month, "cost_so_far", cost[:, ahead[0] : days[-1] + 1].sum(axis=1)


def cost_draws(run: ScenarioRun) -> dict[int, Floats]:
    """Each member's cost of a person-day, drawn from its interval with the member's own stream, by row."""
    table, seed = run.compiled.table, run.compiled.spec.seed
    rows = [n for n, row in enumerate(table.rows) if row is not None and row.parameter == COST]
    if not rows:
        return {}
    drawn = np.stack([table.values(seed, member)[rows] for member in range(run.trajectories.members)])
    return {row: drawn[:, place] for place, row in enumerate(rows)}


def daily_cost(
    indicator: Indicator, run: ScenarioRun, people: Floats, draws: Mapping[int, Floats]
) -> Floats | None:
    """USD by member and day, shape (members, days); None unless every stock of the indicator has a cost.

    People outside the model who are counted in cost as much as those in the first stock.
    """
    starts = [date.toordinal() for date in run.trajectories.dates]
    absent: list[float | None] = [None] * len(indicator.stocks)
    rows = run.compiled.table.resolve(COST, indicator.stocks, None, starts, absent)
    if not indicator.stocks or (rows < 0).any():
        return None
    within = [run.trajectories.stock_by_day(stock) for stock in indicator.stocks]
    within[0] = within[0] + people - reduce(np.add, within)
    price = (np.stack([draws[int(row)] for row in rows[:, k]], axis=1) for k in range(len(within)))
    return reduce(np.add, (stock * cost for stock, cost in zip(within, price, strict=True)))


def costs_table(corridor: Corridor, compiled: Compiled) -> pl.DataFrame:
    """``costs``: what a person-day costs in each indicator's stocks, with range and source, as known."""
    stocks = {stock: i.id for i in stock_indicators(corridor) for stock in i.stocks}
    rows = [
        (stocks[row.target], row.target, row.valid_from, row.valid_to, row.value, row.low, row.high, row.unit,
         row.source, row.assumed)
        for row in compiled.table.rows
        if row is not None and row.parameter == COST and row.target in stocks
    ]  # fmt: skip
    columns = ("item", "stock", "first", "last", "value", "low", "high", "unit", "source", "assumed")
    frame = pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
    dated = frame.with_columns(pl.col("first", "last").cast(pl.Date), pl.col("low", "high").cast(pl.Float64))
    return dated.filter(pl.col("first").is_null() | (pl.col("first") <= compiled.spec.end))
