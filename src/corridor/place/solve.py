"""A placement with a proven bound: prices, linear program, rounding, integer programs."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from corridor.model import CorridorError
from corridor.place.kernels import anneal, near_best, repair
from corridor.place.prices import FINE, bound_at, find_prices, spread
from corridor.place.program import (
    Floats,
    Ints,
    Limits,
    Prices,
    Program,
    Solution,
    group_sums,
    merge_alike,
    objective,
    owner,
    sums,
    take,
    used,
    worth,
)
from corridor.place.restricted import Pairs, near_pairs, prices_of, solve_pairs

ALL_PAIRS = 60_000
"""Up to so many pairs of unit and site the linear program holds all of them."""
CORE_PAIRS = 60_000
"""Up to so many pairs that could still improve the placement, one integer program is solved to proof."""
UNIT_CELLS = 10_000_000
"""Up to so many values it is looked whether all are multiples of a unit."""
NEIGHBOURHOOD = 250
"""Pairs of an integer program over a few sites."""


class _Moves(NamedTuple):
    """Candidate sites by row of the program (`kernels.anneal`)."""

    loose: Ints
    kind: Ints
    start: Ints
    site: Ints
    regret: Floats


@dataclass
class _Search:
    """State of one solve: ``bound`` only falls, ``value`` only rises."""

    full: Program
    program: Program
    """The program with alike units merged; ``kind`` is the merged unit of each."""
    kind: Ints
    limits: Limits
    deadline: float
    target: float
    bound: float = np.inf
    value: float = -np.inf
    unit: float = 0.0
    """Every value is a multiple of this, so that a placement's is too; 0: of nothing coarse."""
    site: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    steps: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.deadline - time.monotonic()

    @property
    def slack(self) -> float:
        """What the bound is above the value beyond the target."""
        return self.bound - self.value - self.target * abs(self.bound) - 1e-9

    def offer(self, site: Ints, step: str) -> None:
        """A placement of all units: kept if it is the best so far."""
        value = objective(self.full, self.limits, site)
        if value > self.value:
            self.value, self.site = value, site
        self.steps.append(f"{step}: {value:.6f}")

    def lower_bound_to(self, bound: float, step: str) -> None:
        """A proven bound: kept if it is the lowest so far; where values are multiples of a unit, so is the best."""
        if self.unit and math.isfinite(bound):  # HiGHS may run out of time before it has a bound
            many = bound / self.unit
            bound = self.unit * math.floor(many + 1e-6 * max(1.0, abs(many) * 1e-3))
        self.bound = min(self.bound, bound)
        self.steps.append(f"{step}: at most {bound:.6f}")


def solve(
    program: Program,
    limits: Limits,
    *,
    gap: float = 0.0,
    seconds: float = 60.0,
    prices: Prices | None = None,
    seed: int = 1,
) -> Solution:
    """Place every unit so that the sum of values is largest, and prove how much better it could be.

    ``gap`` is the relative gap at which to stop (0: optimal), ``seconds`` when to stop in any case; the
    bound holds for whatever is returned. A floor that cannot be met is missed by as little as its price asks.
    """
    merged, kind = merge_alike(program)
    search = _Search(program, merged, kind, limits, time.monotonic() + seconds, gap)
    search.unit = _unit(program) if limits.floor.size == 1 else 0.0
    prices, start = _linear(search, prices)
    _round(search, prices, start, seed)
    if search.slack > 0:
        _by_sites(search, prices, seed)
    if search.slack > 0:
        _prove(search, prices)
    proven = search.bound - search.value < 0.5 * search.unit  # both are multiples, up to rounding of the sums
    bound = search.value if proven else max(search.bound, search.value)
    return Solution(search.site, search.value, bound, prices, tuple(search.steps))


def _unit(program: Program) -> float:
    """The coarsest of 1, 0.1 … 0.0001 of which every value and bonus is a multiple; 0: of none, or not looked for."""
    if program.value.size > UNIT_CELLS:
        return 0.0
    for digits in range(5):
        scale = 10.0**digits
        if all(_multiples(part, scale) for part in (program.bonus, program.value[:200], program.value)):
            return 1.0 / scale
    return 0.0


def _multiples(values: Floats, scale: float) -> bool:
    """Whether each value times the scale is whole, and small enough (below 2^40) that sums are exact."""
    scaled = values * scale
    exact = np.abs(scaled - np.rint(scaled)) <= 1e-15 * np.abs(scaled)  # the product itself is rounded
    return float(np.abs(scaled).max(initial=0.0)) < 2.0**40 and bool(exact.all())


def _linear(search: _Search, prices: Prices | None) -> tuple[Prices, Ints]:
    """The linear program over pairs near their unit's best, widened until its bound is proven.

    Gives its prices and the site of every unit that it places whole (-1: none).
    """
    program, limits = search.program, search.limits
    width: float = np.inf
    if program.fits.size > ALL_PAIRS:
        prices = find_prices(program, limits, start=prices)
        search.lower_bound_to(bound_at(program, limits, prices), "prices")
        width = 4 * FINE * spread(program)
    elif prices is None:
        prices = Prices(np.zeros(limits.capacity.shape), np.zeros(limits.floor.size))
    while True:
        pairs = near_pairs(program, prices, width)
        limit = max(search.left, 1.0) if width < np.inf else 1e9
        answer = solve_pairs(program, limits, pairs, whole=False, seconds=limit)
        if answer is None:  # what is fixed does not fit: the prices are too coarse for this width
            if width == np.inf:
                raise CorridorError("HiGHS found no solution of the linear program")
            if search.left < 0:  # rounding begins from each unit's best site, as if there were room
                return prices, _spread_out(search, pairs, np.zeros(pairs.unit.size))
            width = 2 * width if width < 100 * spread(program) else np.inf
            continue
        fresh = prices_of(answer, limits)
        bound = bound_at(program, limits, fresh)
        if bound <= search.bound:  # a program of few pairs can have duals that are far off
            prices = fresh
        search.lower_bound_to(bound, f"linear program of {pairs.unit.size} pairs")
        close = max(0.02 * search.target, 1e-7) * abs(search.bound)
        if search.bound - answer.value <= close or width == np.inf or search.left < 0:
            return prices, _spread_out(search, pairs, answer.x)
        width *= 2


def _spread_out(search: _Search, pairs: Pairs, x: Floats) -> Ints:
    """Site of every unit from whole parts of amounts by merged unit: alike units take them in order."""
    site = np.full(search.kind.size, -1, np.int64)
    unit = np.concatenate([pairs.fixed_unit, pairs.unit])
    where = np.concatenate([pairs.fixed_site, pairs.site])
    many = np.floor(np.concatenate([pairs.fixed, x]) + 1e-6).astype(np.int64)
    by_unit = np.argsort(unit, kind="stable")
    unit, where, many = unit[by_unit], where[by_unit], many[by_unit]
    members = np.argsort(search.kind, kind="stable")
    first = np.searchsorted(search.kind[members], unit)
    before = np.cumsum(many) - many
    inside = before - before[np.searchsorted(unit, unit)] if unit.size else before
    spot = np.repeat(first + inside - before, many) + np.arange(many.sum())
    site[members[spot]] = np.repeat(where, many)
    return site


def _state(search: _Search, site: Ints) -> tuple[Floats, Floats]:
    """Room left (kinds × sites) and surplus over the floors of a placement."""
    placed = np.flatnonzero(site >= 0)
    rows, where, ones = search.kind[placed], site[placed], np.ones(placed.size)
    room = search.limits.capacity - used(search.program, rows, where, ones, search.limits.capacity)
    sums = group_sums(search.program, rows, where, ones, search.limits.floor.size)
    return room, sums - search.limits.floor


def _moves(search: _Search, prices: Prices, width: float, site: Ints) -> _Moves:
    """Sites within ``width`` of a unit's best, nowhere, and where its kind is now."""
    program = search.program
    rows = program.bonus.size
    widths = np.full(rows, width)
    start, near, net, best = near_best(program, prices.place, prices.weight, widths)
    placed = np.flatnonzero(site >= 0)
    now_row, now_site = search.kind[placed], site[placed]
    gain = worth(program, now_row, now_site)
    gain += _extra(program, prices, now_row, now_site)
    row = np.concatenate([owner(start), np.arange(rows), now_row])
    where = np.concatenate([near.astype(np.int64), np.full(rows, -1), now_site])
    regret = np.concatenate([best[owner(start)] - net, best, best[now_row] - gain])
    _, kept = np.unique(row * (program.fits.shape[1] + 1) + where + 1, return_index=True)
    row, where, regret = row[kept], where[kept], regret[kept]
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))]).astype(np.int64)
    loose = np.flatnonzero((np.diff(start) > 2)[search.kind] | (site < 0))
    return _Moves(loose, search.kind, start, where, regret)


def _extra(program: Program, prices: Prices, row: Ints, site: Ints) -> Floats:
    """Net value less value of pairs: the floors' weights less the price of what is needed."""
    one = take(program, row)
    need_row, part_row = owner(one.need_start), owner(one.part_start)
    paid = one.need_amount * prices.place[one.need_kind, site[need_row]]
    lift = prices.weight[one.part_group] * one.value[np.arange(part_row.size), site[part_row]]
    return sums(part_row, lift, row.size) - sums(need_row, paid, row.size)


def _round(search: _Search, prices: Prices, start: Ints, seed: int) -> None:
    """Annealing passes from the linear program's whole part.

    The more units there are for each site, the closer their regrets lie, and the cooler it starts (settings found on
    instances of 1,000, 10,000 and 100,000 households; others than those of the benchmarks).
    """
    yardstick = spread(search.program)
    extra = 0.1 * yardstick
    per_site = search.kind.size / search.program.fits.shape[1]
    hot = 0.03 * yardstick / np.sqrt(max(per_site, 10.0))
    widths = (0.02, 0.05) if per_site > 100 else (0.1, 0.05)
    finite = np.where(np.isfinite(search.limits.capacity), search.limits.capacity, 1e15)
    for turn in range(8):
        moves = _moves(search, prices, widths[turn % 2] * yardstick, start)
        site = start.copy()
        room, surplus = _state(search, site)
        room = np.minimum(room, finite)
        if moves.loose.size:
            steps = max(min(4000 * moves.loose.size, 2_000_000), min(60 * moves.loose.size, 6_000_000))
            anneal(
                search.program, moves, site, room, prices.place, surplus, prices.weight, steps,
                hot, hot / 20, extra, seed + turn,
            )  # fmt: skip
        order = np.argsort(_regrets(moves, site), kind="stable")
        repair(search.program, search.kind, order, site, room, prices.place, prices.weight)
        search.offer(site, f"annealing {moves.loose.size} units")
        if search.slack <= 0 or search.left < 0:
            return


def _regrets(moves: _Moves, site: Ints) -> Floats:
    """What every unit gives up at its site (those nowhere: what they give up there)."""
    row = np.arange(moves.start.size - 1)
    key = np.repeat(row, np.diff(moves.start)) * (int(moves.site.max(initial=0)) + 2) + moves.site + 1
    spot = np.searchsorted(key, moves.kind * (int(moves.site.max(initial=0)) + 2) + site + 1)
    return moves.regret[np.minimum(spot, moves.regret.size - 1)]


def _by_sites(search: _Search, prices: Prices, seed: int) -> None:
    """Integer programs over a few sites at a time, the rest as it is; more sites when they stop helping."""
    sites = search.program.fits.shape[1]
    rng = np.random.default_rng(seed)
    width = 0.05 * spread(search.program)
    size, failures = NEIGHBOURHOOD, 0
    end = time.monotonic() + 0.5 * max(search.left, 0.0)
    while size < 8 * NEIGHBOURHOOD and search.slack > 0 and time.monotonic() < end:
        pairs = _neighbourhood(search, prices, rng.permutation(sites), width, size)
        answer = solve_pairs(
            search.program, search.limits, pairs, whole=True, seconds=min(3.0, max(search.left, 0.1)),
            start=_amounts(search, pairs),
        )  # fmt: skip
        if answer is not None and answer.value > search.value + 1e-9:
            search.offer(_spread_out(search, pairs, np.rint(answer.x)), f"sites, {pairs.unit.size} pairs")
            failures = 0
            continue
        failures += 1
        if failures > sites / 2:
            size, failures = size * 2, 0


def _neighbourhood(search: _Search, prices: Prices, order: Ints, width: float, size: int) -> Pairs:
    """Pairs among the first sites of ``order`` that hold about ``size`` pairs; the rest is fixed."""
    program, kind, site = search.program, search.kind, search.site
    rows, sites = program.fits.shape
    start, near, _, _ = near_best(program, prices.place, prices.weight, np.full(rows, width))
    row = owner(start)
    chosen = np.zeros(sites + 1, np.bool_)
    chosen[-1] = True  # nowhere
    pairs: Pairs | None = None
    for turn, s in enumerate(order):
        chosen[s] = True
        is_open = chosen[site]
        counts = np.bincount(kind[is_open], minlength=rows).astype(np.float64)
        here = np.flatnonzero(is_open & (site >= 0))
        key = np.concatenate([row * sites + near, kind[here] * sites + site[here]])
        key = np.unique(key[(counts[key // sites] > 0) & chosen[key % sites]])
        if pairs is not None and key.size > size and turn > 1:
            break
        fixed = np.flatnonzero(~is_open)
        pairs = Pairs(key // sites, key % sites, counts, kind[fixed], site[fixed], np.ones(fixed.size))
    if pairs is None:
        raise ValueError("there is no site")
    return pairs


def _amounts(search: _Search, pairs: Pairs) -> Floats:
    """How many of each candidate pair the best placement has."""
    sites = search.program.fits.shape[1]
    placed = np.flatnonzero(search.site >= 0)
    now = np.bincount(
        search.kind[placed] * sites + search.site[placed], minlength=search.program.bonus.size * sites
    )
    fixed = np.bincount(pairs.fixed_unit * sites + pairs.fixed_site, pairs.fixed, minlength=now.size)
    return np.maximum(now - fixed, 0.0)[pairs.unit * sites + pairs.site]


def _prove(search: _Search, prices: Prices) -> None:
    """One integer program over all pairs that could be in a better placement, if they are few enough."""
    pairs = near_pairs(search.program, prices, search.bound - search.value)
    if pairs.unit.size > CORE_PAIRS or search.left <= 0:
        return
    answer = solve_pairs(
        search.program, search.limits, pairs, whole=True, seconds=search.left,
        gap=max(0.99 * search.target * abs(search.bound), 0.99 * search.unit), start=_amounts(search, pairs),
    )  # fmt: skip
    if answer is None:
        return
    search.offer(_spread_out(search, pairs, np.rint(answer.x)), f"integer program of {pairs.unit.size} pairs")
    search.lower_bound_to(max(answer.bound, search.value), "integer program")
