"""Which assumption matters most: parameters by how far they move the headline indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from corridor.engine import Compiled, Noise, arrays_from, run_member
from corridor.model import Corridor
from corridor.model.workers import in_parallel, run_tasks
from corridor.study.assemble import monthly_indicators
from corridor.study.contrast import expected_levels
from corridor.study.schema import TABLES

Floats = npt.NDArray[np.float64]
Name = tuple[str, str]
"""A block of parameters: the parameter and its target, for all groups."""
Ends = tuple[float, float]
"""The headline's sum at the low and at the high value, or its change there relative to the central run."""

INTENSITY_MEMBERS = 60
TOGETHER = 10
"""Members of one task."""
INFLUENCE_BLOCKS = 120
"""Blocks of parameters tried, widest first; the rest is left without an influence."""
INTENSITIES: Name = ("departure_sd_common", "")
"""The block whose ends are those of 90 % of futures, not of a low and a high value."""
_COLUMNS = (
    "parameter", "target", "group", "value", "low", "high", "unit", "source", "assumed", "influence",
)  # fmt: skip


@dataclass(frozen=True)
class Ranges:
    """Central, low and high value of every row of the parameters, each of shape (rows,)."""

    central: Floats
    low: Floats
    high: Floats


def influence_tables(
    corridor: Corridor, compiled: Compiled, progress: Callable[[], None] | None = None, workers: int = 1
) -> dict[str, pl.DataFrame]:
    """``parameters`` by influence, ``influence`` with both ends of each block that was tried, and ``targets``: where they act.

    One block (a parameter and its target, all groups) at a time is moved to its low and to its high values in an
    expected run. Its influence is half the swing of the headline indicator's sum, relative to the sum of the central run.
    """
    low, high = compiled.table.bounds()
    ranges = Ranges(compiled.table.values(0, None), low, high)
    zones = _zones(corridor)
    blocks = _blocks(compiled, zones)
    headline = next((i.id for i, _ in monthly_indicators(corridor)), None)
    ends: dict[Name, Ends] = {}
    if headline is not None:
        ends = _ends(corridor, compiled, headline, blocks, ranges, progress, workers)
    zone_names = set(zones.values())
    where = _where(corridor)
    swings = {name: abs(high - low) / 2 for name, (low, high) in ends.items()}
    rows = [
        _row(compiled, name, positions, ranges, swings.get(name), by_zone=name[1] in zone_names)
        for name, positions in blocks.items()
    ]
    frame = pl.DataFrame(rows, schema=list(_COLUMNS), orient="row", infer_schema_length=None)
    influence = pl.col("influence").cast(pl.Float64)
    sides = [(headline, *name, *where.get(name[1], ("", "", "")), *found) for name, found in ends.items()]
    return {
        "parameters": frame.with_columns(influence).sort("influence", descending=True, nulls_last=True),
        "influence": pl.DataFrame(sides, schema=dict(TABLES["influence"]), orient="row"),
        "targets": _targets(corridor, sorted({target for _, target in blocks})),
    }


def _targets(corridor: Corridor, names: Sequence[str]) -> pl.DataFrame:
    """``targets``: places and kind of the flows, routes and stocks that parameters point at; a stock's kind is its state."""
    acts = _where(corridor) | {stock.id: (stock.place, "", stock.state) for stock in corridor.stocks}
    rows = [(name, *acts[name]) for name in names if name in acts]
    return pl.DataFrame(rows, schema=dict(TABLES["targets"]), orient="row")


def _where(corridor: Corridor) -> dict[str, tuple[str, str, str]]:
    """Places from and to, and kind, of every flow, stock and route that a parameter may point at."""
    place = {stock.id: stock.place for stock in corridor.stocks}
    out = {stock.id: (stock.place, "", "") for stock in corridor.stocks}
    out |= {route.id: (route.from_place, route.to_place, route.mode) for route in corridor.routes}
    for flow in corridor.flows:
        start = place.get(flow.from_stock or "", "") or out.get(flow.from_route or "", ("",))[0]
        out[flow.id] = (start, place.get(flow.to_stock or "", ""), flow.kind)
    return out


def _blocks(compiled: Compiled, zones: Mapping[str, str]) -> dict[Name, list[int]]:
    """Rows of the parameters in use, by block; a target of interdiction or death is its zone."""
    used = compiled.numbers.rows_in_use()
    blocks: dict[Name, list[int]] = defaultdict(list)
    for row, parameter in enumerate(compiled.table.rows):
        if parameter is not None and (row in used or parameter.target is None):
            target = parameter.target or ""
            blocks[parameter.parameter, zones.get(target, target)].append(row)
    return blocks


def _ends(
    corridor: Corridor,
    compiled: Compiled,
    headline: str,
    blocks: Mapping[Name, Sequence[int]],
    ranges: Ranges,
    progress: Callable[[], None] | None,
    workers: int,
) -> dict[Name, Ends]:
    """The ends of each block, widest first, and those of the shocks of departures."""
    level = expected_levels(corridor, compiled, run_member(compiled, None))[headline]
    wide = sorted(blocks, key=lambda name: -_width(blocks[name], ranges))[:INFLUENCE_BLOCKS]
    tasks: dict[Name | int, Sequence[int]] = {name: blocks[name] for name in wide}
    # the members come first: a task of theirs is the longest
    tasks = {first: range(first, min(first + TOGETHER, INTENSITY_MEMBERS)) for first in range(0, INTENSITY_MEMBERS, TOGETHER)} | tasks  # fmt: skip
    asked = (corridor, compiled, headline, ranges)
    if in_parallel(workers, len(tasks)):
        made = run_tasks(workers, _task, asked, {key: (key, task) for key, task in tasks.items()})
    else:
        made = ((key, _task(asked, (key, task))) for key, task in tasks.items())
    found: dict[Name, Ends] = {}
    drawn: dict[int, Sequence[float]] = {}
    for key, levels in made:
        if isinstance(key, int):
            drawn[key] = levels
            continue
        found[key] = (levels[0] / level - 1, levels[1] / level - 1) if level else (0.0, 0.0)
        if progress:
            progress()
    members = [sum_of for first in sorted(drawn) for sum_of in drawn[first]]
    return {name: found[name] for name in wide} | {INTENSITIES: _intensity_ends(members)}


def _task(
    asked: tuple[Corridor, Compiled, str, Ranges], task: tuple[Name | int, Sequence[int]]
) -> Sequence[float]:
    """The headline's sum at both ends of a block of rows, or, keyed by a number, of each of some members."""
    key, numbers = task
    return _of_members(asked, numbers) if isinstance(key, int) else _at_both_ends(asked, numbers)


def _at_both_ends(asked: tuple[Corridor, Compiled, str, Ranges], rows: Sequence[int]) -> Ends:
    """The headline's sum with the ``rows`` of one block at their low and at their high values."""
    corridor, compiled, headline, ranges = asked
    return (
        _level_at(corridor, compiled, headline, rows, ranges, ranges.low),
        _level_at(corridor, compiled, headline, rows, ranges, ranges.high),
    )


def _level_at(
    corridor: Corridor, compiled: Compiled, item: str, rows: Sequence[int], ranges: Ranges, end: Floats
) -> float:
    """The indicator of an expected run in which one block has its values of ``end``."""
    drawn = ranges.central.copy()
    drawn[rows] = end[rows]
    arrays = arrays_from(compiled, compiled.numbers.base_values(drawn), drawn, None)
    return expected_levels(corridor, compiled, run_member(compiled, None, arrays))[item]


def _row(
    compiled: Compiled,
    name: Name,
    positions: Sequence[int],
    ranges: Ranges,
    swing: float | None,
    *,
    by_zone: bool,
) -> tuple[object, ...]:
    """A block's row: a zone's mean and whole range, or the largest of its groups, which stands for all."""
    central, low, high = ranges.central, ranges.low, ranges.high
    chosen = positions[int(np.argmax(central[positions]))]
    first = compiled.table.rows[chosen]
    assert first is not None
    if by_zone:
        group, value = "", float(np.mean(central[positions]))
        ends = (float(low[positions].min()), float(high[positions].max()))
    else:
        more = f" +{len(positions) - 1}" if len(positions) > 1 else ""
        group, value = f"{first.group or ''}{more}", first.value
        ends = (float(low[chosen]), float(high[chosen]))
    return (*name, group, value, *ends, first.unit, first.source, first.assumed, swing)


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


def _of_members(asked: tuple[Corridor, Compiled, str, Ranges], members: Sequence[int]) -> Sequence[float]:
    """The headline's sum of members in which nothing but the intensity of departures varies."""
    corridor, compiled, headline, _ = asked
    noise = Noise(parameters=False, intensities=True, counts=False)
    only = replace(compiled, spec=replace(compiled.spec, noise=noise))
    return [expected_levels(corridor, only, run_member(only, m))[headline] for m in members]


def _intensity_ends(drawn: Sequence[float]) -> Ends:
    """The ends of the 90 % range of what was drawn, relative to its median."""
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
    return (float(low / middle - 1), float(high / middle - 1)) if middle else (0.0, 0.0)


def _width(rows: Sequence[int], ranges: Ranges) -> float:
    """Relative width of a block's range; blocks without a range come last."""
    middle = np.maximum(np.abs(ranges.central[rows]), 1e-9)
    return float(np.mean((ranges.high[rows] - ranges.low[rows]) / middle))
