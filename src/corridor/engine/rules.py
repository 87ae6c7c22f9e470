"""The rules by which an effect of a measure moves numbers; ``levers`` says them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.bound import BoundEffect, Pool
from corridor.engine.levers import BY_GROUP, Moved
from corridor.engine.spec import UNLIMITED, Floats, Values

Ints = npt.NDArray[np.int64]
Places = tuple[list[int], list[int], list[int]]
"""Positions of segments, of targets and of groups."""

LEAST_RATIO = 0.01
"""A power law is not extrapolated below it: a smaller ratio has the effect of a hundredth."""

LEAST_SHARE = 1e-12
"""A share that is set is kept above it, and under one by as much: a later measure finds proportions to go by."""

READ_FOR: Mapping[Moved, tuple[Moved, ...]] = {"departures": ("share",), "share": ("stay_days",)}
"""Numbers that a rule reads when it moves others: ``chance`` and ``at_limit``."""

_LOWEST: Mapping[Moved, float] = {"stay_days": 1.0, "travel_days": 1.0}


@dataclass(frozen=True)
class _Arguments:
    """What a rule is given beside the numbers that it moves."""

    w: Floats
    """Part of the measure in force, 0 to 1, shaped like the numbers."""
    s: float
    """Strength in the unit of the numbers."""
    e: float
    """Elasticity; 1 where the effect names none."""
    elastic: bool
    """Whether the effect names an elasticity."""
    reference: float
    """The lever's reference level."""
    stages: Ints
    """Stages of the stays that are moved."""
    lever: Mapping[str, float]
    """Parameters of the lever."""

    @property
    def factor(self) -> Floats:
        """s^(w e)."""
        return (max(self.s, LEAST_RATIO) if self.elastic else self.s) ** (self.w * self.e)


def _stay_limit(stay: Floats, a: _Arguments) -> Floats:
    """Mean of the shorter of an Erlang stay and the limit, E[min(T, L)]; m (1 - exp(-L/m)) for one stage.

    With k stages of mean m/k, y = k L / m and Q(k, y) = P(T > L): m (1 - Q(k + 1, y)) + L Q(k, y). A part ``e``
    of people ask again at every limit and stay as long as they would without it.
    """
    stages = a.stages.reshape(1, -1, 1)
    y = stages * a.s / stay
    q = _longer(stay, stages, a.s)
    one_more = q + np.exp(stages * np.log(np.maximum(y, 1e-300)) - y - _log_factorial(stages))
    shorter = stay * (1.0 - one_more) + a.s * q
    return (1.0 - a.w) * stay + a.w * (a.e * stay + (1.0 - a.e) * shorter)


def _longer(stay: Floats, stages: Ints, limit: float) -> Floats:
    """P(T > limit) of Erlang stays of that mean."""
    y = stages * limit / stay
    term, q = np.exp(-y), np.zeros_like(stay)
    for j in range(int(stages.max(initial=1))):
        q += np.where(j < stages, term, 0.0)
        term = term * y / (j + 1)
    return q


def _log_factorial(n: Ints) -> Floats:
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(n.max(initial=1)) + 1)))])
    return table[n]


_EACH: Mapping[str, Callable[[Floats, _Arguments], Floats]] = {
    "ratio": lambda v, a: v * a.factor,
    "hazard": lambda v, a: 1.0 - (1.0 - np.minimum(v, 1.0)) ** a.factor,
    "limit": lambda v, a: np.where(a.w > 0, np.minimum(v, a.s), v),
    "add": lambda v, a: v + a.w * a.s * a.e,
    "elastic": lambda v, a: v * (np.maximum(a.reference + a.w * a.s, 1.0) / a.reference) ** a.e,
    "stay_limit": _stay_limit,
    "direct": lambda v, a: 1.0 - (1.0 - v) * (1.0 - a.w * a.s),
}
"""Rules that move each number by itself; the others need several at once."""


def apply_effect(
    values: Values, bound: BoundEffect, weight: Floats, strength: float, lever: Mapping[str, float]
) -> None:
    """Move ``values`` in place by one effect of a measure.

    ``weight`` (segments) is the part of the measure in force, ``strength`` a member's strength in the
    measure's own unit, ``lever`` the member's parameters of the lever by name.
    """
    if not bound.targets or not bound.groups:
        return
    effect = bound.effect
    array: Floats = getattr(values, effect.parameter)
    live = np.nonzero(weight)[0].tolist()  # days on which it is not in force keep their bits
    places = (live, list(bound.targets), list(bound.groups))
    at = np.ix_(*places) if effect.parameter in BY_GROUP else np.ix_(*places[:2])
    arguments = _Arguments(
        w=weight[live].reshape(-1, *[1] * (array.ndim - 1)),
        s=strength * effect.scale,
        e=lever[effect.elasticity] if effect.elasticity else 1.0,
        elastic=effect.elasticity is not None,
        reference=lever.get("reference_level", 0.0),
        stages=bound.stages,
        lever=lever,
    )
    match effect.rule:
        case "thin" | "set_share":
            _move_shares(array, places, bound, arguments)
        case "at_limit":
            _leave_at_limit(array, places, values, bound, arguments)
        case "chance":
            array[at] *= _chance(values.share, live, bound, arguments)
        case "distribute":
            array[at] = _distribute(array[at], _divisor(values, bound, live), arguments)
        case _:
            array[at] = _each(array[at], bound, arguments)


def _each(before: Floats, bound: BoundEffect, a: _Arguments) -> Floats:
    """A rule for each number by itself; what has no limit stays without one unless the rule sets it."""
    effect = bound.effect
    after = np.maximum(_EACH[effect.rule](before, a), _LOWEST.get(effect.parameter, 0.0))
    unlimited = (before >= UNLIMITED) & (effect.rule != "limit")
    return np.where(unlimited, before, after)


def _divisor(values: Values, bound: BoundEffect, live: list[int]) -> Floats | None:
    """What the addition to each target is divided by, shape (segments, targets); None: by nothing."""
    if bound.effect.divide is None:
        return None
    divisor: Floats = getattr(values, bound.effect.divide)
    return divisor[np.ix_(live, list(bound.divisors))]


def _move_shares(share: Floats, places: Places, bound: BoundEffect, a: _Arguments) -> None:
    """Thin the touched shares of each pool or set their sum; the rest of the pool takes the difference."""
    live, _, groups = places
    for pool in bound.pools:
        before, remaining = _sums(share, pool, live, groups)
        whole = before + remaining
        if bound.effect.rule == "thin":
            after = np.minimum(before * a.factor, whole)
        else:
            after = _share_after(before, whole, bound.declared_strength, a)
        after = np.where(remaining > 0, after, before)  # nowhere else to go: the lever does nothing
        mine, others = np.ix_(live, pool[0], groups), np.ix_(live, pool[1], groups)
        share[mine] *= np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
        share[others] *= _part(whole - after, remaining)


def _sums(share: Floats, pool: Pool, live: list[int], groups: list[int]) -> tuple[Floats, Floats]:
    """Sums of the touched shares of a pool and of the rest, each (segments, 1, groups)."""
    ours, rest = pool
    return (
        share[np.ix_(live, ours, groups)].sum(axis=1, keepdims=True),
        share[np.ix_(live, rest, groups)].sum(axis=1, keepdims=True),
    )


def _part(after: Floats, before: Floats) -> Floats:
    """After over before; 1 where there was nothing."""
    return np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)


def _share_after(before: Floats, whole: Floats, declared: float, a: _Arguments) -> Floats:
    """The set share, in part, out of what the pool has; a draw never moves it away from where the
    ``declared`` strength leads."""
    goal = np.where(declared >= before, np.maximum(a.s, before), np.minimum(a.s, before))
    after = np.clip((1.0 - a.w) * before + a.w * goal, LEAST_SHARE * whole, (1.0 - LEAST_SHARE) * whole)
    return np.where(before > 0, after, before)


def _leave_at_limit(share: Floats, places: Places, values: Values, bound: BoundEffect, a: _Arguments) -> None:
    """Of those who leave a reception, the part that its limit sends out and that finds no other place."""
    live, _, groups = places
    for pool, stock, stages in zip(bound.pools, bound.pool_stocks, bound.stages, strict=True):
        before, remaining = _sums(share, pool, live, groups)
        stay = values.stay_days[np.ix_(live, [stock], groups)]
        longer = _longer(stay, stages.reshape(1, 1, 1), a.s)
        goal = a.e * (1.0 - a.lever["ask_again"]) * longer
        after = np.where(remaining > 0, (1.0 - a.w) * before + a.w * np.maximum(before, goal), before)
        mine, others = np.ix_(live, pool[0], groups), np.ix_(live, pool[1], groups)
        share[mine] += (after - before) / len(pool[0])
        share[others] *= _part(before + remaining - after, remaining)


def _chance(share: Floats, live: list[int], bound: BoundEffect, a: _Arguments) -> Floats:
    """How departures answer to the chance of not being removed, shape (segments, 1, groups).

    A group's chance is one less the mean of its removed shares over all stocks where it can be removed, those
    outside the measure's places included; a chance under `LEAST_RATIO` counts as that.
    """
    groups = list(bound.groups)
    removed = np.zeros((len(live), 1, len(groups)))
    after, stocks = removed.copy(), removed.copy()
    for pool in (*bound.pools, *bound.untouched):
        before, remaining = _sums(share, pool, live, groups)
        whole = before + remaining
        goal = _share_after(before, whole, bound.declared_strength, a) if pool in bound.pools else before
        removed += before
        after += np.where(remaining > 0, goal, before)
        stocks += whole > 0
    stocks = np.maximum(stocks, 1.0)
    chances = [np.maximum(1.0 - part / stocks, LEAST_RATIO) for part in (after, removed)]
    return (chances[0] / chances[1]) ** a.e


def _distribute(before: Floats, divisor: Floats | None, a: _Arguments) -> Floats:
    """Add ``w s`` in all, shared in proportion to what is there, in the unit of the strength."""
    limited = before < UNLIMITED
    per = np.ones_like(before) if divisor is None else divisor
    usable = limited & (per > 0)
    have = np.where(usable, before * per, 0.0)
    axes = tuple(range(1, before.ndim))
    total = have.sum(axis=axes, keepdims=True)
    even = usable / np.maximum(usable.sum(axis=axes, keepdims=True), 1)
    part = np.where(total > 0, have / np.where(total > 0, total, 1.0), even)
    added = a.w * a.s * part / np.where(usable, per, 1.0)
    return np.where(limited, np.maximum(before + added, 0.0), before)


def clipped(
    values: Values,
    effects: Sequence[BoundEffect],
    weight: Floats,
    strength: float,
    lever: Mapping[str, float],
) -> list[str]:
    """Bounds at which a measure is cut, in words of the code: ``least_ratio`` (a power of a smaller ratio is that of
    a hundredth), ``share`` (no more to take from the flows that it may take from), ``zero`` (nothing left to take
    away), ``least_days`` (a stay or a journey is never under a day).

    ``values`` are the numbers without it, ``weight`` (segments) the part in force.
    """
    found: list[str] = []
    live = np.nonzero(weight)[0].tolist()
    w = float(weight.max(initial=0.0))
    for bound in effects:
        s = strength * bound.effect.scale
        e = lever[bound.effect.elasticity] if bound.effect.elasticity else 1.0
        bound_at = _clips(values, bound, live, w, s, e)
        if bound_at and bound_at not in found:
            found.append(bound_at)
    return found


def _clips(values: Values, bound: BoundEffect, live: list[int], w: float, s: float, e: float) -> str:
    """The bound that cuts one effect, if one does."""
    effect, groups = bound.effect, list(bound.groups)
    if not bound.targets or not groups:
        return ""
    array: Floats = getattr(values, effect.parameter)
    at = np.ix_(live, list(bound.targets), groups) if effect.parameter in BY_GROUP else np.ix_(live, list(bound.targets))  # fmt: skip
    before = array[at]
    match effect.rule:
        case "ratio" | "thin" if effect.elasticity and s < LEAST_RATIO:
            return "least_ratio"
        case "add" if effect.parameter in _LOWEST:
            return "least_days" if (before + w * s * e < _LOWEST[effect.parameter]).any() else ""
        case "distribute" if s < 0:
            limited = before < UNLIMITED
            return (
                "zero" if -w * s >= np.where(limited, before, 0.0).sum(axis=1).min() and limited.any() else ""
            )
        case "thin" if s > 1.0:
            sums = [_sums(values.share, pool, live, groups) for pool in bound.pools]
            return "share" if any((a * s ** (w * e) > (a + b) * (1 + 1e-9)).any() for a, b in sums) else ""
        case "chance" if s > 1.0 - LEAST_RATIO:
            return "least_ratio"
        case "set_share":
            sums = [_sums(values.share, pool, live, groups) for pool in bound.pools]
            most = [float((a + b)[a > 0].min()) for a, b in sums if (a > 0).any()]
            return "share" if most and s > min(most) + 1e-9 else ""
        case _:
            return ""
