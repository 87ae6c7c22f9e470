"""The rules by which an effect of a measure moves numbers; ``levers`` says them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.bound import BoundEffect, ReceptionRoom
from corridor.engine.levers import BY_GROUP, Moved
from corridor.engine.spec import UNLIMITED, Floats, Values

Ints = npt.NDArray[np.int64]
Places = tuple[list[int], list[int], list[int]]
"""Positions of segments, of targets and of groups."""

LEAST_RATIO = 0.01
"""A power law is not extrapolated below it: a smaller ratio has the effect of a hundredth."""

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

    @property
    def factor(self) -> Floats:
        """s^(w e)."""
        return (max(self.s, LEAST_RATIO) if self.elastic else self.s) ** (self.w * self.e)


def _stay_limit(stay: Floats, a: _Arguments) -> Floats:
    """Mean of the shorter of an Erlang stay and the limit, E[min(T, L)]; m (1 - exp(-L/m)) for one stage.

    With k stages of mean m/k, y = k L / m and Q(k, y) = P(T > L): m (1 - Q(k + 1, y)) + L Q(k, y).
    """
    stages = a.stages.reshape(1, -1, 1)
    y = stages * a.s / stay
    term, q = np.exp(-y), np.zeros_like(stay)
    for j in range(int(stages.max(initial=1))):
        q += np.where(j < stages, term, 0.0)
        term = term * y / (j + 1)
    one_more = q + np.exp(stages * np.log(np.maximum(y, 1e-300)) - y - _log_factorial(stages))
    shorter = stay * (1.0 - one_more) + a.s * q
    return (1.0 - a.w) * stay + a.w * shorter


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
}
"""Rules that move each number by itself; the others (thin, set_share, room, distribute) need several at once."""


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
    )
    match effect.rule:
        case "thin" | "set_share":
            _move_shares(array, places, bound, arguments)
        case "room":
            _by_room(array, places, values, bound, arguments)
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
    for ours, rest in bound.pools:
        mine, others = np.ix_(live, ours, groups), np.ix_(live, rest, groups)
        before = share[mine].sum(axis=1, keepdims=True)
        remaining = share[others].sum(axis=1, keepdims=True)
        whole = before + remaining
        if bound.effect.rule == "thin":
            after = np.minimum(before * a.factor, whole)
        else:
            after = _share_after(before, bound.declared_strength, a)
        after = np.where(remaining > 0, after, before)  # nowhere else to go: the lever does nothing
        share[mine] *= np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
        share[others] *= np.where(
            remaining > 0, (whole - after) / np.where(remaining > 0, remaining, 1.0), 1.0
        )


def _share_after(before: Floats, declared: float, a: _Arguments) -> Floats:
    """The set share, in part; a draw never moves it away from where the ``declared`` strength leads."""
    goal = np.where(declared >= before, np.maximum(a.s, before), np.minimum(a.s, before))
    return np.where(before > 0, (1.0 - a.w) * before + a.w * goal, before)


def _free_room(values: Values, room: ReceptionRoom) -> Mapping[int, Floats]:
    """Declared room less what is occupied, (segments), behind each stock in front of a reception; a stock
    without a declared limit is not in it."""
    found: dict[int, Floats] = {}
    for front, reception in room.receptions:
        if (values.capacity[:, reception] < UNLIMITED).all():
            free = np.maximum(values.capacity[:, reception] - values.occupied[:, reception], 0.0)
            found[front] = found.get(front, 0.0) + free
    return found


def _by_room(share: Floats, places: Places, values: Values, bound: BoundEffect, a: _Arguments) -> None:
    """Send a part of the touched shares of each stock where there is room; their sum stays."""
    live, _, groups = places
    assert bound.room is not None
    free = _free_room(values, bound.room)
    for flows in bound.room.ways:
        ours = [(f, end) for f, end in flows if end in free]
        if not ours:
            continue
        here = np.ix_(live, [f for f, _ in ours], groups)
        before = share[here]
        pull = np.zeros_like(before)
        for stock in {end for _, end in ours}:
            there = [i for i, (_, end) in enumerate(ours) if end == stock]
            sent = before[:, there].sum(axis=1, keepdims=True)
            part = before[:, there] / np.where(sent > 0, sent, 1.0)
            pull[:, there] = free[stock][live, None, None] * part
        whole, total = before.sum(axis=1, keepdims=True), pull.sum(axis=1, keepdims=True)
        goal = np.where(total > 0, whole * pull / np.where(total > 0, total, 1.0), before)
        share[here] = before + a.w * a.s * (goal - before)


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
