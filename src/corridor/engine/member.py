"""Numbers of one member, ready for the kernel, and their change when a trigger switches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from corridor.engine.compiled import Compiled
from corridor.engine.events import by_day
from corridor.engine.intensity import day_weights, intensity_deviations
from corridor.engine.kernels.bundles import Inputs, State
from corridor.engine.kernels.departures import change_departures, month_parts
from corridor.engine.kernels.random import uniforms
from corridor.engine.measures import Periods
from corridor.engine.rates import edge_rates
from corridor.engine.spec import Floats, Values
from corridor.engine.triggers import periods_on


@dataclass(frozen=True)
class MemberArrays:
    """Numbers of one member by segment S, day D, edge E and departure P; see ``kernels.bundles``."""

    segment_rate: Floats
    """(S, E) probability per day."""
    segment_throughput: Floats
    """(S, F + R) people a day."""
    segment_room: Floats
    """(S, K) people."""
    day_segment: npt.NDArray[np.int64]
    depart_mean: Floats
    """(D, P) expected units."""
    depart_weight: Floats
    """(D, P) how a month's units split over its days."""
    depart_factor: Floats
    """(D, P) expected units of a day per person per month that departs."""
    arrivals: Floats
    """(D, Q) units of events from outside."""
    set_out: Floats
    """(D, X) people of events who set out together."""
    count: Floats
    """(C) units in every cell on the first morning; the kernel changes them."""
    segment_directed: Floats
    """(S, X) part of a steered edge's users who are sent where there is room."""
    base: Values | None = None
    """Values before any measure, where a trigger may need them again."""
    drawn: Floats | None = None
    """Values of the parameters' rows, likewise."""

    def inputs(self, compiled: Compiled) -> tuple[Inputs, Floats]:
        """For the kernel; and (D, P) the weighted departures from each day to the end of its month."""
        calendar, departures = compiled.calendar, compiled.structure.departures
        rest, part, ahead = month_parts(calendar.day_month, self.depart_mean, self.depart_weight)
        inputs = Inputs(
            day_segment=self.day_segment,
            day_month=calendar.day_month,
            rate=self.segment_rate,
            throughput=self.segment_throughput,
            room=self.segment_room,
            depart_cell=departures.cell,
            depart_stream=departures.stream,
            depart_mean=self.depart_mean,
            depart_rest=rest,
            depart_part=part,
            arrivals=self.arrivals,
            set_out=self.set_out,
            directed=self.segment_directed,
            steers=np.asarray(self.segment_directed.max(axis=1, initial=0.0) > 0.0),
        )
        return inputs, ahead


def member_arrays(compiled: Compiled, member: int | None) -> MemberArrays:
    """Everything the kernel needs for ``member``; None: central values, no noise."""
    noise = compiled.spec.noise
    drawn = compiled.table.values(compiled.spec.seed, member if noise.parameters else None)
    base = compiled.numbers.base_values(drawn, member if noise.intensities else None)
    return arrays_from(compiled, base, drawn, member)


def expected_arrays(compiled: Compiled, member: int | None) -> MemberArrays:
    """Like `member_arrays`, without chance: expected values under the member's own parameters and paths."""
    noise = compiled.spec.noise
    drawn = compiled.table.values(compiled.spec.seed, member if noise.parameters else None)
    base = compiled.numbers.base_values(drawn, member if noise.intensities else None)
    return replace(arrays_from(compiled, base, drawn, None), count=_start(compiled, member))


def arrays_from(compiled: Compiled, base: Values, drawn: Floats, member: int | None) -> MemberArrays:
    """The same from values before any measure, ``base``, which are changed in place, and the values ``drawn`` of
    all rows of parameters."""
    before = (
        Values(**{name: array.copy() for name, array in vars(base).items()}) if compiled.triggers else None
    )
    numbers, structure = compiled.numbers, compiled.structure
    values = numbers.apply_measures(base, drawn, numbers.by_date)
    factor = _departure_factor(compiled, member)
    weight = np.ones_like(factor)
    count = _start(compiled, member)
    whole = member is not None and compiled.spec.noise.counts
    if member is not None and whole:
        seed = compiled.spec.seed
        labels = structure.departures.labels
        weight = day_weights(compiled.table, labels, compiled.dates, seed, member)
        count = _whole_units(count, structure.network.cell_stream, seed, member)
    arrivals, set_out = _events_by_day(compiled, drawn, whole=whole)
    return MemberArrays(
        segment_rate=edge_rates(compiled.index, structure.network, values),
        segment_throughput=values.throughput,
        segment_room=values.capacity - values.occupied,
        day_segment=compiled.calendar.day_segment,
        depart_mean=_departures(compiled, values, compiled.calendar.day_segment, factor),
        depart_weight=weight,
        depart_factor=factor,
        arrivals=arrivals,
        set_out=set_out,
        count=count,
        segment_directed=_directed(compiled, values),
        base=before,
        drawn=drawn if compiled.triggers else None,
    )


def _start(compiled: Compiled, member: int | None) -> Floats:
    """(C) units in every cell on the first morning, with those of the member's path where it has one."""
    paths = compiled.spec.paths
    if member is None or paths is None or not compiled.spec.noise.intensities:
        return compiled.start_units.copy()
    cells, index = compiled.structure.network.cell_name, compiled.index
    central = paths.start_factor(cells, index, None)
    return compiled.start_units * paths.start_factor(cells, index, member) / central


def _departure_factor(compiled: Compiled, member: int | None) -> Floats:
    """(D, P) expected units of a day per person per month, with the member's shocks where it has any."""
    calendar, spec, departures = compiled.calendar, compiled.spec, compiled.structure.departures
    factor = 1.0 / calendar.days_in_month[:, None] / departures.size
    given = spec.paths is not None and spec.paths.gives_departures
    if member is None or not spec.noise.intensities or spec.shocks_from is None or given:
        return factor
    nationalities = [group.nationality for _, group in departures.labels]
    deviation = intensity_deviations(
        compiled.table, nationalities, calendar.months, spec.shocks_from, spec.seed, member
    )
    deviation[:, departures.lawful] = 0.0
    return factor * np.exp(deviation)[calendar.day_month]


def _events_by_day(compiled: Compiled, drawn: Floats, *, whole: bool) -> tuple[Floats, Floats]:
    """Units that arrive from outside (D, Q), and people who set out together (D, X)."""
    people = [float(drawn[row]) for row in compiled.numbers.event_rows]
    outside = [(event, n) for event, n in zip(compiled.events, people, strict=True) if event.stock]
    inside = [(event, n) for event, n in zip(compiled.events, people, strict=True) if event.flow]
    layout = compiled.structure.layout
    sizes = compiled.structure.network.cell_size[layout.arrival_cell]
    units = [n / size for (_, n), size in zip(outside, sizes, strict=True)]
    return (
        by_day([event for event, _ in outside], units, compiled.spec, whole=whole),
        by_day([event for event, _ in inside], [n for _, n in inside], compiled.spec, whole=whole),
    )


def _directed(compiled: Compiled, values: Values) -> Floats:
    """Part of each steered edge's users who are sent where there is room, shape (segments, X)."""
    network, edges = compiled.structure.network, compiled.structure.layout.steer_edge
    return np.ascontiguousarray(values.directed[:, network.edge_param_flow[edges], network.edge_group[edges]])


def _departures(compiled: Compiled, values: Values, day_segment: npt.NDArray, factor: Floats) -> Floats:
    """Expected units of each day, shape (days, departures)."""
    departures = compiled.structure.departures
    people = values.departures[:, departures.stock, departures.group][day_segment]
    return np.ascontiguousarray(people * factor)


def arrays_after_switch(
    compiled: Compiled,
    arrays: MemberArrays,
    day: int,
    was_on: npt.NDArray[np.uint8],
    state: State,
    ahead: Floats,
    member: int | None,
) -> MemberArrays:
    """The member's numbers from position ``day`` on, after a trigger has switched in the evening before.

    ``was_on`` (days, triggers) is the past, ``ahead`` what `MemberArrays.inputs` gave with the numbers that
    were in force; ``state`` holds who is still to set out this month, and is changed with its departures.
    """
    if arrays.base is None or arrays.drawn is None:
        raise ValueError("a run with triggers needs the values before any measure")
    periods = _periods(compiled, was_on[:day], state.on)
    values, day_segment = compiled.numbers.values_in_force(arrays.base, arrays.drawn, periods, day)
    mean = arrays.depart_mean.copy()
    mean[day:] = _departures(compiled, values, day_segment[day:], arrays.depart_factor[day:])
    changed = replace(
        arrays,
        segment_rate=edge_rates(compiled.index, compiled.structure.network, values),
        segment_throughput=values.throughput,
        segment_room=values.capacity - values.occupied,
        segment_directed=_directed(compiled, values),
        day_segment=np.maximum(day_segment, 0).astype(np.int64),
        depart_mean=mean,
    )
    day_month = compiled.calendar.day_month
    if member is not None and day_month[day] == day_month[day - 1]:
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
    periods = _periods(compiled, trigger_on, last)
    return compiled.numbers.values_in_force(base, drawn, periods, 0, moved)


def _periods(
    compiled: Compiled, was_on: npt.NDArray[np.uint8], on_now: npt.NDArray[np.generic]
) -> list[Periods]:
    """By measure: when it is in force, given which triggers were on and are on next."""
    first = compiled.calendar.first
    on = {
        trigger.id: periods_on(was_on[:, t], bool(on_now[t]), first)
        for t, trigger in enumerate(compiled.triggers)
    }
    return [active.in_force(on.get(active.measure.trigger or "")) for active in compiled.measures]


def _change_month(
    compiled: Compiled, arrays: MemberArrays, day: int, state: State, ahead: Floats, member: int
) -> None:
    """Bring who is still to set out this month to what the changed departures expect."""
    inputs, now = arrays.inputs(compiled)
    before = ahead[day]
    factor = now[day] / np.where(before > 0, before, 1.0)
    wanted = np.where(before > 0, state.expected * factor, inputs.depart_rest[day])
    seed, stream = np.uint64(compiled.spec.seed), compiled.structure.departures.stream
    change_departures(seed, np.uint64(member), compiled.calendar.first + day, stream, wanted, state)


def _whole_units(units: Floats, streams: npt.NDArray[np.uint64], seed: int, member: int) -> Floats:
    """Round expected units to whole ones, up with the probability of their fraction."""
    day = np.zeros(1, dtype=np.uint64)
    u = uniforms(np.uint64(seed), np.uint64(member), streams, day)[:, 0, 1]
    return np.floor(units) + (u < units - np.floor(units))
