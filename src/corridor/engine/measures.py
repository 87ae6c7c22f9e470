"""Measures of a run: which are in force, and how they move the numbers of a corridor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.levers import LEVERS, Effect, ramp
from corridor.engine.parameters import ParameterTable
from corridor.engine.rules import EffectRules, Numbers
from corridor.engine.scope import Scope
from corridor.engine.spec import Floats, RunSpec, Values
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
        return bool(m.places or m.routes) + bool(m.nationalities or m.households)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What its lever moves in the unit of its strength."""
        return LEVERS[self.measure.lever].effects[self.measure.unit]

    @property
    def order(self) -> tuple[bool, int, dt.date, str]:
        """Measures apply in this order: broad scopes first, then by start; those that send people where
        there is room come last, when all room is known."""
        reads_room = any(effect.rule == "room" for effect in self.effects)
        return reads_room, self.specificity, self.measure.start, self.measure.id


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
    """Applies measures to the values of a run, in place."""

    def __init__(
        self,
        corridor: Corridor,
        siblings: Sequence[Sequence[int]],
    ) -> None:
        self._effects = EffectRules(corridor, siblings)

    @property
    def scope(self) -> Scope:
        """What measures touch."""
        return self._effects.scope

    def apply(
        self,
        values: Values,
        active: ActiveMeasure,
        weight: Floats,
        numbers: Numbers,
        moved: Collection[str] = (),
    ) -> None:
        """Move ``values`` by one measure, as far as ``weight`` (segments) says that its ramp has run; only the
        numbers named in ``moved``, if any are."""
        measure = active.measure
        if not weight.any():
            return
        for effect in active.effects:
            if not moved or effect.parameter in moved:
                self._effects.apply(values, effect, measure, weight, numbers)


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
    # What was not yet known on the as-of date is no part of that day's base.
    names = [
        m.id
        for m in corridor.measures
        if m.in_base and (not spec.as_of or spec.hindsight or m.known_from <= spec.as_of)
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
        fault = refusal(measure, spec, where)
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


def refusal(measure: Measure, spec: RunSpec, where: str) -> Fault | None:
    """Why a measure cannot be run, if it cannot."""
    lever = LEVERS.get(measure.lever)
    column = "measures"
    if lever is None:
        hint = did_you_mean(measure.lever, LEVERS)
        return Fault(
            where, None, column, f"measure {measure.id!r} has an unknown lever {measure.lever!r}", hint
        )
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
