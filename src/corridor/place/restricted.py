"""The placement program with few columns: units that clearly belong somewhere are fixed there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.place.highs import Answer, Rows, maximise
from corridor.place.kernels import near_best
from corridor.place.program import (
    Bools,
    Floats,
    Ints,
    Limits,
    Prices,
    Program,
    group_sums,
    owner,
    used,
    worth,
)
from corridor.place.program import _ranges as ranges


@dataclass(frozen=True)
class Pairs:
    """Candidate pairs of unit and site, how many of each unit are open, and what is fixed to a site."""

    unit: Ints
    site: Ints
    open: Floats
    """Units (all): how many of each the candidate pairs may place."""
    fixed_unit: Ints
    fixed_site: Ints
    fixed: Floats
    """How many of ``fixed_unit`` are at ``fixed_site``."""


def near_pairs(program: Program, prices: Prices, width: Floats | float) -> Pairs:
    """Pairs whose net value is within ``width`` of the unit's best; units with one such choice are fixed."""
    widths = np.broadcast_to(np.asarray(width, np.float64), program.bonus.shape).copy()
    start, site, _, best = near_best(program, prices.place, prices.weight, widths)
    many = np.diff(start)
    lone = (many == 1) & (best > widths)
    unit = owner(start)
    loose = ~lone[unit]
    sites = site.astype(np.int64)
    fixed = unit[~loose]
    return Pairs(unit[loose], sites[loose], program.count, fixed, sites[~loose], program.count[fixed])


def solve_pairs(
    program: Program,
    limits: Limits,
    pairs: Pairs,
    *,
    whole: bool,
    seconds: float = 1e9,
    gap: float = 0.0,
    start: Floats | None = None,
) -> Answer | None:
    """Best amounts of the candidate pairs with the fixed ones as they are; None if those do not fit.

    The answer's value and bound include the fixed units; duals are of the capacity rows (kinds × sites), then
    the floors.
    """
    capacity = limits.capacity - used(
        program, pairs.fixed_unit, pairs.fixed_site, pairs.fixed, limits.capacity
    )
    if capacity.min(initial=0.0) < -1e-7:
        return None
    base = float((worth(program, pairs.fixed_unit, pairs.fixed_site) * pairs.fixed).sum())
    groups = limits.floor.size
    floor = limits.floor - group_sums(program, pairs.fixed_unit, pairs.fixed_site, pairs.fixed, groups)
    gain, upper, rows = _assemble(program, limits, pairs, np.maximum(capacity, 0.0), floor)
    columns = pairs.unit.size
    marks: Bools | None = None
    if whole:
        marks = np.zeros(gain.size, np.bool_)
        marks[:columns] = True
    guess = None
    if start is not None:
        short = np.maximum(0.0, floor - group_sums(program, pairs.unit, pairs.site, start, groups))[1:]
        guess = np.concatenate([start, short])
    answer = maximise(gain, upper, rows, whole=marks, seconds=seconds, gap=gap, start=guess)
    if answer is None:
        return None
    own_rows = rows.lower.size - limits.capacity.size - (groups - 1)
    return Answer(
        answer.x[:columns], answer.dual[own_rows:], answer.value + base, answer.bound + base, answer.optimal
    )


def prices_of(answer: Answer, limits: Limits) -> Prices:
    """Prices and weights from the duals of a linear program."""
    cells = limits.capacity.size
    weight = np.zeros(limits.floor.size)
    weight[1:] = np.clip(-answer.dual[cells:], 0.0, limits.floor_price)
    place = np.maximum(answer.dual[:cells], 0.0).reshape(limits.capacity.shape)
    return Prices(np.ascontiguousarray(place), weight)


def _assemble(
    program: Program, limits: Limits, pairs: Pairs, capacity: Floats, floor: Floats
) -> tuple[Floats, Floats, Rows]:
    """Gains, upper limits and rows (units, capacities, floors) of the candidate pairs and the shortfalls."""
    kinds, sites = capacity.shape
    groups = floor.size
    columns = pairs.unit.size
    units, own = np.unique(pairs.unit, return_inverse=True)
    needs, need_start = ranges(program.need_start, pairs.unit)
    parts, part_start = ranges(program.part_start, pairs.unit)
    need_column, part_column = owner(need_start), owner(part_start)
    group = program.part_group[parts]
    floored = group > 0
    shortfalls = np.arange(groups - 1)
    cells = units.size + kinds * sites
    column = np.concatenate([np.arange(columns), need_column, part_column[floored], columns + shortfalls])
    row = np.concatenate([
        own,
        units.size + program.need_kind[needs] * sites + pairs.site[need_column],
        cells + group[floored] - 1,
        cells + shortfalls,
    ])  # fmt: skip
    entry = np.concatenate([
        np.ones(columns),
        program.need_amount[needs],
        program.value[parts, pairs.site[part_column]][floored],
        np.ones(groups - 1),
    ])  # fmt: skip
    order = np.argsort(column, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=columns + groups - 1))])
    lower = np.concatenate([np.full(cells, -np.inf), floor[1:]])
    upper = np.concatenate([pairs.open[units], capacity.ravel(), np.full(groups - 1, np.inf)])
    gain = np.concatenate([worth(program, pairs.unit, pairs.site), np.full(groups - 1, -limits.floor_price)])
    most = np.concatenate([pairs.open[pairs.unit], np.full(groups - 1, np.inf)])
    return gain, most, Rows(start, row[order], entry[order], lower, upper)
