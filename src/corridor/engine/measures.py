"""Measures of a run: which are in force, and how they move the numbers of a corridor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.levers import LEVERS, Effect, Scope, ramp
from corridor.engine.parameters import ParameterTable
from corridor.engine.spec import UNLIMITED, Floats, RunSpec, Values
from corridor.model import Corridor, Fault, InputError, Measure, Scenario, did_you_mean

RAMP_STEP_DAYS = 7

Periods = tuple[tuple[int, int | None], ...]
"""First and last day (ordinals) of each period in force, in order; no last day: it goes on."""


@dataclass(frozen=True)
class ActiveMeasure:
    """A measure of the run, with the day on which it is lifted, if it is."""

    measure: Measure
    last_day: int | None

    def in_force(self, on: Periods | None = None) -> Periods:
        """Its periods in force; ``on``: those of its trigger so far, as far as they lie in its dates."""
        first = self.measure.start.toordinal()
        if self.measure.trigger is None:
            return ((first, self.last_day),)
        clipped = [(max(begin, first), _earlier(end, self.last_day)) for begin, end in on or ()]
        return tuple((begin, end) for begin, end in clipped if end is None or begin <= end)

    @property
    def specificity(self) -> int:
        """How many kinds of scope narrow it."""
        m = self.measure
        return bool(m.places or m.routes) + bool(m.nationalities)


def _earlier(one: int | None, other: int | None) -> int | None:
    ends = [end for end in (one, other) if end is not None]
    return min(ends) if ends else None


def weights(active: ActiveMeasure, periods: Periods, starts: npt.NDArray[np.int64], last: int) -> Floats:
    """Part of the measure's effect in force on the mean day of each segment, shape (segments).

    Where two periods meet, one fading while the next rises, the larger part counts.
    """
    days = np.arange(starts[0], last + 1)
    part = np.zeros(days.size)
    for begin, end in periods:
        part = np.maximum(part, ramp(active.measure, days, begin, end))
    lengths = np.diff([*starts, last + 1])
    return np.add.reduceat(part, starts - starts[0]) / lengths


def ramp_starts(measure: Measure, periods: Periods) -> set[int]:
    """Ordinals at which a step of its ramp or decay begins."""
    found: set[int] = set()
    for begin, end in periods:
        found |= set(range(begin, begin + measure.ramp_days, RAMP_STEP_DAYS))
        found |= {begin, begin + max(measure.ramp_days - 1, 0)}
        if end is not None:
            found |= set(range(end + 1, end + 1 + measure.decay_days, RAMP_STEP_DAYS))
            found |= {end + 1, end + 1 + measure.decay_days}
    return found


class Rules:
    """Applies measures to the values of a run, in place, by the rules of ``levers``."""

    def __init__(
        self,
        corridor: Corridor,
        siblings: Sequence[Sequence[int]],
    ) -> None:
        self.scope = Scope(corridor)
        self._corridor = corridor
        self._siblings = siblings

    def apply(
        self,
        values: Values,
        active: ActiveMeasure,
        weight: Floats,
        strength: float,
        elasticity: float,
        reference: float,
    ) -> None:
        """Move ``values`` by one measure, as far as ``weight`` (segments) says that its ramp has run."""
        measure = active.measure
        if not weight.any():
            return
        groups = self.scope.groups(measure)
        for effect in LEVERS[measure.lever].effects[measure.unit]:
            if effect.parameter == "share":
                self._apply_share(values.share, effect, measure, groups, weight, strength)
            elif effect.parameter == "throughput":
                flows = self.scope.flows(effect, measure)
                self._apply_throughput(values.throughput, flows, effect, weight, strength)
            elif effect.parameter == "capacity":
                for k in self.scope.stocks(effect, measure):
                    values.capacity[:, k] += weight * strength
            elif effect.parameter == "departures":
                stocks = self.scope.stocks(effect, measure)
                self._apply_departures(
                    values.departures, effect, stocks, groups, weight, strength, elasticity, reference
                )

    def _apply_share(
        self,
        share: Floats,
        effect: Effect,
        measure: Measure,
        groups: list[int],
        weight: Floats,
        strength: float,
    ) -> None:
        touched = self.scope.flows(effect, measure)
        w = weight[:, None, None]
        if effect.rule == "hazard":
            at = np.ix_(range(share.shape[0]), touched, groups)
            share[at] = 1.0 - (1.0 - np.minimum(share[at], 1.0)) ** (strength**w)
            return
        segments = range(share.shape[0])
        for ours, rest in self._pools(set(touched), by_destination=effect.rule == "thin"):
            mine, others = np.ix_(segments, ours, groups), np.ix_(segments, rest, groups)
            before = share[mine].sum(axis=1, keepdims=True)
            remaining = share[others].sum(axis=1, keepdims=True)
            whole = before + remaining
            if effect.rule == "thin":
                after = np.minimum(before * strength**w, whole)
            else:
                after = np.where(before > 0, (1.0 - w) * before + w * strength, before)
            after = np.where(remaining > 0, after, before)  # nowhere else to go: the lever does nothing
            share[mine] *= np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
            share[others] *= np.where(
                remaining > 0, (whole - after) / np.where(remaining > 0, remaining, 1.0), 1.0
            )

    def _pools(self, touched: set[int], *, by_destination: bool) -> list[tuple[list[int], list[int]]]:
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

    def _apply_throughput(
        self, throughput: Floats, flows: list[int], effect: Effect, weight: Floats, strength: float
    ) -> None:
        touched = list(flows)
        if effect.modes:  # a mode's routes have limits of their own, after those of the flows
            touched += [
                len(self._corridor.flows) + r
                for r, route in enumerate(self._corridor.routes)
                if route.mode in effect.modes
                and any(self._corridor.flows[f].route == route.id for f in flows)
            ]
        for t in touched:
            limited = throughput[:, t] < UNLIMITED
            if effect.rule == "ratio":
                throughput[:, t] *= np.where(limited, strength**weight, 1.0)
            elif effect.rule == "limit":
                throughput[:, t] = np.where(
                    weight > 0, np.minimum(throughput[:, t], strength), throughput[:, t]
                )
            elif effect.rule == "add":
                throughput[:, t] += np.where(limited, weight * strength, 0.0)

    @staticmethod
    def _apply_departures(
        departures: Floats, effect: Effect, stocks: list[int], groups: list[int], weight: Floats,
        strength: float, elasticity: float, reference: float,
    ) -> None:  # fmt: skip
        w = weight[:, None, None]
        at = np.ix_(range(departures.shape[0]), stocks, groups)
        if effect.rule == "ratio":
            departures[at] *= strength**w
        elif effect.rule == "elastic" and reference > 0:
            departures[at] *= (np.maximum(reference + w * strength, 1.0) / reference) ** elasticity
        elif effect.rule == "add":
            base = departures[at]
            total = base.sum(axis=(1, 2), keepdims=True)
            even = 1.0 / max(base.shape[1] * base.shape[2], 1)
            part = np.where(total > 0, base / np.where(total > 0, total, 1.0), even)
            departures[at] = np.maximum(base + w * strength * part, 0.0)


def active_measures(
    corridor: Corridor, scenario: Scenario | None, spec: RunSpec
) -> tuple[ActiveMeasure, ...]:
    """The measures of a run: those of the base, and those of the scenario; refused, never ignored."""
    faults: list[Fault] = []
    where = f"scenarios/{scenario.id}.yaml" if scenario else "measures.csv"
    if scenario and scenario.hindsight and not spec.hindsight:
        raise InputError(f"scenario {scenario.id!r} rests on hindsight", hint="add --hindsight")
    by_id = {measure.id: measure for measure in corridor.measures}
    lifted = {lift.measure: lift.on for lift in scenario.lift} if scenario else {}
    # What was not yet known on the as-of date is no part of that day's base. A lever that is not built yet
    # sits in the calibrated baseline: it was in force while the counts were made.
    names = [
        m.id
        for m in corridor.measures
        if m.in_base
        and (not spec.as_of or spec.hindsight or m.known_from <= spec.as_of)
        and (m.lever not in LEVERS or LEVERS[m.lever].built)
    ]
    names += [name for name in (scenario.measures if scenario else ()) if name not in names]
    found: list[ActiveMeasure] = []
    for name in names:
        measure = by_id.get(name)
        if measure is None:
            faults.append(
                Fault(where, None, "measures", f"unknown measure {name!r}", did_you_mean(name, by_id))
            )
            continue
        fault = _refusal(measure, spec, where)
        if fault:
            faults.append(fault)
            continue
        ends = [
            d for d in (measure.end, lifted[name] - dt.timedelta(days=1) if name in lifted else None) if d
        ]
        found.append(ActiveMeasure(measure, min(ends).toordinal() if ends else None))
    if faults:
        raise InputError(f"{len(faults)} measures cannot be run", faults=faults)
    return tuple(found)


def _refusal(measure: Measure, spec: RunSpec, where: str) -> Fault | None:
    lever = LEVERS.get(measure.lever)
    column = "measures"
    if lever is None:
        hint = did_you_mean(measure.lever, LEVERS)
        return Fault(
            where, None, column, f"measure {measure.id!r} has an unknown lever {measure.lever!r}", hint
        )
    if not lever.built:
        text = f"measure {measure.id!r} needs the lever {measure.lever!r}, which is not built yet"
        return Fault(where, None, column, text, "leave it out; it is refused rather than ignored")
    if measure.unit not in lever.effects:
        text = f"measure {measure.id!r}: lever {lever.id!r} has no unit {measure.unit!r}"
        return Fault(where, None, column, text, f"units: {', '.join(lever.units)}")
    if spec.hindsight:
        return None
    if spec.as_of is not None and measure.known_from > spec.as_of:
        text = f"measure {measure.id!r} was not known on {spec.as_of} (known from {measure.known_from})"
        return Fault(where, None, column, text, "add --hindsight")
    if measure.hindsight:
        text = f"measure {measure.id!r} rests on hindsight"
        return Fault(where, None, column, text, "add --hindsight")
    return None


def segment_starts(
    table: ParameterTable, measures: Sequence[ActiveMeasure], first: int, last: int
) -> npt.NDArray[np.int64]:
    """Ordinals at which any number changes: month turns, new parameter rows, measures and their ramps."""
    starts = {first}
    for day in range(first, last + 1):
        if dt.date.fromordinal(day).day == 1:
            starts.add(day)
    starts |= {row.valid_from.toordinal() for row in table.rows if row and row.valid_from}
    starts |= {row.valid_to.toordinal() + 1 for row in table.rows if row and row.valid_to}
    for active in measures:
        starts |= ramp_starts(active.measure, active.in_force())
    return np.array(sorted(day for day in starts if first <= day <= last), dtype=np.int64)
