"""Who is still to come: the units known so far, weighted so that their mix is the one expected of the rest.

The pool is every unit of the past and every one that has arrived. What tells units apart is described by a few
traits: the leading principal components of their values over the sites, and their needs. The mean of each trait
among those to come is forecast by Bayesian model averaging over three kinds of change, each with its size shrunk:
a level that differs from the past's, a straight trend, a step at some arrival (normal linear models with a known
variance; their marginal likelihoods are the weights). The pool is then weighted to that mean by entropy balancing
(Hainmueller 2012, doi:10.1093/pan/mpr025).

With few units known, the same units stand in the pool once more with their values shuffled over the sites: as long
as nothing is known, no site is wanted more than another.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from corridor.place.program import Floats, Ints, Program, join, owner, sums, take

TRAITS = 6
"""Principal components of the values."""
LEAST = 20
"""Arrivals from which a change of the mix is looked for."""
LEVELS, SLOPES, STEPS = (0.1, 0.3), (0.1, 0.3, 1.0), (0.3, 1.0)
"""Standard deviations assumed of a shift against the past, of a trend over the whole time and of a step, in
standard deviations of the trait; each combination is one model."""
SHUFFLED, SHUFFLED_WEIGHT = 300, 40.0
"""Shuffled units, and how many known units they weigh as much as."""


def expected_units(past: Program | None, seen: Program, arrived: int, expected: int) -> Program:
    """Units of the pool with counts that add up to ``expected``, those still to come.

    ``seen`` are the last of the ``arrived`` units, in order of arrival.
    """
    pool = seen if past is None else join([past, seen])
    before = pool.bonus.size - seen.bonus.size
    value = unit_values(pool)
    weight = np.full(pool.bonus.size, 1.0 / pool.bonus.size)
    if seen.bonus.size >= LEAST:
        trait = traits(pool, value)
        time = (arrived - seen.bonus.size + np.arange(seen.bonus.size)) / (arrived + expected)
        weight = balanced(trait, future_mean(trait, before, time))
    known = pool.bonus.size
    if known < 3 * SHUFFLED:
        extra = shuffled(pool, value, SHUFFLED)
        part = SHUFFLED_WEIGHT / (SHUFFLED_WEIGHT + known)
        weight = np.concatenate([(1.0 - part) * weight, np.full(SHUFFLED, part / SHUFFLED)])
        pool = join([pool, extra])
    return pool._replace(count=expected * weight)


def unit_values(program: Program) -> Floats:
    """Value of each unit at each site, units × sites; NaN where it does not fit."""
    value = np.zeros(program.fits.shape)
    np.add.at(value, owner(program.part_start), program.value)
    return np.where(program.fits, value, np.nan)


def traits(program: Program, value: Floats) -> Floats:
    """Standardised traits, units × (components and needs)."""
    count = np.maximum(np.isfinite(value).sum(axis=0), 1)
    offset = np.nan_to_num(value - np.nansum(value, axis=0) / count)
    _, vectors = np.linalg.eigh(offset.T @ offset)
    kinds = int(program.need_kind.max(initial=-1)) + 1
    rows = owner(program.need_start)
    units = value.shape[0]
    needs = [sums(rows, program.need_amount * (program.need_kind == kind), units) for kind in range(kinds)]
    found = np.column_stack([offset @ vectors[:, ::-1][:, :TRAITS], *needs])
    found = found - found.mean(axis=0)
    spread = found.std(axis=0)
    return found[:, spread > 1e-9] / spread[spread > 1e-9]


def future_mean(trait: Floats, before: int, time: Floats) -> Floats:
    """Mean of each trait expected of those to come, (traits,).

    The first ``before`` rows are of the past; ``time`` is that of the others, in parts of the whole time.
    """
    logs: list[float] = []
    means: list[Floats] = []
    for chance, prior, design, ahead in _models(before, time):
        scale = np.sqrt(prior)
        inner = np.eye(3) + scale[:, None] * (design.T @ design) * scale
        moment = scale[:, None] * (design.T @ trait)
        solved = np.linalg.solve(inner, moment)
        logs.append(
            np.log(chance) + 0.5 * float((moment * solved).sum())
            - 0.5 * trait.shape[1] * np.linalg.slogdet(inner)[1]
        )  # fmt: skip
        means.append(ahead @ (scale[:, None] * solved))
    weight = np.exp(np.array(logs) - max(logs))
    return (weight / weight.sum()) @ np.array(means)


def _models(before: int, time: Floats) -> Iterator[tuple[float, Floats, Floats, Floats]]:
    """Chance, prior variances, design (rows × level, shift, change) and its mean over those to come, of each model.

    Half of the chance is on no shift, and half on no change since the first arrival.
    """
    now = float(time[-1])
    past, one = np.zeros(before), np.ones(time.size)
    changes: list[tuple[float, float, Floats, float]] = [(0.5, 0.0, 0.0 * time, 0.0)]
    changes += [(0.25 / len(SLOPES), size, time, (now + 1.0) / 2.0) for size in SLOPES]
    edges = np.quantile(time, (0.25, 0.5, 0.75))
    steps = [(size, (time > edge).astype(np.float64)) for size in STEPS for edge in edges]
    changes += [(0.25 / len(steps), size, step, 1.0) for size, step in steps]
    shifts = [(0.5, 0.0), *((0.5 / len(LEVELS), size) for size in LEVELS)] if before else [(1.0, 0.0)]
    for first, shift in shifts:
        for second, size, change, ahead in changes:
            shifted, changed = np.concatenate([past, one]), np.concatenate([past, change])
            design = np.column_stack([np.ones(before + time.size), shifted, changed])
            yield first * second, np.array([1.0, shift**2, size**2]), design, np.array([1.0, 1.0, ahead])


def balanced(trait: Floats, target: Floats) -> Floats:
    """Weights of the units, as even as can be, with which the traits' mean is the target, (units,).

    A target that would rest on a few units (fewer than a tenth, or 30) is drawn towards the mean.
    """
    units = trait.shape[0]
    for part in (1.0, 0.7, 0.4, 0.2):
        weight = _tilted(trait, part * target)
        if 1.0 / float((weight**2).sum()) >= max(units / 10.0, min(30.0, units / 2.0)):
            return weight
    return np.full(units, 1.0 / units)


def _tilted(trait: Floats, target: Floats) -> Floats:
    """Exponential tilting by Newton's method, with a small ridge."""
    slope = np.zeros(trait.shape[1])
    weight = np.full(trait.shape[0], 1.0 / trait.shape[0])
    for _ in range(20):
        mean = weight @ trait
        curve = (trait * weight[:, None]).T @ trait - np.outer(mean, mean)
        step = np.clip(np.linalg.solve(curve + 1e-3 * np.eye(slope.size), target - mean), -1.0, 1.0)
        slope += step
        logs = trait @ slope
        weight = np.exp(logs - logs.max())
        weight /= weight.sum()
        if np.abs(step).max(initial=0.0) < 1e-4:
            break
    return weight


def shuffled(program: Program, value: Floats, many: int) -> Program:
    """Units with what is peculiar to each site (value less unit's and site's mean, and fit) in another order."""
    rng = np.random.default_rng(9)
    units, sites = value.shape
    row_mean = _mean(value, 1)[:, None]
    rest = value - row_mean
    rest = rest - np.nansum(rest, axis=0) / (np.isfinite(rest).sum(axis=0) + 5.0)
    site_mean = _mean(value - row_mean - rest, 0)
    who: Ints = rng.integers(0, units, many)
    order = np.argsort(rng.random((many, sites)), axis=1)
    fresh = row_mean[who] + site_mean + np.nan_to_num(np.take_along_axis(rest[who], order, axis=1))
    low, high = (np.nanmin(value), np.nanmax(value)) if np.isfinite(value).any() else (0.0, 0.0)
    taken = take(program, who)
    first = taken.part_start[:-1]
    parts = np.zeros_like(taken.value)
    parts[first] = np.clip(fresh, low, high)
    return taken._replace(value=parts, fits=np.take_along_axis(program.fits[who], order, axis=1))


def _mean(value: Floats, axis: int) -> Floats:
    """Mean of what is known; 0 where nothing is."""
    known = np.isfinite(value)
    return np.where(known, value, 0.0).sum(axis=axis) / np.maximum(known.sum(axis=axis), 1)
