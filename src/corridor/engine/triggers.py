"""Triggers of a run: what they look at, as arrays for the kernel, and the periods in which they were on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from corridor.engine.calendar import RunCalendar
from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.bundles import State, Watch
from corridor.engine.measures import ActiveMeasure, Periods
from corridor.engine.network import Network
from corridor.engine.parameters import ParameterTable, coverage
from corridor.model import Corridor, InputError, Observation, Trigger, did_you_mean

NEVER = float("inf")
WITHOUT_LIMIT = 1_000_000


def used_triggers(corridor: Corridor, measures: Sequence[ActiveMeasure]) -> tuple[Trigger, ...]:
    """The triggers that these measures name, in the order of ``triggers.csv``.

    Raises: `InputError` for one that does not exist.
    """
    known = {trigger.id for trigger in corridor.triggers}
    used = {active.measure.trigger: active.measure.id for active in measures if active.measure.trigger}
    for name, measure in used.items():
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f"measure {measure!r}: there is no trigger {name!r}", hint=hint)
    return tuple(trigger for trigger in corridor.triggers if trigger.id in used)


def watched_flows(corridor: Corridor, trigger: Trigger) -> tuple[str, ...]:
    """Flows that a trigger counts; none for a trigger on a stock.

    Raises: `InputError` where its series is not declared or counts no flows.
    """
    if trigger.observation is None:
        return ()
    flows = _observation(corridor, trigger).flows
    if not flows:
        raise InputError(f"trigger {trigger.id!r} looks at {trigger.observation!r}, which counts no flows")
    return flows


def _observation(corridor: Corridor, trigger: Trigger) -> Observation:
    for observation in corridor.observations:
        if observation.id == trigger.observation:
            return observation
    raise InputError(f"trigger {trigger.id!r}: there is no observation {trigger.observation!r}")


def armed_days(trigger: Trigger, measures: Sequence[ActiveMeasure]) -> tuple[int, int | None]:
    """First and last day (ordinals) on which it may be on: those of its measures together."""
    mine = [active for active in measures if active.measure.trigger == trigger.id]
    first = min(active.measure.start.toordinal() for active in mine)
    ends = [active.last_day for active in mine]
    return first, None if None in ends else max(end for end in ends if end is not None)


def make_watch(
    index: CorridorIndex,
    triggers: Sequence[Trigger],
    measures: Sequence[ActiveMeasure],
    network: Network,
    table: ParameterTable,
    calendar: RunCalendar,
) -> Watch:
    """Arrays of the triggers for the kernel."""
    counted = [_counted_edges(index, trigger, network, table, calendar.months) for trigger in triggers]
    edges = [at for at, _ in counted]
    starts = np.cumsum([0, *(at.size for at in edges)])
    no_weight = np.zeros((len(calendar.months), 0))

    def ints(values: Sequence[int]) -> npt.NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    def floats(values: Sequence[float]) -> npt.NDArray[np.float64]:
        return np.array(values, dtype=np.float64)

    return Watch(
        stock=ints([index.stock[t.stock] if t.stock else -1 for t in triggers]),
        edge_start=starts.astype(np.int64),
        edges=np.concatenate([np.zeros(0, dtype=np.int64), *edges]),
        weight=np.ascontiguousarray(np.concatenate([no_weight, *(weight for _, weight in counted)], axis=1)),
        window=ints([t.window_days for t in triggers]),
        on_above=floats([t.on_above for t in triggers]),
        day_above=floats([NEVER if t.day_above is None else t.day_above for t in triggers]),
        off_below=floats([t.off_below for t in triggers]),
        off_days=ints([t.off_days for t in triggers]),
        min_days=ints([t.min_days for t in triggers]),
        max_days=ints([t.max_days or WITHOUT_LIMIT for t in triggers]),
        allowed=_allowed(triggers, measures, calendar.dates),
        new_year=np.array([date.month == 1 and date.day == 1 for date in calendar.dates], dtype=np.bool_),
    )


def _counted_edges(
    index: CorridorIndex, trigger: Trigger, network: Network, table: ParameterTable, months: Sequence[dt.date]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Edges whose people a trigger counts, and how many it counts per unit, shape (months, edges)."""
    corridor = index.corridor
    flows = [index.flow[name] for name in watched_flows(corridor, trigger)]
    edges = np.nonzero(np.isin(network.edge_flow, flows))[0]
    part = np.ones((len(months), len(corridor.groups)))
    if trigger.observation:
        part = coverage(table, corridor.groups, trigger.observation, months)
    return edges, part[:, network.edge_group[edges]] * network.edge_size[edges]


def _allowed(
    triggers: Sequence[Trigger], measures: Sequence[ActiveMeasure], dates: Sequence[dt.date]
) -> npt.NDArray[np.int64]:
    """Most days on up to and with each day of the run, shape (days, triggers); 0 where not armed."""
    out = np.zeros((len(dates), len(triggers)), dtype=np.int64)
    for t, trigger in enumerate(triggers):
        first, last = armed_days(trigger, measures)
        limits = trigger.days_per_year or (WITHOUT_LIMIT,)
        first_year = dt.date.fromordinal(first).year
        for d, date in enumerate(dates):
            if first <= date.toordinal() and (last is None or date.toordinal() <= last):
                out[d, t] = limits[min(date.year - first_year, len(limits) - 1)]
    return out


def new_state(departures: int, triggers: int) -> State:
    """The state of a run before its first day: nothing is on."""
    return State(
        left=np.zeros(departures),
        expected=np.zeros(departures),
        on=np.zeros(triggers, dtype=np.bool_),
        below=np.zeros(triggers, dtype=np.int64),
        days_on=np.zeros(triggers, dtype=np.int64),
        used=np.zeros(triggers, dtype=np.int64),
        spent=np.zeros(triggers, dtype=np.bool_),
    )


def periods_on(was_on: npt.NDArray[np.uint8], on_now: bool, first_day: int) -> Periods:
    """Periods on (ordinals of first and last day) from the days so far and the morning to come.

    A period that goes on has no last day.
    """
    steps = np.diff(np.concatenate([[0], was_on, [on_now]]).astype(np.int64))
    begins = np.nonzero(steps == 1)[0] + first_day
    ends = np.nonzero(steps == -1)[0] + first_day - 1
    last: list[int | None] = [int(day) for day in ends]
    last += [None] * (len(begins) - len(ends))
    return tuple((int(day), end) for day, end in zip(begins, last, strict=True))
