"""A measure bound to a corridor: the positions of what it moves and the rows of its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from corridor.engine.index import CorridorIndex
from corridor.engine.levers import LEVERS, LeverEffect, strength_domain
from corridor.engine.measures import ActiveMeasure
from corridor.engine.parameters import ParameterTable
from corridor.engine.scope import Scope, needs
from corridor.engine.spec import Floats
from corridor.model import Fault, InputError, Measure, Parameter

Pool = tuple[list[int], list[int]]
"""Touched flows of a stock, and the siblings that take what is taken away from them."""


@dataclass(frozen=True)
class BoundEffect:
    """One effect of a measure with the positions that it moves."""

    effect: LeverEffect
    targets: tuple[int, ...]
    """Positions along the second axis of the effect's array in `Values`."""
    groups: tuple[int, ...]
    declared_strength: float
    """Strength in ``measures.csv`` in the unit of the moved numbers."""
    stages: npt.NDArray[np.int64]
    """Stages of the stays that are moved; a single 1 where no stay is."""
    pools: tuple[Pool, ...] = ()
    """For rules that move shares, and for ``chance``."""
    pool_stocks: tuple[int, ...] = ()
    """By pool: the stock whose leavers share it."""
    untouched: tuple[Pool, ...] = ()
    """For ``chance``: pools of the same kinds that the measure's places leave out."""
    divisors: tuple[int, ...] = ()
    """By target: the stock whose parameter divides an addition."""


@dataclass(frozen=True)
class BoundMeasure(ActiveMeasure):
    """A measure of a run, ready to move numbers."""

    bound_effects: tuple[BoundEffect, ...]
    strength_row: int
    """Row of the parameter table that holds the strength with its noise."""
    lever_rows: Mapping[str, int]
    """Rows of the lever's own parameters, by name."""

    def strength(self, drawn: Floats) -> float:
        """A member's strength from the values ``drawn`` of all rows."""
        return float(drawn[self.strength_row])

    def lever_values(self, drawn: Floats) -> dict[str, float]:
        """A member's parameters of the lever, by name."""
        return {name: float(drawn[row]) for name, row in self.lever_rows.items()}

    @property
    def rows(self) -> set[int]:
        """Rows of the parameter table that it reads."""
        return {self.strength_row, *self.lever_rows.values()}


def bind_measures(
    index: CorridorIndex, table: ParameterTable, measures: Sequence[ActiveMeasure]
) -> tuple[BoundMeasure, ...]:
    """The measures of a run with their positions; their strengths are added to ``table`` as rows with noise.

    Raises InputError, with every fault, where a lever needs a parameter that the corridor does not give or
    that was not known yet: the measure would do nothing.
    """
    scope = Scope(index)
    faults = {fault for active in measures for fault in _missing(table, scope, active.measure)}
    if faults:
        ordered = sorted(faults, key=lambda fault: fault.message)
        raise InputError(f"{len(faults)} parameters are missing", faults=ordered)
    return tuple(_bind(index, table, scope, active) for active in measures)


def _missing(table: ParameterTable, scope: Scope, measure: Measure) -> Iterator[Fault]:
    """A fault for each parameter without which the measure cannot be carried out."""
    for name, target in needs(scope, measure):
        if table.has(name, target):
            continue
        of = f"the lever {measure.lever!r}" if target == measure.lever else f"the stock {target!r}"
        message = f"measure {measure.id!r} needs the parameter {name} of {of}"
        hint = f"give {name} of {target} in parameters.csv, with its range; 'assumption' is a source too"
        yield Fault("parameters.csv", None, "parameter", message, hint)


def _bind(index: CorridorIndex, table: ParameterTable, scope: Scope, active: ActiveMeasure) -> BoundMeasure:
    measure = active.measure
    lever_rows = {
        name: table.scalar(name, target) for name, target in needs(scope, measure) if target == measure.lever
    }
    for effect in active.effects:
        name = effect.elasticity
        if name and effect.optional:
            given = table.has(name, measure.lever)
            lever_rows[name] = table.scalar(name, measure.lever) if given else table.add_constant(0.0)
    row = Parameter(
        parameter="strength", target=measure.id, value=measure.strength, low=measure.low,
        high=measure.high, unit=measure.unit, source=measure.source,
    )  # fmt: skip
    domain = strength_domain(measure.lever, measure.unit, measure.strength)
    return BoundMeasure(
        measure=measure,
        last_day=active.last_day,
        bound_effects=tuple(bind_effect(index, scope, effect, measure) for effect in active.effects),
        strength_row=table.add_strength(row, domain, LEVERS[measure.lever].stream(measure.id)),
        lever_rows=lever_rows,
    )


def bind_effect(index: CorridorIndex, scope: Scope, effect: LeverEffect, measure: Measure) -> BoundEffect:
    """The positions that one effect of a measure moves."""
    targets = effect_targets(index, scope, effect, measure)
    stages = np.ones(1, dtype=np.int64)
    pools, untouched = _all_pools(index, scope, effect, measure, targets)
    pool_stocks = tuple(_left_stock(index, pool) for pool in pools)
    staying = {"stay_days": targets, "share": pool_stocks}.get(effect.parameter, ())
    if effect.parameter == "stay_days" or effect.rule == "at_limit":
        stages = np.array([index.corridor.stocks[k].stay_stages for k in staying], dtype=np.int64)
    by_flow = effect.parameter == "throughput"
    return BoundEffect(
        effect=effect,
        targets=tuple(targets),
        groups=tuple(scope.groups(measure)),
        declared_strength=measure.strength * effect.scale,
        stages=stages,
        pools=pools,
        pool_stocks=pool_stocks,
        untouched=untouched,
        divisors=tuple(index.to_stock[targets].tolist() if by_flow else targets) if effect.divide else (),
    )


def _left_stock(index: CorridorIndex, pool: Pool) -> int:
    return index.stock[index.corridor.flows[pool[0][0]].from_stock or ""]


def _all_pools(
    index: CorridorIndex, scope: Scope, effect: LeverEffect, measure: Measure, targets: list[int]
) -> tuple[tuple[Pool, ...], tuple[Pool, ...]]:
    """Pools of the flows that the effect reads or moves, and those of its kinds that it leaves as they are."""
    if effect.rule in ("thin", "set_share", "at_limit"):
        return tuple(_pools(index, effect, set(targets))), ()
    if effect.rule != "chance":
        return (), ()
    here = scope.flows(replace(effect, scoped_by_place=True), measure)
    every = tuple(_pools(index, effect, set(scope.flows(effect, measure))))
    touched = set(here)
    return (
        tuple(pool for pool in every if touched & set(pool[0])),
        tuple(pool for pool in every if not touched & set(pool[0])),
    )


def effect_targets(index: CorridorIndex, scope: Scope, effect: LeverEffect, measure: Measure) -> list[int]:
    """Positions along the second axis of the effect's array."""
    match effect.parameter:
        case "share" | "directed":
            return scope.flows(effect, measure)
        case "throughput":  # routes have limits of their own, after those of the flows
            routes = scope.routes(effect, measure)
            return scope.flows(effect, measure) + [len(index.corridor.flows) + r for r in routes]
        case "travel_days":
            return scope.routes(effect, measure)
        case _:
            return scope.stocks(effect, measure)


def _by_overflow(index: CorridorIndex, ours: list[int], rest: list[int]) -> Iterator[Pool]:
    """Touched flows of a stock by the overflow flow that takes their people; all the rest, where they have none."""
    flows = index.corridor.flows
    by_taker: dict[tuple[int, ...], list[int]] = {}
    for f in ours:
        taker = tuple(o for o in rest if flows[o].id == flows[f].overflow_flow)
        by_taker.setdefault(taker or tuple(rest), []).append(f)
    for taker, together in by_taker.items():
        yield together, list(taker)


def _pools(index: CorridorIndex, effect: LeverEffect, touched: set[int]) -> Iterator[Pool]:
    """Touched flows of each stock with the siblings that take the difference.

    Of a mode of travel, flows of other modes to the same stock come first, so that fewer trains do not
    change where people go; and no flow into a queue for a port, so that they do not change who seeks an
    appointment.
    """
    flows = index.corridor.flows
    queues = {flow.from_stock for flow in flows if flow.kind == "port_admission"}
    for siblings in index.siblings:
        ours = [f for f in siblings if f in touched]
        rest = [f for f in siblings if f not in touched and flows[f].kind not in effect.spares]
        if effect.to_overflow:
            yield from _by_overflow(index, ours, rest)
            continue
        if effect.modes:
            rest = [f for f in rest if flows[f].to_stock not in queues] or rest
            for end in dict.fromkeys(int(index.to_stock[f]) for f in ours):
                same = [f for f in rest if index.to_stock[f] == end]
                if same:
                    yield [f for f in ours if index.to_stock[f] == end], same
                    ours = [f for f in ours if index.to_stock[f] != end]
        if ours:
            yield ours, rest
