"""The placement problem as plain arrays, and what a solution of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.model.arrays import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Program(NamedTuple):
    """Units, their values and needs; kernels read it.

    A unit is a household or tied households; alike units may stand as one with a ``count``. Part ``p`` of
    unit ``u`` (``part_start[u] <= p < part_start[u + 1]``) belongs to group ``part_group[p]``; group 0 has no
    floor. Entry ``k`` of the needs says that the unit takes ``need_amount[k]`` of capacity ``need_kind[k]``.
    """

    value: Floats
    """Parts × sites: score."""
    bonus: Floats
    """Units: value of being placed at all."""
    count: Floats
    """Units: how many there are of this kind."""
    fits: Bools
    """Units × sites."""
    part_start: Ints
    part_group: Ints
    need_start: Ints
    need_kind: Ints
    need_amount: Floats


@dataclass(frozen=True)
class Limits:
    """Right-hand sides: capacities (kinds × sites; may be infinite) and floors (groups; entry 0 unused).

    A floor is the least sum of scores of a group; falling short of it by one costs ``floor_price``.
    """

    capacity: Floats
    floor: Floats
    floor_price: float = 0.0

    @property
    def variables(self) -> int:
        """Number of prices and weights."""
        return self.capacity.size + self.floor.size


@dataclass(frozen=True)
class Prices:
    """Price of one place of a capacity (kinds × sites) and extra weight of a group's score (groups)."""

    place: Floats
    weight: Floats


@dataclass(frozen=True)
class Solution:
    """Where every unit goes (-1: nowhere), the value reached, and what no solution can exceed."""

    site: Ints
    """Units of the program before alike ones were merged."""
    value: float
    bound: float
    prices: Prices
    steps: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """``(bound - value) / bound``; 0 where nothing can be gained."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def take(program: Program, units: Ints, count: Floats | None = None) -> Program:
    """The program of some units, in that order, with their own or other counts."""
    parts, part_start = _ranges(program.part_start, units)
    needs, need_start = _ranges(program.need_start, units)
    return Program(
        value=np.ascontiguousarray(program.value[parts]),
        bonus=program.bonus[units],
        count=program.count[units] if count is None else count,
        fits=np.ascontiguousarray(program.fits[units]),
        part_start=part_start,
        part_group=program.part_group[parts],
        need_start=need_start,
        need_kind=program.need_kind[needs],
        need_amount=program.need_amount[needs],
    )


def join(programs: Sequence[Program]) -> Program:
    """Programs one after another."""
    columns = [np.concatenate(column) for column in zip(*programs, strict=True)]
    made = Program(*columns)
    starts: list[Ints] = []
    for name in ("part_start", "need_start"):
        sizes = np.concatenate([np.diff(getattr(one, name)) for one in programs])
        starts.append(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
    return made._replace(part_start=starts[0], need_start=starts[1])


def _ranges(start: Ints, units: Ints) -> tuple[Ints, Ints]:
    """Entries of some units in a compressed table, and their new start."""
    many = start[units + 1] - start[units]
    fresh = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
    inner = np.arange(fresh[-1]) - np.repeat(fresh[:-1], many)
    return np.repeat(start[units], many) + inner, fresh


def sums(place: Ints, weight: NDArray[Any], size: int) -> Floats:
    """Sum of weights by place, 0 to ``size - 1``."""
    return np.bincount(place, weight, size).astype(np.float64)


def owner(start: Ints) -> Ints:
    """Unit of every entry of a compressed table."""
    return np.repeat(np.arange(start.size - 1), np.diff(start))


def used(program: Program, unit: Ints, site: Ints, amount: Floats, capacity: Floats) -> Floats:
    """Capacity taken (kinds × sites) when ``amount[j]`` of unit ``unit[j]`` go to ``site[j]``."""
    taken = np.zeros_like(capacity)
    entries, start = _ranges(program.need_start, unit)
    row = owner(start)
    np.add.at(
        taken,
        (program.need_kind[entries], site[row]),
        program.need_amount[entries] * amount[row],
    )
    return taken


def group_sums(program: Program, unit: Ints, site: Ints, amount: Floats, groups: int) -> Floats:
    """Sum of scores by group when ``amount[j]`` of unit ``unit[j]`` go to ``site[j]``."""
    parts, start = _ranges(program.part_start, unit)
    row = owner(start)
    scores = program.value[parts, site[row]] * amount[row]
    return sums(program.part_group[parts], scores, groups)


def worth(program: Program, unit: Ints, site: Ints) -> Floats:
    """Value (score and bonus) of each pair of unit and site."""
    parts, start = _ranges(program.part_start, unit)
    row = owner(start)
    return program.bonus[unit] + sums(row, program.value[parts, site[row]], unit.size)


def objective(program: Program, limits: Limits, site: Ints) -> float:
    """Value of a whole placement, less what floors that are missed cost."""
    placed = np.flatnonzero(site >= 0)
    where = site[placed]
    total = float(worth(program, placed, where).sum())
    if limits.floor.size > 1:
        sums = group_sums(program, placed, where, np.ones(placed.size), limits.floor.size)
        total -= limits.floor_price * float(np.maximum(0.0, limits.floor - sums)[1:].sum())
    return total


def simple(
    value: Floats,
    needs: Floats,
    *,
    fits: Bools | None = None,
    group: Ints | None = None,
    bonus: Floats | None = None,
    count: Floats | None = None,
) -> Program:
    """A program of units with one part each; ``needs`` is units × kinds."""
    units = value.shape[0]
    unit, kind = np.nonzero(needs)
    start = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))]).astype(np.int64)
    return Program(
        value=np.ascontiguousarray(value, np.float64),
        bonus=np.zeros(units) if bonus is None else bonus,
        count=np.ones(units) if count is None else count,
        fits=np.ones(value.shape, np.bool_) if fits is None else np.ascontiguousarray(fits),
        part_start=np.arange(units + 1),
        part_group=np.zeros(units, np.int64) if group is None else group,
        need_start=start,
        need_kind=kind.astype(np.int64),
        need_amount=needs[unit, kind].astype(np.float64),
    )


def merge_alike(program: Program) -> tuple[Program, Ints]:
    """The program with units that are the same in everything made one, and the merged unit of each.

    Equality is exact, not by hash. The order is that of the first of each kind.
    """
    units = program.bonus.size
    if units < 2:
        return program, np.arange(units)
    key = _fingerprint(program)
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    if first.size > 0.9 * units:
        return program, np.arange(units)
    if not _same(program, first[kind]):
        return program, np.arange(units)
    order = np.argsort(first)
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    kind = place[kind]
    return take(program, first[order], sums(kind, program.count, order.size)), kind


def _fingerprint(program: Program) -> Floats:
    """One number for each unit that alike units share."""
    rng = np.random.default_rng(20240101)
    sites = program.value.shape[1]
    by_value, by_fit = rng.uniform(1.0, 2.0, (2, sites))
    part_unit, need_unit = owner(program.part_start), owner(program.need_start)
    units = program.bonus.size
    key = np.bincount(part_unit, (program.value @ by_value) * (1.0 + 0.37 * program.part_group), units)
    key += sums(need_unit, program.need_amount * np.sqrt(program.need_kind + 2.0), units)
    return key + program.fits @ by_fit + 0.731 * program.bonus


def _same(program: Program, twin: Ints) -> bool:
    """Whether every unit equals its ``twin`` in every entry."""
    units = np.arange(program.bonus.size)
    for start in (program.part_start, program.need_start):
        if not np.array_equal(np.diff(start), np.diff(start)[twin]):
            return False
    tables: Sequence[tuple[Ints, tuple[Any, ...]]] = (
        (program.part_start, (program.part_group, program.value)),
        (program.need_start, (program.need_kind, program.need_amount)),
    )
    for start, columns in tables:
        mine, _ = _ranges(start, units)
        other, _ = _ranges(start, twin)
        if not all(np.array_equal(column[mine], column[other]) for column in columns):
            return False
    return np.array_equal(program.fits, program.fits[twin]) and np.array_equal(
        program.bonus, program.bonus[twin]
    )
