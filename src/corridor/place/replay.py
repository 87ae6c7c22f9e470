"""A year of arrivals placed again by several rules, beside what could have been had with hindsight."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import polars as pl

from corridor.place.online import Online
from corridor.place.prices import find_prices
from corridor.place.problem import Problem, to_program
from corridor.place.program import Floats, Ints, Limits, Program, objective, take
from corridor.place.solve import solve

RULES = ("random", "greedy", "fixed_prices", "sampled_futures", "hindsight")
"""random: any site that fits and has room; greedy: the best of those; fixed_prices: net of prices found once, from
the past (without a past: from the first tenth of the arrivals); sampled_futures: `Online`; hindsight: all known."""

Decide = Callable[[Program], Ints]


def replay(
    problem: Problem, past: Problem | None = None, *, seed: int = 1, shuffled: bool = False, per_person: float = 0.0,
    seconds: float = 20.0, rules: tuple[str, ...] = RULES,
) -> pl.DataFrame:  # fmt: skip
    """One row for each rule: ``rule value of_hindsight placed slowest``.

    ``of_hindsight`` is a part of the proven bound of the best placement, so it never flatters; households arrive in
    the order of the problem, or in a random one; ``slowest`` is the longest decision in seconds.
    """
    program = to_program(problem, per_person=per_person)
    limits = Limits(problem.capacity, np.zeros(1))
    rng = np.random.default_rng(seed)
    first = np.full(problem.units, len(problem.ids))
    np.minimum.at(first, problem.unit, np.arange(len(problem.ids)))
    order = rng.permutation(problem.units) if shuffled else np.argsort(first, kind="stable")
    best = solve(program, limits, gap=2e-4, seconds=seconds)
    before = to_program(past, per_person=per_person) if past is not None else None
    rows = []
    for rule in rules:
        if rule == "hindsight":
            site, slowest = best.site, 0.0
        else:
            site, slowest = _run(program, order, _decider(rule, program, limits, order, before, rng))
        rows.append(
            {
                "rule": rule,
                "value": objective(program, limits, site),
                "of_hindsight": objective(program, limits, site) / best.bound if best.bound > 0 else 1.0,
                "placed": int((site >= 0).sum()),
                "slowest": slowest,
            }
        )
    return pl.DataFrame(rows)


def _run(program: Program, order: Ints, decide: Decide) -> tuple[Ints, float]:
    """Site of each unit, and the longest decision (the first one, which may compile, apart)."""
    site = np.full(order.size, -1, np.int64)
    slowest = 0.0
    for turn, unit in enumerate(order):
        one = take(program, np.array([unit]))
        begin = time.perf_counter()
        site[unit] = decide(one)[0]
        if turn:
            slowest = max(slowest, time.perf_counter() - begin)
    return site, slowest


def _decider(
    rule: str, program: Program, limits: Limits, order: Ints, past: Program | None, rng: np.random.Generator
) -> Decide:
    if rule == "sampled_futures":
        return Online(limits.capacity, order.size, past).decide
    room = limits.capacity.copy()
    price = np.zeros(room.shape)
    learned = 0
    if rule == "fixed_prices" and past is not None:
        price = _priced(past, order.size, limits)
    elif rule == "fixed_prices":
        learned = max(1, order.size // 10)
    turn = 0

    def decide(one: Program) -> Ints:
        nonlocal room, price, turn
        turn += 1
        if turn == learned:
            price = _priced(take(program, order[:learned]), order.size, limits)
        needs = np.zeros(room.shape[0])
        needs[one.need_kind] = one.need_amount
        fits = one.fits[0] & np.all(room >= needs[:, None] - 1e-9, axis=0)
        if not fits.any():
            return np.array([-1])
        wish = rng.random(fits.size) if rule == "random" else one.value[0] - needs @ price
        site = int(np.where(fits, wish, -np.inf).argmax())
        room[:, site] -= needs
        return np.array([site])

    return decide


def _priced(sample: Program, many: int, limits: Limits) -> Floats:
    """Prices for ``many`` units like those of a sample."""
    count = np.full(sample.bonus.size, many / sample.bonus.size)
    return find_prices(sample._replace(count=count), limits).place
