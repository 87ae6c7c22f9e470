"""Weights of the members from past origins: the average of their quantiles that had the best interval score."""

from __future__ import annotations

import numpy as np

from corridor.forecast.scores import LEVELS, pinball
from corridor.model.arrays import Floats

STEPS = 60
RATE = 1.5
NEIGHBORS = 0.5
"""Width, in logs of the horizon, within which horizons share their weights."""
LEAST_WEIGHT = 0.03
"""A member below it is left out."""
FORGET = 15.0
"""Origins after which a past score weighs half."""


def learn(past: Floats, seen: Floats, prior: Floats) -> Floats:
    """Weights that sum to 1 at each horizon, shape ``(horizons, members)``.

    Parameters
    ----------
    past
        Quantiles at past origins, shape ``(members, origins, horizons, levels)``.
    seen
        What was counted, shape ``(origins, horizons)``; NaN where unknown.
    prior
        Where each member begins, shape ``(members,)``.

    Returns
    -------
    Exponentiated gradient (Kivinen & Warmuth 1997, https://doi.org/10.1006/inco.1996.2612) on the pinball loss, which
    is convex in the weights; it starts at the prior times a power of each member's own score.
    """
    members, origins, horizons, _ = past.shape
    if origins == 0:
        return np.tile(prior / prior.sum(), (horizons, 1))
    losses = pinball(past, LEVELS, seen[None]).mean(axis=-1)
    age = 0.5 ** ((origins - 1 - np.arange(origins)) / FORGET)
    unit = np.maximum(np.nanmean(losses.min(axis=0)), 1e-9)
    steps = np.log(np.arange(1, horizons + 1))
    result = np.empty((horizons, members))
    for h in range(horizons):
        near = np.exp(-0.5 * ((steps - steps[h]) / NEIGHBORS) ** 2)
        use = age[:, None] * near[None] * ~np.isnan(seen)
        if use.sum() < 1e-6:
            result[h] = prior / prior.sum()
            continue
        share = use / use.sum()
        own = np.nansum(losses * share, axis=(1, 2))
        confidence = min(8.0, 0.35 * float((~np.isnan(seen)).any(axis=1).sum()))
        own = own + 1e-6 * unit
        start = prior * (own.min() / own) ** confidence
        result[h] = _descend(past, seen, share, start / start.sum(), unit)
    pruned = np.where(result < LEAST_WEIGHT, 0.0, result)
    return pruned / pruned.sum(axis=1, keepdims=True)


def _descend(past: Floats, seen: Floats, share: Floats, weight: Floats, unit: float) -> Floats:
    chosen = share > 0.02 * share.max()
    table = past[:, chosen]  # members, cases, levels
    target, share = seen[chosen], share[chosen] / share[chosen].sum()
    mean = np.zeros_like(weight)
    for _ in range(STEPS):
        mixed = np.tensordot(weight, table, axes=1)
        slope = np.where(target[:, None] < mixed, 1.0 - LEVELS, -LEVELS) / len(LEVELS)
        gradient = np.einsum("mcl,cl,c->m", table, slope, share) / unit
        weight = weight * np.exp(-RATE / np.sqrt(STEPS) * np.clip(gradient - gradient @ weight, -5, 5))
        weight = weight / weight.sum()
        mean += weight
    return mean / mean.sum()


def mixed(weight: Floats, table: Floats, least: Floats | None = None) -> Floats:
    """Quantiles of the members averaged, shape ``(..., horizons, levels)``; zeros keep their own probability.

    An average of quantiles smears a mass at zero. The levels up to the average of the members' chances of less than
    half a person are therefore zero.

    Parameters
    ----------
    weight
        Shape ``(horizons, members)``.
    table
        Shape ``(members, ..., horizons, levels)``.
    least
        Least chance of a zero at each horizon, shape ``(horizons,)``.
    """
    average = np.einsum("hm,m...hl->...hl", weight, table)
    nothing = (table < 0.5).sum(axis=-1)
    chance = np.where(nothing > 0, LEVELS[np.maximum(nothing - 1, 0)], 0.0)
    none = np.einsum("hm,m...h->...h", weight, chance)
    if least is not None:
        none = np.maximum(none, least)
    return np.where(none[..., None] + 1e-9 >= LEVELS, 0.0, average)


def chance_of_zero(counts: Floats, horizons: int, fewest: int = 5) -> Floats:
    """How often a zero followed, 1 to ``horizons`` steps on, where zeros had lasted at least half as long as now.

    Zero if the last count is no zero, or there were fewer than ``fewest`` such times.
    """
    run = np.zeros(len(counts), dtype=int)
    for t in range(len(counts)):
        run[t] = (run[t - 1] if t else 0) + 1 if counts[t] == 0 else 0
    result = np.zeros(horizons)
    if run[-1] == 0:
        return result
    for h in range(1, min(horizons, len(counts) - 1) + 1):
        at = (run[:-h] >= max(1, run[-1] // 2)) & ~np.isnan(counts[h:])
        if at.sum() >= fewest:
            result[h - 1] = ((counts[h:][at] == 0).sum() + 0.5) / (at.sum() + 1.0)
    return result
