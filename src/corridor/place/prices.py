"""Prices of scarce capacities: the Lagrangian dual, made smooth and minimised by Newton's method.

Relaxing the capacities (and floors) of the assignment splits it by unit; what is left is a convex function
of the prices (Geoffrion 1974, doi:10.1007/BFb0120690). ``max`` is replaced by a soft maximum (Nesterov 2005,
doi:10.1007/s10107-004-0552-5) whose temperature falls step by step, from a sample of the units to all of
them; each step is a projected Newton method (Bertsekas 1982, doi:10.1137/0320018). Whatever the prices, the
exact dual at them bounds every placement from above.
"""

from __future__ import annotations

import numpy as np

from corridor.place.kernels import dual_value, smooth_dual
from corridor.place.program import Floats, Limits, Prices, Program, take

SAMPLE = 4000
"""Units of the sample that the first prices come from."""
COOLING = 0.35
COARSE, FINE = 0.03, 0.002
"""Temperatures, in parts of the spread of values, where the sample ends and where all units end."""


def bound_at(program: Program, limits: Limits, prices: Prices) -> float:
    """The dual at some prices: no placement is worth more (floors counted at their price)."""
    capacity = finite(program, limits.capacity)
    paid = float((prices.place * capacity).sum() - (prices.weight * limits.floor).sum())
    return dual_value(program, prices.place, prices.weight) + paid


def finite(program: Program, capacity: Floats) -> Floats:
    """Capacities with what cannot bind (also the infinite) cut at the whole demand."""
    need = np.repeat(program.count, np.diff(program.need_start)) * program.need_amount
    demand = np.bincount(program.need_kind, need, capacity.shape[0])
    return np.minimum(capacity, demand[:, None] + 1.0)


def spread(program: Program) -> float:
    """How far the best value of a unit lies above its mean, on average: the yardstick of temperatures."""
    value = program.value[: 4 * SAMPLE]
    lift = float(np.mean(value.max(axis=1) - value.mean(axis=1))) if value.size else 0.0
    return lift or float(np.abs(value).mean() + np.abs(program.bonus).mean()) or 1.0


def find_prices(
    program: Program, limits: Limits, *, start: Prices | None = None, fine: float = FINE, seed: int = 1
) -> Prices:
    """Prices close to the dual's minimum; ``fine`` is the last temperature in parts of the spread."""
    unit = spread(program)
    prices = start or Prices(np.zeros(limits.capacity.shape), np.zeros(limits.floor.size))
    temperature = unit * (0.3 if start is None else COARSE)
    units = program.bonus.size
    if start is None and units > 2 * SAMPLE:
        chosen = np.sort(np.random.default_rng(seed).choice(units, SAMPLE, replace=False))
        counts = program.count[chosen] * program.count.sum() / program.count[chosen].sum()
        part = take(program, chosen, counts)
        while temperature > COARSE * unit:
            prices = _newton(part, limits, prices, temperature)
            temperature *= COOLING
    while True:
        prices = _newton(program, limits, prices, temperature)
        if temperature <= fine * unit:
            return prices
        temperature = max(fine * unit, temperature * COOLING)


def _newton(program: Program, limits: Limits, prices: Prices, temperature: float, most: int = 12) -> Prices:
    """Projected Newton steps at one temperature until a step is small beside it."""
    kinds, sites = limits.capacity.shape
    constant = np.concatenate([finite(program, limits.capacity).ravel(), -limits.floor])
    upper = np.concatenate([np.full(kinds * sites, np.inf), np.full(limits.floor.size, limits.floor_price)])
    upper[kinds * sites] = 0.0
    point = np.concatenate([prices.place.ravel(), prices.weight])

    def split(x: Floats) -> tuple[Floats, Floats]:
        return np.ascontiguousarray(x[: kinds * sites].reshape(kinds, sites)), x[kinds * sites :]

    # a step of one in a price moves the net value of a unit by what it needs
    need = np.bincount(program.need_kind, program.need_amount, kinds) / np.maximum(
        1, np.bincount(program.need_kind, minlength=kinds)
    )
    reach = np.concatenate([np.repeat(need, sites), np.full(limits.floor.size, 1.0)])
    soft, gradient, hessian = smooth_dual(program, *split(point), temperature, True)
    value = soft + float(constant @ point)
    for _ in range(most):
        gradient = gradient + constant
        step = _step(point, gradient, hessian, upper)
        longest = float(np.max(np.abs(step) * reach, initial=0.0))
        if longest > 40 * temperature:
            step *= 40 * temperature / longest
        length = 1.0
        for _ in range(12):
            fresh = np.clip(point + length * step, 0.0, upper)
            trial, gradient_, hessian_ = smooth_dual(program, *split(fresh), temperature, True)
            fresh_value = trial + float(constant @ fresh)
            if fresh_value <= value + 1e-4 * float(gradient @ (fresh - point)) + 1e-12 * abs(value):
                break
            length *= 0.3
        else:
            break
        moved = float(np.max(np.abs(fresh - point) * reach, initial=0.0))
        point, value, gradient, hessian = fresh, fresh_value, gradient_, hessian_
        if moved < 0.05 * temperature:
            break
    place, weight = split(point)
    return Prices(place, weight)


def _step(point: Floats, gradient: Floats, hessian: Floats, upper: Floats) -> Floats:
    """Newton's step of the variables that are not held at a limit."""
    held = ((point <= 0) & (gradient >= 0)) | ((point >= upper) & (gradient <= 0))
    free = np.flatnonzero(~held)
    step = np.zeros_like(point)
    if not free.size:
        return step
    curve = hessian[np.ix_(free, free)]
    diagonal = np.diagonal(curve)
    curve = curve + np.diag(1e-7 * diagonal + 1e-9 * max(float(diagonal.max()), 1e-12))
    step[free] = -np.linalg.solve(curve, gradient[free])
    return step
