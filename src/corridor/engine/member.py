"""Numbers of one member, ready for the kernel, and their change when a trigger switches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.engine.events import by_day
from corridor.engine.intensity import day_weights, intensity_deviations
from corridor.engine.kernels.departures import change_departures, month_parts
from corridor.engine.kernels.layout import Inputs, State
from corridor.engine.kernels.random import uniforms
from corridor.engine.measures import ramp_starts
from corridor.engine.spec import Floats, Values
from corridor.engine.triggers import periods_on

if TYPE_CHECKING:
    from corridor.engine.compile import Compiled


@dataclass(frozen=True)
class MemberArrays:
    """Numbers of one member; see ``kernels.layout`` for shapes.

    ``base`` holds the values before any measure and ``drawn`` those of the parameters' rows, where a trigger
    may need them again.
    """

    segment_rate: Floats
    segment_throughput: Floats
    segment_room: Floats
    day_segment: npt.NDArray[np.int64]
    depart_mean: Floats
    depart_weight: Floats
    depart_factor: Floats
    """Expected units of a day per person per month that departs."""
    arrivals: Floats
    set_out: Floats
    count: Floats
    base: Values | None = None
    drawn: Floats | None = None

    def inputs(self, compiled: Compiled) -> tuple[Inputs, Floats]:
        """For the kernel; and the weighted departures from each day to the end of its month."""
        rest, part, ahead = month_parts(compiled.day_month, self.depart_mean, self.depart_weight)
        found = Inputs(
            day_segment=self.day_segment,
            day_month=compiled.day_month,
            rate=self.segment_rate,
            throughput=self.segment_throughput,
            room=self.segment_room,
            depart_cell=compiled.depart_cell,
            depart_key=compiled.depart_keys,
            depart_mean=self.depart_mean,
            depart_rest=rest,
            depart_part=part,
            arrivals=self.arrivals,
            set_out=self.set_out,
        )
        return found, ahead


def fill(compiled: Compiled, values: Values, drawn: Floats, member: int | None) -> MemberArrays:
    """Spread ``values`` over edges and days, with a member's departures, events and starting state."""
    spec, noise = compiled.spec, compiled.spec.noise
    size = np.array([compiled.groups[g].size for g in compiled.depart_group], dtype=np.float64)
    factor = 1.0 / compiled.days_in_month[:, None] / size
    weight = np.ones_like(factor)
    if member is not None and noise.intensities and spec.shocks_from is not None:
        nationalities = [g.nationality for _, g in compiled.depart_labels]
        deviation = intensity_deviations(
            compiled.table, nationalities, compiled.months, spec.shocks_from, spec.seed, member
        )
        deviation[:, compiled.depart_steady] = 0.0
        factor = factor * np.exp(deviation)[compiled.day_month]
    stochastic = member is not None and noise.counts
    count = compiled.state_cells.copy()
    if member is not None and stochastic:
        weight = day_weights(compiled.table, compiled.depart_labels, compiled.dates, spec.seed, member)
        count = _whole_units(count, compiled.network.cell_key, spec.seed, member)
    people = [float(drawn[row]) for row in compiled.event_rows]
    outside = [e for e, event in enumerate(compiled.events) if event.stock]
    inside = [e for e, event in enumerate(compiled.events) if event.flow]
    sizes = compiled.network.cell_size[compiled.layout.arrival_cell]
    return MemberArrays(
        segment_rate=compiled.rates(values),
        segment_throughput=values.throughput,
        segment_room=values.capacity - values.occupied,
        day_segment=compiled.day_segment,
        depart_mean=_departures(compiled, values, compiled.day_segment, factor),
        depart_weight=weight,
        depart_factor=factor,
        arrivals=by_day(
            [compiled.events[e] for e in outside],
            [people[e] / size for e, size in zip(outside, sizes, strict=True)],
            spec,
            whole=stochastic,
        ),
        set_out=by_day(
            [compiled.events[e] for e in inside], [people[e] for e in inside], spec, whole=stochastic
        ),
        count=count,
    )


def _departures(compiled: Compiled, values: Values, day_segment: npt.NDArray, factor: Floats) -> Floats:
    """Expected units of each day, shape (days, departures)."""
    people = values.departures[:, compiled.depart_stock, compiled.depart_group][day_segment]
    return np.ascontiguousarray(people * factor)


def lay_again(
    compiled: Compiled,
    arrays: MemberArrays,
    day: int,
    was_on: npt.NDArray[np.uint8],
    state: State,
    ahead: Floats,
    member: int | None,
) -> MemberArrays:
    """The member's numbers from position ``day`` on, after a trigger has switched in the evening before.

    ``was_on`` (days, triggers) is the past, ``ahead`` what `MemberArrays.inputs` gave beside the numbers in
    force; ``state`` holds who is still to set out this month, and is changed with its departures.
    """
    if arrays.base is None or arrays.drawn is None:
        raise ValueError("a run with triggers needs the values that `Compiled.lay` keeps")
    values, day_segment = _values_from(compiled, arrays.base, arrays.drawn, day, was_on[:day], state.on)
    mean = arrays.depart_mean.copy()
    mean[day:] = _departures(compiled, values, day_segment[day:], arrays.depart_factor[day:])
    changed = replace(
        arrays,
        segment_rate=compiled.rates(values),
        segment_throughput=values.throughput,
        segment_room=values.capacity - values.occupied,
        day_segment=np.maximum(day_segment, 0).astype(np.int64),
        depart_mean=mean,
    )
    if member is not None and compiled.day_month[day] == compiled.day_month[day - 1]:
        _change_month(compiled, changed, day, state, ahead, member)
    return changed


def values_of_run(
    compiled: Compiled,
    base: Values,
    drawn: Floats,
    trigger_on: npt.NDArray[np.uint8],
    moved: Collection[str] = (),
) -> tuple[Values, npt.NDArray[np.int64]]:
    """Numbers that were in force in a run, whose triggers were ``trigger_on`` (days, triggers), by segment, and
    the segment of each day; ``base`` are those before any measure. Measures move
    only the numbers named in ``moved``, if any are."""
    last = trigger_on[-1] if len(trigger_on) else np.zeros(len(compiled.triggers))
    return _values_from(compiled, base, drawn, 0, trigger_on, last, moved)


def _values_from(
    compiled: Compiled,
    base: Values,
    drawn: Floats,
    day: int,
    was_on: npt.NDArray[np.uint8],
    on_now: npt.NDArray[np.generic],
    moved: Collection[str] = (),
) -> tuple[Values, npt.NDArray[np.int64]]:
    """Numbers by segment from position ``day`` on, and the segment of each day, given which triggers were on
    and are on next."""
    first = compiled.spec.start.toordinal()
    on = {
        trigger.id: periods_on(was_on[:, t], bool(on_now[t]), first)
        for t, trigger in enumerate(compiled.triggers)
    }
    periods = [active.in_force(on.get(active.measure.trigger or "")) for active in compiled.measures]
    begin, end = first + day, first + len(compiled.dates)
    starts = {begin, *compiled.starts}
    for active, found in zip(compiled.measures, periods, strict=True):
        starts |= ramp_starts(active.measure, found)
    segments = np.array(sorted(s for s in starts if begin <= s < end), dtype=np.int64)
    source = np.searchsorted(compiled.starts, segments, side="right") - 1
    laid = Values(**{name: array[source] for name, array in vars(base).items()})
    values = compiled.apply_measures(laid, drawn, segments, periods, moved)
    return values, np.searchsorted(segments, np.arange(first, end), side="right") - 1


def _change_month(
    compiled: Compiled, arrays: MemberArrays, day: int, state: State, ahead: Floats, member: int
) -> None:
    """Bring who is still to set out this month to what the changed departures expect."""
    inputs, now = arrays.inputs(compiled)
    before = ahead[day]
    factor = now[day] / np.where(before > 0, before, 1.0)
    wanted = np.where(before > 0, state.expected * factor, inputs.depart_rest[day])
    key_day = compiled.spec.start.toordinal() + day
    change_departures(
        np.uint64(compiled.spec.seed), np.uint64(member), key_day, compiled.depart_keys, wanted, state
    )


def _whole_units(units: Floats, keys: npt.NDArray[np.uint64], seed: int, member: int) -> Floats:
    """Round expected units to whole ones, up with the probability of their fraction."""
    day = np.zeros(1, dtype=np.uint64)
    u = uniforms(np.uint64(seed), np.uint64(member), keys, day)[:, 0, 1]
    return np.floor(units) + (u < units - np.floor(units))
