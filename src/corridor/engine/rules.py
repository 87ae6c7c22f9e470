"""The rules by which an effect of a measure moves numbers; ``levers`` says them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.levers import BY_GROUP, Effect, Moved
from corridor.engine.scope import Scope
from corridor.engine.spec import UNLIMITED, Floats, Values
from corridor.model import Corridor, Measure

Ints = npt.NDArray[np.int64]
Places = tuple[list[int], list[int], list[int]]
"""Positions of segments, of targets and of groups."""

LEAST_RATIO = 0.01
"""A power law is not believed further down: a ratio below a hundredth answers as a hundredth does."""

_LOWEST: Mapping[Moved, float] = {"stay_days": 1.0, "travel_days": 1.0}


@dataclass(frozen=True)
class Numbers:
    """One member's numbers of a measure: its strength, and its lever's parameters by name."""

    strength: float
    lever: Mapping[str, float]


@dataclass(frozen=True)
class _Move:
    """What a rule is given: the part in force ``w``, shaped like the values; the scaled strength ``s``;
    the elasticity ``e`` (1 where there is none); the lever's reference level; stages of the stays."""

    w: Floats
    s: float
    e: float
    reference: float
    stages: Ints
    bends: bool
    """Whether an elasticity applies."""

    @property
    def factor(self) -> Floats:
        """s^(w e)."""
        return (max(self.s, LEAST_RATIO) if self.bends else self.s) ** (self.w * self.e)


def _stay_limit(stay: Floats, move: _Move) -> Floats:
    """Mean of the shorter of an Erlang stay and the limit, E[min(T, L)]; m (1 - exp(-L/m)) for one stage.

    With k stages of mean m/k, y = k L / m and Q(k, y) = P(T > L): m (1 - Q(k + 1, y)) + L Q(k, y).
    """
    stages = move.stages.reshape(1, -1, 1)
    y = stages * move.s / stay
    term, q = np.exp(-y), np.zeros_like(stay)
    for j in range(int(stages.max(initial=1))):
        q += np.where(j < stages, term, 0.0)
        term = term * y / (j + 1)
    one_more = q + np.exp(stages * np.log(np.maximum(y, 1e-300)) - y - _log_factorial(stages))
    shorter = stay * (1.0 - one_more) + move.s * q
    return (1.0 - move.w) * stay + move.w * shorter


def _log_factorial(n: Ints) -> Floats:
    table = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(n.max(initial=1)) + 1)))])
    return table[n]


_EACH: Mapping[str, Callable[[Floats, _Move], Floats]] = {
    "ratio": lambda v, m: v * m.factor,
    "hazard": lambda v, m: 1.0 - (1.0 - np.minimum(v, 1.0)) ** m.factor,
    "limit": lambda v, m: np.where(m.w > 0, np.minimum(v, m.s), v),
    "add": lambda v, m: v + m.w * m.s * m.e,
    "elastic": lambda v, m: v * (np.maximum(m.reference + m.w * m.s, 1.0) / m.reference) ** m.e,
    "stay_limit": _stay_limit,
}
"""Rules that move each number by itself; the others (thin, share, room, spread) look at several at once."""


class EffectRules:
    """Applies effects to the values of a run, in place."""

    def __init__(self, corridor: Corridor, siblings: Sequence[Sequence[int]]) -> None:
        self.scope = Scope(corridor)
        self._corridor = corridor
        self._siblings = siblings
        self._stock_at = {stock.id: k for k, stock in enumerate(corridor.stocks)}
        self._stages = np.array([stock.stay_stages for stock in corridor.stocks])
        # the tables do not change in a run, and every member asks
        self._touched: dict[tuple[str, Effect], tuple[list[int], list[int]]] = {}

    def apply(
        self, values: Values, effect: Effect, measure: Measure, weight: Floats, numbers: Numbers
    ) -> None:
        """Move ``values`` by one effect; ``weight`` is the part in force by segment."""
        array: Floats = getattr(values, effect.parameter)
        key = measure.id, effect
        if key not in self._touched:
            self._touched[key] = self.targets(effect, measure), self.scope.groups(measure)
        targets, groups = self._touched[key]
        if not targets or not groups:
            return
        live = np.nonzero(weight)[0].tolist()  # days on which it is not in force keep their bits
        places = (live, targets, groups)
        at = np.ix_(*places) if effect.parameter in BY_GROUP else np.ix_(live, targets)
        elasticity = numbers.lever[effect.elasticity] if effect.elasticity else 1.0
        move = _Move(
            w=weight[live].reshape(-1, *[1] * (array.ndim - 1)), s=numbers.strength * effect.scale, e=elasticity,
            reference=numbers.lever.get("reference_level", 0.0), bends=effect.elasticity is not None,
            stages=self._stages[targets] if effect.parameter == "stay_days" else np.ones(1, dtype=np.int64),
        )  # fmt: skip
        if effect.rule in ("thin", "share"):
            self._move_shares(array, places, effect, measure.strength * effect.scale, move)
        elif effect.rule == "room":
            self._by_room(array, places, self._room(values, effect), move)
        elif effect.rule == "spread":
            array[at] = _spread(array[at], self._divisor(values, effect, live, targets), move)
        else:
            before = array[at]
            after = np.maximum(_EACH[effect.rule](before, move), _LOWEST.get(effect.parameter, 0.0))
            unlimited = (before >= UNLIMITED) & (effect.rule != "limit")
            array[at] = np.where(unlimited, before, after)

    def targets(self, effect: Effect, measure: Measure) -> list[int]:
        """Positions along the second axis of the effect's array."""
        match effect.parameter:
            case "share":
                return self.scope.flows(effect, measure)
            case "throughput":  # routes have limits of their own, after those of the flows
                routes = self.scope.routes(effect, measure)
                return self.scope.flows(effect, measure) + [len(self._corridor.flows) + r for r in routes]
            case "travel_days":
                return self.scope.routes(effect, measure)
            case _:
                return self.scope.stocks(effect, measure)

    def _divisor(self, values: Values, effect: Effect, live: list[int], targets: list[int]) -> Floats | None:
        """What the addition to each target is divided by, shape (segments, targets); None: by nothing."""
        if effect.divide is None:
            return None
        stocks = targets
        if effect.parameter == "throughput":
            flows = self._corridor.flows
            stocks = [self._stock_at[flows[f].to_stock] for f in targets]
        divisor: Floats = getattr(values, effect.divide)
        return divisor[np.ix_(live, stocks)]

    def _move_shares(self, share: Floats, places: Places, effect: Effect, sense: float, move: _Move) -> None:
        """``sense`` is the central strength: a draw never moves a share the other way from where it is."""
        live, touched, groups = places
        w = move.w
        for ours, rest in self.pools(set(touched), by_destination=bool(effect.modes)):
            mine, others = np.ix_(live, ours, groups), np.ix_(live, rest, groups)
            before = share[mine].sum(axis=1, keepdims=True)
            remaining = share[others].sum(axis=1, keepdims=True)
            whole = before + remaining
            if effect.rule == "thin":
                after = np.minimum(before * move.factor, whole)
            else:
                goal = np.where(sense >= before, np.maximum(move.s, before), np.minimum(move.s, before))
                after = np.where(before > 0, (1.0 - w) * before + w * goal, before)
            after = np.where(remaining > 0, after, before)  # nowhere else to go: the lever does nothing
            share[mine] *= np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
            share[others] *= np.where(
                remaining > 0, (whole - after) / np.where(remaining > 0, remaining, 1.0), 1.0
            )

    def pools(self, touched: set[int], *, by_destination: bool) -> list[tuple[list[int], list[int]]]:
        """Touched flows of each stock, and the siblings that take what is taken away from them.

        ``by_destination``: those that lead to the same stock come first (another mode, the same way), so
        that fewer trains do not change where people go.
        """
        flows = self._corridor.flows
        pools = []
        for siblings in self._siblings:
            ours = [f for f in siblings if f in touched]
            rest = [f for f in siblings if f not in touched]
            if by_destination:
                for end in dict.fromkeys(flows[f].to_stock for f in ours):
                    same = [f for f in rest if flows[f].to_stock == end]
                    if same:
                        pools.append(([f for f in ours if flows[f].to_stock == end], same))
                        ours = [f for f in ours if flows[f].to_stock != end]
            if ours:
                pools.append((ours, rest))
        return pools

    def _room(self, values: Values, effect: Effect) -> Mapping[str, Floats]:
        """Declared room less what is occupied, by segment, behind each stock that ``effect.before`` leaves;
        a stock without a declared limit is not in it."""
        room: dict[str, Floats] = {}
        for flow in self._corridor.flows:
            k = self._stock_at[flow.to_stock]
            if flow.kind == effect.before and flow.from_stock and (values.capacity[:, k] < UNLIMITED).all():
                free = np.maximum(values.capacity[:, k] - values.occupied[:, k], 0.0)
                room[flow.from_stock] = room.get(flow.from_stock, 0.0) + free
        return room

    def _by_room(self, share: Floats, places: Places, room: Mapping[str, Floats], move: _Move) -> None:
        flows = self._corridor.flows
        live, touched, groups = places
        for siblings in self._siblings:
            ours = [f for f in siblings if f in touched and flows[f].to_stock in room]
            if not ours:
                continue
            here = np.ix_(live, ours, groups)
            before = share[here]
            pull = np.zeros_like(before)
            for end in {flows[f].to_stock for f in ours}:
                there = [i for i, f in enumerate(ours) if flows[f].to_stock == end]
                sent = before[:, there].sum(axis=1, keepdims=True)
                part = before[:, there] / np.where(sent > 0, sent, 1.0)
                pull[:, there] = room[end][live, None, None] * part
            whole, total = before.sum(axis=1, keepdims=True), pull.sum(axis=1, keepdims=True)
            goal = np.where(total > 0, whole * pull / np.where(total > 0, total, 1.0), before)
            share[here] = before + move.w * move.s * (goal - before)


def _spread(before: Floats, divisor: Floats | None, move: _Move) -> Floats:
    """Add ``w s`` in all, shared in proportion to what is there, in the unit of the strength."""
    limited = before < UNLIMITED
    per = np.ones_like(before) if divisor is None else divisor
    usable = limited & (per > 0)
    have = np.where(usable, before * per, 0.0)
    axes = tuple(range(1, before.ndim))
    total = have.sum(axis=axes, keepdims=True)
    even = usable / np.maximum(usable.sum(axis=axes, keepdims=True), 1)
    part = np.where(total > 0, have / np.where(total > 0, total, 1.0), even)
    added = move.w * move.s * part / np.where(usable, per, 1.0)
    return np.where(limited, np.maximum(before + added, 0.0), before)
