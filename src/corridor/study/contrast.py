"""Scenario against scenario: paired differences, and the grades of evidence on which they rest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.engine import Compiled, MemberResult, compile_corridor, run_member
from corridor.model import Corridor, Observation, Parameter, Scenario
from corridor.model.vocabulary import Grade
from corridor.study.assemble import (
    ScenarioRun,
    monthly_indicators,
    monthly_samples,
    stock_by_day,
    stock_indicators,
)
from corridor.study.months import cost_draws, daily_cost

Floats = npt.NDArray[np.float64]


def differences_table(corridor: Corridor, base: ScenarioRun, others: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``differences``: members are paired (they share their noise), so the spread is that of the difference.

    Monthly series are summed over the months in which the scenarios can differ; stocks are averaged,
    and the census of a city is taken at its peak. Where the care of a person for a day has a cost, its sum follows, in USD
    and without the outlay of the measures themselves. ``without`` and ``with`` are the medians of the two scenarios: the
    median of the difference is not their difference where members are skewed.
    """
    rows: list[tuple[object, ...]] = []
    for other in others:
        first = _first_difference(base.compiled, other.compiled)
        months = [m for m, month in enumerate(base.trajectories.months) if month >= first.replace(day=1)]
        days = [d for d, date in enumerate(base.trajectories.dates) if date >= first]
        if months and days:
            rows += _differences(corridor, base, other, months, days)
    return pl.DataFrame(rows, schema=list(_DIFFERENCES), orient="row", infer_schema_length=None)


_DIFFERENCES = (
    "scenario", "against", "item", "kind", "period", "low", "median", "high", "chance_lower", "unit", "without", "with",
)  # fmt: skip


def _differences(
    corridor: Corridor, base: ScenarioRun, other: ScenarioRun, months: Sequence[int], days: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    """Rows of one scenario against the base, over the months and days in which the two can differ."""
    period = f"{base.trajectories.months[months[0]]:%Y-%m}/{base.trajectories.months[-1]:%Y-%m}"
    for indicator, observation in monthly_indicators(corridor):
        pair = _total(base, observation, months), _total(other, observation, months)
        unit = "deaths" if indicator.kind == "deaths" else "people"
        yield other.id, base.id, indicator.id, "sum", period, *_compared(*pair, unit)
    for indicator in stock_indicators(corridor):
        kind, reduce = ("peak", np.max) if indicator.kind == "census" else ("mean", np.mean)
        without, with_ = (reduce(stock_by_day(indicator, run)[:, days], axis=1) for run in (base, other))
        yield other.id, base.id, indicator.id, kind, period, *_compared(without, with_, "people")
    for item, without, with_ in _costs(corridor, base, other, days):
        yield other.id, base.id, item, "cost", period, *_compared(without, with_, "usd")


def _compared(without: Floats, with_: Floats, unit: str) -> tuple[object, ...]:
    """The end of a row: the difference of each member summed up, its unit, and the medians of both scenarios."""
    return *_summary(with_ - without), unit, float(np.median(without)), float(np.median(with_))


def _costs(
    corridor: Corridor, base: ScenarioRun, other: ScenarioRun, days: Sequence[int]
) -> Iterator[tuple[str, Floats, Floats]]:
    """Cost over ``days`` of both scenarios by stock that has one, in USD by member, who pays the same a day in both."""
    draws = cost_draws(base)
    for indicator in stock_indicators(corridor):
        costs = [
            daily_cost(
                indicator, run, stock_by_day(indicator, run), draws if run is base else cost_draws(run)
            )
            for run in (base, other)
        ]
        if costs[0] is not None and costs[1] is not None:
            yield indicator.id, costs[0][:, days].sum(axis=1), costs[1][:, days].sum(axis=1)


def _total(run: ScenarioRun, observation: Observation, months: Sequence[int]) -> Floats:
    return monthly_samples(run, observation)[:, months, 0].sum(axis=1)


def _summary(gap: Floats) -> tuple[float, float, float, float]:
    """5 %, median, 95 % and the chance of a lower value; less than half a person is no difference, and a
    tie counts half."""
    gap = np.where(np.abs(gap) < 0.5, 0.0, gap)
    low, median, high = np.quantile(gap, (0.05, 0.5, 0.95))
    return float(low), float(median), float(high), float((gap < 0).mean() + 0.5 * (gap == 0).mean())


def _first_difference(base: Compiled, other: Compiled) -> dt.date:
    """First day on which the two scenarios have different measures in force, or people of other events."""
    ours = {(a.measure.id, a.last_day): a for a in base.measures}
    theirs = {(a.measure.id, a.last_day): a for a in other.measures}
    days = []
    for name in ours.keys() ^ theirs.keys():
        active = ours.get(name) or theirs[name]
        lifted = any(a.measure.id == name[0] for a in base.measures) and any(
            a.measure.id == name[0] for a in other.measures
        )
        if lifted:
            if active.last_day is not None:
                days.append(dt.date.fromordinal(active.last_day + 1))
        else:
            days.append(active.measure.start)
    days += [event.start for event in set(base.events) ^ set(other.events)]
    return max(min(days, default=base.spec.end), base.spec.start)


def grades_table(
    corridor: Corridor, base: ScenarioRun, others: Sequence[ScenarioRun], calibrated: Sequence[Parameter]
) -> pl.DataFrame:
    """``grades``: each measure and event is put on the base alone, in expected values; the sizes of its effects,
    added up by grade, give the shares on which a difference rests."""
    rows: list[tuple[object, ...]] = []
    without = expected_levels(corridor, base.compiled, run_member(base.compiled, None))
    for other in others:
        scenario = other.compiled.scenario
        if scenario is None:
            continue
        by_item: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for grade, part in _single_measures(corridor, scenario, base.compiled):
            compiled = compile_corridor(corridor, part, other.compiled.spec, calibrated)
            result = run_member(compiled, None)
            for item, value in expected_levels(corridor, compiled, result).items():
                by_item[item][grade] += abs(value - without[item])
        for item, sizes in by_item.items():
            whole = sum(sizes.values())
            rows += [(other.id, item, grade, size / whole) for grade, size in sizes.items() if whole > 1e-9]
    return pl.DataFrame(
        rows, schema=["scenario", "item", "grade", "share"], orient="row", infer_schema_length=None
    )


def _single_measures(corridor: Corridor, scenario: Scenario, base: Compiled) -> list[tuple[Grade, Scenario]]:
    """The scenario taken apart: one measure, one event or one lift at a time.

    A measure of the base that the scenario changes is one thing: it ends, and the changed one stands in its place. What an event changes follows from counting its people: its grade is that of their number.
    """
    grade: dict[str, Grade] = {measure.id: measure.grade for measure in corridor.measures}
    pulse: dict[str, Grade] = {e.id: "assumed" if e.assumed else "mechanical" for e in corridor.events}
    had = base.scenario or scenario.model_copy(update={"measures": (), "events": (), "lift": ()})

    def alone(**more: tuple[object, ...]) -> Scenario:
        kept = {name: getattr(had, name) for name in ("measures", "events", "lift")}
        return scenario.model_copy(
            update={**kept, **{name: (*kept[name], *one) for name, one in more.items()}}
        )

    lift_of = {corridor.original(m): m for m in scenario.measures if m in corridor.originals}
    ended = {lift_of[x.measure]: x for x in scenario.lift if x.measure in lift_of}
    measures = [
        (grade[m], alone(measures=(m,), lift=(ended[m],)) if m in ended else alone(measures=(m,)))
        for m in scenario.measures if m not in had.measures
    ]  # fmt: skip
    events = [(pulse[e], alone(events=(e,))) for e in scenario.events if e not in had.events]
    lifts = [
        (grade[x.measure], alone(lift=(x,)))
        for x in scenario.lift if x not in had.lift and x.measure not in lift_of
    ]  # fmt: skip
    return [*measures, *events, *lifts]


def expected_levels(corridor: Corridor, compiled: Compiled, result: MemberResult) -> dict[str, float]:
    """One number per indicator of an expected run: sum over months, or mean over days."""
    out: dict[str, float] = {}
    known = compiled.spec.shocks_from
    ahead = [m for m, month in enumerate(compiled.months) if known is None or month > known]
    for indicator, observation in monthly_indicators(corridor):
        positions = [compiled.flow_ids.index(flow) for flow in observation.flows]
        out[indicator.id] = float(result.monthly_flow[ahead][:, positions, :].sum())
    for indicator in stock_indicators(corridor):
        positions = [compiled.stock_ids.index(stock) for stock in indicator.stocks]
        out[indicator.id] = float(result.daily_stock[:, positions].sum(axis=1).mean())
    return out
