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


def mixed(weight: Floats, table: Floats) -> Floats:
    """Quantiles of the members averaged, shape ``(..., horizons, levels)``; zeros keep their own probability.

    An average of quantiles smears a mass at zero. The levels up to the average of the members' chances of less than
    half a person are therefore zero.

    Parameters
    ----------
    weight
        Shape ``(horizons, members)``.
    table
        Shape ``(members, ..., horizons, levels)``.
    """
    average = np.einsum("hm,m...hl->...hl", weight, table)
    nothing = (table < 0.5).sum(axis=-1)
    chance = np.where(nothing > 0, LEVELS[np.maximum(nothing - 1, 0)], 0.0)
    none = np.einsum("hm,m...h->...h", weight, chance)
    return np.where(LEVELS <= none[..., None] + 1e-9, 0.0, average)
