"""Scenario against scenario: paired differences, what they rest on, and which assumption matters most."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.engine import Compiled, MemberResult, Noise, compile_corridor, run_member
from corridor.model import Corridor, Observation, Parameter, Scenario
from corridor.model.vocabulary import Grade
from corridor.study.assemble import (
    ScenarioRun,
    monthly_indicators,
    monthly_samples,
    stock_by_day,
    stock_indicators,
)

Floats = npt.NDArray[np.float64]

INTENSITY_MEMBERS = 60
INFLUENCE_BLOCKS = 120
"""Blocks of parameters tried, widest first; the rest is left without an influence."""


def differences_table(corridor: Corridor, base: ScenarioRun, others: Sequence[ScenarioRun]) -> pl.DataFrame:
    """``differences``: members are paired (they share their noise), so the spread is that of the difference.

    Monthly series are summed over the months in which the scenarios can differ; stocks are averaged,
    and the census of a city is taken at its peak.
    """
    rows: list[tuple[object, ...]] = []
    for other in others:
        first = _first_difference(base.compiled, other.compiled)
        months = [m for m, month in enumerate(base.trajectories.months) if month >= first.replace(day=1)]
        days = [d for d, date in enumerate(base.trajectories.dates) if date >= first]
        if not months or not days:
            continue
        period = f"{base.trajectories.months[months[0]]:%Y-%m}/{base.trajectories.months[-1]:%Y-%m}"
        for indicator, observation in monthly_indicators(corridor):
            gap = _total(other, observation, months) - _total(base, observation, months)
            unit = "deaths" if indicator.kind == "deaths" else "people"
            rows.append((other.id, base.id, indicator.id, "sum", period, *_summary(gap), unit))
        for indicator in stock_indicators(corridor):
            kind, reduce = ("peak", np.max) if indicator.kind == "census" else ("mean", np.mean)
            gap = reduce(stock_by_day(indicator, other)[:, days], axis=1) - reduce(
                stock_by_day(indicator, base)[:, days], axis=1
            )
            rows.append((other.id, base.id, indicator.id, kind, period, *_summary(gap), "people"))
    columns = (
        "scenario",
        "against",
        "item",
        "kind",
        "period",
        "low",
        "median",
        "high",
        "chance_lower",
        "unit",
    )
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


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
    base_result = run_member(base.compiled, None)
    for other in others:
        scenario = other.compiled.scenario
        if scenario is None:
            continue
        by_item: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for grade, part in _single_measures(corridor, scenario, base.compiled):
            compiled = compile_corridor(corridor, part, other.compiled.spec, calibrated)
            result = run_member(compiled, None)
            for item, value in _levels(corridor, compiled, result).items():
                gap = value - _levels(corridor, base.compiled, base_result)[item]
                by_item[item][grade] += abs(gap)
        for item, sizes in by_item.items():
            whole = sum(sizes.values())
            rows += [(other.id, item, grade, size / whole) for grade, size in sizes.items() if whole > 1e-9]
    return pl.DataFrame(
        rows, schema=["scenario", "item", "grade", "share"], orient="row", infer_schema_length=None
    )


def _single_measures(corridor: Corridor, scenario: Scenario, base: Compiled) -> list[tuple[Grade, Scenario]]:
    """The scenario taken apart: one measure, one event or one lift at a time.

    What an event changes follows from counting its people: its grade is that of their number.
    """
    grade: dict[str, Grade] = {measure.id: measure.grade for measure in corridor.measures}
    pulse: dict[str, Grade] = {e.id: "assumed" if e.assumed else "mechanical" for e in corridor.events}
    had = base.scenario or scenario.model_copy(update={"measures": (), "events": (), "lift": ()})

    def alone(**more: tuple[object, ...]) -> Scenario:
        kept = {name: getattr(had, name) for name in ("measures", "events", "lift")}
        return scenario.model_copy(
            update={**kept, **{name: (*kept[name], *one) for name, one in more.items()}}
        )

    measures = [(grade[m], alone(measures=(m,))) for m in scenario.measures if m not in had.measures]
    events = [(pulse[e], alone(events=(e,))) for e in scenario.events if e not in had.events]
    lifts = [(grade[x.measure], alone(lift=(x,))) for x in scenario.lift if x not in had.lift]
    return [*measures, *events, *lifts]


def _levels(corridor: Corridor, compiled: Compiled, result: MemberResult) -> dict[str, float]:
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


def parameters_table(
    corridor: Corridor, compiled: Compiled, progress: Callable[[], None] | None = None
) -> pl.DataFrame:
    """``parameters`` by influence: one block (a parameter and its target, all groups) at a time is moved
    to its low and to its high values in an expected run; its influence is half the swing of the headline
    indicator's sum, relative to it."""
    headline = next((i for i, _ in monthly_indicators(corridor)), None)
    central = compiled.table.values(0, None)
    low, high = compiled.table.bounds()
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    zone_of = _zones(corridor)
    used = compiled.rows_in_use()
    for row, parameter in enumerate(compiled.table.rows):
        if parameter is not None and (row in used or parameter.target is None):
            blocks[parameter.parameter, zone_of.get(parameter.target or "", parameter.target or "")].append(
                row
            )
    swings: dict[tuple[str, str], float] = {}
    if headline is not None:
        level = _levels(corridor, compiled, run_member(compiled, None))[headline.id]
        wide = sorted(blocks, key=lambda name: -_width(blocks[name], central, low, high))
        for name in wide[:INFLUENCE_BLOCKS]:
            ends = []
            for end in (low, high):
                drawn = central.copy()
                drawn[blocks[name]] = end[blocks[name]]
                arrays = compiled.lay(compiled.base_values(drawn), drawn, None)
                result = run_member(compiled, None, arrays)
                ends.append(_levels(corridor, compiled, result)[headline.id])
            swings[name] = abs(ends[1] - ends[0]) / 2 / level if level else 0.0
            if progress:
                progress()
        swings["departure_sd_common", ""] = _intensity_swing(corridor, compiled, headline.id)
    rows: list[tuple[object, ...]] = []
    for name, positions in blocks.items():
        # of a block that holds a row for each group, the largest stands for all
        chosen = positions[int(np.argmax(central[positions]))]
        first = compiled.table.rows[chosen]
        assert first is not None
        by_zone = name[1] in zone_of.values()
        group = (
            ""
            if by_zone
            else f"{first.group or ''} +{len(positions) - 1}"
            if len(positions) > 1
            else first.group or ""
        )
        rows.append(
            (name[0], name[1], group, float(np.mean(central[positions])) if by_zone else first.value,
             float(low[positions].min()) if by_zone else float(low[chosen]),
             float(high[positions].max()) if by_zone else float(high[chosen]), first.unit,
             first.source, first.assumed, swings.get(name))
        )  # fmt: skip
    columns = (
        "parameter",
        "target",
        "group",
        "value",
        "low",
        "high",
        "unit",
        "source",
        "assumed",
        "influence",
    )
    frame = pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
    return frame.with_columns(pl.col("influence").cast(pl.Float64)).sort(
        "influence", descending=True, nulls_last=True
    )


def _zones(corridor: Corridor) -> dict[str, str]:
    """Name under which a flow of interdiction or death is listed: its kind and zone, never a route, a mode or
    a nationality."""
    routes = {route.id: route for route in corridor.routes}
    places = {place.id: place for place in corridor.places}
    stocks = {stock.id: stock for stock in corridor.stocks}
    out: dict[str, str] = {}
    for flow in corridor.flows:
        if flow.kind not in ("interdiction", "death"):
            continue
        zone = routes[flow.from_route].zone if flow.from_route else None
        if flow.from_stock:
            zone = places[stocks[flow.from_stock].place].zone
        out[flow.id] = f"{flow.kind}, {zone}" if zone else flow.kind
    return out


def _intensity_swing(corridor: Corridor, compiled: Compiled, item: str) -> float:
    """Half the 90 % range of an indicator when nothing but the intensity of departures varies."""
    noise = Noise(parameters=False, intensities=True, counts=False)
    only = copy(compiled)
    only.spec = replace(compiled.spec, noise=noise)
    drawn = [_levels(corridor, only, run_member(only, m))[item] for m in range(INTENSITY_MEMBERS)]
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
    return float((high - low) / 2 / middle) if middle else 0.0


def _width(rows: Sequence[int], central: Floats, low: Floats, high: Floats) -> float:
    """Relative width of a block's range; blocks without a range come last."""
    middle = np.maximum(np.abs(central[rows]), 1e-9)
    return float(np.mean((high[rows] - low[rows]) / middle))
