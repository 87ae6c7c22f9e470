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

Floats = npt.NDArray[np.float64]
Name = tuple[str, str]
"""A block of parameters: the parameter and its target, for all groups."""

INTENSITY_MEMBERS = 60
INFLUENCE_BLOCKS = 120
"""Blocks of parameters tried, widest first; the rest is left without an influence."""
_COLUMNS = (
    "parameter", "target", "group", "value", "low", "high", "unit", "source", "assumed", "influence",
)  # fmt: skip


@dataclass(frozen=True)
class Ranges:
    """Central, low and high value of every row of the parameters, each of shape (rows,)."""

    central: Floats
    low: Floats
    high: Floats


def parameters_table(
    corridor: Corridor, compiled: Compiled, progress: Callable[[], None] | None = None, workers: int = 1
) -> pl.DataFrame:
    """``parameters`` by influence: one block (a parameter and its target, all groups) at a time is moved
    to its low and to its high values in an expected run; its influence is half the swing of the headline
    indicator's sum, relative to it."""
    low, high = compiled.table.bounds()
    ranges = Ranges(compiled.table.values(0, None), low, high)
    zones = _zones(corridor)
    blocks = _blocks(compiled, zones)
    headline = next((i.id for i, _ in monthly_indicators(corridor)), None)
    swings: dict[Name, float] = {}
    if headline is not None:
        swings = _swings(corridor, compiled, headline, blocks, ranges, progress, workers)
    zone_names = set(zones.values())
    rows = [
        _row(compiled, name, positions, ranges, swings.get(name), by_zone=name[1] in zone_names)
        for name, positions in blocks.items()
    ]
    frame = pl.DataFrame(rows, schema=list(_COLUMNS), orient="row", infer_schema_length=None)
    influence = pl.col("influence").cast(pl.Float64)
    return frame.with_columns(influence).sort("influence", descending=True, nulls_last=True)


def _blocks(compiled: Compiled, zones: Mapping[str, str]) -> dict[Name, list[int]]:
    """Rows of the parameters in use, by block; a target of interdiction or death is its zone."""
    used = compiled.numbers.rows_in_use()
    blocks: dict[Name, list[int]] = defaultdict(list)
    for row, parameter in enumerate(compiled.table.rows):
        if parameter is not None and (row in used or parameter.target is None):
            target = parameter.target or ""
            blocks[parameter.parameter, zones.get(target, target)].append(row)
    return blocks


def _swings(
    corridor: Corridor,
    compiled: Compiled,
    headline: str,
    blocks: Mapping[Name, Sequence[int]],
    ranges: Ranges,
    progress: Callable[[], None] | None,
    workers: int,
) -> dict[Name, float]:
    """Half the swing of the headline's sum by block, relative to the sum of the central run."""
    level = expected_levels(corridor, compiled, run_member(compiled, None))[headline]
    wide = sorted(blocks, key=lambda name: -_width(blocks[name], ranges))[:INFLUENCE_BLOCKS]
    tasks = {name: blocks[name] for name in wide}
    asked = (corridor, compiled, headline, ranges)
    if in_parallel(workers, len(tasks)):
        swung = run_tasks(workers, _swing, asked, tasks)
    else:
        swung = ((name, _swing(asked, rows)) for name, rows in tasks.items())
    swings: dict[Name, float] = {}
    for name, swing in swung:
        swings[name] = swing / level if level else 0.0
        if progress:
            progress()
    swings["departure_sd_common", ""] = _intensity_swing(corridor, compiled, headline)
    return swings


def _swing(asked: tuple[Corridor, Compiled, str, Ranges], rows: Sequence[int]) -> float:
    """Half the swing of the headline's sum when the ``rows`` of one block go from low to high."""
    corridor, compiled, headline, ranges = asked
    low, high = (
        _level_at(corridor, compiled, headline, rows, ranges, end) for end in (ranges.low, ranges.high)
    )
    return abs(high - low) / 2


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


def _intensity_swing(corridor: Corridor, compiled: Compiled, item: str) -> float:
    """Half the 90 % range of an indicator when nothing but the intensity of departures varies."""
    noise = Noise(parameters=False, intensities=True, counts=False)
    only = replace(compiled, spec=replace(compiled.spec, noise=noise))
    drawn = [expected_levels(corridor, only, run_member(only, m))[item] for m in range(INTENSITY_MEMBERS)]
    low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
    return float((high - low) / 2 / middle) if middle else 0.0


def _width(rows: Sequence[int], ranges: Ranges) -> float:
    """Relative width of a block's range; blocks without a range come last."""
    middle = np.maximum(np.abs(ranges.central[rows]), 1e-9)
    return float(np.mean((ranges.high[rows] - ranges.low[rows]) / middle))
