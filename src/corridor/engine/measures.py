"""Measures of a run: which are in force, when, and on which days numbers change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corridor.engine.levers import LEVERS, LeverEffect
from corridor.engine.parameters import ParameterTable
from corridor.engine.spec import Floats, RunSpec
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
    def effects(self) -> tuple[LeverEffect, ...]:
        """What its lever moves in the unit of its strength."""
        return LEVERS[self.measure.lever].effects[self.measure.unit]

    @property
    def order(self) -> tuple[int, dt.date, str]:
        """Measures apply in this order: broad scopes first, then by start, then by id."""
        return self.specificity, self.measure.start, self.measure.id


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


def ramp(
    measure: Measure, days: npt.NDArray[np.int64], start: int, end: int | None
) -> npt.NDArray[np.float64]:
    """Part of a measure's effect in force on each of ``days`` (ordinals), with ramp-up and decay.

    ``start`` and ``end`` are the first and last day of one period in force; ``end`` None: it goes on.
    """
    last = np.minimum(days, days.max(initial=start) if end is None else end)
    risen = np.minimum(1.0, (last - start + 1) / max(measure.ramp_days, 1))
    left = np.maximum(0.0, 1.0 - (days - last) / max(measure.decay_days, 1))
    return np.where(days >= start, risen * left, 0.0)


def ramp_starts(measure: Measure, periods: Periods) -> set[int]:
    """Ordinals at which a step of its ramp or decay begins."""
    starts: set[int] = set()
    for begin, end in periods:
        starts |= set(range(begin, begin + measure.ramp_days, RAMP_STEP_DAYS))
        starts |= {begin, begin + max(measure.ramp_days - 1, 0)}
        if end is not None:
            starts |= set(range(end + 1, end + 1 + measure.decay_days, RAMP_STEP_DAYS))
            starts |= {end + 1, end + 1 + measure.decay_days}
    return starts


def active_measures(
    corridor: Corridor, scenario: Scenario | None, spec: RunSpec
) -> tuple[ActiveMeasure, ...]:
    """The measures of a run: those of the base, and those of the scenario.

    Raises InputError, with every fault, for a scenario on hindsight, a measure that does not exist or one that
    cannot be run: none is left out silently.
    """
    if scenario and scenario.hindsight and not spec.hindsight:
        raise InputError(f"scenario {scenario.id!r} rests on hindsight", hint="add --hindsight")
    if scenario and (scenario.change or scenario.own):
        raise InputError(
            f"scenario {scenario.id!r} holds changes that are not made",
            hint="save the corridor and open its folder",
        )
    where = f"scenarios/{scenario.id}.yaml" if scenario else "measures.csv"
    by_id = {measure.id: measure for measure in corridor.measures}
    names = [measure.id for measure in corridor.measures if _in_base(measure, spec)]
    names += [name for name in (scenario.measures if scenario else ()) if name not in names]
    faults = [fault for name in names if (fault := _fault(name, by_id, spec, where))]
    if faults:
        raise InputError(f"{len(faults)} measures cannot be run", faults=faults)
    lifted = {lift.measure: lift.on.toordinal() - 1 for lift in scenario.lift} if scenario else {}
    return tuple(ActiveMeasure(by_id[name], _last_day(by_id[name], lifted.get(name))) for name in names)


def _in_base(measure: Measure, spec: RunSpec) -> bool:
    """Whether it is part of every scenario: what was not yet known on the as-of date is not."""
    known = spec.as_of is None or spec.hindsight or measure.known_from <= spec.as_of
    return measure.in_base and known


def _last_day(measure: Measure, before_lift: int | None) -> int | None:
    return _earlier(measure.end.toordinal() if measure.end else None, before_lift)


def _fault(name: str, by_id: Mapping[str, Measure], spec: RunSpec, where: str) -> Fault | None:
    if name not in by_id:
        return Fault(where, None, "measures", f"unknown measure {name!r}", did_you_mean(name, by_id))
    return refusal(by_id[name], spec, where)


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


def with_lags(measures: Sequence[ActiveMeasure], table: ParameterTable) -> tuple[ActiveMeasure, ...]:
    """The measures, those of a lever that lags with a ramp and a decay of ``lag_days`` at least."""
    values = table.values(0, None)

    def lagging(active: ActiveMeasure) -> ActiveMeasure:
        m = active.measure
        if not LEVERS[m.lever].lags or not table.has("lag_days", m.lever):
            return active
        lag = round(float(values[table.scalar("lag_days", m.lever)]))
        slower = {"ramp_days": max(m.ramp_days, lag), "decay_days": max(m.decay_days, lag)}
        return ActiveMeasure(m.model_copy(update=slower), active.last_day)

    return tuple(lagging(active) for active in measures)


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
