"""Place households: read, solve, hold floors and even weeks, and say what each of them costs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from corridor.place.problem import (
    Problem,
    Source,
    group_problem,
    read_problem,
    to_program,
    with_weeks,
)
from corridor.place.program import Floats, Ints, Limits, Prices, Program, Solution, group_sums
from corridor.place.result import Floor, Placement
from corridor.place.solve import solve

FLOOR_PRICE = 20.0
"""What falling short of a floor by one score costs: far above any honest weight."""
FLOOR_TRIES = 4
"""Where the floors cannot all be met, lower ones are tried, each 2 % below the last."""
SLACK = 1e-9
SMALL = 60_000
"""Pairs of household and site up to which the default is to prove the optimum."""


@dataclass(frozen=True)
class Options:
    """How to place.

    gap: relative gap to stop at (None: 0 for small problems, 1e-4 beyond); seconds: limit of each solve;
    floor: least mean score of a group, as a part of what it could attain alone (None: no floor);
    even_weeks: how far a week's intake of a site may exceed its share (None: no limit);
    per_person: what placing a person at all counts, in scores.
    """

    gap: float | None = None
    seconds: float = 60.0
    floor: float | None = None
    even_weeks: float | None = None
    per_person: float = 0.0
    seed: int = 1


def assign(
    cases: Source,
    sites: Source,
    scores: Source | None = None,
    *,
    options: Options | None = None,
    score_range: tuple[float, float] = (0.0, np.inf),
) -> Placement:
    """Place the households of ``cases`` at ``sites`` so that the sum of their scores is largest.

    Each table is a CSV or Parquet file or a Polars table (docs/placement.md has the columns).
    Raises: `InputError` with every fault of the input; `CorridorError` where the memory is too small.
    """
    problem = read_problem(cases, sites, scores, lowest=score_range[0], highest=score_range[1])
    return place_problem(problem, options or Options())


def place_problem(problem: Problem, options: Options) -> Placement:
    """Place a problem that is already read."""
    begin = time.monotonic()
    gap = options.gap
    if gap is None:
        gap = 0.0 if len(problem.ids) * len(problem.sites) <= SMALL else 1e-4
    program, limits = plain(problem, options)
    steps: list[str] = []
    base = solution = _solve(program, limits, gap, options, steps, "plain")
    costs: dict[str, tuple[float, float]] = {}
    if options.even_weeks is not None:
        program, limits = with_weeks(program, limits, problem, options.even_weeks)
        solution = _solve(program, limits, gap, options, steps, "even weeks")
        costs["even_weeks"] = _cost(base, solution)
    floors: tuple[Floor, ...] = ()
    if options.floor is not None:
        before = solution
        program, limits, solution, floors = _with_floors(
            problem, options, program, limits, solution, gap, steps
        )
        costs["floor"] = _cost(before, solution)
    return Placement(
        problem, solution, limits, solution.site[problem.unit], floors, costs, time.monotonic() - begin,
        tuple(steps),
    )  # fmt: skip


def plain(problem: Problem, options: Options) -> tuple[Program, Limits]:
    """The program without floors and weeks."""
    program = to_program(problem, per_person=options.per_person)
    return program, Limits(problem.capacity, np.zeros(1))


def _solve(
    program: Program, limits: Limits, gap: float, options: Options, steps: list[str], name: str,
    prices: Prices | None = None,
) -> Solution:  # fmt: skip
    solution = solve(program, limits, gap=gap, seconds=options.seconds, prices=prices, seed=options.seed)
    steps += [f"{name}: {step}" for step in solution.steps]
    return solution


def _cost(before: Solution, after: Solution) -> tuple[float, float]:
    """Value lost, as found and at most, as parts of the value before."""
    if before.value <= 0:
        return 0.0, 0.0
    return 1 - after.value / before.value, max(0.0, (before.bound - after.value) / before.value)


def _with_floors(
    problem: Problem, options: Options, program: Program, limits: Limits, solution: Solution, gap: float,
    steps: list[str],
) -> tuple[Program, Limits, Solution, tuple[Floor, ...]]:  # fmt: skip
    """Hold the floors: nothing to do where they are met already."""
    share, loose = options.floor or 0.0, solution.bound
    alone = attainable(problem, options)
    grouped = to_program(problem, per_person=options.per_person, by_group=True)
    if options.even_weeks is not None:
        grouped, _ = with_weeks(grouped, Limits(problem.capacity, np.zeros(1)), problem, options.even_weeks)
    reached = score_sums(grouped, solution.site, alone.size)
    # the floors together cannot be more than the bound of the whole
    held = min(share, 0.997 * loose / max(float(alone.sum()), 1e-12))
    start = Prices(solution.prices.place, np.zeros(alone.size))
    plain_limits = limits
    for _ in range(FLOOR_TRIES):
        if np.all(reached[1:] >= held * alone[1:] - SLACK):
            break
        limits = Limits(plain_limits.capacity, held * alone + SLACK, FLOOR_PRICE)
        solution = _solve(grouped, limits, gap, options, steps, f"floor {held:.4f}", start)
        program = grouped
        reached = score_sums(grouped, solution.site, alone.size)
        if np.any(reached[1:] < held * alone[1:] - SLACK):
            held *= 0.98
    members = np.bincount(problem.group, minlength=alone.size)
    weights = solution.prices.weight if solution.prices.weight.size == alone.size else np.zeros(alone.size)
    floors = tuple(
        Floor(
            problem.groups[g], int(members[g]), float(alone[g]), share, float(reached[g]), float(weights[g])
        )
        for g in range(1, alone.size)
    )
    short = float(np.maximum(0.0, limits.floor - reached)[1:].sum()) if limits.floor.size > 1 else 0.0
    if short > 0:  # the bound that holds without floors
        solution = replace(solution, value=solution.value + FLOOR_PRICE * short, bound=loose)
    return program, limits, solution, floors


def attainable(problem: Problem, options: Options) -> Floats:
    """Upper bound of the sum of scores of each group if it were placed alone (entry 0 is 0)."""
    out = np.zeros(len(problem.groups))
    for group in range(1, out.size):
        part = group_problem(problem, group)
        program, limits = plain(part, Options())
        found = solve(program, limits, gap=1e-3, seconds=options.seconds, seed=options.seed)
        out[group] = found.value
    return out


def score_sums(program: Program, site: Ints, groups: int) -> Floats:
    """Sum of scores of each group in a placement of units."""
    placed = np.flatnonzero(site >= 0)
    return group_sums(program, placed, site[placed], np.ones(placed.size), groups)
