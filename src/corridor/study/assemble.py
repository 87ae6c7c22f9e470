"""From finished ensembles to the tables of a run folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.data import Dataset, datasets, load
from corridor.engine import Compiled, MemberResult
from corridor.engine.spec import UNLIMITED
from corridor.ensemble import Trajectories, by_nationality, nationalities, observe, published
from corridor.forecast.coupled import Margins
from corridor.forecast.engine import months_ahead
from corridor.forecast.scores import LEVELS
from corridor.formats.register import REGISTER_COLUMNS, register_row, registered
from corridor.model import Corridor, Indicator, Observation
from corridor.study.censuses import CityFactors
from corridor.study.schema import TABLES
from corridor.study.spoken import spanish_sources

Floats = npt.NDArray[np.float64]

DAILY_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
HISTORY_START = dt.date(2015, 1, 1)
"""Published figures are shown from here on, or from the corridor's start if that is earlier."""
WEAK_GRADES = ("repost", "unconfirmed", "derived")
"""Grades of dated points that are not shown beside a model: nothing rests on them."""


@dataclass(frozen=True, repr=False)
class ScenarioRun:
    """One scenario's compiled run and its trajectories."""

    id: str
    compiled: Compiled
    trajectories: Trajectories
    margins: Margins = field(default_factory=Margins)
    """Carries its counts to the default forecast, where the baseline is that forecast."""
    cities: CityFactors = field(default_factory=CityFactors)
    """Carries its censuses of cities to those of reception."""


def _frame(columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def observations_of(corridor: Corridor) -> Mapping[str, Observation]:
    """Observations by id."""
    return {observation.id: observation for observation in corridor.observations}


def monthly_indicators(corridor: Corridor) -> list[tuple[Indicator, Observation]]:
    """Indicators that are a monthly published series of flows."""
    by_id = observations_of(corridor)
    found = [(i, by_id[i.observation]) for i in corridor.indicators if i.observation and not i.stocks]
    return [(indicator, observation) for indicator, observation in found if observation.flows]


def stock_indicators(corridor: Corridor) -> list[Indicator]:
    """Indicators that add up stocks."""
    return [indicator for indicator in corridor.indicators if indicator.stocks]


def monthly_samples(run: ScenarioRun, observation: Observation) -> Floats:
    """Joint draws of a series, shape (members, months, 1 + nationalities): the total, then its parts."""
    corridor = run.compiled.corridor
    parts = by_nationality(
        run.compiled.groups, observe(run.trajectories, corridor, observation, run.compiled.table)
    )
    parts = run.margins.carry(observation.id, parts)
    return np.concatenate([parts.sum(axis=2, keepdims=True), parts], axis=2)


def forecast_tables(corridor: Corridor, runs: Sequence[ScenarioRun]) -> dict[str, pl.DataFrame]:
    """``forecast`` and ``periods``: the 23 quantiles by month, and of the sum and the peak of all months
    that were not published yet."""
    monthly: list[tuple[object, ...]] = []
    periods: list[tuple[object, ...]] = []
    for run in runs:
        for indicator, observation in monthly_indicators(corridor):
            ahead = months_ahead(run.compiled, observation)
            if not ahead:
                continue
            months = [run.trajectories.months[m] for m in ahead]
            samples = monthly_samples(run, observation)[:, ahead, :]
            names = ["", *nationalities(corridor)] if "nationality" in observation.by else [""]
            key = (run.id, indicator.id, "")
            monthly += _monthly_rows(key, names, months, samples)
            periods += _period_rows(key, names, months, samples)
    by_month = ("scenario", "series", "place", "month", "nationality", "quantile", "value")
    by_period = (
        "scenario", "series", "place", "nationality", "statistic", "first", "last", "quantile", "value"
    )  # fmt: skip
    return {"forecast": _frame(by_month, monthly), "periods": _frame(by_period, periods)}


def _monthly_rows(
    key: tuple[str, ...], names: Sequence[str], months: Sequence[dt.date], samples: Floats
) -> list[tuple[object, ...]]:
    """The 23 quantiles by nationality and month; ``samples`` have shape (members, months, nationalities)."""
    quantiles = np.quantile(samples, LEVELS, axis=0)
    return [
        (*key, month, name, float(level), float(quantiles[q, m, n]))
        for n, name in enumerate(names)
        for m, month in enumerate(months)
        for q, level in enumerate(LEVELS)
    ]


def _period_rows(
    key: tuple[str, ...], names: Sequence[str], months: Sequence[dt.date], samples: Floats
) -> list[tuple[object, ...]]:
    """The 23 quantiles of the joint sum and of the highest month, by nationality."""
    span = (months[0], months[-1])
    return [
        (*key, name, statistic, *span, float(level), float(value))
        for n, name in enumerate(names)
        for statistic, values in (
            ("sum", samples[:, :, n].sum(axis=1)), ("peak", samples[:, :, n].max(axis=1))
        )
        for level, value in zip(LEVELS, np.quantile(values, LEVELS), strict=True)
    ]  # fmt: skip


def observed_table(corridor: Corridor, as_of: dt.date, last: dt.date) -> pl.DataFrame:
    """``observed``: what was published, and whether it was public on ``as_of``."""
    rows: list[tuple[object, ...]] = []
    for indicator, observation in monthly_indicators(corridor):
        whole = load(observation.dataset, corridor)
        then = whole.as_of(as_of)
        known = set(then.table["date"].to_list())
        later = published(observation, whole, corridor).filter(~pl.col("date").is_in(list(known)))
        # a month that was public then stands with the figure that stood then
        table = pl.concat([published(observation, then, corridor), later], how="vertical_relaxed")
        first = min(HISTORY_START, corridor.settings.start)
        table = table.filter(pl.col("date").is_between(first, last))
        parts = table.group_by("date", "nationality").agg(pl.col("value").sum())
        totals = table.group_by("date").agg(pl.col("value").sum()).with_columns(nationality=pl.lit(""))
        split = parts.filter(pl.col("nationality") != "")
        for frame in (totals, split):
            for date, name, value in (
                frame.select("date", "nationality", "value").sort("date", "nationality").iter_rows()
            ):
                rows.append((indicator.id, "", date, name, float(value), date in known))
    return _frame(("series", "place", "month", "nationality", "value", "known"), rows)


def occupied_by_day(indicator: Indicator, compiled: Compiled) -> Floats:
    """People outside the model in an indicator's stocks, by day."""
    days = compiled.calendar.day_segment
    if not indicator.with_occupied:
        return np.zeros(days.size)
    positions = [compiled.stock_ids.index(stock) for stock in indicator.stocks]
    return compiled.central.occupied[:, positions].sum(axis=1)[days]


def stock_by_day(indicator: Indicator, run: ScenarioRun) -> Floats:
    """People in an indicator's stocks, shape (members, days); a city's census as reception forecasts it."""
    people = run.trajectories.stock_by_day(*indicator.stocks) + occupied_by_day(indicator, run.compiled)
    return people * run.cities.on(indicator.id, run.trajectories.dates)


def expected_by_day(indicator: Indicator, compiled: Compiled, result: MemberResult) -> Floats:
    """People in an indicator's stocks in a run of expected values, by day."""
    positions = [compiled.stock_ids.index(stock) for stock in indicator.stocks]
    return result.daily_stock[:, positions].sum(axis=1) + occupied_by_day(indicator, compiled)


def daily_table(
    corridor: Corridor, runs: Sequence[ScenarioRun], history: Mapping[str, tuple[list[dt.date], Floats]]
) -> pl.DataFrame:
    """``daily``: quantiles of people in stocks; before the run, the fitted expected values (no spread)."""
    rows: list[tuple[object, ...]] = []
    for run in runs:
        for indicator in stock_indicators(corridor):
            for date, value in zip(*history.get(indicator.id, ([], np.zeros(0))), strict=True):
                rows += [(run.id, indicator.id, "stock", date, level, float(value)) for level in DAILY_LEVELS]
            quantiles = np.quantile(stock_by_day(indicator, run), DAILY_LEVELS, axis=0)
            for d, date in enumerate(run.trajectories.dates):
                rows += [
                    (run.id, indicator.id, "stock", date, level, float(quantiles[q, d]))
                    for q, level in enumerate(DAILY_LEVELS)
                ]
    return _frame(("scenario", "item", "kind", "date", "quantile", "value"), rows)


def capacity_table(corridor: Corridor, compiled: Compiled) -> pl.DataFrame:
    """``capacity``: room declared for an indicator's stocks, at each change."""
    rows: list[tuple[object, ...]] = []
    capacity = compiled.central.capacity
    for indicator in stock_indicators(corridor):
        positions = [compiled.stock_ids.index(stock) for stock in indicator.stocks]
        room = capacity[:, positions].sum(axis=1)
        last = None
        for start, value in zip(compiled.calendar.segment_starts, room, strict=True):
            if value < UNLIMITED and value != last:
                rows.append((indicator.id, dt.date.fromordinal(int(start)), float(value)))
                last = value
    return _frame(("item", "date", "value"), rows)


def points_table(corridor: Corridor, as_of: dt.date, last: dt.date) -> pl.DataFrame:
    """``points``: dated published figures that a stock is compared with; no reposts."""
    rows: list[tuple[object, ...]] = []
    by_id = observations_of(corridor)
    for indicator in stock_indicators(corridor):
        if indicator.observation is None:
            continue
        observation = by_id[indicator.observation]
        dataset = load(observation.dataset, corridor)
        for row in _points(observation, dataset, indicator.with_occupied).iter_rows(named=True):
            if not min(HISTORY_START, corridor.settings.start) <= row["date"] <= last:
                continue
            day = row["date"]
            if dataset.frequency == "month":  # a monthly mean stands at the middle of its month
                day = day.replace(day=15)
            label = f"{row['qualifier']} {row['value']:,.0f}".strip()
            known = row["known_from"] <= as_of
            rows.append((indicator.id, day, float(row["value"]), known, label, dataset.id, row["publisher"]))
    return _frame(("item", "date", "value", "known", "label", "source", "publisher"), rows)


def _points(observation: Observation, dataset: Dataset, with_occupied: bool) -> pl.DataFrame:
    table = dataset.table
    for column, allowed in observation.where.items():
        # people outside the model are in the sister category of the same table
        if with_occupied and column == "category":
            allowed = ("total",)
        table = table.filter(pl.col(column).is_in(list(allowed)))
    if "grade" in table.columns:
        table = table.filter(~pl.col("grade").is_in(WEAK_GRADES))
    blank = [pl.lit("").alias(name) for name in ("qualifier", "publisher") if name not in table.columns]
    return (
        table.with_columns(blank).select("date", "value", "known_from", "qualifier", "publisher").sort("date")
    )


def translation_table(corridor: Corridor) -> pl.DataFrame:
    """``translations``: as in the corridor folder, then the sources of measured responses."""
    rows = {row.text: row.text_es for row in corridor.translations}
    own = spanish_sources(corridor.measures) if rows else {}
    return _frame(("text", "text_es"), list((own | rows).items()))


def measures_table(runs: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``measures``: what is in force in each scenario."""
    rows = []
    for run in runs:
        for active in run.compiled.measures:
            m = active.measure
            end = dt.date.fromordinal(active.last_day) if active.last_day is not None else None
            rows.append(
                (run.id, m.id, m.name, m.name_es, m.lever, m.actor, m.start, end, m.strength, m.low, m.high,
                 m.unit, m.grade, m.source, m.in_base, ";".join(m.places), ";".join(m.routes))
            )  # fmt: skip
    columns = (
        "scenario", "measure", "name", "name_es", "lever", "actor", "start", "end", "strength", "low", "high",
        "unit", "grade", "source", "in_force", "places", "routes",
    )  # fmt: skip
    frame = _frame(columns, rows)
    return frame.with_columns(pl.col("end").cast(pl.Date), pl.col("low", "high").cast(pl.Float64))


def register_table(corridor: Corridor, as_of: dt.date, *, hindsight: bool) -> pl.DataFrame:
    """``register``: who did, announced or asked for what, as known on ``as_of``."""
    rows = [register_row(found) for found in registered(corridor, as_of, hindsight=hindsight)]
    return pl.DataFrame(rows, schema={name: TABLES["register"][name] for name in REGISTER_COLUMNS})


def label_table(corridor: Corridor, runs: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``labels``: names of indicators, scenarios and counting points in both languages."""
    by_id = observations_of(corridor)
    rows: list[tuple[object, ...]] = []
    for i in corridor.indicators:
        dataset = by_id[i.observation].dataset if i.observation else ""
        rows.append((i.id, i.name, i.name_es, i.kind, i.tag, dataset))
    known = {row[0] for row in rows}
    rows += [
        (o.id, o.name, o.name_es, "counting_point", "observed", o.dataset)
        for o in corridor.observations
        if o.id not in known
    ]
    for run in runs:
        scenario = run.compiled.scenario
        name = (scenario.name, scenario.name_es) if scenario else ("Base", "Base")
        rows.append((run.id, *name, "scenario", "", ""))
    return _frame(("item", "label", "label_es", "kind", "tag", "source"), rows)


def route_table(corridor: Corridor) -> pl.DataFrame:
    """``routes``: as in the corridor folder."""
    routes = pl.DataFrame([route.model_dump() for route in corridor.routes], infer_schema_length=None)
    numbers = pl.col("throughput", "km", "days_mean").cast(pl.Float64)
    return routes.with_columns(numbers) if routes.height else routes


def source_table(corridor: Corridor) -> pl.DataFrame:
    """``sources``: of every dataset that the corridor is compared with, under the dataset's id."""
    rows = []
    known = datasets(corridor)
    for name in dict.fromkeys(o.dataset for o in corridor.observations):
        if name not in known:
            continue
        dataset = load(name, corridor)
        first = dataset.sources[0]
        publishers = _joined(_publishers(corridor, dataset) or [x.publisher for x in dataset.sources])
        rows.append(
            (name, _joined(x.title for x in dataset.sources), publishers,
             _joined(x.license for x in dataset.sources), first.grade, first.first_published, first.period,
             first.url, " ".join([first.note, *dataset.notes]).strip())
        )  # fmt: skip
    columns = ("id", "title", "publisher", "license", "grade", "first_published", "period", "url", "note")
    return _frame(columns, rows)


def _publishers(corridor: Corridor, dataset: Dataset) -> list[str]:
    """Publishers of the rows that stocks are compared with, those of most rows first; none where a row names none."""
    used = [_points(o, dataset, False)["publisher"] for o in corridor.observations if o.dataset == dataset.id]
    if "publisher" not in dataset.table.columns or not used:
        return []
    counted = pl.concat(used).value_counts(sort=True).sort("count", "publisher", descending=[True, False])
    return [name for name in counted["publisher"] if name]


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
